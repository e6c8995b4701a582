"""Probability of backtest overfitting, over every variant of a sweep.

Combinatorially symmetric cross-validation (Bailey, Borwein, López de Prado & Zhu 2017, Journal of
Computational Finance 20(4)): cut the sessions into S blocks; for every way to call half of them
the past and half the future, pick the best variant of the past and see where it ranks in the
future. The probability of overfitting is how often it ranks in the lower half. It is about one
half where choosing tells nothing, not 0.

The Sharpe ratio of any set of blocks follows from each block's sum and sum of squares, so the
returns are read once. The sums of a set are added up block by block, in one order, and not by a
matrix product: variants with the same returns in the same blocks (a threshold that is never
crossed) then tie exactly, wherever they stand, and ties share their average rank. Products would
tell them apart by rounding.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numba import njit

from backtest.engine.kernel.threads import in_parts
from backtest.engine.kernel.trading import INLINE
from backtest.engine.rebalance import LEAN
from backtest.errors import UserError
from backtest.tuning.return_chunks import Array

FLAT = 1e-13  # variance below this share of the mean square is rounding: the returns are constant
STRIP = 64  # variants looked at together: few enough for the processor's cache


@dataclass(frozen=True)
class Overfitting:
    """How well the best variant of one half of the sessions does in the other half.

    Attributes
    ----------
    probability : float
        Share of splits whose winner ranks in the lower half afterwards; NaN for one variant.
    mean_rank : float
        Mean relative rank (0 worst … 1 best) of the winner afterwards.
    loss : float
        Share of splits whose winner has a negative Sharpe ratio afterwards.
    logits : array
        Logit of the relative rank, by split in lexicographic order of the blocks chosen.
    """

    probability: float
    mean_rank: float
    loss: float
    logits: Array
    blocks: int
    variants: int


def block_sums(returns: Array, blocks: int) -> tuple[Array, Array]:
    """Return each block's sum and sum of squares, block × variant.

    Parameters
    ----------
    returns : array, session × variant
        In excess of cash.
    blocks : int
        How many blocks of equal length; sessions beyond a multiple of it are left out at the end.

    Raises
    ------
    UserError
        If `blocks` is odd or below 2, or there are fewer than two sessions to a block.

    Examples
    --------
    >>> total, square = block_sums(np.array([[1.0], [2.0], [3.0], [4.0], [9.0]]), 2)
    >>> total[:, 0].tolist(), square[:, 0].tolist()
    ([3.0, 7.0], [5.0, 25.0])
    """
    if blocks < 2 or blocks % 2:
        raise UserError(
            "blocks was {blocks}; give an even number of at least 2, such as 16", blocks=blocks
        )
    length = len(returns) // blocks
    if length < 2:
        raise UserError(
            "{count} sessions are too few for {blocks} blocks; take at least {value} sessions "
            "or fewer blocks",
            count=len(returns),
            blocks=blocks,
            value=2 * blocks,
        )
    parts = [returns[number * length : (number + 1) * length] for number in range(blocks)]
    totals = np.stack([part.sum(axis=0) for part in parts])
    return totals, np.stack([np.square(part).sum(axis=0) for part in parts])


def overfitting(totals: Array, squares: Array, length: int) -> Overfitting:
    """Return the probability of overfitting of choosing the highest Sharpe ratio.

    Parameters
    ----------
    totals, squares : array, block × variant
        What `block_sums` returns for all variants.
    length : int
        Sessions in each block.

    Notes
    -----
    Equal to `ffn.calc_prob_backtest_overfitting`, but for one case: where a variant's returns are
    constant in some half, ffn answers NaN for the whole sweep; here such a variant has a Sharpe
    ratio of 0 in that half, as cash has.
    """
    blocks, variants = totals.shape
    # A split and its mirror image stand at mirrored places of the lexicographic order, so those
    # that take block 0 for the past are looked at from both sides.
    pairs = math.comb(blocks, blocks // 2) // 2
    every = itertools.islice(itertools.combinations(range(blocks), blocks // 2), pairs)
    past = np.array([sum(1 << block for block in chosen) for chosen in every])
    sides = np.stack([past, (1 << blocks) - 1 - past], axis=1)
    halves = (range(blocks // 2), range(blocks // 2, blocks))
    quarters = [len(part) for half in halves for part in np.array_split(half, 2)]
    edges = np.cumsum([0, *quarters])
    won, below = np.zeros((2, pairs, 2))

    def look(begin: int, end: int) -> None:
        room = np.empty((2, 4, 1 << max(quarters), STRIP))
        best, ratios = np.full((end - begin, 2), -np.inf), np.empty((2, STRIP))
        rows = slice(begin, end)
        half = length * (blocks // 2)
        _rank(totals, squares, edges, half, sides[rows], room, ratios, best, won[rows], below[rows])

    known = variants > 1
    if known:
        in_parts(pairs, variants, look)
    ranks, after = (
        np.concatenate([pair[:, 0], pair[::-1, 1]])
        for pair in ((below + 0.5) / (variants + 1), won)
    )
    logits = np.log(ranks / (1.0 - ranks))
    return Overfitting(
        probability=float(np.mean(logits <= 0.0)) if known else math.nan,
        mean_rank=float(ranks.mean()) if known else math.nan,
        loss=float(np.mean(after < 0.0)) if known else math.nan,
        logits=logits if known else np.full(2 * pairs, np.nan),
        blocks=blocks,
        variants=variants,
    )


@njit(cache=True, nogil=True, **LEAN)
def _rank(  # type: ignore[no-untyped-def]
    totals, squares, edges, count, sides, room, ratios, best, won, below
):
    """Note what the best variant of each side has on the other, and how many are below it there.

    Twice through all variants, a strip at a time: first for the best, then for its rank, in which
    a tie counts half.
    """
    variants = totals.shape[1]
    for ranking in (False, True):
        for start in range(0, variants, STRIP):
            wide = min(STRIP, variants - start)
            _subset_sums(totals, start, wide, edges, room[0])
            _subset_sums(squares, start, wide, edges, room[1])
            for split in range(len(sides)):
                for side in range(2):
                    _ratios(room, sides[split, side], edges, count, wide, ratios[side])
                for side in range(2):
                    past, future = ratios[side], ratios[1 - side]
                    if ranking:
                        less, most = _placed(future, wide, won[split, side])
                        below[split, side] += 0.5 * (less + most)
                    elif _placed(past, wide, best[split, side])[1] < wide:
                        for place in range(wide):
                            if past[place] > best[split, side]:
                                best[split, side], won[split, side] = past[place], future[place]


@njit(nogil=True, **INLINE)
def _subset_sums(rows, start, wide, edges, sums):  # type: ignore[no-untyped-def]
    """Sum every subset of a quarter's rows; bit i of its number says whether row i is in."""
    for quarter in range(4):
        sums[quarter, 0, :] = 0.0
        known = 1
        for row in range(edges[quarter], edges[quarter + 1]):
            for subset in range(known):
                for place in range(wide):
                    with_it = sums[quarter, subset, place] + rows[row, start + place]
                    sums[quarter, known + subset, place] = with_it
            known *= 2


