"""Files of prices and series as tidy frames.

Prices come as a folder with one file per instrument, as one long file with an instrument column,
or as one wide file of closes. Frames are returned in the order of the files: what is unordered or
stands twice is for `quality` to say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from backtest.data.finding import Finding
from backtest.data.names import Match, matcher
from backtest.data.raw import (
    KNOWLEDGE_COLUMNS,
    PRICE_COLUMNS,
    PRICE_FIELDS,
    SERIES_COLUMNS,
    empty_series,
)
from backtest.data.table import SUFFIXES, numbers, price_columns, read_days, read_table
from backtest.errors import UserError
from backtest.market.universe import Universe

Progress = Callable[[int, int], None]


def silent(done: int, total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, eq=False)
class Reading:
    """A tidy frame in the order of its files, and what could not be read of it."""

    frame: pd.DataFrame
    findings: tuple[Finding, ...] = ()


def read_prices(path: Path, universe: Universe, *, progress: Progress = silent) -> Reading:
    """Read the prices of a universe's instruments from a folder or one file.

    Returns
    -------
    Reading
        `PRICE_COLUMNS`; a finding per instrument the universe does not know, and per text where a
        number should stand.

    Raises
    ------
    UserError
        If there is nothing to read, or no instrument of the universe in it.
    """
    match = matcher(universe)
    if not path.is_dir():
        reading = _one_file(path, universe, match)
        progress(1, 1)
    else:
        reading = _folder(path, universe, match, progress)
    with_sector = {name for names in universe.by_sector.values() for name in names}
    if not with_sector & set(reading.frame["instrument"]):
        raise UserError(_no_overlap(path, reading, universe))
    return reading


def read_benchmark(path: Path, universe: Universe) -> Reading:
    """Read one file as the universe's benchmark, whatever it is called."""
    return _single(path, universe.benchmark, universe)


def read_bond(path: Path, universe: Universe) -> Reading:
    """Read one file as the bond of the universe it is named after, else as the first one."""
    if not universe.bonds:
        raise UserError(
            f"universe {universe.name} names no bond; leave out --bond or add bonds to the universe"
        )
    named = matcher(universe)(path.stem)
    return _single(path, named if named in universe.bonds else universe.bonds[0], universe)


def read_series(paths: Sequence[Path]) -> Reading:
    """Read series: a date column and one column each, or the columns series, date and value.

    The long form may have `KNOWLEDGE_COLUMNS` as well, as an export of fetched series has.
    """
    frames, findings, origin = [empty_series()], list[Finding](), dict[str, Path]()
    for path in paths:
        table = read_table(path)
        if {"series", "value"} <= set(table.columns):
            tidy = table.assign(series=table["series"].astype(str).str.strip())
        else:
            tidy = table.melt(id_vars="date", var_name="series", value_name="value")
        if tidy.empty:
            raise UserError(f"{path} has no column besides its dates; add one column per series")
        for name in tidy["series"].unique():
            if name in origin:
                raise UserError(f"both {origin[name]} and {path} hold series {name}; leave out one")
            origin[name] = path
        values, wrong = numbers(tidy["value"])
        findings += [
            _not_a_number(row["series"], "value", row["date"], row["value"])
            for _, row in tidy[wrong].iterrows()
        ]
        further = [name for name in KNOWLEDGE_COLUMNS if name in tidy.columns]
        days = {name: read_days(tidy[name], path) for name in further}
        frames.append(tidy.assign(value=values, **days)[[*SERIES_COLUMNS, *further]])
    return Reading(pd.concat(frames[1:] or frames, ignore_index=True), tuple(findings))


def replaced(prices: Reading, single: Reading) -> Reading:
    """Add one instrument's prices, in place of those that were there."""
    name = str(single.frame["instrument"].iloc[0])
    here = prices.frame["instrument"] == name
    findings = [finding for finding in prices.findings if finding.instrument != name]
    if here.any():
        message = f"{name} stands among the prices and has its own file, which is used"
        findings.append(Finding("warning", "replaced", name, message))
    frame = pd.concat([prices.frame[~here], single.frame], ignore_index=True)
    return Reading(frame, (*findings, *single.findings))


