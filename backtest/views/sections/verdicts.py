"""Evidence as sections: the honesty of a search, a scorecard, a strategy taken apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from backtest.evidence.examine import StrategyEvidence
from backtest.evidence.finding import Finding
from backtest.evidence.placebo import PlaceboTest
from backtest.evidence.scorecard import Scorecard
from backtest.evidence.sentences import EVIDENCE_ZH, VERDICTS_ZH, amount
from backtest.evidence.strategy_sentences import KINDS
from backtest.strategy.basket import Basket
from backtest.tuning.honesty import Honesty
from backtest.views.charts import Chart, Counts, Key, Whiskers
from backtest.views.numbers import column, figure
from backtest.views.page import Page, Section, Table
from backtest.views.palette import COLORS, GRAY
from backtest.views.sections.origins import attributed
from backtest.views.sections.year import the_year
from backtest.views.words import Words

VERDICTS = {"skill": "good", "luck": "bad", "cannot tell": "unsure"}
SHADES = {"held": COLORS[2], "failed": COLORS[1], "cannot tell": GRAY}
BINS = 40


def honesty(found: Honesty, say: Words) -> Section:
    """List how far the best of a search is to be believed."""
    table = found.table().iloc[1:]
    meaning = say("meaning")
    cells = pd.DataFrame(
        {
            say("value"): [str(value) for value in table["value"]],
            meaning: [say.note(str(text)) for text in table["meaning"]],
        },
        index=[say.note(str(name)) for name in table.index],
    )
    verdict = say("Verdict: {verdict}.", verdict=say(found.verdict))
    return Section(
        "honesty",
        say("Honesty"),
        (verdict,),
        tables=(Table("", cells, left=(meaning,)),),
    )


def honesty_page(found: Honesty, say: Words) -> Page:
    """Return how far the best of a search is to be believed."""
    section = honesty(found, say)
    return Page(
        title=section.title,
        subtitle="",
        language=say.language,
        conclusion=say.note(found.banner),
        tone=VERDICTS[found.verdict],
        sections=(replace(section, title=""),),
    )


def scorecard(card: Scorecard, say: Words) -> Section:
    """List the verdict on every claim, and draw those measured as returns."""
    told = card.sentences(say.language)
    claim, window = say("claim"), say("window")
    outcome, evidence = say("outcome"), say("evidence")
    rows = [
        {
            claim: item.claim.statement_zh if say.chinese else item.claim.statement,
            window: item.window + ("*" if item.in_sample else ""),
            say("value"): amount(item.value, item.unit, say.language),
            say("90% interval"): _interval(item, say),
            outcome: VERDICTS_ZH[item.verdict] if say.chinese else item.verdict,
            evidence: EVIDENCE_ZH[item.evidence] if say.chinese else item.evidence,
            "p": "–" if item.placebo is None else f"{item.placebo.p:.2f}",
            say("turns"): f"{len(item.turned)}/{len(item.sensitivity)}",
        }
        for item in card.findings
    ]
    cells = pd.DataFrame(rows, index=[item.claim.id for item in card.findings])
    shown = [item for item in card.findings if item.unit == "return" and item.interval is not None]
    charts: tuple[Chart, ...] = ()
    if shown:
        charts = (_forest(shown, say),)
    notes = (
        say(
            "* the window was over when the report came out; evidence: whether by more than chance."
        ),
        *(f"{item.claim.id}: {text}" for item, text in zip(card.findings, told[1:], strict=True)),
    )
    tables = (Table(say("Claims"), cells, left=(claim, window, outcome, evidence)),)
    return Section("scorecard", say("Scorecard of the claims"), (told[0],), charts, tables, notes)


def taken_apart(found: StrategyEvidence, groups: Sequence[Basket], say: Words) -> list[Section]:
    """Show what a strategy's evidence found: placebos, ladder, differences, attribution."""
    charts = tuple(_placebo(test, number, say) for number, test in enumerate(found.placebos))
    tests = found.differences
    differ = pd.DataFrame(
        {
            say("against"): [say.name(name) for name in tests["against"]],
            say("block"): column(tests["block_length"], "number"),
            say("mean, points"): column(100 * tests["mean"], "points"),
            "p": column(tests["mean_p"], "ratio"),
            "Sharpe": column(tests["sharpe"], "{:+.2f}"),
            "p ": column(tests["sharpe_p"], "ratio"),
        },
        index=[""] * len(tests),
    )
    tables = [Table(say("Differences a year, Ledoit-Wolf"), differ, left=(say("against"),))]
    if found.ladder is not None:
        rungs = found.ladder.rungs
        keys = [key for key in ("cagr", "sharpe", "max_drawdown", "switches") if key in rungs]
        heads = {
            "cagr": "CAGR",
            "sharpe": "Sharpe",
            "max_drawdown": say("Max drawdown"),
            "switches": say("Switches"),
        }
        cells = pd.DataFrame(
            {heads[key]: [figure(key, value) for value in rungs[key].tolist()] for key in keys},
            index=[say.note(str(name)) for name in rungs.index],
        )
        tables.append(Table(say("Ladder: what the rotation could be worth"), cells))
    notes = tuple(say.note(text) for text in found.notes)
    luck = Section(
        "luck",
        say("Skill or luck"),
        tuple(found.sentences(say.language)),
        charts,
        tuple(tables),
        notes,
    )
    year = [] if found.year is None else [the_year(found.year, say)]
    return [*year, luck, attributed(found.attributions, found.split, groups, say)]


def histogram(values: pd.Series) -> pd.Series:
    """Count values by bin; the index is the middle of each."""
    known = values.dropna().to_numpy(dtype=float)
    if len(known) == 0 or known.min() == known.max():
        return pd.Series([len(known)], index=[float(known[0]) if len(known) else 0.0])
    counts, edges = np.histogram(known, bins=BINS)
    return pd.Series(counts, index=(edges[1:] + edges[:-1]) / 2.0)


def _placebo(test: PlaceboTest, number: int, say: Words) -> Chart:
    values = test.figures["sharpe"].dropna()
    name = KINDS[test.kind][1 if say.chinese else 0]
    return Chart(
        f"placebo-{number}",
        say("Sharpe ratios of placebos: {name}", name=name),
        say(
            "{share} of {count} placebos do at least as well as the strategy.",
            share=f"{test.p['sharpe']:.0%}",
            count=f"{len(values):,}",
        ),
        (Counts("", histogram(values), {say("the strategy"): test.actual["sharpe"]}, "ratio"),),
    )


def _forest(shown: list[Finding], say: Words) -> Chart:
    rows = pd.DataFrame(
        [
            {
                "value": 100 * item.value,
                "low": 100 * item.interval.low,
                "high": 100 * item.interval.high,
                "color": SHADES[item.verdict],
            }
            for item in shown
            if item.interval is not None
        ],
        index=[item.claim.id for item in shown],
    )
    keys = tuple(
        Key(VERDICTS_ZH[name] if say.chinese else name, shade) for name, shade in SHADES.items()
    )
    return Chart(
        "claims",
        say("Claims about returns, in points, with 90% intervals"),
        say("{count} claims are drawn, colored by their verdict.", count=len(shown)),
        (Whiskers("", rows, "points"),),
        keys,
    )


def _interval(item: Finding, say: Words) -> str:
    if item.interval is None:
        return "–"
    low, high = (
        amount(x, item.unit, say.language) for x in (item.interval.low, item.interval.high)
    )
    return f"{low} … {high}"
