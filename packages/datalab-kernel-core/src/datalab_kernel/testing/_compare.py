"""Assert that two objects are the same, everything that a person can see of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datalab_kernel.objects._differences import compare_values, differences

if TYPE_CHECKING:
    from datalab_kernel.objects import DataObject

__all__ = ["assert_same_object", "compare_values", "differences"]


def assert_same_object(found: DataObject, expected: DataObject) -> None:
    """Assert that two objects are the same to the last bit, naming what isn't."""
    texts = differences(found, expected)
    assert not texts, "\n".join(texts)
