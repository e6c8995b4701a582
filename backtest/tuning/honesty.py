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
from backtest.notes import Note
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
            why = self.looks_ahead
            return Note("It looks ahead, so there is no verdict: {why}.", why=why)
        tried = tried_so_far(self.trials, self.effective_trials)
        if self.too_small is not None:
            return Note(
                "This sample cannot support tuning: {why}, after {tried}.",
                why=self.too_small,
                tried=tried,
            )
        return timing_sentence(
            self.timing, self.years, tried, break_even=self.break_even, costs=self.costs
        )

    def table(self) -> pd.DataFrame:
        """Return the figures as text, one row each, with what each means."""
        rows = [("verdict", self.verdict, self.banner), *self.rows()]
        return pd.DataFrame(rows, columns=["figure", "value", "meaning"]).set_index("figure")

    def rows(self) -> list[tuple[str, str, str]]:
        """Return name, value and meaning of each figure; names and meanings are notes."""
        low, high = self.intervals[0], self.intervals[2]
        rows: list[tuple[str, str, str]] = [
            *_timing_rows(self),
            (
                Note("Sharpe ratio"),
                f"{self.sharpe:.2f}",
                Note("best of {count} variants", count=f"{self.variants:,}"),
            ),
            (
                Note("interval"),
                _span(self.interval),
                Note("95 %, blocks of {count} sessions", count=self.interval.block_length),
            ),
            (
                Note("… half, twice the block"),
                f"{_span(low)}, {_span(high)}",
                Note("sensitivity to block length"),
            ),
            (Note("trials"), f"{self.trials:,}", Note("recorded on this market")),
        ]
        if self.unknown_trials:
            count = f"{self.unknown_trials:,}"
            rows.append((Note("… with unknown signal"), count, Note("from an earlier version")))
        rows += [
            (Note("effective trials"), f"{self.effective_trials:,}", Note("independent trials")),
            (
                Note("probabilistic Sharpe"),
                _share(self.probabilistic_sharpe),
                Note("probability that it is above 0, for a single trial"),
            ),
            (
                Note("expected maximum"),
                f"{self.expected_max_sharpe:.2f}",
                Note("best Sharpe ratio of as many trials without skill"),
            ),
            (
                Note("deflated Sharpe"),
                _share(self.deflated_sharpe),
                Note("probability that the true ratio exceeds it"),
            ),
            (
                Note("Sharpe over blend"),
                _ratio(self.active_sharpe),
                Note("of the return over the static blend of its baskets"),
            ),
            (
                Note("… deflated"),
                _share(self.deflated_active),
                Note("probability that it exceeds the expected maximum"),
            ),
            (
                Note("overfitting"),
                _share(self.overfitting),
                Note("at 50 % the choice carries no information"),
            ),
            (
                Note("… and a loss"),
                _share(self.overfitting_loss),
                Note("best on one half, a loss in the other"),
            ),
            (
                Note("against benchmark"),
                _p(self.against_benchmark),
                Note("Hansen's p (lower, upper)"),
            ),
            (Note("against the blend"), _p(self.against_blend), Note("the static blend")),
            (
                Note("significantly better"),
                _better(self),
                Note("variants than benchmark, blend; stepwise SPA"),
            ),
            (
                Note("years"),
                f"{self.years:.1f}",
                Note("{count} sessions", count=f"{self.sessions:,}"),
            ),
            (
                Note("years needed"),
                f"{self.minimum_years:.1f}",
                Note("until the expected maximum is below 1"),
            ),
            (
                Note("switches"),
                "–" if self.switches is None else f"{self.switches}",
                Note("of the best variant"),
            ),
        ]
        if self.holdout:
            rows.append((Note("holdout"), self.holdout, self._opened))
        return [*rows, *((Note("left out"), "–", text) for text in self.missing)]

    @property
    def _opened(self) -> str:
        if self.openings < 2:
            codes = (
                "sessions from then on kept out; opened never",
                "sessions from then on kept out; opened once",
            )
            return Note(codes[self.openings])
        return Note("sessions from then on kept out; opened {count} times", count=self.openings)

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
    if trials == 1:
        return Note("1 trial")
    return Note(
        "{count} trials ({effective} independent)", count=f"{trials:,}", effective=f"{effective:,}"
    )


