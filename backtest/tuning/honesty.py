"""Honesty: what stands next to every best variant, and the verdict on it.

The verdict rests on one test: whether the variant's timing, when it held which of its baskets, is
better than the best of all trials ever made on this market would be with all their signals moved in
time (`backtest.tuning.timing_test`).

**skill** if that is so in at most 5 % of all shifts, the variant switched at least `SWITCHES` times
(that each of n switches was right is luck with probability 2⁻ⁿ, which is under 5 % from n = 5), it
does not look ahead, and its timing earns more than its trading costs.

**luck** if the upper 90 % bound of its timing's true Sharpe ratio is below `WORTH` a year: whatever
skill there is, it is not worth having.

**cannot tell** otherwise; in a sample under `YEARS` years, where the test's own error rates are not
kept (it rejects in 9 % of null markets of one year); and for what is no rotation and so has no
timing to test.

All other figures stand beside the verdict, each with its meaning, and none of them decides. The
rates at which these verdicts fall on markets with and without skill are measured by
`python -m tests.benchmarks.calibration`.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtest.display import Displayed
from backtest.tuning.intervals import SharpeInterval
from backtest.tuning.spa import Superiority
from backtest.tuning.timing_test import TimingTest

YEARS = 3.0
SWITCHES = 5
SIZE = 0.05
WORTH = 0.5
LONGEST = 100.0  # years beyond which it is no use to say how many would be needed


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
        Whether its timing is more than luck; None for what is no rotation.
    break_even, costs : float
        Cost per unit of value traded at which its timing earns nothing, and what it paid.
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
    against_benchmark, against_blend : Superiority or None
        Whether any variant beats the benchmark, and the baskets held without switching.
    minimum_years : float
        Minimum backtest length for `effective_trials`.
    intervals : tuple of SharpeInterval
        For half the suggested block length, for it, and for twice it.
    looks_ahead : str
        What was found if the strategy uses later data; empty if it does not.
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
    against_benchmark: Superiority | None
    against_blend: Superiority | None
    minimum_years: float
    intervals: tuple[SharpeInterval, SharpeInterval, SharpeInterval]
    seed: int
    looks_ahead: str = ""
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
    def verdict(self) -> str:
        """Return "luck", "cannot tell" or "skill"; the module says when which."""
        if self.looks_ahead:
            return "cannot tell"
        terms = {"break_even": self.break_even, "costs": self.costs}
        return verdict_of(self.timing, self.years, self.switches, **terms)

    @property
    def too_small(self) -> str | None:
        """Why no figure from this sample could support a choice; None if one could."""
        return too_small(self.years, self.switches)

    @property
    def banner(self) -> str:
        """The verdict in one sentence."""
        if self.looks_ahead:
            return f"It looks ahead, so there is no verdict: {self.looks_ahead}."
        tried = tried_so_far(self.trials, self.effective_trials)
        if self.too_small is not None:
            return f"This sample cannot support tuning: {self.too_small}, after {tried}."
        return timing_sentence(
            self.timing, self.years, tried, break_even=self.break_even, costs=self.costs
        )

    def table(self) -> pd.DataFrame:
        """Return the figures as text, one row each, with what each means."""
        low, high = self.intervals[0], self.intervals[2]
        rows = [
            ("verdict", self.verdict, self.banner),
            *_timing_rows(self),
            ("Sharpe ratio", f"{self.sharpe:.2f}", f"best of {self.variants:,} variants"),
            ("interval", _span(self.interval), f"95 %, blocks of {self.interval.block_length}"),
            ("… half, twice the block", f"{_span(low)}, {_span(high)}", "how it leans on blocks"),
            ("trials", f"{self.trials:,}", "ever made on this market"),
            *(
                [("… of unknown signal", f"{self.unknown_trials:,}", "from an earlier version")]
                if self.unknown_trials
                else []
            ),
            ("effective trials", f"{self.effective_trials:,}", "independent ones among them"),
            (
                "probabilistic Sharpe",
                _share(self.probabilistic_sharpe),
                "had it been the only one",
            ),
            ("best of noise", f"{self.expected_max_sharpe:.2f}", "expected from that many trials"),
            ("deflated Sharpe", _share(self.deflated_sharpe), "chance that it beats that best"),
            ("Sharpe over blend", _ratio(self.active_sharpe), "over the baskets held still"),
            ("… deflated", _share(self.deflated_active), "chance that it beats the best of noise"),
            ("overfitting", _share(self.overfitting), "50 % means choosing tells nothing"),
            (
                "… and a loss",
                _share(self.overfitting_loss),
                "chosen on one half, loses in the other",
            ),
            ("against benchmark", _p(self.against_benchmark), "Hansen p (lower, upper)"),
            ("against the blend", _p(self.against_blend), "the same baskets held still"),
            ("better than them", _better(self), "variants, stepwise test, of each"),
            ("years", f"{self.years:.1f}", f"{self.sessions:,} sessions"),
            ("years needed", f"{self.minimum_years:.1f}", "before noise stays under Sharpe 1"),
            ("switches", "–" if self.switches is None else f"{self.switches}", "of the best one"),
            *([("holdout", self.holdout, self._opened)] if self.holdout else []),
            *(("left out", "–", text) for text in self.missing),
        ]
        return pd.DataFrame(rows, columns=["figure", "value", "meaning"]).set_index("figure")

    @property
    def _opened(self) -> str:
        times = {0: "never", 1: "once"}.get(self.openings, f"{self.openings} times")
        return f"sessions from then on kept out; opened {times}"

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
        return {name: _plain(value) for name, value in (derived | plain).items()}

    def to_json(self) -> str:
        """Return `to_dict()` as a JSON document."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)


