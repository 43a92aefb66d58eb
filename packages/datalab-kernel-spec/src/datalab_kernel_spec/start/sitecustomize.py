"""Load the DataLab kernel's patches into an executable xpython (conda-forge's shape).

The launcher puts this folder first on ``PYTHONPATH``; Python imports the first
``sitecustomize`` that it finds. It takes itself off the path again, and lets the
environment's own ``sitecustomize`` run.
"""

import importlib
import os
import sys
from pathlib import Path

_HERE = str(Path(__file__).parent)
_PACKAGES = str(Path(__file__).parents[2])


def _step_aside() -> None:
    sys.path[:] = [place for place in sys.path if place != _HERE]
    rest = [place for place in os.environ.get("PYTHONPATH", "").split(os.pathsep) if place]
    rest = [place for place in rest if place != _HERE]
    os.environ.pop("PYTHONPATH", None)
    if rest:
        os.environ["PYTHONPATH"] = os.pathsep.join(rest)
    this = sys.modules.pop("sitecustomize")
    try:
        importlib.import_module("sitecustomize")  # the environment's own
    except ModuleNotFoundError:
        sys.modules["sitecustomize"] = this


def _patch() -> None:
    if _PACKAGES not in sys.path:
        sys.path.append(_PACKAGES)
    importlib.import_module("datalab_kernel_spec.startup._executable").patch_when_imported()


if getattr(sys.modules.get("sitecustomize"), "__file__", None) == __file__:  # Python's start
    _step_aside()
    _patch()
