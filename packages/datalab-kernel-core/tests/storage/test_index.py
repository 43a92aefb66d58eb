"""Single objects of a file, and what it holds: the same as reading everything and choosing."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from guidata.io import HDF5Writer

from datalab_kernel import ImageObj, SignalObj, create_image, create_signal
from datalab_kernel.errors import FileFormatError
from datalab_kernel.objects import describe_object, names_of
from datalab_kernel.storage import (
    Contents,
    StoredGroup,
    describe_file,
    names_in,
    read_named,
    read_object,
    read_workspace,
    write_workspace,
)
from datalab_kernel.testing import _samples, assert_same_object

ODD_TITLES = ["a", "a", "a (2)", "a b", "a\nb", "", "untitled", "é", "è", "x/y", "x_y", "z" * 1500]


def signal(title: str, value: float = 0.0) -> SignalObj:
    return create_signal(title, np.arange(3.0), np.full(3, value), units=("s", "V"))


def written_by_us(path: Path, *groups: tuple[str, list[SignalObj | ImageObj]]) -> Path:
    kinds = {
        kind: [
            StoredGroup(title=title, objects=[obj for obj in objects if isinstance(obj, kind)])
            for title, objects in groups
        ]
        for kind in (SignalObj, ImageObj)
    }
    write_workspace(path, Contents(signals=kinds[SignalObj], images=kinds[ImageObj]))
    return path


def written_by_guidata(path: Path, *groups: tuple[str, list[SignalObj | ImageObj]]) -> Path:
    """Write objects as DataLab's panels do."""
    with HDF5Writer(str(path)) as writer:
        writer.h5["DataLab_Version"] = "1.3.0"
        number = 0
        for place, (title, objects) in enumerate(groups, start=1):
            with writer.group("DataLab_Sig"), writer.group(f"gs{place:03d}: {title}"):
                with writer.group("title"):
                    writer.write_str(title)
                for obj in objects:
                    number += 1
                    shown = obj.title.replace("/", "_").replace("\n", "")
                    with writer.group(f"s{number:03d}: {shown}"):
                        obj.serialize(writer)
    return path


def all_of(path: Path) -> dict[str, tuple[SignalObj | ImageObj, str]]:
    """Read everything: each object and its group by the name that loading gives it."""
    contents = read_workspace(path)
    found = [
        (obj, title)
        for groups in (contents.signals, contents.images)
        for group, title in zip(groups, names_of(group.title for group in groups), strict=True)
        for obj in group.objects
    ]
    return dict(zip(names_of(obj.title for obj, _ in found), found, strict=True))


def assert_parts_are_those_of_the_whole(path: Path) -> None:
    expected = all_of(path)
    assert names_in(path) == [*expected]
    for name, (obj, group) in expected.items():
        (found,) = read_named(path, [name])
        assert (found.name, found.group) == (name, group)
        assert_same_object(found.obj, obj)
        quick = read_object(path, name)
        if quick is not None:
            assert_same_object(quick.obj, obj)
    for info, (name, (obj, group)) in zip(describe_file(path), expected.items(), strict=True):
        described = describe_object(obj, group=group)
        assert (info.name, info.group) == (name, group)
        assert (info.kind, info.shape, info.dtype) == (
            described.kind,
            described.shape,
            described.dtype,
        )
        assert (info.units, info.size_bytes) == (described.units, described.size_bytes)


def test_objects_of_every_kind_are_found_and_described(tmp_path: Path) -> None:
    objects = [make() for make in _samples.OBJECTS]
    images = [_samples.full_image(f"image {dtype}", dtype) for dtype in _samples.IMAGE_DTYPES]
    path = written_by_us(tmp_path / "all.h5", ("first", objects), ("second", images))
    assert_parts_are_those_of_the_whole(path)


def test_a_file_without_our_list_gives_the_same(tmp_path: Path) -> None:
    objects = [make() for make in _samples.OBJECTS]
    path = written_by_us(tmp_path / "all.h5", ("g", objects))
    listed = describe_file(path)
    without_list(path)
    assert describe_file(path) == listed
    assert_parts_are_those_of_the_whole(path)


