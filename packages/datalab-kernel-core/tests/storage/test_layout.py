"""The layout is DataLab's: guidata, which DataLab reads and writes with, understands it and is understood."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from guidata.io import HDF5Reader, HDF5Writer

from datalab_kernel import ImageObj, SignalObj, create_signal
from datalab_kernel.storage import Contents, StoredGroup, read_workspace, write_workspace
from datalab_kernel.testing import _samples, assert_same_object, differences

PANELS = {SignalObj: ("DataLab_Sig", "gs001: group"), ImageObj: ("DataLab_Ima", "gi001: group")}


def written_by_us(path: Path, obj: Any) -> Path:
    groups = [StoredGroup(title="group", objects=[obj])]
    is_signal = isinstance(obj, SignalObj)
    write_workspace(path, Contents(signals=groups) if is_signal else Contents(images=groups))
    return path


def read_by_guidata(path: Path, kind: type) -> Any:
    """Read the only object as DataLab's panels do."""
    panel, group = PANELS[kind]
    with HDF5Reader(str(path)) as reader:
        (link,) = reader.h5[panel][group]
        with reader.group(panel), reader.group(group):
            with reader.group("title"):
                assert reader.read_str() == "group"
            with reader.group(link):
                obj = kind()
                obj.deserialize(reader)
    return obj


def written_by_guidata(path: Path, *objects: Any) -> Path:
    """Write objects as DataLab's panels do."""
    with HDF5Writer(str(path)) as writer:
        writer.h5["DataLab_Version"] = "1.3.0"
        for number, obj in enumerate(objects):
            panel, group = PANELS[type(obj)]
            with writer.group(panel), writer.group(group):
                if "title" not in writer.h5.require_group(f"{panel}/{group}").attrs:
                    with writer.group("title"):
                        writer.write_str("group")
                with writer.group(f"s{number:03d}: {obj.title}"):
                    obj.serialize(writer)
    return path


@pytest.mark.parametrize("make", _samples.OBJECTS)
def test_guidata_reads_what_we_write(make: Callable[[], Any], tmp_path: Path) -> None:
    obj = make()
    obj.metadata = {
        key: value
        for key, value in obj.metadata.items()
        if key in ("text", "number", "real", "yes", "array", "list of", "_roi_")
    }
    found = read_by_guidata(written_by_us(tmp_path / "ours.h5", obj), type(obj))
    found.metadata.pop("_datalab_kernel", None)
    if isinstance(obj, ImageObj):
        obj.data = np.ma.getdata(obj.data)
    texts = [text for text in differences(found, obj) if "metadata" not in text]
    assert texts == []
    for key in ("text", "number", "real", "yes"):
        if key in obj.metadata:
            assert found.metadata[key] == obj.metadata[key]
    assert (found.roi is None) == (obj.roi is None)


@pytest.mark.parametrize("make", _samples.OBJECTS)
def test_what_guidata_saves_again_is_what_we_wrote(make: Callable[[], Any], tmp_path: Path) -> None:
    found = read_by_guidata(written_by_us(tmp_path / "ours.h5", make()), type(make()))
    contents = read_workspace(written_by_guidata(tmp_path / "again.h5", found))
    (group,) = (*contents.signals, *contents.images)
    assert_same_object(group.objects[0], make())


def test_we_read_what_guidata_writes(tmp_path: Path) -> None:
    signal = _samples.signal_with_roi()
    signal.metadata.update(
        {
            "number": 1,
            "flag": True,
            "list": [1, 2.5, "x", [True], {"a": np.arange(3)}],
            "dict": {"a": {"b": 1j}, "empty": {}, "none": []},
            "moment": datetime.datetime(2024, 1, 2, 3, 4, 5, 678901),  # noqa: DTZ001
            "nested moment": {"date": datetime.date(2024, 1, 2)},
            "__number": 7,
        }
    )
    contents = read_workspace(written_by_guidata(tmp_path / "dl.h5", signal))
    del signal.metadata["__number"]
    assert_same_object(contents.signals[0].objects[0], signal)


def test_an_object_left_as_sigima_makes_it_reads_the_same_in_guidata(tmp_path: Path) -> None:
    signal = create_signal("a", np.arange(3.0), np.arange(3.0))
    found = read_by_guidata(written_by_us(tmp_path / "ours.h5", signal), SignalObj)
    assert_same_object(found, signal)


@pytest.mark.parametrize(
    ("metadata", "seen"),
    [
        ({"n": None}, {"n": ""}),
        ({"t": (1, 2)}, {"t": [1, 2]}),
        ({"d": datetime.date(2024, 1, 2)}, {"d": "2024-01-02"}),
        ({"a/b": 1}, {"a∕b": 1}),  # noqa: RUF001
        ({"u": np.array(["a", "b"])}, {"u": ["a", "b"]}),
    ],
)
def test_a_person_sees_values_in_datalab(
    metadata: dict[str, Any], seen: dict[str, Any], tmp_path: Path
) -> None:
    signal = create_signal("a", np.arange(3.0), np.arange(3.0))
    signal.metadata = metadata
    found = read_by_guidata(written_by_us(tmp_path / "ours.h5", signal), SignalObj)
    assert set(found.metadata.pop("_datalab_kernel")) == {"metadata"}
    assert found.metadata == seen


def test_what_a_person_changes_in_datalab_is_what_counts(tmp_path: Path) -> None:
    signal = create_signal("a", np.arange(3.0), np.arange(3.0))
    signal.metadata = {"n": None, "kept": None}
    signal.xydata = signal.xydata.astype("float32").astype(">f4")
    found = read_by_guidata(written_by_us(tmp_path / "ours.h5", signal), SignalObj)
    found.metadata["n"] = "now known"
    found.xydata = np.array([[0.1], [0.2]])
    contents = read_workspace(written_by_guidata(tmp_path / "again.h5", found))
    (again,) = contents.signals[0].objects
    assert again.metadata == {"n": "now known", "kept": None}
    assert again.xydata.tolist() == [[0.1], [0.2]]


def test_a_large_table_is_read_by_guidata(tmp_path: Path) -> None:
    rows = [[float(n), n] for n in range(300)]
    signal = create_signal("a", np.arange(3.0), np.arange(3.0))
    signal.metadata["Table_stats_dict"] = {"data": rows, "headers": ["a", "b"]}
    found = read_by_guidata(written_by_us(tmp_path / "ours.h5", signal), SignalObj)
    assert found.metadata["Table_stats_dict"]["data"] == rows


def test_links_are_named_as_datalab_names_them(tmp_path: Path) -> None:
    path = written_by_us(tmp_path / "ours.h5", create_signal("a/b: é*", np.ones(2), np.ones(2)))
    with h5py.File(path) as file:
        assert list(file["DataLab_Sig/gs001: group"]) == ["s001: a_b "]
