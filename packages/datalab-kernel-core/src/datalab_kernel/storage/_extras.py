"""What a DataLab file holds besides signals and images: kept as it is, understood by nobody here."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from datalab_kernel.storage import _nexus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST_TIMES = 4  # the file's size: what virtual datasets of it may show, a part of it twice
OURS = frozenset({"DataLab_Sig", "DataLab_Ima", "DataLab_Version"})


def merged(left: bytes, right: bytes) -> bytes:
    """Return both; what is in both is there once, and nothing takes another's place."""
    with _opened(left) as first, _opened(right) as second, _memory_file() as file:
        for source in (first, second):
            _copy_attributes(source, file)
            for name in source:
                _merge(source, name, file)
        return _packed(file)


def copy_to(file: h5py.File, image: bytes) -> None:
    """Copy everything to the root of a file."""
    with _opened(image) as source:
        _copy_attributes(source, file)
        for name in source:
            source.copy(source[name], file, name=name)


def _opened(image: bytes) -> h5py.File:
    return h5py.File(h5py.h5f.open_file_image(image))


def extras_of(file: h5py.File) -> bytes:
    """Take what isn't signals or images from a file; empty groups don't count."""
    names = [name for name in file if name not in OURS and _is_something(file, name)]
    names = [name for name in names if not _nexus.is_own_entry(file, name)]
    attributes = [key for key in file.attrs if not _nexus.is_own_attribute(file, key)]
    if not names and not attributes:
        return b""
    with _memory_file() as kept:
        _copy_attributes(file, kept, attributes)
        for name in names:
            _take(file, name, kept, _MOST_TIMES * file.id.get_filesize())
        return _packed(kept)


def _take(source: h5py.Group, name: str, target: h5py.Group, limit_bytes: int) -> None:
    """Copy a member; virtual datasets of the file itself become datasets with the values.

    What they are made of is DataLab's objects, which may lie elsewhere in the next file: they
    would be zeros there without a word.
    """
    if not _is_virtual_within(source[name]):
        source.copy(source[name], target, name=name)
        return
    member = source[name]
    if isinstance(member, h5py.Group):
        copied = target.create_group(name)
        _copy_attributes(member, copied, member.attrs)
        for child in member:
            if isinstance(member.get(child, getlink=True), h5py.HardLink):
                _take(member, child, copied, limit_bytes)
    elif member.nbytes <= limit_bytes:
        _copy_attributes(member, target.create_dataset(name, data=member[()]), member.attrs)
    else:
        source.copy(member, target, name=name)


def _is_virtual_within(member: Any) -> bool:
    """Say whether a dataset is made of others of its own file, or a group has such a one."""
    found: list[Any] = [member] if isinstance(member, h5py.Dataset) else []
    if isinstance(member, h5py.Group):
        member.visititems(lambda _, one: found.append(one))
    return any(
        source.file_name in {".", member.file.filename}
        for one in found
        if isinstance(one, h5py.Dataset) and one.is_virtual
        for source in one.virtual_sources()
    )


def _copy_attributes(
    source: h5py.Group, target: h5py.Group, names: Iterable[str] | None = None
) -> None:
    """Copy the attributes of these names, or all, that aren't there yet."""
    for key in source.attrs if names is None else names:
        if key not in target.attrs:
            target.attrs[key] = source.attrs[key]


def _is_something(file: h5py.File, name: str) -> bool:
    if not isinstance(file.get(name, getlink=True), h5py.HardLink):
        return False
    member = file[name]
    return not isinstance(member, h5py.Group) or len(member) > 0


def _memory_file() -> h5py.File:
    return h5py.File(f"extras-{secrets.token_hex(8)}", "w", driver="core", backing_store=False)


def _packed(file: h5py.File) -> bytes:
    file.flush()
    image: bytes = file.id.get_file_image()
    return image


def _merge(source: h5py.Group, name: str, target: h5py.Group) -> None:
    """Add a member to a group; members of two groups of one name come together."""
    if name not in target:
        source.copy(source[name], target, name=name)
        return
    old, new = target[name], source[name]
    if _digest(old) == _digest(new):
        return
    if isinstance(old, h5py.Group) and isinstance(new, h5py.Group) and target.name == "/":
        _merge_attributes(old, new)
        for child in new:
            _merge(new, child, old)
        return
    number = 2
    while (free := f"{name} ({number})") in target:
        if _digest(target[free]) == _digest(new):
            return
        number += 1
    source.copy(new, target, name=free)


def _merge_attributes(old: h5py.Group, new: h5py.Group) -> None:
    if "IDs" in old.attrs and "IDs" in new.attrs:  # guidata's list of members
        known = list(old.attrs["IDs"])
        old.attrs["IDs"] = known + [item for item in new.attrs["IDs"] if item not in known]
    _copy_attributes(new, old)


def _digest(member: Any) -> bytes:
    sums = hashlib.sha256()
    for part in _parts(member):
        sums.update(part)
        sums.update(b"\0")
    return sums.digest()


def _parts(member: Any) -> Iterator[bytes]:
    for key, value in sorted(member.attrs.items()):
        yield f"{key}={value!r}".encode("utf-8", "surrogatepass")
    if isinstance(member, h5py.Dataset):
        yield f"{member.dtype}{member.shape}".encode()
        yield (
            np.asarray(member[()]).tobytes()
            if member.dtype != object
            else repr(member[()]).encode()
        )
    else:
        for name in sorted(member):
            yield name.encode("utf-8", "surrogatepass")
            yield _digest(member[name])
