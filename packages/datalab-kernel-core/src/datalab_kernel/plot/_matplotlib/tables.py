"""Drawing tables of results below the axes, or beside them, where nothing of them is cut off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D

from datalab_kernel.plot._matplotlib import layout
from datalab_kernel.plot._matplotlib.appearance import is_dark
from datalab_kernel.plot._matplotlib.texts import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datalab_kernel.plot._matplotlib.layout import Page
    from datalab_kernel.plot._spec import Table

LETTERS = 28
"""Of a cell; a longer text is shortened in the middle."""
FEWEST_LETTERS = 8
"""Of a cell, where a figure of given size has no room for more."""
SIZE = 0.88
"""Of the font, as a share of the user's."""
LEAST_SIZE_PT = 5.5
LINE, COLUMN = 1.45, 1.3
"""Height of a row, and space between columns, by the letters' size."""
TURNED_ROWS = 3
"""Rows up to which a table too wide for the figure is turned: a row for each of its columns."""
LOW_ROWS, NARROW = 4, 0.4
"""A table of more rows, and of at most this share of the width, is beside the axes."""
WIDER, BESIDE = 1.5, 0.5
"""By how much tables may make a figure wider, and which share of that one at its side."""
TITLE_LETTER = 0.7
"""Mean width of a title's letters by their size; they are bold."""
LEAST_LINES = 4
"""Of a table: title, names, a row and the space above. Tables without room are left out."""
TALLEST = 0.55
"""Share of a figure of given size that tables take at most."""


@dataclass(frozen=True, slots=True)
class Block:
    """A table whose cells are measured: its columns' widths, in inches."""

    table: Table
    size_pt: float
    widths: tuple[float, ...]
    is_turned: bool = False
    letters: int = LETTERS

    @property
    def line_in(self) -> float:
        """Height of a row."""
        return LINE * self.size_pt / 72

    @property
    def gap_in(self) -> float:
        """Space between columns."""
        return COLUMN * self.size_pt / 72

    @property
    def width_in(self) -> float:
        """Width of the table."""
        return sum(self.widths) + self.gap_in * len(self.widths)

    @property
    def height_in(self) -> float:
        """Height of the table, with its title and the space above it."""
        lines = len(self.table.rows) + bool(self.table.title) + (not self.is_turned)
        return lines * self.line_in + layout.GAP_IN


@dataclass(frozen=True, slots=True)
class Tables:
    """Those below the axes, and those at the right of them."""

    below: list[Block]
    beside: list[Block]

    def draw(self, page: Page) -> None:
        """Write the tables into the room that was made for them."""
        _draw(page, self.below, self.beside)


def reserve(page: Page, tables: tuple[Table, ...]) -> Tables:
    """Make room for tables in a figure."""
    below: list[Block] = []
    beside: list[Block] = []
    size = SIZE * layout.points("font.size")
    room = page.figure.get_size_inches()[0] - 2 * layout.PAD_IN
    widest = room if page.size_is_given else WIDER * room
    with layout.sharp(page.figure):
        for table in tables:
            block = _measured(page, table, size)
            turned = _measured(page, _turned(table), size, is_turned=True)
            is_tall = len(table.rows) > LOW_ROWS and block.width_in <= NARROW * room
            if is_tall and not page.size_is_given:
                beside.append(block)
            elif block.width_in <= room:
                below.append(block)
            elif len(table.rows) <= TURNED_ROWS and turned.width_in <= BESIDE * widest:
                beside.append(turned)
            elif block.width_in <= widest:
                below.append(block)
            else:
                below += _in_parts(page, table, size, widest)
        below, beside = _shrunk(page, below, beside)
    page.grow(
        right_in=max((block.width_in for block in beside), default=0.0) + 0.15 * bool(beside),
        bottom_in=sum(block.height_in for block in below),
    )
    least_width = max((block.width_in for block in below), default=0.0) + 2 * layout.PAD_IN
    least_height = sum(block.height_in for block in beside) + page.bottom_in + page.top_in
    page.least_in = (least_width, least_height)
    if not page.size_is_given:
        width, height = page.figure.get_size_inches()
        page.figure.set_size_inches(max(width, least_width), max(height, least_height))
    return Tables(below, beside)


