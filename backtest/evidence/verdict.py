"""The rules from a number to a verdict, and several claims at once.

A report forecasts what will happen. Whether it happened (*held*, *failed*) is a fact about a window
and is read off the prices; how easily it could have happened by chance is another question, and
stands beside the verdict as a placebo and an interval. Only claims of a regularity, "after such
events …", are themselves about chance: they hold only where the placebo says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from backtest.evidence.observation import Placebo
from backtest.strategy.claim import Claim

HELD, FAILED, CANNOT_TELL = "held", "failed", "cannot tell"
SIGNIFICANCE = 0.05


def judge(claim: Claim, value: float, *, sessions: int, p: float, complete: bool) -> str:
    """Return the verdict on a claim.

    In this order: it cannot be told before the window is over; nor from fewer sessions than the
    claim's minimum; nor where the value lies within the claim's margin of its threshold. An outcome
    held if the value lies on the expected side, else it failed. A regularity failed on the wrong
    side; on the expected side it held if chance does as well at most one time in twenty (`p`), and
    otherwise cannot be told.
    """
    beyond = claim.sign * (value - claim.threshold)
    if not complete or sessions < claim.minimum or math.isnan(beyond):
        return CANNOT_TELL
    if abs(beyond) < claim.margin:
        return CANNOT_TELL
    if beyond <= 0:
        return FAILED
    if claim.asserts == "regularity":
        return HELD if p <= SIGNIFICANCE else CANNOT_TELL
    return HELD


def largest(placebos: Sequence[Placebo]) -> float:
    """Return the p-value of the least favorable placebo; NaN where there are none."""
    return max((one.p for one in placebos if not math.isnan(one.p)), default=math.nan)


def corrected(p_values: Sequence[float], method: str = "holm") -> list[float]:
    """Correct p-values for there being several claims; NaN stays NaN and does not count.

    Parameters
    ----------
    method : "holm" or "fdr_bh"
        Holm (1979) against even one false discovery; Benjamini & Hochberg (1995) against a share.
    """
    from statsmodels.stats.multitest import multipletests

    known = [p for p in p_values if not math.isnan(p)]
    if not known:
        return list(p_values)
    adjusted = iter(multipletests(known, method=method)[1].tolist())
    return [p if math.isnan(p) else next(adjusted) for p in p_values]
