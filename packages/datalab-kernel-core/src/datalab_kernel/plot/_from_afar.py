"""A workspace as pictures look at it: from afar, where nobody zooms in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from datalab_kernel.plot._options import PlotOptions
    from datalab_kernel.workspace._workspace import Workspace


@dataclass(frozen=True, slots=True)
class FromAfar:
    """What is drawn of a workspace's objects, at the limits that were asked for."""

    workspace: Workspace
    options: PlotOptions

    def list(
        self, pattern: str = "*", *, kind: Literal["signal", "image"] | None = None
    ) -> list[str]:
        """List names, as the workspace does."""
        return self.workspace.list(pattern, kind=kind)

    def exists(self, name: str) -> bool:
        """Say whether there is an object of that name."""
        return self.workspace.exists(name)

    def get(self, name: str, *, copy: Literal[False]) -> Any:
        """Return an object to be looked at: all of it where the axes aren't even."""
        if self.options.xscale not in (None, "linear"):
            return self.workspace.get(name, copy=copy)
        return self.workspace.view_from_afar(name, xlim=self.options.xlim, ylim=self.options.ylim)


if TYPE_CHECKING:
    Lookup: TypeAlias = Workspace | FromAfar
