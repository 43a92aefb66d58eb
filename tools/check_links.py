"""Check the links between the pages of a built site; the task ``docs`` runs it after Sphinx.

``python tools/check_links.py docs/_build/html``: every relative link and picture must
lead to a file in the folder, and every ``#anchor`` to an id on its page. Links to other
sites are not followed: the check needs no network.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BROWSER_SITE = "try"
"""Where the task ``docs-lite`` puts the JupyterLite site, whose pages aren't ours."""


@dataclass(slots=True)
class Page:
    """What a page links to, and what can be linked to on it."""

    links: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)


class PageParser(HTMLParser):
    """Collects the links and anchors of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.page = Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of one element."""
        del tag
        for key, value in attrs:
            if value and key in ("id", "name"):
                self.page.anchors.add(value)
            elif value and key in ("href", "src"):
                self.page.links.append(value)


def read_site(folder: Path) -> dict[Path, Page]:
    """Read every page below a folder."""
    pages = {}
    for path in sorted(folder.rglob("*.html")):
        if {"_static", BROWSER_SITE} & {*path.relative_to(folder).parts}:  # templates; another site
            continue
        parser = PageParser()
        parser.feed(path.read_text(encoding="utf-8"))
        pages[path.resolve()] = parser.page
    return pages


def broken_links(pages: dict[Path, Page]) -> Iterator[tuple[Path, str]]:
    """Yield each link that leads nowhere, with the page that it is on."""
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if (
                parts.scheme
                or parts.netloc
                or link == "#"
                or BROWSER_SITE in Path(parts.path).parts
            ):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            anchor = unquote(parts.fragment)
            is_missing_anchor = target in pages and anchor not in pages[target].anchors | {""}
            if not target.is_file() or is_missing_anchor:
                yield path, link


def main(arguments: Sequence[str]) -> int:
    """Check a folder, print what is broken and return the exit code."""
    folder = Path(arguments[0]).resolve()
    pages = read_site(folder)
    if not pages:
        print(f"{folder} was to be checked, but holds no page; build the site first")
        return 1
    broken = list(broken_links(pages))
    for path, link in broken:
        print(f"{path.relative_to(folder)}: {link!r} leads nowhere")
    print(f"{len(pages)} pages checked, {len(broken)} broken links")
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