def verdict_of(
    timing: TimingTest | None,
    years: float,
    switches: int | None,
    *,
    break_even: float,
    costs: float,
) -> str:
    """Return "luck", "cannot tell" or "skill" for a variant that does not look ahead."""
    if timing is None or too_small(years, switches) is not None:
        return "cannot tell"
    if timing.p <= SIZE and not break_even <= costs:
        return "skill"
    return "luck" if timing.bound < WORTH else "cannot tell"


def tried_so_far(trials: int, effective: int) -> str:
    """Say how many trials there have been.

    Examples
    --------
    >>> tried_so_far(1, 1), tried_so_far(1200, 7)
    ('1 trial', '1,200 trials (7 independent)')
    """
    return "1 trial" if trials == 1 else f"{trials:,} trials ({effective:,} independent)"


def timing_sentence(
    timing: TimingTest | None, years: float, tried: str, *, break_even: float, costs: float
) -> str:
    """Say what the timing test of a large enough sample found, and at what level."""
    if timing is None:
        return (
            f"It is no rotation between baskets, so there is no timing to test and no verdict, "
            f"after {tried}."
        )
    if math.isinf(timing.bound) or math.isnan(timing.bound):
        return (
            f"Its timing cannot be told from its baskets held still, or rests on prices of most of "
            f"the record: skill and luck cannot be told apart, after {tried}."
        )
    found = (
        f"over {tried}, timing at least as good comes up in {timing.p:.1%} of all shifts of the "
        f"signals in time (p = {timing.p:.3f})"
    )
    if timing.p <= SIZE and break_even <= costs:
        return (
            f"More than luck at the 5 % level, but not worth its costs: {found}, and it would "
            f"break even at {1e4 * break_even:.1f} bp per unit traded, not at the "
            f"{1e4 * costs:.1f} bp paid."
        )
    if timing.p <= SIZE:
        return f"More than luck, at the 5 % level: {found}."
    if timing.bound < WORTH:
        return (
            f"Luck explains this result, at the 10 % level: the true Sharpe ratio of its timing is "
            f"below {max(timing.bound, 0.0):.2f} a year; {found}."
        )
    needed = years * (timing.critical / timing.sharpe) ** 2 if timing.sharpe > 0 else math.inf
    more = ""
    if needed < LONGEST:
        more = f"; as good a timing over {needed:.0f} years would be told from luck"
    return (
        f"Skill and luck cannot be told apart at the 5 % level: {found}, and its true Sharpe ratio "
        f"may be up to {timing.bound:.2f} a year{more}."
    )


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


def _timing_rows(honesty: Honesty) -> list[tuple[str, str, str]]:
    timing = honesty.timing
    if timing is None:
        return []
    return [
        ("timing p", f"{timing.p:.3f}", f"{timing.shifts:,} shifts of {timing.trials:,} signals"),
        ("timing Sharpe", f"{timing.sharpe:.2f}", "of what switching earned, before costs"),
        ("… at most", _ratio(timing.bound), f"upper 90 % bound; luck if below {WORTH}"),
        (
            "break-even cost",
            _points(honesty.break_even),
            f"per unit traded; paid: {_points(honesty.costs)}",
        ),
    ]


def _span(interval: SharpeInterval) -> str:
    return f"{_ratio(interval.low)} … {_ratio(interval.high)}"


def _ratio(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "–"


def _points(value: float) -> str:
    return f"{1e4 * value:.1f} bp" if math.isfinite(value) else "–"


def _share(value: float) -> str:
    return f"{value:.1%}" if math.isfinite(value) else "–"


def _p(test: Superiority | None) -> str:
    return "–" if test is None else f"{test.consistent:.3f} ({test.lower:.3f}, {test.upper:.3f})"


def _better(honesty: Honesty) -> str:
    tests = (honesty.against_benchmark, honesty.against_blend)
    return ", ".join("–" if test is None else f"{len(test.better):,}" for test in tests)
