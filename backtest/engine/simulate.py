"""Targets → equity, by vectorbt.

vectorbt is handed only the sessions that trade (`backtest.engine.plan` finds them and the shares
wanted) and keeps the books: every order, fee and the cash left. Daily equity is rebuilt from its
order records and the closes. Two conventions make that exact:

- Idle cash earns the money rate. Prices go in in units of the money account (divided by its
  growth), in which cash is constant; equity comes out multiplied by it.
- The side of every order is known beforehand, so buy and sell costs go in as one fee an order, and
  what a minimum commission adds as a fixed fee.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from backtest.costs import Costs
from backtest.engine.books import books
from backtest.engine.plan import Execution, Plan, orders, plan, stage
from backtest.engine.stage import Stage
from backtest.market import Market
from backtest.market.schedule import ON_CHANGE
from backtest.strategy.holding import fitted

AGREEMENT = 1e-9  # relative difference between the plan and vectorbt's books that is an error


@dataclass(frozen=True, eq=False)
class Simulation:
    """What a portfolio did: equity, shares and orders.

    Attributes
    ----------
    equity, cash : Series
        After each session's close, in the market's currency.
    shares : DataFrame, session × instrument
        Held at each session's close.
    targets : DataFrame, session × instrument
        What was simulated, on all sessions and instruments of the market.
    unfilled : tuple of str
        Instruments whose last order was never completed.
    """

    equity: pd.Series
    cash: pd.Series
    shares: pd.DataFrame
    targets: pd.DataFrame
    unfilled: tuple[str, ...]
    _log: Callable[[], pd.DataFrame] = field(repr=False)

    @cached_property
    def orders(self) -> pd.DataFrame:
        """One row a trade.

        The sessions it was decided, due and filled; instrument, side, shares, price, value, and
        the costs by kind.
        """
        return self._log()


def simulate(
    targets: pd.DataFrame,
    market: Market,
    *,
    costs: Costs,
    fill: str,
    cash: float,
    first: int = 0,
    rebalance: str = ON_CHANGE,
) -> Simulation:
    """Simulate target weights on a market from its session number `first` on.

    Parameters
    ----------
    targets : DataFrame, session × instrument
        As `Strategy.target_weights` returns them.
    fill : str
        One of `plan.FILLS`:
        The price of the session after the decision at which orders fill.
    cash : float
        What the portfolio starts with.
    rebalance : str
        When a row that repeats the one before orders too; see `plan.orders`.
    """
    on = stage(market, costs, fill, cash, first)
    targets = fitted(targets, market)
    made = plan(orders(targets, market, first, rebalance), on)
    growth = on.money / on.money[max(first - 1, 0)]
    records = books(made.executions, on, growth)
    shares, spare = _holdings(records, made, on, growth)
    held = np.zeros((len(growth) - first, len(on.lot)))
    idle = np.full(len(growth) - first, cash)
    at = np.array([execution.session for execution in made.executions], dtype=int)
    last = np.searchsorted(at, np.arange(first, len(growth)), side="right") - 1
    held[last >= 0] = shares[last[last >= 0]]
    idle[last >= 0] = spare[last[last >= 0]]
    idle *= growth[first:]
    sessions = market.sessions[first:]
    return Simulation(
        equity=pd.Series((held * on.close[first:]).sum(axis=1) + idle, sessions, name="equity"),
        cash=pd.Series(idle, sessions, name="cash"),
        shares=pd.DataFrame(held, sessions, market.close.columns),
        targets=targets,
        unfilled=tuple(market.instruments[column] for column in made.unfilled),
        _log=lambda: _order_log(records, made.executions, market, on, costs),
    )


def _holdings(
    records: np.ndarray, made: Plan, on: Stage, growth: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Rebuild shares and cash (in money units) after each execution from vectorbt's records.

    Raises
    ------
    RuntimeError
        If vectorbt's books and the plan differ.
    """
    executions = made.executions
    bought = np.zeros((len(executions), len(on.lot)))
    spent = np.zeros(len(executions))
    bought[records["idx"], records["col"]] = records["size"]
    np.add.at(spent, records["idx"], records["size"] * records["price"] + records["fees"])
    shares = bought.cumsum(axis=0)
    spare = on.cash - spent.cumsum()
    for row, execution in enumerate(executions):
        mark = on.mark[execution.session]
        value = execution.cash + float((execution.shares * mark).sum())
        gap = np.abs((shares[row] - execution.shares) * mark).sum()
        gap += abs(spare[row] * growth[execution.session] - execution.cash)
        if gap > AGREEMENT * value:
            raise RuntimeError(
                f"vectorbt's books differ from the plan by {gap:.6g} of {value:.6g} at execution "
                f"{row}; please report this"
            )
    return shares, spare


def _order_log(
    records: np.ndarray, executions: tuple[Execution, ...], market: Market, on: Stage, costs: Costs
) -> pd.DataFrame:
    """Lay vectorbt's records out with true prices and the costs by kind."""
    idx, col = records["idx"], records["col"]
    filled = np.array([execution.session for execution in executions], dtype=int)[idx]
    decided = np.array([execution.order.decided for execution in executions], dtype=int)[idx]
    due = np.maximum(decided + on.lag, on.first)
    buys = records["size"] > 0.0
    shares, price = np.abs(records["size"]), on.mark[filled, col]
    value = shares * price
    paid = {
        part: value * np.where(buys, buy[filled, col], sell[filled, col])
        for part, (buy, sell) in costs.rates(market).parts.items()
    }
    paid["commission"] = np.maximum(paid["commission"], on.minimum)
    sessions = market.sessions
    log = pd.DataFrame(
        {
            "decided": sessions[decided],
            "due": sessions[due],
            "filled": sessions[filled],
            "sessions_late": filled - due,
            "instrument": np.array(market.instruments, dtype=object)[col],
            "side": np.where(buys, "buy", "sell"),
            "shares": shares,
            "price": price,
            "value": value,
            **paid,
        }
    )
    log["cost"] = log[list(paid)].sum(axis=1)
    return log.sort_values(
        ["filled", "side", "instrument"], ascending=[True, False, True]
    ).reset_index(drop=True)
