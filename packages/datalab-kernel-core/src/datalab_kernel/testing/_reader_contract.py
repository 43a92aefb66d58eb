"""What every reader of a file format must do, as one class of tests to subclass."""

from __future__ import annotations

import os
import random
import time
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from datalab_kernel.errors import FileFormatError, MissingPackageError
from datalab_kernel.formats import read_options, read_with

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from datalab_kernel.formats import Reader
    from datalab_kernel.objects import DataObject

_TRIES, _ALL_TRIES = 10, 150
"""How many beginnings, and how many damaged copies, of a sample are read; with the whole matrix."""
_SEED = 20_260_101
_GARBAGE = (b"\0", b"\xff" * 64, b"\n\n\n", b"MZ\0\0", b"no numbers", b"{}", b"\xef\xbb\xbf", b"1")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleFile:
    """A file of a format, small enough to be written in a test, and what is in it.

    Parameters
    ----------
    name
        What the file is called, with its suffix.
    content
        Its bytes.
    arrays
        For each object, in order: a signal's ``xydata`` of shape ``(2, n)``, or an image's
        ``data`` of shape ``(ny, nx)``.
    units
        For each object, in order: the units of x and y, of an image also of z. Empty where
        a test of its own checks them.
    """

    name: str
    content: bytes
    arrays: tuple[Any, ...]
    units: tuple[tuple[str, ...], ...] = ()


class ReaderContract:
    """Subclass this, give it a reader and sample files, and let pytest run it.

    Of each sample, beginnings and damaged copies are read too: ten of each, always the same,
    or with ``DATALAB_KERNEL_TEST_FULL=1`` 150 of each. No one may take longer than
    ``time_limit_s``.

    Attributes
    ----------
    reader
        The reader.
    last_number_may_be_cut
        Whether the format can't tell that its last number was cut short, as text without
        a length or a checksum can't: ``1.25`` may be what is left of ``1.253``. The last
        row of what a cut file gives then isn't compared.
    damage_is_tried
        Whether damaged copies are read: a library in C may end the whole process over one.
        Then only beginnings are.
    time_limit_s
        How long reading a sample, whole or not, may keep a processor busy, in seconds.
    """

    reader: ClassVar[Reader]
    last_number_may_be_cut: ClassVar[bool] = False
    damage_is_tried: ClassVar[bool] = True
    time_limit_s: ClassVar[float] = 20.0

    @abstractmethod
    def samples(self) -> Sequence[SampleFile]:
        """Return files of the format, one for each form that it has."""

    def test_the_format_is_named_and_its_suffixes_are_written_as_in_paths(self) -> None:
        assert self.reader.name.strip()
        for suffix in self.reader.suffixes:
            assert suffix.startswith(".")
            assert suffix == suffix.lower()

    def test_a_library_is_named_with_its_licence(self) -> None:
        assert bool(self.reader.library) == bool(self.reader.licence)

    def test_each_sample_is_recognised_and_read_right(self, tmp_path: Path) -> None:
        for sample in self.samples():
            path = _written(tmp_path, sample.name, sample.content)
            assert self.reader.recognises(sample.content, path), sample.name
            objects = read_with(self.reader, path, read_options(None))
            found = _arrays(objects)
            assert len(found) == len(sample.arrays), sample.name
            for array, expected in zip(found, sample.arrays, strict=True):
                np.testing.assert_array_equal(array, expected, err_msg=sample.name)
            if sample.units:
                assert tuple(map(_units, objects)) == sample.units, sample.name

    def test_reading_leaves_the_file_as_it_is(self, tmp_path: Path) -> None:
        for sample in self.samples():
            path = _written(tmp_path, sample.name, sample.content)
            read_with(self.reader, path, read_options(None))
            assert path.read_bytes() == sample.content
            path.unlink()  # fails on some systems while the reader has it open

    def test_a_file_that_was_cut_off_is_refused_or_read_right(self, tmp_path: Path) -> None:
        for sample in self.samples():
            for length in _lengths(len(sample.content)):
                found = self._read(tmp_path, sample.name, sample.content[:length])
                note = f"the first {length} bytes of {sample.name}"
                assert len(found) <= len(sample.arrays), note
                for part, whole in zip(found, sample.arrays, strict=False):
                    self._check_beginning(part, np.asarray(whole), note)

    def test_a_damaged_file_is_read_or_refused(self, tmp_path: Path) -> None:
        chance = random.Random(_SEED)  # noqa: S311 - the same bytes each time
        for sample in self.samples() if self.damage_is_tried else ():
            for _ in range(_tries()):
                self._read(tmp_path, sample.name, _damaged(sample.content, chance))

    def test_what_is_of_no_format_is_refused(self, tmp_path: Path) -> None:
        chance = random.Random(_SEED)  # noqa: S311 - the same bytes each time
        name = self.samples()[0].name
        for content in (*_GARBAGE, *(chance.randbytes(size) for size in (7, 300, 5000))):
            self._read(tmp_path, name, content)

    def _read(self, folder: Path, name: str, content: bytes) -> Sequence[DataObject]:
        """Read what may not be whole; nothing if it isn't recognised, or refused by its name."""
        path = _written(folder, name, content)
        is_ours = self.reader.recognises(content, path)
        assert isinstance(is_ours, bool)
        if not is_ours:
            return []
        start = time.process_time()
        try:
            return read_with(self.reader, path, read_options(None))
        except (FileFormatError, MissingPackageError) as error:
            assert name in str(error)  # noqa: PT017 - reading it is allowed, too
            return []
        finally:
            taken = time.process_time() - start
            assert taken < self.time_limit_s, f"{taken:.1f} s for {len(content)} bytes of {name}"

    def _check_beginning(self, part: DataObject, whole: Any, note: str) -> None:
        """Check that an object is the beginning of what was expected: fewer points, or fewer rows."""
        (rows,), expected = _arrays([part]), whole
        if hasattr(part, "xydata"):
            rows, expected = rows.T, expected.T
        if self.last_number_may_be_cut:
            rows = rows[:-1]
        assert rows.shape[1:] == expected.shape[1:], note
        assert len(rows) <= len(expected), note
        np.testing.assert_array_equal(rows, expected[: len(rows)], err_msg=note)


def _written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def _arrays(objects: Sequence[Any]) -> list[Any]:
    return [obj.xydata[:2] if hasattr(obj, "xydata") else obj.data for obj in objects]


def _units(obj: Any) -> tuple[str, ...]:
    return tuple(getattr(obj, name) for name in ("xunit", "yunit", "zunit") if hasattr(obj, name))


def _tries() -> int:
    return _ALL_TRIES if os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1" else _TRIES


def _lengths(size: int) -> Iterator[int]:
    """Yield the lengths that a file is cut to: the ends, and some between; all if they are few."""
    if _tries() >= size:
        yield from range(1, size)
        return
    chance = random.Random(_SEED)  # noqa: S311 - the same lengths each time
    yield from sorted({1, size - 1, *(chance.randrange(1, size) for _ in range(_tries()))})


def _damaged(content: bytes, chance: random.Random) -> bytes:
    """Return a copy in which some bytes were replaced, lost or added."""
    start = chance.randrange(len(content))
    end = start + chance.randrange(30)
    return content[:start] + chance.randbytes(chance.randrange(9)) + content[end:]
