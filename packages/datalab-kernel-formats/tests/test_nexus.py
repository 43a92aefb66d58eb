"""NeXus, netCDF-4 and other HDF5 files, written by h5py."""

import h5py
import numpy as np
import pytest

from datalab_kernel.errors import FileFormatError
from datalab_kernel.testing import ReaderContract, SampleFile
from datalab_kernel_formats._nexus import NEXUS


def nexus(file):
    """Write two scans, the second of which is the default, as the NeXus manual does."""
    file.attrs["default"] = "scan2"
    for name, factor in (("scan1", 1.0), ("scan2", 2.0)):
        entry = file.create_group(name)
        entry.attrs.update({"NX_class": "NXentry", "default": "data"})
        data = entry.create_group("data")
        data.attrs.update({"NX_class": "NXdata", "signal": "counts", "axes": ["two_theta"]})
        data["counts"] = factor * np.array([1.0, 4.0, 2.0])
        data["counts"].attrs["units"] = "cps"
        data["two_theta"] = np.array([10.0, 10.5, 11.5])
        data["two_theta"].attrs.update({"units": "deg", "long_name": "Angle"})
        data["counts_errors"] = np.array([0.5, 1.0, 0.25])


@pytest.fixture
def write(tmp_path):
    def written(fill, name="f.nxs"):
        with h5py.File(tmp_path / name, "w") as file:
            fill(file)
        return tmp_path / name

    return written


class TestNexus(ReaderContract):
    reader = NEXUS

    @pytest.fixture(autouse=True)
    def written(self, write):
        self.content = write(nexus, "sample.nxs").read_bytes()

    def samples(self):
        arrays = ([[10.0, 10.5, 11.5], [2.0, 8.0, 4.0]],)
        return [SampleFile(name="a.nxs", content=self.content, arrays=arrays)]


def test_the_default_plot_is_read_with_its_axis_units_and_errors(write, read):
    (obj,) = read(NEXUS, write(nexus))
    assert (obj.title, obj.xlabel, obj.xunit, obj.ylabel, obj.yunit) == (
        "f", "Angle", "deg", "counts", "cps",
    )  # fmt: skip
    assert obj.y.tolist() == [2.0, 8.0, 4.0]
    assert obj.dy.tolist() == [0.5, 1.0, 0.25]
    assert obj.metadata["path"] == "/scan2/data/counts"


def test_a_path_chooses_another_group_or_dataset(write, read):
    path = write(nexus)
    for chosen in ("/scan1", "scan1/data"):
        assert read(NEXUS, path, path=chosen)[0].xydata[:2].tolist() == [
            [10.0, 10.5, 11.5],
            [1.0, 4.0, 2.0],
        ]
    (alone,) = read(NEXUS, path, path="/scan1/data/counts")
    assert alone.xydata.tolist() == [[0.0, 1.0, 2.0], [1.0, 4.0, 2.0]]


def test_without_a_default_the_paths_are_listed(write, read):
    def two_arrays(file):
        file["a/first"], file["second"] = np.zeros(3), np.zeros((2, 2))
        file["remark"] = "text"

    path = write(two_arrays, "f.h5")
    with pytest.raises(
        FileFormatError, match=r"read=dict\(path='/a/first'\): /a/first 3, /second 2x2"
    ):
        read(NEXUS, path)
    assert read(NEXUS, path, path="second")[0].data.shape == (2, 2)


def test_a_path_that_is_not_there_is_told_with_those_that_are(write, read):
    with pytest.raises(FileFormatError, match="/scan1/data/counts"):
        read(NEXUS, write(nexus), path="/scan3")


def test_the_only_array_needs_no_choice(write, read):
    (obj,) = read(
        NEXUS, write(lambda file: file.update({"a/b": np.array([1, 2, 4])}) or None, "f.h5")
    )
    assert obj.y.tolist() == [1, 2, 4]


