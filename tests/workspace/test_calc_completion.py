"""Which objects Tab offers inside ``on="…``."""

from types import SimpleNamespace

import numpy as np
import pytest

from datalab_kernel import Workspace
from datalab_kernel.session._calc_completion import answer_in_call

pytest.importorskip("IPython")


@pytest.fixture
def offered():
    workspace = Workspace("standalone")
    workspace["sine"] = np.sin(np.arange(9))
    workspace['a "b" \\c'] = np.arange(9.0)
    workspace["img"] = np.ones((3, 3))

    def offered(text):
        context = SimpleNamespace(full_text=text, cursor_line=0, text_until_cursor=text)
        answer = answer_in_call(context, {"w": workspace})
        return [completion.text for completion in answer["completions"]]

    return offered


def test_objects_are_offered_by_what_is_typed(offered):
    assert offered('w.calc("absolute", on="s') == ["sine"]
    assert offered('w.calc("absolute", on=["img", "s') == ["sine"]
    assert offered('w.calc.difference(on="sine", operand="i') == ["img"]
    assert offered('w.calc("absolute", name="s') == []


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
