"""The top of a report: key figures, those of the benchmarks, the conclusion."""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from backtest.engine.metrics import METRICS
from backtest.engine.resampling import block_length
from backtest.engine.result import BacktestResult
from backtest.engine.run_notes import NEVER_INVESTED, PARTLY_COMPARED, SYNTHETIC
from backtest.evidence.ledoit_wolf import sharpe_difference
from backtest.market.market import EQUAL_WEIGHT
from backtest.notes import Note
from backtest.strategy.claim import Source
from backtest.strategy.look import LOOKS_AHEAD
from backtest.tuning.verdict import YEARS
from backtest.views.numbers import day, figure, written
from backtest.views.page import Section, Table, Tile
from backtest.views.words import Words

TILES = ("cagr", "sharpe", "max_drawdown", "turnover", "cost_drag")
WARNING = "SYNTHETIC DATA: generated prices, not market data."
FEWEST = 60  # sessions for a test
SURE = 0.05
FIRST = (*LOOKS_AHEAD, NEVER_INVESTED)  # warnings without which a figure misleads


def tiles(document: Mapping[str, Any], say: Words) -> tuple[Tile, ...]:
    """Return the key figures, each with the first benchmark's."""
    benchmarks: Mapping[str, Mapping[str, Any]] = document["benchmarks"]
    name = next(iter(benchmarks), "")
    others = benchmarks.get(name, {})
    found = []
    for key in TILES:
        beside = f"{say.name(name)} {figure(key, others[key])}" if key in others else ""
        found.append(Tile(say.figure(key), figure(key, document["summary"].get(key)), beside))
    return tuple(found)


def headline(document: Mapping[str, Any], result: BacktestResult, say: Words) -> Section:
    """List the headline figures of the strategy and its benchmarks, and date the drawdown."""
    summary, benchmarks = document["summary"], document["benchmarks"]
    columns = {document["strategy"]: summary, **{say.name(k): v for k, v in benchmarks.items()}}
    shared = [key for key in METRICS if any(key in known for known in benchmarks.values())]
    own = [key for key in METRICS if key in summary and key not in shared]
    first = say.name(next(iter(benchmarks), ""))
    tables = (
        Table(say("Return and risk"), _cells(columns, shared, say)),
        Table(
            say("Relative to {name}, and trading", name=first) if first else say("Trading"),
            _cells({document["strategy"]: summary}, own, say),
        ),
    )
    notes = (say("Rates are annual, after costs; turnover is one-way."), *averaged(benchmarks, say))
    return Section("headline", say("Against the benchmarks"), _fall(result, say), (), tables, notes)


def averaged(benchmarks: Mapping[str, Any], say: Words) -> tuple[str, ...]:
    """Say what the average of all sectors is, where it stands among the benchmarks."""
    text = "{name}: all sectors in equal parts, daily, without costs."
    return (say(text, name=say.name(EQUAL_WEIGHT)),) if EQUAL_WEIGHT in benchmarks else ()


def _fall(result: BacktestResult, say: Words) -> tuple[str, ...]:
    """Say when the maximum drawdown began, was deepest and was made good."""
    dates = result.drawdown_dates
    if dates["trough"] is None:
        return ()
    sentence = say(
        "Maximum drawdown: from {peak} to {trough}, {recovery}.",
        peak=day(dates["peak"]) if dates["peak"] is not None else say("the start"),
        trough=day(dates["trough"]),
        recovery=say("not recovered")
        if dates["recovery"] is None
        else say("recovered {date}", date=day(dates["recovery"])),
    )
    return (sentence,)


def _cells(columns: Mapping[str, Mapping[str, Any]], keys: list[str], say: Words) -> pd.DataFrame:
    return pd.DataFrame(
        {name: [figure(key, known.get(key)) for key in keys] for name, known in columns.items()},
        index=[say.figure(key) for key in keys],
    )


