"""Completions with their types, which xpython computes and then leaves out of its reply."""

from __future__ import annotations

from typing import Any

from datalab_kernel_spec.protocol._words import types_as_match

__all__ = ["send_types_of_completions"]


def send_types_of_completions(shell: Any) -> None:
    """Add them to what the shell answers, as the relay expects them."""
    import warnings

    from IPython.core.completer import ProvisionalCompleterWarning, rectify_completions

    # Once for all: IPython's own way changes the filters for a moment, and other threads'
    # changes (those of imports, say) undo it in between.
    warnings.simplefilter("ignore", ProvisionalCompleterWarning)

    def complete_code(code: str, cursor_pos: int) -> tuple[list[str], int, int]:
        found = [*rectify_completions(code, shell.Completer.completions(code, cursor_pos))]
        if not found:
            return [], cursor_pos, cursor_pos
        types = [
            {"start": one.start, "end": one.end, "text": one.text, "type": one.type}
            for one in found
        ]
        matches = [*(one.text for one in found), types_as_match(types)]
        return matches, found[0].start, found[0].end

    shell.complete_code = complete_code
