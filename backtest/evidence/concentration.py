"""Whether a few days made a number: the best days left out, and the one burst.

The burst is found by the data: the stretch of sessions that gained most after each had to pay one
usual day's move (a maximal scoring segment, as Karlin & Altschul 1990 find in sequences).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.evidence.observation import Array, Observation

LEFT_OUT = (1, 3, 5, 10)
STRONG = 5.0
TO_SIGMA = 1.4826  # of the median absolute deviation of a normal variable


@dataclass(frozen=True)
class Concentration:
    """How much of a number came in a few days.

    Attributes
    ----------
    without_best : tuple of (days, value)
        The number with the best days left out.
    start, end : Timestamp
        First and last session of the burst.
    sessions : int
        How many the burst has.
    before, within, after : float
        The number over the sessions before, in and after the burst.
    strength : float
        The burst's move in usual days' moves of as many independent sessions; sequences of luck
        seldom reach 4.
    moved : tuple of float
        What the subject itself moved before, in and after the burst (log returns, or basis points
        in the claim's direction).
    """

    without_best: tuple[tuple[int, float], ...]
    start: pd.Timestamp
    end: pd.Timestamp
    sessions: int
    before: float
    within: float
    after: float
    strength: float
    moved: tuple[float, float, float]

    @property
    def made_it(self) -> bool:
        """Whether the burst is significant and moved more than all the rest together."""
        earlier, inside, later = self.moved
        return self.strength >= STRONG and inside > abs(earlier + later)


def concentration(observed: Observation) -> Concentration | None:
    """Return where a number came from; None where leaving days out makes no sense."""
    moves = observed.moves.to_numpy(dtype=float)
    if not observed.additive or len(moves) < 3:
        return None
    best_first = np.argsort(-moves, kind="stable")
    left_out = []
    for days in LEFT_OUT:
        if days < len(moves):
            counted = np.ones(len(moves), dtype=bool)
            counted[best_first[:days]] = False
            left_out.append((days, observed.over(counted)))
    first, last = burst(moves)
    usual = usual_move(moves)
    row = np.arange(len(moves))
    index = pd.DatetimeIndex(observed.moves.index)
    return Concentration(
        without_best=tuple(left_out),
        start=index[first],
        end=index[last],
        sessions=last - first + 1,
        before=observed.over(row < first),
        within=observed.over((row >= first) & (row <= last)),
        after=observed.over(row > last),
        strength=float(moves[first : last + 1].sum() / (usual * np.sqrt(last - first + 1)))
        if usual > 0
        else np.inf,
        moved=(
            float(moves[:first].sum()),
            float(moves[first : last + 1].sum()),
            float(moves[last + 1 :].sum()),
        ),
    )


def usual_move(moves: Array) -> float:
    """Return a usual day's move: the median absolute deviation, scaled to a standard deviation."""
    return TO_SIGMA * float(np.median(np.abs(moves - np.median(moves))))


def burst(moves: Array) -> tuple[int, int]:
    """Return the first and last position of the stretch that gains most beyond a usual day each.

    Examples
    --------
    >>> burst(np.array([0.1, -0.1, 0.1, 3.0, 0.3, 4.0, -2.0, 0.1, -0.1]))
    (3, 5)
    """
    usual = usual_move(moves)
    best, found, running, start = -np.inf, (0, 0), 0.0, 0
    for position, score in enumerate((moves - usual).tolist()):
        if running <= 0.0:
            running, start = 0.0, position
        running += score
        if running > best:
            best, found = running, (start, position)
    return found
