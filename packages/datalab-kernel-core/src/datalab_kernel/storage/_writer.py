"""Writing DataLab's HDF5 workspace layout.

Values that are Sigima's defaults are left out: DataLab, and guidata under it, take
the default for what isn't there. That makes files small and saving quick.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import h5py

from datalab_kernel.objects import _metadata, to_fields
from datalab_kernel.objects._fields import MAIN_ARRAY
from datalab_kernel.objects._metadata import NOTE_KEY
from datalab_kernel.objects._noted_arrays import noted_array, noted_text
from datalab_kernel.storage import _atomic, _hdf5, _nexus
from datalab_kernel.storage._forms import Forms
from datalab_kernel.storage._identities import Identities
from datalab_kernel.storage._stored_index import Listed, are_names
from datalab_kernel.storage._tail import TailWriter
from datalab_kernel.storage._tree_writer import TreeWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from h5py.h5g import GroupID

    from datalab_kernel.objects import DataObject, Fields
    from datalab_kernel.storage._contents import Contents, StoredGroup

VERSION_NAME, VERSION = "DataLab_Version", "1.3.0"
SAVE_ID = "datalab_kernel_save"
MACROS = "DataLab_Mac"
FILE_OPTIONS: dict[str, Any] = {
    "libver": ("v108", "v110"),  # smaller, quicker and with checksums; read by HDF5 since 2008
    "meta_block_size": 1 << 14,  # fewer allocations: saving many small objects takes 5 % less
}
PANELS = (("DataLab_Sig", "gs", "s"), ("DataLab_Ima", "gi", "i"))


def write_workspace(
    path: Path,
    contents: Contents,
    *,
    nexus: bool = False,
    save_id: str = "",
    pace: Callable[[], object] | None = None,
) -> None:
    """Write everything to a file that DataLab opens, atomically; on request one for NeXus' viewers too.

    ``save_id`` is kept where DataLab doesn't look: an attribute of the version. ``pace`` is called
    behind each object.

    Raises
    ------
    OSError
        If it can't be written; what was there is as it was.
    """
    tail = TailWriter()
    with _atomic.replacing(path) as temporary:
        with h5py.File(temporary, "w", **FILE_OPTIONS) as file:
            places = write_contents(file, contents, keeps_places=nexus, pace=pace, tail=tail)
            if save_id:
                file[VERSION_NAME].attrs[SAVE_ID] = save_id
            if nexus:
                _nexus.write_entry(file, places)
        tail.append_to(temporary, contents, pace)


def write_contents(
    file: h5py.File,
    contents: Contents,
    *,
    keeps_places: bool = False,
    pace: Callable[[], object] | None = None,
    tail: TailWriter | None = None,
) -> list[tuple[str, DataObject]]:
    """Write everything to an open file; return, if asked to, where each object lies in it."""
    file[VERSION_NAME] = VERSION
    writer = _Writer(file, pace, tail, keeps_places=keeps_places)
    for panel, groups in zip(PANELS, (contents.signals, contents.images), strict=True):
        writer.write_panel(panel, groups)
    writer.finish()
    contents.extras.copy_to(file)
    file.require_group(MACROS)
    return writer.places


def clean(title: str) -> str:
    """Make a title fit for an HDF5 link, as DataLab does; the title itself is an attribute."""
    return re.sub("[^-a-zA-Z0-9_.() ]+", "", title.replace("/", "_"))


class _Writer:
    """Writes panels of groups of objects into one file."""

    def __init__(
        self,
        file: h5py.File,
        pace: Callable[[], object] | None,
        tail: TailWriter | None,
        *,
        keeps_places: bool,
    ) -> None:
        self._file = file
        self._pace = pace
        self._tail = tail
        self._keeps_places = keeps_places  # which keep the objects: those of lazy groups, too
        self._forms = Forms()
        self._trees = TreeWriter(file, self._forms)
        self._identities = Identities()
        self._lists: list[tuple[GroupID, Listed]] = []
        self.places: list[tuple[str, DataObject]] = []

    def finish(self) -> None:
        self._trees.finish()
        if are_names([listed for _, listed in self._lists]):
            if self._tail is not None:
                self._tail.names = [title for _, listed in self._lists for title in listed.titles]
            for panel, listed in self._lists:
                if listed.titles:
                    listed.write(panel)

    def write_panel(self, panel: tuple[str, str, str], groups: Sequence[StoredGroup]) -> None:
        name, group_prefix, object_prefix = panel
        root = _hdf5.create_group(self._file.id, name, keeps_order=True)
        listed = Listed()
        self._lists.append((root, listed))
        number = 0
        for place, group in enumerate(groups, start=1):
            link = f"{group_prefix}{place:03d}: {clean(group.title)}"
            member = _hdf5.create_group(root, link, keeps_order=True)
            title = _metadata.shown_text(group.title)
            _hdf5.write_attribute(member, "title", title)
            if title != group.title:
                _hdf5.write_attribute(member, NOTE_KEY, json.dumps([title, group.title]))
            listed.groups.append(group.title)
            listed.counts.append(len(group.objects))
            for obj in group.objects:
                number += 1
                own = f"{object_prefix}{number:03d}: {clean(obj.title)}"
                listed.add(self._write_object(member, own, obj))
                if self._keeps_places:
                    self.places.append((f"/{name}/{link}/{own}", obj))
                if self._pace is not None:
                    self._pace()

    def _write_object(self, parent: GroupID, link: str, obj: DataObject) -> Fields:
        fields = to_fields(obj)
        note: dict[str, Any] = {}
        attributes = {"title": "", **fields.attributes}
        for name, value in attributes.items():
            attributes[name] = noted_text(name, value, note)
        if fields.kind == "image":
            attributes |= _nexus.IMAGE_ATTRIBUTES
        arrays = {
            name: noted_array(name, array, note)
            for name, array in fields.arrays.items()
            if array.size or name == MAIN_ARRAY[fields.kind]
        }
        metadata = self._identities.kept(fields.metadata) if fields.metadata else {}
        tree = _joined(attributes, metadata)
        parts = None if note else self._forms.take_apart(tree, None)
        if parts is None or not parts.form.has_safe_names:
            metadata = _encoded(metadata, note)
            tree = _joined(attributes, metadata)
            parts = self._forms.take_apart(tree, None)
        self._trees.write(parent, link, tree, None, parts)
        written = {}
        for name, array in arrays.items():
            dataset = _hdf5.write_array(parent, f"{link}/{name}", array)
            written[name] = array, dataset.get_offset() or 0
        if self._tail is not None:
            self._tail.add(attributes, metadata, parts, written)
        return fields


def _encoded(metadata: dict[str, Any], note: dict[str, Any]) -> dict[str, Any]:
    """Return metadata as guidata's layout can hold it, with the note of what can't be seen in it."""
    tree: dict[str, Any] = {}
    if metadata:
        tree, text = _metadata.encode(metadata)
        if text:
            note["metadata"] = text
    if note:
        tree[NOTE_KEY] = note
    return tree


def _joined(attributes: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any]:
    """Return what an object's group holds but for the object's arrays."""
    return {**attributes, "metadata": metadata} if metadata else attributes
