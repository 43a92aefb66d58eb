"""Moving all objects of a workspace from one backend into another, all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datalab_kernel.backends import Backend, Placement, Put
from datalab_kernel.backends._powers import add_extras, add_group, extras_of, groups_of
from datalab_kernel.errors import NameTakenError
from datalab_kernel.objects import KINDS, _names

if TYPE_CHECKING:
    from collections.abc import Iterable


def move_all(source: Backend, target: Backend, *, overwrite: bool) -> None:
    """Put everything that a backend holds into another one: objects, groups, extras.

    Parameters
    ----------
    source, target
        The source keeps what it has.
    overwrite
        Whether objects of the same names in the target are replaced.

    Raises
    ------
    NameTakenError
        If both have objects of the same names and ``overwrite`` is false; nothing changes.
    """
    infos = [*source.describe().values()]
    if not overwrite:
        _check_free((info.name for info in infos), target)
    placement = Placement.REPLACE if overwrite else Placement.NEW
    is_ours = type(source).view is Backend.view  # of copies, which are nobody else's
    items = [
        Put(
            name=info.name,
            obj=source.view(info.name),
            group=info.group,
            placement=placement,
            is_owned=is_ours,
        )
        for info in infos
    ]
    target.put(items)
    for kind in KINDS:
        for title in groups_of(source, kind):
            add_group(target, kind, title)
    add_extras(target, extras_of(source))


def _check_free(names: Iterable[str], target: Backend) -> None:
    known = target.describe()
    taken = [name for name in names if name in known]
    if taken:
        message = (
            f"Nothing was moved: {_names.enumerate_names(taken)} already "
            f"exist{'s' if len(taken) == 1 else ''} there as well as here ({target.where}). Rename "
            "or remove one of each, or replace those there: workspace.resync(overwrite=True)."
        )
        raise NameTakenError(message, names=taken)
