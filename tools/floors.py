"""Draw the floors of a package from its import contract; ``docs/conf.py`` does at each build.

``python tools/floors.py datalab_kernel docs/contributing/floors.svg``: a box for each module
or folder, above those that it may import. What pyproject.toml says is what is drawn, and
``lint-imports`` holds the code to it.
"""

from __future__ import annotations

import html
import sys
import tomllib
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1]
WIDTH, ROW, GAP, MARGIN = 760, 58, 10, 10
STYLE = (
    "rect{fill:#eef3f8;stroke:#5b7a99}text{font-family:sans-serif;fill:#1f2d3a}"
    ".name{font-size:15px;font-weight:600}.owns{font-size:11.5px}"
)
CHARACTER = 5.9
"""The width of a letter of ``owns``, on average."""


def layers(package: str) -> list[list[str]]:
    """Return the floors of a package, from the top; several on one floor know nothing of each other.

    Raises
    ------
    LookupError
        If pyproject.toml has no contract of this package's layers.
    """
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for contract in tables["tool"]["importlinter"]["contracts"]:
        if contract["type"] == "layers" and contract.get("containers") == [package]:
            return [[name.strip() for name in floor.split("|")] for floor in contract["layers"]]
    message = f"No contract in pyproject.toml has the layers of {package!r}."
    raise LookupError(message)


def what_it_owns(module: str) -> str:
    """Return the first sentence of a module's docstring."""
    documentation = import_module(module).__doc__ or ""
    return " ".join(documentation.split("\n\n")[0].split()).rstrip(".")


def picture(package: str) -> str:
    """Return an SVG of a package's floors."""
    floors = layers(package)
    height = len(floors) * (ROW + GAP) - GAP + 2 * MARGIN
    label = f"The floors of {package}, the lowest at the bottom"
    box = f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {box}><style>{STYLE}</style>']
    for row, names in enumerate(floors):
        width = (WIDTH - 2 * MARGIN - GAP * (len(names) - 1)) / len(names)
        for column, name in enumerate(names):
            x, y = MARGIN + column * (width + GAP), MARGIN + row * (ROW + GAP)
            parts.append(_box(name, what_it_owns(f"{package}.{name}"), x, y, width))
    return "\n".join([*parts, "</svg>\n"])


def _box(name: str, owns: str, x: float, y: float, width: float) -> str:
    most = int((width - 2 * GAP) / CHARACTER)
    line = owns if len(owns) <= most else f"{owns[: most - 1].rsplit(' ', 1)[0]}…"
    return (
        f"<g><title>{html.escape(f'{name}: {owns}')}</title>"
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{ROW}" rx="6"/>'
        f'<text class="name" x="{x + GAP:.0f}" y="{y + 24:.0f}">{html.escape(name)}</text>'
        f'<text class="owns" x="{x + GAP:.0f}" y="{y + 44:.0f}">{html.escape(line)}</text></g>'
    )


def write(package: str, path: Path) -> None:
    """Write the picture to a file."""
    path.write_text(picture(package), encoding="utf-8")


if __name__ == "__main__":
    write(sys.argv[1], Path(sys.argv[2]))
