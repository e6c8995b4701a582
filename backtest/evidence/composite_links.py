"""Links: whether an index moves with what it speaks of.

Step 9 of the OECD/JRC Handbook (2008, section 9). An index that agrees with prices over the same
weeks may only repeat them, and one made of prices does so partly by construction; one that agrees
with the weeks after says something. All questions are asked at once, so their intervals are wide
enough to hold together in nine cases of ten (Bonferroni).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.composite.composite import Composite
from backtest.composite.observable import PREFIX
from backtest.errors import check_least
from backtest.evidence.intervals import Interval, by_blocks
from backtest.evidence.observation import Array, Observation

TOGETHER = 0.90  # how sure all intervals are at once
FEWEST = 24  # spans without which nothing is said
HORIZON = 20  # sessions of a span


@dataclass(frozen=True)
class Link:
    """How the index's moves over spans of sessions go with returns.

    Attributes
    ----------
    target : str
        Whose returns.
    span : "same" or "next"
        Returns over the span of the move itself, or over the one after it.
    correlation : float
        NaN where there are too few spans or one side never moved.
    interval : Interval or None
        Delete-block jackknife; as wide as it takes for all links' to hold together at 90 %.
    spans : int
        How many there are; they do not overlap.
    """

    target: str
    span: str
    correlation: float
    interval: Interval | None
    spans: int

    @property
    def verdict(self) -> str:
        """Whether they go "together", "apart", or one "cannot tell"."""
        if self.interval is None or self.interval.low <= 0.0 <= self.interval.high:
            return "cannot tell"
        return "together" if self.correlation > 0.0 else "apart"


def links(found: Composite, *, horizon: int = HORIZON) -> tuple[Link, ...]:
    """Return how the index goes with the benchmark, with all sectors, and with each track's lead.

    Parameters
    ----------
    horizon : int
        Sessions of a span; spans are counted back from the last session and do not overlap.
    """
    check_least(1, horizon=horizon)
    moved = _over_spans(found.index, horizon, relative=False)
    targets = _targets(found)
    sure = 1.0 - (1.0 - TOGETHER) / (2 * len(targets))
    rows = []
    for target, level in targets.items():
        earned = _over_spans(level, horizon, relative=True)
        rows.append(_link(target, "same", moved, earned, sure))
        rows.append(_link(target, "next", moved, earned.shift(-1), sure))
    return tuple(rows)


def by_construction(found: Composite) -> bool:
    """Say whether prices make some of the index, as they make the returns it is held against."""
    made = (f"{PREFIX}strength", f"{PREFIX}breadth")
    return any(one.series.startswith(made) for one in found.framework.concrete)


def _targets(found: Composite) -> Mapping[str, pd.Series]:
    """Return price levels by name: the benchmark, all sectors, each track over all sectors."""
    market = found.market
    levels: dict[str, pd.Series] = {}
    if market.benchmark.notna().any():
        levels[market.universe.by_id[market.universe.benchmark].name] = market.benchmark
    levels["all sectors"] = market.equal_weight
    for track, sectors in found.framework.tracks:
        here = list(market.sectors_of(sectors))
        if here:
            moved = market.sector_close[here].pct_change(fill_method=None).mean(axis=1)
            levels[f"lead of {track}"] = (1.0 + moved.fillna(0.0)).cumprod() / market.equal_weight
    return levels


def _over_spans(level: pd.Series, horizon: int, *, relative: bool) -> pd.Series:
    """Return the change over each span, by its last session."""
    ends = level.iloc[(len(level) - 1) % horizon :: horizon]
    return ends.pct_change(fill_method=None) if relative else ends.diff()


def _link(target: str, span: str, moved: pd.Series, earned: pd.Series, sure: float) -> Link:
    both = pd.DataFrame({"moved": moved, "earned": earned}).dropna()
    flat = any(np.ptp(both[side].to_numpy()) <= 1e-12 for side in both) if len(both) else True
    if len(both) < FEWEST or flat:
        return Link(target, span, float("nan"), None, len(both))
    x, y = both["moved"].to_numpy(dtype=float), both["earned"].to_numpy(dtype=float)

    def correlation(counts: Array) -> Array:
        share = counts / counts.sum(axis=1, keepdims=True)
        mean_x, mean_y = share @ x, share @ y
        spread_x, spread_y = share @ (x * x) - mean_x**2, share @ (y * y) - mean_y**2
        with np.errstate(invalid="ignore", divide="ignore"):
            found: Array = (share @ (x * y) - mean_x * mean_y) / np.sqrt(spread_x * spread_y)
        return found

    together = pd.Series((x - x.mean()) * (y - y.mean()), both.index)
    observed = Observation((target,), correlation, together)
    bounds = by_blocks(observed, "the record", block_length=1, level=sure)
    return Link(target, span, observed.value, bounds, len(both))
