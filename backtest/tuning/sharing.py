"""Variants that agree on some parameters, and the different baskets of a rotation's variants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import cast

import numpy as np
import pandas as pd

from backtest.market import Market
from backtest.strategy import RotationStrategy
from backtest.tuning.space import Variants


def agreeing(variants: Variants, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the first variant of each group that agrees on parameters, and each one's group."""
    places = [place for place, name in enumerate(variants.names) if name in names]
    return apart(variants.codes[:, places].T, len(variants))


def apart(columns: Iterable[np.ndarray], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Tell rows of small whole numbers apart, given by column.

    Returns
    -------
    tuple of arrays
        Where each different row comes first, sorted by what is in it, and which of them each is.

    Examples
    --------
    >>> first, which = apart([np.array([1, 0, 1]), np.array([2, 0, 2])], 3)
    >>> first.tolist(), which.tolist()
    ([1, 0], [1, 0, 1])
    """
    number, bound = np.zeros(count, dtype=np.int64), 1
    for column in columns:
        values = int(column.max()) + 1
        if bound * values > np.iinfo(np.int64).max:
            first, number = _ranked(number, bound)
            bound = len(first)
        number, bound = number * values + column, bound * values
    return _ranked(number, bound)


def _ranked(number: np.ndarray, bound: int) -> tuple[np.ndarray, np.ndarray]:
    """Return where each number below a bound comes first, and the rank of each."""
    if bound > 4 * len(number):
        _, first, rank = np.unique(number, return_index=True, return_inverse=True)
        return first, rank
    place = np.full(bound, -1)
    place[number[::-1]] = np.arange(len(number) - 1, -1, -1)  # of several the last one counts
    there = np.flatnonzero(place >= 0)
    first = place[there]
    place[there] = np.arange(len(there))
    return first, place[number]


def different_baskets(
    variants: Variants, market: Market
) -> tuple[list[Mapping[str, pd.DataFrame]], np.ndarray]:
    """Return the different baskets of a rotation's variants, and for each variant which are its.

    One variant is asked for all that agree on what shapes baskets; equal weights count once.
    """
    first, group = agreeing(variants, _rotation(variants, 0).shapes_baskets())
    if len(first) == 1:
        return [_rotation(variants, 0).weighed(market)], group
    answers: dict[bytes, Mapping[str, pd.DataFrame]] = {}
    keys = []
    for row in first.tolist():
        baskets = _rotation(variants, row).weighed(market)
        digest = sha256(repr([(name, list(one.columns)) for name, one in baskets.items()]).encode())
        for weights in baskets.values():
            digest.update(weights.to_numpy().tobytes())
        keys.append(digest.digest())
        answers.setdefault(keys[-1], baskets)
    number = {key: place for place, key in enumerate(answers)}
    return list(answers.values()), np.array([number[key] for key in keys])[group]


def _rotation(variants: Variants, row: int) -> RotationStrategy:
    return cast(RotationStrategy, variants.variant(row))
