"""The installed kernelspec: start the kernel as Jupyter does, and run a cell."""

import os
import shutil
import sys
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import start_new_kernel

os.environ["DATALAB_KERNEL_MODE"] = "standalone"
spec = KernelSpecManager().get_kernel_spec("datalab")
assert Path(spec.resource_dir).is_relative_to(sys.prefix), spec.resource_dir
assert spec.display_name == "DataLab"

manager, client = start_new_kernel(kernel_name="datalab", startup_timeout=120)
try:
    program = shutil.which(manager.format_kernel_cmd()[0])
    assert program is not None
    assert Path(program).is_relative_to(sys.prefix), program
    shown = []
    reply = client.execute_interactive(
        "import sys; print(sys.prefix, float(np.hypot(3, 4)), repr(workspace))",
        output_hook=lambda message: shown.append(message["content"].get("text", "")),
        timeout=120,
    )
    assert reply["content"]["status"] == "ok", reply["content"]
    text = "".join(shown)
    assert sys.prefix in text, text
    assert " 5.0 Workspace(standalone" in text, text
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
