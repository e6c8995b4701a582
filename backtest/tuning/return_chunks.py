"""A return matrix handed over in pieces: session × variant, some variants at a time.

Ten thousand variants of ten years are 200 MB; a hundred thousand would be 2 GB. Whatever reads a
whole sweep therefore asks for its columns piece by piece and keeps only sums.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtest.errors import UserError

Array = NDArray[np.float64]
Chunks = Callable[[], Iterable[Array]]
"""Called as often as wanted; yields session × some variants, always the same, in order."""

WIDTH = 1024
KEPT = 2**28


def as_chunks(returns: pd.DataFrame | Array | Chunks) -> Chunks:
    """Return a whole matrix as pieces of `WIDTH` variants; pieces are returned as they are.

    Examples
    --------
    >>> [piece.shape for piece in as_chunks(np.zeros((3, 2000)))()]
    [(3, 1024), (3, 976)]
    """
    if callable(returns):
        return returns
    matrix = np.asarray(returns, dtype=float)

    def pieces() -> Iterator[Array]:
        for start in range(0, matrix.shape[1], WIDTH):
            yield matrix[:, start : start + WIDTH]

    return pieces


def remembered(chunks: Chunks) -> Chunks:
    """Return pieces computed once and kept, or, of more than `KEPT` bytes, again each time."""
    kept: list[Array] = []

    def pieces() -> Iterator[Array]:
        if kept:
            yield from kept
            return
        found: list[Array] | None = []
        for piece in chunks():
            if found is not None and sum(each.nbytes for each in found) + piece.nbytes > KEPT:
                found = None
            if found is not None:
                found.append(piece)
            yield piece
        kept.extend(found or [])

    return pieces


def columns(chunks: Chunks, positions: Sequence[int] | NDArray[np.int64]) -> Array:
    """Return the returns of the variants at `positions`, session × variant, in that order.

    Raises
    ------
    UserError
        If there is no variant of that number.
    """
    wanted = np.asarray(positions, dtype=np.int64)
    picked: Array | None = None
    first = 0
    for piece in chunks():
        here = (wanted >= first) & (wanted < first + piece.shape[1])
        if picked is None:
            picked = np.full((len(piece), len(wanted)), np.nan)
        picked[:, here] = piece[:, wanted[here] - first]
        first += piece.shape[1]
    if picked is None or (len(wanted) and not 0 <= wanted.min() <= wanted.max() < first):
        raise UserError(
            "the sweep has {first} variants, numbered from 0; ask for one of them", first=first
        )
    return picked
