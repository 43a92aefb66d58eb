"""What Tab answers inside ``calc("``: the names of functions."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["function_matcher"]

_IN_CALL = re.compile(r"""\.(?:calc|functions)\(\s*(?:[^'"()]*function\s*=\s*)?['"](\w*)\Z""")


def function_matcher(context: Any) -> dict[str, Any]:
    """Complete a function's name in the text before the cursor, for IPython's completer."""
    from IPython.core.completer import SimpleCompletion

    found = _IN_CALL.search(context.text_until_cursor)
    if found is None:
        return {"completions": []}
    matches = [name for name in function_names() if name.startswith(found[1])]
    return {
        "completions": [SimpleCompletion(name, type="function") for name in matches],
        "matched_fragment": found[1],
        "suppress": bool(matches),
    }


function_matcher.matcher_api_version = 2  # type: ignore[attr-defined]
function_matcher.matcher_identifier = "datalab_kernel.function"  # type: ignore[attr-defined]


def function_names() -> list[str]:
    """Return the names of all functions in alphabetical order."""
    from datalab_kernel.compute import all_functions

    return sorted({info.name for info in all_functions()})
