"""The contract between core and whatever holds the objects."""

from datalab_kernel.backends._powers import (
    Computes,
    Connected,
    Groups,
    Identifies,
    KeepsExtras,
    OwnFunctions,
    Previews,
    Reduces,
    Remembers,
    Selectable,
    TakesLong,
    Watched,
)
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
    "Computes",
    "Connected",
    "Connection",
    "Groups",
    "Identifies",
    "KeepsExtras",
    "Kind",
    "ObjectInfo",
    "OwnFunctions",
    "Placement",
    "Previews",
    "Put",
    "Reduces",
    "Remembers",
    "Selectable",
    "TakesLong",
    "Watched",
    "WorkspaceMode",
    "describe_object",
    "names_of",
]
