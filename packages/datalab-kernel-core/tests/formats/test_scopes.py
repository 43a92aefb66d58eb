"""Each maker's file gives its channels, their units and the settings."""

import re

import numpy as np
import pytest

from datalab_kernel.errors import FileFormatError
from datalab_kernel.notes import notes_of


def axes(signal):
    return signal.xlabel, signal.xunit, signal.ylabel, signal.yunit


def test_tektronix_mdo_gives_channels_with_their_own_units_and_settings(load, sample):
    first, second = load(sample("tektronix_mdo"))
    assert [first.title, second.title] == ["scope CH1", "scope CH2"]
    assert axes(first) == ("Time", "s", "CH1", "V")
    assert axes(second) == ("Time", "s", "CH2", "A")
    np.testing.assert_array_equal(first.x, [-2e-05, -1.9996e-05, -1.9992e-05, -1.9988e-05])
    np.testing.assert_array_equal(second.y, [0.5, 0.25, 0.125, 0])
    assert first.metadata["Vertical Scale"] == 2
    assert second.metadata["Vertical Scale"] == 0.5
    assert second.metadata["Sample Interval"] == 4e-09
    assert second.metadata["Model"] == "MDO3024"
    assert second.metadata["Gating"] == "0.0% to 100.0%"


def test_tektronix_mso_gives_the_sources_of_each_block(load, sample):
    d1, d0, math = load(sample("tektronix_mso"))
    assert [d1.title, d0.title, math.title] == ["scope CH6_D1", "scope CH6_D0", "scope MATH1"]
    np.testing.assert_array_equal(d0.y, [0, 1, 1, 0])
    assert math.yunit == "bar"
    assert math.metadata["Sample Interval"] == 2e-06
    assert d0.metadata["Sample Interval"] == 1e-06


def test_a_shorter_block_of_tektronix_mso_ends_where_it_ends(load, sample):
    math = load(sample("tektronix_mso"))[2]
    np.testing.assert_array_equal(math.xydata, [[-2e-06, 0], [25, 24]])


def test_tektronix_tds_gives_the_curve_beside_the_settings(load, sample):
    (signal,) = load(sample("tektronix_tds"))
    assert axes(signal) == ("Time", "s", "CH1", "V")
    assert signal.xydata.shape == (2, 21)
    np.testing.assert_array_equal(signal.xydata[:, [0, -1]], [[-0.0005, -0.000492], [0.004, 0.016]])
    assert signal.metadata["Vertical Scale"] == 0.5
    assert signal.metadata["Model Number"] == "TDS2024B"


def test_tektronix_tds_that_was_cut_off_is_refused(load, sample):
    text = sample("tektronix_tds")[: sample("tektronix_tds").index(",,,-0.000492000000")]
    with pytest.raises(FileFormatError, match="20 points and says that there are 21"):
        load(text)


@pytest.mark.parametrize(
    ("name", "rows", "found"),
    [
        ("tektronix_mdo", 1, "3 points and says that there are 4"),
        ("tektronix_mso", 1, "3 points and says that there are 4"),
        ("tektronix_mso", 3, "1 points and says that there are 4"),
        ("siglent", 1, "2 points and says that there are 3"),
        ("keysight_infiniium", 1, "2 points and says that there are 3"),
    ],
)
def test_fewer_points_than_the_record_is_long_are_refused(load, sample, name, rows, found):
    lines = sample(name).rstrip("\n").split("\n")
    with pytest.raises(FileFormatError, match=found):
        load("\n".join(lines[:-rows]) + "\n")


def test_a_file_that_ends_in_its_first_number_is_refused(load, sample):
    with pytest.raises(FileFormatError, match="in the middle of its last row"):
        load(sample("tektronix_mdo").partition(",0.04")[0])


def test_a_part_of_a_record_that_was_written_on_purpose_is_read(load, sample):
    text = sample("tektronix_mdo").replace("0.0% to 100.0%", "25.0% to 75.0%")
    lines = text.rstrip("\n").split("\n")
    (first, _) = load("\n".join(lines[:-2]) + "\n")
    assert len(first.x) == 2


