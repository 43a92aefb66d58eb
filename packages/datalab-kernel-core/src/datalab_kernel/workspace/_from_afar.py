"""Looking at a large object as a whole, where its backend can spare us most of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel.backends import Reduces

if TYPE_CHECKING:
    from datalab_kernel.workspace._shelf import Shelf

COLUMNS = 4096
"""Of x: no picture is wider, in pixels."""
MANY_SAMPLES = 16 * COLUMNS
PIXELS = (2048, 2048)
MANY_PIXELS = 4 * PIXELS[0] * PIXELS[1]

Limits = tuple[float, float] | None


def glance(shelf: Shelf, name: str, shape: tuple[int, int]) -> Any:
    """Return an image with all that is said of it, and no more pixels than these if that spares us some."""
    with shelf.lock:
        backend = shelf.backend
        if isinstance(backend, Reduces) and name in backend.describe():
            return backend.area_means(name, shape, None, None)
        return shelf.view(name)


def view_from_afar(shelf: Shelf, name: str, xlim: Limits, ylim: Limits) -> Any:
    """Return an object to be looked at: what a picture needs of a large one."""
    with shelf.lock:
        backend = shelf.backend
        if not isinstance(backend, Reduces):  # describing it would be a request more to DataLab
            return shelf.view(name)
        info = backend.describe().get(name)
        if info is None:
            return shelf.view(name)
        if info.kind == "signal":
            is_large = info.shape[0] > MANY_SAMPLES
            return backend.extremes(name, COLUMNS, xlim) if is_large else shelf.view(name)
        is_large = info.shape[0] * info.shape[1] > MANY_PIXELS
        return backend.area_means(name, PIXELS, xlim, ylim) if is_large else shelf.view(name)
