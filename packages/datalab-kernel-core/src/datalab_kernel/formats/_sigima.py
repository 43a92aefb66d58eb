"""Files that Sigima reads, by their suffix; its objects named as those of other files are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel._missing_packages import missing_package
from datalab_kernel.formats._arrays import numbered
from datalab_kernel.formats._table import wrong

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from datalab_kernel._objects import DataObject
    from datalab_kernel.formats._options import ReadOptions

_DICOM = (".dcm", ".dicom")


def read_by_suffix(path: Path, suffix: str) -> list[DataObject] | None:
    """Read a file with the Sigima reader of its suffix, if there is one."""
    from sigima.io import ImageIORegistry, SignalIORegistry

    if suffix == ".sif":
        _check_sif(path)
    for registry in (SignalIORegistry, ImageIORegistry):
        for known in registry.get_formats():
            if known.info.readable and suffix[1:] in known.extlist:
                return as_ours(path, known.read(str(path)))
    return _read_dicom(path) if suffix in _DICOM else None


def _read_dicom(path: Path) -> list[DataObject]:
    """Read a file whose reader Sigima left out when it was imported, without pydicom."""
    from sigima.io.image.formats import DICOMImageFormat

    try:
        reader = DICOMImageFormat()  # pydicom may have been installed since
    except ImportError as error:
        raise missing_package(f"Loading {str(path)!r}", "pydicom") from error
    return as_ours(path, reader.read(str(path)))


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


def read_raw(path: Path, options: ReadOptions) -> list[DataObject]:
    """Read an image without a header, as a person says how it is laid out."""
    from sigima.io import RawImageImportParam, read_images

    return as_ours(path, read_images(str(path), param=RawImageImportParam.create(**options.raw)))
