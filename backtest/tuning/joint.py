"""The timing test of one variant over every trial on record of its market."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from backtest.engine.held import lineage
from backtest.engine.recording import one_held
from backtest.market import Market
from backtest.notes import Note
from backtest.strategy.decisions import Decisions, rotates
from backtest.trials.ledger import Count, Ledger
from backtest.trials.tried import Held, active_returns, window_of
from backtest.tuning.shifts import Signals
from backtest.tuning.timing_test import TimingTest, timing_test
from backtest.tuning.verdict import break_even


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
        Signals(held.codes, held.returns.astype(float), held.reach, held.made)
        for held in Ledger.at_home().held(lineage(market), own.days[begin:])
    ]
    alone = Signals(own.codes[:0, begin:], own.returns[:, begin:].astype(float), own.reach)
    return timing_test(picked[begin:], alone, others, per_year=market.per_year())


@dataclass(frozen=True, eq=False)
class Selection:
    """A variant among all trials of its market: how many there were, and what its timing is worth.

    Attributes
    ----------
    timing : TimingTest or None
        Its p-value takes the choice among all trials into account; None for what is no rotation.
    """

    count: Count
    timing: TimingTest | None

    @property
    def sentence(self) -> Note:
        """What the choice among trials leaves of its timing."""
        trials, ideas = f"{self.count.trials:,}", f"{self.count.effective:,}"
        if self.timing is None:
            return Note(
                "One of {trials} trials on this market ({ideas} independent); it is no rotation, "
                "so its timing cannot be tested among them.",
                trials=trials,
                ideas=ideas,
            )
        if self.count.trials <= 1:
            return Note(
                "The only trial on this market: {share} of all shifts of its signal in time give "
                "timing at least as good (p = {p}).",
                share=f"{self.timing.p:.1%}",
                p=f"{self.timing.p:.3f}",
            )
        return Note(
            "One of {trials} trials on this market ({ideas} independent): {share} of all shifts "
            "of their signals in time give timing at least as good (p = {p}), the choice among "
            "them included.",
            trials=trials,
            ideas=ideas,
            share=f"{self.timing.p:.1%}",
            p=f"{self.timing.p:.3f}",
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        timing = self.timing
        return {
            "trials": self.count.trials,
            "effective_trials": self.count.effective,
            "p": None if timing is None else timing.p,
            "bound": timing.bound if timing is not None and math.isfinite(timing.bound) else None,
            "sentence": self.sentence,
        }


def selection(decisions: Decisions, *, fill: str, first: int = 0) -> Selection:
    """Return what a strategy's timing is worth among all trials recorded of its market."""
    rotating = rotates(decisions.strategy)
    own = one_held(decisions, fill=fill, first=first) if rotating else None
    timing = None if own is None else joint_test(own, decisions.market)
    return Selection(trials_on(decisions.market, first), timing)


def timed(
    own: Held | None, market: Market, first: int, figures: Mapping[str, float]
) -> dict[str, Any]:
    """Return what a verdict takes of a variant's timing: the test, break-even cost, what was paid.

    Parameters
    ----------
    own : Held or None
        What it held; None for what is no rotation.
    figures : mapping
        Its `turnover` and `cost_drag` a year.
    """
    turnover = float(figures["turnover"])
    paid = float(figures["cost_drag"]) / (2.0 * turnover) if turnover > 0 else math.nan
    if own is None:
        return {"timing": None, "break_even": math.nan, "costs": paid}
    earned = float(active_returns(own.codes, own.returns).mean()) * market.per_year(first)
    even = break_even(earned, turnover)
    return {"timing": joint_test(own, market), "break_even": even, "costs": paid}


def trials_on(market: Market, first: int) -> Count:
    """Return how many trials the windows have seen that overlap a market's from a session on."""
    return Ledger.at_home().count(lineage(market), *window_of(market.sessions[first:]))
