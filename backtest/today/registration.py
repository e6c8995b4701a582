"""Registrations: a strategy named before its window, judged by itself when the window is over."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backtest.costs import ETF_COSTS, Costs
from backtest.engine.plan import fill_used
from backtest.engine.resampling import block_length, resampling_counts
from backtest.engine.simulate import simulate
from backtest.errors import UserError
from backtest.evidence.verdict import CANNOT_TELL, FAILED, HELD
from backtest.market import Market
from backtest.plain import document
from backtest.strategy import Strategy
from backtest.strategy.holding import fitted
from backtest.strategy.source import source_identity
from backtest.today.journal import Entry
from backtest.today.today import CASH
from backtest.tuning.blend import blend_returns

DRAWS, FEWEST = 2_000, 60  # of the bootstrap; sessions below which nothing is judged


@dataclass(frozen=True, eq=False)
class Judgement:
    """How a registered strategy did in its window.

    Attributes
    ----------
    sessions : int
        In the window so far.
    complete : bool
        Whether the window is over.
    ahead : float
        Its total return less its static blend's, as a fraction; NaN before there is one.
    interval : pair of float
        Of the mean daily return over the blend, 90 %.
    verdict : "held", "failed" or "cannot tell"
    """

    entry: Entry
    sessions: int
    complete: bool
    ahead: float
    interval: tuple[float, float]
    verdict: str


def registration_body(strategy: Strategy, market: Market, until: pd.Timestamp) -> dict[str, Any]:
    """Return what is registered of a strategy before its window: rules, market, last day.

    Raises
    ------
    UserError
        If the market already has data of the last day.
    """
    check_until(market, until)
    known = {**rules_of(strategy), "market": market.name, "until": f"{until:%Y-%m-%d}"}
    return document(known)


def check_until(market: Market, until: pd.Timestamp) -> None:
    """Raise a `UserError` if a market already has data of a day that is to be registered."""
    if until <= market.sessions[-1]:
        raise UserError(
            "--until was {until:%Y-%m-%d}, but market {market} already has data up to "
            "{last:%Y-%m-%d}; register a day that is still to come",
            until=until,
            market=market.name,
            last=market.sessions[-1],
        )


def rules_of(strategy: Strategy) -> dict[str, Any]:
    """Return how an entry identifies a strategy: name, class, source and parameters."""
    kind = type(strategy)
    return {
        "strategy": strategy.name,
        "class": f"{kind.__module__}:{kind.__qualname__}",
        "source": source_identity(kind),
        "parameters": strategy.parameters,
    }


def judged(
    entry: Entry, market: Market, strategy: Strategy, *, costs: Costs = ETF_COSTS
) -> Judgement:
    """Judge a registered strategy on the sessions after its entry, up to the day it named.

    Its return less that of its static blend, session by session, with a 90 % interval of the mean
    by the stationary bootstrap (Politis & Romano 1994): *held* if the interval lies above 0,
    *failed* if below; *cannot tell* otherwise, before the window is over, and from fewer than 60
    sessions.
    """
    until = pd.Timestamp(entry.body["until"])
    seen = market.until(until)
    first = int(seen.sessions.searchsorted(pd.Timestamp(entry.day), "right"))
    sessions, complete = len(seen.sessions) - first, market.sessions[-1] >= until
    nothing = Judgement(entry, sessions, complete, np.nan, (np.nan, np.nan), CANNOT_TELL)
    if sessions < 2:
        return nothing
    fill = fill_used(seen, "open")
    terms: dict[str, Any] = {"costs": costs, "fill": fill, "cash": CASH, "first": first}
    targets = fitted(strategy.target_weights(seen), seen)
    equity = simulate(targets, seen, **terms, rebalance=strategy.rebalance).equity
    own = (equity / equity.shift(fill_value=CASH) - 1.0).to_numpy(dtype=float)
    blend = blend_returns(strategy, seen, **terms).to_numpy(dtype=float)
    ahead, active = float(np.prod(1.0 + own) - np.prod(1.0 + blend)), own - blend
    counts = resampling_counts(sessions, block_length(active), DRAWS, seed=0)
    low, high = np.quantile(counts @ active / sessions, [0.05, 0.95]).tolist()
    verdict = CANNOT_TELL
    if complete and sessions >= FEWEST:
        verdict = HELD if low > 0 else FAILED if high < 0 else CANNOT_TELL
    return Judgement(entry, sessions, complete, ahead, (low, high), verdict)
