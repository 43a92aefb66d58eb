"""Arrays and pictures: signals or images by their shape, and every frame of a stack."""

import numpy as np
import pytest
import scipy.io
import skimage.io
import tifffile
from sigima.io import write_image, write_signal
from sigima.objects import ImageObj, SignalObj, create_image, create_signal

from datalab_kernel.errors import FileFormatError
from datalab_kernel.formats import read_file, read_options
from datalab_kernel.notes import notes_of

FRAMES = np.arange(5 * 12 * 16, dtype=np.uint16).reshape(5, 12, 16)


def read(path, **options):
    return read_file(path, read_options(options))


@pytest.mark.parametrize(
    ("shape", "kind", "number"),
    [
        ((9,), SignalObj, 1),
        ((9, 2), SignalObj, 1),
        ((2, 9), SignalObj, 1),
        ((9, 4), SignalObj, 3),
        ((1, 9), SignalObj, 1),
        ((9, 5), ImageObj, 1),
        ((3, 4), ImageObj, 1),
        ((2, 9, 9), ImageObj, 2),
    ],
)
def test_an_array_is_what_its_shape_says(tmp_path, shape, kind, number):
    path = tmp_path / "a.npy"
    np.save(path, np.arange(np.prod(shape), dtype=float).reshape(shape))
    assert [type(obj) for obj in read(path)] == [kind] * number


def test_an_array_is_what_one_says(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.zeros((9, 2)))
    (image,) = read(path, kind="image")
    assert image.data.shape == (9, 2)


def test_an_array_keeps_its_dtype(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.zeros((9, 9), dtype=">u4"))
    (image,) = read(path)
    assert image.data.dtype == ">u4"


@pytest.mark.parametrize(
    ("array", "kind", "reason"),
    [
        (np.array(["a", "b"]), None, "a is of dtype <U1, which isn't one of numbers"),
        (np.float64(3), None, r"an array of shape \(\): there is nothing in it"),
        (np.zeros((2, 9, 9)), "signal", r"of shape \(2, 9, 9\), which is no table of x and y"),
        (np.array([[1j, 2j, 3j], [1, 2, 3]]), "signal", "x has an imaginary part"),
        (np.array([[0, 1, np.nan], [1, 2, 3]]), "signal", "x isn't a finite number at point 2"),
    ],
)
def test_an_array_that_is_no_signal_or_image_is_refused_with_its_reason(
    tmp_path, array, kind, reason
):
    path = tmp_path / "a.npy"
    np.save(path, array)
    with pytest.raises(FileFormatError, match=reason):
        read(path, kind=kind)


def test_x_may_be_stored_as_complex_numbers_without_imaginary_part(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.array([[0, 1, 2], [1j, 2j, 3j]]))
    (signal,) = read(path, kind="signal")
    assert signal.x.tolist() == [0, 1, 2]
    assert signal.y.tolist() == [1j, 2j, 3j]


def test_a_matlab_file_without_an_array_of_numbers_is_refused(tmp_path):
    path = tmp_path / "a.mat"
    scipy.io.savemat(path, {"name": "sine", "one": 1.0})
    with pytest.raises(FileFormatError, match="there is no array of numbers in it"):
        read(path)


def test_an_array_of_objects_is_refused(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.array([{}, []], dtype=object), allow_pickle=True)
    with pytest.raises(FileFormatError, match="a.npy"):
        read(path)


def test_an_empty_array_is_refused(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.zeros((0, 2)))
    with pytest.raises(FileFormatError, match="there is nothing in it"):
        read(path)


def test_a_matlab_file_gives_each_array(tmp_path):
    path = tmp_path / "m.mat"
    scipy.io.savemat(path, {"trace": np.arange(9.0), "photo": np.zeros((9, 9)), "note": "text"})
    trace, photo = read(path)
    assert (trace.title, photo.title) == ("m trace", "m photo")
    np.testing.assert_array_equal(trace.y, np.arange(9.0))


@pytest.mark.parametrize("compression", [None, "lzw"])
def test_each_frame_of_a_tiff_stack_becomes_an_image(tmp_path, compression):
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, FRAMES, compression=compression)
    images = read(path)
    assert [image.title for image in images] == [f"stack {number}" for number in range(1, 6)]
    np.testing.assert_array_equal([image.data for image in images], FRAMES)
    assert images[0].data.dtype == np.uint16


