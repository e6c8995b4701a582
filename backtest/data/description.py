"""What a file is taken to be: its kind, its dates, and what each column means."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from backtest.data.head import Column
from backtest.data.table import FileTable
from backtest.market.frequency import frequency_of

Meanings = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Description:
    """How one file was understood.

    Attributes
    ----------
    file, kind : str
        Its path, and what it was read as.
    holds : str
        The instrument or series, or how many there are.
    rows, first, last
        How many dated rows it has, from when to when.
    dates, frequency : str
        How dates are written, and how often there is one.
    columns : tuple of pairs
        Header and meaning, "not used" where it has none.
    unit : str
        Of series: the unit their values were read in.
    """

    file: str
    kind: str
    holds: str
    rows: int
    first: str
    last: str
    dates: str
    frequency: str
    columns: Meanings
    unit: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return what other programs read."""
        plain = {key: value for key, value in vars(self).items() if key != "columns"}
        return plain | {"columns": [list(pair) for pair in self.columns]}


def described(
    table: FileTable, holds: str, used: Iterable[tuple[Column, str]], unit: str = ""
) -> Description:
    """Describe a table of which some columns are used, and as what."""
    meant = {column.position: text for column, text in used}
    days = pd.DatetimeIndex(table.dates.days)
    return Description(
        file=str(table.path),
        kind=table.kind,
        holds=holds,
        rows=len(days),
        first=f"{days.min():%Y-%m-%d}",
        last=f"{days.max():%Y-%m-%d}",
        dates=table.dates.form,
        frequency=frequency_of(days) or "too few dates to tell",
        columns=tuple(
            (column.header or column.instrument, meant.get(column.position, "not used"))
            for column in table.columns
        ),
        unit=unit,
    )
