"""What a walk-forward held: the winners' weights, one test window after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.engine.held import held
from backtest.engine.recording import one_held
from backtest.market import Market
from backtest.market.schedule import ALWAYS, ON_CHANGE
from backtest.strategy import Strategy
from backtest.strategy.decisions import Decisions, rotates
from backtest.strategy.holding import CASH, fitted
from backtest.trials.tried import Held
from backtest.tuning.splits import Split
from backtest.tuning.sweep_result import Sweep


@dataclass(frozen=True, eq=False)
class Stitched(Strategy):
    """The winners' weights, one test window after the other, ordered as `rebalance` says."""

    targets: pd.DataFrame
    held: pd.Series
    rebalance: str

    @property
    def parameters(self) -> dict[str, object]:
        """A stitched strategy has no parameters of its own."""
        return {}

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Return the stitched weights."""
        return self.targets

    def regime(self, market: Market) -> pd.Series:
        """Return what the variant then in force held."""
        return self.held


def stitched_of(
    swept: Sweep, windows: Sequence[Split], winners: Sequence[int], market: Market
) -> Stitched:
    """Return each winner's targets over its test window, in force from its first session."""
    targets = pd.DataFrame(np.nan, index=market.sessions, columns=market.close.columns)
    held = np.full(len(market.sessions), CASH, dtype=object)
    for split, winner in zip(windows, winners, strict=True):
        strategy = swept.strategy(winner)
        own = fitted(strategy.target_weights(market), market)
        # Decisions that fill within the test; the one in force before it is taken over.
        first, last = split.test[0] - 1, split.test[1] - 1
        decided = own.notna().any(axis=1).to_numpy()
        targets.iloc[first : last + 1] = own.iloc[first : last + 1].to_numpy()
        earlier = np.flatnonzero(decided[: first + 1])
        if len(earlier):
            targets.iloc[first] = own.iloc[earlier[-1]].fillna(0.0).to_numpy()
        held[first : last + 1] = Decisions(strategy, market).regime.to_numpy()[first : last + 1]
    return Stitched(targets, pd.Series(held, index=market.sessions), _schedule(swept, winners))


def _schedule(swept: Sweep, winners: Sequence[int]) -> str:
    """Return the winners' schedule; where it was tuned, that every row of a rotation orders."""
    strategies = [swept.strategy(winner) for winner in dict.fromkeys(winners)]
    schedules = {strategy.rebalance for strategy in strategies}
    if len(schedules) == 1:
        return schedules.pop()
    return ALWAYS if all(rotates(strategy) for strategy in strategies) else ON_CHANGE


def held_by(
    swept: Sweep, stitched: Stitched, market: Market, winners: Sequence[int], first: int
) -> Held | None:
    """Return what a stitched record held; None if winners do not share their baskets."""
    strategies = [swept.strategy(winner) for winner in dict.fromkeys(winners)]
    rotations = [strategy for strategy in strategies if rotates(strategy)]
    if len(rotations) < len(strategies):
        return None
    every = [Decisions(strategy, market) for strategy in rotations]
    baskets, *others = [decisions.baskets for decisions in every]
    if any(baskets.keys() != other.keys() for other in others) or not all(
        baskets[name].equals(other[name]) for other in others for name in baskets
    ):
        return None
    regime = stitched.held.reindex(market.sessions).fillna(CASH).astype(str)
    names, codes = np.unique(regime.to_numpy(), return_inverse=True)
    return held(
        baskets,
        names.tolist(),
        codes[None].astype(np.int8),
        market,
        fill=swept.fill,
        first=first,
        rows=np.zeros(1, dtype=np.int64),
        known_from=np.array([first - 1]),
        reach=max(one_held(one, fill=swept.fill, first=first).reach for one in every),
    )
