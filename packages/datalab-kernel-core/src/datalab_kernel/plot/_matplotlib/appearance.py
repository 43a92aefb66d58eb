"""The colours of axes by matplotlib, on whatever face they have, and how wide lines are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from cycler import cycler
from matplotlib.colors import to_hex, to_rgb, to_rgba
from matplotlib.patheffects import AbstractPathEffect, withStroke

from datalab_kernel.plot.rendering import CURVE_STYLES, shape_color

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from datalab_kernel.plot._spec import Shape

DARK_BELOW = 0.4
NOTE_SIZE = 7


@dataclass(frozen=True, slots=True)
class Look:
    """How shapes of a role are drawn on axes of this face."""

    color: str
    face: str
    linestyle: str
    linewidth: float

    @property
    def halo(self) -> list[AbstractPathEffect]:
        """A rim in the face's colour, so that a line is seen on any image."""
        return [withStroke(linewidth=self.linewidth + 1.8, foreground=to_rgba(self.face, 0.75))]

    @property
    def text_halo(self) -> list[AbstractPathEffect]:
        """A rim for letters."""
        return [withStroke(linewidth=3, foreground=to_rgba(self.face, 0.9))]


def is_dark(axes: Axes) -> bool:
    """Say whether the axes' face is dark; a transparent one shows the figure's."""
    return _brightness(_face(axes)) < DARK_BELOW


def look_of(axes: Axes, shape: Shape) -> Look:
    """Say how a shape is drawn: by its role, on this face, in its own colour if it has one."""
    dashes = {"roi": "-", "result": "-", "annotation": "--"}[shape.role]
    return Look(
        color=to_hex(shape_color(shape, is_on_dark=is_dark(axes))),
        face=to_hex(_face(axes)),
        linestyle=(0, (4, 2)) if shape.is_inverse else dashes,  # type: ignore[arg-type]
        linewidth=1.4 if shape.role == "result" else 1.2,
    )


def set_colors(axes: Axes) -> None:
    """Give axes our colours, unless the user chose others."""
    settings: Any = mpl.rcParams
    default: Any = mpl.rcParamsDefault
    if settings["axes.prop_cycle"] == default["axes.prop_cycle"]:
        colors, lines = zip(*CURVE_STYLES, strict=True)
        axes.set_prop_cycle(cycler(color=colors, linestyle=lines))


def make_opaque(figure: Figure) -> None:
    """Give a figure without a face one that its text is read on, also on a dark page."""
    face: Any = figure.get_facecolor()
    if face[3] < 1:
        settings: Any = mpl.rcParams
        is_light_text = _brightness(settings["text.color"]) > 0.5  # noqa: PLR2004 - half
        has_contrast = (_brightness(face) > 0.5) is not is_light_text  # noqa: PLR2004
        opposite = "black" if is_light_text else "white"
        figure.set_facecolor(face[:3] if has_contrast else opposite)


def quiet(axes: Axes) -> str:
    """Return a colour for notes."""
    return "0.7" if is_dark(axes) else "0.4"


def _face(axes: Axes) -> Any:
    face: Any = axes.get_facecolor()
    part: Any = axes.figure
    return face if face[3] else part.figure.get_facecolor()


def _brightness(color: Any) -> float:
    red, green, blue = to_rgb(color)
    return 0.299 * red + 0.587 * green + 0.114 * blue
