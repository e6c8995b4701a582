"""The multivariate look: which indicators say the same.

Step 4 of the OECD/JRC Handbook (2008, section 4), before weights are chosen: correlations,
principal components, and Cronbach's alpha. All read the rows in which every indicator has a score.
"""

import numpy as np
import pandas as pd

FEWEST = 3  # rows without which nothing is said


def correlations(scores: pd.DataFrame) -> pd.DataFrame:
    """Return Pearson's correlation of each pair of indicators.

    Parameters
    ----------
    scores : DataFrame, row × indicator

    Returns
    -------
    DataFrame, indicator × indicator
        NaN with an indicator that is constant, and everywhere below three complete rows.
    """
    complete = scores.dropna()
    return complete.corr(min_periods=FEWEST)


def principal_components(scores: pd.DataFrame) -> pd.Series:
    """Return the share of all variance that each principal component explains.

    Returns
    -------
    Series by component, from the largest
        The eigenvalues of the correlations over the number of indicators; constant ones are left
        out. Empty below three complete rows.

    Examples
    --------
    >>> found = principal_components(pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [2.0, 4.0, 6.0]}))
    >>> found.round(6).tolist()
    [1.0, 0.0]
    """
    matrix = correlations(scores).to_numpy()
    varying = np.isfinite(np.diag(matrix))
    values = np.linalg.eigvalsh(matrix[np.ix_(varying, varying)])[::-1].clip(0.0)
    names = pd.RangeIndex(1, len(values) + 1, name="component")
    return pd.Series(values / max(1, len(values)), names, name="explained")


def cronbach_alpha(scores: pd.DataFrame) -> float:
    """Return how far the indicators measure one thing: Cronbach's (1951) alpha, standardized.

    n / (n − 1) · (1 − n / Σ r) over the correlations r of all pairs, an indicator with itself
    included; 0.7 is the usual bar (Nunnally 1978). NaN where fewer than two indicators vary.

    Examples
    --------
    >>> round(cronbach_alpha(pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1.0, 3.0, 2.0]})), 6)
    0.666667
    """
    matrix = correlations(scores).dropna(how="all").dropna(how="all", axis=1)
    count = len(matrix)
    total = float(matrix.to_numpy().sum())
    if count < 2 or total <= 0.0:
        return float("nan")
    return count / (count - 1.0) * (1.0 - count / total)
