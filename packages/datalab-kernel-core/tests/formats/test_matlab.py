"""MATLAB's files: written by SciPy, and version 7.3 by h5py as MATLAB lays it out."""

import struct
import zlib
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io
import scipy.sparse

from datalab_kernel.errors import FileFormatError
from datalab_kernel.formats import read_file, read_options
from datalab_kernel.formats.matlab._version_5 import read_variables
from datalab_kernel.notes import notes_of

HEADER = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Mon Jan 05 12:00:00 2026 HDF5 schema 1.00 ."
Y = np.array([[1.5, 2.5, 4.0, 8.0, 9.0]])
PHOTO = np.arange(40.0).reshape(5, 8)


def read(path):
    return read_file(path, read_options(None))


def new_73(path, fill):
    """Write variables into a file of version 7.3, as MATLAB has them: columns first, classes named."""
    with h5py.File(path, "w", userblock_size=512) as file:
        fill(file)
    with path.open("r+b") as file:
        file.write(HEADER.ljust(124) + b"\0\2IM")
    return path


def put(group, name, values, kind="double"):
    group[name] = np.asarray(values).T
    group[name].attrs["MATLAB_class"] = np.bytes_(kind)
    return group[name]


def text(group, name, words):
    put(group, name, np.array([[ord(letter) for letter in words]], "u2"), "char")


@pytest.fixture(params=["5", "7.3"])
def run(request, tmp_path):
    """Write a struct with a curve, an image, its rate and a remark, in either version."""
    path = tmp_path / "run.mat"
    if request.param == "5":
        inner = {"y": Y, "photo": PHOTO}
        scipy.io.savemat(path, {"run": {"data": inner, "fs": 50.0, "remark": "warm"}})
        return path

    def fill(file):
        struct = file.create_group("run")
        struct.attrs["MATLAB_class"] = np.bytes_("struct")
        put(struct.create_group("data"), "y", Y)
        put(struct["data"], "photo", PHOTO)
        put(struct, "fs", [[50.0]])
        text(struct, "remark", "warm")

    return new_73(path, fill)


def test_the_fields_of_structs_are_named_as_matlab_names_them(run):
    found = {obj.title: obj for obj in read(run)}
    assert found.keys() == {"run run.data.y", "run run.data.photo"}
    assert found["run run.data.y"].y.tolist() == [1.5, 2.5, 4.0, 8.0, 9.0]
    assert found["run run.data.photo"].data.tolist() == PHOTO.tolist()


def test_numbers_and_texts_beside_the_arrays_are_kept_with_them(run):
    assert read(run)[0].metadata["variables"] == {"run.fs": 50.0, "run.remark": "warm"}


def test_cells_and_arrays_of_structs_are_counted_as_in_matlab(tmp_path):
    path = tmp_path / "a.mat"
    cells = np.empty((1, 2), object)
    cells[0] = [Y, Y + 1]
    runs = np.array([(Y,), (Y * 2,)], dtype=[("y", object)])
    scipy.io.savemat(path, {"c": cells, "runs": runs})
    titles = [obj.title for obj in read(path)]
    assert titles == ["a c{1}", "a c{2}", "a runs(1).y", "a runs(2).y"]


def test_cells_and_arrays_of_structs_of_a_73_file_are_found_by_reference(tmp_path):
    def fill(file):
        first, second = put(file, "#refs#/a", Y), put(file, "#refs#/b", Y + 1)
        references = np.array([[first.ref], [second.ref]], h5py.ref_dtype)
        file.create_dataset("c", data=references).attrs["MATLAB_class"] = np.bytes_("cell")
        runs = file.create_group("runs")
        runs.attrs["MATLAB_class"] = np.bytes_("struct")
        runs.create_dataset("y", data=references)

    found = read(new_73(tmp_path / "a.mat", fill))
    assert [obj.title for obj in found] == ["a c{1}", "a c{2}", "a runs(1).y", "a runs(2).y"]
    assert found[3].y.tolist() == [2.5, 3.5, 5.0, 9.0, 10.0]


def test_logical_and_complex_arrays_of_a_73_file_are_what_they_are(tmp_path):
    def fill(file):
        put(file, "mask", np.eye(6, dtype="u1"), "logical")
        pair = np.zeros((1, 5), [("real", "f8"), ("imag", "f8")])
        pair["real"], pair["imag"] = Y, -Y
        put(file, "z", pair)

    mask, z = read(new_73(tmp_path / "a.mat", fill))
    assert mask.data.dtype == bool
    assert z.y[0] == 1.5 - 1.5j


@pytest.mark.parametrize("version", ["5", "7.3"])
def test_a_sparse_matrix_is_written_out(tmp_path, version):
    matrix = scipy.sparse.csc_array(np.diag(np.arange(1.0, 7.0)))
    path = tmp_path / "a.mat"
    if version == "5":
        scipy.io.savemat(path, {"s": matrix})
    else:

        def fill(file):
            group = file.create_group("s")
            group.attrs.update({"MATLAB_class": np.bytes_("double"), "MATLAB_sparse": 6})
            group["data"], group["ir"], group["jc"] = matrix.data, matrix.indices, matrix.indptr

        new_73(path, fill)
    assert read(path)[0].data.tolist() == matrix.toarray().tolist()


def test_what_is_no_number_is_skipped_by_its_name(tmp_path):
    def fill(file):
        put(file, "y", Y)
        put(file, "handle", [[1]], "function_handle")
        empty = put(file, "nothing", [[0, 0]], "double")
        empty.attrs["MATLAB_empty"] = np.uint8(1)

    (obj,) = read(new_73(tmp_path / "a.mat", fill))
    (note,) = notes_of(obj)
    assert "handle (of the class function_handle)" in note.text
    assert "nothing (empty)" in note.text


