"""What somebody's function returned: objects, or a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from datalab_kernel.objects import ImageObj, SignalObj
from datalab_kernel.objects._coerce import as_object

if TYPE_CHECKING:
    from datalab_kernel.objects import DataObject


def objects_in(value: Any, function: str) -> list[DataObject] | None:
    """Return the objects that a value is; None if it is a table.

    Parameters
    ----------
    value
        An object, whatever ``workspace.add`` takes for one, or a list of objects; a dict or a
        pandas frame is a table.
    function
        Who returned it.

    Raises
    ------
    TypeError
        If it is neither.
    """
    is_frame = type(value).__name__ == "DataFrame"
    if is_frame or isinstance(value, Mapping) or hasattr(value, "params"):  # lmfit's result
        return None
    if isinstance(value, (list, tuple)) and value and all(map(_is_object, value)):
        return [*value]
    try:
        return [as_object(value)[0]]
    except TypeError as error:
        message = (
            f"{function} returned a {type(value).__name__}. A step returns an object (or a list "
            "of them), an array, or a table: a dict of numbers, or a pandas frame."
        )
        raise TypeError(message) from error


def _is_object(value: Any) -> bool:
    return isinstance(value, (SignalObj, ImageObj))
