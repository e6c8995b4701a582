"""What a rotation did in the year its report is about, against the report's own calendar."""

from backtest.evidence.year_path import WHOLE, YearPath
from backtest.market.market import EQUAL_WEIGHT
from backtest.views.charts import Chart, Key, Strips
from backtest.views.numbers import column, day, written
from backtest.views.page import Page, Section, Table, table
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
    tables = [_spells(path, say), _halves(path, say)]
    tables += [_tests(path, say)] * bool(len(path.tests))
    tables.append(_signs(path, say))
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


def _spells(path: YearPath, say: Words) -> Table:
    spells = path.spells
    fixed = ("from", "to", "held", "sessions", "with", "returned", "costs")
    added = [
        say.listed([f"{say.name(name)} {count}" for name, count in row.items()]) or "–"
        for row in spells["with"]
    ]
    baskets = [name for name in spells.columns if name not in fixed]
    cells = {
        "to": map(day, spells["to"]),
        "position": map(say.name, spells["held"]),
        "overlay": added,
        "return": column(spells["returned"], PERCENT),
        "costs": column(spells["costs"], COST),
        **{say.name(name): column(spells[name], PERCENT) for name in baskets},
    }
    caption, left = say("Holding periods"), ("position", "overlay")
    return table(say, cells, map(day, spells["from"]), caption=caption, left=left)


def _halves(path: YearPath, say: Words) -> Table:
    halves = path.halves
    cells = {
        "the calendar": map(say.name, halves["calendar"]),
        "by calendar": column(halves["by calendar"], PERCENT),
        "return": column(halves["returned"], PERCENT),
        "costs": column(halves["costs"], COST),
        say.name(EQUAL_WEIGHT): column(halves[EQUAL_WEIGHT], PERCENT),
    }
    caption = say("By half-year, against the report's calendar")
    return table(say, cells, halves.index, caption=caption)


def _tests(path: YearPath, say: Words) -> Table:
    tests = path.tests
    cells = {
        "position": map(say.name, tests["held"]),
        "sessions": column(tests["sessions"], "number"),
        "return": column(tests["returned"], PERCENT),
        "against": map(say.name, tests["over"]),
        "its return": column(tests["other"], PERCENT),
    }
    caption = say("Refutation test: the basket held against the alternative")
    return table(say, cells, [_when(when, say) for when in tests["when"]], caption=caption)


def _signs(path: YearPath, say: Words) -> Table:
    columns = ["claims", "first half", "second half", "first", "last"]
    signs = path.signs if len(path.signs) else path.signs.reindex(columns=columns)
    cells = {
        "claims": signs["claims"],
        "first half": column(signs["first half"], "{:.0%}"),
        "second half": column(signs["second half"], "{:.0%}"),
        "first": map(day, signs["first"]),
        "last": map(day, signs["last"]),
    }
    names = map(say.note, signs.index)
    caption = say("When the triggers were on")
    return table(say, cells, names, caption=caption, left=("claims",))


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
