"""Whether a rotation's timing is significant, tested over every trial at once.

What a variant's timing earns is the return of the basket it holds over that of all its baskets at
the shares it holds them on average: a(t) = Σₖ (Iₖ(t) − mean Iₖ) rₖ(t). Move all signals against the
returns by the same number of sessions, round the record's end, and what they knew is gone, while
everything else stays: each signal's own habits, how signals resemble each other, clustered
volatility and slow regimes in the returns. The largest Sharpe ratio of any variant under each such
shift is what the search finds by chance; the p-value of a variant is how often that reaches its
own. It therefore accounts for the choice among all variants and for their likeness, without an
effective
number of trials (Westfall & Young 1993, single-step max-T, on the group of circular shifts).

For all shifts at once, means and second moments are circular cross-correlations, so a fast Fourier
transform of each signal is enough: with Iₖ zero or one, Σₖ Iₖ (rₖ − b)² is linear in Iₖ. The test
conditions on the returns, which may therefore be scaled: differences between baskets are divided by
their standard deviation over the 60 sessions around, and a straight line is taken from them and
from each signal, so that the record's two ends fit together.

A search that was refined is replayed under every shift. Trials made later, and more than `NEAR`
like the best before them over the same baskets, were made around what had been found; moved in time
they would have been made around another. So under each shift such a trial has its correlation with
that best times what the best of all earlier trials has there, and of its own what it has beyond
that correlation. Without this, ten rounds around the winner pass in a fifth of markets of noise.

The bound on a variant's true Sharpe ratio inverts the same test. Were it θ, each other variant had
its correlation ρ with this one times θ; the bound is the largest θ under which a tenth of all
shifts leave the best variant no better than it was.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from backtest.errors import UserError
from backtest.tuning.shifts import Array, Codes, Shifts, Signals, moves

THREADS = os.cpu_count() or 1
TIE = 1e-5  # of a Sharpe ratio a session: over thirty times the rounding of single precision
SIZE = 0.05  # of the test
LEVEL = 0.90  # of the bound


@dataclass(frozen=True, eq=False)
class TimingTest:
    """How a variant's timing compares with the best of all variants' under shifts in time.

    Attributes
    ----------
    p : float
        Share of shifts under which some variant's timing is at least as good.
    bound : float
        Upper 90 % bound of the variant's true Sharpe ratio a year, over its baskets at mean shares;
        infinite where there is nothing to test: it never switches, or prices shape its signals for
        more than half the record.
    sharpe : float
        That Sharpe ratio as found, a year, of differences brought to one scale.
    critical : float
        What it would have to exceed for p to be 5 %.
    shifts, trials : int
        Shifts used, and signals moved.
    refined : int
        Signals among them that were made around the best before them.
    largest : array
        The largest Sharpe ratio of any variant by shift, a year.
    """

    p: float
    bound: float
    sharpe: float
    critical: float
    shifts: int
    trials: int
    refined: int = 0
    largest: Array = field(default_factory=lambda: np.empty(0), repr=False)


def timing_test(
    picked: Codes, own: Signals, others: Iterable[Signals] = (), *, per_year: float
) -> TimingTest:
    """Test one variant's timing against that of all.

    Parameters
    ----------
    picked : array of int8, session
        What the variant in question held, coded as in `own`.
    own : Signals
        The variants tried over the same baskets.
    others : iterable of Signals
        Variants tried over other baskets, on the same sessions.
    per_year : float
        Sessions per year.

    Raises
    ------
    UserError
        If signals and returns differ in length.
    """
    sessions = own.returns.shape[1]
    # The one in question stands last, as if it had been asked about after all others.
    with_it = np.vstack([own.codes, picked[None]])
    made = None if own.made is None else np.r_[own.made, own.made.max(initial=0) + 1]
    families = [Signals(with_it, own.returns, own.reach, made), *others]
    for signals in families:
        if signals.codes.shape[1] != sessions or signals.returns.shape[1] != sessions:
            raise UserError(
                "signals and returns must cover the same {sessions} sessions", sessions=sessions
            )
    used = np.ones(sessions, dtype=bool)
    used[sessions - max(signals.reach for signals in families) :] = False
    laid = [Shifts(signals) for signals in families]
    aim = laid[0].active(picked)
    if not moves(picked[None]).any() or not aim.any() or 2 * used.sum() < sessions:
        return TimingTest(1.0, math.inf, 0.0, math.inf, int(used.sum()), 0)
    for one in laid:
        one.look(aim)
    observed = float(laid[0].ratios[-1])
    best = max(float(one.ratios.max()) for one in laid if len(one.ratios))
    largest = np.full(sessions, -np.inf, dtype=np.float32)
    room = np.full(sessions, np.inf, dtype=np.float32)
    with ThreadPoolExecutor(THREADS) as pool:
        work = [(one, rows) for one in laid for rows in one.pieces()]
        shifted = pool.map(lambda piece: piece[0].shifted(piece[1], best), work)
        for (one, rows), (high, left) in zip(work, shifted, strict=True):
            one.note(rows, high)
            np.maximum(largest, high, out=largest)
            np.minimum(room, left, out=room)
        again = [
            (one, *part)
            for one in laid
            for part in one.refined(but_last=one is laid[0] and made is not None)
        ]
        for high in pool.map(lambda part: part[0].replayed(*part[1:]), again):
            np.maximum(largest, high, out=largest)
    year = math.sqrt(per_year)
    return TimingTest(
        p=float((largest[used] >= observed - TIE).mean()),
        bound=float(np.quantile(room[used], LEVEL)) * year,
        sharpe=observed * year,
        critical=float(np.quantile(largest[used], 1.0 - SIZE)) * year,
        shifts=int(used.sum()),
        trials=sum(len(one.ratios) for one in laid) - 1,
        refined=sum(len(part[3]) for part in again),
        largest=largest[used].astype(float) * year,
    )
