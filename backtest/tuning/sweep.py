"""sweep: every variant of a space on one market, each with its figures. Imports simulate.

The kernel computes; after every sweep the best and a few random variants are simulated
again by vectorbt, and a difference is an error.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from typing import Any

import numpy as np
import pandas as pd

from backtest.costs import ETF_COSTS, CostModel
from backtest.engine import first_session, level_returns
from backtest.errors import UserError, suggest
from backtest.market import Date, Market
from backtest.plan import fill_used
from backtest.result import plain
from backtest.strategy import RotationStrategy, Strategy
from backtest.tuning.agreement import check_against_engine
from backtest.tuning.best import Best
from backtest.tuning.blend import blend_returns
from backtest.tuning.counting import Counted, window_of
from backtest.tuning.honesty import Honesty
from backtest.tuning.ledger import Ledger
from backtest.tuning.parts import part_of
from backtest.tuning.progress import progress_bar
from backtest.tuning.remote import Engine
from backtest.tuning.space import Constraint, Space, Variants, grid
from backtest.tuning.tables import sweep_html
from backtest.tuning.trials import Trials, trials

FEWER_IS_BETTER = frozenset({"volatility", "turnover", "cost_drag", "costs_paid", "switches"})
RECORDED = 8192  # variants simulated between two entries in the ledger
RECORDED_ELSEWHERE = 131_072  # the same for a cluster, which wants many at a time
WIDTH = 1024  # variants in a piece of the return matrix


@dataclass(frozen=True, eq=False)
class Sweep:
    """All variants of a strategy on one market, and how each did.

    Attributes
    ----------
    trials : DataFrame
        One row per variant: a column per swept parameter and per figure, named and defined as in
        `BacktestResult.summary()`.
    score : str
        The figure variants are ranked by.
    fill : str
        As used: "close" where the market has no opens.
    window : (Timestamp, Timestamp)
        First and last session simulated.
    """

    variants: Variants
    market: Market
    trials: pd.DataFrame
    score: str
    costs: CostModel
    fill: str
    cash: float
    first: int
    _trials: Callable[[], Trials] = field(repr=False)
    _kept: dict[int, pd.Series] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.variants)

    @property
    def sessions(self) -> pd.DatetimeIndex:
        """The sessions simulated."""
        return self.market.sessions[self.first :]

    @property
    def window(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """The first and the last session simulated."""
        return self.sessions[0], self.sessions[-1]

    @cached_property
    def ranking(self) -> np.ndarray:
        """Numbers of all variants, the best score first; NaN last, ties in order."""
        score = self.trials[self.score].to_numpy(dtype=float)
        order: np.ndarray = np.argsort(
            score if self.score in FEWER_IS_BETTER else -score, kind="stable"
        )
        return order

    @cached_property
    def honesty(self) -> Honesty:
        """How far the best variant is to be believed, by all trials this store has ever seen."""
        from backtest.tuning.assess import assess

        row = int(self.ranking[0])
        strategy = self.variants.strategy
        return assess(
            self.chunks,
            row,
            self.benchmark,
            self.blend,
            per_year=self.market.universe.sessions_per_year,
            trials=max(self.tried, len(self)),
            riskless=self.riskless,
            switches=int(self.trials["switches"].iloc[row])
            if isinstance(strategy, RotationStrategy)
            else None,
        )

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

    @property
    def tried(self) -> int:
        """How many different variants of this strategy this store has tried here, ever."""
        family = type(self.variants.strategy).__name__
        return Ledger.at_home().count(family, self.market.snapshot, window_of(self.sessions))

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
    def riskless(self) -> pd.Series:
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

    def _repr_html_(self) -> str:
        """Render the best variants and the honesty in notebooks."""
        return sweep_html(self)

    def _row(self, row: int) -> int:
        if not -len(self) <= row < len(self):
            raise UserError(f"there is no variant {row}; the sweep has {len(self)}, from 0 on")
        return int(row) % len(self)


def sweep(
    strategy: Strategy,
    space: Space,
    market: Market,
    *,
    score: str = "sharpe",
    costs: CostModel = ETF_COSTS,
    fill: str = "open",
    cash: float = 1_000_000.0,
    start: Date | None = None,
    constraints: Sequence[Constraint] = (),
    progress: Callable[[int], None] | None = None,
    engine: Engine | None = None,
) -> Sweep:
    """Try every combination of a space's values.

    Parameters
    ----------
    space : mapping
        Field names to values; see `backtest.tuning.space`.
    score : str
        The figure to rank by; less is better for risk, turnover, costs and switches.
    costs, fill, cash, start
        As in `backtest.engine.run`.
    constraints : sequence of callables
        Each is given all parameters of a variant and says whether it is allowed.
    progress : callable, optional
        Called with the number of variants just finished, instead of showing a bar.
    engine : callable, optional
        What computes instead of this process: `backtest.tuning.remote.dask_engine`'s.

    Raises
    ------
    UserError
        If the space or the score makes no sense, or no variant has a score.
    RuntimeError
        If the kernel and vectorbt differ.
    """
    variants = grid(strategy, space, constraints)
    return sweep_variants(
        variants,
        market,
        score=score,
        costs=costs,
        fill=fill,
        cash=cash,
        start=start,
        progress=progress,
        engine=engine,
    )


def sweep_variants(
    variants: Variants,
    market: Market,
    *,
    score: str = "sharpe",
    costs: CostModel = ETF_COSTS,
    fill: str = "open",
    cash: float = 1_000_000.0,
    start: Date | None = None,
    progress: Callable[[int], None] | None = None,
    engine: Engine | None = None,
) -> Sweep:
    """Try the variants given, a grid's or a sample's; see `sweep`."""
    from backtest.kernel import FIGURES

    if score not in FIGURES:
        raise UserError(f"there is no score {score!r}; {suggest(score, FIGURES)}")
    if not cash > 0:
        raise UserError(f"cash was {cash}; start with more than 0")
    first = first_session(market, start)
    used = fill_used(market, fill)
    asked = cache(
        partial(trials, variants, market, costs=costs, fill=used, cash=cash, first=first)
    )  # a cluster that computes the figures leaves this for later questions
    bar = progress_bar(len(variants), "variants") if progress is None else nullcontext(progress)
    counted = Counted(variants, market, costs, used, first)
    figures = np.empty((len(variants), len(FIGURES)))
    step = RECORDED if engine is None else RECORDED_ELSEWHERE
    with bar as advance:
        for begin in range(0, len(variants), step):
            rows = np.arange(begin, min(begin + step, len(variants)))
            if engine is None:
                figures[rows] = asked().figures(rows, advance)
            else:
                figures[rows] = engine(
                    part_of(variants, rows),
                    market,
                    costs=costs,
                    fill=used,
                    cash=cash,
                    first=first,
                    progress=advance,
                )
            counted.record(rows)
    if np.isnan(figures[:, FIGURES.index(score)]).all():
        raise UserError(
            f"no variant has a {score}: none of them traded; widen the space or the window"
        )
    table = {name: variants.column(name) for name in variants.names}
    table |= {name: figures[:, column] for column, name in enumerate(FIGURES)}
    frame = pd.DataFrame(table, index=pd.RangeIndex(len(variants), name="variant"))
    found = Sweep(variants, market, frame, score, costs, used, cash, first, asked)
    check_against_engine(found)
    return found
