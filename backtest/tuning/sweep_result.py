"""Sweep: all variants of a strategy on one market, and how each did."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backtest.costs import Costs
from backtest.display import Displayed
from backtest.engine.benchmarks import level_returns
from backtest.engine.held import lineage
from backtest.engine.metrics import Metric
from backtest.engine.portfolio import daily_portfolio
from backtest.engine.recording import one_held
from backtest.engine.run import run_many
from backtest.errors import UserError
from backtest.market import Market
from backtest.plain import plain
from backtest.strategy import RotationStrategy, Strategy
from backtest.strategy.decisions import Decisions, rotates
from backtest.strategy.look import look
from backtest.trials.ledger import Ledger
from backtest.tuning.best_variant import Best
from backtest.tuning.blend import blend_returns
from backtest.tuning.honesty import Honesty
from backtest.tuning.joint import timed, trials_on
from backtest.tuning.judge import judge
from backtest.tuning.space import Variants
from backtest.tuning.trials import Trials

if TYPE_CHECKING:
    from vectorbt import Portfolio

WIDTH = 1024  # variants in a piece of the return matrix


@dataclass(frozen=True, eq=False)
class Sweep(Displayed):
    """All variants of a strategy on one market, and how each did.

    Attributes
    ----------
    trials : DataFrame
        One row per variant: a column per swept parameter and per figure, named and defined as in
        `BacktestResult.summary()`.
    metric : Metric
        The figure variants are ranked by; `score` is its name.
    fill : str
        As used: "close" where the market has no opens.
    window : (Timestamp, Timestamp)
        First and last session simulated.
    holdout : str
        First session kept out of the choice, as YYYY-MM-DD; empty if none is.
    check : bool
        Whether the best variant is looked at for look-ahead; one that looks ahead has no verdict.
    """

    variants: Variants
    market: Market
    trials: pd.DataFrame
    metric: Metric
    costs: Costs
    fill: str
    cash: float
    first: int
    holdout: str = field(default="", kw_only=True)
    check: bool = field(default=True, kw_only=True)
    _trials: Callable[[], Trials] = field(repr=False)
    _kept: dict[int, pd.Series] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.variants)

    @property
    def sessions(self) -> pd.DatetimeIndex:
        """The sessions simulated."""
        return self.market.sessions[self.first :]

    def portfolio(self, rows: Sequence[int]) -> Portfolio:
        """Return some variants as one daily `vectorbt.Portfolio`, a group each, named by their row.

        See Also
        --------
        backtest.engine.portfolio : How interest on idle cash is kept in it.
        """
        terms: dict[str, Any] = {"costs": self.costs, "fill": self.fill, "cash": self.cash}
        variants = [self.variants.variant(row) for row in rows]
        results = run_many(variants, self.market, start=self.sessions[0], **terms)
        return daily_portfolio({r: one.books for r, one in zip(rows, results, strict=True)})

    @property
    def window(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """The first and the last session simulated."""
        return self.sessions[0], self.sessions[-1]

    @cached_property
    def ranking(self) -> np.ndarray:
        """Numbers of all variants, the best score first; NaN last, ties in order."""
        score = self.trials[self.score].to_numpy(dtype=float)
        return np.argsort(-self.metric.better * score, kind="stable")

    @property
    def score(self) -> str:
        """The name of the figure variants are ranked by."""
        return self.metric.name

    @cached_property
    def honesty(self) -> Honesty:
        """How far the best variant is to be believed, by all trials this store has ever seen."""
        row = int(self.ranking[0])
        strategy, figures = self.strategy(row), self.trials.iloc[row]
        looks = Ledger.at_home().openings(lineage(self.market)) if self.holdout else ()
        traded = {name: float(figures[name]) for name in ("turnover", "cost_drag")}
        own = None
        if rotates(strategy):
            own = one_held(Decisions(strategy, self.market), fill=self.fill, first=self.first)
        return judge(
            self.chunks,
            row,
            {"benchmark": self.benchmark, "blend": self.blend},
            per_year=self.market.per_year(self.first),
            count=trials_on(self.market, self.first),
            **timed(own, self.market, self.first, traded),
            risk_free=self.risk_free,
            switches=int(figures["switches"]) if isinstance(strategy, RotationStrategy) else None,
            **look(strategy, self.market, check=self.check).ruled,
            holdout=self.holdout,
            openings=len({look.variant for look in looks}),
        )

    @property
    def tried(self) -> int:
        """How many variants have been tried on this market, ever."""
        return trials_on(self.market, self.first).trials

    @property
    def best(self) -> Best:
        """The best variant, with how far to believe it."""
        row = int(self.ranking[0])
        return Best(
            variant=row,
            strategy=self.strategy(row),
            parameters=self.variants.parameters(row),
            figures=self.trials.iloc[row].drop(list(self.variants.names)),
            honesty=self.honesty,
        )

    def strategy(self, row: int) -> Strategy:
        """Return a variant as a strategy, ready for `run`."""
        return self.variants.variant(self._row(row))

    def returns(self, row: int) -> pd.Series:
        """Return the daily returns of a variant; the first counts from the starting cash."""
        row = self._row(row)
        if row not in self._kept:
            values = self.returns_matrix(np.array([row]))[0]
            self._kept[row] = pd.Series(values, self.sessions, name=row)
        return self._kept[row].copy(deep=False)

    def returns_matrix(self, rows: Sequence[int] | np.ndarray) -> np.ndarray:
        """Return the daily returns of some variants, variant × session; 20 kB a variant."""
        equity = self._trials().equity(np.asarray(rows, dtype=np.int64))
        before = np.empty_like(equity)
        before[:, 0], before[:, 1:] = self.cash, equity[:, :-1]
        np.divide(equity, before, out=equity)
        equity -= 1.0
        return equity

    def chunks(self) -> Iterator[np.ndarray]:
        """Yield the daily returns of all variants in order, session × up to WIDTH variants.

        Simulated again each time, so that a large sweep is never in memory as a whole.
        """
        for start in range(0, len(self), WIDTH):
            yield self.returns_matrix(np.arange(start, min(start + WIDTH, len(self)))).T

    @property
    def benchmark(self) -> pd.Series:
        """Daily returns to beat: the benchmark's, or all sectors' where its record has gaps."""
        own = level_returns(self.market.benchmark, self.first)
        return level_returns(self.market.equal_weight, self.first) if own.isna().any() else own

    @cached_property
    def blend(self) -> pd.Series:
        """Daily returns of the strategy's baskets held without switching, at the same costs."""
        return blend_returns(
            self.variants.strategy,
            self.market,
            costs=self.costs,
            fill=self.fill,
            cash=self.cash,
            first=self.first,
        )

    @property
    def risk_free(self) -> pd.Series:
        """Daily returns of idle cash over the sessions simulated."""
        return level_returns(self.market.money, self.first)

    def to_json(self) -> dict[str, Any]:
        """Return trials, best and honesty as plain values."""
        best = self.best
        document: dict[str, Any] = plain(
            {
                "trials": self.trials.to_dict("records"),
                "best": best.to_json(),
                "honesty": json.loads(best.honesty.to_json()),
                "score": self.score,
                "market": self.market.name,
                "synthetic": self.market.synthetic,
                "window": list(self.window),
            }
        )
        return document

    def __repr__(self) -> str:
        kind = "synthetic " if self.market.synthetic else ""
        name = self.variants.strategy.name
        return f"<Sweep of {name} on {kind}{self.market.name}: {len(self):,} variants, in sample>"

    def _row(self, row: int) -> int:
        if not -len(self) <= row < len(self):
            raise UserError(
                "there is no variant {row}; the sweep has {count}, from 0 on",
                row=row,
                count=len(self),
            )
        return int(row) % len(self)
