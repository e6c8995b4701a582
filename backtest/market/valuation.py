"""Valuations a market carries: PE, PB and dividend yield by instrument or sector.

They are published series called "pe:801080" (or "pe:electronics" for all instruments of a sector),
so that they are stored, cut off and compared as every series is.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from backtest.errors import UserError
from backtest.market.market import Market

MEASURES = ("pe", "pb", "dividend_yield")


def series_name(measure: str, name: str) -> str:
    """Return what the series of an instrument's or a sector's valuation is called."""
    return f"{measure}:{name}"


def is_valuation(series: str) -> bool:
    """Whether a series is a valuation.

    Examples
    --------
    >>> is_valuation("pe:801080"), is_valuation("cn10y")
    (True, False)
    """
    return series.partition(":")[0] in MEASURES and ":" in series


def valuations(market: Market, measure: str = "pe") -> pd.DataFrame:
    """Return a valuation as it was known, session × instrument, of those that have one.

    An instrument's own, else that of its sector; the benchmark's too.
    """
    return market.remember(("valuations", measure), lambda: _valuations(market, measure))


def _valuations(market: Market, measure: str) -> pd.DataFrame:
    found = {}
    for name, instrument in market.universe.by_id.items():
        if name not in market.close.columns and name != market.universe.benchmark:
            continue
        for owner in (name, instrument.sector):
            series = series_name(measure, str(owner))
            if series in market.series.columns:
                found[name] = market.series[series]
                break
    return pd.DataFrame(found, index=market.sessions)


def inverse_valuation(market: Market, names: Iterable[str], measure: str = "pe") -> pd.Series:
    """Return earnings (or book value) over price of sectors or instruments, alike, each session.

    The mean over sectors of the mean over a sector's instruments that have a price and the
    valuation: the aggregate of equal holdings, where losses count. NaN while none has one.

    Raises
    ------
    UserError
        If the market carries no such valuation at all, or a name is no sector or instrument.
    """
    known = valuations(market, measure)
    if known.empty:
        raise UserError(
            "market {market} carries no {measure}; import one with 'nqp data import NAME "
            "--prices FOLDER --valuation FILE', a file with a date, an instrument and a column "
            "{measure!r}",
            market=market.name,
            measure=measure,
        )
    parts = []
    for name in sorted(set(names)):
        own = name in market.universe.by_id
        groups = [(name,)] if own else [market.by_sector[one] for one in market.sectors_of([name])]
        for members in groups:
            held = sorted(member for member in members if member in known.columns)
            inverse = 1.0 / known[held].where(known[held] != 0)
            parts.append(inverse.where(priced(market)[held].notna()).mean(axis=1))
    if not parts:
        return pd.Series(np.nan, index=market.sessions)
    return pd.concat(parts, axis=1).mean(axis=1)


def priced(market: Market) -> pd.DataFrame:
    """Return the closes of everything that can have a valuation: instruments and the benchmark."""
    name = market.universe.benchmark
    if name in market.close.columns or market.benchmark.isna().all():
        return market.close
    return market.close.assign(**{name: market.benchmark})
