"""The page of how far a composite index's outcomes lie apart, and which choices they owe it to."""

import pandas as pd

from backtest.evidence.composite_sensitivity import NOTHING, OUTCOMES, CompositeSensitivity
from backtest.evidence.composite_sobol import MATTERS
from backtest.views.charts import Chart, Key, Whiskers
from backtest.views.numbers import day, written
from backtest.views.page import Page, Section, Table
from backtest.views.palette import MARK, color
from backtest.views.sections.headline import resting_on
from backtest.views.words import Words

MARKS = {"matters": "*", "cannot tell": "?"}
SHAPES = {"index": "number", "switches": "number", "profit": "signed percent"}
SPOKEN = {"index": "index percentile", "last_switch": "last switch"}


def sensitivity_page(varied: CompositeSensitivity, say: Words) -> Page:
    """Return how far the outcomes lie apart, and which choice they owe it to."""
    drawn, there = len(varied.variants), varied.combinations
    ways = say("All {all}", all=there) if drawn == there else f"{drawn} / {there}"
    ranges = pd.DataFrame(
        [
            [
                day(value)
                if isinstance(value, pd.Timestamp)
                else written(value, SHAPES.get(str(outcome), "number"))
                for value in row
            ]
            for outcome, row in varied.ranges.iterrows()
        ],
        columns=[say("as stated"), "5%", say("median"), "95%"],
        index=[say(SPOKEN.get(str(name), str(name))) for name in varied.ranges.index],
    )
    owed = {}
    for factor in varied.factors:
        own = varied.indices[varied.indices["factor"] == factor].set_index("outcome")
        nothing = varied.verdict(OUTCOMES[0], factor) == NOTHING
        owed[factor] = [
            "–" if nothing else _share(own.loc[[outcome]].iloc[0]) for outcome in OUTCOMES
        ]
    heads = [say(SPOKEN.get(name, name)) for name in OUTCOMES]
    shares = pd.DataFrame(list(owed.values()), columns=heads, index=list(owed))
    late = say.listed(list(map(str, varied.factors["delay"])))
    notes = [
        say(
            "shares of the variance, with all it does together with the others: total Sobol "
            "indices and half of their 90% intervals, from {rows} draws of {drawn} distinct "
            "combinations",
            rows=f"{varied.rows:,}",
            drawn=drawn,
        ),
        say(
            "* matters, ? cannot tell, else hardly matters (under {least})", least=f"{MATTERS:.0%}"
        ),
    ]
    if varied.verdict(OUTCOMES[0], "imputation") == NOTHING:
        notes.append(say("– no value was ever too old, so nothing was imputed"))
    notes += [
        say(
            "index percentile: where the level stands in its own past, 0 to 100, so that all "
            "scales compare"
        ),
        say(
            "{strategy} holds one basket while the level is above its median so far, another "
            "below; data delayed by {late} sessions",
            strategy=varied.strategy,
            late=late,
        ),
    ]
    tables = (Table("", ranges), Table("", shares, head=say("due to choice of")))
    title = say(
        "{ways} ways to build it, and {strategy} on each, IN SAMPLE",
        ways=ways,
        strategy=varied.strategy,
    )
    charts = sensitivity_charts(varied, say)
    section = Section("sensitivity", title, charts=charts, tables=tables, notes=tuple(notes))
    named = resting_on([varied.market], say, synthetic=varied.synthetic)
    return Page("", say.language, sections=(section,), origin=named)


def _share(row: pd.Series) -> str:
    mark = MARKS.get(str(row["verdict"]), " ")
    if row["total"] != row["total"]:
        return f"– {mark}"
    return f"{row['total']:.2f} ± {row['total_half']:.2f} {mark}"


def sensitivity_charts(varied: CompositeSensitivity, say: Words) -> tuple[Chart, ...]:
    """Draw how much of each outcome's variance each choice accounts for, with its interval."""
    return tuple(_sensitivity(varied, outcome, say) for outcome in OUTCOMES)


def _sensitivity(varied: CompositeSensitivity, outcome: str, say: Words) -> Chart:
    table = varied.indices[varied.indices["outcome"] == outcome].reset_index(drop=True)
    total, half = table["total"], table["total_half"]
    rows = pd.DataFrame(
        {"value": total, "low": total - half, "high": total + half, "color": color(0)}
    ).set_axis(
        [
            f"{say(name)} ({say(said)})"
            for name, said in zip(table["factor"], table["verdict"], strict=True)
        ]
    )
    alone = pd.DataFrame({"row": range(len(table)), "value": table["first"], "color": MARK})
    return Chart(
        f"sensitivity-{outcome}",
        say("Share of the variance of the {outcome}", outcome=say(SPOKEN.get(outcome, outcome))),
        say(
            "Sobol indices with 90% intervals from {count} variants, in sample.",
            count=written(len(varied.variants), "number"),
        ),
        (Whiskers("", rows, "percent", alone),),
        (Key(say("with all others"), color(0)), Key(say("alone"), MARK, "points")),
    )
