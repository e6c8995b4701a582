"""The verdict on one variant among all trials: skill, luck, or cannot tell.

**skill** if its timing beats the best of all trials ever made on this market, all their signals
moved in time, in at most 5 % of shifts (`backtest.tuning.timing_test`), its timing earns more than
its trading costs, it switched at least `SWITCHES` times (that each of n switches was right is luck
with probability 2⁻ⁿ, which is under 5 % from n = 5), and it was looked at and does not look ahead.

**luck** if the upper 90 % bound of its timing's true Sharpe ratio is below `WORTH` a year: whatever
skill there is, it is not worth having.

**cannot tell** otherwise; in a sample under `YEARS` years, where the test's own error rates are not
kept (it rejects in 9 % of null markets of one year); and for what is no rotation and so has no
timing to test.

The rates at which these verdicts fall on markets with and without skill are measured by
`python -m tests.benchmarks.calibration` and printed in `backtest/docs/calibration.md`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from backtest.notes import Note
from backtest.trials.ledger import Count
from backtest.tuning.timing_test import TimingTest

YEARS = 3.0
SWITCHES = 5
SIZE = 0.05
WORTH = 0.5
LONGEST = 100.0  # years beyond which it is no use to say how many would be needed


@dataclass(frozen=True)
class Verdict:
    """What the timing test says of a variant, and what it rests on.

    Attributes
    ----------
    timing : TimingTest or None
        Whether its timing is significant; None for what is no rotation.
    count : Count
        Trials ever made on this market, by the ledger.
    years : float
        Length of the sample.
    switches : int or None
        How often what is held changed; None if it is no rotation.
    break_even : float
        Cost per unit of value traded at which its timing earns nothing, and skill ends.
    costs : float
        What was paid per unit traded.
    looks_ahead : str
        What was found if the strategy uses later data; empty if it does not.
    checked : bool
        Whether anybody looked.
    """

    timing: TimingTest | None
    count: Count
    years: float
    switches: int | None
    break_even: float
    costs: float
    looks_ahead: str = ""
    checked: bool = True

    @property
    def word(self) -> str:
        """Return "luck", "cannot tell" or "skill"."""
        timing = self.timing
        if self.looks_ahead or timing is None or self.too_small is not None:
            return "cannot tell"
        if timing.p <= SIZE and self._pays:
            return "skill" if self.checked else "cannot tell"
        return "luck" if timing.bound < WORTH else "cannot tell"

    @property
    def too_small(self) -> Note | None:
        """Why no figure from this sample could support a choice; None if one could."""
        if self.years < YEARS:
            few, least = f"{self.years:.1f}", f"{YEARS:.0f}"
            return Note("{count} years are too few (at least {least})", count=few, least=least)
        if self.switches is None or self.switches >= SWITCHES:
            return None
        if self.switches == 1:
            return Note("1 switch is too few (at least {least})", least=SWITCHES)
        return Note(
            "{count} switches are too few (at least {least})", count=self.switches, least=SWITCHES
        )

    @property
    def sentence(self) -> Note:
        """The verdict in one sentence, with its level."""
        if self.looks_ahead:
            return Note("It looks ahead, so there is no verdict: {why}.", why=self.looks_ahead)
        timing, tried = self.timing, self._tried
        if self.too_small is not None:
            return Note(
                "This sample cannot support tuning: {why}, after {tried}.",
                why=self.too_small,
                tried=tried,
            )
        if timing is None:
            return Note(
                "No verdict after {tried}: it does not rotate between baskets, so there is no "
                "timing to test.",
                tried=tried,
            )
        if math.isinf(timing.bound) or math.isnan(timing.bound):
            return Note(
                "Inconclusive after {tried}: its timing does not differ from the static blend, or "
                "rests on prices of most of the record.",
                tried=tried,
            )
        return self._of_timing(timing, _found(timing, tried))

    def _of_timing(self, timing: TimingTest, found: Note) -> Note:
        if timing.p <= SIZE and not self._pays:
            return Note(
                "Timing skill is significant at the 5 % level, but not worth its costs: {found}; "
                "it breaks even at {even} bp per unit traded and paid {paid} bp.",
                found=found,
                even=f"{1e4 * self.break_even:.1f}",
                paid=f"{1e4 * self.costs:.1f}",
            )
        if timing.p <= SIZE and not self.checked:
            return Note(
                "It was not checked for look-ahead, so it is not called skill: {found}.",
                found=found,
            )
        if timing.p <= SIZE:
            return Note("Timing skill is significant at the 5 % level: {found}.", found=found)
        bound = f"{max(timing.bound, 0.0):.2f}"
        if timing.bound < WORTH:
            return Note(
                "No evidence of timing skill: at the 10 % level the true annual Sharpe ratio of "
                "its timing is below {bound}; {found}.",
                bound=bound,
                found=found,
            )
        better = timing.sharpe > 0
        needed = self.years * (timing.critical / timing.sharpe) ** 2 if better else math.inf
        if needed < LONGEST:
            return Note(
                "Inconclusive at the 5 % level: {found}; the true annual Sharpe ratio of its "
                "timing may be up to {bound}; equally good timing would be significant over "
                "{years} years.",
                found=found,
                bound=bound,
                years=f"{needed:.0f}",
            )
        return Note(
            "Inconclusive at the 5 % level: {found}; the true annual Sharpe ratio of its timing "
            "may be up to {bound}.",
            found=found,
            bound=bound,
        )

    @property
    def _pays(self) -> bool:
        return not self.break_even <= self.costs

    @property
    def _tried(self) -> Note:
        if self.count.trials <= 1:
            return Note("1 trial")
        return Note(
            "{count} trials ({effective} independent)",
            count=f"{self.count.trials:,}",
            effective=f"{self.count.effective:,}",
        )


def break_even(earned: float, turnover: float) -> float:
    """Return the cost per unit of value traded at which timing earns nothing, and skill ends.

    Parameters
    ----------
    earned : float
        What its timing earned a year, before costs.
    turnover : float
        One way, a year: half of all that is traded.

    Examples
    --------
    >>> break_even(0.02, 5.0)  # 2 %, over 10 times the value
    0.002
    """
    return earned / (2.0 * turnover) if turnover > 0 else math.nan


def _found(timing: TimingTest, tried: Note) -> Note:
    share, p = f"{timing.p:.1%}", f"{timing.p:.3f}"
    if timing.refined:
        return Note(
            "after {tried}, {refined} of them made around the best before them and moved as such, "
            "{share} of all shifts of the signals in time give timing at least as good (p = {p})",
            tried=tried,
            refined=f"{timing.refined:,}",
            share=share,
            p=p,
        )
    return Note(
        "after {tried}, {share} of all shifts of the signals in time give timing at least as good "
        "(p = {p})",
        tried=tried,
        share=share,
        p=p,
    )
