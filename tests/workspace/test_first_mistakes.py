"""What somebody types who has never seen a workspace is answered by what was meant."""

import numpy as np
import pytest

from datalab_kernel import Plotter, Workspace, create_image, create_signal
from datalab_kernel.errors import OperandError, ParameterError


@pytest.fixture
def workspace():
    workspace = Workspace("standalone")
    workspace["sine"] = ([0.0, 1.0, 2.0], [1.0, 3.0, 2.0])
    return workspace


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("plot", r"Say plotter\.plot\('sine'\)\."),
        ("delete", r"Say workspace\.remove\('sine'\)\."),
        ("names", r"Say workspace\.list\(\)\."),
        ("sine", r"Objects are items: workspace\['sine'\]\."),
        ("exprot", r"Did you mean 'export'\?"),
        ("nothing_like_it", r"no attribute 'nothing_like_it'$"),
    ],
)
def test_an_attribute_that_there_isnt_names_what_was_meant(workspace, name, said):
    with pytest.raises(AttributeError, match=said):
        getattr(workspace, name)


def test_what_libraries_ask_for_gets_pythons_own_answer(workspace):
    assert not hasattr(workspace, "plot")
    assert not hasattr(workspace, "_repr_png_")
    with pytest.raises(AttributeError, match="no attribute '__array__'$"):
        workspace.__array__  # noqa: B018


def test_no_backend_is_opened_to_say_it():
    def fail():
        pytest.fail("a backend was looked for")

    workspace = Workspace()
    workspace._shelf._open_backend = fail
    with pytest.raises(AttributeError, match=r"plotter\.plot\('name'\)"):
        workspace.plot  # noqa: B018


@pytest.mark.parametrize(
    "call",
    [lambda w: w.calc("fft", "sine"), lambda w: w.calc.fft("sine")],
    ids=["call", "attribute"],
)
def test_a_name_in_the_parameters_place_is_told_where_it_belongs(workspace, call):
    with pytest.raises(ParameterError, match=r"An object is given by on='sine'"):
        call(workspace)


@pytest.mark.parametrize(
    ("option", "ours"),
    [
        ("subplots", "columns"),
        ("offset", "waterfall"),
        ("secondary_y", "twin"),
        ("lw", "linewidth"),
    ],
)
def test_options_of_other_libraries_name_ours(workspace, option, ours):
    with pytest.raises(TypeError, match=f"no option '{option}'. Did you mean '{ours}'"):
        Plotter(workspace).plot("sine", show=False, **{option: 2})


def test_a_parameter_that_a_constructor_doesnt_have_names_the_nearest():
    with pytest.raises(ParameterError, match="'unit': did you mean 'units'.*it takes title, x, y"):
        create_signal("a", [0, 1], [1, 2], unit="s")
    with pytest.raises(TypeError, match="there is no parameter 'label': did you mean 'labels'"):
        create_image("a", [[0, 1]], label="x")


def test_an_object_that_is_added_without_a_name_is_told_where_the_name_goes(workspace):
    with pytest.raises(TypeError, match=r"given SignalObj alone.*add\('sine', object\)"):
        workspace.add(workspace["sine"])
    with pytest.raises(TypeError, match=r"ndarray of shape \(3, 4, 4\) alone.*group='stack'"):
        workspace.add(np.zeros((3, 4, 4)))
    with pytest.raises(TypeError, match=r"add\('cosine'\) has a name and no object"):
        workspace.add("cosine")
    assert workspace.list() == ["sine"]


def test_what_takes_several_objects_or_a_second_one_says_how_it_is_given(workspace):
    with pytest.raises(OperandError, match="addition takes all its objects by on="):
        workspace.calc("addition", on="sine", operand="sine")
    with pytest.raises(
        ParameterError, match=r"given image.*\n.*\n  operand \(name of another signal"
    ):
        workspace.calc("difference", on="sine", image="sine")
