"""Quotes: a table's columns of prices as tidy rows, and what is to be said of the table."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from backtest.data.description import Description, described
from backtest.data.finding import Finding
from backtest.data.head import Column
from backtest.data.headers import multiple
from backtest.data.numerals import numbers
from backtest.data.raw import PRICE_COLUMNS, PRICE_FIELDS, empty_prices
from backtest.data.table import FileTable
from backtest.errors import UserError

# Columns that say which instrument a row is of, when, and whether it traded: no prices, but used.
NAMING = ("instrument", "name", "date", "status")
YES = ("1", "true", "yes", "y", "是")
_STOPPED = re.compile(r"(连续|临时|全天)?停.*|suspend.*|halt.*|pause.*")


@dataclass(frozen=True, eq=False)
class QuoteReading:
    """A tidy frame in the order of its files, what is to be said, and what files were taken for."""

    frame: pd.DataFrame
    findings: tuple[Finding, ...] = ()
    files: tuple[Description, ...] = ()


def replaced(prices: QuoteReading, single: QuoteReading) -> QuoteReading:
    """Add one instrument's prices, in place of those that were there."""
    name = str(single.frame["instrument"].iloc[0])
    here = prices.frame["instrument"] == name
    findings = [finding for finding in prices.findings if finding.instrument != name]
    if here.any():
        findings.append(Finding("replaced", name))
    frame = pd.concat([prices.frame[~here], single.frame], ignore_index=True)
    return QuoteReading(frame, (*findings, *single.findings), (*prices.files, *single.files))


def only(table: FileTable, rows: np.ndarray) -> FileTable:
    """Return a table of some of its rows."""
    days = table.dates.days[rows].reset_index(drop=True)
    return replace(
        table, cells=table.cells[rows].reset_index(drop=True), dates=replace(table.dates, days=days)
    )


def joined(readings: Sequence[QuoteReading]) -> QuoteReading:
    """Return several readings as one."""
    frames = [reading.frame for reading in readings if len(reading.frame)]
    return QuoteReading(
        pd.concat(frames, ignore_index=True) if frames else empty_prices(),
        tuple(finding for reading in readings for finding in reading.findings),
        tuple(item for reading in readings for item in reading.files),
    )


def tidy(table: FileTable, fields: dict[str, Column], named: pd.Series | str) -> QuoteReading:
    """Return the rows that have an instrument, each its own or all the same, as `PRICE_COLUMNS`."""
    names = pd.Series(named, index=table.cells.index)
    known = names.notna()
    read = {"instrument": names[known].astype("str"), "date": table.dates.days[known]}
    findings: list[Finding] = []
    for field, column in fields.items():
        cells = table.values(column)[known]
        counted = field in ("volume", "amount")
        values, wrong = numbers(cells, words=counted)
        scale = multiple(column.header) if counted else 1.0
        read[field] = pd.Series(values * scale, index=cells.index)
        kind = "no_number" if counted else "not_a_number"
        for row in np.flatnonzero(wrong):
            when, text = read["date"].iloc[row].date(), str(cells.iloc[row])
            name = str(read["instrument"].iloc[row])
            findings.append(Finding(kind, name, when, text, {"field": field}))
    frame = pd.DataFrame(read).reindex(columns=list(PRICE_COLUMNS))
    frame["volume"] = frame["volume"].mask(_suspended(table)[known], 0.0)
    frame = frame.reset_index(drop=True)
    return QuoteReading(frame, (*findings, *_without_zeros(frame)))


def _suspended(table: FileTable) -> pd.Series:
    """Say which rows state that there was no trading."""
    column = table.by_role("status")
    if column is None:
        return pd.Series(False, index=table.cells.index)
    texts = table.values(column).map(lambda cell: str(cell).strip().lower().removesuffix(".0"))
    trades = any(word in column.header.lower() for word in ("trad", "交易"))
    return texts.isin(["0"] if trades else YES) | texts.str.fullmatch(_STOPPED)


