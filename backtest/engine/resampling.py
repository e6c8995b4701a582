"""Stationary bootstrap: how long blocks should be, and how often each draw takes each session.

Block lengths are those of Politis & White (2004,
corrected by Patton, Politis & White 2009); the draws are arch's own, so that whatever is computed
from the counts equals what arch would compute from its samples.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def block_length(series: Array) -> int:
    """Return the expected block length (sessions) that suits a series; 1 if it is constant.

    Rounded up, and at most a third of the series.
    """
    from arch.bootstrap import optimal_block_length

    if not np.ptp(series) > 0:
        return 1
    best = float(optimal_block_length(series)["stationary"].iloc[0])
    return int(np.clip(np.ceil(best), 1, max(1, len(series) // 3))) if np.isfinite(best) else 1


def resampling_counts(sessions: int, length: int, draws: int, seed: int) -> Array:
    """Return how often each draw takes each session, draw × session; rows sum to `sessions`.

    The draws are those of `arch.bootstrap.StationaryBootstrap(length, …, seed=seed)`.
    """
    from arch.bootstrap import StationaryBootstrap

    bootstrap = StationaryBootstrap(length, np.arange(sessions), seed=seed)
    counts = np.empty((draws, sessions))
    for draw in range(draws):
        counts[draw] = np.bincount(bootstrap.update_indices(), minlength=sessions)
    return counts
