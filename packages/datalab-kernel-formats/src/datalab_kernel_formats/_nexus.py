"""NeXus and other HDF5 files: the default plot, or what a path names.

Read by h5py (BSD-3-Clause), which the kernel has anyway. Which data is plotted by default is
found as NeXus says: the attributes ``default`` from the root down to a group NXdata, its
``signal`` and ``axes``; in files without them, the only NXdata. Axes of other HDF5 files are
their dimension scales, as netCDF-4 writes them, with CF's ``scale_factor``, ``add_offset``
and ``_FillValue``.

References
----------
NeXus manual, "Rules for storing data items in NeXus files", section "NXdata";
CF conventions 1.11, section 8.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel_formats._adapter import RefusedError, adapter
from datalab_kernel_formats._hdf5_plot import Plot, plot_of_dataset, plot_of_nxdata, signal_of
from datalab_kernel_formats._plot_objects import objects_of_plot

if TYPE_CHECKING:
    from pathlib import Path

    import h5py

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import DataObject

_MARK = b"\x89HDF\r\n\x1a\n"
_OF_SIGIMA = {".h5sig", ".h5ima"}
_MOST_SHOWN = 20


def _recognises(head: bytes, path: Path) -> bool:
    return head.startswith(_MARK) and path.suffix.lower() not in _OF_SIGIMA


def _read(path: Path, options: ReadOptions) -> list[DataObject]:
    """Read what ``read=dict(path=...)`` names, or what is plotted by default.

    Raises
    ------
    ValueError
        If neither says what to read; it lists the paths of arrays.
    """
    import h5py

    with h5py.File(path, "r") as file:
        plots = [_chosen(file, options.path)] if options.path else _default_plots(file)
        if not plots:
            raise RefusedError(_choices(file, "nothing in it says which data to plot"))
        return [
            obj for plot in plots for obj in objects_of_plot(path, plot, is_only=len(plots) == 1)
        ]


def _chosen(file: h5py.File, wanted: str) -> Plot:
    import h5py

    found = file.get(wanted)
    if isinstance(found, h5py.Dataset):
        return plot_of_dataset(found)
    if isinstance(found, h5py.Group):
        group = _follow_default(found)
        if signal_of(group) is not None:
            return plot_of_nxdata(group)
        raise RefusedError(_choices(found, f"{wanted!r} is a group without a signal"))
    raise RefusedError(_choices(file, f"there is no {wanted!r} in it"))


def _default_plots(file: h5py.File) -> list[Plot]:
    """Return the default plot; else the only NXdata; else the only array."""
    group = _follow_default(file)
    if signal_of(group) is not None:
        return [plot_of_nxdata(group)]
    groups = [
        one for one in _groups(file) if _nx_class(one) == "NXdata" and signal_of(one) is not None
    ]
    if groups:
        return [plot_of_nxdata(groups[0])] if len(groups) == 1 else []
    arrays = [one for one in _arrays(file) if not one.is_scale and not one.name.startswith("/#")]
    return [plot_of_dataset(arrays[0])] if len(arrays) == 1 else []


def _follow_default(group: h5py.Group) -> h5py.Group:
    """Follow the attributes ``default`` down; what they don't find ends the way."""
    import h5py

    for _ in range(10):
        name = group.attrs.get("default")
        found = group.get(name) if isinstance(name, str) and name not in ("", ".") else None
        if not isinstance(found, h5py.Group):
            break
        group = found
    return group


def _nx_class(group: h5py.Group) -> str:
    value = group.attrs.get("NX_class", "")
    return value.decode() if isinstance(value, bytes) else str(value)


def _groups(group: h5py.Group) -> list[h5py.Group]:
    import h5py

    found: list[h5py.Group] = []
    group.visititems(lambda _, one: found.append(one) if isinstance(one, h5py.Group) else None)
    return found


def _arrays(group: h5py.Group) -> list[h5py.Dataset]:
    """Return the datasets of numbers with more than one point."""
    import h5py

    found: list[h5py.Dataset] = []

    def keep(_: str, one: Any) -> None:
        if isinstance(one, h5py.Dataset) and one.dtype.kind in "biufc" and one.size > 1:
            found.append(one)

    group.visititems(keep)
    return found


def _choices(group: h5py.Group, reason: str) -> str:
    arrays = _arrays(group)
    if not arrays:
        return f"{reason}, and there is no array of numbers"
    shown = [f"{one.name} {'x'.join(map(str, one.shape))}" for one in arrays[:_MOST_SHOWN]]
    more = f" and {len(arrays) - _MOST_SHOWN} more" if len(arrays) > _MOST_SHOWN else ""
    return f"{reason}; choose by read=dict(path={arrays[0].name!r}): {', '.join(shown)}{more}"


NEXUS = adapter(
    "NeXus or HDF5",
    (".nxs", ".nx5", ".h5", ".hdf5", ".hdf", ".nc"),
    _recognises,
    _read,
    library="h5py",
    licence="BSD-3-Clause",
    keeps="default plot or a path, axes, units, errors, frames",
)
