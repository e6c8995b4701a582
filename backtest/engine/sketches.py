"""Sketches: what signals earned by calendar month over their baskets at mean shares, compiled."""

import numpy as np
from numba import njit

from backtest.engine.kernel.threads import in_parts
from backtest.engine.kernel.trading import INLINE
from backtest.engine.rebalance import LEAN
from backtest.trials.tried import Held, Single, by_month

WIDE = 16  # sessions compared at once


def sketched(held: Held) -> tuple[int, Single]:
    """Return the first calendar month, and each signal's active returns by month.

    They are the monthly sums of `backtest.trials.tried.active_returns`, without ever laying those
    out: ten thousand signals have twenty-five million. What is held for a while earned the
    difference of two running sums.
    """
    month, whole = by_month(held.days, held.returns.astype(np.float64))
    months = held.days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) - month
    ends = np.searchsorted(months, np.arange(whole.shape[1]), side="right")
    running = np.zeros((len(held.returns), len(held.days) + 1))
    np.cumsum(held.returns, axis=1, dtype=np.float64, out=running[:, 1:])
    found = np.empty((len(held.codes), whole.shape[1]), dtype=np.float32)

    def work(begin: int, end: int) -> None:
        scratch = np.zeros((2, max(whole.shape)))
        _sums(held.codes, running, whole, months, ends, scratch, found, begin, end)

    in_parts(len(held.codes), held.codes.shape[1], work)
    return month, found


@njit(cache=True, nogil=True, **LEAN)
def _sums(codes, running, whole, months, ends, scratch, found, begin, end):  # type: ignore[no-untyped-def]
    share, sums = scratch[0], scratch[1]
    baskets, sessions = len(running), codes.shape[1]
    for row in range(begin, end):
        signal = codes[row]
        sums[:] = 0.0
        share[:] = 0.0
        unknown = at = 0
        while at < sessions:
            basket, until = signal[at], _until(signal, at)
            if basket >= 0:
                share[basket] += until - at
                _add(sums, 1.0, running[basket], at, until, months, ends)
            else:
                unknown += until - at
            at = until
        for basket in range(baskets):
            share[basket] /= max(sessions - unknown, 1)
            if share[basket] != 0.0:
                for month in range(whole.shape[1]):
                    sums[month] -= share[basket] * whole[basket, month]
        at = 0
        while unknown > 0:
            until = _until(signal, at)
            if signal[at] < 0:  # nothing is known of it, so it counts on no side
                unknown -= until - at
                for basket in range(baskets):
                    if share[basket] != 0.0:
                        _add(sums, share[basket], running[basket], at, until, months, ends)
            at = until
        for month in range(whole.shape[1]):
            found[row, month] = sums[month]


@njit(nogil=True, **INLINE)
def _until(signal, at):  # type: ignore[no-untyped-def]
    """Return the session after which another basket is held."""
    basket, until = signal[at], at + 1
    while until + WIDE <= len(signal):
        changes = 0
        for place in signal[until : until + WIDE]:
            changes |= place ^ basket
        if changes:
            break
        until += WIDE
    while until < len(signal) and signal[until] == basket:
        until += 1
    return until


@njit(nogil=True, **INLINE)
def _add(sums, share, running, at, until, months, ends):  # type: ignore[no-untyped-def]
    """Add what a basket earned between two sessions to its months."""
    while at < until:
        stop = min(until, ends[months[at]])
        sums[months[at]] += share * (running[stop] - running[at])
        at = stop
