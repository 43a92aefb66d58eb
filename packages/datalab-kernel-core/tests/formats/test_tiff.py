"""TIFF: what pixels and steps measure, which frame is which, and which sample of a pixel it is."""

import numpy as np
import pytest
import tifffile

from datalab_kernel.errors import FileFormatError
from datalab_kernel.formats import read_file, read_options
from datalab_kernel.notes import notes_of

FRAMES = np.arange(2 * 3 * 4 * 5, dtype=np.uint16).reshape(2, 3, 4, 5)
COLOURS = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [10, 20, 30]]], dtype=np.uint8)


@pytest.fixture
def load(tmp_path):
    """Write arrays by tifffile and read the file."""

    def write_and_read(data, name="cells.tif", read=None, **options):
        path = tmp_path / name
        tifffile.imwrite(path, data, **options)
        return read_file(path, read_options(read))

    return write_and_read


def scale(image):
    return image.dx, image.dy, image.x0, image.y0, image.xunit, image.yunit


def texts(image):
    return [note.text for note in notes_of(image)]


# -- what pixels measure ----------------------------------------------------------------------


def test_imagejs_pixels_and_steps_keep_their_size_unit_and_origin(load):
    images = load(
        FRAMES,
        imagej=True,
        resolution=(10, 5),
        metadata={
            "axes": "TZYX",
            "unit": "um",
            "spacing": 2.0,
            "finterval": 0.5,
            "xorigin": 3,
        },
    )
    assert scale(images[4]) == (0.1, 0.2, pytest.approx(-0.3), 0, "um", "um")
    assert images[4].metadata["frame"] == {"T": 1, "Z": 1}
    assert images[4].metadata["position"] == {"T": 0.5, "Z": 2.0}
    assert images[4].metadata["position_units"] == {"T": "s", "Z": "um"}


@pytest.mark.parametrize(
    ("told", "unit"), [("micron", "µm"), ("\\u00B5m", "µm"), ("nm", "nm"), ("inch", "inch")]
)
def test_imagejs_unit_is_the_axes_unit(load, told, unit):
    (image,) = load(FRAMES[0, 0], imagej=True, resolution=(4, 4), metadata={"unit": told})
    assert scale(image) == (0.25, 0.25, 0, 0, unit, unit)


def test_an_imagej_file_without_a_unit_isnt_calibrated(load):
    (image,) = load(FRAMES[0, 0], imagej=True)
    assert scale(image) == (1, 1, 0, 0, "", "")


def test_omes_pixels_steps_and_channels_keep_size_unit_and_name(load):
    images = load(
        FRAMES,
        "cells.ome.tif",
        photometric="minisblack",
        metadata={
            "axes": "TCYX",
            "PhysicalSizeX": 65.0,
            "PhysicalSizeXUnit": "nm",
            "PhysicalSizeY": 0.13,
            "TimeIncrement": 250.0,
            "TimeIncrementUnit": "ms",
            "Channel": {"Name": ["DAPI", "GFP", "4,5"]},
        },
    )
    assert scale(images[0]) == (65.0, 0.13, 0, 0, "nm", "µm")
    assert [image.metadata["channel"] for image in images] == ["DAPI", "GFP", "4,5"] * 2
    assert images[5].metadata["position"] == {"T": 250.0}
    assert images[5].metadata["position_units"] == {"T": "ms"}
    assert images[5].title == "cells T1 C2"


def test_omes_z_spacing_is_kept(load):
    metadata = {"axes": "ZYX", "PhysicalSizeZ": 0.5, "PhysicalSizeZUnit": "µm"}
    images = load(FRAMES[0], "z.ome.tif", photometric="minisblack", metadata=metadata)
    assert [image.metadata["position"] for image in images] == [{"Z": 0}, {"Z": 0.5}, {"Z": 1.0}]


@pytest.mark.parametrize(
    ("resolution", "unit", "expected"),
    [
        ((300, 300), "INCH", (1 / 300, 1 / 300, 0, 0, "inch", "inch")),
        ((100, 50), "CENTIMETER", (0.01, 0.02, 0, 0, "cm", "cm")),
        ((100, 50), "NONE", (1, 1, 0, 0, "", "")),
    ],
)
def test_the_tags_of_the_resolution_are_the_pixels_size(load, resolution, unit, expected):
    (image,) = load(FRAMES[0, 0], resolution=resolution, resolutionunit=unit)
    assert scale(image) == expected


def test_the_tags_of_the_position_are_the_origin(load):
    tags = [(286, "2I", 1, (5, 2), True), (287, "2I", 1, (1, 4), True)]
    (image,) = load(FRAMES[0, 0], resolution=(10, 10), resolutionunit="CENTIMETER", extratags=tags)
    assert scale(image) == (0.1, 0.1, 2.5, 0.25, "cm", "cm")


