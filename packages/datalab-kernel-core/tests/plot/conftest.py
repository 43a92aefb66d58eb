"""A workspace in a dictionary, and pixels of pictures."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from datalab_kernel import ImageObj, SignalObj
from datalab_kernel.objects import _names
from datalab_kernel.plot import Plot, Plotter
from datalab_kernel.storage import share_object

if TYPE_CHECKING:
    from collections.abc import Callable


class Shelf(dict[str, Any]):
    """What a plotter needs of a workspace."""

    def __setitem__(self, name: str, obj: Any) -> None:
        obj.title = name
        super().__setitem__(name, obj)

    def list(self, pattern: str = "*", *, kind: str | None = None) -> list[str]:
        names = [pattern] if pattern in self else _names.match(pattern, self)
        kinds = {"signal": SignalObj, "image": ImageObj, None: object}
        return [name for name in names if isinstance(self[name], kinds[kind])]

    def exists(self, name: str) -> bool:
        return name in self

    def get(self, name: str, *, copy: bool = True) -> Any:
        assert not copy, "a plotter needs no copies"
        if name not in self:
            raise _names.not_found(name, self)
        return share_object(self[name])

    def view_from_afar(self, name: str, *, xlim: Any = None, ylim: Any = None) -> Any:
        del xlim, ylim
        return self.get(name, copy=False)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def draw(shelf: Shelf) -> Callable[..., Plot]:
    """Draw without showing."""

    def draw(what: Any, **options: Any) -> Plot:
        return Plotter(shelf).plot(what, **{"show": False, **options})  # type: ignore[arg-type]

    return draw


class Pixels:
    """A picture's pixels, and where the axes' coordinates are among them."""

    def __init__(self, plot: Plot) -> None:
        self.rgb = imread(io.BytesIO(plot.png()), format="png")[..., :3]
        self._axes = plot.axes[0]
        self._scale = self.rgb.shape[1] / plot.figure.bbox.width

    def at(self, x: float, y: float) -> tuple[int, int]:
        """Return the row and column of a place in the axes' units."""
        right, up = self._axes.transData.transform((x, y)) * self._scale
        return round(self.rgb.shape[0] - up), round(right)

    def color(self, x: float, y: float) -> np.ndarray:
        row, column = self.at(x, y)
        return self.rgb[row, column]

    def has(self, color: Any, x: float, y: float, reach: int = 3) -> bool:
        """Say whether a pixel of this colour is at most ``reach`` pixels away."""
        row, column = self.at(x, y)
        part = self.rgb[row - reach : row + reach + 1, column - reach : column + reach + 1]
        return bool((np.abs(part - to_rgb(color)).max(axis=-1) < 0.08).any())

    def column_has(self, color: Any, x: float) -> bool:
        """Say whether the curve's colour is anywhere above or below x."""
        column = self.at(x, 0)[1]
        return bool((np.abs(self.rgb[:, column] - to_rgb(color)).max(axis=-1) < 0.3).any())


@pytest.fixture
def pixels() -> type[Pixels]:
    return Pixels
