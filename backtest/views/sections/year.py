"""What a rotation did in the year its report is about, against the report's own calendar."""

from __future__ import annotations

import pandas as pd

from backtest.evidence.year_path import WHOLE, YearPath
from backtest.market.market import EQUAL_WEIGHT
from backtest.views.charts import Chart, Key, Strips
from backtest.views.numbers import column, day, written
from backtest.views.page import Page, Section, Table
from backtest.views.palette import regime_colors
from backtest.views.sections.headline import WARNING
from backtest.views.words import Words

PERCENT = "signed percent"
COST = "{:.2%}"


def year_page(path: YearPath, say: Words) -> Page:
    """Return the path as a page of its own."""
    return Page(
        title=say("{name} on {market}", name=path.strategy, market=path.market),
        subtitle=str(path.year),
        language=say.language,
        banners=(say(WARNING),) if path.synthetic else (),
        sections=(the_year(path, say),),
    )


def the_year(path: YearPath, say: Words) -> Section:
    """Draw the path against the calendar; list what each spell earned and cost, and the test."""
    title = say("Performance in {year}", year=path.year)
    tables = [
        Table(say("Holding periods"), _spells(path, say), left=(say("position"), say("overlay")))
    ]
    tables.append(Table(say("By half-year, against the report's calendar"), _halves(path, say)))
    if len(path.tests):
        tables.append(
            Table(
                say("Refutation test: the basket held against the alternative"), _tests(path, say)
            )
        )
    tables.append(Table(say("When the triggers were on"), _signs(path, say), left=(say("claims"),)))
    notes = (
        say(
            "The position was decided after the previous session. The strategy's return is after "
            "costs and at fill prices; baskets and the equal-weight market are without costs. "
            "Nothing was tuned to this year."
        ),
    )
    return Section("year", title, _sentences(path, say), (_chart(path, say),), tuple(tables), notes)


def _sentences(path: YearPath, say: Words) -> tuple[str, ...]:
    spells = [
        say(
            "{name} from {start} to {end}",
            name=say.name(row["held"]),
            start=f"{row['from']:%m-%d}",
            end=f"{row['to']:%m-%d}",
        )
        for _, row in path.spells.iterrows()
    ]
    told = [say("In {year} it held {spells}.", year=path.year, spells=say.listed(spells))]
    for _, row in path.tests.iterrows():
        trails = row["returned"] < row["other"]
        text = (
            "While {held} was held ({sessions} sessions, {when}) it returned {ours}, {over} "
            "{theirs}: the refutation condition is met."
            if trails
            else "While {held} was held ({sessions} sessions, {when}) it returned {ours}, {over} "
            "{theirs}: the refutation condition is not met."
        )
        told.append(
            say(
                text,
                held=say.name(row["held"]),
                sessions=row["sessions"],
                when=_when(row["when"], say),
                ours=written(row["returned"], PERCENT),
                over=say.name(row["over"]),
                theirs=written(row["other"], PERCENT),
            )
        )
    return tuple(told)


def _when(when: str, say: Words) -> str:
    return say("whole record") if when == WHOLE else when


def _spells(path: YearPath, say: Words) -> pd.DataFrame:
    spells = path.spells
    fixed = ("from", "to", "held", "sessions", "with", "returned", "costs")
    added = [
        say.listed([f"{say.name(name)} {count}" for name, count in row.items()]) or "–"
        for row in spells["with"]
    ]
    return pd.DataFrame(
        {
            say("to"): [day(value) for value in spells["to"]],
            say("position"): [say.name(name) for name in spells["held"]],
            say("overlay"): added,
            say("return"): column(spells["returned"], PERCENT),
            say("costs"): column(spells["costs"], COST),
            **{
                say.name(name): column(spells[name], PERCENT)
                for name in spells.columns
                if name not in fixed
            },
        },
        index=[day(value) for value in spells["from"]],
    )


def _halves(path: YearPath, say: Words) -> pd.DataFrame:
    halves = path.halves
    return pd.DataFrame(
        {
            say("the calendar"): [say.name(name) for name in halves["calendar"]],
            say("by calendar"): column(halves["by calendar"], PERCENT),
            say("return"): column(halves["returned"], PERCENT),
            say("costs"): column(halves["costs"], COST),
            say.name(EQUAL_WEIGHT): column(halves[EQUAL_WEIGHT], PERCENT),
        },
        index=halves.index,
    )


def _tests(path: YearPath, say: Words) -> pd.DataFrame:
    tests = path.tests
    return pd.DataFrame(
        {
            say("position"): [say.name(name) for name in tests["held"]],
            say("sessions"): column(tests["sessions"], "number"),
            say("return"): column(tests["returned"], PERCENT),
            say("against"): [say.name(name) for name in tests["over"]],
            say("its return"): column(tests["other"], PERCENT),
        },
        index=[_when(when, say) for when in tests["when"]],
    )


def _signs(path: YearPath, say: Words) -> pd.DataFrame:
    columns = ["claims", "first half", "second half", "first", "last"]
    signs = path.signs if len(path.signs) else path.signs.reindex(columns=columns)
    return pd.DataFrame(
        {
            say("claims"): signs["claims"].tolist(),
            say("first half"): column(signs["first half"], "{:.0%}"),
            say("second half"): column(signs["second half"], "{:.0%}"),
            say("first"): [day(value) for value in signs["first"]],
            say("last"): [day(value) for value in signs["last"]],
        },
        index=[say.note(str(name)) for name in signs.index],
    )


def _chart(path: YearPath, say: Words) -> Chart:
    rows = {say("the calendar"): path.calendar, say("position"): path.held}
    named = regime_colors([*path.calendar, *path.held])
    shades = {say.name(name): shade for name, shade in named.items()}
    return Chart(
        "year",
        say("The report's calendar and the positions, {year}", year=path.year),
        say("{count} holding periods.", count=len(path.spells)),
        (Strips("", {label: values.map(say.name) for label, values in rows.items()}, shades),),
        tuple(Key(name, shade) for name, shade in shades.items()),
    )
