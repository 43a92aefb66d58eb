"""PicoQuant's files: .ptu written by ptufile, .phu by hand after the Unified Tag format."""

import struct

import numpy as np
import pytest

from datalab_kernel.testing import ReaderContract, SampleFile
from datalab_kernel_formats._picoquant import PHU, PTU

ptufile = pytest.importorskip("ptufile")
PHOTONS = np.zeros((1, 2, 3, 1, 4), "u1")  # frames, rows, columns, channels, bins
PHOTONS[0, 1, 2, 0] = [0, 3, 1, 0]
PHOTONS[0, 0, 0, 0] = [1, 0, 0, 0]


def ptu(path):
    ptufile.imwrite(
        path, PHOTONS, global_resolution=5e-8, tcspc_resolution=1e-9, pixel_time=1e-4,
        pixel_resolution=0.5,
    )  # fmt: skip
    return path


def phu(curves, resolution=1.6e-11, base=4e-12):
    """Return a file of histograms; its bins are four of the device's."""
    data = b"".join(np.asarray(curve, "<u4").tobytes() for curve in curves)

    def tag(name, kind, value, index=-1):
        packed = struct.pack("<d" if kind == 0x20000008 else "<q", value)
        return struct.pack("<32siI", name.encode(), index, kind) + packed

    real, whole = 0x20000008, 0x10000008

    def header(begin):
        tags = tag("Measurement_Mode", whole, 0) + tag("Measurement_SubMode", whole, 1)
        tags += tag("HistoResult_NumberOfCurves", whole, len(curves))
        tags += tag("HistoResult_BitsPerBin", whole, 32)
        tags += tag("MeasDesc_Resolution", real, resolution)
        tags += tag("HW_BaseResolution", real, base)
        for n, curve in enumerate(curves):
            tags += tag("HistResDscr_DataOffset", whole, begin, n)
            tags += tag("HistResDscr_HistogramBins", whole, len(curve), n)
            tags += tag("HistResDscr_MDescResolution", real, resolution, n)
            tags += tag("HistResDscr_HWBaseResolution", real, base, n)
            begin += 4 * len(curve)
        return b"PQHISTO\0" + b"1.0.00\0\0" + tags + tag("Header_End", 0xFFFF0008, 0)

    return header(len(header(0))) + data


class TestPicoQuantHistograms(ReaderContract):
    reader = PHU

    def samples(self):
        x = np.arange(3) * 1.6e-11
        arrays = ([x, [5, 0, 2]], [x, [1, 2, 3]])
        return [SampleFile(name="a.phu", content=phu([[5, 0, 2], [1, 2, 3]]), arrays=arrays)]


class TestPicoQuantTimeTags(ReaderContract):
    reader = PTU

    @pytest.fixture(autouse=True)
    def written(self, tmp_path_factory):
        self.content = ptu(tmp_path_factory.mktemp("ptu") / "a.ptu").read_bytes()

    def samples(self):
        decay = [np.arange(50) * 1e-9, [1, 3, 1, *[0] * 47]]  # 50 ns from pulse to pulse
        counts = PHOTONS[0, :, :, 0].sum(axis=-1)
        return [SampleFile(name="a.ptu", content=self.content, arrays=(counts, decay))]


def test_photons_are_an_image_in_metres_and_a_decay_in_seconds(tmp_path, read):
    image, decay = read(PTU, ptu(tmp_path / "a.ptu"))
    assert image.data.tolist() == [[1, 0, 0], [0, 0, 4]]
    assert (image.dx, image.xunit, image.zunit) == (pytest.approx(5e-7), "m", "counts")
    assert (decay.title, decay.xunit, decay.yunit) == ("a decay", "s", "counts")
    assert decay.y[:3].tolist() == [1, 3, 1]
    assert decay.x[1] == 1e-9


def test_a_histogram_s_bins_are_those_after_binning(tmp_path, read):
    path = tmp_path / "a.phu"
    path.write_bytes(phu([[5, 0, 2]]))
    (obj,) = read(PHU, path)
    assert obj.x.tolist() == [0.0, 1.6e-11, 3.2e-11]
