"""Patch xeus-python's Python half inside an executable xpython, as soon as it is imported."""

from __future__ import annotations

import importlib.abc
import importlib.util
import os
import sys
from typing import TYPE_CHECKING

from datalab_kernel_spec.protocol._lines import LINES_VARIABLE, Lines
from datalab_kernel_spec.startup._large_blocks import keep_large_blocks
from datalab_kernel_spec.startup._light_imports import light_imports
from datalab_kernel_spec.startup._patches import ShapeError, apply_patches

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

__all__ = ["patch_when_imported"]

SHELL = "xeus_python_shell.shell"


def patch_when_imported() -> None:
    """Patch ``xeus_python_shell.shell`` after its import; a strange shape ends the process."""
    keep_large_blocks()
    sys.meta_path.insert(0, _Watch(_inherited_lines()))


def _inherited_lines() -> Lines | None:
    text = os.environ.pop(LINES_VARIABLE, "")
    if not text:
        return None
    lines = Lines(*map(int, text.split()))
    for line in lines:
        os.set_inheritable(line, False)  # noqa: FBT003 - not for the children of cells
    return lines


class _Watch(importlib.abc.MetaPathFinder):
    """Wait for one module, then get out of the way."""

    def __init__(self, lines: Lines | None) -> None:
        self._lines = lines

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find the module as others do, and patch it when it has run."""
        if name != SHELL:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            load, lines = spec.loader.exec_module, self._lines

            def load_and_patch(module: ModuleType) -> None:
                with light_imports():
                    load(module)
                    sys.modules[name] = module
                    try:
                        apply_patches(lines)
                    except ShapeError as error:
                        os.write(2, f"The DataLab kernel can't start: {error}\n".encode())
                        os._exit(1)

            spec.loader.exec_module = load_and_patch  # type: ignore[method-assign]
        return spec
