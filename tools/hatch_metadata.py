"""Hatchling metadata hook: the version and the exact pins between our own packages, from the one file VERSION.

Each package's pyproject.toml names its siblings and its other dependencies under
``[tool.hatch.metadata.hooks.custom]``; nothing else states a version.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

ROOT = Path(__file__).resolve().parent.parent


SIBLINGS = {
    "siblings": "",
    "siblings-on-computers": "; sys_platform != 'emscripten'",
    "siblings-in-browsers": "; sys_platform == 'emscripten'",
}
"""Keys that name packages of this repository, and where those are needed."""


class SiblingPins(MetadataHookInterface):
    """Fill in ``version``, ``dependencies`` and the licence text."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Set what every package takes from the repository's root."""
        version = (ROOT / "VERSION").read_text(encoding="utf-8").strip()
        metadata["version"] = version
        pins = [
            f"{name}=={version}{marker}"
            for key, marker in SIBLINGS.items()
            for name in self.config.get(key, [])
        ]
        requires = list(self.config.get("requires", []))
        if os.environ.get("DATALAB_KERNEL_BUILT_FOR") == "conda":
            # pip can't see these packages of conda's: conda alone sees to them
            unseen = self.config.get("without-metadata-in-conda", [])
            requires = [item for item in requires if not item.startswith(tuple(unseen))]
        metadata["dependencies"] = pins + requires
        if extras := self.config.get("extras"):
            metadata["optional-dependencies"] = {
                extra: [name if ">=" in name else f"{name}=={version}" for name in names]
                for extra, names in extras.items()
            }
