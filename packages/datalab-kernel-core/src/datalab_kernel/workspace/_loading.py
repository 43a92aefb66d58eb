"""Adding what files hold to a shelf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel.formats import check_memory, read_options
from datalab_kernel.workspace import _paths
from datalab_kernel.workspace._file_contents import items_of, read_all, take_groups_and_extras

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    from datalab_kernel.workspace._shelf import Shelf

__all__ = ["load"]


def load(
    shelf: Shelf,
    path_or_pattern: str | os.PathLike[str],
    names: str | Iterable[str] | None,
    read: Mapping[str, Any] | None,
    *,
    overwrite: bool,
) -> list[str]:
    """Add what files hold, and return the names of what was added."""
    options = read_options(read)
    paths = _paths.sources(path_or_pattern)
    check_memory(paths)
    files, failures = read_all(paths, options)
    items = items_of(files, names, overwrite=overwrite)
    with shelf.changing():
        if not overwrite:
            shelf.check_free(item.name for item in items)
        if names is None:
            take_groups_and_extras(shelf.backend, files)
        shelf.put(items)
    loaded = [item.name for item in items]
    failures.raise_if_any(loaded)
    return loaded
