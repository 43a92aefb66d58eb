"""What a cell shows whose last value is a signal or an image: its picture, and facts about it."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from IPython.core.interactiveshell import InteractiveShell

    from datalab_kernel.objects import DataObject, ImageObj, SignalObj

__all__ = ["ObjectDisplay", "facts_of", "picture_with_facts"]

_CLASSES = (
    ("sigima.objects.signal.object", "SignalObj"),
    ("sigima.objects.image.object", "ImageObj"),
)
"""By name, so that nothing is imported until an object is shown."""
MAX_KEYS = 8
_WIDTH_IN, _HEIGHT_IN = 6.0, 2.6


class ObjectDisplay:
    """Show objects as pictures in a shell, from :meth:`begin` to :meth:`end`."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._formatter: Any = getattr(shell.display_formatter, "mimebundle_formatter", None)

    def begin(self) -> None:
        """Put it in, unless somebody has a display of their own."""
        if self._formatter is not None:
            for key in _CLASSES:
                self._formatter.deferred_printers.setdefault(key, picture_with_facts)

    def end(self) -> None:
        """Take it out again."""
        if self._formatter is None:
            return
        for key in _CLASSES:
            if self._formatter.deferred_printers.get(key) is picture_with_facts:
                del self._formatter.deferred_printers[key]
        for kind, shown in [*self._formatter.type_printers.items()]:
            if shown is picture_with_facts:
                del self._formatter.type_printers[kind]


def picture_with_facts(
    obj: DataObject,
    include: Any = None,  # noqa: ARG001 - IPython's
    exclude: Any = None,  # noqa: ARG001 - IPython's
) -> dict[str, str]:
    """Return an object as HTML and as text, for IPython; one without data as text alone."""
    if _is_empty(obj):
        kind = "signal" if hasattr(obj, "xydata") else "image"
        return {"text/plain": f"{kind}  {obj.title}: no data yet"}
    from datalab_kernel.plot import Plotter

    facts = [*facts_of(obj)]
    plot = Plotter(None).plot(obj, show=False, figsize=(_WIDTH_IN, _HEIGHT_IN))  # type: ignore[arg-type]
    rows = "".join(
        f'<tr><th scope="row" style="text-align:left">{escape(name)}</th>'
        f'<td style="text-align:left">{escape(text)}</td></tr>'
        for name, text in facts
    )
    style = "color:var(--jp-content-font-color1,inherit)"
    html = f'<div style="{style}">{plot._repr_html_()}<table style="{style}">{rows}</table></div>'
    width = max(len(name) for name, _ in facts)
    return {
        "text/html": html,
        "text/plain": "\n".join(f"{name:<{width}}  {text}" for name, text in facts),
    }


def _is_empty(obj: Any) -> bool:
    array = obj.xydata if hasattr(obj, "xydata") else obj.data
    return array is None or not array.size


def facts_of(obj: DataObject) -> Iterator[tuple[str, str]]:
    """Say what an object is, as pairs of a heading and a text.

    Examples
    --------
    >>> from datalab_kernel import create_signal
    >>> signal = create_signal("ramp", [0.0, 0.5, 1.0], [1, 2, 4], units=("s", "V"))
    >>> for name, text in facts_of(signal):
    ...     print(name, "|", text)
    signal | ramp: 3 points, float64, 48 B
    x | 0 to 1 s, every 0.5 s
    y | 1 to 4 V
    """
    from datalab_kernel.display._objects_table import object_size
    from datalab_kernel.objects import describe_object

    info = describe_object(obj, group="")
    size = f"{info.dtype}, {object_size(info.size_bytes)}"
    if info.kind == "signal":
        yield "signal", f"{info.name}: {info.shape[-1]:,} points, {size}"
        yield from _signal_axes(obj)
    else:
        height, width = info.shape
        times = "\N{MULTIPLICATION SIGN}"
        yield "image", f"{info.name}: {width:,} {times} {height:,} pixels, {size}"
        yield from _image_axes(obj)
    if obj.roi is not None:
        yield "ROI", f"{len(obj.roi.single_rois)}"
    keys = [key for key in obj.metadata if not key.startswith("_")]
    if keys:
        more = f" and {len(keys) - MAX_KEYS} more" if len(keys) > MAX_KEYS else ""
        yield "metadata", ", ".join(keys[:MAX_KEYS]) + more


def _signal_axes(signal: SignalObj) -> Iterator[tuple[str, str]]:
    x, y = signal.x, signal.y
    if not len(x):
        return
    dated = signal.is_x_datetime()
    yield _heading("x", signal.xlabel), _dates(x) if dated else _steps(x, signal.xunit)
    yield _heading("y", signal.ylabel), _interval(y, signal.yunit)


def _dates(x: Any) -> str:
    first, last = (datetime.fromtimestamp(float(end), UTC) for end in (x.min(), x.max()))
    return f"{first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S}"


def _steps(x: Any, unit: str) -> str:
    import numpy as np

    steps = np.diff(x)
    if not len(steps) or not np.allclose(steps, steps[0], rtol=1e-6, atol=0):
        return _interval(x, unit)
    return f"{_interval(x, unit)}, every {_number(steps.mean())}{_unit(unit)}"


def _image_axes(image: ImageObj) -> Iterator[tuple[str, str]]:
    height, width = image.data.shape
    if image.is_uniform_coords:
        yield _heading("x", image.xlabel), _pixels(image.x0, image.dx, width, image.xunit)
        yield _heading("y", image.ylabel), _pixels(image.y0, image.dy, height, image.yunit)
    else:
        yield _heading("x", image.xlabel), _interval(image.xcoords, image.xunit)
        yield _heading("y", image.ylabel), _interval(image.ycoords, image.yunit)
    yield _heading("z", image.zlabel), _interval(image.data, image.zunit)


def _heading(axis: str, label: str) -> str:
    return f"{axis} ({label})" if label else axis


def _pixels(first: float, step: float, count: int, unit: str) -> str:
    last = first + step * (count - 1)
    return f"{_number(first)} to {_number(last)}{_unit(unit)}, every {_number(step)}{_unit(unit)}"


def _interval(values: Any, unit: str) -> str:
    import numpy as np

    is_there = np.isfinite(values)
    if not is_there.any():
        return "no finite value"
    if np.iscomplexobj(values):
        values = np.abs(values)
        unit = f"{unit} (modulus)"
    found = values[is_there]
    missing = values.size - found.size
    text = f"{_number(found.min())} to {_number(found.max())}{_unit(unit)}"
    return f"{text}, {missing:,} not finite" if missing else text


def _number(value: float) -> str:
    return f"{value:.6g}"


def _unit(unit: str) -> str:
    return f" {unit}" if unit else ""
