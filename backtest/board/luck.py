"""How far one variant shown on the board is to be believed, as `nqp tune` would say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backtest.trials.ledger import Count
from backtest.tuning.deflated_sharpe import deflation
from backtest.tuning.honesty import timing_sentence, too_small, tried_so_far, verdict_of
from backtest.tuning.return_chunks import Array
from backtest.tuning.spa import ROUNDING
from backtest.tuning.timing_test import TimingTest


@dataclass(frozen=True)
class Luck:
    """The verdict on one variant among all trials made, and its deflated Sharpe ratios.

    Attributes
    ----------
    count : Count
        Trials ever made on this market, by the ledger.
    timing : TimingTest or None
        Whether its timing is more than luck; None for what is no rotation.
    deflated, hurdle : float
        Chance that the true Sharpe ratio exceeds `hurdle`, the best of all trials without skill.
    deflated_active : float
        The same of the return over the strategy's baskets held without switching.
    break_even, costs : float
        As in `backtest.tuning.honesty.Honesty`.
    years : float
        Length of the sample.
    switches : int or None
        How often what is held changed; None if it is no rotation, whose blend is all sectors in
        equal parts.
    """

    count: Count
    timing: TimingTest | None
    deflated: float
    hurdle: float
    deflated_active: float
    break_even: float
    costs: float
    years: float
    switches: int | None

    @property
    def trials(self) -> int:
        """Trials ever made on this market."""
        return self.count.trials

    @property
    def verdict(self) -> str:
        """Return "luck", "cannot tell" or "skill", as `nqp tune` would."""
        terms = {"break_even": self.break_even, "costs": self.costs}
        return verdict_of(self.timing, self.years, self.switches, **terms)

    @property
    def too_small(self) -> str | None:
        """Why no figure from this sample could support a choice; None if one could."""
        return too_small(self.years, self.switches)

    @property
    def sentence(self) -> str:
        """The verdict in one sentence."""
        tried = tried_so_far(self.count.trials, self.count.effective)
        if self.too_small is not None:
            return f"This sample is too small for a verdict: {self.too_small}, after {tried}."
        return timing_sentence(
            self.timing, self.years, tried, break_even=self.break_even, costs=self.costs
        )


def luck(
    returns: Array,
    risk_free: Array,
    blend: Array,
    *,
    per_year: float,
    count: Count,
    timing: TimingTest | None,
    break_even: float,
    costs: float,
    switches: int | None,
) -> Luck:
    """Return how far a variant is to be believed.

    Parameters
    ----------
    returns, risk_free, blend : array
        Daily simple returns of the variant, of cash, and of its baskets held without switching.
    per_year : float
        Sessions per year.
    """
    effective = max(count.effective, 1)
    whole = deflation(returns - risk_free, per_year, effective)
    active = returns - blend
    # What only rounding tells apart from its baskets has no return of its own.
    active = active if float(np.abs(active).max()) > ROUNDING else np.zeros_like(active)
    return Luck(
        count=count,
        timing=timing,
        deflated=whole.probability,
        hurdle=whole.hurdle,
        deflated_active=deflation(active, per_year, effective).probability,
        break_even=break_even,
        costs=costs,
        years=len(returns) / per_year,
        switches=switches,
    )
