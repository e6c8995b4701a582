"""The report that sets several backtests side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from backtest.engine.comparison import Comparison
from backtest.engine.metrics import half_returns
from backtest.strategy.claim import Source
from backtest.views.charts import Chart, Grid
from backtest.views.numbers import digest, figure
from backtest.views.page import Page, Section, table
from backtest.views.run_report import footer, origin
from backtest.views.sections.curves import growth_chart, held_chart
from backtest.views.sections.data import manifest, spelled
from backtest.views.sections.headline import averaged, noted, urgent, warnings
from backtest.views.words import Words, warnings_of

COMPARED = (
    "total_return",
    "cagr",
    "volatility",
    "sharpe",
    "max_drawdown",
    "turnover",
    "cost_drag",
    "switches",
)
DRAWN = 6  # curves, those with the highest Sharpe ratios
NOTED = 6  # notes on a short page
NARROW = ("cost_drag", "switches", "volatility", "total_return", "turnover")  # can be left out


def compare_page(comparison: Comparison, say: Words, *, most: int | None = NOTED) -> Page:
    """Return several backtests side by side; at most so many notes, None for all."""
    notes = _noted(comparison.documents, say)
    if most is not None and len(notes) > most:
        more = say("{count} more notes: --notes", count=len(notes) - most)
        notes = [*notes[:most], more]
    page = _page(comparison, None, say)
    ranked = _ranked(comparison)
    charts = _curves(comparison, ranked, say).charts
    section = replace(_table(comparison.documents, ranked, say), charts=charts)
    return replace(page, sections=(section,), notes=tuple(notes))


def compare_report(
    comparison: Comparison, *, source: Source | None = None, language: str = "en"
) -> Page:
    """Report on several backtests on one market and window.

    Parameters
    ----------
    source : Source, optional
        Whose date separates in-sample from out of sample.
    """
    say = Words(language)
    page, ranked = _page(comparison, source, say), _ranked(comparison)
    sections = (
        _table(comparison.documents, ranked, say),
        _curves(comparison, ranked, say),
        _halves(comparison, ranked, say),
        _settings(comparison.documents, say),
        manifest(_shared(comparison.documents), say),
    )
    return replace(page, sections=sections)


def _ranked(comparison: Comparison) -> list[str]:
    documents = comparison.documents
    return sorted(documents, key=lambda label: -(documents[label]["summary"]["sharpe"] or -1e9))


def _page(comparison: Comparison, source: Source | None, say: Words) -> Page:
    """Return the page as far as it is the same whatever follows its top."""
    documents = comparison.documents
    first = next(iter(documents.values()))
    claiming = next((item for item in documents.values() if item["manifest"]["claims"]), first)
    best = _ranked(comparison)[0]
    benchmark = next(iter(first["benchmarks"]), "")
    other: Mapping[str, Any] = first["benchmarks"].get(benchmark, {})
    misled = [
        say("{names}: {note}", names=label, note=text)
        for label, known in documents.items()
        for text in urgent(warnings_of(known), say)
    ]
    return Page(
        title=say("{count} strategies on {market}", count=len(documents), market=first["market"]),
        subtitle=f"{' … '.join(first['window'])} · {first['manifest']['currency']}",
        language=say.language,
        conclusion=say(
            "Of {count} strategies, {best} has the highest Sharpe ratio, {sharpe}, after costs; "
            "{name} has {other}. The best of several on one history is biased upward; its lead "
            "may be chance.",
            count=len(documents),
            best=best,
            sharpe=figure("sharpe", documents[best]["summary"]["sharpe"]),
            name=say.name(benchmark),
            other=figure("sharpe", other.get("sharpe")),
        ),
        banners=(*misled, *warnings(claiming, comparison.returns.index, source, say)),
        footer=footer(first["manifest"], say),
        origin=origin(first["manifest"], say),
    )


def _table(documents: Mapping[str, Mapping[str, Any]], ranked: list[str], say: Words) -> Section:
    first = next(iter(documents.values()))
    rows = {label: documents[label]["summary"] for label in ranked}
    rows |= {say.name(name): known for name, known in first["benchmarks"].items()}
    cells = {
        say.figure(key): [figure(key, known.get(key)) for known in rows.values()]
        for key in COMPARED
    }
    notes = (
        say("By Sharpe ratio; benchmarks last. Rates are annual, after costs."),
        *averaged(first["benchmarks"], say),
    )
    listed = table(say, cells, rows, drop=[say.figure(key) for key in NARROW], head="strategy")
    return Section("headline", say("Side by side"), tables=(listed,), notes=notes)


def _curves(comparison: Comparison, ranked: list[str], say: Words) -> Section:
    returns, regimes = comparison.returns, comparison.regimes
    drawn = ranked[:DRAWN]
    held = {label: regimes[label] for label in ranked if regimes[label].nunique() > 2}
    drawings = {label: returns[label] for label in drawn}
    charts = [growth_chart(drawings, comparison.benchmarks, say, {})]
    if held:
        charts.append(held_chart(held, say))
    left = len(ranked) - len(drawn)
    told = (say("The {count} with lower Sharpe ratios are not drawn.", count=left),) if left else ()
    return Section("equity", say("Equity and drawdown"), told, tuple(charts))


def _halves(comparison: Comparison, ranked: list[str], say: Words) -> Section:
    series = {label: comparison.returns[label] for label in ranked}
    series |= {say.name(name): values for name, values in comparison.benchmarks.items()}
    table = pd.DataFrame({name: half_returns(values) for name, values in series.items()}).T
    best = table.idxmax()
    chart = Chart(
        "halves",
        say("Return by half, in percent"),
        say("{name} was best most often.", name=best.value_counts().index[0]),
        (Grid("", table, "signed percent"),),
        data=digest(table, "signed percent"),
    )
    return Section("halves", say("By half"), charts=(chart,))


def _settings(documents: Mapping[str, Mapping[str, Any]], say: Words) -> Section:
    cells = {"parameters": [spelled(known["parameters"]) or "–" for known in documents.values()]}
    listed = table(say, cells, documents, caption=say("Parameters"), left=None)
    notes = tuple(_noted(documents, say))
    return Section("strategies", say("Strategies"), tables=(listed,), notes=notes)


def _noted(documents: Mapping[str, Mapping[str, Any]], say: Words) -> list[str]:
    """Return each note once, with the strategies it is about unless it is about all."""
    about: dict[str, list[str]] = {}
    for label, known in documents.items():
        for text in dict.fromkeys(noted(warnings_of(known), say)):
            about.setdefault(text, []).append(label)
    return [
        text
        if len(labels) == len(documents)
        else say("{names}: {note}", names=say.listed(labels), note=text)
        for text, labels in about.items()
    ]


def _shared(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return what all manifests say alike."""
    manifests: Sequence[Mapping[str, Any]] = [known["manifest"] for known in documents.values()]
    return {
        name: value
        for name, value in manifests[0].items()
        if all(other.get(name) == value for other in manifests)
    }
