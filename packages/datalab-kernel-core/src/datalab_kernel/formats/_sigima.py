"""Files that Sigima reads, by their suffix; its objects named as those of other files are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel.formats._arrays import numbered
from datalab_kernel.formats._reader import Reader
from datalab_kernel.formats._table import wrong

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from datalab_kernel.formats._options import ReadOptions
    from datalab_kernel.objects import DataObject

_CONTENT_DECIDES = {"", ".csv", ".txt", ".tsv", ".asc", ".dat", ".tab", ".prn"}
"""Suffixes of which the content says more: text of any program."""


def _recognises(_: bytes, path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix in _CONTENT_DECIDES:
        return False
    return _reader_of(suffix) is not None


def _read(path: Path, _: ReadOptions) -> list[DataObject]:
    """Read a file with the Sigima reader of its suffix."""
    suffix = path.suffix.lower()
    if suffix == ".sif":
        _check_sif(path)
    return as_ours(path, _reader_of(suffix).read(str(path)))


def _reader_of(suffix: str) -> Any:
    from sigima.io import ImageIORegistry, SignalIORegistry

    for registry in (SignalIORegistry, ImageIORegistry):
        for known in registry.get_formats():
            if known.info.readable and suffix[1:] in known.extlist:
                return known
    return None


def _check_sif(path: Path) -> None:
    """Check that an Andor file has its whole header: Sigima 1.3 looks for its end forever."""
    rows_after_counts = -1
    with path.open("rb") as file:
        for line in file:
            if rows_after_counts >= 0:
                rows_after_counts += 1
            elif line.strip().startswith(b"Counts"):
                rows_after_counts = 0
            if rows_after_counts > 2 and b"\0" in line:  # noqa: PLR2004 - as Sigima counts
                return
    raise wrong(path, "it was cut off within its header", hint="")


def as_ours(path: Path, objects: Sequence[Any]) -> list[DataObject]:
    """Name objects as other files' are named, and make an image of each plane of a stack."""
    from sigima.objects import ImageObj

    result: list[DataObject] = []
    for obj in objects:
        titles = [obj.title]
        if obj.title.startswith(path.name):
            rest = obj.title.removeprefix(path.name).strip()
            titles = [f"{path.stem} {rest}".strip()]
        if isinstance(obj, ImageObj) and obj.data is not None and obj.data.ndim > 2:  # noqa: PLR2004
            planes = obj.data.reshape(-1, *obj.data.shape[-2:])
            for plane, title in zip(planes, numbered(titles[0], len(planes)), strict=True):
                image = obj.copy()
                image.data, image.title = plane.copy(), title
                result.append(image)
        else:
            obj.title = titles[0]
            result.append(obj)
    return result


def _read_raw(path: Path, options: ReadOptions) -> list[DataObject]:
    """Read an image without a header, as a person says how it is laid out."""
    from sigima.io import RawImageImportParam, read_images

    if not options.raw:
        hint = "Say it: read=dict(dtype=, width=, height=, offset=, count=)."
        raise wrong(path, "a raw image doesn't say how it is laid out", hint=hint)
    return as_ours(path, read_images(str(path), param=RawImageImportParam.create(**options.raw)))


RAW = Reader(
    name="raw image",
    suffixes=(".raw",),
    recognises=lambda _, path: path.suffix.lower() == ".raw",
    read=_read_raw,
    keeps="what read= says of its layout",
)
SIGIMA = Reader(
    name="Sigima",
    suffixes=(),
    recognises=_recognises,
    read=_read,
    keeps=".sig, .mca, .sif, .spe, .gel, .scor-data, .xyz and others, by their suffix",
)
