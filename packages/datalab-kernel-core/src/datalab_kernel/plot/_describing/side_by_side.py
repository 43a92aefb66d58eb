"""Signals side by side: each in axes of its own, with its own limits and regions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.plot._describing.signals import signal_axes
from datalab_kernel.plot._options import one_each

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.objects import SignalObj
    from datalab_kernel.plot._options import PlotOptions
    from datalab_kernel.plot._spec import AxesSpec


def signals_side_by_side(
    signals: Sequence[SignalObj], options: PlotOptions, *, is_alone: bool = False
) -> tuple[AxesSpec, ...]:
    """Describe each signal by itself; where all are complex, by its modulus and its phase.

    ``title`` is the whole figure's; ``color`` and ``label`` may be lists, one for each.
    """
    are_complex = all(np.iscomplexobj(signal.xydata) for signal in signals)
    colors = one_each(options.color, len(signals), "color")
    labels = one_each(options.label, len(signals), "label")
    axes: list[AxesSpec] = []
    for signal, color, label in zip(signals, colors, labels, strict=True):
        own = replace(options, title=label, label=None, color=color, columns=None)
        axes += signal_axes([signal], own, is_alone=is_alone or not are_complex)
    return tuple(axes)
