"""A TIFF file of one grey frame is read without tifffile, and is the same as with it."""

import random
from itertools import product

import numpy as np
import pytest
import tifffile
from support.sampling import IS_FULL

from datalab_kernel.errors import FileFormatError
from datalab_kernel.formats import read_file, read_options
from datalab_kernel.formats.tiff import _reader
from datalab_kernel.formats.tiff._single import single_frame
from datalab_kernel.objects._differences import differences

TYPES = [f"{kind}{size}" for kind in "ui" for size in (1, 2, 4, 8)] + ["f2", "f4", "f8"]
OPTIONS = [
    {},
    {"byteorder": ">", "rowsperstrip": 1},
    {"bigtiff": True, "metadata": None},
    {"resolution": (100, 50), "resolutionunit": "CENTIMETER", "software": "camera 3"},
    {"resolution": (72, 72), "resolutionunit": "INCH", "datetime": True},
    {"photometric": "miniswhite"},
    {"extratags": [(286, "2I", 1, (5, 2), True), (274, "H", 1, 3, True)]},
]
EACH_ONCE = [*((kind, {}) for kind in TYPES), *(("u2", options) for options in OPTIONS)]
KINDS = [*product(TYPES, OPTIONS)] if IS_FULL else EACH_ONCE
PIXELS = np.array([[1, 2, 3], [100, 50, 7]])
FRAME = PIXELS.astype("u2")


@pytest.fixture
def write(tmp_path):
    """Write an array by tifffile."""

    def write(data=FRAME, **options):
        path = tmp_path / "frame.tif"
        tifffile.imwrite(path, data, **{"photometric": "minisblack", **options})
        return path

    return write


@pytest.fixture
def by_tifffile(monkeypatch):
    """Read a file by tifffile, whatever is in it."""

    def read(path):
        with monkeypatch.context() as patched:
            patched.setattr(_reader, "single_frame", lambda *_: None)
            return read_file(path, read_options(None))

    return read


def is_taken(path):
    with path.open("rb") as file:
        return single_frame(path, file) is not None


@pytest.mark.parametrize(("dtype", "options"), KINDS, ids=str)
def test_a_single_frame_is_what_tifffile_reads(write, by_tifffile, dtype, options):
    path = write(PIXELS.astype(dtype), **options)
    assert is_taken(path)
    (image,), (expected,) = read_file(path, read_options(None)), by_tifffile(path)
    assert differences(image, expected) == []
    assert image.data.tolist() == PIXELS.tolist()
    assert image.data.flags.owndata
    assert image.data.flags.writeable


@pytest.mark.parametrize(
    "options",
    [
        {"compression": "zlib"},
        {"compression": "zlib", "predictor": True},
        {"tile": (16, 16)},
        {"data": np.stack([PIXELS, PIXELS]).astype("u2")},
        {"data": PIXELS[None].astype("u2"), "metadata": {"axes": "ZYX"}},
        {"data": np.zeros((2, 3, 3), np.uint8), "photometric": "rgb"},
        {"data": PIXELS.astype("c8")},
        {"data": PIXELS > 2},
        {"description": "ImageJ=1.54f\nunit=um\n", "metadata": None},
        {"description": "a note", "metadata": None},
        {"software": "SI.LINE"},
        {"extratags": [(34118, "s", 0, b"AP_IMAGE_PIXEL_SIZE\r\nSize = 5 nm\r\n", True)]},
        {"subfiletype": 1},
        {"subifds": 1},
    ],
    ids="-".join,
)
def test_a_file_that_could_mean_more_is_left_to_tifffile(write, options):
    if "subifds" in options:
        with tifffile.TiffWriter(path := write()) as file:
            file.write(FRAME, photometric="minisblack", subifds=1)
            file.write(FRAME[::2], photometric="minisblack", subfiletype=1)
    else:
        path = write(**options)
    assert not is_taken(path)


def test_a_frame_that_was_cut_off_is_refused(write):
    path = write()
    path.write_bytes(path.read_bytes()[:-1])
    assert not is_taken(path)
    with pytest.raises(FileFormatError):
        read_file(path, read_options(None))


@pytest.mark.filterwarnings("ignore")
def test_a_damaged_frame_that_is_taken_is_what_tifffile_reads(write, by_tifffile):
    chance = random.Random(0)
    taken = 0
    for byteorder, is_big in product("<>", [False, True]):
        path = write(byteorder=byteorder, bigtiff=is_big, resolution=(20, 30))
        data = path.read_bytes()
        for _ in range(100 if IS_FULL else 10):
            damaged = bytearray(data)
            damaged[chance.randrange(4, len(data))] = chance.choice([0, 1, 2, 3, 4, 16])
            path.write_bytes(damaged)
            if is_taken(path):
                (image,), (expected,) = read_file(path, read_options(None)), by_tifffile(path)
                assert differences(image, expected) == []
                taken += 1
    assert taken > 0
