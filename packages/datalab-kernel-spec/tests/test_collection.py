"""The start collects no garbage, and cells do as ever."""

from __future__ import annotations

import gc

from datalab_kernel_spec.startup._collection import no_collections


def test_nothing_is_collected_meanwhile_and_what_was_made_counts_as_old() -> None:
    with no_collections():
        assert not gc.isenabled()
        made = [[] for _ in range(10_000)]  # type: ignore[var-annotated]
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
    assert gc.get_count()[0] < len(made)
    assert any(one is made for one in gc.get_objects(2))
