"""What people see of a workspace: a table that is readable in light and dark, and quick."""

from __future__ import annotations

import logging
import time
from html import escape
from typing import TYPE_CHECKING

from datalab_kernel.errors import DataLabKernelError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datalab_kernel.objects import DataObject, ObjectInfo

LOGGER = logging.getLogger(__name__)
MAX_ROWS = 50
MAX_NAME = 80
COLUMNS = ("kind", "shape", "dtype", "units", "size")
_CELL = "text-align:left;padding:2px 8px;vertical-align:middle;white-space:nowrap"
_NAME = (
    "text-align:left;padding:2px 8px;vertical-align:middle;min-width:10em;overflow-wrap:anywhere"
)
TEXT_STYLE = "color:var(--jp-content-font-color1,inherit)"


def workspace_html(
    infos: Sequence[ObjectInfo],
    view: Callable[[str], DataObject | None],
    heading: str,
    budget_s: float = 0.5,
) -> str:
    """Write a workspace as an HTML table of at most 50 rows.

    Parameters
    ----------
    infos
        The objects in their order.
    view
        Gives an object by its name, for its thumbnail, or None if it is to have none.
    heading
        One line above the table.
    budget_s
        After this many seconds, no further thumbnails are made.
    """
    deadline = time.monotonic() + budget_s
    has_groups = len({(info.kind, info.group) for info in infos}) > len({i.kind for i in infos})
    names = ["name", "preview", *COLUMNS] + ["group"] * has_groups
    rows = [
        _row(info, _thumbnail(info, view, deadline), has_groups=has_groups)
        for info in infos[:MAX_ROWS]
    ]
    return _table(names, rows, heading, len(infos), "workspace.list()")


def file_html(infos: Sequence[ObjectInfo], heading: str) -> str:
    """Write what a file holds as an HTML table of at most 50 rows."""
    rows = [_row(info, None, has_groups=True) for info in infos[:MAX_ROWS]]
    return _table(["name", *COLUMNS, "group"], rows, heading, len(infos), ".names")


def _table(
    names: Sequence[str], rows: Sequence[str], heading: str, count: int, how_to_list: str
) -> str:
    head = "".join(f'<th scope="col" style="{_CELL}">{name}</th>' for name in names)
    rest = count - MAX_ROWS
    more = f"<p>… and {rest:,} more: <code>{how_to_list}</code></p>" if rest > 0 else ""
    return (
        f'<div style="{TEXT_STYLE}"><table style="{TEXT_STYLE}"><caption style="text-align:left;{TEXT_STYLE}">'
        f"<b>{escape(heading)}</b></caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>{more}</div>"
    )


def cells_of(info: ObjectInfo) -> list[str]:
    """Return what is shown of an object under :data:`COLUMNS`."""
    shape = " \N{MULTIPLICATION SIGN} ".join(f"{size:,}" for size in info.shape)
    units = ", ".join(unit or "\N{EN DASH}" for unit in info.units) if any(info.units) else ""
    return [info.kind, shape, info.dtype, units, object_size(info.size_bytes)]


def _row(info: ObjectInfo, thumbnail: str | None, *, has_groups: bool) -> str:
    texts = cells_of(info) + [info.group] * has_groups
    preview = "" if thumbnail is None else f'<td style="{_CELL}">{thumbnail}</td>'
    cells = "".join(f'<td style="{_CELL}">{escape(text)}</td>' for text in texts)
    name = _shortened(info.name)
    return (
        f'<tr><th scope="row" style="{_NAME}"><bdi>{escape(name)}</bdi></th>{preview}{cells}</tr>'
    )


def _shortened(name: str) -> str:
    return name if len(name) <= MAX_NAME else name[:MAX_NAME] + "…"


def _thumbnail(info: ObjectInfo, view: Callable[[str], DataObject | None], deadline: float) -> str:
    if time.monotonic() > deadline:
        return ""
    from datalab_kernel.display import _thumbnail

    try:
        obj = view(info.name)
    except (DataLabKernelError, OSError):
        LOGGER.debug("no thumbnail of %r", info.name, exc_info=True)
        return ""
    if obj is None:
        return ""
    label = f"{info.kind} {_shortened(info.name)}"
    if info.kind == "signal":
        return _thumbnail.signal_svg(obj.xydata, label)
    return _thumbnail.image_png(obj.data, label)


def object_size(size_bytes: int) -> str:
    """Write a size for people.

    Examples
    --------
    >>> object_size(999), object_size(8_000_000)
    ('999 B', '8.0 MB')
    """
    size = float(size_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":  # noqa: PLR2004 - SI prefixes
            break
        size /= 1000
    return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"
