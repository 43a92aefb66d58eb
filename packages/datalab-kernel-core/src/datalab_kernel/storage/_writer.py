"""Writing DataLab's HDF5 workspace layout.

Values that are Sigima's defaults are left out: DataLab, and guidata under it, take
the default for what isn't there. That makes files small and saving quick.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from datalab_kernel.storage import _atomic, _hdf5, _metadata, _values
from datalab_kernel.storage._fields import to_fields

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from h5py.h5g import GroupID

    from datalab_kernel._objects import DataObject
    from datalab_kernel.storage._contents import Contents, StoredGroup

VERSION_NAME, VERSION = "DataLab_Version", "1.3.0"
MACROS = "DataLab_Mac"
NUMBER_KEY = "__number"
PANELS = (("DataLab_Sig", "gs", "s"), ("DataLab_Ima", "gi", "i"))


def write_workspace(path: Path, contents: Contents) -> None:
    """Write everything to a file that DataLab opens, atomically.

    Raises
    ------
    OSError
        If it can't be written; what was there is as it was.
    """
    with _atomic.replacing(path) as temporary, h5py.File(temporary, "w") as file:
        file[VERSION_NAME] = VERSION
        for panel, groups in zip(PANELS, (contents.signals, contents.images), strict=True):
            _write_panel(file, panel, groups)
        contents.extras.copy_to(file)
        file.require_group(MACROS)


def _write_panel(
    file: h5py.File, panel: tuple[str, str, str], groups: Sequence[StoredGroup]
) -> None:
    name, group_prefix, object_prefix = panel
    root = _hdf5.create_group(file.id, name, keeps_order=True)
    number = 0
    for place, group in enumerate(groups, start=1):
        link = f"{group_prefix}{place:03d}: {_clean(group.title)}"
        member = _hdf5.create_group(root, link, keeps_order=True)
        _hdf5.write_attribute(member, "title", group.title)
        for obj in group.objects:
            number += 1
            link = f"{object_prefix}{number:03d}: {_clean(obj.title)}"
            _write_object(_hdf5.create_group(member, link), obj)


def _clean(title: str) -> str:
    """Make a title fit for an HDF5 link, as DataLab does; the title itself is an attribute."""
    return re.sub("[^-a-zA-Z0-9_.() ]+", "", title.replace("/", "_"))


def _write_object(group: GroupID, obj: DataObject) -> None:
    fields = to_fields(obj)
    _hdf5.write_attribute(group, "title", fields.attributes.pop("title", obj.title))
    for name, value in fields.attributes.items():
        _hdf5.write_attribute(group, name, "" if value is None else value)
    note: dict[str, Any] = {}
    for name, array in fields.arrays.items():
        if array.size or name in ("xydata", "data"):
            _hdf5.write_array(group, name, _plain(name, array, note))
    tree, text = _metadata.encode(
        {key: value for key, value in fields.metadata.items() if key != NUMBER_KEY}
    )
    if text:
        note["metadata"] = text
    if note:
        tree[_metadata.NOTE_KEY] = note
    if tree:
        _hdf5.write_tree(group, "metadata", tree)


def _plain(name: str, array: Any, note: dict[str, Any]) -> Any:
    """Return an array as DataLab takes it, and note what it was."""
    wide, original = _values.widen(array)
    if original is not None:
        note[f"{name} dtype"] = original
    if np.ma.isMaskedArray(array):
        note[f"{name} mask"] = np.ma.getmaskarray(array)
        note[f"{name} fill"] = np.array(array.fill_value, dtype=wide.dtype)
    return np.ma.getdata(wide)
