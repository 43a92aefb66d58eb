"""What a person is told where DataLab will take long with many objects; nothing is slower for it here."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from datalab_kernel.backends import TakesLong
from datalab_kernel.display._remark import show_remark

if TYPE_CHECKING:
    from collections.abc import Iterable

    from datalab_kernel.backends import Backend
    from datalab_kernel.objects import Kind
    from datalab_kernel.storage import Contents

__all__ = ["MANY", "tell_of_long_addition", "tell_of_long_opening"]

MANY = 20
"""Fewer objects than these are added soon enough, unless very many are there."""
_LONG_S = 10.0


def tell_of_long_opening(contents: Contents) -> None:
    """Say of a file that was saved how long DataLab will take to open it, if that is long."""
    from datalab_kernel.objects import MANY_IN_DATALAB, seconds_in_datalab, shown_time

    for kind, groups in (("signals", contents.signals), ("images", contents.images)):
        number = sum(len(group.objects) for group in groups)
        if number > MANY_IN_DATALAB:
            show_remark(
                f"The file has {number:,} {kind}. It is loaded here as quickly as any, but DataLab "
                f"1.3 will take about {shown_time(seconds_in_datalab(number))} to open it: the cube "
                f"of their number. For DataLab, save parts of at most {MANY_IN_DATALAB} to several "
                'files, or connect to it and load(path, names="…") what you want to see there.'
            )


def tell_of_long_addition(backend: Backend, kinds: Iterable[Kind]) -> None:
    """Say how long adding objects of these kinds will take, if that is long."""
    if not isinstance(backend, TakesLong):
        return
    from datalab_kernel.objects import shown_time

    numbers = Counter(kinds)
    seconds = backend.seconds_to_add(numbers)
    if seconds > _LONG_S:
        show_remark(
            f"{backend.program} will take about {shown_time(seconds)} to add {numbers.total():,} "
            "objects: the cube of the number that it holds. Stop ends it, and takes away again "
            "what was added."
        )
