"""The arithmetic of plan, rebalance and simulate fused in Numba, for thousands of variants at once.

What a variant is here is a row of regime codes: which basket is held after each session.

Numba caches compiled functions beside these files, or in NUMBA_CACHE_DIR.
"""

from __future__ import annotations

import numpy as np

from backtest.engine.kernel import trading
from backtest.engine.kernel.account import STATE, account
from backtest.engine.kernel.figures import COUNT, FIGURES, summarize
from backtest.engine.kernel.growth import Growth, grow, look
from backtest.engine.kernel.layout import ENTRIES, Rotation, reach, rotation, single, stage
from backtest.engine.kernel.stale import drop_stale
from backtest.engine.kernel.threads import in_parts
from backtest.engine.rebalance import SCRATCH, trade
from backtest.engine.stage import Stage

__all__ = [
    "FIGURES",
    "Growth",
    "Rotation",
    "Stage",
    "equity",
    "figures",
    "growth",
    "rotation",
    "single",
    "stage",
]

drop_stale((account, grow), (grow, trading.settle, summarize, trade))

WORTH_TABLES = 128  # variants; for fewer, filling growth tables takes longer than they save


def growth(baskets: Rotation, variants: int) -> Growth:
    """Return growth tables, to be filled, for `variants` variants of a rotation; none for a few."""
    sessions = reach(baskets.event) if variants >= WORTH_TABLES else 0
    shape = baskets.row.shape
    return Growth(
        idle=np.maximum(1.0 - baskets.weights.sum(axis=1), 0.0),
        rows=np.empty((*shape, sessions, ENTRIES)),
        filled=np.zeros(shape[0], dtype=np.bool_),
    )


def figures(
    codes: np.ndarray, baskets: Rotation, on: Stage, tables: Growth
) -> tuple[np.ndarray, np.ndarray]:
    """Simulate variants and summarize them.

    Parameters
    ----------
    codes : integer ndarray, variant × session
        The code of the basket held after each session.

    Returns
    -------
    figures : ndarray, variant × len(FIGURES)
        Named by FIGURES and defined as in `BacktestResult.summary`.
    wrong : bool ndarray, variant
        Variants that order a row of weights that cannot be meant; their figures mean nothing.
    """
    found, wrong, _ = _accounts(codes, baskets, on, tables, 0)
    return found, wrong


def equity(codes: np.ndarray, baskets: Rotation, on: Stage, tables: Growth) -> np.ndarray:
    """Return the equity at every close from the first session on, variant × session."""
    return _accounts(codes, baskets, on, tables, codes.shape[1] - on.first)[2]


def _accounts(
    codes: np.ndarray, baskets: Rotation, on: Stage, tables: Growth, sessions: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return figures, what is wrong, and the equity of all sessions or of none."""
    codes, count = np.ascontiguousarray(codes), len(codes)
    found, wrong = np.empty((count, COUNT)), np.empty(count, dtype=np.bool_)
    values = np.empty((count, sessions))
    shared, held = np.zeros(count, dtype=np.int64), np.zeros(len(baskets.row), dtype=np.bool_)
    look(codes, shared, held)
    _fill(np.flatnonzero(held & ~tables.filled), baskets, on, tables)

    def follow(begin: int, end: int) -> None:
        rows = slice(begin, end)
        width = len(on.lot)
        states = np.empty((codes.shape[1] + 2, STATE + 2 * width))
        room = states, np.empty((SCRATCH, width)), np.zeros((2, width), dtype=np.int32)
        moves = np.zeros((trading.SLOTS, trading.ENTRIES))
        each = found[rows], wrong[rows], values[rows]
        account(codes[rows], shared[rows], baskets, on, tables, *each, *room, moves)

    in_parts(count, codes.shape[1], follow)
    return found, wrong, values


def _fill(wanted: np.ndarray, baskets: Rotation, on: Stage, tables: Growth) -> None:
    """Fill the growth tables of some baskets."""
    if not tables.rows.shape[2] or not len(wanted):
        return

    def fill(begin: int, end: int) -> None:
        grow(begin, end, wanted, baskets, on, tables)

    in_parts(tables.rows.shape[1], len(wanted) * tables.rows.shape[2], fill)
    tables.filled[wanted] = True
