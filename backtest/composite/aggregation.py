"""Aggregation: from scores and weights to one number a row.

Step 6 of the OECD/JRC Handbook (2008, section 6). The arithmetic mean is fully compensable: what
one indicator lacks another makes good, one for one. The geometric mean is partly so: the lower an
indicator, the more of another it takes, and a balanced row beats an unbalanced one of equal sum.
"""

import numpy as np
import pandas as pd

from backtest.errors import unknown

METHODS = ("arithmetic", "geometric")
SHIFT = 0.1


def aggregate(scores: pd.DataFrame, weights: pd.DataFrame | pd.Series, method: str) -> pd.Series:
    """Return the weighted mean of each row's scores.

    Parameters
    ----------
    scores : DataFrame, row × indicator
        Normalized scores, rows in the order of time.
    weights : DataFrame, row × indicator, or Series by indicator
        Not negative. A row's weights are spread over the indicators that have a score in it.
    method : str
        "arithmetic" or "geometric". The geometric mean needs positive numbers: scores are raised
        by `SHIFT`, and by as much as the lowest score of any indicator so far is below zero, and
        the mean is lowered by the same. What is raised in a row rests on rows up to it alone.

    Returns
    -------
    Series
        By row, on the scale of the scores; NaN where nothing with a weight has a score.

    Examples
    --------
    >>> scores = pd.DataFrame({"a": [0.9, 0.5, 0.5], "b": [0.1, 0.5, None]})
    >>> weights = pd.Series({"a": 0.5, "b": 0.5})
    >>> aggregate(scores, weights, "arithmetic").tolist()
    [0.5, 0.5, 0.5]
    >>> aggregate(scores, weights, "geometric").round(3).tolist()
    [0.347, 0.5, 0.5]
    """
    if method not in METHODS:
        raise unknown("aggregation", method, METHODS)
    values = scores.to_numpy(dtype=float)
    if isinstance(weights, pd.Series):
        shares = np.broadcast_to(
            weights.reindex(scores.columns).to_numpy(dtype=float), values.shape
        )
    else:
        shares = weights.reindex(columns=scores.columns).to_numpy(dtype=float)
    shares = np.where(np.isnan(values), 0.0, np.nan_to_num(shares))
    total = shares.sum(axis=1)
    some = total > 0.0
    shares = shares / np.where(some, total, 1.0)[:, None]
    known = np.where(np.isnan(values), 0.0, values)
    if method == "arithmetic":
        mean = (shares * known).sum(axis=1)
    else:
        lowest = np.minimum.accumulate(known.min(axis=1, initial=0.0))
        raised = SHIFT - lowest
        logs = np.log(known + raised[:, None])
        mean = np.exp((shares * logs).sum(axis=1)) - raised
    return pd.Series(np.where(some, mean, np.nan), index=scores.index)
