"""The charts and the words of a composite index: level, pillars, movers, coverage."""

from collections.abc import Mapping

import pandas as pd

from backtest.composite import Composite
from backtest.views.charts import Bars, Chart, Key, Line, Lines
from backtest.views.palette import DARK, GRAY, MARK, color
from backtest.views.words import Words

NEUTRAL = 50.0  # points
SCALES: Mapping[str, str] = {
    "z": "50 is the indicators' own past; ten points are a standard deviation",
    "min-max": "0 is the worst of the indicators' own past, 100 the best so far",
    "rank": "points are percentiles of the indicators' own past",
    "distance": "100 is the best of the indicators' own past, and less is further below it",
}
COMPENSABLE: Mapping[str, str] = {
    "arithmetic": "a weak indicator is offset by a strong one, point for point",
    "geometric": "a weak indicator is offset by a strong one only in part",
}
MIDDLE: Mapping[str, str] = {"z": "own past", "rank": "median of own past"}  # at 50 points


def level_charts(found: Composite, say: Words) -> tuple[Chart, ...]:
    """Draw the level and the linked index, what each pillar added, and the coverage."""
    level, days = found.unlinked["all"], found.index.index
    coverage = _coverage(found, say)
    if found.index.notna().sum() < 2:
        return (coverage,)
    lines = [
        Line(say("linked index, for changes"), found.index, color(5)),
        Line(say("level of the day's members"), level, color(0), width=2.0),
    ]
    if (middle := MIDDLE.get(found.framework.normalization)) is not None:
        flat = pd.Series(NEUTRAL, index=days)
        lines.append(Line(say("50: {what}", what=say(middle)), flat, GRAY, "dot"))
    turned = found.changes[
        (found.changes["entered"].str.len() + found.changes["left"].str.len()) > 0
    ]
    if len(turned):
        entered = level.reindex(turned.index)
        lines.append(Line(say("an indicator enters or leaves"), entered, MARK, "points"))
    index = _over_time("index", say("Index, in points"), "", Lines("", tuple(lines), "number"))
    moved = found.contributions.loc[found.index.first_valid_index() :]
    added = {
        pillar: moved[list(names)].sum(axis=1).cumsum()
        for pillar, names in found.framework.pillars.items()
        if names
    }
    stack = tuple(
        Line(say.name(name), values, color(number))
        for number, (name, values) in enumerate(added.items())
    )
    change = Line(
        say("change of the linked index"), pd.DataFrame(added).sum(axis=1), DARK, width=1.6
    )
    pillars = _over_time(
        "pillars",
        say("What each pillar added to the index, in points"),
        say("What raised the index stands above zero, what lowered it below."),
        Lines("", (change,), "number", stack=stack),
    )
    return (index, pillars, coverage)


def movers_chart(moved: pd.DataFrame, since: str, found: Composite, say: Words) -> Chart | None:
    """Draw what each indicator added since a day, `moved` as `back_to_data` gives it."""
    table = moved[moved["points"] != 0.0]
    if table.empty:
        return None
    pillars = list(found.pillars.columns)
    values = pd.DataFrame(
        {name: table["points"].where(table["pillar"] == name).to_numpy() for name in pillars},
        index=list(map(str, table.index)),
    )
    shades = tuple(color(number) for number in range(len(pillars)))
    return Chart(
        "contributions",
        say("What moved the index since {date}, in points", date=since),
        "",
        (Bars("", values, shades, "points", horizontal=True, stacked=True),),
        tuple(Key(say.name(name), shade) for name, shade in zip(pillars, shades, strict=True)),
    )


def _coverage(found: Composite, say: Words) -> Chart:
    known, least = found.coverage, found.framework.min_coverage
    lines = [
        Line(say.name(str(name)), known[name], color(number))
        for number, name in enumerate(found.pillars.columns)
    ]
    lines.append(Line(say("all"), known["all"], DARK, width=2.0))
    flat = pd.Series(least, index=known.index)
    lines.append(Line(say("least for an index"), flat, GRAY, "dot"))
    return _over_time(
        "coverage",
        say("Coverage: share of the indicators in force that have a current value"),
        "",
        Lines("", tuple(lines), "percent"),
    )


def _over_time(name: str, title: str, alt: str, panel: Lines) -> Chart:
    keys = [Key(line.name, line.color) for line in panel.stack]
    keys += [Key(line.name, line.color, line.dash) for line in panel.lines]
    return Chart(name, title, alt, (panel,), tuple(keys))
