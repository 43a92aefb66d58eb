"""Packages and what they need, one after another, beyond limits that nobody in a page can keep.

A page's Python offers one version of each compiled package. A requirement for an earlier one
can't be met, and is gone beyond; one for a later one is an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING, Protocol

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEAST = frozenset({">=", ">", "==", "~=", "==="})
"""Operators that say what is needed at least; the others say what nobody has tried."""


class Page(Protocol):
    """Where packages come from."""

    def offered(self) -> Mapping[str, str]:
        """Return the versions of the packages that belong to this Python, by canonical names."""

    async def load(self, name: str) -> None:
        """Load one of them, with what it needs."""

    async def fetch(self, requirement: str) -> None:
        """Install a pure wheel without what it needs, from the site or from PyPI."""


class CannotBringError(ImportError):
    """Something that is needed can't be had here.

    Attributes
    ----------
    problems
        The reason for each package.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        lines = "\n".join(f"- {name}: {why}" for name, why in problems.items())
        message = (
            f"DataLab-Kernel can't work in this page's Python, for want of:\n{lines}\n"
            "A JupyterLite site of a later or earlier version may have it: the page "
            "'In the browser' of the documentation says which were tried."
        )
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Brought:
    """What was brought.

    Attributes
    ----------
    packages
        Versions by name, in the order in which they came.
    beyond
        For each package that is later than another asks for, a sentence.
    datalab
        Which DataLab the page's address names, in a sentence; ``""`` if none.
    """

    packages: dict[str, str] = field(default_factory=dict)
    beyond: list[str] = field(default_factory=list)
    datalab: str = ""

    def __str__(self) -> str:
        """Say it in a few lines."""
        lines = ["Everything was there already."]
        if self.packages:
            listed = ", ".join(f"{name} {number}" for name, number in self.packages.items())
            lines = [f"Installed {listed}.", *self.beyond]
        return "\n".join([*lines, self.datalab]).rstrip()

    __repr__ = __str__


async def bring(page: Page, wanted: Sequence[Requirement]) -> Brought:
    """Bring packages, and what they need; what is there stays.

    Raises
    ------
    CannotBringError
        At the end, if something couldn't be brought.
    """
    brought, problems = Brought(), dict[str, str]()
    seen: set[str] = set()
    waiting = [(requirement, "datalab-kernel-core") for requirement in wanted]
    while waiting:
        requirement, wanted_by = waiting.pop(0)
        name = canonicalize_name(requirement.name)
        if name not in seen and installed(name) is None:
            try:
                await _bring_one(page, requirement, name)
            except Exception as error:  # noqa: BLE001 - whatever the page's loader raises is the reason
                problems[name] = f"{wanted_by} needs {requirement}: {_in_one_line(error)}"
                seen.add(name)
                continue
            brought.packages[name] = installed(name) or "?"
        _judge(requirement, wanted_by, brought, problems)
        if name not in seen and name not in page.offered():  # which come with what they need
            waiting += [(one, requirement.name) for one in needed_by(name)]
        seen.add(name)
    if problems:
        raise CannotBringError(problems)
    return brought


async def _bring_one(page: Page, requirement: Requirement, name: str) -> None:
    if name in page.offered():
        await page.load(name)
    else:
        await page.fetch(f"{requirement.name}{requirement.specifier}")


def _judge(
    requirement: Requirement, wanted_by: str, brought: Brought, problems: dict[str, str]
) -> None:
    """Note a version that isn't what somebody asks for."""
    name = canonicalize_name(requirement.name)
    there = installed(name)
    if there is None or requirement.specifier.contains(there, prereleases=True):
        return
    at_least = SpecifierSet(
        ",".join(str(one) for one in requirement.specifier if one.operator in LEAST)
    )
    if at_least.contains(there, prereleases=True):
        brought.beyond.append(
            f"{wanted_by} asks for {requirement}; this page has {there}, and it is used."
        )
    else:
        problems[name] = f"{wanted_by} needs {requirement}, and {there} is what is here"


def installed(name: str) -> str | None:
    """Return the version of an installed package; None if it isn't."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def needed_by(name: str) -> list[Requirement]:
    """Return what an installed package needs on this platform, without its extras."""
    found = [Requirement(text) for text in requires(name) or []]
    return [one for one in found if one.marker is None or one.marker.evaluate({"extra": ""})]


def _in_one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text[:300] or type(error).__name__
