"""walk_forward: tune on the past, trade what follows, again and again.

Weights are causal, so every variant's weights and returns are computed once on the whole history.
The winner of each training window hands over to the next, and the stitched weights are simulated
once: switching parameters pays its costs like any other trade.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from backtest.costs import ETF_COSTS, Costs, cost_model
from backtest.display import Displayed
from backtest.engine import metrics
from backtest.engine.benchmarks import Benchmark, benchmark_returns, compared_with
from backtest.engine.metrics import Metric
from backtest.engine.result import BacktestResult
from backtest.engine.run import run
from backtest.engine.window import first_session
from backtest.errors import UserError
from backtest.market import Date, Market
from backtest.market.episodes import bounds
from backtest.market.frequency import sessions_per_year
from backtest.strategy import Strategy
from backtest.strategy.look import look
from backtest.trials.tried import Held
from backtest.tuning.blend import blend_returns
from backtest.tuning.honesty import Honesty
from backtest.tuning.joint import timed, trials_on
from backtest.tuning.judge import judge
from backtest.tuning.space import Constraint, Space
from backtest.tuning.splits import Split, expanding
from backtest.tuning.stitched import held_by, stitched_of
from backtest.tuning.sweep import Score, sweep
from backtest.tuning.sweep_result import Sweep

FROM_RETURNS = ("returns", "per_year", "sessions", "risk_free", "benchmark")


@dataclass(frozen=True, eq=False)
class WalkForward(Displayed):
    """What tuning would have earned.

    Attributes
    ----------
    windows : DataFrame
        One row per split: its dates, the winner's parameters, its score in sample and out of
        sample, and `rank`, the fraction of variants it beat out of sample (0.5 is chance).
    result : BacktestResult
        The stitched out-of-sample backtest.
    default : BacktestResult
        The strategy with its untuned defaults over the same sessions.
    held : Held or None
        What the stitched record held; None if it is no rotation, or baskets were swept too.
    check : bool
        Whether the winners are looked at for look-ahead; a record of one that does has no verdict.
    """

    windows: pd.DataFrame
    result: BacktestResult
    default: BacktestResult
    score: str
    swept: Sweep
    held: Held | None
    winners: tuple[int, ...]
    check: bool = True

    @cached_property
    def honesty(self) -> Honesty:
        """How far the stitched record is to be believed.

        No test session chose the variant held on it; the timing test nevertheless counts every
        trial on record of the market, since walking forward can be repeated until it pleases.
        """
        result, market = self.result, self.result.market
        first = len(market.sessions) - len(result.returns)
        whole = (series for series in result.benchmarks.values() if series.notna().all())
        blend = blend_returns(
            self.default.strategy,
            market,
            costs=self.swept.costs,
            fill=self.swept.fill,
            cash=self.swept.cash,
            first=first,
        )
        looks = [
            look(self.swept.strategy(winner), market, check=self.check)
            for winner in dict.fromkeys(self.winners)
        ]
        seen = next((one for one in looks if one.peeks), looks[0])
        return judge(
            result.returns.to_numpy()[:, None],
            0,
            {"blend": blend, "benchmark": next(whole, blend)},
            per_year=market.per_year(first),
            count=trials_on(market, first),
            **timed(self.held, market, first, result.summary()),
            risk_free=result.risk_free,
            switches=None if self.held is None else result.switches,
            **seen.ruled,
        )

    def __repr__(self) -> str:
        kind = "synthetic " if self.result.synthetic else ""
        inside, outside = self.decay.iloc[0][["in_sample", "out_of_sample"]]
        return (
            f"<WalkForward of {self.swept.variants.strategy.name} on {kind}"
            f"{self.swept.market.name}: {len(self.windows)} windows, mean {self.score} "
            f"{inside:.2f} in sample, {outside:.2f} out of sample>"
        )

    @property
    def decay(self) -> pd.DataFrame:
        """Mean score in sample and out of sample, and the fraction that was lost."""
        inside, outside = self.windows["in_sample"].mean(), self.windows["out_of_sample"].mean()
        return pd.DataFrame(
            {
                "in_sample": [inside],
                "out_of_sample": [outside],
                "lost": [1.0 - outside / inside if inside > 0 else np.nan],
                "rank": [self.windows["rank"].mean()],
            },
            index=pd.Index([self.score], name="score"),
        )

    @property
    def drift(self) -> pd.Series:
        """How often each parameter changed from one winner to the next, as a fraction."""
        chosen = self.windows[list(self.swept.variants.names)]
        return (chosen != chosen.shift()).iloc[1:].mean().rename("changed")

    def to_json(self) -> dict[str, object]:
        """Return the windows, the decay, and both results' summaries as plain values."""
        from backtest.plain import plain

        document: dict[str, object] = plain(
            {
                "score": self.score,
                "windows": self.windows.to_dict("records"),
                "decay": self.decay.iloc[0].to_dict(),
                "drift": self.drift.to_dict(),
                "out_of_sample": self.result.summary(),
                "default": self.default.summary(),
                "honesty": self.honesty.to_dict(),
                "synthetic": self.result.synthetic,
                "manifest": dict(self.default.manifest),
            }
        )
        return document


