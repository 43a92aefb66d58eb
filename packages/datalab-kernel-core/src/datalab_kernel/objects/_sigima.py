"""Sigima's object types and constructors, imported when first used.

``from datalab_kernel import create_signal`` costs nothing; the first use of the
name imports Sigima.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from sigima.objects import (
        ImageObj,
        SignalObj,
        create_image,
        create_image_roi,
        create_signal,
        create_signal_roi,
    )

    DataObject: TypeAlias = SignalObj | ImageObj

__all__ = [
    "DataObject",
    "ImageObj",
    "SignalObj",
    "create_image",
    "create_image_roi",
    "create_signal",
    "create_signal_roi",
]


def __getattr__(name: str) -> Any:
    """Import Sigima's name when it is first asked for."""
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    import sigima.objects

    objects = sigima.objects
    is_union = name == "DataObject"
    value = objects.SignalObj | objects.ImageObj if is_union else getattr(objects, name)
    globals()[name] = value
    return value
