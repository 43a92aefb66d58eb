"""What has become of a plan, for who has to go on with it or undo it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datalab_kernel_live.objects._plan import Plan


@dataclass(slots=True)
class Progress:
    """How far a plan has come.

    Attributes
    ----------
    title
        Which it has in DataLab, until it can have its name.
    group_number
        Number of its group, counted from 1; 0 where there is only one.
    group_members
        What is known to be in that group.
    is_added
        Whether it is in DataLab.
    has_replaced
        Whether it took the place of the old one when it was added.
    text_before, archive_before
        The old one, as it can be put back.
    """

    plan: Plan
    title: str = ""
    group_number: int = 0
    group_members: list[str] = field(default_factory=list)
    is_added: bool = False
    has_replaced: bool = False
    text_before: list[str] | None = None
    archive_before: bytes | None = None

    def __post_init__(self) -> None:
        """Begin with the title that it is to have."""
        self.title = self.title or self.plan.name