def walk_forward(
    strategy: Strategy,
    space: Space,
    market: Market,
    *,
    splits: Sequence[Split] | None = None,
    score: Score = "sharpe",
    costs: Costs | str = ETF_COSTS,
    fill: str = "open",
    cash: float = 1_000_000.0,
    start: Date | None = None,
    end: Date | None = None,
    window: str | None = None,
    benchmark: Benchmark | None = None,
    constraints: Sequence[Constraint] = (),
    check: bool = True,
) -> WalkForward:
    """Choose a space's best variant on each training window and trade it on the test after it.

    Parameters
    ----------
    splits : sequence of Split, optional
        Windows as positions of the market's sessions; by default `expanding` ones, three years to
        train and one to test.
    score : str or callable
        What the winner is chosen by, as in a sweep, but computed from returns alone.
    costs, fill, cash, start, end, window, benchmark
        As in `backtest.engine.run.run`; the first default training begins on `start`.
    check : bool
        False to leave out the short look for look-ahead, which the result says.

    Raises
    ------
    UserError
        If the space, the score or the splits make no sense.
    """
    metric = metrics.score(score, FROM_RETURNS)
    start, end = bounds(start, end, window)
    market = compared_with(market if end is None else market.until(end), benchmark)
    per_year, first = market.universe.sessions_per_year, first_session(market, start)
    windows = list(splits or expanding(market.sessions, per_year=per_year, first=first))
    _check(windows, len(market.sessions))
    costs = cost_model(costs)
    swept = sweep(
        strategy, space, market, costs=costs, fill=fill, cash=cash, constraints=constraints
    )
    inside, outside = _scores(swept, windows, metric)
    rows, winners = [], []
    for number, split in enumerate(windows):
        if np.isnan(inside[number]).all():
            until = market.sessions[split.train[-1]]
            raise UserError(
                "no variant has a {metric} up to {until:%Y-%m-%d}: none traded yet; train longer",
                metric=metric.name,
                until=until,
            )
        winner = int(np.nanargmax(metric.better * inside[number]))
        winners.append(winner)
        others = outside[number][np.isfinite(outside[number])]
        rows.append(
            {
                "train_from": market.sessions[split.train[0]],
                "train_to": market.sessions[split.train[-1]],
                "test_from": market.sessions[split.test[0]],
                "test_to": market.sessions[split.test[1]],
                **swept.variants.parameters(winner),
                "in_sample": inside[number][winner],
                "out_of_sample": outside[number][winner],
                "rank": _beaten(metric, outside[number][winner], others),
            }
        )
    stitched = stitched_of(swept, windows, winners, market)
    terms = {"costs": costs, "fill": fill, "cash": cash, "check": check}
    begun = market.sessions[windows[0].test[0]]
    whole = market.until(market.sessions[windows[-1].test[1]])
    return WalkForward(
        windows=pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="window")),
        result=run(stitched, whole, start=begun, **terms),  # type: ignore[arg-type]
        default=run(strategy, whole, start=begun, **terms),  # type: ignore[arg-type]
        score=metric.name,
        swept=swept,
        held=held_by(swept, stitched, whole, winners, windows[0].test[0]),
        winners=tuple(winners),
        check=check,
    )


def _check(windows: Sequence[Split], sessions: int) -> None:
    """Raise a `UserError` unless tests follow one another and trainings lie before them."""
    before = None
    for split in windows:
        first, last = split.test
        if len(split.train) < 2 or split.train[0] < 0 or not first <= last < sessions:
            raise UserError("a split needs two sessions to train on and a test within the market")
        if split.train.max() >= first:
            raise UserError("a split trains on its own test; end training before the test starts")
        if before is not None and first != before + 1:
            raise UserError("tests must follow one another without gap or overlap")
        before = last


def _beaten(metric: Metric, score: float, others: np.ndarray) -> float:
    """Return the fraction of other scores that one beats."""
    return float((metric.better * others < metric.better * score).mean()) if len(others) else np.nan


def _scores(
    swept: Sweep, windows: Sequence[Split], metric: Metric
) -> tuple[np.ndarray, np.ndarray]:
    """Return every variant's score on each training and each test window, split × variant."""
    track = metrics.Track(
        returns=np.empty(0),
        per_year=swept.market.per_year(),
        sessions=swept.sessions,
        risk_free=swept.risk_free.to_numpy(),
        benchmark=next(iter(benchmark_returns(swept.market, swept.first).values())).to_numpy(),
    )
    inside = np.full((len(windows), len(swept)), np.nan)
    outside = np.full_like(inside, np.nan)
    done = 0
    for piece in swept.chunks():
        columns = slice(done, done + piece.shape[1])
        whole = replace(track, returns=piece)
        for number, split in enumerate(windows):
            test = np.arange(split.test[0], split.test[1] + 1)
            for scored, rows in ((inside, split.train), (outside, test)):
                # A window's own sessions a year: the record's would know of sessions after it.
                per_year = sessions_per_year(
                    swept.sessions[rows], swept.market.universe.sessions_per_year
                )
                part = replace(metrics.cut(whole, rows), per_year=per_year)
                scored[number, columns] = metric.of(part)
        done += piece.shape[1]
    return inside, outside
