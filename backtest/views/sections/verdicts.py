"""Evidence as sections: a scorecard, and a strategy taken apart."""

import numpy as np
import pandas as pd

from backtest.evidence.examine import StrategyEvidence
from backtest.evidence.finding import ClaimFinding
from backtest.evidence.foresight import Foresight
from backtest.evidence.placebo import PlaceboTest
from backtest.evidence.scorecard import Scorecard
from backtest.evidence.verdict import ALONE, BEYOND, CHANCE, OPEN, OPPOSITE
from backtest.views.charts import Bars, Chart, Counts, Key, Whiskers
from backtest.views.claim_sentences import amount, overview, sentence
from backtest.views.numbers import column, figure
from backtest.views.page import Section, Table, table
from backtest.views.palette import COLORS, GRAY, MARK, VERDICTS, color
from backtest.views.sections.origins import attributed
from backtest.views.sections.readings import readings
from backtest.views.sections.year import the_year
from backtest.views.strategy_sentences import KINDS, strategy_sentences
from backtest.views.tuning_charts import histogram
from backtest.views.words import Words

EVIDENCE_WORDS = {
    BEYOND: "significant",
    ALONE: "significant alone",
    OPPOSITE: "opposite sign",
    CHANCE: "not significant",
    OPEN: "not resolved",
}
SHADES = {"held": COLORS[2], "failed": COLORS[1], "cannot tell": GRAY}
LISTED = 12  # instruments named


def scorecard(card: Scorecard, say: Words) -> Section:
    """List the verdict on every claim, and draw those measured as returns."""
    rows = [
        {
            "statement": say.of(item.claim, "statement"),
            "window": item.window + ("*" if item.in_sample else "+" * (item.known_share > 0)),
            "value": amount(item.value, item.unit, say.language),
            "90% interval": _interval(item, say),
            "outcome": say(item.verdict),
            "evidence": say(EVIDENCE_WORDS[item.evidence]),
            "p": "–" if item.placebo is None else f"{item.placebo.p:.2f}",
            "reversed by": say(
                "{count} of {all}", count=len(item.turned), all=len(item.sensitivity)
            )
            if item.sensitivity
            else "–",
        }
        for item in card.findings
    ]
    listed = table(
        say,
        rows,
        [item.claim.id for item in card.findings],
        left=("statement", "window", "outcome", "evidence"),
        drop=("statement", "reversed by", "evidence", "90% interval"),
        tones=VERDICTS,
        head="claim",
    )
    shown = [item for item in card.findings if item.unit == "return" and item.interval is not None]
    notes = (
        say("outcome: whether the claim came true in its window"),
        say(
            "evidence: whether the placebo test is significant after correction for multiple "
            "testing; p: its p-value"
        ),
        say("reversed by: how many alternative definitions of the claim reverse its outcome"),
        say("* the window was over when the report was published (in sample), + part of it was"),
    )
    strips = readings(card.findings, SHADES, say)
    charts = ((_forest(shown, say),) if shown else ()) + ((strips,) if strips else ())
    told = (overview(card, say),)
    return Section("scorecard", say("Scorecard of the claims"), told, charts, (listed,), notes)


def each_claim(card: Scorecard, say: Words) -> Section:
    """Say a sentence or two on every claim, and what it was measured on."""
    told = []
    for item in card.findings:
        claim = f"{item.claim.id}  {say.of(item.claim, 'statement')}"
        told.append(say.joined([claim, sentence(item, say), _measured_on(item, say)]))
    return Section("claims", say("Claim by claim"), tuple(told))


def _measured_on(item: ClaimFinding, say: Words) -> str:
    """Name the instruments a verdict was measured on, the first dozen by name."""
    if not item.instruments:
        return ""
    listed = [
        say.said(called) if name == called else f"{name} {say.said(called)}"
        for name, called in zip(item.instruments, item.names, strict=True)
    ]
    named = say.listed(listed[:LISTED])
    if len(listed) > LISTED:
        named = say("{names}, … ({count})", names=named, count=len(listed))
    if not item.absent:
        return say("(Measured on {names}.)", names=named)
    absent = say.listed(list(item.absent))
    return say("(Measured on {names}; no prices: {absent}.)", names=named, absent=absent)


