"""Writing DataLab's HDF5 workspace layout.

Values that are Sigima's defaults are left out: DataLab, and guidata under it, take
the default for what isn't there. That makes files small and saving quick.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from datalab_kernel.storage import _atomic, _hdf5, _metadata, _values
from datalab_kernel.storage._fields import schema, to_fields

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from h5py.h5g import GroupID

    from datalab_kernel._objects import DataObject
    from datalab_kernel.storage._contents import Contents, StoredGroup

VERSION_NAME, VERSION = "DataLab_Version", "1.3.0"
MACROS = "DataLab_Mac"
LIBVER = ("v108", "v108")  # smaller and quicker than the oldest format; read by HDF5 since 2008
TEMPLATES = "datalab_kernel_templates"
NUMBER_KEY = "__number"
DEFAULT_TITLE = schema("signal").defaults["title"]
PANELS = (("DataLab_Sig", "gs", "s"), ("DataLab_Ima", "gi", "i"))


def write_workspace(path: Path, contents: Contents) -> None:
    """Write everything to a file that DataLab opens, atomically.

    Raises
    ------
    OSError
        If it can't be written; what was there is as it was.
    """
    with _atomic.replacing(path) as temporary, h5py.File(temporary, "w", libver=LIBVER) as file:
        file[VERSION_NAME] = VERSION
        templates = _Templates(file)
        for panel, groups in zip(PANELS, (contents.signals, contents.images), strict=True):
            _write_panel(file, panel, groups, templates)
        del file[TEMPLATES]
        contents.extras.copy_to(file)
        file.require_group(MACROS)


def _write_panel(
    file: h5py.File,
    panel: tuple[str, str, str],
    groups: Sequence[StoredGroup],
    templates: _Templates,
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
            _write_object(member, link, obj, templates)


def _clean(title: str) -> str:
    """Make a title fit for an HDF5 link, as DataLab does; the title itself is an attribute."""
    return re.sub("[^-a-zA-Z0-9_.() ]+", "", title.replace("/", "_"))


def _write_object(parent: GroupID, link: str, obj: DataObject, templates: _Templates) -> None:
    fields = to_fields(obj)
    templates.create(parent, link, fields.attributes)
    note: dict[str, Any] = {}
    for name, array in fields.arrays.items():
        if array.size or name in ("xydata", "data"):
            _hdf5.write_array(parent, f"{link}/{name}", _plain(name, array, note))
    tree, text = _metadata.encode(fields.metadata)
    tree.pop(NUMBER_KEY, None)
    if text:
        note["metadata"] = text
    if note:
        tree[_metadata.NOTE_KEY] = note
    if tree:
        _hdf5.write_tree(h5py.h5g.open(parent, link.encode()), "metadata", tree)


class _Templates:
    """Groups with an object's attributes, copied for each further object that has the same.

    Copying a group with its attributes costs HDF5 less than writing one of them.
    """

    def __init__(self, file: h5py.File) -> None:
        self._home = file.create_group(TEMPLATES).id
        self._known: dict[Any, tuple[GroupID, Any]] = {}

    def create(self, parent: GroupID, link: str, attributes: dict[str, Any]) -> None:
        """Create an object's group with its attributes."""
        title = attributes.pop("title", DEFAULT_TITLE)
        key = tuple(attributes.items())
        if key not in self._known:
            self._known[key] = self._template(attributes)
        template, title_attribute = self._known[key]
        _hdf5.write_text(title_attribute, title)
        h5py.h5o.copy(template, b".", parent, link.encode(), lcpl=_hdf5.UTF8_LINKS)

    def _template(self, attributes: dict[str, Any]) -> tuple[GroupID, Any]:
        group = _hdf5.create_group(self._home, str(len(self._known)))
        _hdf5.write_attribute(group, "title", "")
        for name, value in attributes.items():
            _hdf5.write_attribute(group, name, "" if value is None else value)
        return group, _hdf5.open_text(group, "title")


def _plain(name: str, array: Any, note: dict[str, Any]) -> Any:
    """Return an array as DataLab takes it, and note what it was."""
    wide, original = _values.widen(array)
    if original is not None:
        note[f"{name} dtype"] = original
    if np.ma.isMaskedArray(array):
        note[f"{name} mask"] = np.ma.getmaskarray(array)
        note[f"{name} fill"] = np.array(array.fill_value, dtype=wide.dtype)
    return np.ma.getdata(wide)
