"""Measurement files to objects and back: instruments' text files, pictures, stacks, arrays.

A format is a :class:`Reader`; ``read_file`` finds the one that recognises a file's content,
of plug-ins (entry points ``datalab_kernel.formats``) or of the core (``_registry``).
``write_file`` writes what Sigima writes and reads it back to see what was lost. DataLab's
workspace files are ``storage``'s.
"""

from datalab_kernel.formats._listing import list_formats
from datalab_kernel.formats._memory import Room, available_memory, check_memory, check_room
from datalab_kernel.formats._options import ReadOptions, read_options
from datalab_kernel.formats._reader import Reader
from datalab_kernel.formats._reading import read_file, read_with
from datalab_kernel.formats._registry import is_plugin_format, readers
from datalab_kernel.formats._writing import Exported, check_format, write_file

__all__ = [
    "Exported",
    "ReadOptions",
    "Reader",
    "Room",
    "available_memory",
    "check_format",
    "check_memory",
    "check_room",
    "is_plugin_format",
    "list_formats",
    "read_file",
    "read_options",
    "read_with",
    "readers",
    "write_file",
]