@pytest.mark.parametrize("name", ["tektronix_mdo", "tektronix_mso", "picoscope", "rohde_schwarz"])
def test_a_file_that_ends_in_the_middle_of_a_row_is_refused(load, sample, name):
    start, _, last = sample(name).rstrip("\n").rpartition("\n")
    with pytest.raises(FileFormatError, match="cut off"):
        load(f"{start}\n{last.partition(',')[0]}")


@pytest.mark.parametrize("name", ["rigol_ds1000z", "keysight_infiniivision", "tektronix_mso"])
def test_a_file_whose_last_row_has_no_end_of_line_is_read(load, sample, name):
    found = load(sample(name).rstrip("\n"))
    for signal, whole in zip(found, load(sample(name)), strict=True):
        np.testing.assert_array_equal(signal.xydata, whole.xydata)


def test_lecroy_gives_time_and_trigger(load, sample):
    (signal,) = load(sample("lecroy"))
    assert axes(signal) == ("Time", "s", "Ampl", "")
    np.testing.assert_array_equal(signal.y, [-0.00034916992, -0.00029708659, -0.00029708659])
    assert signal.metadata["Model"] == "LECROYHDO6104"
    assert signal.metadata["TrigTime"] == "28-Dec-2020 13:34:10"


def test_lecroy_segments_become_a_signal_each(load, sample):
    first, second = load(sample("lecroy_segments"))
    np.testing.assert_array_equal(first.xydata, [[-1e-09, 0, 1e-09], [1, 2, 3]])
    np.testing.assert_array_equal(second.xydata, [[-1e-09, 0, 1e-09], [4, 5, 6]])
    assert second.title == "scope Ampl #2"
    assert second.metadata["TimeSinceSegment1"] == "0.75"


def test_lecroy_segments_that_were_cut_off_are_refused(load, sample):
    with pytest.raises(FileFormatError, match="5 points and says that there are 6"):
        load(sample("lecroy_segments").removesuffix("1e-09,6\n"))


def test_lecroy_whose_model_has_a_byte_of_no_encoding_is_read(load, sample):
    (signal,) = load(sample("lecroy").replace("HDO6104", "WaveRunner\x81"), encoding="latin-1")
    assert signal.xydata.shape == (2, 3)


def test_keysight_infiniivision_gives_channels_and_gaps_where_they_are_empty(load, sample):
    first, second = load(sample("keysight_infiniivision"))
    assert axes(first) == ("Time", "s", "Channel 1", "V")
    assert axes(second) == ("Time", "s", "Channel 2", "A")
    np.testing.assert_array_equal(first.y, [np.nan, -80.402009e-3, -79e-3])


def test_keysight_infiniium_counts_the_times(load, sample):
    (signal,) = load(sample("keysight_infiniium"))
    assert axes(signal) == ("Time", "s", "Channel 2", "V")
    np.testing.assert_allclose(signal.x, [-1e-6, -0.99975e-6, -0.9995e-6], rtol=1e-12)
    np.testing.assert_array_equal(signal.y, [0.0125, 0.01375, -0.0025])
    assert signal.metadata["Frame"] == "DSO9404A:MY50000000"


def test_rigol_ds1000z_counts_the_times_from_start_and_increment(load, sample):
    first, second = load(sample("rigol_ds1000z"))
    assert axes(first) == ("Time", "s", "CH1", "V")
    np.testing.assert_allclose(first.x, [-1.2e-3, -1.198e-3, -1.196e-3], rtol=1e-12)
    np.testing.assert_array_equal(second.y, [2.4, 3.2, 3.2])
    assert second.metadata["Increment"] == 2e-6


def test_rigol_logic_channels_are_read(load, sample):
    signals = load(sample("rigol_ds1000z_logic"))
    assert [signal.ylabel for signal in signals] == ["CH1", "D7-D0", "D15-D8"]
    np.testing.assert_array_equal(signals[2].y, [255, 0])


