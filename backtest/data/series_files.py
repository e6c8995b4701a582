"""Files of published series as one tidy table: wide, long, or a table of releases."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from backtest.data.dates import Exchange
from backtest.data.description import Description, described
from backtest.data.finding import Finding
from backtest.data.grid import files_in
from backtest.data.head import Column
from backtest.data.headers import meaning
from backtest.data.numerals import is_blank, numbers
from backtest.data.publication_lag import declared_name, known_by
from backtest.data.quotes import QuoteReading, about, held_twice, unused
from backtest.data.raw import empty_series
from backtest.data.stated import Stated
from backtest.data.table import FileTable, read_table, series_rows
from backtest.data.units import converted, unit_of, without_zeros
from backtest.errors import UserError
from backtest.market.frequency import frequency_of, names_first_days, periods_of
from backtest.market.universe import Universe

# Columns of a table of releases that show it is one: what was expected, and the value before.
RELEASE_TABLE = ("预测值", "前值", "预期值", "forecast", "previous", "consensus", "expected")
# What a money rate is called, the first choice first: overnight rates have the longest records.
MONEY = ("money_rate", "shibor_on", "on", "o/n", "隔夜", "shibor_1w", "1w", "dr007", "r007")
# Columns that say where a value belongs, and are none themselves.
PLACING = ("date", "released", "usable", "fetched", "series", "name", "instrument")


def read_series(paths: Sequence[Path], universe: Universe, stated: Stated) -> QuoteReading:
    """Read series: a column each, a column that names them, or one after which the file is named.

    Returns
    -------
    QuoteReading
        `SERIES_COLUMNS`, dated by the last day of the period; with `KNOWLEDGE_COLUMNS` where days
        of release are in the files, stated, or a rule for them is known.

    Raises
    ------
    UserError
        If a file cannot be read, or two hold a series of the same name.
    """
    exchange = Exchange.of(universe.calendar)
    frames: list[pd.DataFrame] = []
    findings: list[Finding] = []
    files: list[Description] = []
    origin: dict[str, Path] = {}
    for path in files_in(paths):
        table = read_table(path, exchange, lambda text: False, stated)
        parts, spare = _parts(table, stated)
        if not parts:
            raise UserError(
                "{path} has no column besides its dates; add one column per series", path=path
            )
        findings += [*about(table), *unused(table, [column.header for column in spare])]
        units: dict[str, str] = {}
        for name, column, rows in _called(parts, universe, stated):
            if name in origin:
                raise held_twice(name, origin[name], path)
            origin[name] = path
            values, said = _values(table, name, column, rows)
            findings += said
            unit = stated.units.get(name) or unit_of(column.header, table.label("unit", column))
            values, note = converted(values, unit, universe.spec(name))
            units[name] = unit or universe.spec(name).unit
            frame, zeros = without_zeros(name, _dated(table, name, values, rows, exchange))
            findings += [*note, *zeros]
            known, refused = known_by(
                frame, name, universe, stated.delays.get(name), file=path.stem
            )
            findings += refused
            frames.append(known)
        shown = [
            (column, f"series {name}") for name, (_, column, _) in zip(units, parts, strict=True)
        ]
        shown += [(column, column.role) for column in table.columns if column.role in PLACING]
        holds = ", ".join(units)
        unit = ", ".join(dict.fromkeys(text for text in units.values() if text))
        files.append(described(table, holds, shown, unit))
    whole = pd.concat(frames, ignore_index=True) if frames else empty_series()
    return QuoteReading(whole, tuple(findings), tuple(files))


def read_money(path: Path, universe: Universe, stated: Stated) -> QuoteReading:
    """Read the rate that idle cash earns as the series `money_rate`: the only one, or by its name.

    Raises
    ------
    UserError
        If the file has several series and none is called as a money rate is.
    """
    read = read_series((path,), universe, stated)
    names = list(dict.fromkeys(read.frame["series"]))
    called = [name for known in MONEY for name in names if name.lower() == known]
    if not called and len(names) != 1:
        raise UserError(
            "{path} has several series ({names}) and none is called as a money rate; call the "
            "one that idle cash earns money_rate",
            path=path,
            names=", ".join(names[:6]),
        )
    chosen = (called or names)[0]
    rows = read.frame[read.frame["series"] == chosen].assign(series="money_rate")
    findings = tuple(one for one in read.findings if one.instrument not in {*names} - {chosen})
    return QuoteReading(rows, findings, read.files)


Part = tuple[str, Column, np.ndarray]


def _parts(table: FileTable, stated: Stated) -> tuple[list[Part], list[Column]]:
    """Return each series' name, column and rows, and the columns that are not used."""
    every = np.ones(len(table.cells), dtype=bool)
    free = [column for column in table.columns if column.role not in PLACING]
    asked = [c for c in table.columns if c.role and c.role in stated.columns and c in free]
    numeric = [column for column in free if _is_numeric(table.values(column))]
    value = table.by_role("value") or table.by_role("close")
    if value is not None and (value.role == "value" or table.by_role("open") is not None):
        chosen = [value]
    else:
        chosen = asked or numeric or free
    roles = [table.by_role(role) for role in ("series", "name", "instrument", "date")]
    texts = [column for column in free if column not in numeric and column not in chosen]
    able = [column for column in (*roles, *texts) if column is not None]
    namer = next((c for c in able if _names(table, c, chosen[0])), None) if chosen else None
    spare = [column for column in free if column not in (*chosen, namer)]
    if len(chosen) != 1:
        parts = [(_name(table, column), column, every) for column in chosen]
        return parts, [column for column in free if column not in chosen]
    if namer is None:
        return [(_name(table, chosen[0]), chosen[0], every)], spare
    written = table.values(namer).map(lambda cell: "" if is_blank(cell) else str(cell).strip())
    names = [name for name in dict.fromkeys(written) if name]
    return [(name, chosen[0], (written == name).to_numpy()) for name in names], spare


