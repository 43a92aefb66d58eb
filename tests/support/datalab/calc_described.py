"""What is compared of a signal or image: all of its fields, as plain values.

Runs here and inside DataLab, so that both say the same of the same object.
"""

from enum import Enum
from importlib.metadata import version

import numpy as np


def described(obj):
    """Return everything that an object holds, by field; metadata entry by entry."""
    fields = {"type": type(obj).__name__, "title": obj.title}
    for item in obj.get_items():
        name = item.get_name()
        if name not in ("title", "metadata") and not name.startswith("_"):
            value = getattr(obj, name, None)
            if not callable(value):
                fields[name] = plain(value)
    for key, value in obj.metadata.items():
        if key != "_roi_":  # what ROI an object has is what it says, not what it noted last
            fields[f"metadata[{key}]"] = plain(value)
    fields["roi"] = None if obj.roi is None else plain(obj.roi.to_dict())
    return fields


def versions():
    """Return the versions of what computes."""
    names = ("sigima", "numpy", "scipy", "scikit-image", "PyWavelets", "pandas")
    return {name: version(name) for name in names}


def plain(value):
    """Return a value of nothing but Python's and numpy's own types."""
    if isinstance(value, np.ndarray):
        return np.array(value)  # own and plain, also if it was masked or mapped
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value
