"""Page: what a value has to say, before anything is drawn or printed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from backtest.views.charts import Chart
from backtest.views.words import Words


@dataclass(frozen=True, eq=False)
class Table:
    """A table of text; numbers stand right, the columns named in `left` do not.

    Attributes
    ----------
    drop : tuple of str
        Columns that a narrow screen leaves out, the first one first.
    tones : mapping
        Of cells that say good or bad news: "good", "bad" or "unsure" by their text.
    head : str
        The head of the column of row heads.
    """

    caption: str
    cells: pd.DataFrame
    left: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    tones: Mapping[str, str] = field(default_factory=dict)
    head: str = ""

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """The heads of the columns, and whether they stand left."""
        return [(str(name), name in self.left) for name in self.cells.columns]

    @property
    def rows(self) -> list[tuple[str, list[tuple[str, bool]]]]:
        """The head of each row, and its cells with whether they stand left."""
        sides = [left for _, left in self.columns]
        return [
            (str(head), list(zip(map(str, row), sides, strict=True)))
            for head, row in zip(self.cells.index, self.cells.to_numpy().tolist(), strict=True)
        ]


def table(
    say: Words,
    cells: Mapping[str, Any] | Sequence[Mapping[str, object]],
    index: Iterable[object],
    *,
    caption: str = "",
    left: Sequence[str] | None = (),
    drop: Sequence[str] = (),
    tones: Mapping[str, str] | None = None,
    head: str = "",
) -> Table:
    """Return a table whose heads, and the words of its tones, are said in a language.

    Parameters
    ----------
    cells : mapping, or sequence of mappings
        Columns by their English heads, or rows.
    left, drop, tones, head
        As of `Table`, in English; `left` is None where every column stands left.
    """
    if isinstance(cells, Mapping):
        cells = {name: list(column) for name, column in cells.items()}
    frame = pd.DataFrame(cells, index=list(map(str, index))).rename(columns=say)
    sides = tuple(map(str, frame.columns)) if left is None else tuple(map(say, left))
    words = {say(word): tone for word, tone in (tones or {}).items()}
    return Table(caption, frame, sides, tuple(map(say, drop)), words, say(head))


@dataclass(frozen=True)
class Section:
    """A part of a page: what it says, shows and lists.

    Attributes
    ----------
    id : str
        Unique on its page; small letters and hyphens.
    folded : bool
        Whether its tables are shown only on demand.
    """

    id: str
    title: str
    sentences: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    folded: bool = False


@dataclass(frozen=True)
class Tile:
    """A key figure with what it compares to."""

    label: str
    value: str
    beside: str = ""


@dataclass(frozen=True)
class Page:
    """What a value has to say: warnings first, then the conclusion, then the sections.

    Attributes
    ----------
    tone : str
        "good", "bad" or "unsure": what kind of news the conclusion is; empty for none.
    tiles : tuple of Tile
        Key figures for who looks no further; the sections have them too.
    notes : tuple of str
        What to keep in mind when reading the figures.
    origin : str
        What its numbers rest on, in a line that goes below each picture that stands alone.
    """

    title: str
    language: str
    subtitle: str = ""
    conclusion: str = ""
    banners: tuple[str, ...] = ()
    tone: str = ""
    tiles: tuple[Tile, ...] = ()
    sections: tuple[Section, ...] = ()
    notes: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    origin: str = ""

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Every chart, in the order of the page."""
        return tuple(chart for section in self.sections for chart in section.charts)
