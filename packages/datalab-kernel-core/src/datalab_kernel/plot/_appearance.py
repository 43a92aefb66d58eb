"""Colours that are told apart by everybody, on whatever face the axes have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from cycler import cycler
from matplotlib.colors import to_hex, to_rgb, to_rgba
from matplotlib.patheffects import AbstractPathEffect, withStroke

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from datalab_kernel.plot._spec import Role, Shape

COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#666666")
"""Okabe and Ito's colours for all kinds of colour vision, without the yellow that fades on white."""
LINES = ("-", "--", ":")
"""Each round through the colours has a line style of its own."""
ON_LIGHT: dict[Role, str] = {"roi": "#d62728", "result": "#111111", "annotation": "#542788"}
ON_DARK: dict[Role, str] = {"roi": "#ff7b72", "result": "#f5f5f5", "annotation": "#cab2d6"}
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
    colors = ON_DARK if is_dark(axes) else ON_LIGHT
    dashes = {"roi": "-", "result": "-", "annotation": "--"}[shape.role]
    return Look(
        color=colors[shape.role] if shape.color is None else to_hex(shape.color),
        face=to_hex(_face(axes)),
        linestyle=(0, (4, 2)) if shape.is_inverse else dashes,  # type: ignore[arg-type]
        linewidth=1.4 if shape.role == "result" else 1.2,
    )


def set_colors(axes: Axes) -> None:
    """Give axes our colours, unless the user chose others."""
    settings: Any = mpl.rcParams
    default: Any = mpl.rcParamsDefault
    if settings["axes.prop_cycle"] == default["axes.prop_cycle"]:
        rounds = cycler(linestyle=LINES) * cycler(color=COLORS)
        axes.set_prop_cycle(rounds)


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


def shortened(text: str, letters: int) -> str:
    """Leave out the middle of a text that is longer than so many letters.

    Examples
    --------
    >>> shortened("moving_average(sine)", 11)
    'movin…sine)'
    """
    if len(text) <= letters or "$" in text.replace(r"\$", ""):
        return text
    kept = max(letters - 1, 2)
    return f"{text[: kept - kept // 2]}…{text[len(text) - kept // 2 :]}"