def taken_apart(found: StrategyEvidence, say: Words) -> list[Section]:
    """Show what a strategy's evidence found: placebos, foresight, differences, attribution."""
    charts = tuple(_placebo(test, number, say) for number, test in enumerate(found.placebos))
    tests = found.differences
    differ = {
        "against": map(say.name, tests["against"]),
        "block length": column(tests["block_length"], "number"),
        "mean return, points": column(100 * tests["mean"], "points"),
        "p": column(tests["mean_p"], "ratio"),
        "Sharpe": column(tests["sharpe"], "{:+.2f}"),
        "p ": column(tests["sharpe_p"], "ratio"),
    }
    caption = say("Annual differences, Ledoit-Wolf tests")
    tables = [table(say, differ, [""] * len(tests), caption=caption, left=("against",))]
    if found.foresight is not None:
        charts = (*charts, _foresight(found.foresight, say))
        rungs = found.foresight.rungs
        names = [_rung(str(name), say) for name in rungs.index]
        caption = say("What the rotation could be worth, from perfect foresight down")
        tables.append(table(say, _figures(rungs, say), names, caption=caption))
        delay, head = found.foresight.delay, "sessions of delay"
        caption = say("Cost of delay: the strategy with its signals delayed")
        tables.append(table(say, _figures(delay, say), delay.index, caption=caption, head=head))
    if len(found.by_claim):
        tables.append(_by_claim(found.by_claim, say))
    notes = tuple(say.note(text) for text in found.notes)
    luck = Section(
        "luck",
        say("Timing skill"),
        tuple(strategy_sentences(found, say)),
        charts,
        tuple(tables),
        notes,
    )
    year = [] if found.year is None else [the_year(found.year, say)]
    return [*year, luck, attributed(found.attributions, found.split, say)]


def _by_claim(earned: pd.DataFrame, say: Words) -> Table:
    """List what each claim's trigger earned: alone, given the others, and its fair share."""
    cells = {
        "alone": column(np.expm1(earned["alone"]), "signed percent"),
        "given the others": column(np.expm1(earned["given_others"]), "signed percent"),
        "fair share (Shapley)": column(np.expm1(earned["share"]), "signed percent"),
    }
    claims = [say.listed(claims.split()) for claims in earned["claims"]]
    caption = say("Profit by claim, percent after costs")
    return table(say, cells, claims, caption=caption, head="claim")


def _figures(rows: pd.DataFrame, say: Words) -> dict[str, list[str]]:
    """Write the figures of rungs, or of delays."""
    return {
        say.figure(key): [figure(key, value) for value in rows[key].tolist()]
        for key in ("cagr", "sharpe", "max_drawdown", "switches")
        if key in rows
    }


def _rung(name: str, say: Words) -> str:
    """Name a rung: what comes late or goes wrong is the foresight, not the strategy."""
    if name.endswith("late") or name.startswith("wrong"):
        return say("perfect foresight, {how}", how=say.name(name))
    return say.name(name)


def _foresight(found: Foresight, say: Words) -> Chart:
    """Draw what perfect foresight, and less of it, return a year beside the strategy."""
    rates = found.rungs["cagr"]
    own = rates.index == found.strategy
    values = pd.DataFrame({"other": rates.where(~own), "own": rates.where(own)})
    return Chart(
        "foresight",
        say("What the rotation could be worth, return a year"),
        "",
        (
            Bars(
                "",
                values.set_axis([_rung(str(name), say) for name in rates.index]),
                (color(0), MARK),
                "signed percent",
                horizontal=True,
                stacked=True,
            ),
        ),
        (Key(say("the strategy"), MARK),),
    )


def _placebo(test: PlaceboTest, number: int, say: Words) -> Chart:
    values = test.figures["sharpe"].dropna()
    name = say(KINDS[test.kind])
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


def _forest(shown: list[ClaimFinding], say: Words) -> Chart:
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
    keys = tuple(Key(say(name), shade) for name, shade in SHADES.items())
    return Chart(
        "claims",
        say("Claims about returns, in points, with 90% intervals"),
        say("{count} claims are drawn, colored by their verdict.", count=len(shown)),
        (Whiskers("", rows, "points"),),
        keys,
    )


def _interval(item: ClaimFinding, say: Words) -> str:
    if item.interval is None:
        return "–"
    low, high = (
        amount(x, item.unit, say.language) for x in (item.interval.low, item.interval.high)
    )
    for unit in (" points", " bp", "个百分点", "个基点"):
        low = low.removesuffix(unit)
    return f"{low} … {high}"