@njit(nogil=True, **INLINE)
def _ratios(room, side, edges, count, wide, ratios):  # type: ignore[no-untyped-def]
    """Square the Sharpe ratios and keep their signs; 0 where the returns are constant.

    All by one factor more, which leaves their order what it is.
    """
    first = side & ((1 << edges[1]) - 1)
    second = (side >> edges[1]) & ((1 << (edges[2] - edges[1])) - 1)
    third = (side >> edges[2]) & ((1 << (edges[3] - edges[2])) - 1)
    fourth = side >> edges[3]
    sum1, square1 = room[0, 0, first], room[1, 0, first]
    sum2, square2 = room[0, 1, second], room[1, 1, second]
    sum3, square3 = room[0, 2, third], room[1, 2, third]
    sum4, square4 = room[0, 3, fourth], room[1, 3, fourth]
    for place in range(wide):
        total = (sum1[place] + sum2[place]) + (sum3[place] + sum4[place])
        square = (square1[place] + square2[place]) + (square3[place] + square4[place])
        square *= count
        spread = square - total * total
        flat = spread <= FLAT * square
        ratios[place] = 0.0 if flat else total * abs(total) / (1.0 if flat else spread)


@njit(nogil=True, **INLINE)
def _placed(ratios, wide, own):  # type: ignore[no-untyped-def]
    """Count the ratios below `own`, and those not above it."""
    below = most = 0
    for place in range(wide):
        below += ratios[place] < own
        most += ratios[place] <= own
    return below, most
