"""What a report rests on: data, findings, launches, notes, and the manifest."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from backtest.engine.result import BacktestResult
from backtest.market import Market
from backtest.notes import Note
from backtest.views.numbers import written
from backtest.views.page import Section, Table, table
from backtest.views.sections.headline import noted
from backtest.views.words import Words

LISTED = 30  # kinds of findings
UNLISTED = ("cost_rules", "notes")  # entries of a manifest that are listed otherwise


def data(result: BacktestResult, market: Market | None, say: Words) -> Section:
    """Say where the prices come from, what was wrong with them, and what was back-filled."""
    tables: tuple[Table, ...] = ()
    if market is not None and market.findings:
        cells = {"finding": [say.note(text) for text in market.findings[:LISTED]]}
        numbers, caption = range(1, len(cells["finding"]) + 1), say("Data findings")
        tables = (table(say, cells, numbers, caption=caption, left=None),)
    told = tuple(_told(result, market, say))
    return Section("data", say("Data"), told, tables=tables, notes=noted(result.warnings, say))


def _told(result: BacktestResult, market: Market | None, say: Words) -> Iterator[str]:
    if result.synthetic:
        yield say("The prices are synthetic: they show how the strategy works, not what it earned.")
    if market is not None:
        yield say(
            "Market {name}: {universe}, {count} instruments, {sessions} sessions.",
            name=market.name,
            universe=market.universe.title,
            count=len(market.instruments),
            sessions=f"{len(market.sessions):,}",
        )
        share, found = before_launch(result, market), market.findings
        if share == 0:
            yield say("Nothing was held before its instrument was launched.")
        elif share is not None:
            yield say(
                "{share} of what was held, by weight and session, was held before its "
                "instrument was launched: history that was filled in later, with hindsight.",
                share=written(share, "percent"),
            )
        if not found:
            yield say("The data checks found nothing.")
        else:
            yield say(
                "The data checks found {count} issues of {kinds} kinds.",
                count=f"{sum(map(_alike, found)):,}",
                kinds=len(found),
            )
        if len(found) > LISTED:
            yield say("{count} more are not listed here.", count=len(found) - LISTED)
    yield say("Data snapshot {name}.", name=result.manifest["snapshot"][:12])


def _alike(finding: str) -> int:
    """Return how many findings a market's line stands for."""
    said = finding.values.get("sentence") if isinstance(finding, Note) else None
    return 1 + int(said.values.get("count", 0)) if isinstance(said, Note) else 1


def before_launch(result: BacktestResult, market: Market) -> float | None:
    """Return the share of what was held before its launch; None where no launch is known."""
    known = {
        name: pd.Timestamp(launched)
        for name in result.weights.columns
        if (launched := market.universe.by_id[name].launched) is not None
    }
    total = float(result.weights.sum().sum())
    if not known or not total > 0:
        return None
    early = sum(
        float(result.weights.loc[result.weights.index < launched, name].sum())
        for name, launched in known.items()
    )
    return early / total


def manifest(document: Mapping[str, Any], say: Words) -> Section:
    """List all that is needed to run it again."""
    rows = {name: spelled(value) for name, value in document.items() if name not in UNLISTED}
    for number, rule in enumerate(document.get("cost_rules", ()), 1):
        rows[f"cost rule {number}"] = spelled(rule)
    caption = say("Everything needed to reproduce the run")
    listed = table(say, {"value": rows.values()}, rows, caption=caption, left=None)
    return Section("manifest", say("Manifest"), tables=(listed,), folded=True)


def spelled(value: object) -> str:
    """Write a value as text: a mapping as name=value, a list with commas."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={spelled(item)}" for name, item in value.items())
    if isinstance(value, list):
        return ", ".join(spelled(item) for item in value) or "–"
    return "–" if value is None else str(value)
