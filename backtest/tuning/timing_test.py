"""Whether a rotation's timing is more than luck, tested over every trial at once.

What a variant's timing earns is the return of the basket it holds over that of all its baskets at
the shares it holds them on average: a(t) = Σₖ (Iₖ(t) − mean Iₖ) rₖ(t). Move all signals against the
returns by the same number of sessions, round the record's end, and what they knew is gone, while
everything else stays: each signal's own habits, how signals resemble each other, clustered
volatility and slow regimes in the returns. The largest Sharpe ratio of any variant under each such
shift is what the search finds by luck; the p-value of a variant is how often that reaches its own.
It therefore accounts for the choice among all variants and for their likeness, without an effective
number of trials (Westfall & Young 1993, single-step max-T, on the group of circular shifts).

For all shifts at once, means and second moments are circular cross-correlations, so a fast Fourier
transform of each signal is enough: with Iₖ zero or one, Σₖ Iₖ (rₖ − b)² is linear in Iₖ. The test
conditions on the returns, which may therefore be scaled: differences between baskets are divided by
their standard deviation over the 60 sessions around, and a straight line is taken from them and
from each signal, so that the record's two ends fit together.

The bound on a variant's true Sharpe ratio inverts the same test. Were it θ, each other variant had
its correlation ρ with this one times θ; the bound is the largest θ under which a tenth of all
shifts leave the best variant no better than it was.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, rfft

from backtest.errors import UserError

Codes = NDArray[np.int8]
Single = NDArray[np.float32]
Array = NDArray[np.float64]

AROUND = 60  # sessions over which differences between baskets are brought to one scale
PIECE = 128  # signals transformed together: few enough for the processor's cache
THREADS = os.cpu_count() or 1
TIE = 1e-5  # of a Sharpe ratio a session: over thirty times the rounding of single precision
SIZE = 0.05  # of the test
LEVEL = 0.90  # of the bound
LEAST = 1e-12  # variance below which rounding is all there is
ALIKE = 0.05  # correlation below which a variant says nothing of another's bound


@dataclass(frozen=True, eq=False)
class Signals:
    """What some variants held, and what the baskets they chose from earned.

    Attributes
    ----------
    codes : array of int8, variant × session
        The basket, a row of `returns`, whose return each variant earned; −1 where it had not
        decided yet or is not on record.
    returns : array, basket × session
        Simple returns, of cash among them where it is held.
    reach : int
        Sessions through which a price goes on to shape the signals: their look-back and the time
        a decision is held. 0 if the signals are not made of prices.
    """

    codes: Codes
    returns: Array
    reach: int = 0


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
    largest : array
        The largest Sharpe ratio of any variant by shift, a year.
    """

    p: float
    bound: float
    sharpe: float
    critical: float
    shifts: int
    trials: int
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
    families = [Signals(np.vstack([picked[None], own.codes]), own.returns, own.reach), *others]
    for signals in families:
        if signals.codes.shape[1] != sessions or signals.returns.shape[1] != sessions:
            raise UserError(f"signals and returns must cover the same {sessions} sessions")
    used = np.ones(sessions, dtype=bool)
    used[sessions - max(signals.reach for signals in families) :] = False
    laid = [_Laid(signals) for signals in families]
    aim = laid[0].active(picked)
    if not _moves(picked[None]).any() or not aim.any() or 2 * used.sum() < sessions:
        return TimingTest(1.0, math.inf, 0.0, math.inf, int(used.sum()), 0)
    for one in laid:
        one.look(aim)
    observed = float(laid[0].ratios[0])
    best = max(float(one.ratios.max()) for one in laid if len(one.ratios))
    largest = np.full(sessions, -np.inf, dtype=np.float32)
    room = np.full(sessions, np.inf, dtype=np.float32)
    with ThreadPoolExecutor(THREADS) as pool:
        work = [(one, rows) for one in laid for rows in one.pieces()]
        for high, left in pool.map(lambda piece: piece[0].shifted(piece[1], best), work):
            np.maximum(largest, high, out=largest)
            np.minimum(room, left, out=room)
    year = math.sqrt(per_year)
    return TimingTest(
        p=float((largest[used] >= observed - TIE).mean()),
        bound=float(np.quantile(room[used], LEVEL)) * year,
        sharpe=observed * year,
        critical=float(np.quantile(largest[used], 1.0 - SIZE)) * year,
        shifts=int(used.sum()),
        trials=sum(len(one.ratios) for one in laid) - 1,
        largest=largest[used].astype(float) * year,
    )


