"""Which images of a shelf are the frames of a stack."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from datalab_kernel.errors import OperandError
from datalab_kernel.objects import _names
from datalab_kernel.objects._frames import place_of
from datalab_kernel.workspace._from_afar import glance
from datalab_kernel.workspace._stack import Frames, Stack
from datalab_kernel.workspace._standing_for import StandsForObjects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datalab_kernel.objects import ObjectInfo
    from datalab_kernel.workspace._shelf import Shelf
    from datalab_kernel.workspace._stack import Project

_ONE_PIXEL = (1, 1)
"""Is enough to read what is said of a frame."""


class _Seen(NamedTuple):
    """What is said of an image: where it is in its stack, and whether it was computed."""

    place: Mapping[str, int]
    is_computed: bool


def stack_of(shelf: Shelf, project: Project, group: Any) -> Stack:
    """Return the stack of a group, or of names; :meth:`Workspace.stack` documents it.

    ``project`` is what projects its frames.
    """
    with shelf.lock:
        infos = shelf.described()
        seen = {name: _glanced(shelf, name) for name in _images(shelf, group, infos)}
    names = [*seen] if not isinstance(group, str) else _frames_among(seen)
    title = group if isinstance(group, str) else names[0]
    described = _described(title, [infos[name] for name in names])
    frames = Frames(shelf.view, partial(glance, shelf), project)
    places = {name: seen[name].place for name in names}
    return Stack(title, names, frames, places, described)


def _images(shelf: Shelf, group: Any, infos: Mapping[str, ObjectInfo]) -> list[str]:
    """Return the images of a group, or those that are named, in their order."""
    if not isinstance(group, (str, list, tuple, StandsForObjects)):
        message = f"A stack is named by its group, or names, not by a {type(group).__name__}."
        raise TypeError(message)
    images = {name: info for name, info in infos.items() if info.kind == "image"}
    if isinstance(group, str):
        found = [name for name, info in images.items() if info.group == group]
        if found:
            return found
        if not _names.has_wildcard(group):
            titles = dict.fromkeys(info.group for info in images.values() if info.group)
            raise _names.not_found(group, titles, where="the groups of images")
    found = shelf.find(group)
    others = [name for name in found if name not in images]
    if others or not found:
        which = f"{_names.enumerate_names(others)} is none" if others else "no name was given"
        message = f"A stack is of images, and {which}."
        raise OperandError(message, function=None, names=others)
    return found


def _glanced(shelf: Shelf, name: str) -> _Seen:
    from datalab_kernel.compute import read_record

    image = glance(shelf, name, _ONE_PIXEL)
    return _Seen(place_of(image), is_computed=read_record(image) is not None)


def _frames_among(seen: Mapping[str, _Seen]) -> list[str]:
    """Leave out what came into a group later: images that no file placed, and computed ones."""
    placed = [name for name, one in seen.items() if one.place] or [*seen]
    return [name for name in placed if not seen[name].is_computed] or placed


def _described(title: str, infos: Sequence[ObjectInfo]) -> str:
    shapes: dict[tuple[int, ...], str] = {}
    for info in infos:
        shapes.setdefault(info.shape, info.name)
    if len(shapes) > 1:
        found = " and ".join(
            f"{nx} by {ny} pixels ({name!r})" for (ny, nx), name in [*shapes.items()][:2]
        )
        message = (
            f"{title!r} isn't one stack: it has images of {found}. workspace.stack takes some of "
            "them by their names too."
        )
        raise OperandError(message, function=None, names=[info.name for info in infos])
    ((ny, nx),) = shapes
    return f"{nx:,} by {ny:,} pixels, {' and '.join(dict.fromkeys(info.dtype for info in infos))}"
