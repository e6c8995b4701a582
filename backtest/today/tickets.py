"""The order list: from an account to target weights, in lots, with costs by kind.

Prices are the last closes: an
estimate, as the next open is not known. What could not be traded in the last session is left
alone, so nothing is bought with money that a sale may not bring.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.costs import Costs
from backtest.engine.plan import stage
from backtest.engine.rebalance import rebalance, trading_costs
from backtest.engine.stage import Stage
from backtest.market import Market

NEAR = 0.01  # an instrument this close to what the strategy holds is there, drift and lots aside
SMALLEST = 1e-4  # of a unit, where fractions may be bought


@dataclass(frozen=True, eq=False)
class Tickets:
    """Orders for the next session.

    Attributes
    ----------
    orders : DataFrame
        One row an order, sales first: instrument, name, side, units, price, value, the costs by
        kind and together.
    before, after : ndarray
        Units held before and after them, in the order of the market's instruments.
    cash : float
        What is left after the orders and their costs.
    value : float
        What the account is worth before them.
    waiting : tuple of str
        Instruments that should be traded but could not be in the last session.
    """

    orders: pd.DataFrame
    before: np.ndarray
    after: np.ndarray
    cash: float
    value: float
    waiting: tuple[str, ...]


def tickets(
    weights: np.ndarray,
    shares: np.ndarray,
    cash: float,
    market: Market,
    costs: Costs,
    due: pd.Timestamp,
) -> Tickets:
    """List the orders that bring shares and cash to target weights at the last closes.

    Parameters
    ----------
    weights, shares : ndarray
        Fractions and units in the order of the market's instruments.
    due : Timestamp
        The session the orders are for; its costs apply.
    """
    on, last = last_stage(market, costs, due), len(market.sessions) - 1
    filled = rebalance(weights, shares, cash, on, last)
    change = filled.shares - shares
    bought, step = change > 0, np.where(on.lot > 0, on.lot, SMALLEST)
    change[bought] = np.floor(change[bought] / step[bought] + 1e-9) * step[bought]
    value = change * np.where(change != 0, on.price[last], 0.0)
    paid = trading_costs(value, on, last)
    waits = filled.waits_to_buy | filled.waits_to_sell
    return Tickets(
        orders=_listed(change, value, paid, market, costs, due),
        before=shares,
        after=shares + change,
        cash=max(cash - float(value.sum()) - float(paid.sum()), 0.0),
        value=cash + float((shares * on.mark[last]).sum()),
        waiting=tuple(market.instruments[column] for column in np.flatnonzero(waits)),
    )


def weights_now(shares: np.ndarray, cash: float, market: Market) -> np.ndarray:
    """Return the fractions of an account that lie in each instrument at the last close."""
    worth = shares * np.nan_to_num(market.close.iloc[-1].to_numpy(dtype=float))
    fractions: np.ndarray = worth / (cash + worth.sum())
    return fractions


def near(weights: np.ndarray, shares: np.ndarray, cash: float, market: Market) -> bool:
    """Whether an account holds the weights already, drift and whole lots aside."""
    price = np.nan_to_num(market.close.iloc[-1].to_numpy(dtype=float))
    lots = np.array([float(market.universe.by_id[name].lot) for name in market.instruments])
    room = np.maximum(NEAR, lots * price / (cash + float((shares * price).sum())))
    return bool((np.abs(weights_now(shares, cash, market) - weights) <= room).all())


def last_stage(market: Market, costs: Costs, due: pd.Timestamp) -> Stage:
    """Return what the last close offers, at the costs of the session `due`."""
    on = stage(market, costs, "close", 0.0)
    rates = costs.rates(market, pd.DatetimeIndex([due]))
    sides = (rates.commission_buy, rates.commission_sell, rates.other_buy, rates.other_sell)
    return on._replace(
        mark=on.close, rates=np.stack(sides, axis=1), rate_row=np.zeros_like(on.rate_row)
    )


def _listed(
    change: np.ndarray,
    value: np.ndarray,
    paid: np.ndarray,
    market: Market,
    costs: Costs,
    due: pd.Timestamp,
) -> pd.DataFrame:
    """Lay the orders out with their costs by kind, as the simulation's order log has them."""
    known, rates = market.universe.by_id, costs.rates(market, pd.DatetimeIndex([due]))
    columns = np.flatnonzero(change)
    names = [market.instruments[column] for column in columns]
    buys, size = change[columns] > 0, np.abs(value[columns])
    by_kind = {
        part: size * np.where(buys, buy[0, columns], sell[0, columns])
        for part, (buy, sell) in rates.parts.items()
    }
    by_kind["commission"] = np.maximum(by_kind["commission"], rates.minimum)
    listed = pd.DataFrame(
        {
            "instrument": names,
            "name": [known[name].name for name in names],
            "side": np.where(buys, "buy", "sell"),
            "units": np.abs(change[columns]),
            "price": market.close.iloc[-1].to_numpy(dtype=float)[columns],
            "value": size,
            **by_kind,
            "cost": paid[columns],
        }
    )
    return listed.sort_values(["side", "instrument"], ascending=[False, True]).reset_index(
        drop=True
    )
