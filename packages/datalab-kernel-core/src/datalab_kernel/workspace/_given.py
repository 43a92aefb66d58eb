"""What somebody gives to be added: checked, and made what a backend takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel.backends import Put
from datalab_kernel.objects import _names
from datalab_kernel.workspace.arithmetic import without_operators

if TYPE_CHECKING:
    from datalab_kernel.backends import Placement


def prepared(name: str, value: Any, group: str | None, placement: Placement) -> Put:
    """Make of what was given what a backend takes, or say why it can't be kept."""
    from datalab_kernel.objects import as_object, check_storable

    _names.check_name(name)
    if group is not None and not isinstance(group, str):
        message = f"A group's title must be text, not {type(group).__name__}."
        raise TypeError(message)
    obj, is_new = as_object(without_operators(value))
    check_storable(obj)
    return Put(name=name, obj=obj, group=group, placement=placement, is_owned=is_new)


def without_name(given: Any) -> TypeError:
    """Say what ``add`` lacks that was given one argument, without writing out its data."""
    from datalab_kernel.objects._frames import PLANES_HINT

    if isinstance(given, str):
        return TypeError(f"add({given!r}) has a name and no object. Give both: add(name, object).")
    shape = getattr(given, "shape", None)
    what = f"{type(given).__name__}{'' if shape is None else f' of shape {shape}'}"
    title = getattr(given, "title", "") or "name"
    hint = PLANES_HINT if shape is not None and len(shape) > 2 else ""  # noqa: PLR2004 - rows and columns
    return TypeError(
        f"add takes a name and an object, or a mapping of names to objects, and was given {what} "
        f"alone. The name comes first: add({title!r}, object).{hint}"
    )
