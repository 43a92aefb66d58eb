"""Kernels as a server lists them, as values; and what changed between two lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from datalab_kernel_client.server._check import parsed_date

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

__all__ = ["Change", "EarlierClient", "Gap", "KernelModel", "difference", "read_kernel"]

M = TypeVar("M")


@dataclass(frozen=True, kw_only=True)
class KernelModel:
    """A kernel as the server lists it.

    Parameters
    ----------
    id, name
        Which kernel, and of which kernel spec.
    execution_state
        As the server believes; a kernel that nobody has connected to stays ``"starting"``.
    last_activity
        When somebody last used it.
    connections
        How many clients are connected.
    reason, traceback
        Why it died, where the server says so.
    """

    id: str
    name: str
    execution_state: str = "unknown"
    last_activity: datetime | None = None
    connections: int = 0
    reason: str = ""
    traceback: str = ""


@dataclass(frozen=True, kw_only=True)
class Change(Generic[M]):
    """What is different in a list: models that came, that went, and pairs of old and new."""

    added: tuple[M, ...] = ()
    removed: tuple[M, ...] = ()
    changed: tuple[tuple[M, M], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A time of which messages may be missing.

    Parameters
    ----------
    since, until
        Between which moments, by this computer's clock.
    reason
        ``"rate_limit"``: the server drops what is more than its limit. ``"reconnect"``: the link
        broke, and the server can't have kept everything. ``"dropped"``: the link held, but output
        came faster than the server took it, and was dropped before it; or a DataLab kernel says
        that it went on without a front end that took nothing.
    """

    since: datetime
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierClient:
    """A client that was lost, and whose place another one takes.

    Parameters
    ----------
    client_id
        By which the server knows it.
    last_id
        Of the message on iopub that it saw last (:attr:`KernelConnection.last_id`).
    seen_at
        When that was.
    has_journal
        Whether the kernel keeps one (:attr:`KernelConnection.has_journal`).
    """

    client_id: str
    last_id: str
    seen_at: datetime
    has_journal: bool = False


def read_kernel(fields: Mapping[str, Any]) -> KernelModel:
    """Return the model in an item of a server's answer."""
    return KernelModel(
        id=str(fields["id"]),
        name=str(fields.get("name") or ""),
        execution_state=str(fields.get("execution_state") or "unknown"),
        last_activity=parsed_date(fields.get("last_activity")),
        connections=int(fields.get("connections") or 0),
        reason=str(fields.get("reason") or ""),
        traceback=str(fields.get("traceback") or ""),
    )


def difference(old: Mapping[str, M], new: Mapping[str, M]) -> Change[M]:
    """Return what changed between two lists by id.

    Examples
    --------
    >>> difference({"a": 1, "b": 2}, {"b": 3, "c": 4})
    Change(added=(4,), removed=(1,), changed=((2, 3),))
    """
    return Change(
        added=tuple(model for key, model in new.items() if key not in old),
        removed=tuple(model for key, model in old.items() if key not in new),
        changed=tuple(
            (old[key], model) for key, model in new.items() if key in old and old[key] != model
        ),
    )
