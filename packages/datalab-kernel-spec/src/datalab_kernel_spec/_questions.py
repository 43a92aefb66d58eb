"""``input()`` and ``getpass()``: what was printed before a question stands before it."""

from __future__ import annotations

import builtins
import getpass
from typing import TYPE_CHECKING

from datalab_kernel_spec._interrupt import flush_streams

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["show_output_before_questions"]


def show_output_before_questions() -> None:
    """Flush before each question; xpython, which holds the interpreter meanwhile, shows nothing.

    To be called as each cell begins: xpython puts its own functions in place for each.
    """
    builtins.input = _after_output(builtins.input)
    getpass.getpass = _after_output(getpass.getpass)


def _after_output(ask: Callable[..., str]) -> Callable[..., str]:
    def ask_after_output(*arguments: object, **keywords: object) -> str:
        flush_streams()
        return ask(*arguments, **keywords)

    ask_after_output.__name__, ask_after_output.__doc__ = ask.__name__, ask.__doc__
    return ask_after_output
