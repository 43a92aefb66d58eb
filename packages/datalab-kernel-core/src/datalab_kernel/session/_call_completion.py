"""What Tab answers inside a call: functions, objects, parameters and options, and their choices.

Where in the call the cursor is, :mod:`datalab_kernel.session._call_place` says.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from typing import TYPE_CHECKING, Any, TypeGuard

from datalab_kernel.session._call_place import (
    CALC,
    EXAMPLES,
    LOADS,
    PLOTS,
    STACKS,
    Place,
    place_in_call,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from datalab_kernel.compute import FunctionInfo
    from datalab_kernel.plot import Plotter
    from datalab_kernel.workspace._workspace import Workspace

__all__ = ["answer_in_call"]

_ATTRIBUTE = re.compile(r"(?<![\w.])([^\W\d]\w*)\.calc\.(\w*)\Z")
_FUNCTION = re.compile(r"\s*(?:function\s*=\s*)?")
_LISTED = r"(?:[\[(].*)?"
_OPERANDS = re.compile(rf"\s*(?:on|operand)\s*=\s*{_LISTED}", re.DOTALL)
_FIRST = re.compile(rf"\s*(?:(?:what|names?|old|group)\s*=\s*)?{_LISTED}", re.DOTALL)
_FILE = re.compile(r"\s*path_or_pattern\s*=")
_NAMES = re.compile(rf"\s*names\s*=\s*{_LISTED}", re.DOTALL)
_KEYWORD = re.compile(r"\s*(\w+)\s*=")
_WORD = re.compile(r"\s*(\w*)")


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
    if place.method not in CALC:
        return _answer(_choices_in_text(place, user_ns), place.typed, "text")
    keyword = _KEYWORD.fullmatch(place.begun.rstrip())
    if not place.arguments and not place.function and _FUNCTION.fullmatch(place.begun):
        return _answer(_functions(), place.typed, "function")
    if _OPERANDS.fullmatch(place.begun):
        return _answer(_object_names(place, user_ns), place.typed, "text")
    if keyword and (choices := _choices(place.function, keyword[1])):
        return _answer(choices, place.typed, "text")
    return {"completions": []}


def _choices_in_text(place: Place, user_ns: Mapping[str, Any]) -> Iterable[str]:
    """Return what may be in a text of a call that isn't of ``calc``."""
    if place.method in LOADS:
        return _names_in_file(place, user_ns)
    if not place.arguments and _FIRST.fullmatch(place.begun):
        return _first_choices(place, user_ns)
    return _option_choices(place, user_ns)


def _first_choices(place: Place, user_ns: Mapping[str, Any]) -> Iterable[str]:
    """Return what may be the first argument: an example's name, a group's title, else an object's."""
    if place.method not in (*EXAMPLES, *STACKS):
        return _object_names(place, user_ns)
    workspace = user_ns.get(place.owner)
    if not _is_workspace(workspace):
        return ()
    if place.method in STACKS:
        return _written(workspace._appearance.stacks(), place)  # noqa: SLF001 - its own
    from datalab_kernel.workspace._examples import names

    return names()


def _names_in_file(place: Place, user_ns: Mapping[str, Any]) -> Iterable[str]:
    """Return the names of the objects in the file that is to be loaded."""
    from datalab_kernel.errors import DataLabKernelError

    if not (place.arguments and _NAMES.fullmatch(place.begun)):
        return ()
    workspace = user_ns.get(place.owner)
    if not _is_workspace(workspace):
        return ()
    path = _value(_FILE.sub("", place.arguments[0]).strip(), user_ns)
    if not isinstance(path, (str, os.PathLike)):
        return ()
    try:
        return _written(workspace.contents(path).names, place)
    except (DataLabKernelError, OSError):  # no such file, or none that has a list of names
        return ()


def _value(expression: str, user_ns: Mapping[str, Any]) -> Any:
    """Return what a text or a variable is; None of anything that would have to be computed."""
    try:
        tree = ast.parse(expression, mode="eval").body
    except SyntaxError:
        return None
    if isinstance(tree, ast.Constant):
        return tree.value
    return user_ns.get(tree.id) if isinstance(tree, ast.Name) else None


def _between_texts(place: Place) -> dict[str, Any]:
    """Complete a parameter's or option's name; ``on`` and the others IPython knows itself."""
    word = _WORD.fullmatch(place.begun)
    if word is None or not place.arguments or place.method in LOADS:
        return {"completions": []}
    given = {found[1] for text in place.arguments if (found := _KEYWORD.match(text))}
    wanted = [f"{name}=" for name in _parameters(place) if name not in given]
    return {**_answer(wanted, word[1], "param"), "suppress": False}


def _parameters(place: Place) -> Iterable[str]:
    if place.method == "plot":
        from datalab_kernel.plot._options import OPTIONS

        return OPTIONS
    if place.method == "grid":
        from datalab_kernel.plot._grid import OPTIONS as OPTIONS_OF_SHEETS

        return OPTIONS_OF_SHEETS
    return dict.fromkeys(p.name for info in _infos(place.function) for p in info.parameters)


def _option_choices(place: Place, user_ns: Mapping[str, Any]) -> Iterable[str]:
    keyword = _KEYWORD.fullmatch(place.begun.rstrip())
    if place.method not in PLOTS or keyword is None:
        return ()
    if keyword[1] == "overlay":
        return _object_names(place, user_ns)
    from datalab_kernel.plot._option_values import choices_of

    return choices_of(keyword[1])


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


def _is_plotter(value: Any) -> TypeGuard[Plotter]:
    home = sys.modules.get("datalab_kernel.plot._plotter")
    return home is not None and isinstance(value, home.Plotter)


def _object_names(place: Place, user_ns: Mapping[str, Any]) -> list[str]:
    """Return the objects that the function can run on, written as in the text that is open."""
    owner = user_ns.get(place.owner)
    workspace = owner.workspace if _is_plotter(owner) else owner
    if not _is_workspace(workspace):
        return []
    names = workspace._ipython_key_completions_()  # never looks for a DataLab
    kinds = {info.kind for info in _infos(place.function)} if names and place.function else set()
    if len(kinds) == 1:
        names = workspace.list(kind=kinds.pop())
    return _written(names, place)


def _written(names: Iterable[str], place: Place) -> list[str]:
    """Write names as the text that is open needs them."""
    escaped = {ord("\\"): r"\\", ord(place.quote): f"\\{place.quote}"}
    return [name.translate(escaped) for name in names]


def _choices(function: str, name: str) -> list[str]:
    if name == "units":
        from datalab_kernel.compute import AS_THEY_ARE

        return [AS_THEY_ARE]
    found = [p.choices for info in _infos(function) for p in info.parameters if p.name == name]
    texts = dict.fromkeys(text for choices in found for text in choices)
    return [text[1:-1] for text in texts if text.startswith("'")]
