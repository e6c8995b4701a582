"""Notes of a backtest on its figures: what they rest on, and what may mislead."""

from collections.abc import Iterator

import pandas as pd

from backtest.engine.benchmarks import has_periods
from backtest.engine.result import BacktestResult
from backtest.engine.simulate import Simulation
from backtest.market import Market
from backtest.market.frequency import PERIODS, elapsed_years, frequency_of, observed_per_year
from backtest.market.market import EQUAL_WEIGHT
from backtest.notes import Note
from backtest.strategy import TriggerRotation
from backtest.strategy.decisions import Decisions
from backtest.strategy.holding import CASH

# A declared number of sessions a year may differ from the dates by this fraction unsaid.
DECLARED_WELL = 0.02
NEVER_INVESTED = "no order was placed: the portfolio stayed in cash"
SYNTHETIC = "prices are synthetic: figures say how the strategy works, not how it did"
PARTLY_COMPARED = (
    "{name} has no record of {lacking} of {all} sessions: over the others {strategy} returned "
    "{ours} and {name} {theirs}"
)


def undecided(decisions: Decisions, first: int) -> Iterator[Note]:
    """Say on how many sessions none of a rotation's rules fires."""
    strategy = decisions.strategy
    if not isinstance(strategy, TriggerRotation) or CASH in strategy.rules():
        return
    idle = int((decisions.regime.iloc[first:] == CASH).sum())
    if idle:
        whole = len(decisions.regime) - first
        yield Note(
            "no rule fires on {count} of {all} sessions: cash is held there", count=idle, all=whole
        )


def over_jumps(result: BacktestResult, market: Market) -> Iterator[Note]:
    """Say which jumps of prices were held, and what was earned on them."""
    held = result.weights.shift()
    total = float(result.equity.iloc[-1]) - float(result.manifest["cash"])
    for jump in market.jumps:
        if jump.date in held.index and held[jump.instrument].loc[jump.date] > 0.0:
            earned = float(result.profit[jump.instrument].loc[jump.date])
            yield Note(
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


def partly_compared(result: BacktestResult) -> Iterator[Note]:
    """Say how a benchmark whose record is shorter compares over the sessions both have."""
    for name, series in result.benchmarks.items():
        lacking = int(series.isna().sum())
        if has_periods(series):
            own = frequency_of(pd.DatetimeIndex(series.dropna().index))
            ours, theirs = (figures["total_return"] for figures in result.beside(name))
            yield Note(
                "{name} is {frequency}: figures against it are computed over its {periods}, in "
                "which {strategy} returned {ours} and {name} {theirs}",
                name=name,
                frequency=own,
                periods=PERIODS[own],
                strategy=result.name,
                ours=f"{ours:+.1%}",
                theirs=f"{theirs:+.1%}",
            )
        elif lacking:
            ours, theirs = (figures["total_return"] for figures in result.beside(name))
            yield Note(
                PARTLY_COMPARED,
                name=name,
                lacking=f"{lacking:,}",
                all=f"{len(series):,}",
                strategy=result.name,
                ours=f"{ours:+.1%}",
                theirs=f"{theirs:+.1%}",
            )


def before_launch(result: BacktestResult) -> Iterator[Note]:
    """Say how much of the profit was earned on instruments that had not been launched yet."""
    earned, market = 0.0, result.market
    for name in market.instruments:
        launched = market.universe.by_id[name].launched
        if launched is not None:
            before = result.profit.index.searchsorted(pd.Timestamp(launched))
            earned += float(result.profit[name].iloc[:before].sum())
    if earned == 0.0:
        return
    total = float(result.equity.iloc[-1]) - float(result.manifest["cash"])
    yield Note(
        "{earned} {currency} of a profit of {total} were earned before the instruments were "
        "launched, on back-filled history; --strict-launch leaves it out",
        earned=f"{earned:,.0f}",
        currency=result.manifest["currency"],
        total=f"{total:,.0f}",
    )


def told_of(market: Market, simulation: Simulation, first: int) -> Iterator[Note]:
    """Say what of the prices, the benchmark, money, fills and length bears on the figures."""
    if market.synthetic:
        yield Note(SYNTHETIC)
    if simulation.unfilled:
        yield Note(
            "the last order in {instruments} was never completed: it could not be traded again",
            instruments=", ".join(simulation.unfilled),
        )
    if simulation.orders.empty:
        yield Note(NEVER_INVESTED)
    if market.compared is None and market.benchmark.iloc[first:].isna().all():
        yield Note(
            "the market has no benchmark prices here: compared with {name} instead",
            name=EQUAL_WEIGHT,
        )
    if market.money.iloc[first:].nunique() == 1:
        yield Note(
            "the market has no money rate: idle cash earns nothing, and Sharpe ratios are of "
            "raw returns"
        )
    late = int((simulation.orders["sessions_late"] > 0).sum())
    if late:
        yield Note(
            "{count} trade(s) were filled late because nothing could be traded when due", count=late
        )
    declared = market.universe.sessions_per_year
    observed = observed_per_year(market.sessions, first)
    if abs(observed / declared - 1.0) > DECLARED_WELL:
        yield Note(
            "universe {name} declares {declared} sessions a year, but there were {observed}: "
            "figures a year use what there were",
            name=market.universe.name,
            declared=declared,
            observed=f"{observed:.1f}",
        )
    years = elapsed_years(market.sessions, first)
    if years < 3:
        yield Note("{years} years of data are too short for a test of skill", years=f"{years:.1f}")
