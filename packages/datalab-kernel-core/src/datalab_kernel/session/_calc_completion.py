"""What Tab answers inside ``workspace.calc(…)``: functions, objects, parameters, choices.

Where in the call the cursor is, the text alone says (:func:`place_in_call`).
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from datalab_kernel.compute import FunctionInfo
    from datalab_kernel.workspace._workspace import Workspace

__all__ = ["answer_in_call"]

_CALL = re.compile(r"(?:(?<![\w.])([^\W\d]\w*))?\.(calc|functions)(?:\.(\w+))?\(")
_ATTRIBUTE = re.compile(r"(?<![\w.])([^\W\d]\w*)\.calc\.(\w*)\Z")
_FUNCTION = re.compile(r"\s*(?:function\s*=\s*)?")
_FUNCTION_GIVEN = re.compile(_FUNCTION.pattern + r"""(['"])(\w+)\1\s*""")
_OBJECTS = re.compile(r"\s*(?:on|operand)\s*=\s*(?:[\[(].*)?", re.DOTALL)
_KEYWORD = re.compile(r"\s*(\w+)\s*=")
_WORD = re.compile(r"\s*(\w*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a call of ``owner.calc`` the cursor is.

    Attributes
    ----------
    owner : str
        The variable before ``.calc``; empty if it is something else.
    function : str
        The function's name, as far as it is known.
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
    function: str
    arguments: tuple[str, ...]
    begun: str
    quote: str = ""
    typed: str = ""


def place_in_call(text: str) -> Place | None:
    """Return where the end of a text is in the innermost call of ``calc`` that is open there.

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
        if scanned is None:
            continue
        commas, opened = scanned
        starts = [0, *(comma + 1 for comma in commas)]
        arguments = tuple(inside[a:b] for a, b in zip(starts, commas, strict=False))
        is_calc = found[2] == "calc"
        given = _FUNCTION_GIVEN.fullmatch(arguments[0]) if arguments and is_calc else None
        end = len(inside) if opened is None else opened
        return Place(
            owner=found[1] or "",
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


def answer_in_call(context: Any, user_ns: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a matcher of IPython's completer answers.

    Parameters
    ----------
    context
        IPython's, of the text and the cursor in it.
    user_ns
        The namespace in which the workspace is looked up.
    """
    lines = context.full_text.split("\n")[: context.cursor_line]
    text = "\n".join([*lines, context.text_until_cursor])
    if (begun := _ATTRIBUTE.search(text)) and _is_workspace(user_ns.get(begun[1])):
        return _answer(_functions(), begun[2], "function")
    place = place_in_call(text)
    if place is None:
        return {"completions": []}
    return _in_text(place, user_ns) if place.quote else _between_texts(place)


def _in_text(place: Place, user_ns: Mapping[str, Any]) -> dict[str, Any]:
    keyword = _KEYWORD.fullmatch(place.begun.rstrip())
    if not place.arguments and not place.function and _FUNCTION.fullmatch(place.begun):
        return _answer(_functions(), place.typed, "function")
    if _OBJECTS.fullmatch(place.begun):
        return _answer(_object_names(place, user_ns), place.typed, "text")
    if keyword and (choices := _choices(place.function, keyword[1])):
        return _answer(choices, place.typed, "text")
    return {"completions": []}


def _between_texts(place: Place) -> dict[str, Any]:
    """Complete a parameter's name; ``on`` and the others IPython knows itself."""
    word = _WORD.fullmatch(place.begun)
    if word is None or not place.arguments:
        return {"completions": []}
    given = {found[1] for text in place.arguments if (found := _KEYWORD.match(text))}
    names = dict.fromkeys(p.name for info in _infos(place.function) for p in info.parameters)
    wanted = [f"{name}=" for name in names if name not in given]
    return {**_answer(wanted, word[1], "param"), "suppress": False}


def _answer(texts: Iterable[str], typed: str, kind: str) -> dict[str, Any]:
    from IPython.core.completer import SimpleCompletion

    matches = [text for text in texts if text.startswith(typed)]
    return {
        "completions": [SimpleCompletion(text, type=kind) for text in matches],
        "matched_fragment": typed,
        "suppress": bool(matches),
    }


def _functions() -> tuple[str, ...]:
    from datalab_kernel.workspace._function_names import function_names

    return function_names()


def _infos(function: str) -> list[FunctionInfo]:
    from datalab_kernel.compute import all_functions

    return [info for info in all_functions() if info.name == function]


def _is_workspace(value: Any) -> TypeGuard[Workspace]:
    home = sys.modules.get("datalab_kernel.workspace._workspace")
    return home is not None and isinstance(value, home.Workspace)


def _object_names(place: Place, user_ns: Mapping[str, Any]) -> list[str]:
    """Return the objects that the function can run on, written as in the text that is open."""
    workspace = user_ns.get(place.owner)
    if not _is_workspace(workspace):
        return []
    names = workspace._ipython_key_completions_()  # never looks for a DataLab
    kinds = {info.kind for info in _infos(place.function)} if names else set()
    if len(kinds) == 1:
        names = workspace.list(kind=kinds.pop())
    escaped = {ord("\\"): r"\\", ord(place.quote): f"\\{place.quote}"}
    return [name.translate(escaped) for name in names]


def _choices(function: str, name: str) -> list[str]:
    found = [p.choices for info in _infos(function) for p in info.parameters if p.name == name]
    texts = dict.fromkeys(text for choices in found for text in choices)
    return [text[1:-1] for text in texts if text.startswith("'")]
