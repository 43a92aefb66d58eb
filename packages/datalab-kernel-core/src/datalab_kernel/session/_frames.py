"""Whose code the frames of a traceback are, and which of them tell a person something."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum, auto
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType

__all__ = ["Frames", "Owner", "Split", "kept_frames"]

_OURS, _OURS_BEGIN = ("sigima", "guidata"), "datalab_kernel"
_INSTALLED = {"site-packages", "dist-packages"}
_STANDARD_LIBRARY = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120


class Owner(Enum):
    """Whose a frame is: the person's, this project's or Sigima's, Python's, another package's."""

    PERSON = auto()
    OURS = auto()
    PYTHON = auto()
    OTHER = auto()


def kept_frames(owners: Sequence[Owner]) -> list[int]:
    """Return which frames to show, outermost first.

    What our code calls is left out, up to where it calls the person's own. So is what
    Python's library does on the way to our code, such as entering a ``with``. Without a
    frame of the person's, all are shown.

    Examples
    --------
    >>> P, D, S, N = Owner.PERSON, Owner.OURS, Owner.PYTHON, Owner.OTHER
    >>> kept_frames([N, P, D, N, P, S, D])
    [0, 1, 4]
    >>> kept_frames([N, P, N, S])
    [0, 1, 2, 3]
    """
    kept: list[int] = []
    is_begun = False
    for is_persons, run in groupby(range(len(owners)), lambda at: owners[at] is Owner.PERSON):
        part = [*run]
        if is_persons or not is_begun:
            is_begun = is_begun or is_persons
        else:
            part = _before_ours(part, owners)
        kept += part
    return kept


def _before_ours(part: list[int], owners: Sequence[Owner]) -> list[int]:
    ours = next((at for at in part if owners[at] is Owner.OURS), None)
    if ours is None:
        return part
    before = [at for at in part if at < ours]
    while before and owners[before[-1]] is Owner.PYTHON:
        before.pop()
    return before


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The frames of a traceback, and those of them that are shown.

    Attributes
    ----------
    owners : list of Owner
        Whose each frame is.
    shown : TracebackType or None
        The traceback without those that are folded away.
    folded : int
        How many these are.
    packages : list of str
        The packages that they are of, in order.
    is_end_folded : bool
        Whether the innermost is among them.
    """

    owners: list[Owner]
    shown: TracebackType | None
    folded: int
    packages: list[str]
    is_end_folded: bool


class Frames:
    """Tell the person's frames from ours and others'.

    Parameters
    ----------
    user_ns
        The namespace that cells run in.
    """

    def __init__(self, user_ns: Mapping[str, Any]) -> None:
        self._user_ns = user_ns

    def split(self, tb: TracebackType | None) -> Split:
        """Choose what to show of a traceback."""
        entries = [*_entries(tb)]
        owners = [self.owner(entry.tb_frame) for entry in entries]
        kept = kept_frames(owners)
        folded = sorted({*range(len(entries))} - {*kept})
        packages = [
            _package(entries[at].tb_frame) for at in folded if owners[at] is not Owner.PYTHON
        ]
        return Split(
            owners=owners,
            shown=_joined([entries[at] for at in kept]) if folded else tb,
            folded=len(folded),
            packages=[name for name in dict.fromkeys(packages) if name],
            is_end_folded=bool(folded) and folded[-1] == len(entries) - 1,
        )

    def owner(self, frame: FrameType) -> Owner:
        """Say whose a frame is."""
        package = _package(frame)
        if package in _OURS or package.startswith(_OURS_BEGIN):
            return Owner.OURS
        path = frame.f_code.co_filename
        if frame.f_globals is self._user_ns or package == "__main__":
            return Owner.PERSON
        if path.startswith("<frozen "):
            return Owner.PYTHON
        if not path.startswith("<") and not os.path.isabs(path):  # noqa: PTH117
            path = str(frame.f_globals.get("__file__") or path)  # Cython's: "pandas/_libs/lib.pyx"
        if path.startswith("<") or _INSTALLED & {*Path(path).parts}:
            return Owner.OTHER
        return Owner.PYTHON if path.startswith(_STANDARD_LIBRARY) else Owner.PERSON


def _package(frame: FrameType) -> str:
    name = frame.f_globals.get("__name__")
    return name.partition(".")[0] if isinstance(name, str) else ""


def _entries(tb: TracebackType | None) -> Iterator[TracebackType]:
    while tb is not None:
        yield tb
        tb = tb.tb_next


def _joined(entries: Sequence[TracebackType]) -> TracebackType | None:
    joined: TracebackType | None = None
    for entry in reversed(entries):
        joined = TracebackType(joined, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return joined
