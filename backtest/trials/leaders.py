"""How many different things were tried: leaders among sketches of active returns.

A trial whose monthly active returns correlate by more than `SAME` with an earlier leader's is that
idea again; any other becomes a leader itself. Leaders are stored and never taken back, so however
one goes on searching, the count of independent trials does not fall. (Leader clustering: Hartigan
1975, Clustering Algorithms, chapter 3.) `SAME` is that of López de Prado & Lewis's clusters as
calibrated before: at 0.7 the best of many noise variants exceeds the expected maximum of that many
independent ones by a tenth of its standard error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtest.trials.tried import Single

SAME = 0.7
SHORTEST = 6  # months in common below which two trials say nothing about each other
TOGETHER = 256  # trials compared with the rest at a time
STILL = 1e-7  # length of a sketch below which a trial has no active return of its own


@dataclass(frozen=True, eq=False)
class Leader:
    """The first trial of its kind: its active returns by month, from a month on."""

    month: int
    sketch: Single


def new_leaders(sketches: Single, month: int, known: Sequence[Leader]) -> NDArray[np.int64]:
    """Return the trials that resemble neither a known leader nor an earlier one of them.

    Parameters
    ----------
    sketches : array of float32, trial × month
        Active return by calendar month.
    month : int
        The first of these months.
    """
    left = np.flatnonzero(np.abs(sketches).max(axis=1, initial=0.0) > STILL)
    months = sketches.shape[1]
    spans: dict[tuple[int, int], list[Single]] = {}
    for leader in known:
        first = max(leader.month, month)
        last = min(leader.month + len(leader.sketch), month + months)
        if last - first >= min(SHORTEST, months):
            part = leader.sketch[first - leader.month : last - leader.month]
            spans.setdefault((first - month, last - month), []).append(part)
    for (first, last), parts in spans.items():
        if len(left):
            alike = _units(sketches[left, first:last]) @ _units(np.array(parts)).T
            left = left[alike.max(axis=1) <= SAME]
    found: list[int] = []
    units = _units(sketches[left])
    while len(left):
        head = units[:TOGETHER]
        same = head @ head.T > SAME
        chosen: list[int] = []
        for row in range(len(head)):
            if not same[row, chosen].any():
                chosen.append(row)
        found += left[chosen].tolist()
        left, units = left[TOGETHER:], units[TOGETHER:]
        apart = (units @ head[chosen].T).max(axis=1) <= SAME
        left, units = left[apart], units[apart]
    return np.array(found, dtype=np.int64)


def _units(rows: Single) -> Single:
    centered = rows - rows.mean(axis=1, keepdims=True)
    length = np.sqrt(np.square(centered).sum(axis=1, keepdims=True))
    units: Single = np.divide(centered, length, out=np.zeros_like(centered), where=length > STILL)
    return units
