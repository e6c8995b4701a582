"""How many claims would hold if nothing were true: the same claims on other dates."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np

from backtest.evidence.chance import SIGNIFICANCE
from backtest.evidence.finding import ClaimFinding
from backtest.evidence.intervals import FEWEST
from backtest.evidence.observables import elsewhere
from backtest.evidence.observation import Array
from backtest.evidence.verdict import CANNOT_TELL, HELD
from backtest.market import Market


@dataclass(frozen=True)
class HeldByChance:
    """The number of claims that held, against other dates.

    Attributes
    ----------
    held, judged : int
        Claims that held, and those that held or failed or could have.
    expected : float
        How many hold on average over other dates: NaN where the record is too short to say.
    p : float
        The probability of as many or more.
    separate : int
        Other dates whose windows do not overlap.
    """

    held: int
    judged: int
    expected: float
    p: float
    separate: int


def held_by_chance(findings: Sequence[ClaimFinding], market: Market) -> HeldByChance:
    """Move the claims' windows together to every other date and count how many outcomes hold.

    Claims share baskets and windows, so their chances are not independent; moving them together
    keeps that. Regularities are held against chance one by one and add one in twenty each.
    """
    told = [one for one in findings if one.window_of is not None and not math.isnan(one.value)]
    outcomes = [
        one for one in told if one.claim.asserts == "outcome" and one.verdict != CANNOT_TELL
    ]
    rules = [one for one in told if one.claim.asserts == "regularity" and one.placebo is not None]
    held = sum(one.verdict == HELD for one in (*outcomes, *rules))
    judged = len(outcomes) + len(rules)
    counts, separate = _counts(outcomes, market)
    if separate < FEWEST:
        return HeldByChance(held, judged, math.nan, math.nan, int(separate))
    extra = np.arange(len(rules) + 1)
    chances = [
        comb(len(rules), k) * SIGNIFICANCE**k * (1.0 - SIGNIFICANCE) ** (len(rules) - k)
        for k in extra.tolist()
    ]
    share = sum(
        chance * float((counts + more >= held).mean())
        for more, chance in zip(extra.tolist(), chances, strict=True)
    )
    return HeldByChance(
        held,
        judged,
        float(counts.mean()) + SIGNIFICANCE * len(rules),
        (1.0 + share * separate) / (1.0 + separate),
        int(separate),
    )


def _counts(outcomes: Sequence[ClaimFinding], market: Market) -> tuple[Array, float]:
    """Return how many outcomes hold on each other date, and how many dates are separate."""
    if not outcomes:
        return np.empty(0), 0.0
    longest = max(len(one.window_of) for one in outcomes if one.window_of is not None)
    shifts = np.arange(-len(market.sessions), len(market.sessions) + 1)
    shifts = shifts[np.abs(shifts) >= longest]
    total, known = np.zeros(len(shifts)), np.ones(len(shifts), dtype=bool)
    for one in outcomes:
        window, claim = one.window_of, one.claim
        assert window is not None
        values = elsewhere(claim, market, len(window)).to_numpy(dtype=float)
        at = window.last + shifts
        there = (at >= 0) & (at < len(values))
        found = np.full(len(shifts), np.nan)
        found[there] = values[at[there]]
        known &= np.isfinite(found)
        beyond = claim.sign * (found - claim.threshold)
        total += np.where(np.isfinite(beyond), beyond >= max(claim.margin, 1e-12), 0.0)
    return total[known], float(known.sum()) / longest