def conclusion(document: Mapping[str, Any], result: BacktestResult, say: Words) -> str:
    """Say in a sentence or two what the strategy earned, and whether that is significant."""
    summary, (start, end) = document["summary"], document["window"]
    others = [
        say("{name} {rate} a year", name=say.name(name), rate=figure("cagr", known.get("cagr")))
        for name, known in document["benchmarks"].items()
    ]
    costs = say("After costs") if summary.get("costs_paid") else say("Without any costs")
    earned = say(
        "{costs}, {name} returned {rate} a year from {start} to {end}; {others}.",
        costs=costs,
        name=document["strategy"],
        rate=figure("cagr", summary.get("cagr")),
        start=start,
        end=end,
        others=say.listed(others),
    )
    fell = say(
        "Its maximum drawdown was {depth}.",
        depth=written(-(summary.get("max_drawdown") or 0.0), "percent"),
    )
    return say.joined([earned, fell, _luck(result, say)])


def banners(
    document: Mapping[str, Any], result: BacktestResult, source: Source | None, say: Words
) -> tuple[str, ...]:
    """Warn of look-ahead, synthetic prices, hindsight, an idle portfolio, shorter records."""
    partly = [text for text in result.warnings if _code(text) == PARTLY_COMPARED]
    warned = warnings(document, result.returns.index, source, say)
    told = (say.note(text) for text in partly)
    return (*urgent(result.warnings, say), *warned, *told)


def urgent(said: Iterable[str], say: Words) -> tuple[str, ...]:
    """Return the notes that say that a strategy looks ahead, or that it never invested."""
    return tuple(say.note(text) for text in said if _code(text) in FIRST)


def warnings(
    document: Mapping[str, Any], sessions: pd.Index, source: Source | None, say: Words
) -> tuple[str, ...]:
    """Warn of synthetic prices, and of what the author of a thesis knew before he wrote it."""
    found = [say(WARNING)] if document["synthetic"] else []
    if source is not None and document["manifest"]["claims"]:
        early = float((sessions <= source.published).mean())
        if early > 0:
            found.append(
                say(
                    "IN SAMPLE: the thesis is of {date}; {share} of these sessions lie before it, "
                    "and its author knew them.",
                    date=f"{source.published:%Y-%m-%d}",
                    share=f"{early:.0%}",
                )
            )
    return tuple(found)


def noted(said: Iterable[str], say: Words) -> tuple[str, ...]:
    """Return the notes that no banner shows."""
    shown = (SYNTHETIC, PARTLY_COMPARED, *FIRST)
    return tuple(say.note(text) for text in said if _code(text) not in shown)


def resting_on(parts: Sequence[str], say: Words, *, synthetic: bool) -> str:
    """Join what numbers rest on into a line, synthetic data named as such."""
    return " · ".join([*[say("SYNTHETIC DATA")] * synthetic, *parts])


def _code(text: str) -> str:
    return text.code if isinstance(text, Note) else text


@lru_cache(maxsize=16)
def _same_sharpe(pair: bytes) -> float:
    """Return the p-value of the same Sharpe ratio; what is shown and what is kept ask it both."""
    both = np.frombuffer(pair).reshape(-1, 2)
    return sharpe_difference(both, block_length=max(block_length(both[:, 0] - both[:, 1]), 2)).p


def _luck(result: BacktestResult, say: Words) -> str:
    """Say whether the Sharpe ratio differs from the first benchmark's by more than luck."""
    if any(_code(text) in LOOKS_AHEAD for text in result.warnings):
        return say("Not attainable: the strategy uses data from the future.")
    years = len(result.returns) / result.per_year
    if years < YEARS:
        return say("{years} years are too short for a test of skill.", years=f"{years:.1f}")
    if not result.benchmarks:
        return ""
    name, series = next(iter(result.benchmarks.items()))
    both = pd.DataFrame({"ours": result.returns, "theirs": series}).dropna()
    pair = both.sub(result.risk_free[both.index], axis=0).dropna().to_numpy()
    if len(pair) < FEWEST or not (pair.std(axis=0) > 0).all():
        return ""
    p = _same_sharpe(pair.tobytes())
    if math.isnan(p):
        return ""
    text = (
        "The difference of its Sharpe ratio from that of {name} has p = {p}: significant if this "
        "is the only variant tried."
        if p <= SURE
        else "The difference of its Sharpe ratio from that of {name} has p = {p}: not significant."
    )
    return say(text, name=say.name(name), p=f"{p:.2f}")
