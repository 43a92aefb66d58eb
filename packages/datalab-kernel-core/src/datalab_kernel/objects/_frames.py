"""Frames of a stack: images of one file that a workspace keeps in one group."""

from __future__ import annotations

from functools import lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from datalab_kernel.objects._sigima import DataObject

FRAME_KEY = "frame"
"""The metadata entry that says where a frame is on each axis of its stack, counted from 0."""

PLANES_HINT = (
    " Add each plane under a name of its own, as frames of one group: workspace.add({"
    "f'z{i}': plane for i, plane in enumerate(array)}, group='stack'); then "
    "workspace.stack('stack') has them together."
)
"""What errors say of arrays with more than two dimensions."""


def place_of(obj: DataObject) -> dict[str, int]:
    """Return where a frame is on each axis of its stack, counted from 0; empty if it doesn't say."""
    place = obj.metadata.get(FRAME_KEY)
    if not isinstance(place, dict):
        return {}
    return {str(axis): int(at) for axis, at in place.items()}


def stack_of(metadata: Mapping[str, Any]) -> str | None:
    """Return the title of the group that a loaded frame belongs into, by its metadata; else None."""
    source = metadata.get("source")
    if isinstance(metadata.get(FRAME_KEY), dict) and isinstance(source, str):
        return _title_of(source)
    return None


@lru_cache(maxsize=8)
def _title_of(source: str) -> str:
    return stack_title(PurePath(source))


def stack_title(path: PurePath) -> str:
    """Return what a file's frames are called together: its name, without ``.tif`` or ``.ome.tif``.

    Examples
    --------
    >>> stack_title(PurePath("cells.ome.tif"))
    'cells'
    """
    return path.stem.removesuffix(".ome") or path.stem
