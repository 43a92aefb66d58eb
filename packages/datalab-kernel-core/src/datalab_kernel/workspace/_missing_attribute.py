"""What to say of an attribute that a workspace doesn't have: what is called otherwise, and how."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["hint_for"]

_CALLED_OTHERWISE = {
    **dict.fromkeys(("plot", "show", "draw", "imshow", "display"), "plotter.plot({})"),
    **dict.fromkeys(("delete", "drop", "discard"), "workspace.remove({})"),
    **dict.fromkeys(("names", "objects", "signals", "images"), "workspace.list()"),
    **dict.fromkeys(("open", "read", "import_file"), "workspace.load(path)"),
    **dict.fromkeys(("write", "dump", "store"), "workspace.save(path)"),
    **dict.fromkeys(("set", "put", "insert"), "workspace.add({}, obj)"),
    **dict.fromkeys(("compute", "process", "run", "apply"), "workspace.calc(function, on={})"),
}


def hint_for(name: str, objects: Collection[str], own: Collection[str]) -> str:
    """Return a sentence that says what was meant, or an empty text.

    Parameters
    ----------
    name
        The attribute.
    objects
        Names of objects, as far as they are known.
    own
        The attributes that there are.

    Examples
    --------
    >>> hint_for("sine", ["sine"], [])
    "Objects are items: workspace['sine']."
    >>> hint_for("plot", ["sine"], [])
    "Say plotter.plot('sine')."
    >>> hint_for("exprot", [], ["export", "exists"])
    "Did you mean 'export'?"
    """
    if name in objects:
        return f"Objects are items: workspace[{name!r}]."
    if name in _CALLED_OTHERWISE:
        first = next(iter(objects), "name")
        return f"Say {_CALLED_OTHERWISE[name].format(repr(first))}."
    near = difflib.get_close_matches(name, own, n=1, cutoff=0.7)
    return f"Did you mean {near[0]!r}?" if near else ""
