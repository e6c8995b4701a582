"""One file as a table: which rows are data, which column holds the dates, what the others mean.

Nothing is taken for granted of a header's place: data begin at the first row with a date, and what
stands above it are headers, labels or a title.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from backtest.data.dates import Dates, Exchange, looks_dated, read_dates
from backtest.data.grid import Grid, read_grid
from backtest.data.head import Above, Column, IsName, column_of
from backtest.data.headers import meaning
from backtest.data.numerals import is_blank, numbers
from backtest.data.stated import Stated
from backtest.errors import UserError

SAMPLED_ROWS = 60
# Rows below the data that sum them up, whatever numbers they hold.
SUMMARIES = frozenset(
    [
        "合计",
        "总计",
        "平均",
        "平均值",
        "均值",
        "最大",
        "最大值",
        "最小",
        "最小值",
        "average",
        "mean",
        "total",
        "sum",
        "max",
        "min",
    ]
)


@dataclass(frozen=True, eq=False)
class Table:
    """A file's rows that have a date.

    Attributes
    ----------
    cells : DataFrame
        Columns numbered as in `columns`; as they stand in the file.
    columns : tuple of Column
        All columns but that of the dates and those without a header, which are `unnamed`.
    dates : Dates
        One per row.
    names : tuple of str
        What stands above the data besides headers: a title, a code, a name.
    labels : mapping
        By what is said ("unit"), a text per position.
    dropped : tuple of str
        Rows that are no data, as they stand.
    """

    path: Path
    kind: str
    cells: pd.DataFrame
    columns: tuple[Column, ...]
    dates: Dates
    names: tuple[str, ...] = ()
    labels: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    unnamed: tuple[Column, ...] = ()
    notes: tuple[str, ...] = ()

    def by_role(self, role: str) -> Column | None:
        """Return the only column that means something, None where there is none."""
        return next((column for column in self.columns if column.role == role), None)

    def values(self, column: Column) -> pd.Series:
        """Return a column's cells."""
        return self.cells[column.position]

    def label(self, what: str, column: Column) -> str:
        """Return what a row above the data says of a column, "" where none does."""
        return self.labels.get(what, {}).get(column.position, "")

    @property
    def headers(self) -> str:
        """The headers as a sentence lists them."""
        return ", ".join(column.header or column.instrument for column in self.columns[:8])


def read_table(
    path: Path, exchange: Exchange, is_name: IsName, stated: Stated | None = None
) -> Table:
    """Read a file whose rows are dated.

    Parameters
    ----------
    is_name : function
        Whether a text names an instrument that is looked for.

    Raises
    ------
    UserError
        If the file cannot be read, or has no readable dates.
    """
    stated = stated or Stated()
    grid = read_grid(path)
    cells = grid.cells
    place, numeric = _date_column(grid, path, stated)
    dated = looks_dated(cells[place], numbers=numeric) if not stated.date_format else _stated(
        cells[place], exchange, stated
    )  # fmt: skip
    begins = int(dated.argmax()) if dated.any() else len(dated)
    heads = _heads(grid, begins)
    above = Above(heads, place, is_name)
    body = cells if grid.heads else cells.iloc[begins:]
    dated = dated if grid.heads else dated[begins:]
    body, dated, more = _first_table(body, dated, place)
    kept, dropped = _rows(body, dated, place, heads, path)
    if not kept.any():
        raise UserError(f"{path} is empty; it needs a header and at least one row")
    _ragged(body[kept], heads, path)
    try:
        dates = read_dates(
            body.loc[kept, place].reset_index(drop=True), exchange, form=stated.date_format
        )
    except UserError as error:
        raise UserError(f"{path} {error}") from error
    wrong = np.flatnonzero(dates.days.isna())
    if len(wrong):
        row = int(np.flatnonzero(kept)[wrong[0]])
        raise UserError(_no_date(path, row, body[place].iloc[row]))
    columns = tuple(
        column_of(position, above, stated)
        for position in range(cells.shape[1])
        if position != place
    )
    if not heads:
        # A file of nothing but rows: its columns are known by their places.
        columns = tuple(
            Column(column.position, f"column {column.position + 1}", column.role)
            for column in columns
        )
    named = tuple(column for column in columns if column.header or column.instrument)
    unnamed = tuple(column for column in columns if column not in named)
    _check_roles(named, path)
    return Table(
        path=path,
        kind=grid.kind,
        cells=body.loc[kept, [column.position for column in columns]].reset_index(drop=True),
        columns=named,
        unnamed=unnamed,
        dates=dates,
        names=above.titles,
        labels=above.labels,
        dropped=dropped,
        notes=(*grid.notes, *more),
    )


