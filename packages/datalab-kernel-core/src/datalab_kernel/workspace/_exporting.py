"""Several objects to files: their names, and all of them or none."""

from __future__ import annotations

import os
import re
import unicodedata
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import ExportError, FileTakenError, MissingFileError
from datalab_kernel.workspace import _paths

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from datalab_kernel.formats import Exported
    from datalab_kernel.objects import DataObject, Kind
    from datalab_kernel.workspace._shelf import Shelf

_UNSAFE = re.compile(r'[<>:"/\\|?*]')
_MOST_BYTES = 200  # of the 255 that file systems take: a suffix and a temporary name need some
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


def safe_file_name(name: str) -> str:
    """Make a file's name of an object's, which any system takes and which stays in its folder.

    Examples
    --------
    >>> safe_file_name("fft(a/b)|n=3"), safe_file_name("..")
    ('fft(a_b)_n=3', '_')
    """
    text = "".join("_" if unicodedata.category(char)[0] == "C" else char for char in name)
    text = _UNSAFE.sub("_", text).strip(" .")
    while len(text.encode()) > _MOST_BYTES:
        text = text[:-1]
    return f"_{text}" if not text or _RESERVED.fullmatch(text) else text


def export_from(
    shelf: Shelf, what: Any, path: str | os.PathLike[str], *, overwrite: bool
) -> Exported:
    """Write objects of a shelf to files of their own, all or none."""
    with shelf.lock:
        found = shelf.find(what)
        known = shelf.backend.describe()
        kinds = {name: known[name].kind for name in found}
        objects = {name: shelf.view(name) for name in found}
    return export(objects, kinds, path, overwrite=overwrite)


def export(
    objects: Mapping[str, DataObject],
    kinds: Mapping[str, Kind],
    path: str | os.PathLike[str],
    *,
    overwrite: bool,
) -> Exported:
    """Write objects to files; when one can't be written, none is.

    Parameters
    ----------
    objects, kinds
        What is written, by name, and of which kind each is.
    path
        With ``{name}`` or ``{number}`` for several.
    overwrite
        Whether files that are there are replaced.
    """
    from datalab_kernel.display._progress import tracking
    from datalab_kernel.formats import Exported, check_format
    from datalab_kernel.storage import replacing

    targets = _targets([*objects], path)
    for name, target in targets.items():
        check_format(target, kinds[name])
        _check_place(target, overwrite=overwrite)
    dropped = {}
    with ExitStack() as stack, tracking([*targets], "Exporting") as names:
        for name in names:
            target = targets[name]
            temporary = stack.enter_context(replacing(target))
            dropped[name] = _write(temporary, objects[name], kinds[name], target)
    return Exported(paths=tuple(targets.values()), dropped=dropped)


def _write(temporary: Path, obj: DataObject, kind: Kind, target: Path) -> tuple[str, ...]:
    """Write to a temporary file, under a name with the suffix that writers and readers go by."""
    from datalab_kernel.formats import write_file

    named = temporary.with_name(temporary.name + target.suffix)
    try:
        lost = write_file(named, obj, kind, target)
        named.replace(temporary)
    finally:
        named.unlink(missing_ok=True)
    return lost


def _targets(names: list[str], path: str | os.PathLike[str]) -> dict[str, Path]:
    pattern = _paths.expanded(path)
    width = len(str(len(names)))
    targets = {}
    for number, name in enumerate(names, start=1):
        text = str(pattern).replace("{number}", str(number).zfill(width))
        targets[name] = type(pattern)(text.replace("{name}", safe_file_name(name)))
    seen: dict[str, str] = {}
    for name, target in targets.items():
        other = seen.setdefault(str(target).casefold(), name)
        if other != name:
            message = (
                f"Can't export {other!r} and {name!r} to the same file {str(target)!r}. Have "
                "{name} or {number} in the path: 'out/{number} {name}.csv'."
            )
            raise ExportError(message, name=name, path=str(target))
    return targets


def _check_place(target: Path, *, overwrite: bool) -> None:
    if not target.parent.is_dir():
        message = (
            f"Can't export to {str(target)!r}: the folder {str(target.parent)!r} doesn't exist. "
            "Make it first, or choose another."
        )
        raise MissingFileError(message, path=str(target))
    if target.is_dir() or (os.path.lexists(target) and not overwrite):
        message = (
            f"Can't export to {str(target)!r}: something is there already. Choose another name, "
            "or replace the file with overwrite=True."
        )
        raise FileTakenError(message, path=str(target))
