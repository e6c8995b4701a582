"""The arithmetic of plan, rebalance and simulate fused in Numba, for thousands of variants at once.

What a
variant is here is a row of regime codes: which basket is held after each session.

Numba caches compiled functions beside these files, or in NUMBA_CACHE_DIR. A change in one of them
does not invalidate the cache of another: touch all of them.
"""

from __future__ import annotations

from threading import Lock

import numpy as np

from backtest.engine.kernel.account import all_equity, all_figures
from backtest.engine.kernel.figures import FIGURES
from backtest.engine.kernel.growth import Growth, grow
from backtest.engine.kernel.layout import Rotation, Stage, reach, rotation, single, stage

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

WORTH_TABLES = 128  # variants; for fewer, filling growth tables takes longer than they save
WORTH_MOVES, MOVES = 1024, 1_000_000  # variants, and cells of a table of moves that still pays
ONE_AT_A_TIME = Lock()  # not every Numba threading layer may be entered twice


def growth(baskets: Rotation, on: Stage, variants: int) -> Growth:
    """Return growth tables for `variants` variants of one rotation; none for a few."""
    sessions = reach(baskets.event) if variants >= WORTH_TABLES else 0
    cells = len(baskets.event) * baskets.event.size * sessions
    scale_free = on.minimum == 0.0 and not on.in_lots
    with_moves = scale_free and variants >= WORTH_MOVES and cells <= MOVES
    with ONE_AT_A_TIME:
        return Growth(*grow(baskets, on, sessions, with_moves))


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
    with ONE_AT_A_TIME:
        found, wrong = all_figures(np.ascontiguousarray(codes), baskets, on, tables)
    return found, wrong


def equity(codes: np.ndarray, baskets: Rotation, on: Stage, tables: Growth) -> np.ndarray:
    """Return the equity at every close from the first session on, variant × session."""
    with ONE_AT_A_TIME:
        values: np.ndarray = all_equity(np.ascontiguousarray(codes), baskets, on, tables)
    return values
