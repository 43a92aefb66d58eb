"""What holds for each reader of this package."""

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from datalab_kernel.formats._known import KNOWN

READERS = [
    point.load()
    for point in entry_points(group="datalab_kernel.formats")
    if point.value.startswith("datalab_kernel_formats.")
]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_the_core_knows_the_format_by_the_same_name_and_refuses_it_where_we_are_not(reader):
    (known,) = (known for known in KNOWN if known.name == reader.name)
    assert known.is_adapted
    assert known.library == reader.library
    assert bool(reader.licence) == bool(reader.library)


def test_asking_for_the_readers_imports_none_of_their_libraries():
    libraries = {
        "astropy",
        "fabio",
        "mrcfile",
        "nptdms",
        "pyabf",
        "scipy.io",
        "sigmf",
        "wfdb",
        "h5py",
    }
    code = (
        "import sys; from importlib.metadata import entry_points; import numpy;"
        "before = {*sys.modules};"
        "[p.load() for p in entry_points(group='datalab_kernel.formats')];"
        "print(*({*sys.modules} - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert libraries.isdisjoint(done.stdout.split())