def test_a_73_file_that_was_cut_off_is_refused(tmp_path):
    path = new_73(tmp_path / "a.mat", lambda file: put(file, "y", Y))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(FileFormatError, match=r"a\.mat"):
        read(path)


def test_references_in_a_circle_end(tmp_path):
    def fill(file):
        put(file, "y", Y)
        cell = file.create_dataset("c", (1, 1), h5py.ref_dtype)
        cell.attrs["MATLAB_class"] = np.bytes_("cell")
        cell[0, 0] = cell.ref

    (obj,) = read(new_73(tmp_path / "a.mat", fill))
    assert "nested deeper" in notes_of(obj)[0].text


REAL = sorted((Path(scipy.io.__file__).parent / "matlab/tests/data").glob("test*.mat"))
"""Files that MATLAB 5.3 to 7.4 wrote, which SciPy brings for its own tests."""


@pytest.mark.parametrize("name", sorted({path.name.split("_")[0] for path in REAL}))
def test_files_of_matlab_itself_hold_what_scipy_finds_in_them(name):
    paths = [path for path in REAL if path.name.startswith(name + "_")]
    for path in (path for path in paths if path.read_bytes().startswith(b"MATLAB 5.0")):
        ours = read_variables(path)
        theirs = scipy.io.loadmat(path)
        names = [name for name in theirs if not name.startswith("__")]
        assert [*ours] == names
        for variable in names:
            if isinstance(ours[variable], np.ndarray):
                expected = theirs[variable]
                dense = expected.toarray() if scipy.sparse.issparse(expected) else expected
                np.testing.assert_array_equal(ours[variable], dense)


def edited(path, old, new):
    content = path.read_bytes()
    assert content.count(old) == 1
    path.write_bytes(content.replace(old, new))
    return path


@pytest.fixture
def numbers(tmp_path):
    """A file of the numbers 1 to 5 in a row, as doubles."""
    scipy.io.savemat(tmp_path / "a.mat", {"row": np.arange(1.0, 6.0)})
    return tmp_path / "a.mat"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ((5, 8, 1, 5), (5, 8, 1, 6), r"the shape \(1, 6\) and has 5 values"),
        ((5, 8, 1, 5), (5, 8, 2**31 - 1, 5), r"has 5 values"),
        ((5, 8, 1, 5), (5, 8, -1, 5), r"the shape \[-1, 5\]"),
        ((9, 40), (8, 40), "unknown type 8"),
        ((9, 40), (99, 40), "unknown type 99"),
        ((9, 40), (9, 48), "48 bytes are said where 40 are left"),
        ((6, 8, 6, 0), (6, 8, 77, 0), "unknown class 77"),
        ((6, 8, 6, 0), (6, 4, 6, 0), "aren't two numbers"),
        ((14, 88), (13, 88), "type 13 is in place of an array"),
        ((14, 88), (14, 1 << 30), "1,073,741,824 bytes are said"),
    ],
)
def test_sizes_and_types_that_can_not_be_are_refused(numbers, old, new, reason):
    edited(numbers, struct.pack(f"<{len(old)}i", *old), struct.pack(f"<{len(new)}i", *new))
    with pytest.raises(FileFormatError, match=reason):
        read(numbers)


def test_compressed_bytes_of_another_length_than_they_say_are_refused(tmp_path):
    scipy.io.savemat(tmp_path / "a.mat", {"row": np.arange(1.0, 600.0)}, do_compression=True)
    content = (tmp_path / "a.mat").read_bytes()
    inside = zlib.decompress(content[136:])
    for wrong in (inside[:-64], inside[:4] + struct.pack("<I", 1 << 30) + inside[8:]):
        packed = zlib.compress(wrong)
        tag = struct.pack("<II", 15, len(packed))
        (tmp_path / "a.mat").write_bytes(content[:128] + tag + packed)
        with pytest.raises(FileFormatError, match="compressed"):
            read(tmp_path / "a.mat")


@pytest.mark.parametrize("version", ["5", "7.3"])
def test_a_sparse_matrix_with_a_row_beyond_its_own_is_refused(tmp_path, version):
    rows, starts, values = np.array([0, 7]), np.array([0, 1, 2]), np.array([1.0, 2.0])
    path = tmp_path / "a.mat"
    if version == "5":
        matrix = scipy.sparse.csc_array((values, [0, 77], starts), shape=(100, 2))
        scipy.io.savemat(path, {"s": matrix})
        edited(path, struct.pack("<ii", 0, 77), struct.pack("<ii", 0, 101))
    else:

        def fill(file):
            group = file.create_group("s")
            group.attrs.update({"MATLAB_class": np.bytes_("double"), "MATLAB_sparse": 2})
            group["data"], group["ir"], group["jc"] = values, rows, starts

        new_73(path, fill)
    with pytest.raises(FileFormatError, match="a row of a sparse matrix is beyond"):
        read(path)


def test_cells_in_cells_end(tmp_path):
    cell = np.arange(5.0)
    for _ in range(60):
        outer = np.empty((1, 1), object)
        outer[0, 0] = cell
        cell = outer
    scipy.io.savemat(tmp_path / "a.mat", {"c": cell})
    with pytest.raises(FileFormatError, match="nested deeper"):
        read(tmp_path / "a.mat")


def test_numbers_are_of_the_class_that_matlab_has_them_in():
    (path,) = (path for path in REAL if path.name == "test3dmatrix_7.4_GLNX86.mat")
    assert {obj.data.dtype for obj in read(path)} == {np.dtype("f8")}  # stored as bytes
