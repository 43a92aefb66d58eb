"""What autosave needs of the file that it saves to; ``_journaled_file`` is it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from datalab_kernel.storage import Contents
    from datalab_kernel.workspace._changes import Change

__all__ = ["SavedFile"]


class SavedFile(Protocol):
    """A file that is written to when something has changed, and saved whole now and then."""

    path: Path
    journal_path: Path

    @property
    def has_journal(self) -> bool:
        """Whether something is in the journal that isn't in the file."""

    @property
    def is_over_bound(self) -> bool:
        """Whether the journal is longer than it is to become."""

    def note(self, change: Change) -> None:
        """Take note of a change."""

    def write(self, pace: Callable[[], object]) -> None:
        """Write what changed."""

    def fold(self, pace: Callable[[], object]) -> None:
        """Save everything to the file, and remove the journal."""

    def save(self, *, nexus: bool) -> Contents:
        """Save to the file as somebody wants it saved now, and return what was saved."""

    def let_go(self) -> None:
        """Forget the workspace."""
