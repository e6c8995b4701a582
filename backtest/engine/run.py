"""run and run_many: strategy × market → result.

The execution lag lives here and in the plan, nowhere else: what is decided after a session fills at
the next.
"""

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any, NamedTuple, TypeVar

from backtest.costs import ETF_COSTS, Costs, cost_model
from backtest.engine.benchmarks import Benchmark, benchmark_returns, compared_with, level_returns
from backtest.engine.plan import SAME_CLOSE, fill_used
from backtest.engine.recording import record_run
from backtest.engine.result import BacktestResult
from backtest.engine.run_notes import before_launch, over_jumps, partly_compared, told_of, undecided
from backtest.engine.simulate import Simulation, simulate
from backtest.engine.window import CUT, common, first_session, waits
from backtest.errors import UserError
from backtest.market import Date, Market
from backtest.market.episodes import bounds
from backtest.market.frequency import PERIODS
from backtest.notes import Note
from backtest.plain import plain
from backtest.strategy import Strategy
from backtest.strategy.decisions import Decisions
from backtest.strategy.leaks import told
from backtest.strategy.look import SECONDS, SHARE, look
from backtest.strategy.source import source_identity

T = TypeVar("T")

VERSIONED = ("nqp-rotation", "vectorbt", "vectorbt-rust", "pandas", "numpy")
PERIODIC = {
    "open": "sessions are {periods}: a decision at the end of one fills at the open of the next",
    "close": "sessions are {periods}: a decision at the end of one fills at the close of the next",
    SAME_CLOSE: "sessions are {periods}: a decision at the end of one fills at the same close",
}


class Conditions(NamedTuple):
    """Costs, the fill asked for and the one used, what a portfolio starts with, and when."""

    costs: Costs
    asked: str
    fill: str
    cash: float
    first: int


def run(
    strategy: Strategy,
    market: Market,
    *,
    costs: Costs | str = ETF_COSTS,
    fill: str = "open",
    cash: float = 1_000_000.0,
    start: Date | None = None,
    end: Date | None = None,
    window: str | None = None,
    full_window: bool = True,
    benchmark: Benchmark | None = None,
    check: bool = True,
) -> BacktestResult:
    """Backtest one strategy on one market.

    Parameters
    ----------
    costs : Costs or str
        What trading costs; `FREE` for nothing. "etf", "stock" and "free" are `ETF_COSTS`,
        `STOCK_COSTS` and `FREE`.
    fill : "open", "close" or "same-close"
        The price of the session after each decision at which orders fill; in a market of weeks or
        months also the close the decision was made after. Where the market has no
        opens, "open" becomes "close" and the result says so.
    cash : float
        What the portfolio starts with, in the market's currency.
    start : date, optional
        First session of the backtest; the strategy sees the sessions before it as history, and what
        it would have held is bought on `start`.
    end : date, optional
        Last session of the backtest; the strategy sees none after it.
    window : str, optional
        An episode of `backtest.market.episodes.EPISODES` or a year, in place of `start` and `end`.
    full_window : bool
        Whether to show all sessions asked for. Without, the backtest starts when the strategies
        and the benchmarks have what they need and ends with the first benchmark's record; the
        result says what was cut. That is what `nqp run` and `nqp compare` do by default.
    benchmark : str, Path or Series, optional
        What to compare with in place of the market's benchmark; see
        `backtest.engine.benchmarks.compared_with`.
    check : bool
        Whether to take a short look for look-ahead at a strategy that did not come with the
        package (`backtest.strategy.look`); the result says what was found.

    Raises
    ------
    UserError
        If the market, the parameters or the strategy's weights make no sense.
    """
    return run_many(
        [strategy],
        market,
        costs=costs,
        fill=fill,
        cash=cash,
        start=start,
        end=end,
        window=window,
        full_window=full_window,
        benchmark=benchmark,
        check=check,
    )[0]


def run_many(
    strategies: Sequence[Strategy],
    market: Market,
    *,
    costs: Costs | str = ETF_COSTS,
    fill: str = "open",
    cash: float = 1_000_000.0,
    start: Date | None = None,
    end: Date | None = None,
    window: str | None = None,
    full_window: bool = True,
    benchmark: Benchmark | None = None,
    check: bool = True,
    unfit: dict[str, UserError] | None = None,
) -> list[BacktestResult]:
    """Backtest several strategies on one market; see `run`.

    Parameters
    ----------
    unfit : dict, optional
        Takes the errors of strategies that cannot run on this market, by name; without it the
        first is raised.
    """
    if not cash > 0:
        raise UserError("{name} was {value}; give a number above 0", name="cash", value=cash)
    cash, costs = float(cash), cost_model(costs)
    start, end = bounds(start, end, window)
    market = compared_with(market if end is None else market.until(end), benchmark)
    first = first_session(market, start)
    used = fill_used(market, fill)
    notes: list[Note] = []
    if used != fill:
        notes.append(Note("the market has no open prices: orders fill at the close"))
    if market.universe.frequency != "daily":
        notes.append(Note(PERIODIC[used], periods=PERIODS[market.universe.frequency]))

    def refused(strategy: Strategy, step: Callable[..., T], *values: Any) -> list[T]:
        """Do a step for a strategy; what this market is unfit for is noted, or raised."""
        try:
            return [step(*values)]
        except UserError as error:
            if unfit is None:
                raise
            unfit[strategy.name] = error
            return []

    decided = [one for each in strategies for one in refused(each, _decided, each, market)]
    cut: list[Note] = []
    if decided and not full_window:
        first, last, cut = common([one for one, _ in decided], first)
        if last < len(market.sessions) - 1:
            market = market.until(market.sessions[last])
            kept = [one.strategy for one, _ in decided]
            decided = [one for each in kept for one in refused(each, _decided, each, market)]
    terms, said, results = Conditions(costs, fill, used, cash, first), [*cut, *notes], []
    for decisions, spent in decided:
        results += refused(decisions.strategy, _one, decisions, spent, terms, check, said)
    return results


