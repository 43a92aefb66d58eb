"""An object whose values are still in a file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datalab_kernel.objects._kinds import ObjectInfo
    from datalab_kernel.objects._sigima import DataObject


class Unread(ABC):
    """What is known of an object until its values are read.

    Attributes
    ----------
    name
        What it is called in the workspace by now; what is read has this title.
    info
        What is known of it without its values.
    path
        The file.
    """

    name: str
    info: ObjectInfo
    path: str

    @abstractmethod
    def read(self) -> DataObject:
        """Read the whole object, which belongs to whoever asked.

        Raises
        ------
        FileChangedError
            If the file isn't there any more, or not as it was.
        """

    @abstractmethod
    def look(self) -> DataObject:
        """Read the object without its arrays, which it lacks: for its metadata and texts."""

    @abstractmethod
    def snapshot(self) -> Unread:
        """Return one that keeps its name, whatever this one is called later."""
