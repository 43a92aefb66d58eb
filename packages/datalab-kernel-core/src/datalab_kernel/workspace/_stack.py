"""A stack: the frames of one group, by their places, projected onto one image."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, overload

from datalab_kernel.errors import OperandError
from datalab_kernel.workspace._standing_for import StandsForObjects
from datalab_kernel.workspace.arithmetic import with_operators

if TYPE_CHECKING:
    import numpy as np

    from datalab_kernel.objects import ImageObj

Place: TypeAlias = Mapping[str, int]
Project: TypeAlias = Callable[[Mapping[str, Sequence[str]], str, Any], Any]
"""Adds a projection of each part, by its title, by a method and under names."""
THUMBNAIL = (64, 64)


class Frames(NamedTuple):
    """How a stack reaches the workspace.

    ``look`` gives an image, ``glance`` one of about so many pixels with all that is said of it.
    """

    look: Callable[[str], ImageObj]
    glance: Callable[[str, tuple[int, int]], ImageObj]
    project: Project


class Stack(StandsForObjects, Sequence["ImageObj"]):
    """Images of a workspace that are frames of one another: slices in z, moments, channels.

    :meth:`Workspace.stack` makes one. It holds names, no pixels: each frame is read when it is
    looked at. It stands for its frames wherever names are taken: ``plotter.grid(stack)``,
    ``workspace.calc("gaussian_filter", on=stack, sigma=1)``.

    Attributes
    ----------
    title : str
        The group's, and which part of it.
    names : tuple of str
        Of the frames, in their order.

    Notes
    -----
    ``stack[2]`` is an image, a copy, as ``workspace[…]`` gives it (``stack[2] - 5``); ``stack[2:8]`` a stack, and so is ``stack[{"Z": 2}]``, as
    :meth:`select` gives it. Iterating gives the images one after another; ``np.asarray(stack)``
    is an array of shape ``(n, ny, nx)``.

    Examples
    --------
    >>> import numpy as np
    >>> from datalab_kernel import Workspace
    >>> workspace = Workspace("standalone")
    >>> planes = np.arange(24, dtype=np.uint16).reshape(3, 2, 4)
    >>> _ = workspace.add({f"z{i}": plane for i, plane in enumerate(planes)}, group="cells")
    >>> stack = workspace.stack("cells")
    >>> stack
    Stack('cells': 3 frames of 4 by 2 pixels, uint16)
    >>> brightest = stack.max()
    >>> brightest.name, workspace["max(cells)"].data[0, 0]
    ('max(cells)', np.uint16(16))
    """

    def __init__(
        self,
        title: str,
        names: Sequence[str],
        frames: Frames,
        places: Mapping[str, Place],
        described: str,
    ) -> None:
        self.title = title
        self.names = tuple(names)
        self._frames = frames
        self._places = places
        self._described = described

    # -- frames -------------------------------------------------------------------------

    @property
    def places(self) -> tuple[Place, ...]:
        """Where each frame is, counted from 0: ``{"T": 0, "Z": 3, "C": 1}``; empty if it isn't known."""
        return tuple(self._places[name] for name in self.names)

    @property
    def axes(self) -> dict[str, int]:
        """How many places there are along each axis: ``{"T": 1, "Z": 24, "C": 2}``."""
        found: dict[str, set[int]] = {}
        for place in self.places:
            for axis, at in place.items():
                found.setdefault(axis, set()).add(at)
        return {axis: len(there) for axis, there in found.items()}

    def names_there(self) -> list[str]:
        """Return the names of the frames."""
        return list(self.names)

    def view(self, number: int) -> ImageObj:
        """Return a frame to be looked at: its arrays are read-only."""
        return self._frames.look(self.names[number])

    def __len__(self) -> int:
        """Count the frames."""
        return len(self.names)

    def __iter__(self) -> Iterator[ImageObj]:
        """Give each frame as a copy, one after another."""
        return (self[number] for number in range(len(self)))

    @overload
    def __getitem__(self, index: int) -> ImageObj: ...
    @overload
    def __getitem__(self, index: slice | Mapping[str, Any]) -> Stack: ...
    def __getitem__(self, index: Any) -> ImageObj | Stack:
        """Give a frame as a copy, or some frames as a stack."""
        from datalab_kernel.objects import copy_object

        if isinstance(index, slice):
            return self._part(f"{self.title}{_written(index)}", self.names[index])
        if isinstance(index, Mapping):
            return self.select(**index)
        try:
            name = self.names[index]
        except TypeError:
            message = (
                f"A stack's frames are counted, not found by {index!r:.80}: stack[0], stack[2:8], "
                "stack[{'Z': 2}]. Single images are workspace[name]."
            )
            raise TypeError(message) from None
        except IndexError:
            message = f"{self.title!r} has {len(self)} frames, counted from 0; there is no {index}."
            raise IndexError(message) from None
        obj: ImageObj = with_operators(copy_object(self._frames.look(name)), name)
        return obj

    def select(self, **places: int | slice | Sequence[int]) -> Stack:
        """Return the frames at places of their axes.

        Parameters
        ----------
        **places
            By the axis' letter, counted from 0: ``Z=3``, ``T=slice(0, 10)``, ``C=[0, 2]``.

        Returns
        -------
        Stack
            In the order of this one.

        Raises
        ------
        OperandError
            If the frames have no such axis, or nothing is there.
        """
        sizes = self.axes
        wanted = {_axis(axis, sizes, self.title): at for axis, at in places.items()}
        ends = {axis: 1 + max(one.get(axis, 0) for one in self.places) for axis in wanted}
        chosen = [
            name
            for name, place in zip(self.names, self.places, strict=True)
            if all(_is_at(place.get(axis), at, ends[axis]) for axis, at in wanted.items())
        ]
        text = " ".join(f"{axis}{_written(at)}" for axis, at in wanted.items())
        if not chosen:
            there = ", ".join(f"{axis} 0 to {size - 1}" for axis, size in sizes.items())
            message = f"{self.title!r} has no frame at {text}. It has {there}."
            raise OperandError(message, function=None, names=list(self.names))
        return self._part(f"{self.title} {text}".rstrip(), chosen)

    def _part(self, title: str, names: Sequence[str]) -> Stack:
        return Stack(title, names, self._frames, self._places, self._described)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        """Return all frames as an array of shape ``(n, ny, nx)``."""
        import numpy as np

        if copy is False:
            message = "The frames of a stack lie apart: an array of them is a copy."
            raise ValueError(message)
        return np.stack([self.view(number).data for number in range(len(self))]).astype(
            dtype, copy=False
        )

    # -- projections --------------------------------------------------------------------

    def max(self, axis: str | Sequence[str] | None = None, *, name: Any = None) -> Any:
        """Add the maximum of all frames, pixel by pixel: what is brightest.

        Parameters
        ----------
        axis
            The axis that is projected, such as ``"Z"``, or several; the others stay: each of
            their places has a projection of its own. None: the only one.
        name
            The name of what is added, or a list of names; None: ``max(cells)``. The same
            projection again replaces it.

        Returns
        -------
        CalcResult
            The names of what was added, to the group ``projections``; a formula computes with it:
            ``stack.max() / 2``. Its history and script name the frames.

        Raises
        ------
        OperandError
            If frames differ in shape, axes or unit; or if they have several axes, of which
            ``axis`` doesn't say which one.

        Notes
        -----
        One frame is held at a time. Masked pixels and NaN are left out. Values keep their type.
        """
        return self._projected("max", axis, name)

    def min(self, axis: str | Sequence[str] | None = None, *, name: Any = None) -> Any:
        """Add the minimum of all frames, as :meth:`max` does: what is always there."""
        return self._projected("min", axis, name)

    def mean(self, axis: str | Sequence[str] | None = None, *, name: Any = None) -> Any:
        """Add the mean of all frames, as :meth:`max` does; it is of float64."""
        return self._projected("mean", axis, name)

    def sum(self, axis: str | Sequence[str] | None = None, *, name: Any = None) -> Any:
        """Add the sum of all frames, as :meth:`max` does, in a type that holds it.

        That of integers is of int32, or float64 where that might not hold it.
        """
        return self._projected("sum", axis, name)

    def _projected(self, method: str, axis: str | Sequence[str] | None, name: Any) -> Any:
        parts = self._parts(axis)
        if name is None:
            name = [f"{method}({title})" for title in parts]
        return self._frames.project(parts, method, name)

    def _parts(self, axis: str | Sequence[str] | None) -> dict[str, list[str]]:
        """Return the frames that are projected together, by what they are called."""
        sizes = self.axes
        along = [axis] if isinstance(axis, str) else [*(axis or ())]
        along = [_axis(one, sizes, self.title) for one in along]
        several = [f"{one!r} ({size})" for one, size in sizes.items() if size > 1]
        if axis is None and len(several) > 1:
            letters = [one for one, size in sizes.items() if size > 1]
            message = (
                f"{self.title!r} has the axes {' and '.join(several)}: say which is projected, "
                f"such as max({letters[0]!r}), or max({letters!r}) for all."
            )
            raise OperandError(message, function="projection", names=list(self.names))
        rest = [one for one, size in sizes.items() if size > 1 and along and one not in along]
        parts: dict[str, list[str]] = {}
        for name, place in zip(self.names, self.places, strict=True):
            text = " ".join(f"{one}{place[one]}" for one in rest if one in place)
            parts.setdefault(f"{self.title} {text}".rstrip(), []).append(name)
        return parts

    # -- display ------------------------------------------------------------------------

    def _line(self) -> str:
        count = len(self)
        frames = f"{count:,} frame{'' if count == 1 else 's'}"
        known = "".join(f", {axis} {size}" for axis, size in self.axes.items())
        return f"{self.title!r}: {frames} of {self._described}{known}"

    def __repr__(self) -> str:
        """Say in one line what it is."""
        return f"Stack({self._line()})"

    def _repr_html_(self) -> str:
        from datalab_kernel.display._strip import strip_html

        captions = [
            " ".join(f"{axis}{at}" for axis, at in place.items()) or name
            for place, name in zip(self.places, self.names, strict=True)
        ]
        return strip_html(
            f"Stack {self._line()}",
            captions,
            lambda number: self._frames.glance(self.names[number], THUMBNAIL),
        )


def _axis(axis: str, sizes: Mapping[str, int], title: str) -> str:
    """Return the letter of an axis that the frames have, as they write it."""
    found = next((one for one in sizes if one.casefold() == str(axis).casefold()), None)
    if found is None:
        there = ", ".join(sizes)
        known = f"They have {there}" if there else "They don't say where they are: slice the stack"
        message = f"The frames of {title!r} have no axis {axis!r}. {known}."
        raise OperandError(message, function=None, names=[])
    return found


def _is_at(there: int | None, wanted: Any, count: int) -> bool:
    if there is None:
        return False
    if isinstance(wanted, slice):
        return there in range(*wanted.indices(count))
    if isinstance(wanted, Sequence):
        return there in wanted
    return bool(there == wanted)


def _written(at: Any) -> str:
    if isinstance(at, slice):
        ends = [("" if end is None else str(end)) for end in (at.start, at.stop)]
        step = "" if at.step is None else f":{at.step}"
        return f"[{ends[0]}:{ends[1]}{step}]"
    return str(at).replace(" ", "")
