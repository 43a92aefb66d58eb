"""What viewers of NeXus files (silx, H5Web) draw a workspace's objects by: groups that copy no data.

Beside the objects, in DataLab's layout, lies one ``NXentry`` with an ``NXdata`` for each. Its curves
and pixels are virtual datasets of the objects' own arrays in the same file; only an image's axes are
written. DataLab doesn't look at it, and drops it when it saves.

References
----------
The NeXus definitions, ``NXdata`` (2024), and HDF5's virtual datasets, whose source "." is the file itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
from h5py import h5d, h5p, h5s

from datalab_kernel.storage._hdf5 import TEXT_DTYPE, create_group, type_of, write_attribute

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from h5py.h5g import GroupID

    from datalab_kernel.objects import DataObject

Array = np.ndarray[Any, Any]
ENTRY = "entry"
_CREATOR = "datalab-kernel"
_BARS = 4  # rows of a signal's data: x, y, dx, dy
_SINCE_1970 = "seconds since 1970-01-01T00:00:00Z"
_AXES = np.array(["y", "x"], dtype=TEXT_DTYPE)
IMAGE_ATTRIBUTES = {"NX_class": "NXdata", "signal": "data"}
"""What makes a viewer draw an image's own group, in pixels."""


def write_entry(file: h5py.File, places: Sequence[tuple[str, DataObject]]) -> None:
    """Write the entry of a file whose objects lie at these paths, beside what is there already."""
    entry_name = _free_name(ENTRY, {*file})
    for name, value in {"NX_class": "NXroot", "default": entry_name}.items():
        if name not in file.attrs:
            write_attribute(file.id, name, value)
    entry = create_group(file.id, entry_name, keeps_order=True)
    write_attribute(entry, "NX_class", "NXentry")
    write_attribute(entry, "creator", _CREATOR)
    names: dict[str, None] = {}
    for path, obj in places:
        source = file[path]
        main = source["xydata" if hasattr(obj, "xydata") else "data"]
        if main.size:
            name = _free_name(obj.title, names)
            names[name] = None
            _write_data(create_group(entry, name), main, obj)
    if names:
        write_attribute(entry, "default", next(iter(names)))


def is_own_entry(file: h5py.File, name: str) -> bool:
    """Say whether a member of a file's root is the entry that :func:`write_entry` wrote."""
    is_here = isinstance(file.get(name, getlink=True), h5py.HardLink)
    return is_here and bool(file[name].attrs.get("creator") == _CREATOR)


def is_own_attribute(file: h5py.File, name: str) -> bool:
    """Say whether an attribute of a file's root is one that :func:`write_entry` wrote."""
    own = {entry for entry in file if is_own_entry(file, entry)}
    if name == "NX_class":
        return bool(own) and file.attrs[name] == "NXroot"
    return name == "default" and str(file.attrs[name]) in own


def _free_name(title: str, taken: Container[str]) -> str:
    """Return a name for a group that isn't taken, with the title in it as far as HDF5 allows."""
    wanted = title.replace("/", "_").replace("\0", "_").strip(". ") or "object"
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted} ({number})"
    return name


def _write_data(group: GroupID, main: h5py.Dataset, obj: DataObject) -> None:
    write_attribute(group, "NX_class", "NXdata")
    write_attribute(group, "title", obj.title.replace("\0", " "))
    if hasattr(obj, "xydata"):
        _write_signal(group, main, obj)
    else:
        _write_image(group, main, obj)


def _write_signal(group: GroupID, main: h5py.Dataset, obj: Any) -> None:
    write_attribute(group, "signal", "y")
    write_attribute(group, "axes", "x")
    xunit = _SINCE_1970 if obj.is_x_datetime() else obj.xunit
    _describe(_row_of(group, "x", main, 0), obj.xlabel, xunit)
    _describe(_row_of(group, "y", main, 1), obj.ylabel, obj.yunit)
    if len(main) == _BARS:
        _row_of(group, "x_errors", main, 2)
        _row_of(group, "y_errors", main, 3)


def _write_image(group: GroupID, main: h5py.Dataset, obj: Any) -> None:
    write_attribute(group, "signal", "data")
    write_attribute(group, "axes", _AXES)
    space = main.id.get_space()
    _describe(_virtual(group, "data", main, space, space), obj.zlabel, obj.zunit)
    for name, values in _axes(obj):
        dataset = h5d.create(
            group, name.encode(), type_of(values.dtype), h5s.create_simple(values.shape)
        )
        dataset.write(h5s.ALL, h5s.ALL, values)
        _describe(dataset, getattr(obj, f"{name}label"), getattr(obj, f"{name}unit"))


def _axes(obj: Any) -> Iterator[tuple[str, Array]]:
    ny, nx = obj.data.shape
    if obj.is_uniform_coords:
        yield "y", obj.y0 + obj.dy * np.arange(ny, dtype=float)
        yield "x", obj.x0 + obj.dx * np.arange(nx, dtype=float)
    else:
        yield "y", np.ascontiguousarray(obj.ycoords, dtype=float)
        yield "x", np.ascontiguousarray(obj.xcoords, dtype=float)


def _row_of(group: GroupID, name: str, main: h5py.Dataset, row: int) -> h5d.DatasetID:
    """Make a 1-D virtual dataset of one row of a 2-D one."""
    count = main.shape[1]
    source = main.id.get_space()
    source.select_hyperslab((row, 0), (1, count))
    return _virtual(group, name, main, h5s.create_simple((count,)), source)


def _virtual(
    group: GroupID, name: str, main: h5py.Dataset, space: h5s.SpaceID, source: h5s.SpaceID
) -> h5d.DatasetID:
    plan = h5p.create(h5p.DATASET_CREATE)
    plan.set_virtual(space, b".", main.name.encode(), source)
    return h5d.create(group, name.encode(), main.id.get_type(), space, plan)


def _describe(dataset: h5d.DatasetID, label: str | None, unit: str | None) -> None:
    if unit:
        write_attribute(dataset, "units", unit.replace("\0", " "))
    if label:
        text = f"{label} ({unit})" if unit else label
        write_attribute(dataset, "long_name", text.replace("\0", " "))
