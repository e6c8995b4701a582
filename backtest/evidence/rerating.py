"""Rerating: what of a basket's return was its valuation, and what its earnings.

A basket is bought at the close a window starts from and held. Its value over its earnings is its
valuation, so that the log return is the log change of the valuation plus that of the earnings, with
nothing left over.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from backtest.evidence.baskets import ENOUGH
from backtest.evidence.leads import gap
from backtest.evidence.observation import Observation
from backtest.evidence.windows import CannotTell, Window, held_rows
from backtest.market import Market
from backtest.market.valuation import priced, valuations
from backtest.strategy.basket import Basket
from backtest.strategy.claim import Claim


@dataclass(frozen=True, eq=False)
class Parts:
    """A held basket over a window, base included: logs that start at 0.

    `price` is `valuation` + `earnings` on every session; `members` are the instruments it holds,
    `absent` the sectors without a valuation.
    """

    price: pd.Series
    valuation: pd.Series
    members: tuple[str, ...]
    absent: tuple[str, ...] = ()

    @property
    def earnings(self) -> pd.Series:
        """The log change of what the basket earns."""
        return self.price - self.valuation


def carried(claim: Claim, market: Market) -> bool:
    """Whether a market carries the PE of at least half of a claim's basket, by weight."""
    return sum(weights_of(market, claim.basket)[0].values()) >= ENOUGH


def weights_of(market: Market, basket: Basket | None) -> tuple[dict[str, float], tuple[str, ...]]:
    """Return a basket's weights on the instruments with a PE, and the sectors without.

    Of the benchmark for None where it has a PE, else of all sectors that have one alike.
    """
    known = valuations(market).columns
    if basket is None and market.universe.benchmark in known:
        return {market.universe.benchmark: 1.0}, ()
    alike = dict.fromkeys(market.by_sector, 1.0 / len(market.by_sector))
    parts = alike if basket is None else dict(basket.weights)
    found: dict[str, float] = {}
    absent = []
    for sector, weight in parts.items():
        own = (name for one in market.sectors_of([sector]) for name in market.by_sector[one])
        members = [name for name in own if name in known]
        found |= dict.fromkeys(members, weight / max(1, len(members)))
        absent += [] if members else [sector]
    return found, tuple(absent)


def parts_of(market: Market, weights: dict[str, float], window: Window) -> Parts:
    """Split what a basket of instruments, by weight, did over a window.

    Raises
    ------
    CannotTell
        If less than half of it has a PE at both ends of the window.
    """
    names = list(weights)
    rows = held_rows(window)
    ratios = valuations(market)[names].iloc[rows].ffill()
    close = priced(market)[names].iloc[rows]
    ends = [0, -1]
    there = (ratios.iloc[ends].notna() & close.iloc[ends].notna() & (ratios.iloc[ends] != 0)).all()
    held = pd.Series(weights)[there[there].index]
    if held.sum() < ENOUGH:
        raise CannotTell("the valuation is not known over {label}", label=window.label)
    grown = close[held.index] / close[held.index].iloc[0]
    value = grown.mul(held, axis=1).sum(axis=1)
    earnings = (grown / ratios[held.index]).mul(held, axis=1).sum(axis=1)
    if (earnings <= 0).any():
        raise CannotTell(
            "it lost money in {label}: there is no valuation of losses", label=window.label
        )
    price = pd.Series(np.log(value / value.iloc[0]))
    return Parts(price, price - np.log(earnings / earnings.iloc[0]), tuple(held.index))


def rerating(claim: Claim, market: Market, window: Window) -> Observation:
    """Measure how much more a basket's PE rose than the market's."""
    (ours, absent), (theirs, _) = weights_of(market, claim.basket), weights_of(market, None)
    subject, against = parts_of(market, ours, window), parts_of(market, theirs, window)
    moves = pd.DataFrame({"subject": subject.valuation, "against": against.valuation})
    moves = moves.diff().iloc[1:]
    logs = moves.to_numpy(dtype=float)
    paths = {
        "subject": subject.valuation,
        "against": against.valuation,
        "price": subject.price,
        "earnings": subject.earnings,
    }
    return Observation(
        instruments=subject.members,
        statistic=partial(gap, logs),
        moves=moves["subject"],
        parts={name: float(np.expm1(path.iloc[-1])) for name, path in paths.items()},
        absent=absent,
        pair=np.expm1(logs),
    )


def sides(claim: Claim, market: Market, length: int) -> tuple[pd.Series, pd.Series]:
    """Return the changes of a basket's PE and of the market's over every window."""
    ours, theirs = weights_of(market, claim.basket)[0], weights_of(market, None)[0]
    return _changes(market, ours, length), _changes(market, theirs, length)


def _changes(market: Market, weights: dict[str, float], length: int) -> pd.Series:
    """Return by how much the PE of a basket bought `length` sessions ago has changed."""
    names = list(weights)
    ratios = valuations(market)[names]
    inverse = 1.0 / ratios.where(ratios != 0)
    grown = priced(market)[names].pct_change(length, fill_method=None) + 1.0
    before = inverse.shift(length)
    there = grown.notna() & inverse.notna() & before.notna()
    held = there.mul(pd.Series(weights), axis=1)
    price = (grown * held).sum(axis=1) / held.sum(axis=1)
    start, end = ((part * held).sum(axis=1) for part in (before, grown * inverse))
    enough = (held.sum(axis=1) >= ENOUGH) & (start > 0) & (end > 0)
    return price / (end / start).where(enough) - 1.0
