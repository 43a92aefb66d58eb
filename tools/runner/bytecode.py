"""Gives an environment the compiled modules that another one has of the very same files.

uv links packages' files from its cache, so that environments share them; Python compiles them once more
in each. For a module that is linked in both, what was compiled in one is linked in the other. Where
files were copied instead, nothing is; Python itself still compares a source's time and size.
"""

from __future__ import annotations

from contextlib import suppress
from importlib.util import source_from_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

REWRITTEN = "-pytest-"
"""In the names of what pytest has compiled in its own way; it keeps the path of its source."""


def share_bytecode(folder: Path, others: Iterable[Path]) -> int:
    """Link compiled modules into an environment, and return their number.

    Parameters
    ----------
    folder
        The environment.
    others
        Environments that may have compiled the same files; those of other Pythons have none.
    """
    shared = 0
    for other in others:
        for compiled in other.glob("[Ll]ib/**/__pycache__/*.pyc"):
            place = folder / compiled.relative_to(other)
            if REWRITTEN in compiled.name or place.exists():
                continue
            name = Path(source_from_cache(str(compiled))).name
            source, known = place.parents[1] / name, compiled.parents[1] / name
            if source.exists() and known.exists() and source.samefile(known):
                place.parent.mkdir(exist_ok=True)
                with suppress(FileExistsError):  # somebody imported it meanwhile
                    place.hardlink_to(compiled)
                    shared += 1
    return shared
