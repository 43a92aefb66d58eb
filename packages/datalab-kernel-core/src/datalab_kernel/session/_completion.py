"""What Tab answers about the session's names and ``%datalab``: matchers for IPython's completer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from datalab_kernel.session._first_use import FirstUse

__all__ = ["call_matcher", "command_matcher", "name_matcher"]

_AT_CURSOR = re.compile(r"(?<![\w.])([^\W\d]\w*(?:\.[^\W\d]\w*)*)\.(\w*)\Z")


def name_matcher(first_use: FirstUse) -> Callable[[Any], dict[str, Any]]:
    """Return a matcher for IPython's completer, which makes the names in the line real first.

    So ``np.lin<Tab>`` and ``workspace["<Tab>`` are answered by the real objects, also
    before any cell has mentioned them. Its own matches are the submodules that can be
    used without an import, as in ``sigima.pro<Tab>``. While Sigima isn't there yet, they are
    all that its files say: front ends wait a second for an answer, less than the import takes.
    """

    def mentioned(context: Any) -> dict[str, Any]:
        text = context.text_until_cursor
        found = _AT_CURSOR.search(text)
        if found is not None and (unimported := first_use.namespace.unimported(found[1])):
            return {**_in_unimported(unimported, found[2]), "matched_fragment": found[2]}
        first_use.make_real_in(text)
        if found is None:
            return {"completions": []}
        dotted, fragment = found.groups()
        names = first_use.namespace.submodules(dotted)
        matches = [name for name in names if name.startswith(fragment)]
        return {"completions": _completions(matches, "module"), "matched_fragment": fragment}

    return _as_matcher(mentioned, "datalab_kernel")


def _in_unimported(names: dict[str, str], fragment: str) -> dict[str, Any]:
    from IPython.core.completer import SimpleCompletion

    matches = {name: kind for name, kind in names.items() if name.startswith(fragment)}
    completions = [SimpleCompletion(name, type=matches[name]) for name in sorted(matches)]
    return {"completions": completions, "suppress": bool(completions)}


def command_matcher(magic: str, commands: Iterable[str]) -> Callable[[Any], dict[str, Any]]:
    """Return a matcher that completes the first word after a line magic's name."""
    known = tuple(commands)
    begun = re.compile(rf"\s*%{magic}\s+(\w*)")

    def after_the_magic(context: Any) -> dict[str, Any]:
        found = begun.fullmatch(context.text_until_cursor)
        if found is None:
            return {"completions": []}
        matches = [name for name in known if name.startswith(found[1])]
        return {
            "completions": _completions(matches, "magic"),
            "matched_fragment": found[1],
            "suppress": True,
        }

    return _as_matcher(after_the_magic, f"datalab_kernel.{magic}")


def call_matcher(user_ns: Mapping[str, Any]) -> Callable[[Any], dict[str, Any]]:
    """Return a matcher for what stands inside ``workspace.calc(…)``, ``plotter.plot(…)``."""

    def inside_the_call(context: Any) -> dict[str, Any]:
        from datalab_kernel.session._call_completion import answer_in_call  # not at each start

        return answer_in_call(context, user_ns)

    return _as_matcher(inside_the_call, "datalab_kernel.call")


def _completions(texts: Iterable[str], kind: str) -> list[Any]:
    from IPython.core.completer import SimpleCompletion

    return [SimpleCompletion(text, type=kind) for text in texts]


def _as_matcher(
    function: Callable[[Any], dict[str, Any]], identifier: str
) -> Callable[[Any], dict[str, Any]]:
    function.matcher_api_version = 2  # type: ignore[attr-defined]
    function.matcher_identifier = identifier  # type: ignore[attr-defined]
    return function
