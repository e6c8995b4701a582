"""A page on a terminal; and the console everything is printed with.

No number is cut and no word of a head is broken: where a table is too wide, it leaves out the
columns it can do without, and goes on below with those that are left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table as Grid
from rich.text import Text

from backtest.notes import SPOKEN
from backtest.render.plain import clean
from backtest.views.page import Page, Section, Table
from backtest.views.words import Words

STYLES = {"good": "green", "bad": "red", "unsure": "yellow", "": ""}
GAP = 2  # between columns
PROSE = 12  # letters below which a column of text is not narrowed, if it has as many
APART = 6  # sentences of a section beyond which each is a paragraph
PARTS = re.compile(r"[^._/-]+[._/-]?|[._/-]")
WORD, LONG = 16, 24  # letters above which a word may be broken after a dot, and after other marks


class PlainConsole(Console):
    """A console that prints names as they are: no bracket in them is markup, no byte a command."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, markup=False, emoji=False, highlight=False)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterator[Segment]:
        """Yield the segments of a renderable without what a terminal obeys."""
        for segment in super().render(renderable, options):
            if segment.control or not segment.text:
                yield segment
            else:
                yield Segment(clean(segment.text), segment.style)


def tell(text: str, *, stderr: bool = False) -> None:
    """Print a line, a note in the language the command speaks."""
    PlainConsole(stderr=stderr).print(Text(Words(SPOKEN.get()).said(text)), soft_wrap=True)


def show(page: Page, *, stderr: bool = False) -> None:
    """Print a page."""
    console = PlainConsole(stderr=stderr)
    begun = False
    for block in _blocks(page, console.width):
        if block != "" or begun:
            console.print(block)
            begun = True


def _blocks(page: Page, width: int) -> Iterator[RenderableType]:
    say = Words(page.language)
    for banner in page.banners:
        yield Text(banner, "yellow")
    if page.title:
        yield Text(page.title, "bold")
    if page.subtitle:
        yield Text(page.subtitle, "dim")
    if page.conclusion:
        yield Text(page.conclusion, STYLES[page.tone])
    for section in page.sections:
        yield from _section(section, width, say)
    last = [*(Text(say("note: {note}", note=note), "yellow") for note in page.notes)]
    last += [Text(line, "dim") for line in page.footer]
    if last and page.sections:
        yield ""
    yield from last


def _section(section: Section, width: int, say: Words) -> Iterator[RenderableType]:
    yield ""
    if section.title:
        yield Text(section.title, "bold")
    for number, sentence in enumerate(section.sentences):
        if number and len(section.sentences) > APART:
            yield ""
        yield Text(sentence)
    for table in section.tables:
        if table.caption:
            yield Text(table.caption, "italic")
        yield from _table(table, width, say)
    for note in section.notes:
        yield Text(note, "dim")


@dataclass(frozen=True)
class _Column:
    """A column with the least width it can be read at, and the width it would like to have."""

    head: str
    cells: tuple[str, ...]
    left: bool
    least: int
    most: int

    @classmethod
    def of(cls, head: str, cells: Sequence[str], left: bool) -> _Column:
        most = max(map(cell_len, (head, *cells)), default=0)
        words = head.split()
        if left:
            words += [part for cell in cells for part in _pieces(cell) if cell_len(part) <= LONG]
            words += ["x" * min(PROSE, max(map(cell_len, cells), default=0))]
        else:
            words += cells
        return cls(head, tuple(cells), left, max(map(cell_len, words), default=0), most)


def _table(table: Table, width: int, say: Words) -> Iterator[RenderableType]:
    """Print a table, in as many parts as the width makes of it."""
    rows = table.rows
    heads = _Column.of(table.head, [head for head, _ in rows], left=True)
    columns = [
        _Column.of(name, [cells[place][0] for _, cells in rows], left)
        for place, (name, left) in enumerate(table.columns)
    ]
    first = [heads] if heads.most else []
    kept, dropped = _kept([*first, *columns], table.drop, width)
    columns = kept[len(first) :]
    for part in _parts(first, columns, width):
        yield _grid(part, width, table)
    if dropped:
        yield Text(say("not shown at this width: {names}", names=say.listed(dropped)), "dim")


def _kept(
    columns: list[_Column], drop: Sequence[str], width: int
) -> tuple[list[_Column], list[str]]:
    """Leave columns out in the order given until the rest fits; then take back what has room."""
    left_out: list[str] = []

    def rest() -> list[_Column]:
        return [column for column in columns if column.head not in left_out]

    for name in drop:
        if _needed(rest()) <= width:
            break
        left_out.append(name)
    for name in reversed(left_out[:-1]):
        left_out.remove(name)
        if _needed(rest()) > width:
            left_out.append(name)
    return rest(), [column.head for column in columns if column.head in left_out]


def _needed(columns: Sequence[_Column]) -> int:
    return sum(column.least for column in columns) + GAP * (len(columns) - 1)


def _parts(first: list[_Column], columns: list[_Column], width: int) -> list[list[_Column]]:
    """Divide columns into parts that fit, each with the row heads before it."""
    parts, part = [], list(first)
    for column in columns:
        if len(part) > len(first) and _needed([*part, column]) > width:
            parts.append(part)
            part = list(first)
        part.append(column)
    return [*parts, part]


def _grid(columns: Sequence[_Column], width: int, table: Table) -> Grid:
    grid = Grid(
        box=None,
        pad_edge=False,
        padding=(0, GAP, 0, 0),
        show_header=any(column.head for column in columns),
    )
    widths = _widths(columns, width)
    for column, wide in zip(columns, widths, strict=True):
        side = "left" if column.left else "right"
        grid.add_column(Text(column.head), width=wide, justify=side, overflow="fold")  # type: ignore[arg-type]
    for cells in zip(*(column.cells for column in columns), strict=True):
        shown = [
            Text(_lines(cell, wide) if column.left else cell, STYLES[table.tones.get(cell, "")])
            for cell, wide, column in zip(cells, widths, columns, strict=True)
        ]
        grid.add_row(*shown)
    return grid


def _pieces(text: str) -> list[str]:
    """Divide a text where its lines may break: at spaces, and long names after their marks."""
    found = []
    for word in re.findall(r"\S+", text):
        if cell_len(word) <= WORD:
            found.append(word)
        else:
            found += (
                re.findall(r"[^.]+\.?|\.", word) if cell_len(word) <= LONG else PARTS.findall(word)
            )
    return found


def _lines(text: str, width: int) -> str:
    """Break names that are longer than a line after their dots, underscores or hyphens."""
    lines = []
    for line in text.split("\n"):
        words = []
        for word in line.split(" "):
            if cell_len(word) <= width:
                words.append(word)
                continue
            row, rows = "", []
            for part in _pieces(word):
                if row and cell_len(row + part) > width:
                    rows.append(row)
                    row = ""
                row += part
            words.append("\n ".join([*rows, row]))
        lines.append(" ".join(words))
    return "\n".join(lines)


def _widths(columns: Sequence[_Column], width: int) -> list[int]:
    """Give every column its least width, and what is left to those that want more."""
    widths = [column.least for column in columns]
    spare = width - _needed(columns)
    wanting = sorted(range(len(columns)), key=lambda at: columns[at].most - columns[at].least)
    for done, place in enumerate(wanting):
        wanted = columns[place].most - columns[place].least
        given = max(0, min(wanted, spare // (len(wanting) - done)))
        widths[place] += given
        spare -= given
    if spare < 0:  # not even one column fits beside the row heads: these are folded
        widths[0] = max(8, widths[0] + spare)
    return widths
