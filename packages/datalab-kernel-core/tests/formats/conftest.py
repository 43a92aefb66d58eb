"""Instruments' files, in the form that each maker gives them (written by hand: ``samples``)."""

from pathlib import Path

import pytest

from datalab_kernel.formats import read_file, read_options


@pytest.fixture
def sample():
    """Give a maker's file as text."""

    def text(name):
        file = Path(__file__).parent / "samples" / f"{name}.csv"
        return file.read_text(encoding="utf-8")

    return text


@pytest.fixture
def load(tmp_path: Path):
    """Write a text to a file and read it."""

    def write_and_read(text, name="scope.csv", encoding="utf-8", **read):
        path = tmp_path / name
        path.write_text(text, encoding=encoding, newline="\n")
        return read_file(path, read_options(read))

    return write_and_read
