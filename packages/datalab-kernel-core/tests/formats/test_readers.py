"""Every reader of the core keeps the contract that a plug-in's must keep."""

import io
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io
import scipy.sparse
import tifffile
from PIL import Image

from datalab_kernel.formats._arrays import NPY
from datalab_kernel.formats._dicom import DICOM
from datalab_kernel.formats._pictures import PICTURE
from datalab_kernel.formats._registry import READERS
from datalab_kernel.formats._sigima import RAW, SIGIMA
from datalab_kernel.formats._text_reader import TEXT
from datalab_kernel.formats._unsupported import UNSUPPORTED
from datalab_kernel.formats.instruments import INSTRUMENTS
from datalab_kernel.formats.matlab import MAT, MAT73
from datalab_kernel.formats.scopes._keysight import KEYSIGHT
from datalab_kernel.formats.scopes._lecroy import LECROY
from datalab_kernel.formats.scopes._rigol import RIGOL
from datalab_kernel.formats.scopes._tektronix import TEKTRONIX
from datalab_kernel.formats.tiff._reader import TIFF
from datalab_kernel.testing import ReaderContract, SampleFile

SAMPLES = Path(__file__).parent / "samples"
FRAMES = np.arange(24, dtype=np.uint16).reshape(2, 3, 4)

pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.DtypeWarning")


def scope(name, *arrays):
    content = (SAMPLES / f"{name}.csv").read_bytes()
    return SampleFile(name=f"{name}.csv", content=content, arrays=arrays)


def made(name, write, *arrays):
    stream = io.BytesIO()
    write(stream)
    return SampleFile(name=name, content=stream.getvalue(), arrays=arrays)


class TestNumpy(ReaderContract):
    reader = NPY

    def samples(self):
        xy = np.array([[0.0, 1, 2, 3, 4], [5, 6, 7, 8, 9]])
        return [
            made("signal.npy", lambda stream: np.save(stream, xy), xy),
            made("stack.npy", lambda stream: np.save(stream, FRAMES), *FRAMES),
        ]


class TestMatlab(ReaderContract):
    reader = MAT

    def samples(self):
        cells = np.empty((1, 2), object)
        cells[0] = [np.array([[5.0, 6, 7, 8, 9]]), "words"]
        matrix = scipy.sparse.csc_array(np.diag(np.arange(1.0, 7.0)))
        run = {"fs": 50.0, "y": np.array([[1.0, 2j, 3]]), "c": cells, "s": matrix, "on": [True] * 3}

        def write(stream, content, **options):
            scipy.io.savemat(stream, content, **options)

        images = [
            made("image.mat", lambda stream: write(stream, {"img": FRAMES[0]}), FRAMES[0]),
            made(
                "compressed.mat",
                lambda stream: write(stream, {"img": FRAMES[0]}, do_compression=True),
                FRAMES[0],
            ),
        ]
        y, c, on = (
            [np.arange(len(values)), values] for values in ([1, 2j, 3], cells[0][0][0], [1, 1, 1])
        )
        arrays = (y, c, matrix.toarray(), on)
        return [*images, made("run.mat", lambda stream: write(stream, {"run": run}), *arrays)]


class TestMatlab73(ReaderContract):
    reader = MAT73

    def samples(self):
        stream = io.BytesIO()
        with h5py.File(stream, "w", userblock_size=512) as file:
            file["img"] = FRAMES[0].T
            file["img"].attrs["MATLAB_class"] = np.bytes_("uint16")
        content = b"MATLAB 7.3 MAT-file".ljust(124) + b"\0\2IM" + stream.getvalue()[128:]
        return [SampleFile(name="image.mat", content=content, arrays=(FRAMES[0],))]


class TestTiff(ReaderContract):
    reader = TIFF

    def samples(self):
        def write(stream):
            tifffile.imwrite(stream, FRAMES, photometric="minisblack")

        return [made("stack.tif", write, *FRAMES)]


class TestPicture(ReaderContract):
    reader = PICTURE

    def samples(self):
        grey = FRAMES[0].astype(np.uint8)

        def write(stream):
            Image.fromarray(grey).save(stream, "png")

        return [made("picture.png", write, grey)]


