"""Where a strategy stands after the last session: what it holds, and what it orders next."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.costs import Costs
from backtest.engine.plan import orders, plan, stage
from backtest.market import Market
from backtest.strategy import Strategy
from backtest.strategy.decisions import Decisions
from backtest.strategy.holding import fitted


@dataclass(frozen=True, eq=False)
class Position:
    """A strategy's own portfolio after a market's last session.

    Attributes
    ----------
    weights, target : ndarray
        Fractions held at the last close, and wanted at the next session; in the order of the
        market's instruments.
    ordered : bool
        Whether an order is due at the next session.
    waits : tuple of str
        Instruments an earlier order still waits for; it is tried again.
    regime, decided : str
        Names of what is held, and of what the last close decided for.
    since : Timestamp
        The session from which on it has been held under that name.
    traded : Timestamp or None
        The last session on which anything was traded.
    """

    weights: np.ndarray
    target: np.ndarray
    ordered: bool
    waits: tuple[str, ...]
    regime: str
    decided: str
    since: pd.Timestamp
    traded: pd.Timestamp | None

    @property
    def changes(self) -> bool:
        """Whether anything is to be traded at the next session."""
        return self.ordered or bool(self.waits)

    @property
    def turnover(self) -> float:
        """The part of the portfolio that changes hands at the next session, one-way."""
        moved = self.target - self.weights
        return float(max(moved.clip(min=0.0).sum(), (-moved).clip(min=0.0).sum()))


def position(strategy: Strategy, market: Market, costs: Costs, cash: float) -> Position:
    """Carry a strategy's orders out up to a market's last session, from `cash` on the first."""
    on = stage(market, costs, "open", cash)
    decisions = Decisions(strategy, market)
    due = orders(fitted(decisions.targets, market), market, rebalance=strategy.rebalance)
    made = plan(due, on)
    last = made.executions[-1] if made.executions else None
    held, spare, worth = np.zeros(len(market.instruments)), cash, np.zeros(len(market.instruments))
    if last is not None:
        spare = last.cash * float(on.money[-1] / on.money[last.session])
        worth = last.shares * on.close[-1]
        held = worth / (worth.sum() + spare)
    ordered = made.last is not None and made.last.decided == len(market.sessions) - 1
    waits = () if ordered else tuple(market.instruments[column] for column in made.unfilled)
    names = decisions.regime
    named = names.shift().fillna("cash")
    changed = named.ne(named.shift()).to_numpy()
    bought = made.executions[0].session if made.executions else 0
    return Position(
        weights=held,
        target=made.last.goal(worth, spare) if made.last and (ordered or waits) else held,
        ordered=ordered,
        waits=waits,
        regime=str(named.iloc[-1]),
        decided=str(names.iloc[-1]),
        since=market.sessions[max(int(np.flatnonzero(changed)[-1]), bought)],
        traded=None if last is None else market.sessions[last.session],
    )
