"""A backtest as a `vectorbt.Portfolio` at daily frequency, for vectorbt's own figures and plots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from vectorbt import Portfolio

MONEY = "money"  # the column that holds idle cash where it earns interest


@dataclass(frozen=True, eq=False)
class Books:
    """What a portfolio is made of again.

    Attributes
    ----------
    close : DataFrame, session × instrument
        Prices over the window.
    orders : DataFrame
        The order log of a result.
    risk_free : Series
        What idle cash earned by session.
    cash : float
        What it started with.
    """

    close: pd.DataFrame
    orders: pd.DataFrame
    risk_free: pd.Series
    cash: float


def daily_portfolio(books: Mapping[Any, Books]) -> Portfolio:
    """Return backtests as one portfolio, a group of shared cash each.

    The orders are those of each result: same session, shares, price and costs (as fixed fees). A
    vectorbt portfolio's cash earns nothing, so where idle cash earns interest it is held in units
    of the money account, in a column "money" whose price is that account's growth; the first
    session's interest is part of the initial cash. `value()` is the result's equity.

    Parameters
    ----------
    books : mapping
        On one window, by the name of their group.
    """
    import vectorbt

    closes, sizes, prices, fees, cash = zip(*map(_orders, books.values()), strict=True)
    joined = [pd.concat(parts, axis=1, keys=list(books)) for parts in (closes, sizes)]
    groups: pd.Index = joined[0].columns.get_level_values(0)
    if len(books) == 1:
        joined = [frame.droplevel(0, axis=1) for frame in joined]
        groups = pd.Index(np.zeros(len(groups), dtype=int))
    return vectorbt.Portfolio.from_orders(
        joined[0],
        size=joined[1],
        price=np.hstack(prices),
        fixed_fees=np.hstack(fees),
        init_cash=np.array(cash),
        group_by=groups,
        cash_sharing=True,
        call_seq="auto",
        freq="1D",
    )


def _orders(books: Books) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray, np.ndarray, float]:
    """Return closes, signed sizes, fill prices and fees, session × column, and initial cash."""
    close, log = books.close, books.orders
    sessions, names = close.index, list(close.columns)
    rows = sessions.get_indexer(pd.DatetimeIndex(log["filled"]))
    columns = pd.Index(names).get_indexer(pd.Index(log["instrument"]))
    signed = np.where(log["side"] == "buy", log["shares"], -log["shares"])
    size, fee = np.full(close.shape, np.nan), np.zeros(close.shape)
    price = close.to_numpy(dtype=float).copy()
    size[rows, columns] = signed
    price[rows, columns] = log["price"]
    fee[rows, columns] = log["cost"]
    begun = books.cash
    growth = (1.0 + books.risk_free).cumprod().to_numpy(dtype=float)
    if (growth == 1.0).all():
        return close, pd.DataFrame(size, sessions, names), price, fee, begun
    spent = np.zeros(len(sessions))
    np.add.at(spent, rows, (signed * log["price"] + log["cost"]).to_numpy(dtype=float))
    units = begun - (spent / growth).cumsum()
    traded = np.diff(units, prepend=0.0)
    traded[np.abs(traded) < 1e-12 * begun] = np.nan
    size, fee = np.column_stack([size, traded]), np.column_stack([fee, np.zeros(len(sessions))])
    return (
        close.assign(**{MONEY: growth}),
        pd.DataFrame(size, sessions, [*names, MONEY]),
        np.column_stack([price, growth]),
        fee,
        begun * float(growth[0]),
    )
