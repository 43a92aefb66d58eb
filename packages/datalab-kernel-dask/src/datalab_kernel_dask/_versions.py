"""The versions of what computes, here and on workers: results are to be the same everywhere."""

from __future__ import annotations

import importlib.metadata
import platform
from functools import cache
from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import WorkerMismatchError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from distributed import Client

PACKAGES = ("datalab-kernel-core", "datalab-kernel-dask", "sigima", "numpy", "scipy")
_PYTHON = "python"
_SHOWN = 10


@cache
def versions_here() -> dict[str, str]:
    """Return the versions in this process."""
    found = {package: importlib.metadata.version(package) for package in PACKAGES}
    return {_PYTHON: _short(platform.python_version()), **found}


def _short(version: str) -> str:
    return ".".join(version.split(".")[:2])


def check_workers(client: Client) -> None:
    """Compare the versions of all workers that there are with those here.

    Raises
    ------
    WorkerMismatchError
        If some differ; it lists them.
    """
    # By functions of the standard library: ours needn't be there
    found: dict[str, dict[str, str]] = {}
    for worker, version in client.run(platform.python_version).items():
        found[worker] = {_PYTHON: _short(version)}
    for package in PACKAGES:
        answers = client.run(importlib.metadata.version, package, on_error="return")
        for worker, version in answers.items():
            found.setdefault(worker, {})[package] = _told(version)
    raise_if_other(versions_here(), found)


def _told(version: Any) -> str:
    return version if isinstance(version, str) else "not installed"


def check_here(expected: Mapping[str, str]) -> None:
    """Compare the versions here with those of who sent a task; for workers that came later."""
    if versions_here() != expected:
        raise_if_other(expected, {platform.node(): versions_here()})


def raise_if_other(expected: Mapping[str, str], found: Mapping[str, Mapping[str, str]]) -> None:
    """Raise an error that lists what differs, if anything does."""
    wrong = {
        worker: {name: version for name, version in versions.items() if version != expected[name]}
        for worker, versions in found.items()
        if any(version != expected[name] for name, version in versions.items())
    }
    if not wrong:
        return
    lines = [
        f"- {worker}: {', '.join(f'{name} {version} instead of {expected[name]}' for name, version in other.items())}"
        for worker, other in [*wrong.items()][:_SHOWN]
    ]
    more = [f"- and {len(wrong) - _SHOWN:,} more workers"] if len(wrong) > _SHOWN else []
    message = "\n".join(
        [
            "The workers of the cluster have other versions than this notebook:",
            *lines,
            *more,
            "Results would not be the same. Install the same versions there, and start the workers again.",
        ]
    )
    raise WorkerMismatchError(message, workers=wrong, expected=dict(expected))
