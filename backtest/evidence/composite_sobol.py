"""Sobol's indices of choices: whose choosing moves an outcome.

First-order and total indices as estimated by Saltelli et al. (2010) on Saltelli's extension of the
scrambled Sobol sequence (Owen 1998), with bootstrap intervals, all by SALib. A choice among k is a
number from 0 to 1 cut into k equal parts, so all of them are equally likely.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtest.errors import UserError
from backtest.evidence.observation import Array

LEVEL = 0.90
RESAMPLES = 200
MATTERS = 0.05  # of the variance
SHARES = ("first", "first_half", "total", "total_half")
VERDICTS = ("matters", "hardly matters", "cannot tell")


def sample(factors: Mapping[str, Sequence[Any]], base: int, seed: int) -> NDArray[np.int64]:
    """Return which choice of each factor every row takes: base · (factors + 2) rows.

    Raises
    ------
    UserError
        If `base` is no power of two; the sequence is balanced only then.
    """
    from SALib.sample.sobol import sample as draw

    if base < 2 or base & (base - 1):
        raise UserError("the sample size was {base}; give a power of two such as 128", base=base)
    cube = draw(_problem(factors), base, calc_second_order=False, seed=seed)
    counts = np.array([len(choices) for choices in factors.values()])
    chosen: NDArray[np.int64] = np.minimum((cube * counts).astype(np.int64), counts - 1)
    return chosen


def indices(factors: Mapping[str, Sequence[Any]], outcome: Array, seed: int) -> pd.DataFrame:
    """Return how much of an outcome's variance each factor accounts for.

    Parameters
    ----------
    outcome : ndarray by row of the sample

    Returns
    -------
    DataFrame by factor
        `first`, alone; `total`, with all it does together with others; `first_half` and
        `total_half`, half the width of their 90 % intervals; `verdict` on the total: "matters"
        where all of the interval lies above `MATTERS`, "hardly matters" where all of it lies below,
        else "cannot tell". NaN and "hardly matters" where the outcome is always the same.
    """
    from SALib.analyze.sobol import analyze

    names = pd.Index(factors, name="factor")
    if np.ptp(outcome) <= 1e-12 * np.abs(outcome).max(initial=0.0):
        empty = dict.fromkeys(SHARES, np.nan)
        return pd.DataFrame(empty | {"verdict": VERDICTS[1]}, index=names)
    found = analyze(
        _problem(factors),
        outcome,
        calc_second_order=False,
        num_resamples=RESAMPLES,
        conf_level=LEVEL,
        seed=seed + 1,  # SALib takes 0 for no seed
    )
    table = pd.DataFrame(
        {
            "first": found["S1"],
            "first_half": found["S1_conf"],
            "total": found["ST"],
            "total_half": found["ST_conf"],
        },
        index=names,
    )
    low, high = table["total"] - table["total_half"], table["total"] + table["total_half"]
    verdicts = np.where(low > MATTERS, VERDICTS[0], np.where(high < MATTERS, *VERDICTS[1:]))
    return table.assign(verdict=verdicts)


def _problem(factors: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    return {"num_vars": len(factors), "names": list(factors), "bounds": [[0.0, 1.0]] * len(factors)}
