"""What a backtest is compared with: the market's benchmark, and its sectors at equal weight."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from backtest.display import put_in
from backtest.engine.registry import Track
from backtest.errors import UserError, suggest
from backtest.market import Market
from backtest.market.frequency import frequency_of, is_slower
from backtest.market.market import EQUAL_WEIGHT

Benchmark = str | Path | pd.Series
"""An instrument, a sector, a file of prices, or levels by date."""


def compared_with(market: Market, benchmark: Benchmark | None) -> Market:
    """Return the market with a benchmark of one's own in place of its own.

    Parameters
    ----------
    benchmark : str, Path or Series
        An instrument by its code or name, a sector, a file of prices as `nqp data import` reads
        them, or a Series of levels by date. No strategy is shown it.

    Raises
    ------
    UserError
        If it is nothing of these, or has no level on two sessions of the market.
    """
    if benchmark is None:
        return market
    if isinstance(benchmark, pd.Series):
        level = benchmark.rename(str(benchmark.name or "benchmark"))
    else:
        found = known_levels(market, str(benchmark))
        if found is None and not Path(benchmark).is_file():
            known = [*market.sector_close, *market.close]
            raise UserError(
                "market {market} has no instrument or sector {benchmark!r}, and there is no "
                "file of that name; {suggestion}",
                market=market.name,
                benchmark=str(benchmark),
                suggestion=suggest(str(benchmark), known),
            )
        level = put_in("levels")(Path(benchmark), market.universe) if found is None else found
    level = level[~level.index.duplicated(keep="last")].reindex(market.sessions)
    if level.notna().sum() < 2:
        raise UserError(
            "benchmark {name} has no prices on the sessions of market {market}, "
            "{first:%Y-%m-%d} to {last:%Y-%m-%d}; take another",
            name=level.name,
            market=market.name,
            first=market.sessions[0],
            last=market.sessions[-1],
        )
    return replace(market, compared=level.astype(float))


def known_levels(market: Market, name: str) -> pd.Series | None:
    """Return the levels of an instrument or a sector, under its name."""
    by_id = market.universe.by_id
    levels = {by_id[market.universe.benchmark].name: market.benchmark}
    levels |= {by_id[one].name: market.close[one] for one in market.instruments}
    levels |= {str(sector): market.sector_close[sector] for sector in market.sector_close}
    levels[EQUAL_WEIGHT] = market.equal_weight
    meant = by_id[name].name if name in by_id else name
    return levels[meant].rename(meant) if meant in levels else None


def benchmark_levels(market: Market) -> dict[str, pd.Series]:
    """Return price indices to compare with, by name; one's own or the market's benchmark first."""
    first = market.compared
    if first is None:
        first = market.benchmark.rename(market.universe.by_id[market.universe.benchmark].name)
    return {str(first.name): first, EQUAL_WEIGHT: market.equal_weight}


def benchmark_returns(market: Market, first: int = 0) -> dict[str, pd.Series]:
    """Return their daily returns from session `first` on; a benchmark without prices is absent."""
    found = {name: level_returns(level, first) for name, level in benchmark_levels(market).items()}
    return {name: returns for name, returns in found.items() if not returns.isna().all()}


def level_returns(level: pd.Series, first: int) -> pd.Series:
    """Return simple returns from session `first` on; 0 on a market's very first session.

    A level that is known on some sessions only moves on these.
    """
    known = level.dropna()
    moved = known.pct_change(fill_method=None).reindex(level.index)
    if first == 0 and len(known) and (pd.notna(level.iloc[0]) or has_periods(level)):
        moved.loc[known.index[0]] = 0.0
    return moved.iloc[first:]


def has_periods(values: pd.Series) -> bool:
    """Whether a benchmark is known at the ends of weeks or months only, not on every session."""
    own = frequency_of(pd.DatetimeIndex(values.dropna().index))
    return is_slower(own, frequency_of(pd.DatetimeIndex(values.index)) or "daily")


def over_periods(track: Track) -> Track:
    """Compound a track over the periods of a benchmark that has fewer than sessions.

    Parameters
    ----------
    track : Track
        With one portfolio; its benchmark has a return at the end of each of its periods, over the
        time since the one before, and NaN between.

    Returns
    -------
    Track
        By period, without the first, whose beginning is not known.

    Examples
    --------
    >>> days = pd.bdate_range("2024-01-01", periods=20)
    >>> weekly = np.where(days.day_of_week == 4, 0.02, np.nan)
    >>> track = Track(np.full(20, 0.01), 260, days, np.zeros(20), weekly)
    >>> over_periods(track).returns.round(6).tolist()
    [0.05101, 0.05101, 0.05101]
    """
    benchmark = np.asarray(track.benchmark, dtype=float)
    ends = np.flatnonzero(np.isfinite(benchmark))
    inside = slice(ends[0] + 1, ends[-1] + 1)
    period = np.searchsorted(ends, np.arange(len(benchmark))[inside])

    def gathered(returns: ArrayLike) -> np.ndarray:
        values = np.broadcast_to(np.asarray(returns, dtype=float), benchmark.shape)
        grown: pd.Series = (1.0 + pd.Series(values[inside])).groupby(period).prod()
        return grown.to_numpy() - 1.0

    share = (len(ends) - 1) / max(int(ends[-1] - ends[0]), 1)
    return Track(
        returns=gathered(track.returns),
        per_year=track.per_year * share,
        sessions=track.sessions[ends[1:]],
        risk_free=gathered(track.risk_free),
        benchmark=benchmark[ends[1:]],
    )