def _measured(
    page: Page, table: Table, size: float, *, is_turned: bool = False, letters: int = LETTERS
) -> Block:
    """Measure the columns of a table in letters of this size."""
    canvas: Any = page.figure.canvas
    renderer = canvas.get_renderer()
    widths = []
    for cells in _columns(table):
        longest = sorted({shortened(cell, letters) for cell in cells}, key=len)[-3:]
        extents = []
        for cell in longest:
            text = page.figure.text(0, 0, cell, fontsize=size)
            extents.append(text.get_window_extent(renderer).width if cell else 0.0)
            text.remove()
        widths.append(max(extents) / page.figure.dpi)
    return Block(table, size, tuple(widths), is_turned=is_turned, letters=letters)


def _columns(table: Table) -> Iterator[tuple[str, ...]]:
    for number, name in enumerate(table.columns):
        yield (name, *(row[number] for row in table.rows))


def _turned(table: Table) -> Table:
    """Return the table with a row for each column; its first column says what they are."""
    columns = tuple(_columns(table))
    names = columns[0] if len(table.rows) > 1 else ("", "")
    first = 1 if len(table.rows) > 1 else 0
    return replace(table, columns=names, rows=columns[first:])


def _in_parts(page: Page, table: Table, size: float, room: float) -> list[Block]:
    """Divide a table into blocks that fit, each with the first column."""
    whole = _measured(page, table, size)
    if whole.width_in * 0.8 <= room:
        return [_measured(page, table, size * room / whole.width_in * 0.98)]
    parts: list[list[int]] = [[]]
    used = whole.widths[0] + whole.gap_in
    for number, width in enumerate(whole.widths[1:], start=1):
        if parts[-1] and used + width + whole.gap_in > room:
            parts.append([])
            used = whole.widths[0] + whole.gap_in
        parts[-1].append(number)
        used += width + whole.gap_in
    blocks = []
    for numbers in parts:
        kept = [0, *numbers]
        part = replace(
            table,
            title=table.title if numbers is parts[0] else "",
            columns=tuple(table.columns[number] for number in kept),
            rows=tuple(tuple(row[number] for number in kept) for row in table.rows),
        )
        blocks.append(Block(part, size, tuple(whole.widths[number] for number in kept)))
    return blocks


def _shrunk(page: Page, below: list[Block], beside: list[Block]) -> tuple[list[Block], list[Block]]:
    """Make tables fit into a figure of given size: smaller letters first, then fewer rows."""
    if not page.size_is_given:
        return below, beside
    width, height = page.figure.get_size_inches()
    tall = sum(block.height_in for block in below) / (TALLEST * height)
    high = sum(block.height_in for block in beside) / (0.95 * height)
    wide = max((block.width_in for block in (*below, *beside)), default=0.0) / (0.95 * width)
    wide_beside = max((block.width_in for block in beside), default=0.0) / (TALLEST * width)
    ratio = max(tall, high, wide, wide_beside)
    if ratio > 1:
        below = [_smaller(page, block, ratio) for block in below]
        beside = [_smaller(page, block, ratio) for block in beside]
    most = max(1, int(TALLEST * height / (LEAST_LINES * LINE * LEAST_SIZE_PT / 72)))
    if len(below) > most:
        last = below[most - 1].table
        said = replace(last, title=f"{last.title} (… {len(below) - most} more tables)".strip())
        below = [*below[: most - 1], _with_rows(below[most - 1], said)]
    room = TALLEST * height / max(len(below), 1)
    room_beside = 0.95 * height / max(len(beside), 1)
    return [_fewer(block, room) for block in below], [
        _fewer(block, room_beside) for block in beside
    ]


