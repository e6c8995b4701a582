"""Policy intensity: how many policy events became known recently, by kind, from the register."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from backtest.market.event_file import Event, policy_register
from backtest.market.market import Market

Weights = Mapping[str, float]


def policy_intensity(market: Market, weights: Weights, window: int) -> pd.Series:
    """Return the weights of the policy events of the last `window` sessions, summed; by session.

    An event counts from the first session on which it was known (`Event.first`, an unknown time
    taken for after the close), with the weight of the most specific kind named that it is of, and
    with the opposite one if it was adverse. Unknown where the window is not full of sessions that
    the register covers: from its first event to its last.

    Parameters
    ----------
    weights : mapping of kind to weight
        Kinds of events, those below them included.
    window : int
        Sessions, this one included.
    """
    key = ("policy intensity", tuple(weights.items()), window)
    return market.remember(key, lambda: _intensity(market, weights, window))


def _intensity(market: Market, weights: Weights, window: int) -> pd.Series:
    events = policy_register().events
    amounts = np.zeros(len(market.sessions) + 1)  # the last one: after the market's record
    for one in events:
        if one.first() >= market.sessions[0]:
            amounts[market.sessions.searchsorted(one.first())] += _weight(one, weights)
    summed = pd.Series(amounts[:-1], market.sessions).rolling(window).sum()
    covered = market.sessions >= events[0].day
    full = pd.Series(covered, market.sessions).rolling(window).sum() == window
    return summed.where(full & (market.sessions <= events[-1].day)).round(9)


def _weight(event: Event, weights: Weights) -> float:
    """Return what an event counts for; 0 if it is of none of the kinds."""
    named = [kind for kind in weights if event.of_kind(kind)]
    weight = weights[max(named, key=len)] if named else 0.0
    return -weight if event.adverse else weight
