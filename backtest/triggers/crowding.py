"""Crowding: a basket's share of turnover, volatility and correlation against their own past."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from backtest.market import Market
from backtest.market.universe import check_sectors
from backtest.notes import Note
from backtest.parameter import parameter
from backtest.triggers.abnormal import present, spoken_group
from backtest.triggers.equity import total_turnover
from backtest.triggers.measured import Leaf


@dataclass(frozen=True)
class Crowding(Leaf):
    """Trading in a basket of sectors is crowded: its score is at least `above`.

    The score is the mean of three percentiles: of the basket's share of all sectors' traded value
    over the last `window` sessions (sums over the sessions that have one), left out where the
    market has no traded values; of the standard
    deviation (n − 1) of its daily return, the mean over its sectors; and of the mean pairwise
    correlation of its sectors' returns, over those with all `window` returns that moved, which is
    left out where the basket has one sector here. A percentile is the share of the last `years` ×
    sessions-a-year sessions (rounded), this one included and with a known value, on which it was no
    higher than now; unknown where now it is, or on more than half of them (rounded down). The score
    is unknown where one of its parts is. No for a group this market has nothing of.
    """

    what, against = "{group}: crowding", "above"

    basket: tuple[str, ...] = parameter("the sectors")
    above: float = parameter("the lowest score", 0.8, "fraction", least=0, most=1)
    years: float = parameter("of its own past", 3.0, "years", above=0)
    window: int = parameter("over which it is measured", 20, "sessions", least=3)

    def __post_init__(self) -> None:
        check_sectors(self.basket)

    @property
    def group(self) -> str:
        """The basket, by its sectors."""
        return spoken_group(self.basket)

    def value(self, market: Market) -> pd.Series | None:
        """Return the score."""
        if not present(self.basket, market):
            return None
        return crowding(market, self.basket, self.years, self.window)

    def remarks(self, market: Market) -> tuple[str, ...]:
        """Say that shares of turnover are left out, where the market has none."""
        return without_turnover(market)


def without_turnover(market: Market) -> tuple[str, ...]:
    """Return what is to be said of crowding on a market without traded values."""
    said = Note("crowding is measured without turnover: the market has no traded values")
    return (said,) if market.turnover is None else ()


def crowding(market: Market, basket: tuple[str, ...], years: float, window: int) -> pd.Series:
    """Return how crowded a basket is, from 0 to 1, after every session; see `Crowding`."""
    group = present(basket, market)
    sessions = max(1, round(years * market.universe.sessions_per_year))

    def compute() -> pd.Series:
        moves = market.sector_close[group].pct_change(fill_method=None)
        parts = [_over(moves.mean(axis=1), window).std(axis=2, ddof=1)[:, 0]]
        parts += [together(moves, window)] if len(group) > 1 else []
        parts += [_share(market, group, window)] if market.turnover is not None else []
        scored = [against_past(pd.Series(p, index=market.sessions), sessions) for p in parts]
        return pd.concat(scored, axis=1).mean(axis=1, skipna=False)

    return market.remember(("crowding", *group, sessions, window), compute)


def _share(market: Market, group: list[str], window: int) -> pd.Series:
    """Return a group's share of the traded value of the last `window` sessions."""
    traded = market.sector_turnover[group].sum(axis=1, min_count=1)
    whole = market.remember(
        ("turnover", window), lambda: total_turnover(market).rolling(window, min_periods=1).sum()
    )
    return traded.rolling(window, min_periods=1).sum() / whole.where(whole > 0)


def together(moves: pd.DataFrame, window: int) -> np.ndarray:
    """Return the mean pairwise correlation of columns over each last `window` rows."""
    last = _over(moves, window)
    apart = last - last.mean(axis=2, keepdims=True)
    size = np.sqrt((apart**2).sum(axis=2, keepdims=True))
    with np.errstate(invalid="ignore", divide="ignore"):
        unit = np.where(size > 0, apart / size, np.nan)
    count = np.isfinite(unit[:, :, 0]).sum(axis=1)
    length = (np.nansum(unit, axis=1) ** 2).sum(axis=1)
    pairs = np.where(count > 1, count * (count - 1.0), np.nan)
    found: np.ndarray = (length - count) / pairs
    return found


def against_past(values: pd.Series, sessions: int) -> pd.Series:
    """Return the share of the last `sessions` known values that are no higher than the last.

    Unknown where it is, or more than half of the sessions (rounded down) are.

    Examples
    --------
    >>> against_past(pd.Series([2.0, 1.0, 3.0, 2.0]), 3).tolist()
    [nan, 0.5, 1.0, 0.6666666666666666]
    """
    fewest = max(1, sessions - sessions // 2)
    return values.rolling(sessions, min_periods=fewest).rank(method="max", pct=True)


def _over(values: Any, window: int) -> np.ndarray:
    """Return each last `window` values, session × column × window; NaN before there are so many."""
    table = pd.DataFrame(values).to_numpy(dtype=float)
    before = np.full((window - 1, table.shape[1]), np.nan)
    return sliding_window_view(np.vstack([before, table]), window, axis=0)