def _smaller(page: Page, block: Block, ratio: float) -> Block:
    size = max(block.size_pt / ratio, LEAST_SIZE_PT)
    rest = ratio * size / block.size_pt
    letters = max(FEWEST_LETTERS, int(LETTERS / rest))
    return _measured(page, block.table, size, is_turned=block.is_turned, letters=letters)


def _fewer(block: Block, room: float) -> Block:
    """Leave out the last rows of what is too high, and count them."""
    table = block.table
    while len(table.rows) > 1 and _with_rows(block, table).height_in > room:
        left_out = len(block.table.rows) - len(table.rows) + 2
        more = (f"… {left_out} more", *[""] * (len(table.columns) - 1))
        table = replace(table, rows=(*table.rows[:-2], more))
    return _with_rows(block, table)


def _with_rows(block: Block, table: Table) -> Block:
    """Return the block with another table of the same columns."""
    return replace(block, table=table)


def _draw(page: Page, below: list[Block], beside: list[Block]) -> None:
    width, _ = page.figure.get_size_inches()
    left = page.grid[0].get_position(original=True).x0 * width
    top = page.bottom_in
    for block in below:
        x = max(layout.PAD_IN, min(left, width - layout.PAD_IN - block.width_in))
        _write(page, block, x, top - layout.GAP_IN / 2)
        top -= block.height_in
    _, height = page.figure.get_size_inches()
    top = page.grid[0].get_position().y1 * height
    needed = sum(block.height_in for block in beside)
    top = max(top, min(needed, height - layout.PAD_IN))
    for block in beside:
        _write(page, block, width - page.right_in + 0.1, top)
        top -= block.height_in


def _write(page: Page, block: Block, left: float, top: float) -> None:
    """Write one table with its upper left corner at a place in inches."""
    figure, table = page.figure, block.table
    inches = figure.dpi_scale_trans
    faint = "0.7" if is_dark(page.grid[0]) else "0.35"
    style: dict[str, Any] = {"transform": inches, "fontsize": block.size_pt, "va": "center"}
    y = top - block.line_in / 2
    if table.title:
        letters = int(block.width_in * 72 / (TITLE_LETTER * block.size_pt))
        figure.text(left, y, shortened(table.title, letters), weight="bold", **style)
        y -= block.line_in
    _rule(page, block, left, y + block.line_in / 2, faint)
    x = left + block.gap_in / 2
    for number, (cells, width) in enumerate(zip(_columns(table), block.widths, strict=True)):
        is_right = _are_numbers(cells[1:]) and not (block.is_turned and number == 0)
        place = x + (width if is_right else 0.0)
        align = "right" if is_right else "left"
        shown = cells[1:] if block.is_turned and not any(table.columns) else cells
        for row, cell in enumerate(shown):
            color: dict[str, Any] = (
                {"color": faint} if row == 0 and len(shown) == len(cells) else {}
            )
            figure.text(
                place,
                y - row * block.line_in,
                shortened(cell, block.letters),
                ha=align,
                **style,
                **color,
            )
        x += width + block.gap_in
    lines = len(table.rows) + any(table.columns)
    if any(table.columns):
        _rule(page, block, left, y - block.line_in / 2, faint)
    _rule(page, block, left, y - (lines - 0.5) * block.line_in, faint)


def _rule(page: Page, block: Block, left: float, y: float, color: str) -> None:
    line = Line2D((left, left + block.width_in), (y, y), linewidth=0.6, color=color)
    line.set_transform(page.figure.dpi_scale_trans)
    page.figure.add_artist(line)


def _are_numbers(cells: tuple[str, ...]) -> bool:
    """Say whether most of a column are numbers, which stand under each other at the right."""
    count = sum(
        cell[:1].isdigit() or cell[:1] in {"-", "\N{MINUS SIGN}", "+", "."}
        for cell in cells
        if cell
    )
    return 2 * count > len([cell for cell in cells if cell])