class TestTektronix(ReaderContract):
    reader = TEKTRONIX
    last_number_may_be_cut = True

    def samples(self):
        x = [float(f"{-0.0005 + number * 4e-7:.10f}") for number in range(21)]
        y = [4, 8, 4, 0, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 16]
        return [scope("tektronix_tds", [x, [value / 1000 for value in y]])]


class TestLecroy(ReaderContract):
    reader = LECROY
    last_number_may_be_cut = True

    def samples(self):
        x = [-1.78051e-07, -1.76051e-07, -1.74051e-07]
        segment = [-1e-09, 0, 1e-09]
        return [
            scope("lecroy", [x, [-0.00034916992, -0.00029708659, -0.00029708659]]),
            scope("lecroy_segments", [segment, [1, 2, 3]], [segment, [4, 5, 6]]),
        ]


class TestRigol(ReaderContract):
    reader = RIGOL
    last_number_may_be_cut = True

    def samples(self):
        x, short = -1.2e-3 + 2e-6 * np.arange(3), -1.144e-3 + 2e-6 * np.arange(2)
        logic = ([4e-2, -1.2e-1], [0, 16], [255, 0])
        five = -1e-3 + 2e-8 * np.arange(2)
        return [
            scope("rigol_ds1000z", [x, [47.2, 46.4, 47.2]], [x, [2.4, 3.2, 3.2]]),
            scope("rigol_ds1000z_logic", *([short, y] for y in logic)),
            scope("rigol_mso5000", [five, [0.04, 0.08]], [five, [1.5, 1.25]]),
        ]


class TestKeysight(ReaderContract):
    reader = KEYSIGHT
    last_number_may_be_cut = True

    def samples(self):
        x = -1e-6 + 2.5e-10 * np.arange(3)
        return [scope("keysight_infiniium", [x, [0.0125, 0.01375, -0.0025]])]


class TestText(ReaderContract):
    reader = TEXT
    last_number_may_be_cut = True

    def samples(self):  # an image of text is no sample: its first two rows may be signals
        columns = "Time (s),U (V)\n0,1.5\n1,2.5\n2,3.25\n"
        time = [-2e-05, -1.9996e-05, -1.9992e-05, -1.9988e-05]
        short, long = [-2e-06, 0], [-2e-06, -1e-06, 0, 1e-06]
        away = [-1e-3, -995e-6, -990e-6]
        ms, us = [-5.000608, -4.999968, -4.999328], [-500.004, -500.002, -500]
        return [
            SampleFile(
                name="u.csv", content=columns.encode(), arrays=([[0, 1, 2], [1.5, 2.5, 3.25]],)
            ),
            scope(
                "tektronix_mdo", [time, [0.04, 0.12, -0.04, 0.04]], [time, [0.5, 0.25, 0.125, 0]]
            ),
            scope(
                "tektronix_mso",
                [long, [1, 1, 0, 0]],
                [long, [0, 1, 1, 0]],
                [short, [25, 24]],
            ),
            scope(
                "keysight_infiniivision",
                [away, [np.nan, -80.402009e-3, -79e-3]],
                [away, [np.nan, 1.20603e-3, 1.1e-3]],
            ),
            scope("siglent", [[-2e-7, -1e-7, 0], [0.004, 0.006, 0.008]]),
            scope("picoscope", [ms, [0.01234, np.inf, 0.013]], [ms, [-2.3, -2.29, -np.inf]]),
            scope("picoscope_comma", [us, [5.511, 4.724, 5.552]], [us, [1.215, 2.13, 2.212]]),
            scope("rohde_schwarz", [[-1e-3, -0.5e-3], [0.15, 0.16]]),
        ]


def test_each_of_the_cores_readers_has_its_contract_here():
    here = [one for one in ReaderContract.__subclasses__() if one.__module__ == __name__]
    # Refused, told by a person, Sigima's own; and in files of their own
    elsewhere = {*UNSUPPORTED, RAW, SIGIMA, DICOM, *INSTRUMENTS}
    assert {one.reader for one in here} == {*READERS} - elsewhere
