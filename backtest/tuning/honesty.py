"""Honesty: what stands next to every best variant, and the verdict on it.

The verdict rests on one test (`backtest.tuning.verdict`). All other figures are reported with it,
each with its meaning, and none of them decides.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtest.display import Displayed, put_in
from backtest.trials.ledger import Count
from backtest.tuning.intervals import SharpeInterval
from backtest.tuning.spa import SpaTest
from backtest.tuning.timing_test import TimingTest
from backtest.tuning.verdict import Verdict


@dataclass(frozen=True, repr=False, eq=False)
class Honesty(Displayed):
    """How far a variant is to be believed. Sharpe ratios are annualized.

    Attributes
    ----------
    sharpe : float
        Of the variant, in excess of what cash earned.
    variants : int
        Variants in this sweep; `best` is the number of the one in question.
    trials, unknown_trials : int
        Variants ever tried on this market, by the ledger, and those among them of which an earlier
        version kept the number only.
    effective_trials : int
        How many independent ideas those amount to; it never falls.
    timing : TimingTest or None
        Whether its timing is significant; None for what is no rotation.
    break_even, costs : float
        Cost per unit of value traded at which its timing earns nothing and skill ends, and what it
        paid.
    probabilistic_sharpe : float
        Chance that the true Sharpe ratio is positive, had this been the only variant tried.
    deflated_sharpe : float
        Chance that it exceeds `expected_max_sharpe`, the best of `effective_trials` without skill.
    active_sharpe, deflated_active, expected_max_active : float
        The same of the return over the baskets held without switching.
    overfitting : float
        Probability of backtest overfitting over all variants, from `blocks` blocks.
    overfitting_loss : float
        Chance that the best of one half of the blocks has a negative Sharpe ratio in the other.
    against_benchmark, against_blend : SpaTest or None
        Whether any variant beats the benchmark, and the baskets held without switching.
    minimum_years : float
        Minimum backtest length for `effective_trials`.
    intervals : tuple of SharpeInterval
        For half the suggested block length, for it, and for twice it.
    looks_ahead, checked : str, bool
        What was found if the strategy uses later data, empty if it does not; whether it was looked.
    holdout, openings
        First session kept out of the choice, and how often those sessions have been looked at.
    missing : tuple of str
        What could not be said, and why.
    """

    best: int
    sharpe: float
    variants: int
    trials: int
    unknown_trials: int
    effective_trials: int
    sessions: int
    per_year: float
    switches: int | None
    timing: TimingTest | None
    break_even: float
    costs: float
    probabilistic_sharpe: float
    deflated_sharpe: float
    expected_max_sharpe: float
    active_sharpe: float
    deflated_active: float
    expected_max_active: float
    overfitting: float
    overfitting_loss: float
    blocks: int
    against_benchmark: SpaTest | None
    against_blend: SpaTest | None
    minimum_years: float
    intervals: tuple[SharpeInterval, SharpeInterval, SharpeInterval]
    seed: int
    looks_ahead: str = ""
    checked: bool = True
    holdout: str = ""
    openings: int = 0
    missing: tuple[str, ...] = ()
    logits: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))

    @property
    def years(self) -> float:
        """Length of the sample."""
        return self.sessions / self.per_year

    @property
    def interval(self) -> SharpeInterval:
        """The interval for the suggested block length."""
        return self.intervals[1]

    @property
    def significant_up_to(self) -> float:
        """Cost per unit traded above which its timing, net of it, is not significant.

        What it earns beyond the best of all signals in 5 % of shifts, over what it trades; 0 where
        that is nothing. `break_even` leaves the bar out.
        """
        timing = self.timing
        if timing is None or not math.isfinite(self.break_even):
            return math.nan
        beyond = 1.0 - timing.critical / timing.sharpe if timing.sharpe > 0 else 0.0
        return max(0.0, beyond) * self.break_even

    @property
    def ruling(self) -> Verdict:
        """The verdict, and what it rests on."""
        return Verdict(
            timing=self.timing,
            count=Count(self.trials, self.effective_trials, self.unknown_trials),
            years=self.years,
            switches=self.switches,
            break_even=self.break_even,
            costs=self.costs,
            looks_ahead=self.looks_ahead,
            checked=self.checked,
        )

    @property
    def verdict(self) -> str:
        """Return "luck", "cannot tell" or "skill"."""
        return self.ruling.word

    @property
    def too_small(self) -> str | None:
        """Why no figure from this sample could support a choice; None if one could."""
        return self.ruling.too_small

    @property
    def banner(self) -> str:
        """The verdict in one sentence."""
        return self.ruling.sentence

    def table(self) -> pd.DataFrame:
        """Return the figures as text, one row each, with what each means."""
        rows = [("verdict", self.verdict, self.banner), *put_in("reliability")(self)]
        return pd.DataFrame(rows, columns=["figure", "value", "meaning"]).set_index("figure")

    def __repr__(self) -> str:
        table = self.table().iloc[1:]
        wide = max(map(len, table.index))
        lines = [
            f"  {name:<{wide}}  {row.value:>18}  {row.meaning}" for name, row in table.iterrows()
        ]
        return "\n".join([f"{self.verdict.upper()}: {self.banner}", *lines])

    def to_dict(self) -> dict[str, Any]:
        """Return every figure as plain numbers and texts; what is undefined is None."""
        plain = asdict(self)
        del plain["logits"]
        if self.timing is not None:
            del plain["timing"]["largest"]
        derived = {"verdict": self.verdict, "banner": self.banner, "years": self.years}
        derived["significant_up_to"] = self.significant_up_to
        return {name: _plain(value) for name, value in (derived | plain).items()}

    def to_json(self) -> str:
        """Return `to_dict()` as a JSON document."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, (tuple, list, np.ndarray)):
        return [_plain(inner) for inner in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    return None if isinstance(value, float) and not math.isfinite(value) else value
