"""Words on the composite index, the same on a terminal and in pictures."""

from __future__ import annotations

from collections.abc import Mapping

SCALES: Mapping[str, str] = {
    "z": "50 is the indicators' own past; ten points are a standard deviation",
    "min-max": "0 is the worst of the indicators' own past, 100 the best so far",
    "rank": "points are percentiles of the indicators' own past",
    "distance": "100 is the best of the indicators' own past, and less is further below it",
}
COMPENSABLE: Mapping[str, str] = {
    "arithmetic": "a weak indicator is offset by a strong one, point for point",
    "geometric": "a weak indicator is offset by a strong one only in part",
}
MIDDLE: Mapping[str, str] = {"z": "own past", "rank": "median of own past"}  # at 50 points
SPOKEN: Mapping[str, str] = {"index": "index percentile", "last_switch": "last switch"}


def spoken(outcome: str) -> str:
    """Return an outcome of the sensitivity in plain words."""
    return SPOKEN.get(outcome, outcome)
