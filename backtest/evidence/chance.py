"""Placebo: how often something that means nothing does as well as a claim's own number."""

import math
from dataclasses import dataclass

import numpy as np

from backtest.evidence.intervals import Spread
from backtest.evidence.observation import Array

SIGNIFICANCE = 0.05


@dataclass(frozen=True)
class Placebo:
    """How often something that means nothing does as well as the claim's own number.

    Attributes
    ----------
    kind : str
        "other windows", "other dates", "sectors permuted".
    p, p_opposite : float
        How probably a placebo lies at least as far in the claim's direction, and in the opposite;
        NaN where there are none.
    draws : int
        How many there were.
    separate : int
        How many of them do not overlap.
    exact : bool
        Whether these are all there are, instead of a sample.
    resolution : float
        The smallest p these placebos can give.
    least : float
        How far from its usual mean a number has to lie, in its own unit, for p to be 0.05; NaN
        where placebos are only counted.
    """

    kind: str
    p: float
    p_opposite: float
    draws: int
    separate: int
    exact: bool
    resolution: float = 0.0
    least: float = math.nan


def among(kind: str, value: float, sign: int, usual: Spread) -> Placebo:
    """Compare a value with how the measure varies elsewhere, by Student's distribution.

    A share of windows could never be smaller than one over their number; the distribution's tail
    tells a little beyond what happened elsewhere from far beyond it.
    """
    from scipy.special import stdtr, stdtrit

    far = sign * usual.distance(value)
    reach = float(stdtrit(usual.freedom, 1.0 - SIGNIFICANCE))
    return Placebo(
        kind,
        float(stdtr(usual.freedom, -far)),
        float(stdtr(usual.freedom, far)),
        usual.windows,
        int(usual.separate),
        exact=False,
        least=reach * usual.error * math.sqrt(1.0 + 1.0 / usual.separate),
    )


def counted(kind: str, drawn: Array, value: float, sign: int, *, exact: bool = False) -> Placebo:
    """Count the placebos at least as far as a value.

    Unless they are all there are, the value itself counts as one of them.

    Examples
    --------
    >>> counted("sectors permuted", np.arange(19.0), 18.0, 1).p
    0.1
    """
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return none(kind)
    extra = 0 if exact else 1
    above = int((sign * drawn >= sign * value - 1e-12).sum())
    below = int((sign * drawn <= sign * value + 1e-12).sum())
    total = len(drawn) + extra
    return Placebo(
        kind,
        (above + extra) / total,
        (below + extra) / total,
        len(drawn),
        len(drawn),
        exact,
        resolution=1.0 / total,
    )


def none(kind: str) -> Placebo:
    """Return the placebo of which there are none."""
    return Placebo(kind, math.nan, math.nan, 0, 0, exact=False, resolution=1.0)
