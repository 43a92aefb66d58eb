"""Which objects Tab offers inside a call: ``on="…``, ``get("…``, ``plot(["…``."""

from types import SimpleNamespace

import numpy as np
import pytest

from datalab_kernel import Plotter, Workspace
from datalab_kernel.session._call_completion import answer_in_call

pytest.importorskip("IPython")


@pytest.fixture
def offered():
    workspace = Workspace("standalone")
    workspace["sine"] = np.sin(np.arange(9))
    workspace['a "b" \\c'] = np.arange(9.0)
    workspace["img"] = np.ones((3, 3))

    def offered(text):
        context = SimpleNamespace(full_text=text, cursor_line=0, text_until_cursor=text)
        answer = answer_in_call(context, {"w": workspace, "p": Plotter(workspace)})
        return [completion.text for completion in answer["completions"]]

    return offered


def test_objects_are_offered_by_what_is_typed(offered):
    assert offered('w.calc("absolute", on="s') == ["sine"]
    assert offered('w.calc("absolute", on=["img", "s') == ["sine"]
    assert offered('w.calc.difference(on="sine", operand="i') == ["img"]
    assert offered('w.calc("absolute", name="s') == []
    assert offered('w.calc("difference", on="sine", operand="img", units="') == ["as they are"]


def test_functions_are_offered_as_attributes_of_a_workspace(offered):
    assert offered("w.calc.gaussian_fi") == ["gaussian_filter", "gaussian_fit"]
    assert offered("r = w.calc.moving_av") == ["moving_average"]
    assert offered("other.calc.moving_av") == []
    assert offered("w.calc.moving_average.") == []


def test_only_objects_that_the_function_runs_on_are_offered(offered):
    assert offered('w.calc("threshold_otsu", on="') == ["img"]
    assert "img" not in offered('w.calc("fft_unknown_yet", on="s')
    assert offered('w.calc("fwhm", on="i') == []


def test_a_name_is_written_as_the_text_that_is_open_needs_it(offered):
    (name,) = offered('w.calc("absolute", on="a')
    assert eval(f'"{name}"') == 'a "b" \\c'
    (name,) = offered("w.calc('absolute', on='a")
    assert eval(f"'{name}'") == 'a "b" \\c'


def test_groups_of_images_are_offered_for_a_stack_and_objects_for_an_overlay():
    workspace = Workspace("standalone")
    workspace.add({f"z{i}": np.eye(3) for i in range(2)}, group="cells")
    workspace.add("s", np.arange(3.0), group="signals")

    def offered(text):
        context = SimpleNamespace(full_text=text, cursor_line=0, text_until_cursor=text)
        answer = answer_in_call(context, {"w": workspace, "p": Plotter(workspace)})
        return [completion.text for completion in answer["completions"]]

    assert offered('w.stack("') == ["cells"]
    assert offered('p.plot("z0", overlay="z') == ["z0", "z1"]
    assert offered('p.plot("z0", overlay_style="') == ["contours", "areas", "both"]
    assert "region_properties" in offered('w.calc("region')


METHODS = ["get", "edit", "remove", "rename", "results", "history", "script", "export", "select"]


@pytest.mark.parametrize("method", METHODS)
def test_methods_that_take_an_object_offer_the_names(offered, method):
    assert offered(f'w.{method}("s') == ["sine"]
    assert offered(f"w.{method}(what='s") == ["sine"]
    assert offered(f'other.{method}("s') == []
    assert offered(f'w.{method}("a", "s') == []


def test_examples_are_offered(offered):
    assert offered('w.load_example("para') == ["paracetamol"]
    assert offered('other.load_example("para') == []


def test_several_names_are_completed_one_after_another(offered):
    assert offered('w.export(["img", "s') == ["sine"]
    assert offered('p.plot(["img", "s') == ["sine"]


def test_a_picture_offers_objects_then_its_options_and_their_choices(offered):
    assert offered('p.plot("s') == ["sine"]
    assert offered('p.plot("sine", line') == ["linestyle=", "linewidth="]
    assert offered('p.plot("sine", linestyle="--", line') == ["linewidth="]
    assert offered('p.plot("img", origin="l') == ["lower"]
    assert "viridis" in offered('p.plot("img", cmap="v')
    assert offered('p.grid("*", ma') == []
    assert offered('p.plot("img", title="s') == []
    assert offered('df.plot.scatter("s') == []
