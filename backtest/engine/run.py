"""run and run_many: strategy × market → result.

The execution lag lives here and in the plan, nowhere else: what is decided after a session fills at
the next.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import pandas as pd

from backtest.costs import ETF_COSTS, Costs, cost_model
from backtest.engine.benchmarks import benchmark_returns, has_periods, level_returns
from backtest.engine.plan import SAME_CLOSE, fill_used
from backtest.engine.recording import record_run
from backtest.engine.result import BacktestResult, plain
from backtest.engine.simulate import Simulation, simulate
from backtest.errors import UserError
from backtest.market import Date, Market
from backtest.market.elapsed import elapsed_years, observed_per_year
from backtest.market.frequency import PERIODS, frequency_of
from backtest.market.market import EQUAL_WEIGHT
from backtest.notes import Note
from backtest.strategy import Strategy, TriggerRotation
from backtest.strategy.decisions import Decisions
from backtest.strategy.holding import CASH
from backtest.strategy.leaks import told
from backtest.strategy.look import SECONDS, SHARE, look
from backtest.strategy.source import source_identity

# A declared number of sessions a year may differ from the dates by this fraction unsaid.
DECLARED_WELL = 0.02
NEVER_INVESTED = "no order was placed: the portfolio stayed in cash"
SYNTHETIC = "prices are synthetic: figures say how the strategy works, not how it did"
PARTLY_COMPARED = (
    "{name} has no record of {lacking} of {all} sessions: over the others {strategy} returned "
    "{ours} and {name} {theirs}"
)
VERSIONED = ("nqp-rotation", "vectorbt", "vectorbt-rust", "pandas", "numpy")


PERIODIC = {
    "open": "sessions are {periods}: a decision at the end of one fills at the open of the next",
    "close": "sessions are {periods}: a decision at the end of one fills at the close of the next",
    SAME_CLOSE: "sessions are {periods}: a decision at the end of one fills at the same close",
}


def run(
    strategy: Strategy,
    market: Market,
    *,
    costs: Costs | str = ETF_COSTS,
    fill: str = "open",
    cash: float = 1_000_000.0,
    start: Date | None = None,
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
    check : bool
        Whether to take a short look for look-ahead at a strategy that did not come with the
        package (`backtest.strategy.look`); the result says what was found.

    Raises
    ------
    UserError
        If the market, the parameters or the strategy's weights make no sense.
    """
    return run_many(
        [strategy], market, costs=costs, fill=fill, cash=cash, start=start, check=check
    )[0]


def run_many(
    strategies: Sequence[Strategy],
    market: Market,
    *,
    costs: Costs | str = ETF_COSTS,
    fill: str = "open",
    cash: float = 1_000_000.0,
    start: Date | None = None,
    check: bool = True,
) -> list[BacktestResult]:
    """Backtest several strategies on one market; see `run`."""
    if not cash > 0:
        raise UserError(f"cash was {cash}; start with more than 0")
    cash, costs = float(cash), cost_model(costs)
    first = first_session(market, start)
    used = fill_used(market, fill)
    notes: list[str] = []
    if used != fill:
        notes.append(Note("the market has no open prices: orders fill at the close"))
    if market.universe.frequency != "daily":
        notes.append(Note(PERIODIC[used], periods=PERIODS[market.universe.frequency]))
    results = []
    for strategy in strategies:
        began, _ = time.perf_counter(), market.identity
        decisions = Decisions(strategy, market)
        simulation = simulate(
            decisions.targets, market, costs=costs, fill=used, cash=cash, first=first
        )
        budget = max(SECONDS, SHARE * (time.perf_counter() - began))
        seen = look(strategy, market, check=check, seconds=budget, known=told(decisions))
        manifest = _manifest(strategy, market, costs, (fill, used), cash, first)
        manifest["look_ahead"] = seen.found
        said: list[str] = [*seen.notes, *_undecided(decisions, first), *notes]
        result = _result(decisions, simulation, manifest, cash, first, said)
        uncounted = record_run(decisions, result.returns, costs=costs, fill=used, first=first)
        results.append(replace(result, warnings=(*result.warnings, *uncounted)))
    return results


def _undecided(decisions: Decisions, first: int) -> list[Note]:
    """Say on how many sessions none of a rotation's rules fires."""
    strategy = decisions.strategy
    if not isinstance(strategy, TriggerRotation) or CASH in strategy.rules():
        return []
    idle = int((decisions.regime.iloc[first:] == CASH).sum())
    code = "no rule fires on {count} of {all} sessions: cash is held there"
    return [Note(code, count=idle, all=len(decisions.regime) - first)] if idle else []


def first_session(market: Market, start: Date | None) -> int:
    """Return the number of the first session from `start` on; at least two must follow."""
    first = 0 if start is None else int(market.sessions.searchsorted(pd.Timestamp(start)))
    if len(market.sessions) - first < 2:
        raise UserError(
            f"market {market.name} has {max(0, len(market.sessions) - first)} session(s) in the "
            f"window; a backtest needs at least 2, one to decide after and one to fill at"
        )
    return first


def _result(
    decisions: Decisions,
    simulation: Simulation,
    manifest: dict[str, Any],
    cash: float,
    first: int,
    notes: list[str],
) -> BacktestResult:
    strategy, market = decisions.strategy, decisions.market
    equity = simulation.equity
    before = equity.shift(fill_value=cash)
    close = market.close.iloc[first:]
    held = decisions.regime if manifest["fill"] == SAME_CLOSE else decisions.regime.shift()
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
        warnings=(*notes, *_warnings(market, simulation, first)),
    )
    early = _before_launch(result)
    more = [
        *_over_jumps(result, market),
        *_partly_compared(result),
        *([] if early is None else [early]),
    ]
    warnings = (*result.warnings, *more)
    coded = [text.to_json() for text in warnings if isinstance(text, Note)]
    return replace(result, warnings=warnings, manifest={**manifest, "notes": coded})


