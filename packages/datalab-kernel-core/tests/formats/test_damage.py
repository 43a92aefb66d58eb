"""Whatever is wrong with a file, the error is one that names it."""

import io
from pathlib import Path

import numpy as np
import pytest
import sigima
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.sampling import IS_FULL

from datalab_kernel.errors import FileFormatError
from datalab_kernel.formats import read_file, read_options

SAMPLES = Path(__file__).parent / "samples"
SHIPPED = Path(sigima.__file__).parent / "data" / "tests"


def tiff():
    stream = io.BytesIO()
    tifffile.imwrite(stream, np.arange(60, dtype=np.uint16).reshape(3, 4, 5), photometric=1)
    return stream.getvalue()


def npy():
    stream = io.BytesIO()
    np.save(stream, np.arange(60.0).reshape(12, 5))
    return stream.getvalue()


FILES = {
    **{path.name: path.read_bytes() for path in sorted(SAMPLES.iterdir())},
    "a.tif": tiff(),
    "a.npy": npy(),
    "spectrum.mca": (SHIPPED / "curve_formats" / "spectrum.mca").read_bytes()[:3000],
}


def outcome(path):
    try:
        objects = read_file(path, read_options(None))
    except FileFormatError as error:
        return str(error)
    return path.name if objects else "nothing"


changes = st.lists(
    st.tuples(st.integers(0, 2000), st.integers(0, 30), st.binary(max_size=8)),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=150 if IS_FULL else 40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(name=st.sampled_from(sorted(FILES)), changed=changes)
@pytest.mark.filterwarnings("ignore")
def test_a_file_with_changed_bytes_is_read_or_refused_by_name(tmp_path, name, changed):
    data = FILES[name]
    for place, length, piece in changed:
        start = place % (len(data) + 1)
        data = data[:start] + piece + data[start + length :]
    path = tmp_path / name
    path.write_bytes(data)
    assert name in outcome(path)


@pytest.mark.parametrize("part", [0.1, 0.3, 0.5])
def test_an_andor_file_that_was_cut_off_is_refused(tmp_path, part):
    whole = (SHIPPED / "image_formats" / "sif_reader" / "raman1.sif").read_bytes()
    path = tmp_path / "cut.sif"
    path.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(FileFormatError, match="cut.sif"):
        read_file(path, read_options(None))
