"""Sketches: what signals earned by calendar month over their baskets at mean shares, compiled."""

from __future__ import annotations

import numpy as np
from numba import njit

from backtest.engine.kernel.threads import in_parts
from backtest.engine.rebalance import LEAN
from backtest.trials.tried import Held, Single, by_month


def sketched(held: Held) -> tuple[int, Single]:
    """Return the first calendar month, and each signal's active returns by month.

    They are the monthly sums of `backtest.trials.tried.active_returns`, without ever laying those
    out: ten thousand signals have twenty-five million.
    """
    month, whole = by_month(held.days, held.returns.astype(np.float64))
    months = held.days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) - month
    found = np.empty((len(held.codes), whole.shape[1]), dtype=np.float32)

    def work(begin: int, end: int) -> None:
        scratch = np.zeros((2, max(whole.shape)))
        _sums(held.codes, held.returns, whole, months, scratch, found, begin, end)

    in_parts(len(held.codes), held.codes.shape[1], work)
    return month, found


@njit(cache=True, nogil=True, **LEAN)
def _sums(codes, returns, whole, months, scratch, found, begin, end):  # type: ignore[no-untyped-def]
    share, sums = scratch[0], scratch[1]
    baskets, sessions = returns.shape
    for row in range(begin, end):
        sums[:] = 0.0
        share[:] = 0.0
        known = 0
        for session in range(sessions):
            basket = codes[row, session]
            if basket >= 0:
                sums[months[session]] += returns[basket, session]
                share[basket] += 1.0
                known += 1
        for basket in range(baskets):
            if share[basket] == 0.0:
                continue
            share[basket] /= known
            for month in range(whole.shape[1]):
                sums[month] -= share[basket] * whole[basket, month]
            for session in range(sessions if known < sessions else 0):
                if codes[row, session] < 0:  # nothing is known of it, so it counts on no side
                    sums[months[session]] += share[basket] * returns[basket, session]
        for month in range(whole.shape[1]):
            found[row, month] = sums[month]
