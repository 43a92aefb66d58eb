"""Which renderer draws, and what becomes of a picture that isn't finished."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from datalab_kernel import Plotter
from datalab_kernel.errors import NoRendererError

if TYPE_CHECKING:
    from datalab_kernel.plot import FigureSpec


class Recorder:
    """A renderer that draws nothing."""

    def __init__(self) -> None:
        self.specs: list[FigureSpec] = []

    def render(self, spec, ax=None):
        assert ax is None
        self.specs.append(spec)
        return self


@pytest.mark.parametrize("method", ["plot", "grid"])
def test_an_object_that_renders_draws(method):
    recorder = Recorder()
    getattr(Plotter(None, recorder), method)([np.arange(5.0)], show=False)
    (spec,) = recorder.specs
    assert spec.is_contact_sheet is (method == "grid")
    assert spec.axes[0].curves[0].y.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("renderer", [5, Recorder, object()])
def test_what_cannot_render_is_an_error_at_once(renderer):
    with pytest.raises(TypeError, match="renderer must be None, a name or an object with render"):
        Plotter(None, renderer)


def test_a_renderer_that_is_not_installed_is_an_error_that_lists_those_that_are():
    with pytest.raises(NoRendererError, match="'plotly' is not installed.*matplotlib"):
        Plotter(None, "plotly")


def test_another_renderer_draws_from_then_on():
    plotter, recorder = Plotter(None), Recorder()
    plotter.plot(np.arange(5.0), show=False)
    plotter.renderer = recorder
    plotter.plot(np.arange(5.0), show=False)
    assert plotter.renderer is recorder
    assert len(recorder.specs) == 1
    plotter.renderer = None
    assert plotter.plot(np.arange(5.0), show=False).figure is not None
    assert plotter.renderer == "matplotlib"


@pytest.mark.parametrize("wrong", ["plotly", 5, Recorder])
def test_a_wrong_renderer_leaves_the_one_before(wrong):
    plotter = Plotter(None, recorder := Recorder())
    with pytest.raises((NoRendererError, TypeError)):
        plotter.renderer = wrong
    plotter.plot(np.arange(5.0), show=False)
    assert len(recorder.specs) == 1


def test_a_name_without_a_workspace_is_an_error():
    with pytest.raises(TypeError, match="this plotter has no workspace"):
        Plotter(None).grid("sine")
