"""Fan: where a record could have gone, had its sessions come in another order."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.display import Displayed
from backtest.engine.resampling import Array, block_length, resampled

LEVELS = (0.05, 0.25, 0.50, 0.75, 0.95)
SHOWN = 250  # sessions at which the paths are compared


@dataclass(frozen=True, eq=False)
class Fan(Displayed):
    """Wealth and drawdown over paths made of a record's own returns, drawn in blocks.

    The stationary bootstrap of Politis & Romano (1994): blocks of geometric length keep what
    neighboring sessions have in common. The paths know nothing that the record does not contain,
    and a strategy chosen for its record is flattered in all of them: they are no forecast.

    Attributes
    ----------
    name : str
        Of the strategy.
    record : DataFrame, by session
        Wealth (growth of 1) and drawdown (the deepest so far, 0 or below) as they were.
    wealth, drawdown : DataFrame, session × level
        The same at the 5, 25, 50, 75 and 95 % points of the paths, after as many sessions; of at
        most 250 sessions, evenly spaced.
    ends : DataFrame, a row a path
        wealth and drawdown at the end.
    block : int
        Expected length of a block, in sessions (Politis & White 2004).
    """

    name: str
    record: pd.DataFrame
    wealth: pd.DataFrame
    drawdown: pd.DataFrame
    ends: pd.DataFrame
    block: int

    def summary(self) -> Mapping[str, float]:
        """Return the 5 and 95 % points at the end, and the share of paths that did worse."""
        ends, was = self.ends, self.record.iloc[-1]
        return {
            f"{of}_{level:.0%}".rstrip("%"): float(ends[of].quantile(level))
            for of in map(str, ends)
            for level in (0.05, 0.95)
        } | {f"{of}_worse": float((ends[of] < was[of]).mean()) for of in map(str, ends)}


def fan(name: str, returns: pd.Series, *, paths: int, seed: int) -> Fan:
    """Return the fan of a series of returns; `BacktestResult.fan` says what is what."""
    values = returns.to_numpy(dtype=float)
    block = block_length(values)
    shown = np.unique(np.linspace(0, len(values) - 1, SHOWN).round().astype(int))
    drawn = resampled(len(values), block, paths, seed)
    wealth, drawdown = np.stack([_gone(values[taken])[:, shown] for taken in drawn], axis=1)

    def quantiles(found: Array) -> pd.DataFrame:
        return pd.DataFrame(np.quantile(found, LEVELS, axis=0).T, returns.index[shown], LEVELS)

    return Fan(
        name,
        pd.DataFrame(_gone(values).T, returns.index, ["wealth", "drawdown"]),
        quantiles(wealth),
        quantiles(drawdown),
        pd.DataFrame({"wealth": wealth[:, -1], "drawdown": drawdown[:, -1]}),
        block,
    )


def _gone(returns: Array) -> Array:
    """Return growth of 1, and the deepest drawdown so far, by session."""
    wealth = np.cumprod(1.0 + returns)
    peak = np.maximum(np.maximum.accumulate(wealth), 1.0)
    return np.stack([wealth, np.minimum.accumulate(wealth / peak - 1.0)])
