"""New sets of parameters with their class's defaults, of which some are Sigima's options.

To read an option, Sigima loads all of them from an environment variable, and so makes classes of
image formats anew that nothing removes: 16 kB in each call of ``fft``, and a third of its time. Here
they are read where the variable says something else than the options do.
"""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import Any

import guidata.dataset as gds
from sigima.config import options


def new_set(paramclass: Any) -> Any:
    """Make a set with the defaults of its class and of Sigima's options."""
    text = state_of_defaults(paramclass)
    return copy.deepcopy(_of_options(paramclass, text)) if text else paramclass()


def state_of_defaults(paramclass: Any) -> str | None:
    """Return what a class's defaults depend on: an empty text, Sigima's options, or None if unknown."""
    if paramclass.__init__ is gds.DataSet.__init__:
        return ""
    text: str = options.get_env()
    return text if text == options.to_env_json() else None


@lru_cache(maxsize=64)
def _of_options(paramclass: Any, _options: str) -> Any:
    return paramclass()
