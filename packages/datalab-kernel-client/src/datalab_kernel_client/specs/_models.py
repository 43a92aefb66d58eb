"""Kernel specs as values, and how they are read from a server's answer."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from datalab_kernel_client.errors import KernelSpecError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["KernelSpec", "KernelSpecs", "read_specs"]

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class KernelSpec:
    """One kernel that a server can start.

    Parameters
    ----------
    name
        What it is started by.
    display_name, language
        What people call it, and what it runs.
    argv, env, metadata, interrupt_mode
        As in its ``kernel.json``.
    resources
        Where the server has its files, by their names (``logo-64x64``).
    """

    name: str
    display_name: str
    language: str
    argv: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    interrupt_mode: str = "signal"
    resources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class KernelSpecs:
    """All kernel specs of a server, and the name of the default one."""

    default: str
    specs: Mapping[str, KernelSpec]


def read_specs(answer: Any) -> KernelSpecs:
    """Return the valid specs of a server's answer; each of the others is warned of once.

    Raises
    ------
    KernelSpecError
        If none is valid.
    """
    fields = answer if isinstance(answer, dict) else {}
    listed = fields.get("kernelspecs")
    specs: dict[str, KernelSpec] = {}
    for name, item in listed.items() if isinstance(listed, dict) else ():
        try:
            specs[name] = _read_spec(name, item)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            LOGGER.warning(
                "The server's kernel spec %r is left out, it isn't valid: %r", name, error
            )
    if not specs:
        message = (
            "The server was asked for its kernels, and has no valid kernel spec. Install a "
            "kernel where the server runs; `jupyter kernelspec list` shows them there."
        )
        raise KernelSpecError(message)
    default = fields.get("default")
    if default not in specs:
        LOGGER.warning("The server's default kernel is %r, which it doesn't have", default)
        default = next(iter(specs))
    return KernelSpecs(default=default, specs=specs)


def _read_spec(name: str, item: dict[str, Any]) -> KernelSpec:
    spec = item["spec"]
    return KernelSpec(
        name=_kept(str, item["name"]) if "name" in item else name,
        display_name=_kept(str, spec["display_name"]),
        language=_kept(str, spec["language"]),
        argv=tuple(_kept(list, spec["argv"])),
        env=dict(spec.get("env") or {}),
        metadata=dict(spec.get("metadata") or {}),
        interrupt_mode=spec.get("interrupt_mode") or "signal",
        resources=dict(_kept(dict, item.get("resources", {}))),
    )


def _kept(kind: type[Any], value: Any) -> Any:
    if not isinstance(value, kind):
        message = f"{value!r} should be of type {kind.__name__}"
        raise TypeError(message)
    return value
