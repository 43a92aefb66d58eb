"""The contract between core and whatever holds the objects."""

from datalab_kernel.backends._describe import describe_object
from datalab_kernel.backends._protocol import (
    KINDS,
    Backend,
    Calculated,
    Connection,
    Kind,
    ObjectInfo,
    Placement,
    Put,
    WorkspaceMode,
)
from datalab_kernel.backends._titles import names_of

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
