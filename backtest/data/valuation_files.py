"""Files of valuations (PE, PB, dividend yield by instrument or sector) as published series."""

from pathlib import Path

import numpy as np
import pandas as pd

from backtest.data.dates import Exchange
from backtest.data.description import described
from backtest.data.finding import Finding
from backtest.data.grid import files_in
from backtest.data.head import Column
from backtest.data.names import instruments_of, matcher
from backtest.data.numerals import numbers
from backtest.data.publication_lag import known_by
from backtest.data.quotes import QuoteReading, about, held_twice
from backtest.data.raw import empty_series
from backtest.data.series_files import PLACING
from backtest.data.stated import Stated
from backtest.data.table import FileTable, read_table, series_rows
from backtest.errors import UserError
from backtest.market.universe import Universe
from backtest.market.valuation import series_name

# What terminals, AKShare, tushare and the index publishers call them; the first one there counts.
CALLED = {
    "pe": "pe pe_ttm pettm pe1 市盈率 市盈率ttm 滚动市盈率 市盈率1",
    "pb": "pb pb_lf pb_mrq 市净率",
    "dividend_yield": "dividend_yield dy dv_ratio dv_ttm 股息率 股息率1",
}


def read_valuations(path: Path, universe: Universe, stated: Stated) -> QuoteReading:
    """Read a file of valuations, or a folder of them, as series "pe:801080".

    A file names instruments or sectors in a column, or is called by one. A valuation is known on
    the evening of its day, unless the file has days of release or `--delay pe=DAYS` says otherwise.

    Returns
    -------
    QuoteReading
        `raw.SERIES_COLUMNS` with days of use, and the instruments the universe does not know.

    Raises
    ------
    UserError
        If a file cannot be read, or has no column of a valuation.
    """
    exchange, match = Exchange.of(universe.calendar), matcher(universe)
    files = files_in((path,))
    frames, findings, descriptions = [empty_series()], list[Finding](), []
    origin: dict[str, Path] = {}
    for file in files:
        table = read_table(file, exchange, lambda text: match(text) is not None, stated)
        measures = _measures(table)
        if not measures:
            raise UserError(
                "{file} has no column of a valuation (its columns are date, {headers}); call "
                "one pe, pb or dividend_yield, or say --as pe=COLUMN",
                file=file,
                headers=table.headers,
            )
        said = instruments_of(table, match)
        names = pd.Series(file.stem, index=table.cells.index) if said is None else said
        ids = {
            text: text if text in universe.sectors else match(text)
            for text in map(str, names.dropna().unique())
        }
        details = {"universe": universe.name}
        findings += [
            *about(table),
            *(Finding("unknown_instrument", t, details=details) for t, i in ids.items() if not i),
        ]
        for measure, column in measures.items():
            values, _ = numbers(table.values(column), percent=True)
            for text, name in ids.items():
                if name is None:
                    continue
                series = series_name(measure, name)
                if origin.setdefault(series, file) != file:
                    raise held_twice(series, origin[series], file)
                frames.append(
                    _rows(table, series, values, (names == text).to_numpy(), universe, stated)
                )
        used = [(column, measure) for measure, column in measures.items()]
        used += [(column, column.role) for column in table.columns if column.role in PLACING]
        kinds = ", ".join(measures)
        holds = f"{kinds} of {sum(name is not None for name in ids.values())} instruments"
        descriptions.append(described(table, holds, used))
    whole = pd.concat([frame for frame in frames if len(frame)] or frames, ignore_index=True)
    if whole.empty:
        raise UserError(
            "{path} has no valuation of an instrument or sector of universe {universe}; name "
            "instruments as the universe does",
            path=path,
            universe=universe.name,
        )
    return QuoteReading(whole, tuple(findings), tuple(descriptions))


def _measures(table: FileTable) -> dict[str, Column]:
    """Return the columns of valuations by what they are."""
    found = {}
    for measure, names in CALLED.items():
        called = {name: rank for rank, name in enumerate(names.split())}
        able = [
            (-1 if column.role == measure else called[plain], column)
            for column in table.columns
            if (plain := column.header.lower().replace("(", "").replace(")", "")) in called
            or column.role == measure
        ]
        if able:
            found[measure] = min(able, key=lambda pair: pair[0])[1]
    return found


def _rows(
    table: FileTable,
    series: str,
    values: np.ndarray,
    mine: np.ndarray,
    universe: Universe,
    stated: Stated,
) -> pd.DataFrame:
    """Return one instrument's valuations by day, with the days they could be used from."""
    frame = series_rows(table, series, values[mine], mine, Exchange.of(universe.calendar))
    delay = stated.delays.get(series, stated.delays.get(series.partition(":")[0]))
    return known_by(frame, series, universe, delay)[0].dropna(subset="value")
