"""Variants in parts that can be computed anywhere.

Neither the parts nor who computes them change a number: variants that hold the same baskets stay
together, because the kernel tabulates growth for many of them and not for a few.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from backtest.strategy.decisions import rotates
from backtest.tuning.sharing import agreeing, apart
from backtest.tuning.space import Variants

SHARES = 4  # parts for each thread, so that none waits long for the last
LEAST, MOST = 16, 16_384  # variants in a part
SINGLES = 64  # the most where every variant is computed on its own


def parts(variants: Variants, threads: int) -> list[np.ndarray]:
    """Cut variants for a number of threads; return the rows of each part.

    Those with equal baskets stay together where they are too few for growth tables, and are cut
    into pieces that are not where they are many.
    """
    from backtest.engine.kernel import WORTH_TABLES

    group = _groups(variants)
    least, most = (WORTH_TABLES, MOST) if group is not None else (1, SINGLES)
    size = min(max(-(-len(variants) // (SHARES * threads)), LEAST), most)
    if group is None:
        group = np.zeros(len(variants), dtype=np.int64)
    order = np.argsort(group, kind="stable")
    found: list[np.ndarray] = []
    few: list[np.ndarray] = []
    for rows in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        if len(rows) >= least:
            found += np.array_split(rows, max(1, len(rows) // max(size, least)))
        else:
            few.append(rows)
    together = np.concatenate(few) if few else order[:0]
    found += _whole_groups(together, group, size)
    return found


def _whole_groups(rows: np.ndarray, group: np.ndarray, size: int) -> list[np.ndarray]:
    """Cut rows sorted by group into pieces of at least `size`, no group in two of them."""
    if not len(rows):
        return []
    starts = np.flatnonzero(np.diff(group[rows], prepend=group[rows[0]] - 1))
    wanted = np.searchsorted(starts, np.arange(size, len(rows), size))
    cuts = np.unique(starts[wanted[wanted < len(starts)]])
    return np.split(rows, cuts)


def _groups(variants: Variants) -> np.ndarray | None:
    """Return numbers equal for variants with equal baskets; None for what has no baskets."""
    sample = variants.variant(0)
    if not rotates(sample):
        return None
    return agreeing(variants, (*sample.shapes_baskets(), "rebalance"))[1]


def part_of(variants: Variants, rows: np.ndarray) -> Variants:
    """Return some variants, with no values but theirs."""
    codes = np.empty((len(rows), len(variants.names)), dtype=variants.codes.dtype)
    values = []
    for place, known in enumerate(variants.values):
        taken = variants.codes[rows, place]
        first, codes[:, place] = apart([taken], len(rows))
        values.append(tuple(known[code] for code in taken[first].tolist()))
    return replace(variants, values=tuple(values), codes=codes)
