"""Jump: a move of a price that no market makes, and what would explain it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

# Over a gap several moves of the limit are credible, but not a different price altogether.
MOST_MOVES = 3
# A move beyond these is no day's, whatever the limit: a split, or a code used again.
LOWEST, HIGHEST = 0.75, 4.0 / 3.0
# A gap of so many sessions (a quarter) makes a code used again likelier than a split.
LONG_GAP = 60
SPLITS = (1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 15, 20, 25, 30, 40, 50, 100)


@dataclass(frozen=True)
class Jump:
    """A move beyond what is credible.

    Attributes
    ----------
    move : float
        The simple return.
    sessions : int
        From the price before to `date`; 1 where there was no gap.
    limit : float
        What is credible in a session, as a fraction.
    explained : str
        What a reader would think of: an unadjusted split, a code used again; "" where the move is
        merely large.
    """

    instrument: str
    date: pd.Timestamp
    move: float
    sessions: int
    limit: float
    explained: str

    @property
    def over(self) -> str:
        """The gap in words, "" where there was none."""
        return "" if self.sessions == 1 else f" over {self.sessions} sessions"


def jumps(
    instrument: str, close: pd.Series, sessions: pd.DatetimeIndex, *, limit: float, moves: int = 1
) -> tuple[Jump, ...]:
    """Return the moves of an instrument that are not credible.

    Parameters
    ----------
    close : Series
        Closes by session, ordered, without blanks.
    sessions : DatetimeIndex
        All sessions of the market.
    limit : float
        The largest credible move in a session.
    moves : int
        How many such moves a session of this market may hold; more than one where it is a week or
        a month.
    """
    values = close.to_numpy(dtype=float)
    if len(values) < 2 or (values <= 0).any():
        return ()
    days = pd.DatetimeIndex(close.index)
    passed = np.diff(sessions.get_indexer(days))
    credible = np.minimum(passed * moves, MOST_MOVES)
    ratio = values[1:] / values[:-1]
    beyond = (ratio > (1.0 + limit) ** credible) | (ratio < (1.0 - limit) ** credible)
    return tuple(
        Jump(
            instrument,
            days[row + 1],
            float(ratio[row]) - 1.0,
            int(passed[row]),
            limit,
            _explained(float(ratio[row]), int(passed[row])),
        )
        for row in np.flatnonzero(beyond).tolist()
    )


def _explained(ratio: float, passed: int) -> str:
    if LOWEST <= ratio <= HIGHEST:
        return ""
    if passed >= LONG_GAP:
        return "when a code is used again for something else"
    splits = [*SPLITS, *(1.0 / split for split in SPLITS)]
    nearest = min(splits, key=lambda split: abs(np.log(ratio * split)))
    shown = f"1:{nearest:g}" if nearest > 1 else f"{1.0 / nearest:g}:1"
    return f"an unadjusted split of {shown} would do"