@pytest.mark.parametrize("dots", [72, 96])
def test_a_resolution_that_programs_write_without_knowing_is_said_and_not_taken(load, dots):
    (image,) = load(FRAMES[0, 0], resolution=(dots, dots), resolutionunit="INCH")
    assert scale(image) == (1, 1, 0, 0, "", "")
    assert f"{dots} pixels an inch" in texts(image)[0]


# -- which frame is which ---------------------------------------------------------------------


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_frames_are_named_by_their_places(load, compression, byteorder):
    data = FRAMES[None].repeat(2, axis=0)
    images = load(
        data,
        photometric="minisblack",
        compression=compression,
        byteorder=byteorder,
        metadata={"axes": "TZCYX"},
    )
    assert [image.title for image in images][:4] == [
        *("cells T0 Z0 C0", "cells T0 Z0 C1", "cells T0 Z0 C2", "cells T0 Z1 C0")
    ]
    assert images[-1].metadata["frame"] == {"T": 1, "Z": 1, "C": 2}
    np.testing.assert_array_equal([image.data for image in images], data.reshape(12, 4, 5))
    assert images[0].data.dtype == np.dtype("u2")


def test_titles_of_many_frames_sort_as_the_frames_do(load):
    images = load(np.zeros((11, 2, 2), np.uint8), metadata={"axes": "TYX"}, photometric=1)
    assert [image.title for image in images][-2:] == ["cells T09", "cells T10"]


def test_frames_whose_axis_has_no_name_are_numbered(load):
    images = load(FRAMES[0], photometric="minisblack")
    assert [image.title for image in images] == ["cells 1", "cells 2", "cells 3"]
    assert [image.metadata["frame"] for image in images] == [{"I": 0}, {"I": 1}, {"I": 2}]


def test_a_single_frame_has_no_place(load):
    (image,) = load(FRAMES[0, 0])
    assert image.title == "cells"
    assert "frame" not in image.metadata


def test_frames_that_arent_in_one_piece_are_read(load):
    images = load(FRAMES[0], metadata={"axes": "YXZ"}, photometric="minisblack")
    np.testing.assert_array_equal([image.data for image in images], FRAMES[0].transpose(2, 0, 1))
    assert images[4].metadata["frame"] == {"Z": 4}


def test_each_frame_has_memory_of_its_own(load):
    images = load(FRAMES[0], photometric="minisblack")
    assert all(image.data.flags.owndata and image.data.flags.writeable for image in images)


def test_a_frame_that_is_in_no_file_is_refused(load, tmp_path):
    load(FRAMES[0], "all.ome.tif", photometric="minisblack", metadata={"axes": "TYX"})
    path = tmp_path / "all.ome.tif"
    path.write_bytes(path.read_bytes().replace(b'PlaneCount="3"', b'PlaneCount="2"'))
    with pytest.raises(FileFormatError, match="frame 3 of 3 isn't in it"):
        read_file(path, read_options(None))


def test_one_channel_of_a_stack_is_read_by_its_name(load):
    metadata = {"axes": "TCYX", "Channel": {"Name": ["DAPI", "GFP", "RFP"]}}
    images = load(
        FRAMES, "a.ome.tif", {"channel": "gfp"}, photometric="minisblack", metadata=metadata
    )
    assert [image.title for image in images] == ["a T0 C1", "a T1 C1"]
    np.testing.assert_array_equal([image.data for image in images], FRAMES[:, 1])


# -- which sample of a pixel ------------------------------------------------------------------


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_colours_become_their_luminance_and_say_so(load, planar):
    data = COLOURS if planar == "contig" else np.moveaxis(COLOURS, -1, 0)
    (image,) = load(data, photometric="rgb", planarconfig=planar)
    # 255 * 0.2126 = 54.2, 255 * 0.7152 = 182.4, 255 * 0.0722 = 18.4, 2.126 + 14.304 + 2.166
    np.testing.assert_array_equal(image.data, [[54, 182, 18, 19]])
    assert image.data.dtype == np.uint8
    assert "luminance" in texts(image)[0]


def test_one_colour_is_read_as_it_is(load):
    (image,) = load(COLOURS, read={"channel": "red"}, photometric="rgb")
    np.testing.assert_array_equal(image.data, [[255, 0, 0, 10]])
    assert image.title == "cells red"
    assert texts(image) == []


@pytest.mark.parametrize(
    ("data", "options", "there"),
    [
        (COLOURS, {"photometric": "rgb"}, "there are red, green, blue"),
        (FRAMES[0, 0], {}, "its pixels are single values"),
        (FRAMES[0], {"photometric": 1, "metadata": {"axes": "CYX"}}, "there are 0, 1, 2"),
    ],
)
def test_a_channel_that_isnt_there_is_refused_with_those_that_are(load, data, options, there):
    with pytest.raises(FileFormatError, match=rf"no channel 'cyan'; .*{there}"):
        load(data, read={"channel": "cyan"}, **options)