def _folder(path: Path, universe: Universe, match: Match, progress: Progress) -> Reading:
    found = [
        entry
        for entry in sorted(path.iterdir())
        if entry.suffix.lower() in SUFFIXES and not entry.name.startswith(".")
    ]
    if not found:
        raise UserError(f"folder {path} has no CSV or Parquet file; name the folder that has them")
    origin: dict[str, Path] = {}
    readings: list[Reading] = []
    for number, entry in enumerate(found):
        name = match(entry.stem)
        if name is None:
            readings.append(Reading(_nothing(), (_unknown(entry.stem, universe),)))
        elif name in origin:
            raise UserError(f"both {origin[name]} and {entry} hold {name}; remove one")
        else:
            origin[name] = entry
            readings.append(_single(entry, name, universe))
        progress(number + 1, len(found))
    return Reading(
        pd.concat([reading.frame for reading in readings], ignore_index=True),
        tuple(finding for reading in readings for finding in reading.findings),
    )


def _one_file(path: Path, universe: Universe, match: Match) -> Reading:
    """Read a long file, a wide file of closes, or the file of one instrument."""
    table = price_columns(read_table(path), path)
    if "instrument" not in table.columns:
        if "close" in table.columns:
            name = match(path.stem)
            if name is None:
                raise UserError(
                    f"{path} has no instrument column and no instrument of universe "
                    f"{universe.name} is called {path.stem}; rename the file or add the column"
                )
            return _tidy(table.assign(instrument=name), path)
        table = table.melt(id_vars="date", var_name="instrument", value_name="close")
        if table.empty:
            raise UserError(f"{path} has no column besides its dates; add one per instrument")
    written = table["instrument"].astype(str).str.strip()
    ids = {name: match(name) for name in written.unique()}
    meant: dict[str, str] = {}
    for name, identifier in ids.items():
        if identifier in meant:
            raise UserError(f"{path}: both {meant[identifier]} and {name} mean {identifier}")
        if identifier is not None:
            meant[identifier] = name
    known = table.assign(instrument=written.map(ids)).dropna(subset="instrument")
    reading = _tidy(known, path)
    unknown = (_unknown(name, universe) for name in ids if ids[name] is None)
    return Reading(reading.frame, (*unknown, *reading.findings))


def _single(path: Path, instrument: str, universe: Universe) -> Reading:
    table = price_columns(read_table(path), path)
    if "instrument" in table.columns and table["instrument"].nunique() > 1:
        match = matcher(universe)
        table = table[table["instrument"].astype(str).map(match) == instrument]
        if table.empty:
            raise UserError(f"{path} holds several instruments, and none is {instrument}")
    if "close" not in table.columns and table.shape[1] == 2:
        table = table.set_axis(["date", "close"], axis=1)
    return _tidy(table.assign(instrument=instrument), path)


def _tidy(table: pd.DataFrame, path: Path) -> Reading:
    if "close" not in table.columns:
        raise UserError(
            f"{path} has no close column (its columns are {', '.join(table.columns[:8])}); "
            f"call one of them close or 收盘"
        )
    read, findings = {"instrument": table["instrument"].astype("str"), "date": table["date"]}, []
    for field in PRICE_FIELDS:
        if field not in table.columns:
            continue
        values, wrong = numbers(table[field])
        read[field] = pd.Series(values, index=table.index)
        findings += [
            _not_a_number(row["instrument"], field, row["date"], row[field])
            for _, row in table[wrong].iterrows()
        ]
    frame = pd.DataFrame(read).reindex(columns=list(PRICE_COLUMNS))
    return Reading(frame.reset_index(drop=True), tuple(findings))


def _nothing() -> pd.DataFrame:
    types = {"instrument": "str", "date": "datetime64[ns]"} | dict.fromkeys(PRICE_FIELDS, "float64")
    return pd.DataFrame({name: pd.Series(dtype=types[name]) for name in PRICE_COLUMNS})


def _not_a_number(name: str, field: str, when: pd.Timestamp, cell: object) -> Finding:
    text = str(cell)
    message = f"{name} has {text!r} for its {field} on {when:%Y-%m-%d}, which is no number"
    if field in ("volume", "amount"):
        message += ", and counts as none"
        return Finding("warning", "not_a_number", name, message, when.date(), text)
    return Finding("error", "not_a_number", name, message, when.date(), text)


def _unknown(name: str, universe: Universe) -> Finding:
    message = f"{name} is no instrument of universe {universe.name} and was left out"
    return Finding("warning", "unknown_instrument", name, message)


def _no_overlap(path: Path, reading: Reading, universe: Universe) -> str:
    names = [item.instrument for item in reading.findings if item.kind == "unknown_instrument"]
    listed = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    wanted = next(iter(universe.by_sector.values()))[0]
    return (
        f"{path} and universe {universe.name} have no overlap: it holds "
        f"{listed or 'no sector instrument'}; name instruments as the universe does "
        f"(as {wanted}) or choose another --universe"
    )
