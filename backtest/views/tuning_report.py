"""The report of a search for parameters: what was tried, and whether the best is significant."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from backtest.tuning.honesty import Honesty
from backtest.tuning.maps import held_shares, plateau
from backtest.tuning.search import Search
from backtest.tuning.sweep_result import Sweep
from backtest.tuning.walk_forward import WalkForward
from backtest.views.numbers import day, figure, written
from backtest.views.page import Page, Section, Table, table
from backtest.views.run_report import footer, origin
from backtest.views.sections.curves import growth_chart
from backtest.views.sections.data import manifest as manifest_section
from backtest.views.sections.headline import WARNING
from backtest.views.sections.reliability import VERDICTS, honesty
from backtest.views.tuning_charts import held_chart, map_chart, scores_chart, value_text
from backtest.views.words import Words

TOP, FEW = 10, 5  # variants listed in a report, and on a short page
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
        As `described` gives it.
    held : DataFrame, session × name
        Share of the variants looked at that hold each basket.
    """
    say = Words(language)
    sections = (
        honesty(found, say),
        _best(trials, manifest, say),
        *_map(trials, manifest, say),
        _scores(trials, manifest, say),
        Section("held", say("What variants hold"), charts=(held_chart(held, say),)),
        manifest_section({**manifest, "best": best["parameters"]}, say),
    )
    return replace(_page(found, manifest, say), sections=sections)


def sweep_page(swept: Sweep, say: Words) -> Page:
    """Return the verdict on a sweep, its best variants, and what the verdict rests on."""
    manifest, found = described(swept), swept.honesty
    best = _best(swept.trials.assign(plateau=plateau(swept)), manifest, say, top=FEW)
    return replace(_page(found, manifest, say), sections=(best, honesty(found, say)))


def swept_report(swept: Sweep, say: Words) -> Page:
    """Return the report on a sweep that was not written to a folder."""
    trials, best = swept.trials.assign(plateau=plateau(swept)), swept.to_json()["best"]
    held, known = held_shares(swept), described(swept)
    return tuning_report(trials, best, swept.honesty, known, held, language=say.language)


def search_page(found: Search, say: Words) -> Page:
    """Return the variants no other beats in every score, and the sweep of all that were tried."""
    page = sweep_page(found.sweep, say)
    if len(found.scores) == 1:
        return page
    kept, names = found.pareto, found.sweep.variants.names
    shown = [key for key in dict.fromkeys((*found.scores, *SHOWN)) if key in kept]
    listed = _variants(kept, [str(number) for number in kept.index], names, shown, say)
    scores = say.listed(list(found.scores))
    title = say("Variants that no other beats in all of {scores}", scores=scores)
    note = say("The verdict is on the best by the first of these scores.")
    section = Section("pareto", title, tables=(listed,), notes=(note,))
    return replace(page, sections=(section, *page.sections))


def walk_forward_page(walked: WalkForward, say: Words) -> Page:
    """Return each window's winner, what was lost out of sample, and what it earned untuned."""
    swept, result, decay = walked.swept, walked.result, walked.decay.iloc[0]
    name, score = swept.variants.strategy.name, say.figure(walked.score)
    conclusion = say(
        "Mean {score}: {inside} in sample, {outside} out of sample; on average the variant chosen "
        "in a window did better than {rank} of {count} variants in the next one (50% is chance).",
        score=score,
        inside=figure(walked.score, float(decay["in_sample"])),
        outside=figure(walked.score, float(decay["out_of_sample"])),
        rank=written(float(decay["rank"]), "{:.0%}"),
        count=f"{len(swept):,}",
    )
    manifest = result.manifest
    return Page(
        title=say("Walk-forward of {name} on {market}", name=name, market=swept.market.name),
        subtitle=f"{' … '.join(manifest['window'])} · {manifest['currency']}",
        language=say.language,
        conclusion=conclusion,
        banners=(say(WARNING),) if result.synthetic else (),
        sections=(_windows(walked, say), _curves(walked, say), honesty(walked.honesty, say)),
        notes=(say.note(walked.honesty.banner),),
        footer=footer(manifest, say),
        origin=origin(manifest, say),
    )


def described(swept: Sweep) -> dict[str, Any]:
    """Return what a sweep was made on, as a tuning folder keeps it."""
    market = swept.market
    return {
        "strategy": swept.variants.strategy.name,
        "swept": list(swept.variants.names),
        "variants": len(swept),
        "score": swept.score,
        "fewer_is_better": swept.metric.better < 0,
        "market": market.name,
        "universe": market.universe.name,
        "snapshot": market.snapshot,
        "synthetic": market.synthetic,
        "strict_launch": market.launched_only,
        "currency": market.universe.currency,
        "window": [f"{day:%Y-%m-%d}" for day in swept.window],
        "costs": swept.costs.name,
        "fill": swept.fill,
        "cash": swept.cash,
        "versions": {"nqp-rotation": version("nqp-rotation")},
    }


