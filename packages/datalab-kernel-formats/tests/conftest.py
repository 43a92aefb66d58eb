"""What tests of readers share: a file read by one reader, as ``load`` does."""

import pytest

from datalab_kernel.formats import read_options, read_with


@pytest.fixture(scope="session")
def read():
    def read_by(reader, path, /, **said):
        return read_with(reader, path, read_options(said))

    return read_by
