"""Variants that agree on some parameters, and the different baskets of a rotation's variants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    if not places:
        return np.zeros(1, dtype=np.int64), np.zeros(len(variants), dtype=np.int64)
    _, first, number = np.unique(
        variants.codes[:, places], axis=0, return_index=True, return_inverse=True
    )
    return first, number.reshape(-1)


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
