"""Variants of an index and of the plainest strategy on it, with outcomes.

Points under one normalization are not those under another, so an index counts by where it stands in
its own past.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, ClassVar, cast

import numpy as np
import pandas as pd

from backtest.composite import Framework, composite
from backtest.composite.aggregation import METHODS
from backtest.composite.releases import share_releases
from backtest.costs import Costs
from backtest.engine.plan import fill_used
from backtest.engine.window import first_session
from backtest.market import Market
from backtest.market.schedule import ON_CHANGE
from backtest.parameter import parameter
from backtest.strategy import Strategy, TriggerRotation
from backtest.strategy.allocation import spread
from backtest.strategy.basket import Basket
from backtest.strategy.decisions import Decisions
from backtest.triggers import Always, MinHold, Reading, Trigger
from backtest.triggers.measured import Measured
from backtest.tuning.trials import laid_alone

CASH = 1_000_000.0
FEWEST = 60  # sessions with a level before it has a past


class FrameworkVariants:
    """Outcomes of variants: an index once for all its delays, decisions once for all who agree."""

    def __init__(self, market: Market, strategy: Strategy, costs: Costs, fill: str) -> None:
        from backtest.engine import kernel

        self.market, self.strategy = market, strategy
        first = first_session(market, None)
        self.on = kernel.stage(market, costs, fill_used(market, fill), CASH, first)
        self.current: tuple[Framework, Market] | None = None
        self.decided: tuple[Framework, pd.Series, pd.DataFrame, pd.Series] | None = None
        self.traded: dict[bytes, dict[str, Any]] = {}

    def outcomes(self, framework: Framework, delay: int) -> dict[str, Any]:
        """Return percentile, switches, last switch and profit with all known `delay` later."""
        if self.decided is None or self.decided[0] != framework:
            self.decided = framework, *self._decide(framework)
        _, level, targets, held = self.decided
        decided = _Decided(targets.shift(delay), held.shift(delay))
        key = sha256(decided.targets.to_numpy().tobytes())
        codes, names = pd.factorize(decided.held)
        key.update(codes.tobytes() + "\n".join(map(str, names)).encode())
        if key.digest() not in self.traded:
            self.traded[key.digest()] = self._trade(decided)
        reading = percentile(level.iloc[: len(level) - delay])
        return {"index": reading, **self.traded[key.digest()]}

    def _decide(self, framework: Framework) -> tuple[pd.Series, pd.DataFrame, pd.Series]:
        """Return the level of an index, and what the strategy wants of it when."""
        scored = replace(framework, aggregation=METHODS[0])
        if self.current is None or self.current[0] != scored:
            # A market for few, so that the indices of hundreds of variants are not kept.
            self.current = scored, replace(self.market)
            share_releases(framework, self.market, self.current[1])
        market = self.current[1]
        level = composite(market, framework).unlinked["all"]
        changed: Strategy = replace(cast(Any, self.strategy), framework=framework)
        return level, changed.target_weights(market), changed.regime(market)

    def _trade(self, decided: Strategy) -> dict[str, Any]:
        from backtest.engine import kernel

        decisions = Decisions(decided, self.market)
        codes, laid = laid_alone(decisions.targets, self.market, self.on, ON_CHANGE)
        figures, _ = kernel.figures(codes, *laid)
        regime = decisions.regime.shift().iloc[self.on.first :].fillna("cash")
        held = regime.to_numpy()
        turned = np.flatnonzero(held[1:] != held[:-1]) + 1
        return {
            "switches": len(turned),
            "last_switch": regime.index[turned[-1]] if len(turned) else pd.NaT,
            "profit": float(figures[0, kernel.FIGURES.index("total_return")]),
        }


def percentile(level: pd.Series) -> float:
    """Return where the last of some levels stands among them, 0 to 100, ties at their middle."""
    now = level.iloc[-1:].to_numpy()
    if not len(now) or np.isnan(now[0]):
        return float("nan")
    below, same = int((level < now[0]).sum()), int((level == now[0]).sum())
    return 100.0 * (below + same / 2.0) / int(level.notna().sum())


class _Decided(Strategy):
    """What a strategy decided before."""

    def __init__(self, targets: pd.DataFrame, held: pd.Series) -> None:
        self.targets, self.held = targets, held

    def target_weights(self, market: Market) -> pd.DataFrame:
        return self.targets

    def regime(self, market: Market) -> pd.Series:
        return self.held


@dataclass(frozen=True)
class AboveOwnPast(Measured):
    """The composite's level is above the median of all its levels so far.

    What points mean turns on the normalization; above or below its own past an index of any kind
    can be. The level is the unlinked one, as in `CompositeAbove`.
    """

    framework: str | Framework = parameter("a framework, its name or path", "observable")
    claims: ClassVar[tuple[str, ...]] = ("M1", "M2")

    @property
    def label(self) -> str:
        """What is measured."""
        name = self.framework.name if isinstance(self.framework, Framework) else self.framework
        return f"composite index ({name})"

    def reading(self, market: Market) -> Reading:
        """Return the level, against its median so far."""
        level = composite(market, self.framework).unlinked["all"].round(8)
        median = level.expanding(min_periods=FEWEST).median()
        return Reading(self.label, level, median, "index points", "above")


@dataclass(frozen=True)
class CompositeSwitch(TriggerRotation):
    """Hold `above` while the index is above the median of its own past, else `below`.

    A switch stands for at least `min_hold` sessions; while the index is not known, `below` is held.
    """

    above: Basket
    below: Basket
    framework: str | Framework = parameter("a framework, its name or path", "observable")
    min_hold: int = parameter("the least time between two switches", 20, "sessions", least=1)

    def rules(self) -> Mapping[str, Trigger]:
        """Return the basket above the median, else the one below."""
        high = MinHold(AboveOwnPast(self.framework), self.min_hold)
        return {self.above.name: high, self.below.name: Always()}

    def baskets(self, market: Market) -> Mapping[str, pd.DataFrame]:
        """Return both baskets, each spread over its sectors."""
        return {basket.name: spread(market, basket) for basket in (self.above, self.below)}
