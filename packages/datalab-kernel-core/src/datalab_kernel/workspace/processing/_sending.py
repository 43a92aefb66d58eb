"""What other processes are sent: as bytes, by cloudpickle where it is installed."""

from __future__ import annotations

import pickle
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import ParameterError
from datalab_kernel.workspace.processing._steps import CallStep

if TYPE_CHECKING:
    from datalab_kernel.workspace.processing._file_run import Recipe

__all__ = ["packed"]


def packed(recipe: Recipe) -> bytes:
    """Write a recipe as bytes, which ``pickle.loads`` reads in another process.

    Raises
    ------
    ParameterError
        If a function can't be sent.
    """
    has_cloudpickle = find_spec("cloudpickle") is not None
    for step in recipe.steps:
        if isinstance(step, CallStep) and not has_cloudpickle and _is_of_notebook(step):
            reason = "it is a notebook's or a console's"
            raise _error(step, reason)
        try:
            _dumps(step, has_cloudpickle=has_cloudpickle)
        except Exception as error:
            raise _error(step, str(error)) from error
    return _dumps(recipe, has_cloudpickle=has_cloudpickle)


def _dumps(value: Any, *, has_cloudpickle: bool) -> bytes:
    if not has_cloudpickle:
        return pickle.dumps(value, protocol=5)
    import cloudpickle

    found: bytes = cloudpickle.dumps(value)
    return found


def _is_of_notebook(step: CallStep) -> bool:
    """Say whether a function is of a main module that other processes can't import."""
    is_of_main = getattr(step.call, "__module__", "") == "__main__"
    return is_of_main and not hasattr(sys.modules["__main__"], "__file__")


def _error(step: Any, reason: str) -> ParameterError:
    message = (
        f"The step {step} can't be sent to another process: {reason}. Write it with def in a "
        "module (a .py file) and import it from there, or install cloudpickle."
    )
    return ParameterError(message, function=str(step), problems=[message], parameters=[])
