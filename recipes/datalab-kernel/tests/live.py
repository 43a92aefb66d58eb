"""The live backend where no DataLab runs: it says so at once, and how to start one."""

import os
import tempfile
import time
from importlib.util import find_spec

from datalab_kernel import DataLabKernelError, Workspace
from datalab_kernel.errors import DataLabUnreachableError

for name in [name for name in os.environ if name.startswith("DATALAB_")]:
    del os.environ[name]
os.environ["HOME"] = os.environ["XDG_CONFIG_HOME"] = os.environ["APPDATA"] = tempfile.mkdtemp()
import datalab_kernel_live  # noqa: E402, F401 - its import is no part of looking


def refusal() -> DataLabKernelError | None:
    """Return what is raised where no DataLab can be."""
    try:
        Workspace("live").list()
    except DataLabKernelError as error:
        return error
    return None


started = time.perf_counter()
error = refusal()
took_s = time.perf_counter() - started
assert isinstance(error, DataLabUnreachableError), repr(error)
assert "Start DataLab" in str(error), error
assert took_s < 2.0, took_s

assert find_spec("datalab_kernel_standalone") is None
