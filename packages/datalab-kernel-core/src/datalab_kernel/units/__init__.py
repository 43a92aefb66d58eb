"""Units of physical quantities, by their texts: of results, and of one another.

What symbols there are is ``_symbols``'s; ``_text`` reads and writes products of them, ``_rules``
knows the formulas of functions, and ``_conversion`` factors, by pint.
"""

from datalab_kernel.units._columns import Measured, column_unit
from datalab_kernel.units._conversion import Relation, factor, is_proportional, relation, scaled
from datalab_kernel.units._rules import (
    IMAGE_RULES,
    SIGNAL_RULES,
    ImageUnits,
    SignalUnits,
    frequency_unit,
    unit_of,
)
from datalab_kernel.units._text import of_powers, parse, written

__all__ = [
    "IMAGE_RULES",
    "SIGNAL_RULES",
    "ImageUnits",
    "Measured",
    "Relation",
    "SignalUnits",
    "column_unit",
    "factor",
    "frequency_unit",
    "is_proportional",
    "of_powers",
    "parse",
    "relation",
    "scaled",
    "unit_of",
    "written",
]
