"""The recipe as data: which outputs it has, what they need, and copies of it with something changed."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import yaml

from conda._source import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["RECIPE", "changed_copy", "output_names", "read_recipe"]

RECIPE = ROOT / "recipes" / "datalab-kernel" / "recipe.yaml"


def read_recipe() -> dict[str, Any]:
    """Return the recipe's document, its templates unfilled."""
    document: dict[str, Any] = yaml.safe_load(RECIPE.read_text(encoding="utf-8"))
    return document


def output_names() -> list[str]:
    """Return the packages that the recipe makes, siblings before those that need them."""
    names = [output["package"]["name"] for output in read_recipe()["outputs"]]
    return [name.replace("${{ name }}", "datalab-kernel") for name in names]


def changed_copy(folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Copy the recipe with its tests into a new folder, changed, and return its file."""
    shutil.copytree(RECIPE.parent, folder)
    document = read_recipe()
    change(document)
    path = folder / RECIPE.name
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return path
