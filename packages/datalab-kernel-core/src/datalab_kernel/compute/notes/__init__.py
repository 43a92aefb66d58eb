"""Where what a function gives is known to mislead on the data at hand: notes, made of these data.

``_table`` lists what is watched, ``_computed`` is what a maker of notes is given, and each other
file makes those of one idea. Values are never changed here.
"""

from datalab_kernel.compute.notes._computed import Behaviour, Computed
from datalab_kernel.compute.notes._falling_x import TURN_X_ROUND, falls
from datalab_kernel.compute.notes._table import BEHAVIOURS, is_watched, notes_on

__all__ = ["BEHAVIOURS", "TURN_X_ROUND", "Behaviour", "Computed", "falls", "is_watched", "notes_on"]
