"""What HDF5 groups and datasets say about their arrays: values, axes, units, names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.formats import available_memory
from datalab_kernel_formats._adapter import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import h5py

    from datalab_kernel_formats._objects import Array

_UNREAD_ATTRIBUTES = {
    "DIMENSION_LIST", "REFERENCE_LIST", "CLASS", "NAME", "_Netcdf4Dimid", "_Netcdf4Coordinates",
    "_NCProperties", "units", "long_name", "scale_factor", "add_offset", "_FillValue",
    "missing_value", "signal", "axes", "interpretation",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Values:
    """Numbers with a name and a unit; of shape ``(n,)`` for an axis."""

    values: Array
    label: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plot:
    """An array with an axis, or None, for each of its dimensions; where it is, and what is said of it.

    ``is_curves`` says that its last dimension is one curve each, whatever the others.
    """

    name: str
    data: Values
    axes: tuple[Values | None, ...]
    errors: Array | None = None
    is_curves: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)


def signal_of(group: h5py.Group) -> str | None:
    """Return the name of what a group plots: its ``signal``, or the dataset marked ``signal=1``."""
    import h5py

    name = _text(group.attrs.get("signal", ""))
    if name:
        return name if isinstance(group.get(name), h5py.Dataset) else None
    for key in group:
        one = group.get(key)
        if isinstance(one, h5py.Dataset) and _text(one.attrs.get("signal", "")) == "1":
            return str(key)
    return None


def plot_of_nxdata(group: h5py.Group) -> Plot:
    """Return the plot of a group NXdata, which has a signal."""
    name = signal_of(group)
    dataset = group[name]
    values = _scaled_by_group(group, _values_of(dataset))
    axes = _named_axes(group, dataset)
    errors = next((group[key][()] for key in (f"{name}_errors", "errors") if key in group), None)
    title = _text(group["title"][()]) if "title" in group else ""
    return Plot(
        name=title or _text(dataset.attrs.get("long_name", "")) or str(name),
        data=values,
        axes=axes,
        errors=errors if errors is not None and errors.shape == dataset.shape else None,
        is_curves=_text(dataset.attrs.get("interpretation", "")) == "spectrum",
        metadata={**_attributes(group), **_attributes(dataset), "path": dataset.name},
    )


def plot_of_dataset(dataset: h5py.Dataset) -> Plot:
    """Return the plot of a dataset, whose axes are its dimension scales.

    Raises
    ------
    ValueError
        If it has no numbers.
    """
    if dataset.dtype.kind not in "biufc" or not dataset.shape or not dataset.size:
        raise RefusedError(
            f"{dataset.name} is of {dataset.dtype}, shape {dataset.shape}: no array of numbers"
        )
    axes = tuple(_values_of(dimension[0]) if len(dimension) else None for dimension in dataset.dims)
    return Plot(
        name=dataset.name.rpartition("/")[2],
        data=_values_of(dataset),
        axes=_fitting(axes, dataset.shape),
        metadata={**_attributes(dataset), "path": dataset.name},
    )


def _named_axes(group: h5py.Group, dataset: h5py.Dataset) -> tuple[Values | None, ...]:
    """Return the axes that ``axes`` names: of the group, or, in older files, of the signal."""
    names = group.attrs.get("axes")
    if names is None:
        names = _text(dataset.attrs.get("axes", "")).strip("[]").replace(",", ":").split(":")
    names = [_text(name) for name in np.atleast_1d(names)]
    axes: list[Values | None] = [None] * dataset.ndim
    for place, name in enumerate(names[: dataset.ndim]):
        found = group.get(name) if name not in ("", ".") else None
        if found is not None:
            where = group.attrs.get(f"{name}_indices", place)
            axes[int(np.atleast_1d(where)[0])] = _values_of(found)
    for key in group:  # before 2014, an axis had its dimension in an attribute, counted from 1
        number = _text(group[key].attrs.get("axis", "")) if key in group else ""
        if number.isdigit() and 1 <= int(number) <= dataset.ndim and axes[int(number) - 1] is None:
            axes[int(number) - 1] = _values_of(group[key])
    return _fitting(tuple(axes), dataset.shape)


def _fitting(axes: tuple[Values | None, ...], shape: tuple[int, ...]) -> tuple[Values | None, ...]:
    """Make centres of bin edges; leave out axes that don't fit their dimension."""
    result: list[Values | None] = []
    for axis, count in zip(axes, shape, strict=True):
        fits = axis is not None and axis.values.ndim == 1 and axis.values.dtype.kind in "iuf"
        if not (axis and fits and len(axis.values) in (count, count + 1)):
            result.append(None)
            continue
        points = axis.values
        if len(points) == count + 1:
            points = (points[:-1] + points[1:]) / 2
        result.append(Values(values=points, label=axis.label, unit=axis.unit))
    return tuple(result)


def _values_of(dataset: h5py.Dataset) -> Values:
    """Read a dataset's numbers, as CF's attributes scale them."""
    attributes = dataset.attrs
    available = available_memory()
    if available is not None and dataset.size * dataset.dtype.itemsize > available:
        raise RefusedError(f"{dataset.name} of shape {dataset.shape} doesn't fit the memory")
    values = np.asarray(dataset[()])
    missing = [attributes[key] for key in ("_FillValue", "missing_value") if key in attributes]
    packed = {
        key: float(np.ravel(attributes[key])[0])
        for key in ("scale_factor", "add_offset")
        if key in attributes
    }
    absent = np.zeros(values.shape, bool)
    for mark in missing:
        absent |= values == np.ravel(mark)[0]
    if packed or absent.any():
        values = values.astype(float) * packed.get("scale_factor", 1.0) + packed.get(
            "add_offset", 0.0
        )
        values[absent] = np.nan
    label = _text(attributes.get("long_name", "")) or dataset.name.rpartition("/")[2]
    return Values(values=values, label=label, unit=_text(attributes.get("units", "")))


def _scaled_by_group(group: h5py.Group, values: Values) -> Values:
    """Apply NXdata's ``scaling_factor`` and ``offset``: data times the one, plus the other."""
    numbers = {
        key: float(np.ravel(group[key][()])[0])
        for key in ("scaling_factor", "offset")
        if key in group
    }
    if not numbers:
        return values
    scaled = values.values * numbers.get("scaling_factor", 1.0) + numbers.get("offset", 0.0)
    return Values(values=scaled, label=values.label, unit=values.unit)


def _attributes(one: h5py.Group | h5py.Dataset) -> dict[str, Any]:
    return {
        key: value
        for key, value in one.attrs.items()
        if key not in _UNREAD_ATTRIBUTES and not key.endswith("_indices")
    }


def _text(value: Any) -> str:
    value = np.ravel(value)[0] if isinstance(value, np.ndarray) and value.size else value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