class _Laid:
    """Signals that hold more than one basket, and differences between those any of them holds."""

    def __init__(self, signals: Signals) -> None:
        held = np.bincount(signals.codes.ravel() + 1, minlength=len(signals.returns) + 1)[1:] > 0
        self.number = np.r_[np.cumsum(held) - 1, -1].astype(np.int8)  # the last for code −1
        self.codes = self.number[signals.codes[_moves(signals.codes)]]
        returns = signals.returns[held]
        over = returns[:-1] - returns[-1:]
        self.over: Single = straightened(over / around(returns)).astype(np.float32)
        self.baskets, self.sessions = self.over.shape
        line = np.linspace(-1.0, 1.0, self.sessions)
        self.line: Single = (line / np.sqrt(np.square(line).sum())).astype(np.float32)
        self.pairs: Single = self.over[:, None] * self.over[None]
        self.spectrum = rfft(self.over, axis=-1)
        self.squares = rfft(self.pairs, axis=-1)
        self.lines = rfft(self.line).conj() * self.spectrum

    def pieces(self) -> Iterator[slice]:
        """Yield which signals to take together."""
        for start in range(0, len(self.codes), PIECE):
            yield slice(start, start + PIECE)

    def active(self, codes: Codes) -> Single:
        """Return one signal's return over its baskets at mean shares, by session."""
        known = codes >= 0
        held = (self.number[codes] == np.arange(self.baskets)[:, None]).astype(np.float32)
        share = held.sum(axis=1, keepdims=True) / known.sum()
        found: Single = ((held - share * known) * self.over).sum(axis=0)
        return found

    def look(self, aim: Single) -> None:
        """Note mean shares, Sharpe ratios unshifted, and correlations with the one in question."""
        target = (aim - aim.mean()) / aim.std() / self.sessions
        count = len(self.codes)
        self.share = np.zeros((self.baskets, count), dtype=np.float32)
        self.slope = np.zeros_like(self.share)
        self.ratios = np.zeros(count, dtype=np.float32)
        self.alike = np.zeros(count, dtype=np.float32)
        for rows in self.pieces():
            known, whole = self._known(rows)
            lot = known.sum(axis=1)
            mean = np.zeros(len(lot), dtype=np.float32)
            second, like = np.zeros_like(mean), np.zeros_like(mean)
            held = [self._held(rows, basket) for basket in range(self.baskets)]
            share = np.stack([one.sum(axis=1) / lot for one in held])
            for basket, one in enumerate(held):
                part = share[basket]
                slope = one @ self.line
                mean += one @ self.over[basket]
                like += one @ (self.over[basket] * target)
                if not whole:
                    slope -= part * (known @ self.line)
                    mean -= part * (known @ self.over[basket])
                like -= part * (known @ (self.over[basket] * target))
                mixed = one @ self.pairs[basket].T
                second += mixed[:, basket] - 2.0 * (mixed * share.T).sum(axis=1)
                mixed = known @ self.pairs[basket].T
                second += part * (mixed * share.T).sum(axis=1)
                self.slope[basket, rows] = slope
            self.share[:, rows] = share
            mean /= self.sessions
            spread = np.sqrt(np.maximum(second / self.sessions - np.square(mean), LEAST))
            self.ratios[rows] = mean / spread
            self.alike[rows] = like / spread

    def shifted(self, rows: slice, best: float) -> tuple[Single, Single]:
        """Return, by shift, the largest Sharpe ratio, and the room left for the bound.

        Under shift s a signal meets the returns of s sessions later.
        """
        n = self.sessions
        known, whole = self._known(rows)
        moved = -(self.slope[:, rows].T @ self.lines)
        square = np.zeros_like(moved)
        if not whole:
            seen = rfft(known, axis=1).conj()
        for basket in range(self.baskets):
            spectrum = rfft(self._held(rows, basket), axis=1).conj()
            share = self.share[:, rows].T
            moved += spectrum * self.spectrum[basket]
            square += spectrum * self.squares[basket, basket]
            square -= spectrum * (2.0 * share @ self.squares[basket])
            if not whole:
                moved -= share[:, basket, None] * seen * self.spectrum[basket]
                square += share[:, basket, None] * seen * (share @ self.squares[basket])
        ratios: Single = irfft(moved, n, axis=1, overwrite_x=True)
        second: Single = irfft(square, n, axis=1, overwrite_x=True)
        ratios /= n
        second /= n
        if whole:
            second += self._level(rows)[:, None]
        second -= np.square(ratios)
        np.maximum(second, LEAST, out=second)
        np.sqrt(second, out=second)
        ratios /= second
        high = ratios.max(axis=0)
        near = self.alike[rows]
        close = near > ALIKE
        if not close.any():
            return high, np.full_like(high, np.inf)
        left = (np.float32(best) - ratios[close]) / near[close, None]
        return high, left.min(axis=0)

    def _held(self, rows: slice, basket: int) -> Single:
        held: Single = (self.codes[rows] == basket).astype(np.float32)
        return held

    def _known(self, rows: slice) -> tuple[Single, bool]:
        known = self.codes[rows] >= 0
        return known.astype(np.float32), bool(known.all())

    def _level(self, rows: slice) -> Single:
        """Return each variant's mean square of its baskets' return at mean shares."""
        share = self.share[:, rows]
        means = self.pairs.mean(axis=2)
        level: Single = np.einsum("kv,kl,lv->v", share, means, share)
        return level


def around(returns: Array) -> Array:
    """Return by session how far baskets' returns spread over the `AROUND` sessions about it.

    The root of the mean variance, over baskets, of returns less the mean of all baskets; infinite
    where baskets do not differ at all.
    """
    apart = returns - returns.mean(axis=0)
    sessions = apart.shape[1]
    width = min(AROUND, sessions)
    first = np.clip(np.arange(sessions) - width // 2, 0, sessions - width)
    sums, squares = (
        np.concatenate([np.zeros((len(apart), 1)), values.cumsum(axis=1)], axis=1)
        for values in (apart, np.square(apart))
    )
    mean = (sums[:, first + width] - sums[:, first]) / width
    variance = (squares[:, first + width] - squares[:, first]) / width - np.square(mean)
    spread = np.sqrt(np.maximum(variance, 0.0).mean(axis=0))
    scale: Array = np.where(spread > 1e-9, spread, np.inf)
    return scale


def straightened(series: Array) -> Array:
    """Take the mean and a straight line from each row (least squares)."""
    centered = series - series.mean(axis=-1, keepdims=True)
    line = np.linspace(-1.0, 1.0, series.shape[-1])
    line /= np.sqrt(np.square(line).sum())
    straight: Array = centered - (centered @ line)[..., None] * line
    return straight


def _moves(codes: Codes) -> NDArray[np.bool_]:
    """Say which signals hold more than one basket."""
    held = np.where(codes < 0, np.int8(127), codes)
    moves: NDArray[np.bool_] = held.min(axis=1, initial=127) < codes.max(axis=1, initial=-1)
    return moves
