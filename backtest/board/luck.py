"""How far one variant shown on the board is to be believed.

The board sees one variant at a time, so unlike `backtest.tuning.honesty` it knows how many trials
were made (from the ledger) but not how they differ. Every trial counts as independent, and Sharpe
ratios are taken to differ as much as noise alone makes them, by √(sessions per year / sessions):
the most cautious reading. `nqp tune` asks more questions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from backtest.tuning.chunks import Array
from backtest.tuning.deflated_sharpe import deflated_sharpe, minimum_years
from backtest.tuning.honesty import SURE, too_small


@dataclass(frozen=True)
class Luck:
    """Deflated Sharpe ratios of one variant among all trials made.

    Attributes
    ----------
    trials : int
        Variants of this strategy ever tried on this market and window, by the ledger.
    deflated, hurdle : float
        Chance that the true Sharpe ratio exceeds `hurdle`, the best of `trials` without skill.
    deflated_active : float
        The same of the return over the strategy's baskets held without switching.
    years : float
        Length of the sample.
    switches : int or None
        How often what is held changed; None if it is no rotation, whose blend is all sectors in
        equal parts.
    """

    trials: int
    deflated: float
    hurdle: float
    deflated_active: float
    years: float
    switches: int | None

    @property
    def verdict(self) -> str:
        """Return "luck", "cannot tell" or "not luck alone", by the limits of `Honesty`."""
        if self.too_small is not None or math.isnan(self.deflated_active):
            return "cannot tell"
        if self.deflated_active >= SURE:
            return "not luck alone"
        return "cannot tell" if self.years < minimum_years(self.trials) else "luck"

    @property
    def too_small(self) -> str | None:
        """Why no figure from this sample could support a choice; None if one could."""
        return too_small(self.years, self.switches)

    @property
    def sentence(self) -> str:
        """The verdict in one sentence."""
        tried = "1 trial" if self.trials == 1 else f"{self.trials:,} trials"
        if self.too_small is not None:
            return f"This sample cannot tell skill from luck: {self.too_small}, after {tried}."
        if math.isnan(self.deflated_active):
            return "These returns cannot tell skill from luck: they are those it is compared with."
        needed = minimum_years(self.trials)
        if self.verdict == "cannot tell":
            return (
                f"{self.years:.1f} years cannot tell skill from luck after {tried}; "
                f"{needed:.1f} would be needed."
            )
        rival = "all sectors alike" if self.switches is None else "the same baskets held still"
        chance = (
            f"the chance that its return over {rival} beats the best of {tried} without skill is "
            f"{self.deflated_active:.0%}"
        )
        if self.verdict == "luck":
            return f"Luck explains this: {chance}, and {SURE:.0%} would be needed."
        return f"Not luck alone: {chance}; nqp tune asks what this board does not."


def luck(
    returns: Array,
    risk_free: Array,
    blend: Array,
    *,
    per_year: float,
    trials: int,
    switches: int | None,
) -> Luck:
    """Return how far a variant is to be believed.

    Parameters
    ----------
    returns, risk_free, blend : array
        Daily simple returns of the variant, of cash, and of its baskets held without switching.
    per_year : float
        Sessions per year.
    trials : int
        Variants tried, this one among them.
    """
    spread = math.sqrt(per_year / len(returns))
    whole = deflated_sharpe(returns - risk_free, per_year, trials=trials, spread=spread)
    active = returns - blend
    # What only rounding tells apart from its baskets has no return of its own.
    active = active if float(np.abs(active).max()) > 1e-9 else np.zeros_like(active)
    beyond = deflated_sharpe(active, per_year, trials=trials, spread=spread)
    return Luck(
        trials=trials,
        deflated=whole.probability,
        hurdle=whole.hurdle,
        deflated_active=beyond.probability,
        years=len(returns) / per_year,
        switches=switches,
    )
