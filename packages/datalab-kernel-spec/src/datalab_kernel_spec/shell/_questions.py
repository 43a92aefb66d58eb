"""``input()`` and ``getpass()``: each cell asks through its own request's functions.

xpython puts its functions in place when a request *arrives*, and puts back what stood there
when that request is done. With cells queued behind each other these changes overlap: a cell
would find those of the next request, or Python's own, which read the kernel's terminal.
"""

from __future__ import annotations

import builtins
import getpass
from functools import partial
from typing import TYPE_CHECKING

from IPython.core.error import StdinNotImplementedError

from datalab_kernel_spec.messages._flushing import flush_streams
from datalab_kernel_spec.messages._text import valid_text

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Questions"]

REFUSAL = "does not support input requests"
"""How xpython says that a request may not ask."""
NO_INPUT = "This cell can't ask: the front end that sent it does not support input requests."


class Questions:
    """Stand before xpython's functions, and pass a question on to those of the cell that runs.

    What a cell sees are always the same two functions, so they can't wrap each other.
    """

    def __init__(self) -> None:
        self._input: Callable[[str], str] = builtins.input
        self._getpass: Callable[[str], str] = getpass.getpass

    def of_request(self) -> Callable[[], None]:
        """Take what xpython has just put in place for a request; return how its cell begins."""
        theirs = builtins.input, getpass.getpass
        begin = _nothing if theirs[0] == self.input else partial(self._begin, *theirs)
        self._stand_before()  # the cell that runs, if one does, asks as before
        return begin

    def _begin(self, ask: Callable[[str], str], ask_secretly: Callable[[str], str]) -> None:
        self._input, self._getpass = ask, ask_secretly
        self._stand_before()

    def _stand_before(self) -> None:
        builtins.input, getpass.getpass = self.input, self.getpass

    def input(self, prompt: object = "", /) -> str:
        """Ask the person in front of the notebook for a line of text."""
        flush_streams()  # xpython, which holds the interpreter meanwhile, shows nothing
        return _answer(self._input, valid_text(str(prompt)))

    def getpass(self, prompt: object = "Password: ", stream: object = None) -> str:  # noqa: ARG002
        """Ask the person for a text that isn't shown; the notebook shows the prompt, no stream."""
        flush_streams()
        return _answer(self._getpass, valid_text(str(prompt)))


def _answer(ask: Callable[[str], str], prompt: str) -> str:
    try:
        return ask(prompt)
    except RuntimeError as error:
        failure = error
    # xpython says so of a wait that a signal cut short. Python calls the signal's handler in
    # the next call, and outside the clause above what that raises doesn't name the failure.
    _nothing()
    if REFUSAL in str(failure):
        raise StdinNotImplementedError(NO_INPUT)
    raise failure


def _nothing() -> None:
    """Do nothing."""
