"""Sessions as a server lists them, as values; and paths in the one form that servers compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datalab_kernel_client.kernels import KernelModel, read_kernel

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SessionModel", "normalised", "read_session"]


@dataclass(frozen=True, kw_only=True)
class SessionModel:
    """A session as the server lists it.

    Parameters
    ----------
    id
        Which one.
    path
        Of its notebook, below the server's folder.
    name, type
        As whoever made it said; a notebook's type is ``"notebook"``.
    kernel
        None where it has none.
    """

    id: str
    path: str
    name: str = ""
    type: str = "notebook"
    kernel: KernelModel | None = None


def read_session(fields: Mapping[str, Any]) -> SessionModel:
    """Return the model in an item of a server's answer; old servers have the path below ``notebook``."""
    notebook = fields.get("notebook") or {}
    kernel = fields.get("kernel")
    return SessionModel(
        id=str(fields["id"]),
        path=str(fields.get("path") or notebook.get("path") or ""),
        name=str(fields.get("name") or notebook.get("name") or ""),
        type=str(fields.get("type") or "notebook"),
        kernel=read_kernel(kernel) if kernel else None,
    )


def normalised(path: str) -> str:
    r"""Return a path as servers are given it; they compare paths as text.

    Raises
    ------
    ValueError
        If it leads out of the server's folder.

    Examples
    --------
    >>> normalised("/a.ipynb"), normalised("./sub\\b c.ipynb"), normalised("a//b")
    ('a.ipynb', 'sub/b c.ipynb', 'a/b')
    """
    parts = [part for part in path.replace("\\", "/").split("/") if part not in {"", "."}]
    if ".." in parts or not parts:
        message = (
            f"{path!r} is no path of a notebook on a server. It is relative to the server's "
            "folder, and has no '..'."
        )
        raise ValueError(message)
    return "/".join(parts)