def reinvest(frame: pd.DataFrame, dividends: np.ndarray) -> None:
    """Make prices total-return levels, in place: each dividend buys more at its day's close."""
    order = np.argsort(frame["date"].to_numpy(), kind="stable")
    close = frame["close"].to_numpy(dtype=float)[order]
    grown = np.cumprod(1.0 + np.nan_to_num(dividends)[order] / np.where(close > 0.0, close, 1.0))
    factor = np.empty(len(frame))
    factor[order] = grown
    fields = ["open", "high", "low", "close"]
    frame[fields] = frame[fields].mul(factor, axis=0)


def _without_zeros(frame: pd.DataFrame) -> Iterable[Finding]:
    """Take 0 beside a positive close for none, in place, and say so."""
    shown = ["open", "high", "low"]
    zero = frame[shown].eq(0.0) & (frame["close"] > 0.0).to_numpy()[:, None]
    if not zero.any(axis=None):
        return
    for name, rows in frame.groupby("instrument", sort=False):
        mine = zero.loc[rows.index]
        hit = mine.any(axis=1)
        if hit.any():
            fields = ", ".join(field for field in shown if mine[field].any())
            first = rows["date"][hit].iloc[0].date()
            yield Finding("zero_prices", str(name), first, int(hit.sum()), {"fields": fields})
    frame[shown] = frame[shown].mask(zero)


def about(table: FileTable) -> Iterable[Finding]:
    """Say what was dropped or concluded while a file was read."""
    name = table.path.name
    if table.dropped:
        more = f" (and {len(table.dropped) - 3} more)" if len(table.dropped) > 3 else ""
        rows = "; ".join(table.dropped[:3]) + more
        yield Finding("dropped_rows", name, value=len(table.dropped), details={"rows": rows})
    if table.dates.note:
        yield Finding("moved_days", name, details={"what": table.dates.note})
    for note in table.notes:
        yield Finding("left_out", name, details={"what": note})


def ignored(
    table: FileTable, columns: Sequence[Column], stated: Iterable[str] = ()
) -> Iterable[Finding]:
    """Name the columns that are not used, those with a meaning of their own among them."""
    used = (*PRICE_FIELDS, *NAMING, *stated)
    others = [c.header for c in table.columns if c.role and c.role not in used]
    return unused(table, [*(column.header for column in columns), *others])


def columns_used(table: FileTable, fields: Mapping[str, Column]) -> list[tuple[Column, str]]:
    """Return the columns of prices, and those that name rows, each with its meaning."""
    naming = [(column, column.role) for column in table.columns if column.role in NAMING]
    return [*((column, role) for role, column in fields.items()), *naming]


def told(
    table: FileTable, said: Iterable[Finding], holds: str, used: Iterable[tuple[Column, str]]
) -> QuoteReading:
    """Return what is to be said of a table, and what it was taken for."""
    return QuoteReading(empty_prices(), tuple(said), (described(table, holds, used),))


def no_close(table: FileTable) -> UserError:
    """Return the mistake of a table of prices without closes."""
    return UserError(
        "{path} has no close column (its columns are date, {headers}); call one of them close "
        "or 收盘, or say --as close=COLUMN",
        path=table.path,
        headers=table.headers,
    )


def held_twice(name: str, one: Path, other: Path) -> UserError:
    """Return the mistake of two files that hold the same."""
    return UserError(
        "both {one} and {other} hold {name}; remove one", one=one, other=other, name=name
    )


def unused(table: FileTable, headers: Iterable[str]) -> Iterable[Finding]:
    """Name the columns of some headers as not used."""
    named = [header for header in headers if header]
    if named:
        said = ", ".join(named[:12]) + (", …" if len(named) > 12 else "")
        details = {"columns": said}
        yield Finding("ignored_columns", table.path.name, value=len(named), details=details)