def test_rigol_mso5000_counts_the_times_from_its_first_line(load, sample):
    first, second = load(sample("rigol_mso5000"))
    assert axes(second) == ("Time", "s", "CH2", "V")
    np.testing.assert_allclose(first.x, [-1e-3, -1e-3 + 2e-8], rtol=1e-12)
    np.testing.assert_array_equal(second.y, [1.5, 1.25])


def test_siglent_gives_units_and_source(load, sample):
    (signal,) = load(sample("siglent"))
    assert (signal.xunit, signal.ylabel, signal.yunit) == ("s", "CH3", "V")
    np.testing.assert_array_equal(signal.y, [0.004, 0.006, 0.008])
    assert signal.metadata["Sample Interval"] == "Analog:1.000000E-07"


def test_picoscope_gives_the_units_of_each_channel_and_values_beyond_the_range(load, sample):
    first, second = load(sample("picoscope"))
    assert axes(first) == ("Time", "ms", "Channel A", "V")
    assert axes(second) == ("Time", "ms", "Channel B", "mV")
    np.testing.assert_array_equal(first.y, [0.01234, np.inf, 0.013])
    np.testing.assert_array_equal(second.y, [-2.3, -2.29, -np.inf])


def test_picoscope_with_decimal_commas(load, sample):
    first, second = load(sample("picoscope_comma"))
    assert axes(first) == ("Zeit", "µs", "Kanal A", "V")
    np.testing.assert_array_equal(first.x, [-500.004, -500.002, -500])
    np.testing.assert_array_equal(second.y, [1.215, 2.130, 2.212])


def test_picoscope_with_tabs(load, sample):
    text = sample("picoscope_comma").replace(";", "\t")
    assert [signal.yunit for signal in load(text, name="scope.txt")] == ["V", "mV"]


def test_rohde_schwarz_names_units_in_words(load, sample):
    (signal,) = load(sample("rohde_schwarz"))
    assert axes(signal) == ("", "s", "C1", "V")


# -- times that are printed rounded -----------------------------------------------------------


def rounded(interval, digits, number=10_000, told=None, start=-2e-6):
    times = start + interval * np.arange(number)
    rows = "".join(f"{time:.{digits - 1}e},{place % 7}\n" for place, time in enumerate(times))
    head = (
        f"Model,MDO3024\nHorizontal Units,s\nSample Interval,{told or interval}\nVertical Units,V\n"
    )
    return times, f"{head},\nTIME,CH1\n{rows}"


@pytest.mark.parametrize("start", [-2e-6, 0.0, -1.23456789e-6, 1e-3])
def test_times_that_are_printed_rounded_are_computed_from_the_interval(load, start):
    times, text = rounded(4e-10, 6 if start == 1e-3 else 4, start=start)
    (signal,) = load(text)
    assert np.abs(signal.x - times).max() < 0.2 * 4e-10
    np.testing.assert_allclose(np.diff(signal.x), 4e-10, rtol=1e-4)
    assert "computed from its interval of 4e-10" in notes_of(signal)[0].text


def test_times_that_are_exact_are_kept_as_printed(load, sample):
    (first, _) = load(sample("tektronix_mdo"))
    assert not notes_of(first)


@pytest.mark.parametrize("told", [8e-10, 4.01e-10])
def test_times_that_contradict_the_interval_are_kept_and_it_is_said(load, told):
    times, text = rounded(4e-10, 5, told=told)
    (signal,) = load(text)
    np.testing.assert_allclose(signal.x, times, rtol=1e-4, atol=1e-12)
    assert "don't fit" in notes_of(signal)[0].text


def test_times_beside_the_settings_are_computed_too(load, sample):
    text = re.sub(r"-0\.000\d+", lambda found: f"{float(found[0]):.6f}", sample("tektronix_tds"))
    assert text.count("-0.000499") > 1
    (signal,) = load(text)
    np.testing.assert_allclose(np.diff(signal.x), 4e-7, rtol=1e-9)
