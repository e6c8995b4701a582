"""Baskets held over a window, and sectors permuted between them.

A basket is bought at the close a window starts from and held: its return is the weighted mean of
its sectors' returns, which is what a table of half-year returns shows.
"""

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from backtest.evidence.chance import Placebo, counted
from backtest.evidence.observation import Array
from backtest.evidence.windows import CannotTell, Window
from backtest.market import Market
from backtest.notes import Titled, listed
from backtest.strategy.basket import Basket

ENOUGH = 0.5  # of a basket's weight has to have prices for the basket to be judged
ALL_OF_THEM = 50_000  # combinations up to which every one is tried


def path(close: pd.DataFrame, weights: pd.Series, window: Window) -> pd.Series:
    """Return the value of one unit held from the window's base on, base included."""
    prices = close[list(weights.index)].iloc[window.base : window.last + 1]
    grown = prices / prices.iloc[0]
    return grown.mul(weights / weights.sum(), axis=1).sum(axis=1)


def listed_weights(
    market: Market, basket: Basket | None, window: Window
) -> tuple[pd.Series, tuple[str, ...]]:
    """Return a basket's weights on sectors with a price at the base, and the sectors without.

    The equal-weight market for None.

    Raises
    ------
    CannotTell
        If less than half of the basket's weight has prices.
    """
    close = market.sector_close
    there = close.columns[close.iloc[window.base].notna() & close.iloc[window.last].notna()]
    if basket is None:
        return pd.Series(1.0, index=sorted(there)), ()
    if not basket.weights:
        title = Titled(basket.title, basket.title_zh)
        raise CannotTell("{basket} has no listed proxy", basket=title)
    present: dict[str, float] = {}
    absent = []
    for sector, weight in basket.weights:
        own = [name for name in market.sectors_of([sector]) if name in there]
        for name in own:
            present[name] = present.get(name, 0.0) + weight / len(own)
        absent += [] if own else [sector]
    if sum(present.values()) < ENOUGH:
        raise CannotTell(
            "market {market} has no prices for {absent} at the start of {label}",
            market=market.name,
            absent=listed(tuple(absent)),
            label=window.label,
        )
    return pd.Series(present), tuple(absent)


def instruments(market: Market, sectors: Iterable[str]) -> tuple[str, ...]:
    """Return the instruments that stand for sectors."""
    return tuple(name for sector in sectors for name in market.by_sector[sector])


def kinds(market: Market) -> tuple[str, ...]:
    """Return the kinds of instruments that stand for sectors here: "index", "etf", "stock"."""
    named = market.universe.by_id
    found = {named[name].kind for names in market.by_sector.values() for name in names}
    return tuple(sorted(found))


def only(market: Market, kind: str) -> Market:
    """Return a market without the sector instruments of other kinds."""
    named = market.universe.by_id
    kept = [
        name
        for name in market.instruments
        if named[name].sector is None or named[name].kind == kind
    ]
    return replace(
        market,
        close=market.close[kept],
        open=None if market.open is None else market.open[kept],
        turnover=None if market.turnover is None else market.turnover[kept],
        can_buy=market.can_buy[kept],
        can_sell=market.can_sell[kept],
    )


def permuted(
    gains: pd.Series,
    weights: pd.Series,
    against: pd.Series,
    sign: int,
    *,
    usual: Array,
    draws: int,
    seed: int,
) -> Placebo:
    """Ask how often baskets of sectors drawn by lot lead by as much of their usual variation.

    Sectors of a basket move together, so its lead varies more than that of sectors that have
    nothing to do with each other. Each lead is therefore divided by the standard deviation its own
    daily lead has outside the window: baskets of the same size compare as if of one cohesion.

    Every combination where the basket weighs its sectors alike, is held against all of them, and
    there are few enough; else `draws` permutations of the sectors between both baskets.

    Parameters
    ----------
    gains : Series
        Return of each sector over the window.
    weights, against : Series
        Of the basket and of what it is held against, by sector.
    usual : ndarray, session × sector
        Daily returns to take the variation from; NaN before a sector's first price.
    """
    names = list(gains.index)
    values = gains.to_numpy(dtype=float)
    covariance = pd.DataFrame(usual).cov().fillna(0.0).to_numpy()
    ours = weights.reindex(names, fill_value=0.0).to_numpy() / weights.sum()
    theirs = against.reindex(names, fill_value=0.0).to_numpy() / against.sum()

    def scores(leads: Array) -> Array:
        error = np.sqrt(((leads @ covariance) * leads).sum(axis=1))
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Array = leads @ values / error
        return np.where(error > 0, found, 0.0)

    own = float(scores((ours - theirs)[None])[0])
    alike = np.ptp(weights.to_numpy()) < 1e-12 and np.ptp(theirs) < 1e-12
    size = len(weights)
    if alike and comb(len(names), size) <= ALL_OF_THEM:
        picks = np.array(list(combinations(range(len(names)), size)))
        leads = np.tile(-theirs, (len(picks), 1))
        np.add.at(leads, (np.arange(len(picks))[:, None], picks), 1.0 / size)
        return counted("sectors permuted", scores(leads), own, sign, exact=True)
    random = np.random.default_rng(seed)
    shuffled = random.permuted(np.tile(np.arange(len(names)), (draws, 1)), axis=1)
    return counted("sectors permuted", scores((ours - theirs)[shuffled]), own, sign)