def test_an_image_has_both_axes(write, read):
    def fill(file):
        group = file.create_group("entry/data")
        group.attrs.update({"NX_class": "NXdata", "signal": "z", "axes": ["y", "x"]})
        group["z"] = np.arange(6, dtype="i4").reshape(2, 3)
        group["y"], group["x"] = np.array([1.0, 3.0]), np.array([0.5, 0.75, 1.0])
        group["x"].attrs["units"] = "mm"

    (obj,) = read(NEXUS, write(fill))
    assert (obj.x0, obj.dx, obj.y0, obj.dy, obj.xunit) == (0.5, 0.25, 1.0, 2.0, "mm")
    assert obj.data.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_axes_that_are_not_evenly_spaced_are_kept(write, read):
    def fill(file):
        group = file.create_group("data")
        group.attrs.update({"NX_class": "NXdata", "signal": "z", "axes": [".", "x"]})
        group["z"], group["x"] = np.zeros((2, 3)), np.array([1.0, 10.0, 100.0])

    (obj,) = read(NEXUS, write(fill))
    assert obj.xcoords.tolist() == [1.0, 10.0, 100.0]


def test_a_stack_is_a_frame_of_each_plane_with_its_place(write, read):
    def fill(file):
        group = file.create_group("data")
        group.attrs.update({"NX_class": "NXdata", "signal": "z", "axes": ["time", ".", "."]})
        group["z"], group["time"] = np.arange(8).reshape(2, 2, 2), np.array([0.5, 1.5])

    first, second = read(NEXUS, write(fill))
    assert (first.title, second.title) == ("f 0", "f 1")
    assert second.data.tolist() == [[4, 5], [6, 7]]
    assert second.metadata["frame"] == {"time": 1}
    assert second.metadata["position"] == {"time": 1.5}


def test_an_older_file_marks_its_signal_and_axis_by_numbers(write, read):
    def fill(file):
        group = file.create_group("entry/data")
        group.attrs["NX_class"] = "NXdata"
        group["counts"], group["tth"] = np.array([3.0, 4.0]), np.array([1.0, 2.5])
        group["counts"].attrs["signal"], group["tth"].attrs["axis"] = 1, 1

    (obj,) = read(NEXUS, write(fill))
    assert obj.xydata.tolist() == [[1.0, 2.5], [3.0, 4.0]]


def test_bin_edges_become_their_centres(write, read):
    def fill(file):
        group = file.create_group("data")
        group.attrs.update({"NX_class": "NXdata", "signal": "n", "axes": ["t"]})
        group["n"], group["t"] = np.array([3.0, 4.0]), np.array([0.0, 1.0, 3.0])

    assert read(NEXUS, write(fill))[0].x.tolist() == [0.5, 2.0]


def test_a_netcdf_variable_is_unpacked_over_its_dimension(write, read):
    def fill(file):
        file["time"] = np.array([0.0, 60.0, 120.0])
        file["time"].attrs["units"] = "s"
        file["time"].make_scale("time")
        file["t"] = np.array([100, -999, 300], "i2")
        file["t"].attrs.update(
            {"scale_factor": 0.1, "add_offset": 20.0, "units": "degC", "_FillValue": np.int16(-999)}
        )
        file["t"].dims[0].attach_scale(file["time"])

    (obj,) = read(NEXUS, write(fill, "f.nc"))
    assert obj.x.tolist() == [0.0, 60.0, 120.0]
    np.testing.assert_allclose(obj.y, [30.0, np.nan, 50.0])
    assert (obj.xunit, obj.yunit) == ("s", "degC")


def test_packed_data_of_nexus_is_scaled(write, read):
    def fill(file):
        group = file.create_group("data")
        group.attrs.update({"NX_class": "NXdata", "signal": "n"})
        group["n"], group["scaling_factor"], group["offset"] = np.array([1, 2], "i2"), 0.5, 10.0

    assert read(NEXUS, write(fill))[0].y.tolist() == [10.5, 11.0]