def timing_sentence(
    timing: TimingTest | None, years: float, tried: str, *, break_even: float, costs: float
) -> str:
    """Say what the timing test of a large enough sample found, and at what level."""
    if timing is None:
        return Note(
            "No verdict after {tried}: it does not rotate between baskets, so there is no timing "
            "to test.",
            tried=tried,
        )
    if math.isinf(timing.bound) or math.isnan(timing.bound):
        return Note(
            "Inconclusive after {tried}: its timing does not differ from the static blend, or "
            "rests on prices of most of the record.",
            tried=tried,
        )
    found = Note(
        "after {tried}, {share} of all shifts of the signals in time give timing at least as good "
        "(p = {p})",
        tried=tried,
        share=f"{timing.p:.1%}",
        p=f"{timing.p:.3f}",
    )
    if timing.p <= SIZE and break_even <= costs:
        return Note(
            "Timing skill is significant at the 5 % level, but not worth its costs: {found}; it "
            "breaks even at {even} bp per unit traded and paid {paid} bp.",
            found=found,
            even=f"{1e4 * break_even:.1f}",
            paid=f"{1e4 * costs:.1f}",
        )
    if timing.p <= SIZE:
        return Note("Timing skill is significant at the 5 % level: {found}.", found=found)
    if timing.bound < WORTH:
        return Note(
            "No evidence of timing skill: at the 10 % level the true annual Sharpe ratio of its "
            "timing is below {bound}; {found}.",
            bound=f"{max(timing.bound, 0.0):.2f}",
            found=found,
        )
    needed = years * (timing.critical / timing.sharpe) ** 2 if timing.sharpe > 0 else math.inf
    bound = f"{timing.bound:.2f}"
    if needed < LONGEST:
        return Note(
            "Inconclusive at the 5 % level: {found}; the true annual Sharpe ratio of its timing "
            "may be up to {bound}; equally good timing would be significant over {years} years.",
            found=found,
            bound=bound,
            years=f"{needed:.0f}",
        )
    return Note(
        "Inconclusive at the 5 % level: {found}; the true annual Sharpe ratio of its timing may "
        "be up to {bound}.",
        found=found,
        bound=bound,
    )


def too_small(years: float, switches: int | None) -> str | None:
    """Say why a sample could support no choice; None if it could.

    Examples
    --------
    >>> too_small(5.0, 1)
    '1 switch is too few (at least 5)'
    """
    if years < YEARS:
        few, least = f"{years:.1f}", f"{YEARS:.0f}"
        return Note("{count} years are too few (at least {least})", count=few, least=least)
    if switches is not None and switches < SWITCHES:
        if switches == 1:
            return Note("1 switch is too few (at least {least})", least=SWITCHES)
        return Note(
            "{count} switches are too few (at least {least})", count=switches, least=SWITCHES
        )
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
        (
            Note("timing p"),
            f"{timing.p:.3f}",
            Note(
                "{shifts} shifts of {trials} signals",
                shifts=f"{timing.shifts:,}",
                trials=f"{timing.trials:,}",
            ),
        ),
        (
            Note("timing Sharpe"),
            f"{timing.sharpe:.2f}",
            Note("of the return from switching, before costs"),
        ),
        (
            Note("… at most"),
            _ratio(timing.bound),
            Note("upper 90 % bound; no evidence of skill below {worth}", worth=WORTH),
        ),
        (
            Note("break-even cost"),
            _points(honesty.break_even),
            Note("per unit traded; paid: {paid}", paid=_points(honesty.costs)),
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
