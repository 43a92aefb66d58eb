"""What importing the client costs, and that its face is whole."""

import subprocess
import sys

import datalab_kernel_client


def loaded_by(code: str) -> set[str]:
    """Return the modules that code loads in a new interpreter."""
    program = f"import sys; before = {{*sys.modules}}; {code}; print(*{{*sys.modules}} - before)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    return {*done.stdout.decode().split()}


def test_importing_it_loads_nothing_heavy() -> None:
    loaded = loaded_by("import datalab_kernel_client")
    assert "datalab_kernel_client" in loaded
    heavy = {"httpx", "websockets", "asyncio", "ssl", "jupyter_client", "numpy", "datalab_kernel"}
    assert not loaded & heavy


def test_every_name_that_it_promises_is_there() -> None:
    for name in datalab_kernel_client.__all__:
        assert getattr(datalab_kernel_client, name) is not None
    assert sorted({*datalab_kernel_client._HOMES, "__version__"}) == sorted(
        datalab_kernel_client.__all__
    )
