"""Prices an index has under its code before it was what it is now: left out, and said."""

from __future__ import annotations

import pandas as pd

from backtest.data.finding import Finding
from backtest.market.universe import Universe


def usable(prices: pd.DataFrame, universe: Universe) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Return prices from each instrument's `usable_from` on, and what is to be said of the rest.

    An index that was redefined within its record is named: nothing joins the two silently.

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
        if one.usable_from is not None:
            before = (prices["instrument"] == name) & (
                prices["date"] < pd.Timestamp(one.usable_from)
            )
            if before.any():
                found.append(Finding("not_usable", one.id, one.usable_from, float(before.sum())))
                early |= before
        day = None if one.redefined is None else pd.Timestamp(one.redefined)
        if day is not None and dates.min() < day <= dates.max():
            found.append(Finding("redefined", one.id, one.redefined))
    return prices[~early].reset_index(drop=True), tuple(found)
