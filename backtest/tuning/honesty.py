"""Honesty: what stands next to every best variant, and the verdict on it.

The verdict asks whether the sample could tell skill from luck at all, and then what it says.

**cannot tell**, whatever the figures, if the sample is under `YEARS` years (a true Sharpe ratio of
1 reaches t = 1.645 only after 2.7), or the best variant switched fewer than `SWITCHES` times (that
each of n switches was right is luck with probability 2⁻ⁿ, which is under 5 % from n = 5).

**skill** if the deflated Sharpe ratio of the return over the baskets held without switching is at
least 95 %, Hansen's test rejects at 5 % both that no variant beats those and that none beats the
benchmark, and the probability of overfitting is under one half. Without skill each of the first
three alone comes up about one time in twenty.

**luck** if both the deflated Sharpe ratio over the baskets and the test against them fall short,
although the sample is longer than the minimum backtest length for the trials made: luck explains
what the search found. In a shorter sample, or where the figures disagree, **cannot tell**.

The question is what switching adds, so the deflated Sharpe ratio that counts is of the return over
the same baskets held still. That of the whole return stands beside it: most of a rotation's risk is
the market's, which can make the whole look good without skill, and uncertain in spite of it.

On markets of noise this says luck nine times in ten and skill at most once in twenty; the
simulations are in `tests/benchmarks/honesty.py`.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtest.render.fragments import page, table, verdict
from backtest.tuning.intervals import SharpeInterval
from backtest.tuning.spa import Superiority

YEARS = 3.0
SWITCHES = 5
SURE = 0.95
SIZE = 0.05


@dataclass(frozen=True, repr=False, eq=False)
class Honesty:
    """How far the best variant of a sweep is to be believed. Sharpe ratios are annualized.

    Attributes
    ----------
    sharpe : float
        Of the best variant, in excess of what cash earned.
    variants : int
        Variants in this sweep; `best` is the number of the best.
    trials : int
        Variants ever tried, by the ledger; `effective_trials` is how many independent ones those
        amount to.
    probabilistic_sharpe : float
        Chance that the true Sharpe ratio is positive, had this been the only variant tried.
    deflated_sharpe : float
        Chance that it exceeds `expected_max_sharpe`, the best of `effective_trials` without skill;
        `deflated_sharpe_all` takes every trial for independent.
    active_sharpe, deflated_active, expected_max_active : float
        The same of the return over the baskets held without switching.
    overfitting : float
        Probability of backtest overfitting over all variants, from `blocks` blocks.
    overfitting_loss : float
        Chance that the best of one half of the blocks has a negative Sharpe ratio in the other.
    against_benchmark, against_blend : Superiority
        Whether any variant beats the benchmark, and the baskets held without switching.
    minimum_years : float
        Minimum backtest length for `effective_trials`; `minimum_years_all` is for all trials.
    intervals : tuple of SharpeInterval
        For half the suggested block length, for it, and for twice it.
    """

    best: int
    sharpe: float
    variants: int
    trials: int
    effective_trials: int
    sessions: int
    per_year: float
    switches: int | None
    probabilistic_sharpe: float
    deflated_sharpe: float
    deflated_sharpe_all: float
    expected_max_sharpe: float
    active_sharpe: float
    deflated_active: float
    expected_max_active: float
    overfitting: float
    overfitting_loss: float
    blocks: int
    against_benchmark: Superiority
    against_blend: Superiority
    minimum_years: float
    minimum_years_all: float
    intervals: tuple[SharpeInterval, SharpeInterval, SharpeInterval]
    seed: int
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
    def verdict(self) -> str:
        """Return "luck", "cannot tell" or "skill"; the module says when which."""
        if self.too_small is not None:
            return "cannot tell"
        beats_noise = self.deflated_active >= SURE
        beats_blend = self.against_blend.consistent <= SIZE
        beats_benchmark = self.against_benchmark.consistent <= SIZE
        transfers = not self.overfitting >= 0.5  # one variant alone has nothing to transfer
        if beats_noise and beats_blend and beats_benchmark and transfers:
            return "skill"
        if beats_noise or beats_blend or self.years < self.minimum_years:
            return "cannot tell"
        return "luck"

    @property
    def too_small(self) -> str | None:
        """Why no figure from this sample could support a choice; None if one could."""
        return too_small(self.years, self.switches)

    @property
    def banner(self) -> str:
        """The verdict in one sentence."""
        tried = f"{self.trials:,} trials ({self.effective_trials:,} independent)"
        if self.too_small is not None:
            return f"This sample cannot support tuning: {self.too_small}, after {tried}."
        luck = (
            f"over the same baskets held still, the best of {tried} without skill would have a "
            f"Sharpe ratio of {self.expected_max_active:.2f}, and this one has "
            f"{self.active_sharpe:.2f}"
        )
        if self.verdict == "luck":
            return f"Luck explains this result: {luck}; {self._weakest}."
        if self.verdict == "skill":
            return f"More than luck: {luck}."
        if self.years < self.minimum_years and not self._disagree:
            return (
                f"{self.years:.1f} years cannot tell skill from luck after {tried}; "
                f"{self.minimum_years:.1f} would be needed."
            )
        return f"These figures disagree, so they cannot tell skill from luck: {self._weakest}."

    @property
    def _disagree(self) -> bool:
        return self.deflated_active >= SURE or self.against_blend.consistent <= SIZE

    @property
    def _weakest(self) -> str:
        if not self.deflated_active >= SURE:
            return f"its deflated Sharpe ratio is {self.deflated_active:.0%}, not {SURE:.0%}"
        if not self.against_blend.consistent <= SIZE:
            return f"p = {self.against_blend.consistent:.2f} against the same baskets held still"
        if not self.against_benchmark.consistent <= SIZE:
            return f"p = {self.against_benchmark.consistent:.2f} against the benchmark"
        return f"the best of one half ranks low in the other {self.overfitting:.0%} of the time"

    def table(self) -> pd.DataFrame:
        """Return the figures as text, one row each, with what each means."""
        low, high = self.intervals[0], self.intervals[2]
        rows = [
            ("verdict", self.verdict, self.banner),
            ("Sharpe ratio", f"{self.sharpe:.2f}", f"best of {self.variants:,} variants"),
            ("interval", _span(self.interval), f"95 %, blocks of {self.interval.block_length}"),
            ("… half, twice the block", f"{_span(low)}, {_span(high)}", "how it leans on blocks"),
            ("trials", f"{self.trials:,}", "ever made on this market and window"),
            ("effective trials", f"{self.effective_trials:,}", "independent ones among them"),
            ("best of noise", f"{self.expected_max_sharpe:.2f}", "expected from that many trials"),
            (
                "probabilistic Sharpe",
                f"{self.probabilistic_sharpe:.1%}",
                "had it been the only one",
            ),
            ("deflated Sharpe", f"{self.deflated_sharpe:.1%}", "chance that it beats that best"),
            ("… every trial", f"{self.deflated_sharpe_all:.1%}", "were all trials independent"),
            ("Sharpe over blend", f"{self.active_sharpe:.2f}", "over the baskets held still"),
            (
                "… best of noise",
                f"{self.expected_max_active:.2f}",
                "expected from that many trials",
            ),
            ("… deflated", f"{self.deflated_active:.1%}", "at least 95 % to be believed"),
            ("overfitting", f"{self.overfitting:.1%}", "50 % means choosing tells nothing"),
            (
                "… and a loss",
                f"{self.overfitting_loss:.1%}",
                "chosen on one half, loses in the other",
            ),
            ("against benchmark", _p(self.against_benchmark), "Hansen p (lower, upper)"),
            ("against the blend", _p(self.against_blend), "the same baskets held still"),
            ("better than them", _better(self), "variants, stepwise test, of each"),
            ("years", f"{self.years:.1f}", f"{self.sessions:,} sessions"),
            ("years needed", f"{self.minimum_years:.1f}", "before noise stays under Sharpe 1"),
            ("switches", "–" if self.switches is None else f"{self.switches}", "of the best one"),
        ]
        return pd.DataFrame(rows, columns=["figure", "value", "meaning"]).set_index("figure")

    def __repr__(self) -> str:
        table = self.table().iloc[1:]
        wide = max(map(len, table.index))
        lines = [
            f"  {name:<{wide}}  {row.value:>18}  {row.meaning}" for name, row in table.iterrows()
        ]
        return "\n".join([f"{self.verdict.upper()}: {self.banner}", *lines])

    def _repr_html_(self) -> str:
        return page(verdict(self.verdict, self.banner), table(self.table().iloc[1:]))

    def to_dict(self) -> dict[str, Any]:
        """Return every figure as plain numbers and texts; what is undefined is None."""
        plain = asdict(self)
        del plain["logits"]
        derived = {"verdict": self.verdict, "banner": self.banner, "years": self.years}
        return {name: _plain(value) for name, value in (derived | plain).items()}

    def to_json(self) -> str:
        """Return `to_dict()` as a JSON document."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)


def too_small(years: float, switches: int | None) -> str | None:
    """Say why a sample could support no choice; None if it could.

    Examples
    --------
    >>> too_small(5.0, 1)
    '1 switch is too few (at least 5)'
    """
    if years < YEARS:
        return f"{years:.1f} years are too few (at least {YEARS:.0f})"
    if switches is not None and switches < SWITCHES:
        times = "1 switch is" if switches == 1 else f"{switches} switches are"
        return f"{times} too few (at least {SWITCHES})"
    return None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, (tuple, list, np.ndarray)):
        return [_plain(inner) for inner in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _span(interval: SharpeInterval) -> str:
    return f"{interval.low:.2f} … {interval.high:.2f}"


def _p(test: Superiority) -> str:
    return f"{test.consistent:.3f} ({test.lower:.3f}, {test.upper:.3f})"


def _better(honesty: Honesty) -> str:
    return f"{len(honesty.against_benchmark.better):,}, {len(honesty.against_blend.better):,}"
