"""The binary part of a comm message: bytes that lie in order in memory, never copied."""

from __future__ import annotations

from pickle import PickleBuffer
from typing import TYPE_CHECKING, Any

from datalab_kernel_channel._errors import WireValueError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["as_buffers"]

OBJECTS = "O"
"""NumPy's format of arrays of Python objects, whose memory holds addresses."""


def as_buffers(buffers: Iterable[Any] | None) -> list[memoryview]:
    """Return buffers as flat views of their memory.

    Parameters
    ----------
    buffers
        bytes, bytearray, memoryview, arrays: what has Python's buffer interface.

    Returns
    -------
    list of memoryview
        One-dimensional, of bytes; no memory is copied.

    Raises
    ------
    WireValueError
        If one has no bytes to give, or isn't C-contiguous; its ``path`` has the index.
    """
    return [_flat(buffer, f"buffers[{at}]") for at, buffer in enumerate(buffers or ())]


def _flat(buffer: Any, path: str) -> memoryview:
    try:
        view = memoryview(buffer)
    except (TypeError, ValueError, BufferError) as error:
        raise _refused(buffer, path, f"has no bytes to give ({error})") from error
    if OBJECTS in view.format:
        raise _refused(buffer, path, "holds Python objects, and not numbers")
    if not view.c_contiguous:
        raise _refused(buffer, path, "doesn't lie in order in memory (non-contiguous)")
    return PickleBuffer(view).raw()


def _refused(buffer: Any, path: str, why: str) -> WireValueError:
    kind = type(buffer).__name__
    message = (
        f"{path}, of type {kind}, {why}; nothing was sent. "
        "Send bytes or a C-contiguous array: np.ascontiguousarray(…) makes one."
    )
    return WireValueError(message, path=path, value_type=kind)