def _page(found: Honesty, manifest: Mapping[str, Any], say: Words) -> Page:
    """Return the page as far as it is the same whatever follows its top."""
    banners = [
        say("IN SAMPLE: the best variant was chosen by looking at the very prices it is shown on.")
    ]
    if manifest["synthetic"]:
        banners.insert(0, say(WARNING))
    return Page(
        title=say(
            "{count} variants of {name} on {market}",
            count=f"{manifest['variants']:,}",
            name=manifest["strategy"],
            market=manifest["market"],
        ),
        subtitle=f"{' … '.join(manifest['window'])} · {manifest['currency']}",
        language=say.language,
        conclusion=say.note(found.banner),
        banners=tuple(banners),
        tone=VERDICTS[found.verdict],
        footer=footer(manifest, say),
        origin=origin(manifest, say),
    )


def _windows(walked: WalkForward, say: Words) -> Section:
    names, score = walked.swept.variants.names, walked.score
    rows = [
        {
            "to": day(row["test_to"]),
            **{name: value_text(row[name]) for name in names},
            "in sample": figure(score, float(row["in_sample"])),
            "out of sample": figure(score, float(row["out_of_sample"])),
            "rank": written(float(row["rank"]), "{:.0%}"),
        }
        for row in walked.windows.to_dict("records")
    ]
    begun = map(day, walked.windows["test_from"])
    listed = table(say, rows, begun, drop=("to",), head="test from")
    title = say("The variant chosen in each window, by {score}", score=say.figure(score))
    note = say("rank: the share of variants it did better than out of sample; 50% is chance")
    return Section("windows", title, tables=(listed,), notes=(note,))


def _curves(walked: WalkForward, say: Words) -> Section:
    joined = say("tuned, out-of-sample windows joined")
    results = {joined: walked.result, say("default parameters"): walked.default}
    curves: dict[str, Mapping[str, float]] = {k: one.summary() for k, one in results.items()}
    curves |= {say.name(k): known for k, known in walked.result.benchmark_summary().items()}
    rows = [
        {say.figure(key): figure(key, known.get(key)) for key in SHOWN} for known in curves.values()
    ]
    listed = table(say, rows, curves, drop=(say.figure("switches"),))
    returns = {name: one.returns for name, one in results.items()}
    growth = growth_chart(returns, walked.result.benchmarks, say, {})
    return Section("curves", say("Out of sample"), charts=(growth,), tables=(listed,))


def _best(
    trials: pd.DataFrame, manifest: Mapping[str, Any], say: Words, *, top: int = TOP
) -> Section:
    """List the best variants, and the one with the best neighborhood."""
    score, names = manifest["score"], manifest["swept"]
    places = _order(trials[score], manifest)[:top]
    labels = [f"{number}" for number in range(1, len(places) + 1)]
    if trials["plateau"].notna().any():
        places.append(_order(trials["plateau"], manifest)[0])
        labels.append(say("robust choice"))
    shown = [key for key in dict.fromkeys((score, *SHOWN)) if key in trials]
    listed = _variants(trials.iloc[places], labels, names, shown, say, score)
    listed = replace(listed, caption=say("By {score}, in sample", score=say.figure(score)))
    note = say(
        "The neighborhood score is the median score of a variant and its neighbors, and the robust "
        "choice has the best one; a variant far above its neighbors is likely overfitted."
    )
    return Section("best", say("Best variants"), tables=(listed,), notes=(note,))


def _variants(
    rows: pd.DataFrame,
    labels: Sequence[str],
    names: Sequence[str],
    shown: Sequence[str],
    say: Words,
    score: str = "",
) -> Table:
    """List variants with their parameters and figures."""
    cells = pd.DataFrame({name: [value_text(value) for value in rows[name]] for name in names})
    for key in shown:
        cells[say.figure(key)] = [figure(key, float(value)) for value in rows[key]]
    if "plateau" in rows:
        cells[say("neighborhood score")] = [
            figure(score, float(value)) for value in rows["plateau"]
        ]
    drop = tuple(say.figure(key) for key in reversed(shown[1:]))
    return Table("", cells.set_axis(list(labels)), drop=drop)


def _map(trials: pd.DataFrame, manifest: Mapping[str, Any], say: Words) -> tuple[Section, ...]:
    """Draw the median score by the values of the first two parameters; nothing of too many."""
    score, names = manifest["score"], manifest["swept"][:2]
    if len(names) < 2 or trials[names].nunique().max() > CELLS:
        return ()
    rows, columns = names
    table = trials.pivot_table(index=rows, columns=columns, values=score, aggfunc="median")
    if table.empty:
        return ()
    chosen = trials.iloc[_order(trials[score], manifest)[0]]
    chart = map_chart(table, score, (chosen[rows], chosen[columns]), say)
    return (Section("map", say("Map"), charts=(chart,)),)


def _scores(trials: pd.DataFrame, manifest: Mapping[str, Any], say: Words) -> Section:
    values = trials[manifest["score"]].astype(float)
    best = float(values.iloc[_order(values, manifest)[0]])
    chart = scores_chart(values, best, manifest["score"], say)
    return Section("scores", say("All variants"), charts=(chart,))


def _order(scores: pd.Series, manifest: Mapping[str, Any]) -> list[int]:
    """Return the places of scores, the best first; NaN last, ties in order."""
    values = scores.to_numpy(dtype=float)
    order: list[int] = np.argsort(
        values if manifest["fewer_is_better"] else -values, kind="stable"
    ).tolist()
    return order
