"""The report of a search for parameters: what was tried, and whether the best is luck."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from backtest.tuning.honesty import Honesty
from backtest.views.charts import Chart, Counts, Grid, Key, Line, Lines
from backtest.views.numbers import column, figure, written
from backtest.views.page import Page, Section, Table
from backtest.views.palette import regime_colors
from backtest.views.run_report import footer, origin
from backtest.views.sections.data import manifest as manifest_section
from backtest.views.sections.verdicts import histogram, honesty
from backtest.views.words import Words

TOP = 10
SHOWN = ("sharpe", "cagr", "max_drawdown", "turnover", "switches")
CELLS = 24  # values of a parameter that a map can show


def tuning_report(
    trials: pd.DataFrame,
    best: Mapping[str, Any],
    found: Honesty,
    manifest: Mapping[str, Any],
    held: pd.DataFrame,
    *,
    language: str = "en",
) -> Page:
    """Report on a sweep or a search.

    Parameters
    ----------
    trials : DataFrame
        One row per variant, as `Sweep.trials`, and its `plateau` score.
    best : mapping
        As `Best.to_json`.
    manifest : mapping
        As `backtest.records.tuning_folder` writes it.
    held : DataFrame, session × name
        Share of the variants looked at that hold each basket.
    """
    say = Words(language)
    banners = [
        say("IN SAMPLE: the best variant was chosen by looking at the very prices it is shown on.")
    ]
    if manifest["synthetic"]:
        told = say("SYNTHETIC DATA: these prices were generated, no market ever paid them.")
        banners.insert(0, told)
    sections: list[Section | None] = [
        honesty(found, say),
        _best(trials, manifest, say),
        _map(trials, manifest, say),
        _scores(trials, manifest, say),
        _held(held, say),
        manifest_section({**manifest, "best": best["parameters"]}, say),
    ]
    window = " … ".join(manifest["window"])
    return Page(
        title=say(
            "{count} variants of {name} on {market}",
            count=f"{len(trials):,}",
            name=manifest["strategy"],
            market=manifest["market"],
        ),
        subtitle=f"{window} · {manifest['currency']}",
        language=language,
        conclusion=say.note(found.banner),
        banners=tuple(banners),
        sections=tuple(section for section in sections if section is not None),
        footer=footer(manifest, say),
        origin=origin(manifest, say),
    )


def _best(trials: pd.DataFrame, manifest: Mapping[str, Any], say: Words) -> Section:
    """List the best variants, and the one on the highest plateau."""
    score, names = manifest["score"], manifest["swept"]
    ranked = trials.iloc[_order(trials[score], manifest)]
    rows = {str(place): row for place, (_, row) in enumerate(ranked.head(TOP).iterrows(), 1)}
    if trials["plateau"].notna().any():
        rows[say("plateau")] = trials.iloc[_order(trials["plateau"], manifest)[0]]
    shown = [key for key in dict.fromkeys((score, *SHOWN)) if key in trials]
    cells = pd.DataFrame(
        {
            **{name: [_value(row[name]) for row in rows.values()] for name in names},
            **{
                say.figure(key): [figure(key, float(row[key])) for row in rows.values()]
                for key in shown
            },
            say("plateau score"): [
                written(float(row["plateau"]), "ratio") for row in rows.values()
            ],
        },
        index=list(rows),
    )
    notes = (
        say(
            "The plateau score is the median score of a variant and its neighbors; a variant that "
            "towers over its neighbors is a lucky draw."
        ),
    )
    table = Table(say("By {score}, in sample", score=_called(score, say)), cells)
    return Section("best", say("Best variants"), tables=(table,), notes=notes)


def _map(trials: pd.DataFrame, manifest: Mapping[str, Any], say: Words) -> Section | None:
    """Draw the median score by the values of the first two parameters."""
    score, names = manifest["score"], manifest["swept"]
    if len(names) < 2:
        return None
    rows, columns = names[:2]
    if max(trials[rows].nunique(), trials[columns].nunique()) > CELLS:
        return None
    table = trials.pivot_table(index=rows, columns=columns, values=score, aggfunc="median")
    table = table.sort_index().sort_index(axis=1)
    if table.empty:
        return None
    chosen = trials.iloc[_order(trials[score], manifest)[0]]
    mark = (table.index.tolist().index(chosen[rows]), table.columns.tolist().index(chosen[columns]))
    table.index = pd.Index([_value(value) for value in table.index])
    table.columns = pd.Index([_value(value) for value in table.columns])
    chart = Chart(
        "map",
        say(
            "Median {score} by {rows} (down) and {columns} (across)",
            score=_called(score, say),
            rows=rows,
            columns=columns,
        ),
        say("The frame marks the best variant."),
        (Grid("", table, "ratio", diverging=False, mark=mark),),
        data=table.apply(lambda values: pd.Series(column(values, "ratio"), table.index)),
    )
    return Section("map", say("Map"), charts=(chart,))


def _scores(trials: pd.DataFrame, manifest: Mapping[str, Any], say: Words) -> Section:
    """Draw how many variants score how much."""
    score = manifest["score"]
    values = trials[score].astype(float)
    best = float(values.iloc[_order(values, manifest)[0]])
    chart = Chart(
        "scores",
        say("{score} of all variants", score=_called(score, say)),
        say(
            "From {low} to {high}; half of them above {middle}.",
            low=written(float(values.min()), "{:.3g}"),
            high=written(float(values.max()), "{:.3g}"),
            middle=written(float(values.median()), "{:.3g}"),
        ),
        (Counts("", histogram(values), {say("the best"): best}, "number"),),
    )
    return Section("scores", say("All variants"), charts=(chart,))


def _held(held: pd.DataFrame, say: Words) -> Section:
    """Draw which share of the variants holds what over time."""
    shades = regime_colors(held.columns)
    chart = Chart(
        "held",
        say("Share of variants by what they hold"),
        say("Where all switch together, the result hangs on few dates."),
        (
            Lines(
                "",
                tuple(
                    Line(say.name(name), held[name], shades[name], width=1.4)
                    for name in held.columns
                ),
                "percent",
            ),
        ),
        tuple(Key(say.name(name), shades[name], "solid") for name in held.columns),
    )
    return Section("held", say("What variants hold"), charts=(chart,))


def _order(scores: pd.Series, manifest: Mapping[str, Any]) -> list[int]:
    """Return the places of scores, the best first; NaN last, ties in order."""
    values = scores.to_numpy(dtype=float)
    order = np.argsort(values if manifest["fewer_is_better"] else -values, kind="stable")
    return [int(place) for place in order]


def _called(score: str, say: Words) -> str:
    return say.figure(score)


def _value(value: object) -> str:
    number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(
        value, bool
    )
    return f"{value:g}" if number else str(value)
