"""Prices an index has under its code before it was what it is now: left out, and said."""

from __future__ import annotations

import pandas as pd

from backtest.data.finding import Finding
from backtest.market.universe import Universe


def usable(prices: pd.DataFrame, universe: Universe) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Return prices from the day on which each is the index it is now, and what was left out.

    That is its `usable_from`, or the day it was `redefined`: nothing joins two definitions.

    Parameters
    ----------
    prices : DataFrame
        Rows of `instrument`, `date` and prices.
    """
    found = []
    early = pd.Series(False, prices.index)
    for name, dates in prices.groupby("instrument")["date"]:
        one = universe.by_id.get(str(name))
        if one is None:
            continue
        day = max((day for day in (one.usable_from, one.redefined) if day), default=None)
        before = dates[:0] if day is None else dates[dates < pd.Timestamp(day)]
        if len(before):
            found.append(Finding("not_usable", one.id, day, float(len(before))))
            early[before.index] = True
    return prices[~early].reset_index(drop=True), tuple(found)
