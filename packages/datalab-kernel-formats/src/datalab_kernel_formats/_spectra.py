"""Several spectra over one axis: a signal of each, or, of many, one image of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.notes import Note, attach_notes
from datalab_kernel_formats._hdf5_plot import Plot, Values
from datalab_kernel_formats._objects import frames, signal
from datalab_kernel_formats._plot_objects import objects_of_plot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import DataObject
    from datalab_kernel_formats._objects import Array, Axis

_MOST_SIGNALS = 100


def spectra(  # noqa: PLR0913 - what they have in common
    path: Path,
    options: ReadOptions,
    x: Array,
    ys: Sequence[Array] | Array,
    *,
    axes: tuple[Axis, Axis],
    part: str = "",
    metadata: Mapping[str, Any] | None = None,
    each: Sequence[Mapping[str, Any]] = (),
) -> list[DataObject]:
    """Make signals of spectra; more than 100 become an image, a row each, unless asked otherwise.

    Parameters
    ----------
    path, options
        The file, and what a person says: ``read=dict(kind="signal")`` or ``"image"`` decides.
    x
        Of shape ``(n,)``.
    ys
        Of shape ``(spectra, n)``.
    axes
        What x and y show.
    part, metadata
        What all of them have.
    each
        What else is said of each spectrum.
    """
    xaxis, yaxis = axes
    if options.kind == "image" or (options.kind is None and len(ys) > _MOST_SIGNALS):
        plot = Plot(
            name=part,
            data=Values(values=np.asarray(ys), label=yaxis.label, unit=yaxis.unit),
            axes=(
                Values(values=np.arange(float(len(ys))), label="Spectrum"),
                Values(values=x, label=xaxis.label, unit=xaxis.unit),
            ),
            metadata=metadata or {},
        )
        (image,) = objects_of_plot(path, plot, is_only=not part)
        text = f"{len(ys)} spectra became one image, a row each."
        attach_notes(image, Note(text, "read=dict(kind='signal') gives each by itself."))
        return [image]
    return [
        signal(
            path,
            x,
            y,
            part=f"{part} {text}".strip(),
            xaxis=xaxis,
            yaxis=yaxis,
            metadata={**(metadata or {}), **(each[n] if each else {})},
        )
        for n, (y, text) in enumerate(zip(ys, frames(len(ys), "S"), strict=True))
    ]
