"""Signals under every shift in time at once: their Sharpe ratios over their baskets, by FFT."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int8]
Single = NDArray[np.float32]
Array = NDArray[np.float64]
Rows = NDArray[np.int64]

AROUND = 60  # sessions over which differences between baskets are brought to one scale
PIECE = 128  # signals transformed together: few enough for the processor's cache
LEAST = 1e-12  # variance below which rounding is all there is
NEAR = 0.85  # correlation from which a later trial was made around an earlier one
ROUNDS = 64  # sets of trials told apart by when they were made
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
    made : array of int64, variant, optional
        When each was tried; those of one number were tried together. All were, if it is left out.
    """

    codes: Codes
    returns: Array
    reach: int = 0
    made: NDArray[np.int64] | None = None


class Shifts:
    """Signals that hold more than one basket, and differences between those any of them holds."""

    def __init__(self, signals: Signals) -> None:
        held = np.array([(signals.codes == code).any() for code in range(len(signals.returns))])
        self.number = np.r_[np.cumsum(held) - 1, -1].astype(np.int8)  # the last for code −1
        moving = np.flatnonzero(moves(signals.codes))
        made = np.zeros(len(moving)) if signals.made is None else signals.made[moving]
        order = np.argsort(made, kind="stable")
        times, together = np.unique(made[order], return_inverse=True)
        together = together * ROUNDS // max(len(times), ROUNDS)
        self.starts = np.flatnonzero(np.r_[True, together[1:] != together[:-1]][: len(together)])
        codes = signals.codes[moving[order]]
        self.codes = codes if held.all() else self.number[codes]
        returns = signals.returns[held]
        over = returns[:-1] - returns[-1:]
        self.over: Single = straightened(over / around(returns)).astype(np.float32)
        self.baskets, self.sessions = self.over.shape
        line = np.linspace(-1.0, 1.0, self.sessions)
        self.line: Single = (line / np.sqrt(np.square(line).sum())).astype(np.float32)
        self.pairs: Single = self.over[:, None] * self.over[None]
        from scipy.fft import rfft  # a tenth of a second, of every command that tests no timing

        self.spectrum = rfft(self.over, axis=-1)
        self.squares = rfft(self.pairs, axis=-1)
        self.lines = rfft(self.line).conj() * self.spectrum
        self.highest = np.full((len(self.starts), self.sessions), -np.inf, dtype=np.float32)

    def pieces(self) -> Iterator[slice]:
        """Yield which signals to take together."""
        for first, end in itertools.pairwise([*self.starts.tolist(), len(self.codes)]):
            for start in range(first, end, PIECE):
                yield slice(start, min(start + PIECE, end))

    def active(self, codes: Codes) -> Single:
        """Return one signal's return over its baskets at mean shares, by session."""
        found: Single = self._active(self.number[codes][None])[0]
        return found

    def _active(self, codes: Codes) -> Single:
        known = codes >= 0
        lot = known.sum(axis=1, keepdims=True)
        found = np.zeros(codes.shape, dtype=np.float32)
        for basket, over in enumerate(self.over):
            held = (codes == basket).astype(np.float32)
            found += (held - held.sum(axis=1, keepdims=True) / lot * known) * over
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
        """Return, by shift, the largest Sharpe ratio, and the room left for the bound."""
        ratios = self.curves(rows)
        high = ratios.max(axis=0)
        near = self.alike[rows]
        close = near > ALIKE
        if not close.any():
            return high, np.full_like(high, np.inf)
        left = (np.float32(best) - ratios[close]) / near[close, None]
        return high, left.min(axis=0)

    def note(self, rows: slice, high: Single) -> None:
        """Note the largest Sharpe ratio of some signals by shift, by when they were made."""
        place = int(np.searchsorted(self.starts, rows.start, side="right")) - 1
        np.maximum(self.highest[place], high, out=self.highest[place])

    def refined(self, *, but_last: bool) -> Iterator[tuple[Single, int, Rows, Single]]:
        """Yield signals made around the best before them, with that and their correlation with it.

        The first is, by shift, the largest Sharpe ratio of all signals made before. `but_last`
        leaves out those made last.
        """
        edges = [*self.starts.tolist(), *([] if but_last else [len(self.codes)])]
        before = np.maximum.accumulate(self.highest, axis=0)
        for number, (first, end) in enumerate(itertools.pairwise(edges)):
            if first < 2:  # of one there is no best
                continue
            lead = int(self.ratios[:first].argmax())
            aim = _units(self._active(self.codes[lead : lead + 1]))[0]
            for start in range(first, end, PIECE):
                some = slice(start, min(start + PIECE, end))
                alike = _units(self._active(self.codes[some])) @ aim
                near = np.flatnonzero(alike > NEAR)
                if len(near):
                    yield before[number - 1], lead, start + near, alike[near]

    def replayed(self, before: Single, lead: int, rows: Rows, alike: Single) -> Single:
        """Return, by shift, the largest Sharpe ratio of signals made around the best there."""
        lift = before - self.curves(np.array([lead]))[0]
        high: Single = (self.curves(rows) + alike[:, None] * lift).max(axis=0)
        return high

    def curves(self, rows: slice | Rows) -> Single:
        """Return Sharpe ratios, signal × shift.

        Under shift s a signal meets the returns of s sessions later.
        """
        from scipy.fft import irfft, rfft

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
        return ratios

    def _held(self, rows: slice | Rows, basket: int) -> Single:
        held: Single = (self.codes[rows] == basket).astype(np.float32)
        return held

    def _known(self, rows: slice | Rows) -> tuple[Single, bool]:
        known = self.codes[rows] >= 0
        return known.astype(np.float32), bool(known.all())

    def _level(self, rows: slice | Rows) -> Single:
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
    return np.where(spread > 1e-9, spread, np.inf)


def straightened(series: Array) -> Array:
    """Take the mean and a straight line from each row (least squares)."""
    centered = series - series.mean(axis=-1, keepdims=True)
    line = np.linspace(-1.0, 1.0, series.shape[-1])
    line /= np.sqrt(np.square(line).sum())
    straight: Array = centered - (centered @ line)[..., None] * line
    return straight


def _units(rows: Single) -> Single:
    centered = rows - rows.mean(axis=1, keepdims=True)
    length = np.sqrt(np.square(centered).sum(axis=1, keepdims=True))
    units: Single = centered / np.maximum(length, LEAST)
    return units


def moves(codes: Codes) -> NDArray[np.bool_]:
    """Say which signals hold more than one basket."""
    held = np.where(codes < 0, np.int8(127), codes)
    moves: NDArray[np.bool_] = held.min(axis=1, initial=127) < codes.max(axis=1, initial=-1)
    return moves
