"""The person's own state of DataLab's window: put back after each change that disturbs it.

What is painted is decided here too: DataLab's window stands still for minutes while it
paints a dense signal, so painting is held meanwhile, and such a signal is left unselected.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.backends import KINDS
from datalab_kernel_live import _settings

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from datalab_kernel.backends import Kind
    from datalab_kernel.storage import ForDataLab
    from datalab_kernel_live._remote import RemoteDoor

NOBODY = ["00000000-0000-0000-0000-000000000000"]
"""Selecting what isn't there empties DataLab's selection; an empty list would keep it."""
MANY_POINTS = 2000
MANY_STROKES = 200.0
"""How often a curve may cross the height of its plot before painting it takes long."""


def is_dense(stored: ForDataLab) -> bool:
    """Say whether DataLab takes long to paint a signal: the strokes count, not the points."""
    if stored.kind == "image":
        return False
    y = np.abs(stored.arrays["xydata"][1])
    if y.size < MANY_POINTS:
        return False
    finite = y[np.isfinite(y)]
    if not finite.size:
        return False
    height = float(np.ptp(finite))
    return height > 0 and float(np.abs(np.diff(finite)).sum()) / height > MANY_STROKES


class Person:
    """Whoever sits at DataLab's window."""

    def __init__(self, remote: RemoteDoor, config_home: str | os.PathLike[str] | None) -> None:
        self._remote = remote
        self._config_home = config_home
        self.dense: set[str] = set()  # identities of signals that take long to paint

    def select(self, uuids: list[str], kind: Kind) -> None:
        """Select objects of a panel; none empties its selection."""
        self._remote.select(uuids or NOBODY, kind)

    @contextmanager
    def undisturbed(self, kinds: set[Kind], *, selects: bool, is_heavy: bool) -> Iterator[None]:
        """Do something in the window, and put back what the person had.

        Parameters
        ----------
        kinds
            The panels in which something is done.
        selects
            Whether it changes what is selected.
        is_heavy
            Whether painting it may take long.
        """
        remote = self._remote
        panel = remote.current_panel()
        selected = remote.selected() if selects and panel in kinds else None
        is_held = is_heavy and _settings.auto_refresh(self._config_home) is not False
        if is_held:
            remote.set_auto_refresh(False)
        try:
            yield
        finally:
            self._restore(panel, selected, kinds, is_held=is_held)

    def _restore(
        self, panel: str, selected: list[str] | None, kinds: set[Kind], *, is_held: bool
    ) -> None:
        remote = self._remote
        if kinds != {panel}:
            remote.set_panel(panel)
        for kind in KINDS:
            if kind in kinds and kind == panel and selected is not None:
                light = [uuid for uuid in selected if uuid not in self.dense]
                remote.select(light or NOBODY, kind)
            elif kind in kinds and is_held:
                remote.select(NOBODY, kind)
        if is_held:
            remote.set_auto_refresh(True)
