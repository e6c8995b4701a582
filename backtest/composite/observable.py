"""Indicators that need no statistics: computed from prices, traded value and yields.

There are no earnings here and no orders: relative strength stands
for what the market expects of earnings, breadth for how widely demand is felt, the share of traded
value for where capital goes. Proxies, by name and on purpose. All are daily and causal.
"""

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd

from backtest.errors import UserError
from backtest.market import Market
from backtest.market.policy import policy_intensity
from backtest.market.sector_indices import alike

PREFIX = "market."
Sectors = tuple[str, ...]


def strength(market: Market, sectors: Sectors, window: int) -> pd.Series:
    """Return how far the sectors, equally weighted, moved against all sectors in `window` sessions.

    The index of the equal-weighted mean of their daily returns over `Market.equal_weight`: this
    ratio today over what it was `window` sessions ago, less 1; a ratio of growths, no difference.
    """
    close = market.sector_close[_here(market, sectors)]
    level = alike(close).where(close.notna().any(axis=1))
    return (level / market.equal_weight).pct_change(window, fill_method=None)


def breadth(market: Market, sectors: Sectors, window: int, smooth: int) -> pd.Series:
    """Return the share of sectors above their average of `window`, as a mean of `smooth`."""
    close = market.sector_close[_here(market, sectors)]
    average = close.rolling(window).mean()
    counted = average.notna().sum(axis=1)
    share = (close > average).sum(axis=1) / counted.where(counted > 0)
    return share.rolling(smooth).mean()


def turnover_share(market: Market, sectors: Sectors, window: int) -> pd.Series:
    """Return the sectors' share of all traded value over `window` sessions.

    The mean of theirs over the mean of all; nine tenths of the window, rounded down, have to be
    there, and one session at least.
    """
    traded = market.sector_turnover
    own = traded[_here(market, sectors)].sum(axis=1, min_count=1)
    total = traded[sorted(traded.columns)].sum(axis=1, min_count=1)
    fewest = max(1, window * 9 // 10)
    usual = total.rolling(window, min_periods=fewest).mean()
    return own.rolling(window, min_periods=fewest).mean() / usual.where(usual > 0)


def rate(market: Market, _: Sectors) -> pd.Series:
    """Return the universe's ten-year government bond yield, in percent."""
    return market.need("rate")


def rate_change(market: Market, _: Sectors, window: int) -> pd.Series:
    """Return the change of the ten-year yield over `window` sessions, in points."""
    return market.need("rate").diff(window)


def policy(market: Market, _: Sectors, kinds: tuple[str, ...], window: int) -> pd.Series:
    """Return how many policy events of some kinds became known in `window` sessions."""
    return policy_intensity(market, dict.fromkeys(kinds, 1.0), window)


OBSERVABLES: Mapping[str, Callable[[Market, Sectors], pd.Series]] = {
    f"{PREFIX}strength_60": partial(strength, window=60),
    f"{PREFIX}strength_120": partial(strength, window=120),
    f"{PREFIX}strength_240": partial(strength, window=240),
    f"{PREFIX}breadth_60": partial(breadth, window=60, smooth=20),
    f"{PREFIX}turnover_share_20": partial(turnover_share, window=20),
    f"{PREFIX}policy_demand_60": partial(policy, kinds=("P2", "V1", "V2"), window=60),
    f"{PREFIX}policy_distribution_60": partial(policy, kinds=("P1", "P3"), window=60),
    f"{PREFIX}rate": rate,
    f"{PREFIX}rate_change_60": partial(rate_change, window=60),
}
OF_THE_RATE = (f"{PREFIX}rate", f"{PREFIX}rate_change_60")  # new when the yield is


def observe(market: Market, series: str, sectors: Sectors) -> pd.Series:
    """Return one of `OBSERVABLES` for some sectors (all where none are named), by session.

    Raises
    ------
    UserError
        If the market has none of the sectors, no traded values or no yield.
    """
    values = market.remember(
        ("observable", series, sectors), lambda: OBSERVABLES[series](market, sectors)
    )
    return values.rename(series)


def _here(market: Market, sectors: Sectors) -> list[str]:
    names = list(market.sectors_of(sectors or market.by_sector))
    if not names:
        raise UserError(
            "market {market} has none of the sectors {sectors}; use a universe with one of them",
            market=market.name,
            sectors=", ".join(sectors),
        )
    return names
