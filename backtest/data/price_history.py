"""New prices against stored ones: whether they agree where they overlap.

Adjusted prices change backwards with every dividend, and vendors correct mistakes. New rows are
joined to stored ones only where both tell the same history.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

# Closes that differ by more than this fraction disagree; Chinese funds are quoted to a thousandth.
TOLERANCE = 0.001
# One session cannot multiply a price by this: it is another currency, unit or an unadjusted split.
UNIT_JUMP = 20.0


@dataclass(frozen=True)
class Disagreement:
    """How a source's closes differ from the stored ones on the days both have."""

    differing: int
    common: int
    largest: float
    day: pd.Timestamp | None

    def __str__(self) -> str:
        if not self.common:
            return "it has no day in common with what is stored"
        return (
            f"{self.differing} of {self.common} closes differ from those stored, by up to "
            f"{self.largest:+.2%} ({self.day:%Y-%m-%d})"
        )


def disagreement(stored: pd.DataFrame, arrived: pd.DataFrame) -> Disagreement | None:
    """Compare one instrument's closes day by day; None where they agree."""
    both = stored.merge(arrived, on="date", suffixes=("_old", "_new"))
    moved = (both["close_new"] / both["close_old"] - 1.0).to_numpy(dtype=float)
    wrong = np.abs(moved) > TOLERANCE
    if len(both) and not wrong.any():
        return None
    worst = int(np.argmax(np.abs(moved))) if len(both) else None
    return Disagreement(
        differing=int(wrong.sum()),
        common=len(both),
        largest=0.0 if worst is None else float(moved[worst]),
        day=None if worst is None else both["date"].iloc[worst],
    )


def extended(stored: pd.DataFrame, arrived: pd.DataFrame) -> pd.DataFrame:
    """Return the stored rows and those that arrived for other days."""
    new = arrived[~arrived["date"].isin(stored["date"])]
    return pd.concat([stored, new], ignore_index=True) if len(new) else stored


def unit_jump(prices: pd.DataFrame) -> str:
    """Say where a price jumps as no market moves, "" where it does not."""
    close = prices["close"].to_numpy(dtype=float)
    if len(close) < 2 or (close <= 0).any():
        return ""
    ratio = close[1:] / close[:-1]
    wild = np.flatnonzero((ratio > UNIT_JUMP) | (ratio < 1.0 / UNIT_JUMP))
    if not len(wild):
        return ""
    row = int(wild[0])
    return (
        f"its close goes from {close[row]:g} to {close[row + 1]:g} on "
        f"{prices['date'].iloc[row + 1]:%Y-%m-%d}, as when the currency or the unit changes"
    )
