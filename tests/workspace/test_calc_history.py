"""Each computed object knows how it was made, and a script of it makes it again."""

import importlib.metadata

import numpy as np
import pytest
from sigima import create_image, create_signal_roi

from datalab_kernel import Workspace
from datalab_kernel.errors import ObjectNotFoundError, OperandError

X = np.linspace(0, 10, 500)


@pytest.fixture
def workspace():
    workspace = Workspace("standalone")
    random = np.random.default_rng(0)
    workspace["noisy 'sine'"] = (X, np.sin(X) + 0.1 * random.random(X.size))
    workspace["reference"] = (X, np.cos(X))
    return workspace


@pytest.fixture
def computed(workspace):
    smooth = workspace.calc("moving_average", on=["noisy 'sine'", "reference"], n=5, mode="mirror")
    total = workspace.calc("addition", on=smooth)
    band = workspace.calc("bandpass", on=total, cut0=0.5)
    workspace.calc("difference", on=band, operand="reference", name="final")
    return workspace


def test_the_history_begins_with_the_first_sources(computed):
    steps = computed.history("final")
    assert [step.function for step in steps] == [
        "moving_average",
        "moving_average",
        "addition",
        "bandpass",
        "difference",
    ]
    assert steps[0].sources == ("noisy 'sine'",)
    assert steps[0].parameters == {"n": 5, "mode": "mirror"}
    assert steps[0].versions["sigima"] == importlib.metadata.version("sigima")


def test_the_history_is_readable(computed):
    text = repr(computed.history("final"))
    assert text.splitlines()[-1].startswith("final = difference of bandpass(")
    assert "mode=&#x27;mirror&#x27;" in computed.history("final")._repr_html_()


def test_what_was_given_by_a_person_has_no_history(workspace):
    assert len(workspace.history("reference")) == 0
    assert repr(workspace.history("reference")) == "'reference' wasn't computed here."
    with pytest.raises(OperandError, match="nothing to write a script of"):
        workspace.script("reference")


def test_the_last_analysis_is_in_the_history(workspace):
    workspace.calc("x_at_y", on="reference", y=0.5)
    (step,) = workspace.history("reference")
    assert (step.function, step.parameters) == ("x_at_y", {"y": 0.5})


def again(workspace, name, tmp_path):
    """Run an object's script where only its first sources are, and return what it makes."""
    script = workspace.script(name)
    path = workspace.save(tmp_path / "all.h5")
    other = Workspace("standalone")
    sources = [source for source in workspace if not workspace.history(source)]
    other.load(path, names=sources)
    exec(script, {"workspace": other})
    return other[name]


def test_the_script_computes_the_same_bit_by_bit(computed, tmp_path):
    result = again(computed, "final", tmp_path)
    np.testing.assert_array_equal(result.xydata, computed["final"].xydata)
    assert (result.xunit, result.ylabel) == (computed["final"].xunit, computed["final"].ylabel)


def test_the_script_of_images_and_regions_computes_the_same(workspace, tmp_path):
    workspace["img"] = create_image("", np.random.default_rng(1).random((40, 50)))
    workspace.calc("denoise_wavelet", on="img", name="clean")
    workspace.calc("line_profile", {"direction": "vertical", "col": 7}, on="clean", name="line")
    workspace.calc("extract_roi", create_signal_roi([2, 30]), on="line", name="part")
    result = again(workspace, "part", tmp_path)
    np.testing.assert_array_equal(result.xydata, workspace["part"].xydata)


@pytest.mark.filterwarnings("ignore:sigima.proc.signal.peak_detection is deprecated")
def test_the_script_of_sigimas_own_peak_detection_computes_the_same(workspace, tmp_path):
    workspace.calc("sigima.signal.peak_detection", on="reference", name="peaks")
    result = again(workspace, "peaks", tmp_path)
    np.testing.assert_array_equal(result.xydata, workspace["peaks"].xydata)


def test_the_script_repeats_what_sigima_derived_out_of_its_own_range(workspace, tmp_path):
    workspace["power of two"] = (np.arange(512.0), np.arange(512.0))
    workspace.calc("zero_padding", on="power of two", name="padded")
    assert again(workspace, "padded", tmp_path).x.size == 512


def test_the_history_survives_a_file(computed, tmp_path):
    path = computed.save(tmp_path / "w.h5")
    other = Workspace("standalone")
    other.load(path)
    assert repr(other.history("final")) == repr(computed.history("final"))
    assert other.script("final") == computed.script("final")


def test_a_renamed_source_is_found(computed):
    computed.rename("noisy 'sine'", "measured")
    assert computed.history("final")[0].sources == ("measured",)


def test_a_source_that_is_gone_is_said_to_be(computed):
    computed.remove("reference")
    step = computed.history("final")[-1]
    assert step.missing == ("reference",)
    assert "not here any more: reference" in str(step)
    with pytest.raises(ObjectNotFoundError, match="'reference' not found"):
        computed.script("final")


def test_a_copy_keeps_its_history(computed):
    computed["copy"] = computed["final"]
    assert [step.function for step in computed.history("copy")][-1] == "difference"
    assert computed.history("final")[-1].name == "final"


def test_a_result_stands_for_its_object(workspace):
    result = workspace.calc("absolute", on="reference")
    assert workspace.history(result)[0].name == result.name
    assert workspace.get(result).title == result.name
