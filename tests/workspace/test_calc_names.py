"""What results are called, and what running a cell again replaces."""

import numpy as np
import pytest

from datalab_kernel import Workspace

X = np.linspace(0, 1, 50)


@pytest.fixture
def workspace():
    workspace = Workspace("standalone")
    workspace["sine"] = (X, np.sin(X))
    workspace["cosine"] = (X, np.cos(X))
    return workspace


@pytest.mark.filterwarnings("ignore::datalab_kernel.ComputationWarning")  # 50 are few for it
def test_running_again_replaces_and_ends_with_the_same_names(workspace):
    def notebook():
        workspace["sine"] = (X, np.sin(X))
        smooth = workspace.calc("moving_average", on="sine", n=5)
        workspace.calc("fft", on=smooth)
        workspace.calc("absolute", on=["sine", "cosine"], name="positive")
        workspace.calc("difference", on="sine", operand="cosine")
        workspace.calc("all_stability", on="sine")

    notebook()
    names, first = workspace.list(), workspace["positive"].y
    notebook()
    assert sorted(workspace.list()) == sorted(names)
    np.testing.assert_array_equal(workspace["positive"].y, first)


def test_other_parameters_make_another_object(workspace):
    workspace.calc("gaussian_filter", on="sine", sigma=1, name="smooth")
    assert workspace.calc("gaussian_filter", on="sine", sigma=2, name="smooth").name == "smooth (2)"
    assert workspace.calc("gaussian_filter", on="sine", sigma=1, name="smooth").name == "smooth"
    assert workspace.calc("gaussian_filter", on="sine", sigma=2, name="smooth").name == "smooth (2)"


def test_what_somebody_made_is_never_replaced(workspace):
    workspace["absolute(sine)"] = ([0.0, 1.0], [7.0, 7.0])
    assert workspace.calc("absolute", on="sine").name == "absolute(sine) (2)"
    assert workspace.calc("absolute", on="sine").name == "absolute(sine) (2)"
    assert workspace["absolute(sine)"].y.tolist() == [7, 7]


def test_the_source_itself_is_never_replaced(workspace):
    assert workspace.calc("absolute", on="sine", name="sine").name == "sine (2)"


def test_one_name_for_several_is_numbered_and_again_the_same(workspace):
    for _ in range(2):
        result = workspace.calc("absolute", on=["sine", "cosine"], name="a")
        assert result.names == ("a", "a (2)")
    np.testing.assert_allclose(workspace["a (2)"].y, np.cos(X))


def test_the_same_name_for_many_results_of_other_parameters_asks_each_earlier_one_once(
    workspace, monkeypatch
):
    many = {f"s{number}": (X, number * X) for number in range(30)}
    workspace.add(many)
    first = workspace.calc("gaussian_filter", on=[*many], sigma=1, name="a").names
    asked = []

    def metadata_of(backend, name):
        asked.append(name)
        return backend.metadata(name)

    monkeypatch.setattr("datalab_kernel.workspace._computed_objects.metadata_of", metadata_of)
    second = workspace.calc("gaussian_filter", on=[*many], sigma=2, name="a").names
    assert second == tuple(f"a ({number})" for number in range(31, 61))
    assert sorted(asked) == sorted(first)
    backwards = workspace.calc("gaussian_filter", on=[*reversed(many)], sigma=2, name="a").names
    assert backwards == second[::-1]


def test_a_list_names_each(workspace):
    assert workspace.calc("absolute", on="*sine", name=["s", "c"]).names == ("s", "c")


def test_a_list_that_doesnt_fit_says_how_many_there_are(workspace):
    with pytest.raises(ValueError, match="makes 2 objects, but was given 1 names"):
        workspace.calc("absolute", on="*sine", name=["s"])


def test_the_result_of_what_was_renamed_since_is_kept(workspace):
    workspace.calc("absolute", on="sine")
    workspace.rename("sine", "old")
    workspace["sine"] = (X, -np.sin(X))
    assert workspace.calc("absolute", on="sine").name == "absolute(sine) (2)"


def test_a_source_of_the_same_name_counts_as_the_same_also_if_new(workspace):
    workspace.calc("absolute", on="sine")
    workspace["sine"] = (X, 2 * np.sin(X))
    assert workspace.calc("absolute", on="sine").name == "absolute(sine)"
    np.testing.assert_allclose(workspace["absolute(sine)"].y, 2 * np.abs(np.sin(X)))


def test_the_same_after_save_and_load(workspace, tmp_path):
    workspace.calc("moving_average", on="sine", n=5, name="smooth")
    path = workspace.save(tmp_path / "w.h5")
    again = Workspace("standalone")
    again.load(path)
    assert again.calc("moving_average", on="sine", n=5, name="smooth").name == "smooth"
    assert again.calc("moving_average", on="sine", n=7, name="smooth").name == "smooth (2)"


def test_a_result_goes_to_its_sources_group(workspace):
    workspace.add("x", (X, X), group="calibration")
    workspace.add("y", (X, X), group="last")
    workspace.calc("absolute", on="x")
    assert workspace.list(group="calibration") == ["x", "absolute(x)"]


def test_a_very_long_title_is_still_a_name(workspace):
    long = "n" * 1000
    workspace[long] = (X, X)
    (name,) = workspace.calc("absolute", on=long).names
    assert len(name) == 1000
    assert workspace.calc("absolute", on=long).names == (name,)


def test_any_characters_of_a_name_are_in_the_title(workspace):
    name = "{0} 'a' \\ \N{GREEK SMALL LETTER ALPHA} %s"
    workspace[name] = (X, X)
    assert workspace.calc("absolute", on=name).names == (f"absolute({name})",)