def _decided(strategy: Strategy, market: Market) -> tuple[Decisions, float]:
    """Return what a strategy decides on a market, and in how many seconds."""
    _, began = market.identity, time.thread_time()
    decisions = Decisions(strategy, market)
    _ = decisions.targets
    return decisions, time.thread_time() - began


def _one(
    decisions: Decisions, spent: float, terms: Conditions, check: bool, notes: list[Note]
) -> BacktestResult:
    """Backtest what was decided in so many seconds."""
    strategy, market, began = decisions.strategy, decisions.market, time.thread_time()
    costs, _, fill, cash, first = terms
    on: dict[str, Any] = {"costs": costs, "fill": fill, "first": first}
    simulation = simulate(decisions.targets, market, cash=cash, rebalance=strategy.rebalance, **on)
    budget = max(SECONDS, SHARE * (spent + time.thread_time() - began))
    seen = look(strategy, market, check=check, seconds=budget, known=told(decisions))
    manifest = _manifest(strategy, market, terms)
    manifest["look_ahead"] = seen.found
    cut = [note for note in notes if note.code in CUT]
    manifest["cut"] = cut[0].to_json() if cut else None
    others = [note for note in notes if note.code not in CUT]
    idle = [*strategy.remarks(market), *undecided(decisions, first), *waits(decisions, first)]
    said = [*cut, *seen.notes, *idle, *others]
    result = _result(decisions, simulation, manifest, terms, said)
    uncounted = record_run(decisions, result.returns, **on)
    return replace(result, warnings=(*result.warnings, *uncounted))


def _result(
    decisions: Decisions,
    simulation: Simulation,
    manifest: dict[str, Any],
    terms: Conditions,
    notes: Sequence[str],
) -> BacktestResult:
    strategy, market, first = decisions.strategy, decisions.market, terms.first
    equity = simulation.equity
    before = equity.shift(fill_value=terms.cash)
    close = market.close.iloc[first:]
    held = decisions.regime if terms.fill == SAME_CLOSE else decisions.regime.shift()
    regime = held.iloc[first:]
    result = BacktestResult(
        strategy=strategy,
        decisions=decisions,
        equity=equity,
        returns=(equity / before - 1.0).rename(strategy.name),
        weights=(simulation.shares * close.fillna(0.0)).div(equity, axis=0),
        orders=simulation.orders,
        regime=regime.fillna("cash").rename("regime"),
        targets=simulation.targets.iloc[first:],
        risk_free=level_returns(market.money, first).rename("risk_free"),
        benchmarks=benchmark_returns(market, first),
        manifest=manifest,
        warnings=(*notes, *told_of(market, simulation, first)),
    )
    more = (*over_jumps(result, market), *partly_compared(result), *before_launch(result))
    warnings = (*result.warnings, *more)
    coded = [text.to_json() for text in warnings if isinstance(text, Note)]
    return replace(result, warnings=warnings, manifest={**manifest, "notes": coded})


def _manifest(strategy: Strategy, market: Market, terms: Conditions) -> dict[str, Any]:
    costs, asked, used, cash, first = terms
    sessions = market.sessions[first:]
    parameters: dict[str, Any] = plain(strategy.parameters)
    usual = plain(_with_defaults(strategy).parameters)
    changed = {name: value for name, value in parameters.items() if value != usual.get(name)}
    return {
        "strategy": strategy.name,
        "class": f"{type(strategy).__module__}:{type(strategy).__qualname__}",
        "source": source_identity(type(strategy)),
        "parameters": parameters,
        "set": ", ".join(f"{name}={value}" for name, value in changed.items()) or "defaults",
        "claims": list(strategy.claims),
        "market": market.name,
        "universe": market.universe.name,
        "snapshot": market.snapshot,
        "content": market.identity,
        "synthetic": market.synthetic,
        "strict_launch": market.launched_only,
        "currency": market.universe.currency,
        "sessions_per_year": market.universe.sessions_per_year,
        "per_year": market.per_year(first),
        "known_from": f"{market.sessions[0]:%Y-%m-%d}",
        "window": [f"{sessions[0]:%Y-%m-%d}", f"{sessions[-1]:%Y-%m-%d}"],
        "costs": costs.name,
        "cost_rules": costs.rules_written,
        "minimum_commission": getattr(costs, "minimum_commission", 0.0),
        "fill": used,
        "asked_fill": asked,
        "benchmark": None if market.compared is None else str(market.compared.name),
        "cash": cash,
        "seed": None,
        "python": platform.python_version(),
        "versions": {name: version(name) for name in VERSIONED},
    }


def _with_defaults(strategy: Strategy) -> Strategy:
    """Return a strategy with its class's own parameters; itself where one has no default."""
    try:
        return type(strategy)()
    except TypeError:
        return strategy
