"""Normalization: indicators of all units on one scale.

Step 5 of the OECD/JRC Handbook (2008, section 5), from the past alone: the score in a row is of
that row's value among those of the rows up to it, so no later row ever changes an earlier score.
Higher is better; turn indicators that point the other way before.
"""

import numpy as np
import pandas as pd

from backtest.errors import unknown

METHODS = ("z", "min-max", "rank", "distance")
NEUTRAL = {"z": 0.0, "min-max": 0.5, "rank": 0.5, "distance": 0.5}
SAME = 1e-12  # of the largest value: a column that moved by less has not moved


def normalize(panel: pd.DataFrame, method: str) -> pd.DataFrame:
    """Score every value against its own column's past.

    Parameters
    ----------
    panel : DataFrame, row × indicator
        Values, rows in the order of time; NaN where there is none.
    method : str
        "z", deviations from the mean so far in standard deviations (n − 1); "min-max", 0 at the
        lowest and 1 at the highest so far; "rank", (rank − ½) / count, in (0, 1), ties at their
        mean; "distance", 1 / (1 + d) where d is how far below the best so far, in standard
        deviations, so in (0, 1]. The Handbook's own distance to the best is a ratio, which means
        nothing where indicators lie on both sides of zero.

    Returns
    -------
    DataFrame, row × indicator
        NaN where the value is. While a column has been constant its score is `NEUTRAL[method]`: 0
        for "z", ½ for the others. All scores are the same in any unit a·x + b with a > 0.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [3.0, 3.0, 5.0, 4.0]})
    >>> normalize(values, "min-max")["a"].tolist()
    [0.5, 0.5, 1.0, 0.5]
    >>> normalize(values, "rank")["a"].tolist()
    [0.5, 0.5, 0.8333333333333334, 0.625]
    """
    if method not in METHODS:
        raise unknown("normalization", method, METHODS)
    panel = panel.astype(float)
    best, worst = panel.cummax(), panel.cummin()
    spread = best - worst
    moved = spread > SAME * panel.abs().cummax()
    if method == "rank":
        past = panel.expanding()
        scores = (past.rank() - 0.5) / past.count()
    elif method == "min-max":
        scores = (panel - worst) / spread.where(moved)
    else:
        past = panel.expanding(min_periods=2)
        deviation = past.std().where(moved)
        scores = (
            (panel - past.mean()) / deviation
            if method == "z"
            else 1.0 / (1.0 + (best - panel) / deviation)
        )
    scores = scores.where(moved & np.isfinite(scores), NEUTRAL[method])
    return scores.where(panel.notna())
