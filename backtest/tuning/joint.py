"""The timing test of one variant over every trial on record of its market."""

from __future__ import annotations

import math

import numpy as np

from backtest.engine.held import lineage
from backtest.market import Market
from backtest.trials.ledger import Count, Ledger
from backtest.trials.tried import Held, active_returns, window_of
from backtest.tuning.timing_test import Signals, TimingTest, timing_test


def joint_test(own: Held, market: Market) -> TimingTest | None:
    """Test what a variant held against all trials recorded of its market, whoever made them.

    Parameters
    ----------
    own : Held
        What the one variant in question held.

    Returns
    -------
    TimingTest or None
        None where it decided nothing, or on fewer than three sessions.
    """
    picked = own.codes[0]
    known = np.flatnonzero(picked >= 0)
    if not len(known) or len(picked) - known[0] < 3:
        return None
    begin = int(known[0])  # what comes before is its warm-up
    others = [
        Signals(held.codes, held.returns.astype(float), held.reach)
        for held in Ledger.at_home().held(lineage(market), own.days[begin:])
    ]
    alone = Signals(own.codes[:0, begin:], own.returns[:, begin:].astype(float), own.reach)
    return timing_test(picked[begin:], alone, others, per_year=market.per_year())


def break_even(own: Held, turnover: float, per_year: float) -> float:
    """Return the cost per unit of value traded at which a variant's timing earns nothing.

    Parameters
    ----------
    turnover : float
        One way, a year: half of all that is traded.
    """
    earned = float(active_returns(own.codes, own.returns).mean()) * per_year
    return earned / (2.0 * turnover) if turnover > 0 else math.nan


def trials_on(market: Market, first: int) -> Count:
    """Return how many trials the windows have seen that overlap a market's from a session on."""
    return Ledger.at_home().count(lineage(market), *window_of(market.sessions[first:]))
