"""Sparse matrices written out, after a check of what they say: wrong places would end the process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.formats.matlab._elements import MatFileError
from datalab_kernel.formats.matlab._variables import Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    Array = np.ndarray[Any, Any]

_LARGEST = 1 << 26
"""How many values a sparse matrix may have written out."""


def written_out(values: Array, rows: Array, starts: Array, shape: Sequence[int]) -> Any:
    """Write a matrix out that is stored by its columns.

    Parameters
    ----------
    values, rows
        What isn't zero, and in which row each is, counted from 0.
    starts
        Where each column begins in them, and where the last ends.
    shape
        Rows and columns.

    Returns
    -------
    numpy.ndarray or Unreadable
        The latter if it is too large.

    Raises
    ------
    MatFileError
        If places are beyond the matrix, or there are too few values.

    Examples
    --------
    >>> written_out(np.array([1.0, 2.0]), np.array([1, 0]), np.array([0, 1, 2]), (2, 2))
    array([[0., 2.],
           [1., 0.]])
    """
    height, width = shape
    if height * width > _LARGEST:
        return Unreadable(f"a sparse matrix of {tuple(shape)}")
    if len(starts) != width + 1 or rows.dtype.kind not in "iu" or starts.dtype.kind not in "iu":
        raise MatFileError(f"a sparse matrix of {width:,} columns has {len(starts):,} starts")
    ends = starts.astype(np.int64)
    number = int(ends[-1])
    if ends[0] != 0 or (np.diff(ends) < 0).any() or number > min(len(rows), len(values)):
        raise MatFileError("the columns of a sparse matrix aren't one behind the other")
    places = rows[:number].astype(np.int64)
    if number and not (places.min() >= 0 and places.max() < height):
        raise MatFileError(f"a row of a sparse matrix is beyond its {height:,}")
    found = np.zeros((height, width), values.dtype)
    columns = np.repeat(np.arange(width), np.diff(ends))
    np.add.at(found, (places, columns), values[:number])
    return found
