"""What every reader of a file format must do, as one class of tests to subclass."""

from __future__ import annotations

import os
import random
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

_TRIES = 20
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
    """

    name: str
    content: bytes
    arrays: tuple[Any, ...]


class ReaderContract:
    """Subclass this, give it a reader and sample files, and let pytest run it.

    Of each sample, beginnings and damaged copies are read too: some, always the same, or
    with ``DATALAB_KERNEL_TEST_FULL=1`` a beginning of every length.

    Attributes
    ----------
    reader
        The reader.
    last_number_may_be_cut
        Whether the format can't tell that its last number was cut short, as text without
        a length or a checksum can't: ``1.25`` may be what is left of ``1.253``. The last
        row of what a cut file gives then isn't compared.
    """

    reader: ClassVar[Reader]
    last_number_may_be_cut: ClassVar[bool] = False

    @abstractmethod
    def samples(self) -> Sequence[SampleFile]:
        """Return files of the format, one for each form that it has."""

    def test_the_format_is_named_and_its_suffixes_are_written_as_in_paths(self) -> None:
        assert self.reader.name.strip()
        for suffix in self.reader.suffixes:
            assert suffix.startswith(".")
            assert suffix == suffix.lower()

    def test_each_sample_is_recognised_and_read_right(self, tmp_path: Path) -> None:
        for sample in self.samples():
            path = _written(tmp_path, sample.name, sample.content)
            assert self.reader.recognises(sample.content, path), sample.name
            found = _arrays(read_with(self.reader, path, read_options(None)))
            assert len(found) == len(sample.arrays), sample.name
            for array, expected in zip(found, sample.arrays, strict=True):
                np.testing.assert_array_equal(array, expected, err_msg=sample.name)

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
        for sample in self.samples():
            for _ in range(_TRIES):
                self._read(tmp_path, sample.name, _damaged(sample.content, chance))

    def test_what_is_of_no_format_is_refused(self, tmp_path: Path) -> None:
        chance = random.Random(_SEED)  # noqa: S311 - the same bytes each time
        name = self.samples()[0].name
        for content in (*_GARBAGE, *(chance.randbytes(size) for size in (7, 300, 5000))):
            self._read(tmp_path, name, content)

    def _read(self, folder: Path, name: str, content: bytes) -> list[Any]:
        """Read what may not be whole; nothing if it isn't recognised, or refused by its name."""
        path = _written(folder, name, content)
        is_ours = self.reader.recognises(content, path)
        assert isinstance(is_ours, bool)
        if not is_ours:
            return []
        try:
            return _arrays(read_with(self.reader, path, read_options(None)))
        except (FileFormatError, MissingPackageError) as error:
            assert name in str(error)  # noqa: PT017 - reading it is allowed, too
            return []

    def _check_beginning(self, part: Any, whole: Any, note: str) -> None:
        """Check that an array is the beginning of another: fewer points, or fewer rows."""
        rows, expected = (array.T if array.shape[0] == 2 else array for array in (part, whole))
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


def _lengths(size: int) -> Iterator[int]:
    """Yield the lengths that a file is cut to."""
    if os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1":
        yield from range(1, size)
        return
    chance = random.Random(_SEED)  # noqa: S311 - the same lengths each time
    yield from sorted({1, size - 1, *(chance.randrange(1, size) for _ in range(_TRIES))})


def _damaged(content: bytes, chance: random.Random) -> bytes:
    """Return a copy in which some bytes were replaced, lost or added."""
    start = chance.randrange(len(content))
    end = start + chance.randrange(30)
    return content[:start] + chance.randbytes(chance.randrange(9)) + content[end:]