def test_opacity_is_left_out_and_said(load):
    data = np.dstack([COLOURS, np.full((1, 4), 7, np.uint8)])
    (image,) = load(data, photometric="rgb", extrasamples=["unassalpha"])
    np.testing.assert_array_equal(image.data, [[54, 182, 18, 19]])
    assert "alpha" in texts(image)[1]
    (alpha,) = load(data, read={"channel": "alpha"}, photometric="rgb", extrasamples=["unassalpha"])
    np.testing.assert_array_equal(alpha.data, np.full((1, 4), 7))


def test_two_samples_without_a_name_become_two_images(load):
    data = FRAMES[0, 0][..., None] + np.array([0, 100], np.uint16)
    images = load(data, photometric="minisblack", planarconfig="contig")
    assert [image.title for image in images] == ["cells S0", "cells S1"]
    np.testing.assert_array_equal([image.data for image in images], np.moveaxis(data, -1, 0))


def test_grey_with_opacity_is_the_grey(load):
    data = FRAMES[0, 0][..., None] + np.array([0, 100], np.uint16)
    (image,) = load(data, photometric=1, planarconfig="contig", extrasamples=["unassalpha"])
    np.testing.assert_array_equal(image.data, FRAMES[0, 0])
    assert "alpha" in texts(image)[0]


def test_an_image_whose_zero_is_white_keeps_its_values_and_is_drawn_so(load):
    (image,) = load(FRAMES[0, 0], photometric="miniswhite")
    np.testing.assert_array_equal(image.data, FRAMES[0, 0])
    assert image.metadata["__invert_colormap"] is True
    assert "lowest value is white" in texts(image)[0]


def test_numbers_of_a_palette_are_said_to_be_such(load):
    colormap = np.zeros((3, 256), np.uint16)
    (image,) = load(FRAMES[0, 0].astype(np.uint8), photometric="palette", colormap=colormap)
    assert "palette" in texts(image)[0]


# -- microscopes' own tags --------------------------------------------------------------------


def test_the_pixel_size_of_a_zeiss_electron_microscope_is_kept(load):
    said = b"\r\nAP_WIDTH\r\nWidth = 5.719 \xb5m\r\nAP_IMAGE_PIXEL_SIZE\r\nImage Pixel Size = 5.585 nm\r\n"
    (image,) = load(FRAMES[0, 0], extratags=[(34118, "s", 0, said, True)])
    assert scale(image) == (5.585, 5.585, 0, 0, "nm", "nm")


def test_the_pixel_size_of_an_fei_electron_microscope_is_kept(load):
    said = b"[Scan]\r\nPixelWidth=2.5e-09\r\nPixelHeight=5e-09\r\n"
    (image,) = load(FRAMES[0, 0], extratags=[(34682, "s", 0, said, True)])
    assert scale(image) == (2.5e-9, 5e-9, 0, 0, "m", "m")


def lsm(path, frames):
    """Write frames as a Zeiss LSM has them: each with a thumbnail behind it, sizes in one tag."""
    layout = np.dtype([(name, kind) for name, kind in tifffile.TIFF.CZ_LSMINFO if name])
    told = np.zeros(1, layout.newbyteorder("<"))
    told["MagicNumber"], told["StructureSize"] = 67127628, layout.itemsize
    told["DimensionX"], told["DimensionY"], told["DimensionZ"] = *frames.shape[:0:-1], len(frames)
    told["DimensionChannels"] = told["DimensionTime"] = 1
    told["VoxelSizeX"], told["VoxelSizeY"], told["VoxelSizeZ"] = 2e-7, 4e-7, 1e-6
    told["OriginX"] = 1e-5
    with tifffile.TiffWriter(path, byteorder="<") as file:
        for place, frame in enumerate(frames):
            tags = [(34412, "B", layout.itemsize, told.tobytes(), True)] if place == 0 else []
            file.write(frame, extratags=tags, metadata=None, photometric="minisblack")
            file.write(frame[::2, ::2], subfiletype=1, metadata=None, photometric="minisblack")


def test_the_frames_of_a_zeiss_lsm_keep_their_size_and_come_without_thumbnails(tmp_path):
    lsm(tmp_path / "cells.lsm", FRAMES[0])
    images = read_file(tmp_path / "cells.lsm", read_options(None))
    assert [image.data.tolist() for image in images] == FRAMES[0].tolist()
    assert scale(images[0]) == (2e-7, 4e-7, 1e-5, 0, "m", "m")
    assert images[2].metadata["frame"] == {"Z": 2}
    assert images[2].metadata["position"] == {"Z": 2e-6}