def _over_jumps(result: BacktestResult, market: Market) -> list[str]:
    """Say which jumps of prices were held, and what was earned on them."""
    found: list[str] = []
    held = result.weights.shift()
    total = float(result.equity.iloc[-1]) - float(result.manifest["cash"])
    for jump in market.jumps:
        if jump.date in held.index and held[jump.instrument].loc[jump.date] > 0.0:
            earned = float(result.profit[jump.instrument].loc[jump.date])
            found.append(
                Note(
                    "{name} was held while it moved {move}{over} to {day}, as {explained}: "
                    "{earned} {currency} of a profit of {total} come from it",
                    name=jump.instrument,
                    move=f"{jump.move:+.2%}",
                    over=jump.over,
                    day=f"{jump.date:%Y-%m-%d}",
                    explained=jump.explained,
                    earned=f"{earned:+,.0f}",
                    currency=result.manifest["currency"],
                    total=f"{total:+,.0f}",
                )
            )
    return found


def _partly_compared(result: BacktestResult) -> list[str]:
    """Say how a benchmark whose record is shorter compares over the sessions both have."""
    found: list[str] = []
    for name, series in result.benchmarks.items():
        lacking = int(series.isna().sum())
        if has_periods(series):
            own = frequency_of(pd.DatetimeIndex(series.dropna().index))
            ours, theirs = (figures["total_return"] for figures in result.beside(name))
            found.append(
                Note(
                    "{name} is {frequency}: figures against it are computed over its {periods}, in "
                    "which {strategy} returned {ours} and {name} {theirs}",
                    name=name,
                    frequency=own,
                    periods=PERIODS[own],
                    strategy=result.name,
                    ours=f"{ours:+.1%}",
                    theirs=f"{theirs:+.1%}",
                )
            )
        elif lacking:
            ours, theirs = (figures["total_return"] for figures in result.beside(name))
            found.append(
                Note(
                    PARTLY_COMPARED,
                    name=name,
                    lacking=f"{lacking:,}",
                    all=f"{len(series):,}",
                    strategy=result.name,
                    ours=f"{ours:+.1%}",
                    theirs=f"{theirs:+.1%}",
                )
            )
    return found


def _before_launch(result: BacktestResult) -> str | None:
    """Say how much of the profit was earned on instruments that had not been launched yet."""
    earned, market = 0.0, result.market
    for name in market.instruments:
        launched = market.universe.by_id[name].launched
        if launched is not None:
            early = result.profit.index < pd.Timestamp(launched)
            earned += float(result.profit.loc[early, name].sum())
    if earned == 0.0:
        return None
    total = float(result.equity.iloc[-1]) - float(result.manifest["cash"])
    return Note(
        "{earned} {currency} of a profit of {total} were earned before the instruments were "
        "launched, on back-filled history; --strict-launch leaves it out",
        earned=f"{earned:,.0f}",
        currency=result.manifest["currency"],
        total=f"{total:,.0f}",
    )


def _warnings(market: Market, simulation: Simulation, first: int) -> list[str]:
    found: list[str] = []
    if market.synthetic:
        found.append(Note(SYNTHETIC))
    if simulation.unfilled:
        found.append(
            Note(
                "the last order in {instruments} was never completed: it could not be traded again",
                instruments=", ".join(simulation.unfilled),
            )
        )
    if simulation.orders.empty:
        found.append(Note(NEVER_INVESTED))
    if market.benchmark.iloc[first:].isna().all():
        found.append(
            Note(
                "the market has no benchmark prices here: compared with {name} instead",
                name=EQUAL_WEIGHT,
            )
        )
    if market.money.iloc[first:].nunique() == 1:
        found.append(
            Note(
                "the market has no money rate: idle cash earns nothing, and Sharpe ratios are of "
                "raw returns"
            )
        )
    late = int((simulation.orders["sessions_late"] > 0).sum())
    if late:
        found.append(
            Note(
                "{count} trade(s) were filled late because nothing could be traded when due",
                count=late,
            )
        )
    declared = market.universe.sessions_per_year
    observed = observed_per_year(market.sessions, first)
    if abs(observed / declared - 1.0) > DECLARED_WELL:
        found.append(
            Note(
                "universe {name} declares {declared} sessions a year, but there were {observed}: "
                "figures a year use what there were",
                name=market.universe.name,
                declared=declared,
                observed=f"{observed:.1f}",
            )
        )
    years = elapsed_years(market.sessions, first)
    if years < 3:
        found.append(
            Note("{years} years of data cannot tell skill from luck", years=f"{years:.1f}")
        )
    return found


def _manifest(
    strategy: Strategy,
    market: Market,
    costs: Costs,
    fills: tuple[str, str],
    cash: float,
    first: int,
) -> dict[str, Any]:
    asked, used = fills
    sessions = market.sessions[first:]
    parameters: dict[str, Any] = plain(strategy.parameters)
    defaults = type(strategy)() if _has_defaults(strategy) else strategy
    changed = {
        name: value
        for name, value in parameters.items()
        if value != plain(defaults.parameters).get(name)
    }
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
        "cash": cash,
        "seed": None,
        "python": platform.python_version(),
        "versions": {name: version(name) for name in VERSIONED},
    }


def _has_defaults(strategy: Strategy) -> bool:
    try:
        type(strategy)()
    except TypeError:
        return False
    return True
