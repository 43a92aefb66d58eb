"""Answer requests for history from IPython's own, as other IPython kernels do.

xeus answers them from a list in memory, which knows no other session, counts otherwise than
IPython does, and lists an entry as often as it was run.
"""

from __future__ import annotations

from typing import Any

__all__ = ["history_of"]


def history_of(shell: Any, content: dict[str, Any]) -> dict[str, Any]:
    """Return the content of a ``history_reply``.

    Parameters
    ----------
    shell
        IPython's shell.
    content
        That of the ``history_request``.

    Returns
    -------
    dict
        Its ``history`` holds (session, line, input) or, if asked for, (session, line,
        (input, output)).
    """
    manager = shell.history_manager
    how = {"raw": content.get("raw", True), "output": content.get("output", False)}
    match content.get("hist_access_type"):
        case "tail":
            found = manager.get_tail(content.get("n", 10), include_latest=True, **how)
        case "range":
            session, start = content.get("session", 0), content.get("start", 1)
            lines = manager.get_range(session, start, content.get("stop"), **how)
            # IPython numbers its own session 0, whatever was asked for.
            found = ((number or session, *rest) for number, *rest in lines)
        case "search":
            number, is_unique = content.get("n"), content.get("unique", False)
            pattern = content.get("pattern", "*")
            found = manager.search(pattern, n=number, unique=is_unique, **how)
        case _:
            found = []
    return {"status": "ok", "history": [*found]}
