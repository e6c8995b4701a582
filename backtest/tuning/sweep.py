"""sweep: every variant of a space on one market, each with its figures.

The kernel computes; after every sweep the best and a few random variants are simulated
again by vectorbt, and a difference is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial

import numpy as np
import pandas as pd

from backtest.costs import ETF_COSTS, Costs, cost_model
from backtest.display import advancing
from backtest.engine import metrics
from backtest.engine.benchmarks import Benchmark, compared_with
from backtest.engine.metrics import Metric
from backtest.engine.plan import fill_used
from backtest.engine.window import first_session
from backtest.errors import UserError
from backtest.market import Date, Market
from backtest.market.episodes import bounds
from backtest.strategy import Strategy
from backtest.tuning.agreement import check_against_engine
from backtest.tuning.remote import Engine
from backtest.tuning.space import Constraint, Space, Variants, grid
from backtest.tuning.sweep_result import Sweep
from backtest.tuning.trial_recording import Counted
from backtest.tuning.trials import PIECE, trials
from backtest.tuning.work_parts import part_of

RECORDED = PIECE  # variants to an entry in the ledger, whose signals are still at hand
RECORDED_ELSEWHERE = 131_072  # the same for a cluster, which wants many at a time

Score = str | Callable[[pd.Series], float]


def sweep(
    strategy: Strategy,
    space: Space,
    market: Market,
    *,
    score: Score = "sharpe",
    costs: Costs | str = ETF_COSTS,
    fill: str = "open",
    cash: float = 1_000_000.0,
    start: Date | None = None,
    end: Date | None = None,
    window: str | None = None,
    benchmark: Benchmark | None = None,
    constraints: Sequence[Constraint] = (),
    progress: Callable[[int], None] | None = None,
    engine: Engine | None = None,
) -> Sweep:
    """Try every combination of a space's values.

    Parameters
    ----------
    space : mapping
        Field names to values; see `backtest.tuning.space`.
    score : str or callable
        The figure to rank by, any of `backtest.engine.metrics.METRICS` that has a better
        direction, or one's own function of a Series of daily returns, of which more is better.
    costs, fill, cash, start, end, window, benchmark
        As in `backtest.engine.run.run`.
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
    start, end = bounds(start, end, window)
    market = compared_with(market if end is None else market.until(end), benchmark)
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
    score: Score | Sequence[Score] = "sharpe",
    costs: Costs | str = ETF_COSTS,
    fill: str = "open",
    cash: float = 1_000_000.0,
    start: Date | None = None,
    progress: Callable[[int], None] | None = None,
    engine: Engine | None = None,
    origin: str = "sweep",
    batch: int | None = None,
    known: Mapping[int, np.ndarray] | None = None,
) -> Sweep:
    """Try the variants given, a grid's or a sample's; see `sweep`.

    Of several scores the first ranks. `known` holds rows of figures, as an engine returns them,
    that need not be computed again; of a search, `batch` were proposed at a time.
    """
    from backtest.engine.kernel import FIGURES

    wanted = scores_of(several(score))
    metric, extra = wanted[0], beyond_kernel(wanted)
    if not cash > 0:
        raise UserError("{name} was {value}; give a number above 0", name="cash", value=cash)
    first = first_session(market, start)
    costs, used = cost_model(costs), fill_used(market, fill)
    answers = partial(trials, market=market, costs=costs, fill=used, cash=cash, first=first)
    asked = cache(partial(answers, variants))
    fewer = None if engine is None else answers
    counted = Counted(variants, market, costs, used, first, asked, origin, batch, fewer)
    names = (*FIGURES, *(other.name for other in extra))
    figures = np.full((len(variants), len(names)), np.nan, order="F")  # columns of the frame
    left = np.ones(len(variants), dtype=bool)
    for row, values in (known or {}).items():
        figures[row], left[row] = values, False
    step = RECORDED if engine is None else RECORDED_ELSEWHERE
    with advancing(progress, len(variants), "variants") as advance:
        for begin in range(0, len(variants), step):
            rows = np.arange(begin, min(begin + step, len(variants)))
            anew = rows[left[rows]]
            if len(anew) and engine is None:
                figures[anew] = asked().figures(anew, advance, extra)
            elif len(anew) and engine is not None:
                figures[anew] = engine(
                    part_of(variants, anew),
                    market,
                    costs=costs,
                    fill=used,
                    cash=cash,
                    first=first,
                    progress=advance,
                    extra=extra,
                )
            counted.record(begin, begin + len(rows))
    del counted  # with all it kept, before the frame is made
    if np.isnan(figures[:, names.index(metric.name)]).all():
        raise UserError(
            "no variant has a {metric}: none of them traded; widen the space or the window",
            metric=metric.name,
        )
    table = {name: variants.column(name) for name in variants.names}
    table |= {name: figures[:, column] for column, name in enumerate(names)}
    frame = pd.DataFrame(table, pd.RangeIndex(len(variants), name="variant"), copy=False)
    found = Sweep(variants, market, frame, metric, costs, used, cash, first, asked)
    check_against_engine(found)
    return found


def several(score: Score | Sequence[Score]) -> tuple[Score, ...]:
    """Return one score or several as a tuple."""
    return (score,) if isinstance(score, str) or callable(score) else tuple(score)


def scores_of(scores: Sequence[Score]) -> tuple[Metric, ...]:
    """Return the figures asked for, each once.

    Raises
    ------
    UserError
        If there is none, one stands twice, or one is no score.
    """
    found = tuple(metrics.score(each) for each in scores)
    names = tuple(metric.name for metric in found)
    if not found or len(set(names)) < len(found):
        raise UserError("the scores were {names}; give at least one, and each once", names=names)
    return found


def beyond_kernel(wanted: Sequence[Metric]) -> tuple[Metric, ...]:
    """Return the figures that the kernel does not compute by itself."""
    from backtest.engine.kernel import FIGURES

    return tuple(metric for metric in wanted if metric.name not in FIGURES)
