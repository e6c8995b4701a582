"""Page: a report as a value, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from backtest.views.charts import Chart


@dataclass(frozen=True, eq=False)
class Table:
    """A table of text; numbers stand right, the columns named in `left` do not."""

    caption: str
    cells: pd.DataFrame
    left: tuple[str, ...] = ()

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


@dataclass(frozen=True)
class Section:
    """A part of a report: what it says, shows and lists.

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
    """A report: warnings first, then the conclusion in a sentence or two, then the sections.

    Attributes
    ----------
    origin : str
        What its numbers rest on, in a line that goes below each picture that stands alone.
    """

    title: str
    subtitle: str
    language: str
    conclusion: str
    banners: tuple[str, ...] = ()
    tiles: tuple[Tile, ...] = ()
    sections: tuple[Section, ...] = ()
    footer: tuple[str, ...] = field(default=())
    origin: str = ""

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Every chart, in the order of the page."""
        return tuple(chart for section in self.sections for chart in section.charts)

    def to_html(self) -> str:
        """Return the page as one self-contained HTML document."""
        from backtest.render.html import to_html

        return to_html(self)

    def to_pdf(self) -> bytes:
        """Return the page as a PDF."""
        from backtest.render.plots.pages import to_pdf

        return to_pdf(self)
