"""DICOM: values in their unit, pixels with their spacing, and what is drawn the other way round."""

import io

import numpy as np
import pytest

from datalab_kernel.errors import FileFormatError
from datalab_kernel.formats import read_file, read_options
from datalab_kernel.formats._dicom import DICOM
from datalab_kernel.notes import notes_of
from datalab_kernel.testing import ReaderContract, SampleFile

pytest.importorskip("pydicom", reason="pydicom, which load asks people to install, isn't here")

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

STORED = np.array([[0, 1, 2], [3, 4, 5]], dtype=np.uint16)
CT = {
    "Modality": "CT",
    "RescaleSlope": 2,
    "RescaleIntercept": -1024,
    "PixelSpacing": [0.5, 0.25],
    "SliceThickness": 5,
}


def dataset(stored=STORED, photometric="MONOCHROME2", **elements):
    """Make a dataset as PS3.3 has it, with the values as they are stored."""
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID = "1.2.3"
    is_colour = stored.shape[-1] == 3 and photometric == "RGB"
    made.SamplesPerPixel = 3 if is_colour else 1
    made.PlanarConfiguration = 0
    made.PhotometricInterpretation = photometric
    made.Rows, made.Columns = stored.shape[-3:-1] if is_colour else stored.shape[-2:]
    made.BitsAllocated = made.BitsStored = stored.dtype.itemsize * 8
    made.HighBit = made.BitsStored - 1
    made.PixelRepresentation = 0
    for name, value in elements.items():
        setattr(made, name, value)
    made.PixelData = stored.tobytes()
    return made


@pytest.fixture
def load(tmp_path):
    """Write a dataset by pydicom and read the file."""

    def write_and_read(made, read=None):
        path = tmp_path / "scan.dcm"
        made.save_as(path, enforce_file_format=True)
        return read_file(path, read_options(read))

    return write_and_read


def texts(image):
    return [note.text for note in notes_of(image)]


class TestDicom(ReaderContract):
    reader = DICOM

    def samples(self):
        stream = io.BytesIO()
        dataset(**CT).save_as(stream, enforce_file_format=True)
        values = np.array([[-1024, -1022, -1020], [-1018, -1016, -1014]])
        return [SampleFile(name="scan.dcm", content=stream.getvalue(), arrays=(values,))]


def test_values_come_in_hounsfields_units_and_pixels_with_their_spacing(load):
    (image,) = load(dataset(**CT))
    np.testing.assert_array_equal(image.data, [[-1024, -1022, -1020], [-1018, -1016, -1014]])
    assert (image.zunit, image.xunit, image.yunit) == ("HU", "mm", "mm")
    assert (image.dy, image.dx) == (0.5, 0.25)  # rows first, in DICOM
    assert image.title == "scan"
    assert image.metadata["SliceThickness"] == 5.0


def test_nothing_that_names_a_person_comes_along(load):
    (image,) = load(dataset(PatientName="Doe^Jane", PatientID="7"))
    assert not [value for value in image.metadata.values() if "Doe" in str(value)]


def test_a_pets_unit_is_its_own_element(load):
    (image,) = load(dataset(Modality="PT", Units="BQML", RescaleSlope=0.5, RescaleIntercept=0))
    assert image.zunit == "BQML"
    assert image.data[1, 2] == 2.5


def test_values_without_a_scale_stay_as_they_are(load):
    (image,) = load(dataset(Modality="MR"))
    np.testing.assert_array_equal(image.data, STORED)
    assert image.data.dtype == np.uint16
    assert (image.dx, image.xunit, image.zunit) == (1, "", "")


def test_monochrome1_keeps_its_values_is_noted_and_drawn_reversed(load):
    (image,) = load(dataset(photometric="MONOCHROME1"))
    np.testing.assert_array_equal(image.data, STORED)
    assert "MONOCHROME1" in texts(image)[0]
    assert (image.metadata["__colormap"], image.metadata["__invert_colormap"]) == ("gray", True)


def test_a_spacing_at_the_detector_is_taken_and_said(load):
    (image,) = load(dataset(Modality="DX", ImagerPixelSpacing=[0.2, 0.1]))
    assert (image.dy, image.dx) == (0.2, 0.1)
    assert "detector" in texts(image)[0]


def test_the_frames_of_a_cine_know_their_times(load):
    stored = np.arange(12, dtype=np.uint16).reshape(2, 2, 3)
    images = load(dataset(stored, NumberOfFrames=2, FrameTime=40))
    assert [image.title for image in images] == ["scan T0", "scan T1"]
    assert images[1].metadata["position"] == {"T": 40.0}
    assert images[1].metadata["position_units"] == {"T": "ms"}
    np.testing.assert_array_equal([image.data for image in images], stored)


def test_each_frame_of_an_enhanced_file_has_its_own_scale(load):
    stored = np.arange(12, dtype=np.uint16).reshape(2, 2, 3)
    frames = []
    for offset in (10, 20):
        transformation, frame = Dataset(), Dataset()
        transformation.RescaleSlope, transformation.RescaleIntercept = 1, offset
        transformation.RescaleType = "HU"
        frame.PixelValueTransformationSequence = [transformation]
        frames.append(frame)
    measures, shared = Dataset(), Dataset()
    measures.PixelSpacing, measures.SpacingBetweenSlices = [0.5, 0.5], 3
    shared.PixelMeasuresSequence = [measures]
    images = load(
        dataset(
            stored,
            NumberOfFrames=2,
            PerFrameFunctionalGroupsSequence=frames,
            SharedFunctionalGroupsSequence=[shared],
        )
    )
    assert [image.data[0, 0] for image in images] == [10, 26]
    assert [image.title for image in images] == ["scan Z0", "scan Z1"]
    assert images[1].metadata["position"] == {"Z": 3.0}
    assert images[0].dx == 0.5


def test_colours_become_their_luminance_or_one_of_them(load):
    stored = np.array([[[255, 0, 0], [10, 20, 30]]], dtype=np.uint8)
    (image,) = load(dataset(stored, "RGB"))
    np.testing.assert_array_equal(image.data, [[54, 19]])
    assert "luminance" in texts(image)[0]
    (green,) = load(dataset(stored, "RGB"), read={"channel": "green"})
    np.testing.assert_array_equal(green.data, [[0, 20]])


def test_a_file_without_an_image_is_refused(load):
    made = dataset()
    del made.PixelData
    with pytest.raises(FileFormatError, match="there is no image in it"):
        load(made)


def test_pixels_that_are_cut_off_are_refused(load):
    made = dataset()
    made.PixelData = made.PixelData[:-4]
    with pytest.raises(FileFormatError, match="scan.dcm"):
        load(made)
