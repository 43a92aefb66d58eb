"""What a person calls: everything that is missing for the packages that are there."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement

from datalab_kernel_lite._address import ask_page, use_address
from datalab_kernel_lite._bringing import Brought, bring
from datalab_kernel_lite._pyodide import this_page

CORE = "datalab-kernel-core"


async def install() -> Brought:
    """Bring what DataLab-Kernel needs and a page's Python hasn't got yet.

    What is there is left alone, so calling it again costs nothing. Where the page's address names a
    DataLab on this computer (``#datalab_url=http://127.0.0.1:18080&datalab_token=…``), the workspace
    connects to it, and the address is freed of the token.

    Returns
    -------
    Brought
        What was brought, and which limits were gone beyond.

    Raises
    ------
    CannotBringError
        If something is too old or can't be had, with everything that is wrong; what could be
        brought was.
    RuntimeError
        If this kernel isn't Pyodide's, or DataLab-Kernel itself isn't installed.
    """
    page = this_page()
    try:
        stated = requires(CORE) or []
    except PackageNotFoundError:
        message = (
            f"{CORE} isn't installed in this page. Run %pip install datalab-kernel first: "
            "datalab-kernel-lite brings what that needs."
        )
        raise RuntimeError(message) from None
    brought = await bring(page, [*left_out(stated)])
    return replace(brought, datalab=use_address(await ask_page()))


def left_out(stated: list[str]) -> list[Requirement]:
    """Return what the core needs everywhere, and has left out for browsers because nothing resolves it."""
    found = []
    for text in stated:
        requirement = Requirement(text)
        if "emscripten" in str(requirement.marker):
            requirement.marker = None
            found.append(requirement)
    return found
