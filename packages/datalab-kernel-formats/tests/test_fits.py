"""FITS files, written by astropy."""

import io

import numpy as np
import pytest

from datalab_kernel.notes import notes_of
from datalab_kernel.testing import ReaderContract, SampleFile
from datalab_kernel_formats._fits import FITS

fits = pytest.importorskip("astropy.io.fits")


def written(*hdus, **header):
    hdus[0].header.update(header)
    first = [] if isinstance(hdus[0], fits.PrimaryHDU) else [fits.PrimaryHDU()]
    file = io.BytesIO()
    fits.HDUList([*first, *hdus]).writeto(file)
    return file.getvalue()


@pytest.fixture
def load(read, tmp_path):
    def written_and_read(*hdus, said=None, **header):
        path = tmp_path / "f.fits"
        path.write_bytes(written(*hdus, **header))
        return read(FITS, path, **(said or {}))

    return written_and_read


class TestFits(ReaderContract):
    reader = FITS

    def samples(self):
        image = np.arange(6, dtype="u2").reshape(2, 3) + 40_000  # written with BZERO 32768
        curve = np.array([0.5, -1.0, 2.0], "f4")
        return [
            SampleFile(name="i.fits", content=written(fits.PrimaryHDU(image)), arrays=(image,)),
            SampleFile(
                name="s.fits", content=written(fits.PrimaryHDU(curve)), arrays=([[0, 1, 2], curve],)
            ),
        ]


def test_an_image_has_the_units_and_the_linear_axes_of_its_header(load):
    (obj,) = load(fits.PrimaryHDU(np.zeros((2, 3), "f4")),
        BUNIT="adu", CTYPE1="X", CUNIT1="mm", CRPIX1=2.0, CRVAL1=10.0, CDELT1=0.5,
        CRPIX2=1.0, CRVAL2=-1.0, CDELT2=0.25, OBSERVER="Ada",
    )  # fmt: skip
    assert (obj.x0, obj.dx, obj.xunit, obj.xlabel) == (9.5, 0.5, "mm", "X")
    assert (obj.y0, obj.dy, obj.zunit) == (-1.0, 0.25, "adu")
    assert obj.data.dtype == np.dtype("f4")
    assert obj.data.dtype.isnative
    assert obj.metadata["OBSERVER"] == "Ada"


def test_a_falling_axis_is_turned_round_with_its_pixels(load):
    (obj,) = load(
        fits.PrimaryHDU(np.array([[1, 2, 3]], "i2")), CRPIX1=1.0, CRVAL1=10.0, CDELT1=-2.0
    )
    assert obj.data.tolist() == [[3, 2, 1]]
    assert (obj.x0, obj.dx) == (6.0, 2.0)


def test_sky_coordinates_are_left_to_pixels_and_said(load):
    (obj,) = load(fits.PrimaryHDU(np.zeros((2, 2), "i2")),
        CTYPE1="RA---TAN", CTYPE2="DEC--TAN", CRPIX1=1.0, CRVAL1=83.0, CDELT1=-0.1,
    )  # fmt: skip
    assert (obj.x0, obj.dx, obj.xunit) == (0.0, 1.0, "")
    assert "RA---TAN" in notes_of(obj)[0].text


def test_a_spectrum_of_one_dimension_is_a_signal_over_its_wavelength(load):
    (obj,) = load(fits.PrimaryHDU(np.array([1.0, 2.0, 4.0])),
        CTYPE1="WAVE", CUNIT1="Angstrom", CRVAL1=4000.0, CRPIX1=1.0, CDELT1=2.5, BUNIT="Jy",
    )  # fmt: skip
    assert obj.x.tolist() == [4000.0, 4002.5, 4005.0]
    assert (obj.xlabel, obj.xunit, obj.yunit) == ("WAVE", "Angstrom", "Jy")


def test_a_logarithmic_wavelength_is_not_taken_for_a_linear_one(load):
    (obj,) = load(
        fits.PrimaryHDU(np.array([1.0, 2.0])), CTYPE1="WAVE-LOG", CRVAL1=4000.0, CDELT1=2.5
    )
    assert obj.x.tolist() == [0.0, 1.0]
    assert "WAVE-LOG" in notes_of(obj)[0].text


def test_the_planes_of_a_cube_are_frames(load):
    cube = np.arange(8, dtype="i2").reshape(2, 2, 2)
    found = load(fits.PrimaryHDU(cube))
    assert [obj.title for obj in found] == ["f Z0", "f Z1"]
    assert found[1].data.tolist() == [[4, 5], [6, 7]]
    assert found[1].metadata["frame"] == {"Z": 1}


def table():
    return fits.BinTableHDU.from_columns(
        [
            fits.Column("WAVE", "D", unit="nm", array=[500.0, 501.0]),
            fits.Column("FLUX", "E", unit="Jy", array=[1.5, 2.5]),
            fits.Column("NAME", "3A", array=["a", "b"]),
        ],
        name="SPECTRUM",
    )


def test_a_table_is_a_signal_of_each_column_over_the_first(load):
    (obj,) = load(table())
    assert obj.xydata.tolist() == [[500.0, 501.0], [1.5, 2.5]]
    assert (obj.title, obj.xlabel, obj.xunit, obj.yunit) == ("f FLUX", "WAVE", "nm", "Jy")
    assert "NAME" in notes_of(obj)[0].text


def test_the_column_of_x_can_be_said(load):
    (obj,) = load(table(), said={"x": "FLUX"})
    assert obj.xydata.tolist() == [[1.5, 2.5], [500.0, 501.0]]


def test_extensions_are_named_by_their_extname(load):
    first = fits.PrimaryHDU(np.zeros((2, 2), "i2"))
    second = fits.ImageHDU(np.ones((2, 2), "i2"), name="DARK")
    assert [obj.title for obj in load(first, second)] == ["f PRIMARY", "f DARK"]