def _called(parts: Sequence[Part], universe: Universe, stated: Stated) -> list[Part]:
    """Return the parts by the universe's own names where one of them alone has an alias of it."""
    meant = [declared_name(name, universe) for name, _, _ in parts]
    spoken = {*stated.units, *stated.delays}
    return [
        (own if meant.count(own) == 1 and name not in spoken else name, column, rows)
        for own, (name, column, rows) in zip(meant, parts, strict=True)
    ]


def _names(table: FileTable, column: Column, value: Column) -> bool:
    """Whether a column of texts names the series of each row, and is no remark.

    It says the same in all rows, and the header of the values says nothing; or it tells apart rows
    of the same date.
    """
    texts = table.values(column).map(lambda cell: "" if is_blank(cell) else str(cell).strip())
    if texts.nunique() == 1:
        return bool(texts.iloc[0]) and (value.role != "" or column.role == "series")
    rows = pd.DataFrame({"date": table.dates.days, "name": texts})
    return bool(rows["date"].duplicated().any() and not rows.duplicated().any())


def _is_numeric(cells: pd.Series) -> bool:
    filled = np.array([not is_blank(cell) for cell in cells])
    values, _ = numbers(cells, percent=True)
    return not filled.any() or bool(np.isfinite(values).sum() * 2 > filled.sum())


def _name(table: FileTable, column: Column) -> str:
    """Return what a column's series is called; a general word leaves it to the file's name."""
    if column.role in ("value", "close") and meaning(column.header) == column.role:
        return table.path.stem
    return column.role if column.role not in ("", "value", "close") else column.header


def _values(
    table: FileTable, name: str, column: Column, rows: np.ndarray
) -> tuple[np.ndarray, list[Finding]]:
    cells = table.values(column)[rows]
    values, wrong = numbers(cells, percent=True)
    days = table.dates.days[rows]
    found = [
        Finding(
            "not_a_number", name, days.iloc[row].date(), str(cells.iloc[row]), {"field": "value"}
        )
        for row in np.flatnonzero(wrong)
    ]
    return values, found


def _dated(
    table: FileTable, name: str, values: np.ndarray, rows: np.ndarray, exchange: Exchange
) -> pd.DataFrame:
    """Return a series' rows by the last day of the period each is about, with days of release."""
    frame = series_rows(table, name, values, rows, exchange)
    headers = {column.header.lower() for column in table.columns}
    if "released" not in frame and headers & set(RELEASE_TABLE):
        frame["released"] = frame["date"]
    elif "usable" not in frame and not table.dates.period:
        known = pd.DatetimeIndex(frame["date"][frame["value"].notna()])
        frequency = frequency_of(known)
        if names_first_days(known, frequency):
            ends = periods_of(pd.DatetimeIndex(frame["date"]), frequency).end_time.normalize()
            frame["date"] = ends.to_numpy().astype("datetime64[ns]")
    return frame
