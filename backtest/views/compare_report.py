"""The report that sets several backtests beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from backtest.engine.headline import FIGURES, figure
from backtest.engine.metrics import half_returns
from backtest.strategy.claim import Report
from backtest.views.charts import Chart, Grid
from backtest.views.numbers import column
from backtest.views.page import Page, Section, Table
from backtest.views.run_report import footer, origin
from backtest.views.sections.curves import growth_chart, held_chart
from backtest.views.sections.data import manifest, spelled
from backtest.views.sections.headline import banners
from backtest.views.words import Words

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


def compare_report(
    documents: Mapping[str, Mapping[str, Any]],
    returns: pd.DataFrame,
    regimes: pd.DataFrame,
    benchmarks: Mapping[str, pd.Series],
    *,
    report: Report | None = None,
    missing: str = "",
    language: str = "en",
) -> Page:
    """Report on several backtests on one market and window.

    Parameters
    ----------
    documents : mapping
        Results as `to_json` gives them, by label.
    returns, regimes : DataFrame, session × label
        Daily returns, and the name of what was held.
    benchmarks : mapping
        Daily returns to compare with; none where the market is gone, and `missing` says so.
    report : Report, optional
        Whose date separates in-sample from out of sample.
    """
    say = Words(language)
    first = next(iter(documents.values()))
    ranked = sorted(documents, key=lambda label: -(documents[label]["summary"]["sharpe"] or -1e9))
    sections = [
        _table(documents, ranked, say),
        _curves(returns, regimes, benchmarks, ranked, say),
        _halves(returns, benchmarks, ranked, say),
        _settings(documents, say),
        manifest(_shared(documents), say),
    ]
    claiming = next((item for item in documents.values() if item["manifest"]["claims"]), first)
    warned = banners(claiming, returns.index, report, say)
    best = ranked[0]
    benchmark = next(iter(first["benchmarks"]), "")
    other: Mapping[str, Any] = first["benchmarks"].get(benchmark, {})
    conclusion = say(
        "Of {count} strategies, {best} has the highest Sharpe ratio, {sharpe}, after costs; {name} "
        "has {other}. The best of several on one history flatters itself: what it did better may "
        "be luck.",
        count=len(documents),
        best=best,
        sharpe=figure("sharpe", documents[best]["summary"]["sharpe"]),
        name=say.name(benchmark),
        other=figure("sharpe", other.get("sharpe")),
    )
    window = " … ".join(first["window"])
    return Page(
        title=say("{count} strategies on {market}", count=len(documents), market=first["market"]),
        subtitle=f"{window} · {first['manifest']['currency']}",
        language=language,
        conclusion=conclusion,
        banners=(*warned, *((missing,) if missing else ())),
        sections=tuple(sections),
        footer=footer(first["manifest"], say),
        origin=origin(first["manifest"], say),
    )


def _table(documents: Mapping[str, Mapping[str, Any]], ranked: list[str], say: Words) -> Section:
    first = next(iter(documents.values()))
    rows = {label: documents[label]["summary"] for label in ranked}
    rows |= {say.name(name): known for name, known in first["benchmarks"].items()}
    cells = pd.DataFrame(
        {
            say(FIGURES[key][0]): [figure(key, known.get(key)) for known in rows.values()]
            for key in COMPARED
        },
        index=list(rows),
    )
    notes = (say("By Sharpe ratio; benchmarks last. Rates are a year, after costs."),)
    return Section("headline", say("Side by side"), tables=(Table("", cells),), notes=notes)


def _curves(
    returns: pd.DataFrame,
    regimes: pd.DataFrame,
    benchmarks: Mapping[str, pd.Series],
    ranked: list[str],
    say: Words,
) -> Section:
    drawn = ranked[:DRAWN]
    held = {label: regimes[label] for label in ranked if regimes[label].nunique() > 2}
    charts = [growth_chart({label: returns[label] for label in drawn}, benchmarks, say, {})]
    if held:
        charts.append(held_chart(held, say))
    left = len(ranked) - len(drawn)
    told = (say("The {count} with lower Sharpe ratios are not drawn.", count=left),) if left else ()
    return Section("equity", say("Equity and drawdown"), told, tuple(charts))


def _halves(
    returns: pd.DataFrame, benchmarks: Mapping[str, pd.Series], ranked: list[str], say: Words
) -> Section:
    series = {label: returns[label] for label in ranked}
    series |= {say.name(name): values for name, values in benchmarks.items()}
    table = pd.DataFrame({name: half_returns(values) for name, values in series.items()}).T
    best = table.idxmax()
    chart = Chart(
        "halves",
        say("Return by half, in percent"),
        say("{name} was best most often.", name=best.value_counts().index[0]),
        (Grid("", table, "signed percent"),),
        data=table.apply(lambda values: pd.Series(column(values, "signed percent"), table.index)),
    )
    return Section("halves", say("By half"), charts=(chart,))


def _settings(documents: Mapping[str, Mapping[str, Any]], say: Words) -> Section:
    settings = say("parameters")
    told: dict[str, list[str]] = {}
    for label, known in documents.items():
        for text in dict.fromkeys(known["warnings"]):
            told.setdefault(text, []).append(label)
    cells = pd.DataFrame(
        {settings: [spelled(known["parameters"]) or "–" for known in documents.values()]},
        index=list(documents),
    )
    table = Table(say("Parameters"), cells, left=(settings,))
    shown = tuple(
        say.note(text)
        if len(labels) == len(documents)
        else say("{names}: {note}", names=say.listed(labels), note=say.note(text))
        for text, labels in told.items()
    )
    return Section("strategies", say("Strategies"), tables=(table,), notes=shown)


def _shared(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return what all manifests say alike."""
    manifests: Sequence[Mapping[str, Any]] = [known["manifest"] for known in documents.values()]
    return {
        name: value
        for name, value in manifests[0].items()
        if all(other.get(name) == value for other in manifests)
    }