def test_frames_of_several_sizes_are_all_read(tmp_path):
    path = tmp_path / "stack.tif"
    with tifffile.TiffWriter(path) as file:
        file.write(FRAMES[0])
        file.write(FRAMES[1, :6].astype(np.float32))
    assert [image.data.shape for image in read(path)] == [(12, 16), (6, 16)]


@pytest.mark.parametrize("options", [{"imagej": True}, {"compression": "lzw"}, {"bigtiff": True}])
def test_a_tiff_stack_that_was_cut_off_is_refused(tmp_path, options):
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, FRAMES, **options)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    with pytest.raises(FileFormatError, match="cut off"):
        read(path)


def test_a_picture_is_read(tmp_path):
    path = tmp_path / "p.png"
    skimage.io.imsave(path, FRAMES[0].astype(np.uint8), check_contrast=False)
    (image,) = read(path)
    assert image.title == "p"
    np.testing.assert_array_equal(image.data, FRAMES[0].astype(np.uint8))


def test_a_picture_of_colours_becomes_their_luminance_and_says_so(tmp_path):
    path = tmp_path / "p.png"
    colours = np.array([[[255, 0, 0, 9], [10, 20, 30, 9]]], dtype=np.uint8)
    skimage.io.imsave(path, colours, check_contrast=False)
    (image,) = read(path)
    np.testing.assert_array_equal(image.data, [[54, 19]])
    assert "luminance" in notes_of(image)[0].text
    assert "alpha" in notes_of(image)[1].text
    (blue,) = read(path, channel=2)
    assert blue.title == "p blue"
    np.testing.assert_array_equal(blue.data, [[0, 30]])


def test_a_grey_picture_has_no_channel_to_choose(tmp_path):
    path = tmp_path / "p.png"
    skimage.io.imsave(path, FRAMES[0].astype(np.uint8), check_contrast=False)
    with pytest.raises(FileFormatError, match="its pixels are single values"):
        read(path, channel="red")


def test_sigimas_own_files_keep_titles_and_metadata(tmp_path):
    signal = create_signal(
        "my signal", np.arange(3.0), np.ones(3), metadata={"a": 1}, units=("s", "V")
    )
    write_signal(str(tmp_path / "s.h5sig"), signal)
    write_image(str(tmp_path / "i.h5ima"), create_image("my image", FRAMES[0]))
    (read_signal,) = read(tmp_path / "s.h5sig")
    (read_image,) = read(tmp_path / "i.h5ima")
    assert (read_signal.title, read_signal.metadata["a"], read_signal.xunit) == (
        "my signal",
        1,
        "s",
    )
    assert read_image.title == "my image"


def test_a_raw_image_is_read_as_one_says(tmp_path):
    path = tmp_path / "r.raw"
    FRAMES.tofile(path)
    images = read(path, dtype="uint16", width=16, height=12, count=5)
    np.testing.assert_array_equal([image.data for image in images], FRAMES)


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.npy", "a.mat", "a.sif", "a.h5sig", "a.xyz"])
def test_garbage_is_refused_with_the_files_name(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0garbage\xff" * 3)
    with pytest.raises(FileFormatError, match=name):
        read(path)


def test_a_file_of_no_known_kind_is_refused(tmp_path):
    path = tmp_path / "a.exe"
    path.write_bytes(b"MZ\0\0")
    with pytest.raises(FileFormatError, match="no reader knows this kind"):
        read(path)


def test_a_row_that_goes_to_and_fro_is_taken_for_x_with_a_warning(tmp_path):
    np.save(tmp_path / "a.npy", np.array([[0.0, 2.0, 1.0, 5.0, 3.0], [5.0, 6.0, 7.0, 8.0, 9.0]]))
    (obj,) = read_file(tmp_path / "a.npy", read_options(None))
    assert notes_of(obj)[0].is_guess


def test_a_row_that_rises_is_taken_for_x_without_a_word(tmp_path):
    np.save(tmp_path / "a.npy", np.array([[0.0, 1.0, 2.0, 5.0, 6.0], [5.0, 6.0, 7.0, 8.0, 9.0]]))
    (obj,) = read_file(tmp_path / "a.npy", read_options(None))
    assert notes_of(obj) == ()
