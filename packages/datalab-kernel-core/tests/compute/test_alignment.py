"""Signals on different grids come onto the coarsest, as in DataLab."""

import numpy as np
from sigima import create_signal

from datalab_kernel.compute._alignment import on_one_grid

FINE = create_signal("fine", np.linspace(0, 2, 5), np.arange(5.0))
COARSE = create_signal("coarse", np.array([0.0, 2.0, 4.0]), np.array([1.0, 2.0, 3.0]))


def test_signals_on_one_grid_are_left_alone():
    twin = create_signal("twin", FINE.x, FINE.y + 1)
    assert on_one_grid([FINE, twin])[1] is twin


def test_the_coarsest_grid_counts_and_ends_are_held():
    first, second = on_one_grid([FINE, COARSE])
    assert second is COARSE
    np.testing.assert_array_equal(first.x, [0, 2, 4])
    np.testing.assert_array_equal(first.y, [0, 4, 4])


def test_a_grid_of_equal_size_and_other_ends_is_another():
    moved = create_signal("moved", FINE.x + 1, FINE.y)
    first, second = on_one_grid([FINE, moved])
    assert first is FINE
    np.testing.assert_array_equal(second.x, FINE.x)


def test_the_signals_are_not_changed():
    before = FINE.xydata.copy()
    on_one_grid([FINE, COARSE])
    np.testing.assert_array_equal(FINE.xydata, before)
