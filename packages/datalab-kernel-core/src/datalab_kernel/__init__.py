"""DataLab-Kernel: named signals and images in a notebook, with and without DataLab.

Importing this package costs next to nothing: every name is imported when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datalab_kernel.backends import Backend, WorkspaceMode
    from datalab_kernel.errors import ComputationWarning, DataLabKernelError, FormatWarning
    from datalab_kernel.notes import Note
    from datalab_kernel.objects import (
        DataObject,
        ImageObj,
        SignalObj,
        create_image,
        create_image_roi,
        create_signal,
        create_signal_roi,
    )
    from datalab_kernel.plot import Plotter
    from datalab_kernel.session._extension import load_ipython_extension, unload_ipython_extension
    from datalab_kernel.workspace._calc_result import CalcResult
    from datalab_kernel.workspace._changes import Change, Subscription
    from datalab_kernel.workspace._fit_result import FitResult
    from datalab_kernel.workspace._process_files import process
    from datalab_kernel.workspace._stack import Stack
    from datalab_kernel.workspace._status import WorkspaceStatus
    from datalab_kernel.workspace._workspace import Workspace
    from datalab_kernel.workspace.processing import Failure, ProcessResult

__all__ = [
    "Backend",
    "CalcResult",
    "Change",
    "ComputationWarning",
    "DataLabKernelError",
    "DataObject",
    "Failure",
    "FitResult",
    "FormatWarning",
    "ImageObj",
    "Note",
    "Plotter",
    "ProcessResult",
    "SignalObj",
    "Stack",
    "Subscription",
    "Workspace",
    "WorkspaceMode",
    "WorkspaceStatus",
    "__version__",
    "create_image",
    "create_image_roi",
    "create_signal",
    "create_signal_roi",
    "load_ipython_extension",
    "process",
    "unload_ipython_extension",
]

_HOMES = {
    "Backend": "backends",
    "CalcResult": "workspace._calc_result",
    "Change": "workspace._changes",
    "ComputationWarning": "errors",
    "DataLabKernelError": "errors",
    "Failure": "workspace.processing",
    "FitResult": "workspace._fit_result",
    "FormatWarning": "errors",
    "create_image": "objects._create",
    "create_signal": "objects._create",
    "Note": "notes",
    "Plotter": "plot",
    "ProcessResult": "workspace.processing",
    "Stack": "workspace._stack",
    "Subscription": "workspace._changes",
    "Workspace": "workspace._workspace",
    "WorkspaceMode": "backends",
    "WorkspaceStatus": "workspace._status",
    "process": "workspace._process_files",
    "load_ipython_extension": "session._extension",
    "unload_ipython_extension": "session._extension",
}
_SIGIMA_HOME = "objects._sigima"


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first used."""
    if name == "__version__":
        from importlib.metadata import version

        return version("datalab-kernel-core")
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    home = import_module(f"{__name__}.{_HOMES.get(name, _SIGIMA_HOME)}")
    value = getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names too."""
    return sorted({*globals(), *__all__})
