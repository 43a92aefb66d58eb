"""MATLAB's files: variables, with the fields of structs and the elements of cells by name."""

from datalab_kernel.formats.matlab._reader import MAT, MAT73

__all__ = ["MAT", "MAT73"]
