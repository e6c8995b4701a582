"""Imputation: what stands where an indicator has no value.

Step 3 of the OECD/JRC Handbook (2008). A value is only ever filled from what was known before it
or beside it, never from a later row.
"""

from collections.abc import Mapping

import pandas as pd

from backtest.errors import UserError, unknown

METHODS = ("carry", "none", "pillar")


def impute(
    panel: pd.DataFrame, method: str, *, pillars: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Fill the gaps of a panel.

    Parameters
    ----------
    panel : DataFrame, row × indicator
        Values, rows in the order of time; for "pillar", normalized scores.
    method : str
        "carry" repeats the last value; "none" leaves gaps; "pillar" gives a missing score the mean
        of the scores its pillar has in that row, and leaves it where there are none.
    pillars : mapping
        Pillar of each indicator; only "pillar" needs it.

    Returns
    -------
    DataFrame, row × indicator

    Examples
    --------
    >>> scores = pd.DataFrame({"a": [0.2, 0.4], "b": [0.6, None], "c": [1.0, 1.0]})
    >>> impute(scores, "carry")["b"].tolist()
    [0.6, 0.6]
    >>> impute(scores, "pillar", pillars={"a": "x", "b": "x", "c": "y"})["b"].tolist()
    [0.6, 0.4]
    """
    if method not in METHODS:
        raise unknown("imputation", method, METHODS)
    if method == "none":
        return panel
    if method == "carry":
        return panel.ffill()
    if pillars is None:
        raise UserError("imputation 'pillar' needs the pillar of each indicator; give pillars=")
    filled = {}
    for name in panel.columns:
        beside = [other for other in panel.columns if pillars[other] == pillars[name]]
        filled[name] = panel[name].fillna(panel[beside].mean(axis=1))
    return pd.DataFrame(filled, index=panel.index, columns=panel.columns)
