"""How far one variant shown on the board is to be believed, as `nqp tune` would say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backtest.tuning.deflated_sharpe import deflation
from backtest.tuning.return_chunks import Array
from backtest.tuning.spa import ROUNDING
from backtest.tuning.verdict import Verdict


@dataclass(frozen=True)
class Luck:
    """The verdict on one variant among all trials made, and its deflated Sharpe ratios.

    Attributes
    ----------
    ruling : Verdict
        The verdict, and what it rests on; of what is no rotation the blend is all sectors in equal
        parts.
    deflated, hurdle : float
        Chance that the true Sharpe ratio exceeds `hurdle`, the best of all trials without skill.
    deflated_active : float
        The same of the return over the strategy's baskets held without switching.
    """

    ruling: Verdict
    deflated: float
    hurdle: float
    deflated_active: float


def luck(ruling: Verdict, returns: Array, risk_free: Array, blend: Array, per_year: float) -> Luck:
    """Return how far a variant is to be believed.

    Parameters
    ----------
    returns, risk_free, blend : array
        Daily simple returns of the variant, of cash, and of its baskets held without switching.
    per_year : float
        Sessions per year.
    """
    effective = max(ruling.count.effective, 1)
    whole = deflation(returns - risk_free, per_year, effective)
    active = returns - blend
    # What only rounding tells apart from its baskets has no return of its own.
    active = active if float(np.abs(active).max()) > ROUNDING else np.zeros_like(active)
    return Luck(
        ruling=ruling,
        deflated=whole.probability,
        hurdle=whole.hurdle,
        deflated_active=deflation(active, per_year, effective).probability,
    )
