"""Signals and images: their kinds, names, fields, and the form in which DataLab keeps them.

Importing this costs next to nothing: every name is imported when first used, because what
reads an object's numbers needs NumPy or Sigima.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datalab_kernel.objects._coerce import as_object
    from datalab_kernel.objects._create import create_image, create_signal
    from datalab_kernel.objects._datalab_times import (
        MANY_IN_DATALAB,
        seconds_in_datalab,
        shown_time,
    )
    from datalab_kernel.objects._describe import describe_object
    from datalab_kernel.objects._fields import (
        Fields,
        Template,
        check_storable,
        copy_object,
        entitle,
        from_fields,
        kind_of,
        make_plain,
        own_arrays,
        share_object,
        to_fields,
        value_of,
        widen_object,
    )
    from datalab_kernel.objects._for_datalab import (
        UUID_KEY,
        ForDataLab,
        FromDataLab,
        for_datalab,
        from_datalab,
        is_of_notebook,
        looks_of,
        new_uuid,
        uuid_in,
        with_coordinates,
    )
    from datalab_kernel.objects._kinds import KINDS, Kind, ObjectInfo
    from datalab_kernel.objects._names import names_of
    from datalab_kernel.objects._packing import Packed, pack, unpack
    from datalab_kernel.objects._sigima import (
        DataObject,
        ImageObj,
        SignalObj,
        create_image_roi,
        create_signal_roi,
    )
    from datalab_kernel.objects._values import restore, widen

__all__ = [
    "KINDS",
    "MANY_IN_DATALAB",
    "UUID_KEY",
    "DataObject",
    "Fields",
    "ForDataLab",
    "FromDataLab",
    "ImageObj",
    "Kind",
    "ObjectInfo",
    "Packed",
    "SignalObj",
    "Template",
    "as_object",
    "check_storable",
    "copy_object",
    "create_image",
    "create_image_roi",
    "create_signal",
    "create_signal_roi",
    "describe_object",
    "entitle",
    "for_datalab",
    "from_datalab",
    "from_fields",
    "is_of_notebook",
    "kind_of",
    "looks_of",
    "make_plain",
    "names_of",
    "new_uuid",
    "own_arrays",
    "pack",
    "restore",
    "seconds_in_datalab",
    "share_object",
    "shown_time",
    "to_fields",
    "unpack",
    "uuid_in",
    "value_of",
    "widen",
    "widen_object",
    "with_coordinates",
]

_HOMES = {
    **dict.fromkeys(("KINDS", "Kind", "ObjectInfo"), "_kinds"),
    **dict.fromkeys(("restore", "widen"), "_values"),
    **dict.fromkeys(("Packed", "pack", "unpack"), "_packing"),
    **dict.fromkeys(("create_image", "create_signal"), "_create"),
    **dict.fromkeys(("MANY_IN_DATALAB", "seconds_in_datalab", "shown_time"), "_datalab_times"),
    "as_object": "_coerce",
    "describe_object": "_describe",
    "names_of": "_names",
    **dict.fromkeys(
        (
            *("Fields", "Template", "check_storable", "copy_object", "entitle", "from_fields"),
            *("kind_of", "make_plain", "own_arrays", "share_object", "to_fields", "value_of"),
            "widen_object",
        ),
        "_fields",
    ),
    **dict.fromkeys(
        (
            *("UUID_KEY", "ForDataLab", "FromDataLab", "for_datalab", "from_datalab"),
            *("is_of_notebook", "looks_of", "new_uuid", "uuid_in", "with_coordinates"),
        ),
        "_for_datalab",
    ),
}
_SIGIMA_HOME = "_sigima"


def __getattr__(name: str) -> Any:
    """Import a name from its module when it is first used."""
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    home = import_module(f"{__name__}.{_HOMES.get(name, _SIGIMA_HOME)}")
    value = getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names too."""
    return sorted({*globals(), *__all__})
