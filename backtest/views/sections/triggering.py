"""What a rotation's triggers measured, when each fired, and when its rules held."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from backtest.engine.result import BacktestResult
from backtest.market import Market
from backtest.strategy import TriggerRotation
from backtest.triggers import Trigger
from backtest.views.charts import Chart, Key, Line, Lines, Strips
from backtest.views.numbers import day, written
from backtest.views.page import Section, Table, table
from backtest.views.palette import PALE, SHADE, color, regime_colors
from backtest.views.words import Words

DRAWN = 6  # readings; the others show only when they fired
HEIGHT = 112
DIRECTIONS = {
    "above": "above",
    "at least": "at or above",
    "below": "below",
    "at most": "at or below",
}


def triggering(result: BacktestResult, market: Market, say: Words) -> Section | None:
    """Draw readings with their thresholds, and when leaves and rules fired; None without rules."""
    strategy = result.strategy
    if not isinstance(strategy, TriggerRotation):
        return None
    rules = strategy.triggers()
    leaves = {leaf: leaf.reading(market) for rule in rules.values() for leaf in rule.leaves()}
    measured = {leaf: found for leaf, found in leaves.items() if found is not None}
    if not measured:
        return None
    index = result.equity.index
    panels = tuple(
        Lines(
            say(
                "{name}, {unit}: fires {direction} the threshold",
                name=say.note(found.name),
                unit=say.name(found.unit),
                direction=say(DIRECTIONS[found.direction]),
            ),
            (
                Line(say("value"), found.value.reindex(index), color(0), width=1.3),
                Line(say("threshold"), found.threshold.reindex(index), color(1), "dash", 1.3),
            ),
            "number" if found.unit == "index points" else "value",
            height=HEIGHT,
            shaded=leaf.fires(market).reindex(index),
        )
        for leaf, found in list(measured.items())[:DRAWN]
    )
    readings = Chart(
        "readings",
        say("Trigger readings"),
        say("{count} readings against their thresholds.", count=len(panels)),
        panels,
        (
            Key(say("value"), color(0), "solid"),
            Key(say("threshold"), color(1), "dash"),
            Key(say("fires"), SHADE),
        ),
    )
    fired = fired_chart(result.regime, list(measured)[DRAWN:], rules, market, say)
    tables = (_digest(result, list(measured), rules, market, say),)
    sentence = say(
        "After every close the rules are evaluated in this order; the first that is true sets the "
        "position: {rules}.",
        rules=say.listed([say.name(name) for name in strategy.rules()]),
    )
    told = [sentence]
    if strategy.overlays():
        added = say.listed([say.name(name) for name in strategy.overlays()])
        told.append(
            say(
                "While an overlay is on, part of the position moves to its track: {overlays}.",
                overlays=added,
            )
        )
    return Section("triggers", say("Triggers"), tuple(told), (readings, fired), tables)


def fired_chart(
    regime: pd.Series,
    leaves: list[Trigger],
    rules: Mapping[str, Trigger],
    market: Market,
    say: Words,
) -> Chart:
    """Draw when each rule of the strategy held, and when these leaves fired.

    Parameters
    ----------
    regime : Series
        What was held, on the sessions to draw.
    """
    index = regime.index
    yes, unknown = say("fires"), say("not known")
    shades = regime_colors([*dict.fromkeys(regime), *(name.lstrip("+") for name in rules)])
    shades = {name: shades[name.lstrip("+")] for name in rules}
    colors = {unknown: PALE}
    rows: dict[str, pd.Series] = {}
    for name, rule in rules.items():
        label = _rule(name, say)
        rows[label] = _named(rule.answer(market).reindex(index), label, unknown)
        colors[label] = shades[name]
    keys = [Key(_rule(name, say), shades[name]) for name in rules]
    if leaves:
        colors[yes] = color(0)
        keys.append(Key(yes, color(0)))
    for leaf in leaves:
        rows[say.note(leaf.label)] = _named(leaf.answer(market).reindex(index), yes, unknown)
    return Chart(
        "rules",
        say("When each rule was true"),
        say("Where several are true, the first counts."),
        (Strips("", rows, colors),),
        (*keys, Key(unknown, PALE)),
    )


def _digest(
    result: BacktestResult,
    leaves: list[Trigger],
    rules: Mapping[str, Trigger],
    market: Market,
    say: Words,
) -> Table:
    """Say of every rule and leaf how often it fired, how often it turned, and when last."""
    index = result.equity.index
    asked = {_rule(name, say): rule for name, rule in rules.items()}
    asked |= {say.note(leaf.label): leaf for leaf in leaves}
    rows = []
    for trigger in asked.values():
        fires, there = _answered(trigger.answer(market).reindex(index))
        known, days = fires[there], index[there]
        turned = np.r_[known[:1], known[1:] != known[:-1]]
        on, off = days[known & turned], days[~known & turned]
        end = say("yes" if fires[-1] else "no" if there[-1] else "not known")
        rows.append(
            {
                "of sessions": written(float(fires.mean()), "{:.0%}"),
                "activations": f"{len(on):,}",
                "last turned on": day(on[-1]) if len(on) else "–",
                "last turned off": day(off[-1]) if len(off) else "–",
                "at the end": end,
            }
        )
    return table(say, rows, asked, caption=say("Frequency and last change"))


def _rule(name: str, say: Words) -> str:
    return say("rule {name}", name=say.name(name))


def _named(answer: pd.Series, yes: str, unknown: str) -> pd.Series:
    fires, there = _answered(answer)
    names = pd.Series(None, index=answer.index, dtype=object)
    names[~there], names[fires] = unknown, yes
    return names


def _answered(answer: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return where it is yes, and where it is known."""
    return answer.to_numpy(dtype=bool, na_value=False), answer.notna().to_numpy()
