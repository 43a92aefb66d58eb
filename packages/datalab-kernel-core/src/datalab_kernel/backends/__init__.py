"""The contract between core and whatever holds the objects."""

from datalab_kernel.backends._protocol import (
    Backend,
    Calculated,
    Connection,
    Placement,
    Put,
    WorkspaceMode,
)
from datalab_kernel.objects import KINDS, Kind, ObjectInfo, describe_object, names_of

__all__ = [
    "KINDS",
    "Backend",
    "Calculated",
    "Connection",
    "Kind",
    "ObjectInfo",
    "Placement",
    "Put",
    "WorkspaceMode",
    "describe_object",
    "names_of",
]