def without_list(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        for panel in ("DataLab_Sig", "DataLab_Ima"):
            for name in [*file[panel].attrs]:
                del file[panel].attrs[name]


@pytest.mark.parametrize("write", [written_by_us, written_by_guidata])
def test_titles_that_are_no_names_give_the_same(write: Callable[..., Path], tmp_path: Path) -> None:
    objects = [signal(title, number) for number, title in enumerate(ODD_TITLES)]
    path = write(tmp_path / "odd.h5", ("g", objects[:5]), ("g", objects[5:]))
    assert_parts_are_those_of_the_whole(path)


@pytest.mark.parametrize("name", _samples.NAMES, ids=range(len(_samples.NAMES)))
def test_an_object_of_any_name_is_found_at_once(name: str, tmp_path: Path) -> None:
    path = written_by_us(tmp_path / "named.h5", ("g", [signal("a"), signal(name, 7.0)]))
    found = read_object(path, name)
    assert found is not None
    assert found.obj.y[0] == 7.0


def test_datalabs_own_file_is_searched_by_its_links(tmp_path: Path) -> None:
    objects = [signal(f"s {number}", number) for number in range(5)]
    found = read_object(written_by_guidata(tmp_path / "datalab.h5", ("g", objects)), "s 3")
    assert found is not None
    assert found.obj.y[0] == 3.0


def test_one_object_is_read_without_a_look_at_the_others(tmp_path: Path) -> None:
    path = written_by_us(
        tmp_path / "two.h5", ("g", [create_image("a", np.eye(64)), create_image("b", np.eye(64))])
    )
    with h5py.File(path, "r+") as file:
        del file["DataLab_Ima/gi001: g/i001: a/data"]
    with pytest.raises(FileFormatError):
        read_workspace(path)
    (found,) = read_named(path, ["b"])
    assert np.array_equal(found.obj.data, np.eye(64))


def test_a_list_that_is_damaged_is_not_believed(tmp_path: Path) -> None:
    path = written_by_us(tmp_path / "changed.h5", ("g", [signal("a", 1.0), signal("b", 2.0)]))
    with h5py.File(path, "r+") as file:
        attributes = file["DataLab_Sig"].attrs
        values = attributes["datalab_kernel_titles"]
        values[-2] = ord("x")
        attributes["datalab_kernel_titles"] = values
    assert_parts_are_those_of_the_whole(path)


def test_an_object_that_was_changed_in_place_is_not_taken_for_another(tmp_path: Path) -> None:
    path = written_by_us(tmp_path / "changed.h5", ("g", [signal("a", 1.0), signal("b", 2.0)]))
    with h5py.File(path, "r+") as file:
        group = file["DataLab_Sig/gs001: g"]
        group["s001: a"].attrs["title"] = "c"
        group.move("s002: b", "s003: b")
    assert read_object(path, "a") is None
    found = read_object(path, "b")
    assert found is not None
    assert found.obj.y[0] == 2.0
    assert names_in(path, believes_list=False) == ["c", "b"]


def test_objects_that_were_added_in_place_are_found(tmp_path: Path) -> None:
    path = written_by_us(tmp_path / "changed.h5", ("g", [signal("a", 1.0)]))
    with h5py.File(path, "r+") as file:
        group = file["DataLab_Sig/gs001: g"]
        group.copy("s001: a", "s002: b")
        group["s002: b"].attrs["title"] = "b"
    assert names_in(path) == ["a", "b"]
    assert_parts_are_those_of_the_whole(path)


def test_links_out_of_the_file_are_not_followed(tmp_path: Path) -> None:
    other = written_by_us(tmp_path / "other.h5", ("g", [signal("a"), signal("secret")]))
    path = written_by_us(tmp_path / "linking.h5", ("g", [signal("a"), signal("secret")]))
    with h5py.File(path, "r+") as file:
        group = file["DataLab_Sig/gs001: g"]
        del group["s002: secret"]
        group["s002: secret"] = h5py.ExternalLink(other, "DataLab_Sig/gs001: g/s002: secret")
    with pytest.raises(FileFormatError, match="link"):
        read_object(path, "secret")


def test_a_damaged_heap_is_refused_where_it_is_read(tmp_path: Path) -> None:
    path = written_by_us(tmp_path / "heap.h5", ("g", [signal("a")]))
    with h5py.File(path, "r+"):
        pass  # which cuts off what lies behind the HDF5 data
    content = bytearray(path.read_bytes())
    place = content.index(b"GCOL\x01\x00\x00\x00")
    while place >= 0:  # free space, which ends each heap, claims to be of no size
        length = int.from_bytes(content[place + 8 : place + 16], "little")
        position = place + 16
        while content[position : position + 2] != b"\0\0":
            size = int.from_bytes(content[position + 8 : position + 16], "little")
            position += 16 + (size + 7) // 8 * 8
        content[position + 8 : position + 16] = bytes(8)
        place = content.find(b"GCOL\x01\x00\x00\x00", place + length)
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match="heap"):
        read_object(path, "a")


def test_nothing_of_a_file_stays_open_or_locked(tmp_path: Path) -> None:
    path = written_by_us(tmp_path / "free.h5", ("g", [signal("a")]))
    read_object(path, "a")
    describe_file(path)
    with h5py.File(path, "r+") as file:
        file.attrs["written"] = True
        with pytest.raises(BlockingIOError, match="another program is writing it"):
            read_object(path, "a")
