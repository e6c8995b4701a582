"""Relative strength and its momentum: how groups of sectors stand against a benchmark.

The picture that people who rotate sectors look at every week. For the ratio of a group's level to
the benchmark's, *strength* is the ratio over its own mean of `window` sessions and *momentum* is
strength over what it was `change` sessions ago, both times 100. Above 100 a group is stronger than
its own recent past, or becoming so. Nothing later than a session enters its values.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from backtest.market.market import Market
from backtest.market.sector_indices import listed_alike

QUADRANTS = ("leading", "weakening", "lagging", "improving")  # clockwise, from upper right


def group_levels(market: Market, groups: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return a price index of each group, session × group; NaN before its first price.

    A group moves by the equal-weighted mean return of those of its sectors that have a price.
    Groups of which the market has no sector are left out.
    """
    prices = market.sector_close
    own = {name: list(market.sectors_of(sectors)) for name, sectors in groups.items()}
    levels = {name: listed_alike(prices[held]) for name, held in own.items() if held}
    return pd.DataFrame(levels, index=market.sessions)


def relative_strength(
    levels: pd.DataFrame, benchmark: pd.Series, *, window: int = 60, change: int = 10
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return strength and momentum, session × group, 100 where a group is as strong as before.

    Parameters
    ----------
    levels : DataFrame, session × group
        Price indices.
    benchmark : Series
        The level to compare with, on the same sessions.
    window : int
        Sessions of the mean that strength is measured against.
    change : int
        Sessions over which momentum is measured.

    Examples
    --------
    >>> levels = pd.DataFrame({"a": [1.0, 1.0, 1.2]})
    >>> strength, momentum = relative_strength(levels, pd.Series([1.0] * 3), window=2, change=1)
    >>> strength["a"].round(4).tolist()[-1], momentum["a"].round(4).tolist()[-1]  # 1.2 / 1.1
    (109.0909, 109.0909)
    """
    ratio = levels.div(benchmark, axis=0)
    strength = 100.0 * ratio / ratio.rolling(window).mean()
    return strength, 100.0 * strength / strength.shift(change)


def quadrants(strength: pd.DataFrame, momentum: pd.DataFrame) -> pd.DataFrame:
    """Return the name of each group's quadrant, session × group; None where it is not known.

    Leading: both at least 100. Weakening: strength only. Improving: momentum only.
    Lagging: neither.
    """
    names = quadrant_of(strength.to_numpy(), momentum.to_numpy())
    return pd.DataFrame(names, index=strength.index, columns=strength.columns, dtype=object)


def quadrant_of(strength: np.ndarray, momentum: np.ndarray) -> np.ndarray:
    """Return the names of the quadrants of points, as `quadrants`."""
    strong, rising = strength >= 100.0, momentum >= 100.0
    leading, weakening, lagging, improving = QUADRANTS
    names = np.where(
        strong, np.where(rising, leading, weakening), np.where(rising, improving, lagging)
    ).astype(object)
    names[np.isnan(strength) | np.isnan(momentum)] = None
    return names
