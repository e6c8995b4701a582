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
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtest.errors import UserError
from backtest.tuning.return_chunks import Array, Chunks

FLAT = 1e-13  # variance below this share of the mean square is rounding: the returns are constant


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


def overfitting(chunks: Chunks, *, blocks: int = 16, risk_free: Array | None = None) -> Overfitting:
    """Return the probability of overfitting of choosing the highest Sharpe ratio.

    Parameters
    ----------
    chunks : callable
        Daily simple returns, session × variant, in pieces (`backtest.tuning.return_chunks`).
    blocks : int
        How many blocks of equal length; sessions beyond a multiple of it are left out at the end.
    risk_free : array, optional
        What cash earned, by session; Sharpe ratios are of returns in excess of it.

    Notes
    -----
    Equal to `ffn.calc_prob_backtest_overfitting`, but for one case: where a variant's returns are
    constant in some half, ffn answers NaN for the whole sweep; here such a variant has a Sharpe
    ratio of 0 in that half, as cash has.

    Raises
    ------
    UserError
        If `blocks` is odd or below 2, or there are fewer than two sessions to a block.
    """
    pieces = [block_sums(_excess(piece, risk_free), blocks) for piece in chunks()]
    if not pieces:
        raise UserError("the sweep has no variant; widen its space")
    totals = np.concatenate([total for total, _ in pieces], axis=1)
    squares = np.concatenate([square for _, square in pieces], axis=1)
    sessions = len(next(iter(chunks())))
    return overfitting_of_sums(totals, squares, sessions // blocks)


def block_sums(returns: Array, blocks: int) -> tuple[Array, Array]:
    """Return each block's sum and sum of squares, block × variant.

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


def overfitting_of_sums(totals: Array, squares: Array, length: int) -> Overfitting:
    """Return the probability of overfitting from block sums and sums of squares.

    Parameters
    ----------
    totals, squares : array, block × variant
        What `block_sums` returns for all variants.
    length : int
        Sessions in each block.
    """
    blocks, variants = totals.shape
    splits = math.comb(blocks, blocks // 2)
    ranks = np.full(splits, np.nan)
    after = np.full(splits, np.nan)

    def look(some: range) -> None:
        half = length * (blocks // 2)
        paired = zip(some, _halves(totals, some), _halves(squares, some), strict=True)
        for number, sums, sums_of_squares in paired:
            ratios = [
                _ratio(total, square, half)
                for total, square in zip(sums, sums_of_squares, strict=True)
            ]
            # A split and its mirror image stand at mirrored places of the lexicographic order.
            for place, past, future in ((number, 0, 1), (splits - 1 - number, 1, 0)):
                won = ratios[future][ratios[past].argmax()]
                below = np.count_nonzero(ratios[future] < won)
                tied = np.count_nonzero(ratios[future] == won)
                ranks[place] = (below + (tied + 1) / 2) / (variants + 1)
                after[place] = won

    if variants > 1:
        threads = os.cpu_count() or 1
        edges = [splits // 2 * part // threads for part in range(threads + 1)]
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(look, itertools.starmap(range, itertools.pairwise(edges))))
    logits = np.log(ranks / (1.0 - ranks))
    known = variants > 1
    return Overfitting(
        probability=float(np.mean(logits <= 0.0)) if known else math.nan,
        mean_rank=float(ranks.mean()),
        loss=float(np.mean(after < 0.0)) if known else math.nan,
        logits=logits,
        blocks=blocks,
        variants=variants,
    )


def _halves(values: Array, some: range) -> Iterator[tuple[Array, Array]]:
    """Yield the sums over some halves that hold block 0, and over the blocks they leave out."""
    blocks = len(values)
    middle = blocks // 2
    quarters = [
        _subset_sums(part)
        for half in (values[:middle], values[middle:])
        for part in np.array_split(half, 2)
    ]
    sizes = [len(table).bit_length() - 1 for table in quarters]
    everything = (1 << blocks) - 1
    every = itertools.combinations(range(blocks), middle)
    early: dict[int, Array] = {}  # sums over chosen blocks of the first half, by choice
    for chosen in itertools.islice(every, some.start, some.stop):
        mask = sum(1 << block for block in chosen)
        sums = []
        for side in (mask, everything ^ mask):
            picks = []
            for size in sizes:
                picks.append(side & ((1 << size) - 1))
                side >>= size
            low = picks[0] | picks[1] << sizes[0]
            if low not in early:
                if len(early) == 2:  # neighbors in the order share them
                    early.clear()
                early[low] = quarters[0][picks[0]] + quarters[1][picks[1]]
            sums.append(early[low] + (quarters[2][picks[2]] + quarters[3][picks[3]]))
        yield sums[0], sums[1]


def _subset_sums(rows: Array) -> Array:
    """Return the sum of every subset of rows; bit i of the number says whether row i is in."""
    sums = np.zeros((1, rows.shape[1]))
    for row in rows:
        sums = np.concatenate([sums, sums + row])
    return sums


def _ratio(total: Array, square: Array, count: int) -> Array:
    """Return per-session Sharpe ratios from sums; 0 where the returns are constant."""
    mean = total / count
    spread = square - total * mean
    flat = spread <= FLAT * square
    if flat.any():
        mean[flat], spread[flat] = 0.0, 1.0
    spread /= count - 1
    np.sqrt(spread, out=spread)
    mean /= spread
    return mean


def _excess(returns: Array, risk_free: Array | None) -> NDArray[np.float64]:
    return returns if risk_free is None else returns - risk_free[:, None]
