"""One file as a table: which rows are data, which column holds the dates, what the others mean.

Nothing is taken for granted of a header's place: data begin at the first row with a date, and what
stands above it are headers, labels or a title.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from backtest.data.dates import Dates, Exchange, looks_dated, read_dates
from backtest.data.grid import Cells, read_grid
from backtest.data.head import Above, Column, IsName, column_of
from backtest.data.headers import meaning
from backtest.data.numerals import cell_text, is_blank
from backtest.data.raw import KNOWLEDGE_COLUMNS
from backtest.data.rows import data_rows, first_table, no_date, refuse_ragged, upright
from backtest.data.stated import Stated
from backtest.errors import UserError

SAMPLED_ROWS = 60


@dataclass(frozen=True, eq=False)
class FileTable:
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
) -> FileTable:
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
    grid = upright(read_grid(path))
    cells = grid.cells
    place, numeric = _date_column(grid, path, stated)
    dated = looks_dated(cells[place], numbers=numeric)
    if stated.date_format:
        read = read_dates(cells[place], exchange, form=stated.date_format)
        dated = np.asarray(read.days.notna())
    if not dated.any():
        _refuse_undated(cells[place], path)
    begins = int(dated.argmax()) if dated.any() else len(dated)
    heads = _heads(grid, begins)
    above = Above(heads, place, is_name)
    body = cells if grid.heads else cells.iloc[begins:]
    dated = dated if grid.heads else dated[begins:]
    body, dated, more = first_table(body, dated, place)
    kept, dropped = data_rows(body, dated, place, heads, path)
    if not kept.any():
        raise UserError("{path} is empty; it needs a header and at least one row", path=path)
    refuse_ragged(body[kept], heads, path)
    try:
        dates = read_dates(
            body.loc[kept, place].reset_index(drop=True), exchange, form=stated.date_format
        )
    except UserError as error:
        raise UserError("{path} {error}", path=path, error=error) from error
    wrong = np.flatnonzero(dates.days.isna())
    if len(wrong):
        row = int(np.flatnonzero(kept)[wrong[0]])
        raise no_date(path, row, body[place].iloc[row])
    columns = tuple(
        column_of(position, above, stated)
        for position in range(cells.shape[1])
        if position != place
    )
    columns = _with_close(columns)
    if not heads:
        # A file of nothing but rows: its columns are known by their places.
        columns = tuple(
            Column(column.position, f"column {column.position + 1}", column.role)
            for column in columns
        )
    named = tuple(column for column in columns if column.header or column.instrument)
    unnamed = tuple(column for column in columns if column not in named)
    _check_roles(named, path)
    return FileTable(
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


def _date_column(grid: Cells, path: Path, stated: Stated) -> tuple[int, bool]:
    """Return the place of the dates, and whether bare numbers in it are dates."""
    head = grid.cells.iloc[:SAMPLED_ROWS]
    own = [list(row) for row in grid.heads]
    texts = {
        position: [row[position] for row in own]
        + ([] if own else [cell_text(cell) for cell in head[position]])
        for position in range(head.shape[1])
    }
    asked = stated.columns.get("date", "").strip().lower()
    if asked:
        for position, written in texts.items():
            if asked in (text.lower() for text in written):
                return position, True
        raise UserError(
            "{path} has no column {date!r}; see --as date=COLUMN",
            path=path,
            date=stated.columns["date"],
        )
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
            raise UserError(
                "{path} has two columns for {role} ({both}); remove one or say --as {role}=COLUMN",
                path=path,
                role="date",
                both=", ".join(_header_of(texts[position], "date") for position in called[:2]),
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
        raise UserError("{path} is empty; it needs a header and at least one row", path=path)
    raise UserError(
        "{path} has no date column (its columns are {titles}); call one of them date or 日期",
        path=path,
        titles=", ".join(titles[:8]),
    )


def _refuse_undated(cells: pd.Series, path: Path) -> None:
    """Raise a `UserError` that shows the first cell below the header where none is a date."""
    texts = [cell_text(cell) for cell in cells]
    heads = [row for row, text in enumerate(texts) if meaning(text) == "date"]
    below = texts[heads[-1] + 1 :] if heads else []
    if any(below):
        raise no_date(path, 0, below[0])


def _mostly(cells: pd.Series, dated: np.ndarray) -> bool:
    filled = sum(not is_blank(cell) for cell in cells)
    return int(dated.sum()) * 2 >= filled > 0


def _header_of(texts: list[str], role: str) -> str:
    return next((text for text in texts if meaning(text) == role), "")


def _heads(grid: Cells, begins: int) -> list[list[str]]:
    if grid.heads:
        return [list(row) for row in grid.heads]
    rows = grid.cells.iloc[:begins].to_numpy(dtype=object)
    return [
        [cell_text(cell) for cell in row] for row in rows if any(cell_text(cell) for cell in row)
    ]


def _with_close(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Take a column called price for the close where high and low stand beside it."""
    roles = {column.role for column in columns}
    if "close" in roles or not {"high", "low"} <= roles:
        return columns
    return tuple(
        replace(column, role="close") if column.header.lower() in ("price", "价格") else column
        for column in columns
    )


def _check_roles(columns: tuple[Column, ...], path: Path) -> None:
    seen: dict[tuple[str, str], Column] = {}
    for column in columns:
        if column.role in ("date", "name", "instrument", "series"):
            continue
        key = column.role or " " + column.header
        other = seen.setdefault((key, column.instrument), column)
        if other is column or not (column.role or column.header):
            continue
        if other.header == column.header:
            raise UserError(
                "{path} has two columns called {header}; remove one",
                path=path,
                header=column.header,
            )
        raise UserError(
            "{path} has two columns for {role} ({both}); remove one or say --as {role}=COLUMN",
            path=path,
            role=column.role,
            both=f"{other.header}, {column.header}",
        )


def series_rows(
    table: FileTable, name: str, values: np.ndarray, rows: np.ndarray, exchange: Exchange
) -> pd.DataFrame:
    """Return a series' values by day, with the days of release and of use that a file has of them.

    Some may be blank, NaT here; what is neither blank nor a day is a mistake of the file.
    """
    dated = table.dates.days[rows].to_numpy()
    frame = pd.DataFrame({"series": name, "date": dated, "value": values}).astype({"series": "str"})
    for role in KNOWLEDGE_COLUMNS:
        if (column := table.by_role(role)) is None:
            continue
        cells = table.values(column)[rows].reset_index(drop=True)
        try:
            days = read_dates(cells, exchange).days
        except UserError as error:
            raise UserError("{path} {error}", path=table.path, error=error) from error
        for row in np.flatnonzero(days.isna()):
            if not is_blank(cells.iloc[row]):
                raise no_date(table.path, int(row), cells.iloc[row])
        frame[role] = days.to_numpy()
    return frame
