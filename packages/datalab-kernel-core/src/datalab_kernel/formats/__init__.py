"""Measurement files to objects and back: instruments' text files, pictures, stacks, arrays.

``read_file`` finds the reader by content: text with numbers is read here (``_text``
finds them, ``_table`` reads them, ``_scopes`` knows the makers of oscilloscopes), other
kinds by Sigima, tifffile and numpy. ``write_file`` writes what Sigima writes and reads it
back to see what was lost. DataLab's workspace files are ``storage``'s.
"""

from datalab_kernel.formats._memory import available_memory, check_memory
from datalab_kernel.formats._options import ReadOptions, read_options
from datalab_kernel.formats._reading import read_file
from datalab_kernel.formats._writing import Exported, check_format, write_file

__all__ = [
    "Exported",
    "ReadOptions",
    "available_memory",
    "check_format",
    "check_memory",
    "read_file",
    "read_options",
    "write_file",
]
