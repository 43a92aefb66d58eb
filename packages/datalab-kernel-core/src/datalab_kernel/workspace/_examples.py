"""Something to try things on, offline: measurements that Sigima ships, and others that are computed."""

from __future__ import annotations

import difflib
from importlib import resources
from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import ObjectNotFoundError
from datalab_kernel.workspace._shelf import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from datalab_kernel.objects import DataObject
    from datalab_kernel.workspace._shelf import Shelf


def _paracetamol() -> Mapping[str, DataObject]:
    """X-ray powder diffraction pattern of paracetamol (RRUFF project, D120007)."""
    obj = _read("signal", "curve_formats/paracetamol.txt")
    obj.xlabel, obj.xunit = "2θ", "°"
    obj.ylabel, obj.yunit = "Intensity", "counts"
    obj.metadata["origin"] = "RRUFF D120007, shipped with Sigima (BSD-3-Clause)"
    return {"paracetamol": obj}


def _laser_beam() -> Mapping[str, DataObject]:
    """Camera images of a TEM00 laser beam at seven distances z."""
    objects = {}
    for distance in (13, 18, 23, 30, 35, 40, 45):
        obj = _read("image", f"laser_beam/TEM00_z_{distance}.jpg")
        obj.xlabel = obj.ylabel = "Position"
        obj.xunit = obj.yunit = "pixel"
        obj.zlabel, obj.zunit = "Intensity", "counts"
        obj.metadata["z"] = distance
        obj.metadata["origin"] = "DataLab's laser beam tutorial, shipped with Sigima (BSD-3-Clause)"
        objects[f"laser beam z={distance}"] = obj
    return objects


_MEASURED: dict[str, Callable[[], Mapping[str, DataObject]]] = {
    "laser_beam": _laser_beam,
    "paracetamol": _paracetamol,
}
_SYNTHESISED = ("decay", "microscopy", "spectroscopy")
"""Functions of :mod:`~datalab_kernel.workspace._synthesised_examples`, which takes numpy."""


def names() -> list[str]:
    """List what :func:`read` knows."""
    return [*_MEASURED, *_SYNTHESISED]


def read(name: str) -> Mapping[str, DataObject]:
    """Read an example's objects by their names.

    Raises
    ------
    ObjectNotFoundError
        If there is no example of that name.
    """
    if name in _MEASURED:
        return _MEASURED[name]()
    if name in _SYNTHESISED:
        from datalab_kernel.workspace import _synthesised_examples

        made: Mapping[str, DataObject] = getattr(_synthesised_examples, name)()
        return made
    known = names()
    near = difflib.get_close_matches(str(name), known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    message = f"Example {name!r} not found.{hint} There are: {', '.join(known)}."
    raise ObjectNotFoundError(message, name=name, suggestions=near, available=known)


def load_example(shelf: Shelf, name: str | None) -> list[str]:
    """Add an example, and return the names of its objects; None lists the examples."""
    if name is None:
        return names()
    objects = read(name)
    shelf.add(objects, MISSING, overwrite=True, group=None)
    return [*objects]


def _read(kind: str, path: str) -> Any:
    import sigima.io

    read_object = {"signal": sigima.io.read_signal, "image": sigima.io.read_image}[kind]
    resource = resources.files("sigima").joinpath("data", "tests", *path.split("/"))
    with resources.as_file(resource) as file:
        return read_object(str(file))
