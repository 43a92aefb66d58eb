"""Where in a call the cursor is, by the text alone: ``workspace.calc("fft", on="si``."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["CALC", "OBJECTS_FIRST", "PLOTS", "Place", "place_in_call"]

CALC = ("calc", "functions")
"""Methods whose first argument is a function's name."""
PLOTS = ("plot", "grid")
"""Methods that take a picture's options."""
OBJECTS_FIRST = (
    *PLOTS,
    *("get", "view_from_afar", "edit", "remove", "rename", "exists", "select"),
    *("export", "to_pandas", "to_xarray", "results", "attach", "history", "script", "notes"),
)
"""Methods whose first argument is an object's name."""

EXAMPLES = ("load_example",)
"""Methods whose first argument is an example's name."""
STACKS = ("stack",)
"""Methods whose first argument is a group's title."""
LOADS = ("load",)
"""Methods whose first argument is a file, and whose ``names`` are those of objects in it."""
_METHODS = (*LOADS, *CALC, *OBJECTS_FIRST, *EXAMPLES, *STACKS)

_CALL = re.compile(rf"(?:(?<![\w.])([^\W\d]\w*))?\.({'|'.join(_METHODS)})(?:\.(\w+))?\(")
_FUNCTION_GIVEN = re.compile(r"""\s*(?:function\s*=\s*)?(['"])(\w+)\1\s*""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a call of ``owner.method`` the cursor is.

    Attributes
    ----------
    owner : str
        The variable before the method; empty if it is something else.
    method : str
        One of :data:`CALC`, :data:`OBJECTS_FIRST`, :data:`EXAMPLES`, :data:`STACKS` or :data:`LOADS`.
    function : str
        The name of the function that is computed, as far as it is known.
    arguments : tuple of str
        The arguments that end before the cursor.
    begun : str
        The one that the cursor is in, up to it or to the text that it is in.
    quote : str
        How that text begins; empty if the cursor is in none.
    typed : str
        What is typed of it.
    """

    owner: str
    method: str
    function: str
    arguments: tuple[str, ...]
    begun: str
    quote: str = ""
    typed: str = ""


def place_in_call(text: str) -> Place | None:
    """Return where the end of a text is in the innermost call that is open there, of those known.

    Examples
    --------
    >>> place = place_in_call('workspace.calc("fft", on="si')
    >>> place.owner, place.function, place.begun, place.typed
    ('workspace', 'fft', ' on=', 'si')
    >>> place_in_call('workspace.calc("fft")') is None
    True
    """
    for found in reversed([*_CALL.finditer(text)]):
        inside = text[found.end() :]
        scanned = _scanned(inside)
        is_calc = found[2] == "calc"
        if scanned is None or (found[3] and not is_calc):
            continue
        commas, opened = scanned
        starts = [0, *(comma + 1 for comma in commas)]
        arguments = tuple(inside[a:b] for a, b in zip(starts, commas, strict=False))
        given = _FUNCTION_GIVEN.fullmatch(arguments[0]) if arguments and is_calc else None
        end = len(inside) if opened is None else opened
        return Place(
            owner=found[1] or "",
            method=found[2],
            function=found[3] or (given[2] if given else ""),
            arguments=arguments,
            begun=inside[starts[-1] : end],
            quote=inside[end : end + 1],
            typed=inside[end + 1 :],
        )
    return None


def _scanned(text: str) -> tuple[list[int], int | None] | None:
    """Return the commas between arguments, and where the text that is open at the end begins.

    None if the call is closed before the end.
    """
    commas: list[int] = []
    depth, opened, quote, is_escaped, is_comment = 0, None, "", False, False
    for place, char in enumerate(text):
        if quote:
            if char == quote and not is_escaped:
                quote, opened = "", None
            is_escaped = char == "\\" and not is_escaped
        elif is_comment or char == "#":
            is_comment = char != "\n"
        elif char in "'\"":
            quote, opened = char, place
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth < 0:
                return None
        elif char == "," and depth == 0:
            commas.append(place)
    return commas, opened
