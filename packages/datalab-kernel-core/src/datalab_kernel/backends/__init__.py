"""The contract between core and whatever holds the objects."""

from datalab_kernel.backends._powers import (
    Computes,
    Connected,
    Groups,
    Identifies,
    KeepsExtras,
    KeepsUnread,
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
    PutUnread,
    WorkspaceMode,
)
from datalab_kernel.objects import KINDS, Kind, ObjectInfo, describe_object, names_of
from datalab_kernel.objects._unread import Unread

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
    "KeepsUnread",
    "Kind",
    "ObjectInfo",
    "OwnFunctions",
    "Placement",
    "Previews",
    "Put",
    "PutUnread",
    "Reduces",
    "Remembers",
    "Selectable",
    "TakesLong",
    "Unread",
    "Watched",
    "WorkspaceMode",
    "describe_object",
    "names_of",
]