def _date_column(grid: Grid, path: Path, stated: Stated) -> tuple[int, bool]:
    """Return the place of the dates, and whether bare numbers in it are dates."""
    head = grid.cells.iloc[:SAMPLED_ROWS]
    own = [list(row) for row in grid.heads]
    texts = {
        position: [row[position] for row in own]
        + ([] if own else [_text(cell) for cell in head[position]])
        for position in range(head.shape[1])
    }
    asked = stated.columns.get("date", "").strip().lower()
    if asked:
        for position, written in texts.items():
            if asked in (text.lower() for text in written):
                return position, True
        raise UserError(f"{path} has no column {stated.columns['date']!r}; see --as date=COLUMN")
    roles = {position: {meaning(text) for text in written} for position, written in texts.items()}
    if stated.date_format:
        for position in roles:
            if "date" in roles[position]:
                return position, False
        return 0, False
    for numeric in (False, True):
        dated = {
            position: looks_dated(head[position], numbers=numeric)
            for position, meant in roles.items()
            if not numeric or "date" in meant or position == 0
        }
        known = {position: mask for position, mask in dated.items() if mask.any()}
        called = [position for position in known if "date" in roles[position]]
        first = [position for position in known if _mostly(head[position], known[position])]
        if len(called) > 1:
            both = " and ".join(_header_of(texts[position], "date") for position in called[:2])
            raise UserError(
                f"{path} has two date columns ({both}); remove one or say --as date=COLUMN"
            )
        plain = [position for position in first if not roles[position] & {"released", "instrument"}]
        for found in (called, plain, first):
            if found:
                return found[0], numeric
    headed = [position for position, meant in roles.items() if "date" in meant]
    if headed:
        return headed[0], False
    titles = [next((text for text in written if text), "") for written in texts.values()]
    if not any(titles):
        raise UserError(f"{path} is empty; it needs a header and at least one row")
    raise UserError(
        f"{path} has no date column (its columns are {', '.join(titles[:8])}); "
        f"call one of them date or 日期"
    )


def _mostly(cells: pd.Series, dated: np.ndarray) -> bool:
    filled = sum(not is_blank(cell) for cell in cells)
    return int(dated.sum()) * 2 >= filled > 0


def _header_of(texts: list[str], role: str) -> str:
    return next((text for text in texts if meaning(text) == role), "")


def _stated(cells: pd.Series, exchange: Exchange, stated: Stated) -> np.ndarray:
    return np.asarray(read_dates(cells, exchange, form=stated.date_format).days.notna())


def _heads(grid: Grid, begins: int) -> list[list[str]]:
    if grid.heads:
        return [list(row) for row in grid.heads]
    rows = grid.cells.iloc[:begins].to_numpy(dtype=object)
    return [[_text(cell) for cell in row] for row in rows if any(_text(cell) for cell in row)]


def _check_roles(columns: tuple[Column, ...], path: Path) -> None:
    seen: dict[tuple[str, str], Column] = {}
    for column in columns:
        if column.role:
            other = seen.setdefault((column.role, column.instrument), column)
            if other is not column and column.role not in ("date", "name", "instrument", "series"):
                same = other.header == column.header
                raise UserError(
                    f"{path} has two columns called {column.header}; remove one"
                    if same
                    else f"{path} has two columns for {column.role} ({other.header} and "
                    f"{column.header}); remove one or say --as {column.role}=COLUMN"
                )
        elif column.header:
            other = seen.setdefault((" " + column.header, column.instrument), column)
            if other is not column:
                raise UserError(f"{path} has two columns called {column.header}; remove one")


def _first_table(
    body: pd.DataFrame, dated: np.ndarray, place: int
) -> tuple[pd.DataFrame, np.ndarray, tuple[str, ...]]:
    """Cut off further tables: below rows of text the dates begin anew."""
    texts = [_text(cell) for cell in body[place]]
    seen: set[str] = set()
    for row, text in enumerate(texts):
        if dated[row]:
            if text in seen and row and not dated[row - 1]:
                end = row - 1
                while end and not dated[end - 1]:
                    end -= 1
                return body.iloc[:end], dated[:end], ("only its first table was read",)
            seen.add(text)
    return body, dated, ()


def _rows(
    body: pd.DataFrame, dated: np.ndarray, place: int, heads: list[list[str]], path: Path
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return which rows are data, and those that are none and were dropped, as they stand."""
    dropped: list[str] = []
    for row in np.flatnonzero(~dated):
        texts = [_text(cell) for cell in body.iloc[row]]
        filled = [text for at, text in enumerate(texts) if text and at != place]
        if not texts[place] and not filled:
            continue
        is_sum = texts[place].strip("：:").lower() in SUMMARIES
        if is_sum or texts in heads or not _any_number(filled):
            dropped.append(" ".join(text for text in texts if text)[:80])
            continue
        raise UserError(_no_date(path, int(row), body[place].iloc[row]))
    return dated, tuple(dropped)


def _any_number(texts: list[str]) -> bool:
    values, _ = numbers(pd.Series(texts, dtype=object), percent=True, words=True)
    return bool(np.isfinite(values).any())


def _no_date(path: Path, row: int, cell: Any) -> str:
    return (
        f"{path}: row {row + 1} has {_text(cell)!r} for its date, which is none; write dates as "
        f"2024-06-28"
    )


def _ragged(body: pd.DataFrame, heads: list[list[str]], path: Path) -> None:
    """Raise a `UserError` where a row has cells to the right of all headers."""
    if not heads:
        return
    headed = max(at for row in heads for at, text in enumerate(row) if text)
    for position in range(headed + 1, body.shape[1]):
        over = [row for row, cell in enumerate(body[position]) if _text(cell)]
        if over:
            raise UserError(
                f"{path}: row {over[0] + 1} has more cells than the header; give every row the "
                f"same columns"
            )


def _text(cell: Any) -> str:
    if cell is None or cell is pd.NaT or cell is pd.NA or cell != cell:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def read_days(cells: pd.Series, exchange: Exchange, path: Path) -> pd.Series:
    """Read days of which some may be blank, as NaT; what is neither is a mistake of the file."""
    try:
        read = read_dates(cells.reset_index(drop=True), exchange)
    except UserError as error:
        raise UserError(f"{path} {error}") from error
    for row in np.flatnonzero(read.days.isna()):
        if not is_blank(cells.iloc[row]):
            raise UserError(_no_date(path, int(row), cells.iloc[row]))
    return read.days
