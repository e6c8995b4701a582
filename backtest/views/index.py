"""The page of a composite index: its level, what moved it, what it rests on, what it goes with."""

import pandas as pd

from backtest.composite import Composite
from backtest.composite.back_to_data import back_to_data
from backtest.composite.multivariate import cronbach_alpha, principal_components
from backtest.composite.selection import selection
from backtest.data.sources.supply import lacking
from backtest.evidence.composite_links import HORIZON, TOGETHER, by_construction, links
from backtest.evidence.composite_sensitivity import NOTHING, OUTCOMES, CompositeSensitivity
from backtest.evidence.composite_sobol import MATTERS
from backtest.views.index_charts import (
    COMPENSABLE,
    SCALES,
    SPOKEN,
    level_charts,
    movers_chart,
    sensitivity_charts,
)
from backtest.views.numbers import column, day, written
from backtest.views.page import Page, Section, Table, table
from backtest.views.sections.headline import WARNING
from backtest.views.words import Words

SPANS = (20, 60, 240)  # sessions
SINCE = 60  # sessions whose moves are taken apart
MOVERS, CHANGES = 6, 4  # rows shown
LINKS = {"cannot tell": "unsure", "together": "good", "apart": "bad"}
LINK_WORDS = {
    "cannot tell": "not significant",
    "together": "positive",
    "apart": "negative",
}
MARKS = {"matters": "*", "cannot tell": "?"}
SHAPES = {"index": "number", "switches": "number", "profit": "signed percent"}


def index_page(found: Composite, say: Words, *, since: pd.Timestamp | None = None) -> Page:
    """Return the latest index, what moved it, what it rests on and what it goes with.

    Parameters
    ----------
    since : Timestamp, optional
        From when on its moves are taken apart; 60 sessions ago by default.
    """
    framework, sessions = found.framework, found.market.sessions
    start = sessions[max(0, len(sessions) - 1 - SINCE)] if since is None else since
    footer = say(
        "{scores} scores, {weights} weights fitted {refit}, {mean} mean: {meaning}",
        scores=framework.normalization,
        weights=framework.weighting,
        refit=framework.refit,
        mean=framework.aggregation,
        meaning=say(COMPENSABLE[framework.aggregation]),
    )
    sections = (
        _levels(found, say),
        _movers(found, start, say),
        _changes(found, say),
        _inputs(found, say),
        _lacking(found, say),
        _looks(found, say),
    )
    return Page(
        title=say(
            "{name} on {market}, {date}",
            name=framework.title or framework.name,
            market=found.market.name,
            date=day(sessions[-1]),
        ),
        subtitle=say(SCALES[framework.normalization]),
        language=say.language,
        banners=(say(WARNING),) if found.synthetic else (),
        sections=tuple(section for section in sections if section is not None),
        notes=tuple(map(say.note, found.notes)),
        origin=_origin(found.market.name, found.synthetic, say),
        footer=(footer, say("data: {snapshot}", snapshot=found.market.snapshot[:12])),
    )


def _levels(found: Composite, say: Words) -> Section:
    spans, rows = {span: say("in {span}", span=span) for span in SPANS}, {}
    for name in ("all", *map(str, found.pillars)):
        chained = found.index if name == "all" else found.pillars[name]
        now = chained.iloc[-1]
        rows[say("index") if name == "all" else say.name(name)] = {
            "level": written(found.unlinked[name].iloc[-1], "{:.1f}"),
            **{
                head: written(
                    now - chained.iloc[-1 - span] if len(chained) > span else None, "points"
                )
                for span, head in spans.items()
            },
            "linked": written(now, "{:.1f}"),
            "coverage": written(found.coverage[name].iloc[-1], "{:.0%}"),
        }
    note = say(
        "level: from the current indicators only, read on its scale; linked: without the jumps "
        "when an indicator enters or leaves, for changes (here over sessions)"
    )
    levels = table(say, list(rows.values()), rows, drop=list(spans.values())[::-1])
    return Section("levels", "", (), level_charts(found, say), (levels,), (note,))


def _movers(found: Composite, since: pd.Timestamp, say: Words) -> Section | None:
    moved = back_to_data(found, since, found.market.sessions[-1])
    shown = moved[moved["points"].round(2) != 0.0].head(MOVERS)
    if shown.empty:
        return None
    rest = moved["points"].drop(shown.index)
    others = say("1 other") if len(rest) == 1 else say("{count} others", count=len(rest))
    more, points = [""] * bool(len(rest)), [*shown["points"], *[rest.sum()] * bool(len(rest))]
    cells = {
        "pillar": [*map(say.name, shown["pillar"]), *more],
        "score then": [*column(shown["before"], "number"), *more],
        "now": [*column(shown["after"], "number"), *more],
        "points": [written(float(value), "{:+.2f}") for value in points],
    }
    names = [*shown.index, *[others] * bool(len(rest))]
    title = say(
        "What moved it since {date} ({points} points in all)",
        date=day(since),
        points=written(float(moved["points"].sum()), "points"),
    )
    movers = table(say, cells, names, left=("pillar",), drop=("pillar",), head="indicator")
    chart = movers_chart(moved, day(since), found, say)
    return Section("movers", title, charts=(chart,) if chart else (), tables=(movers,))


def _changes(found: Composite, say: Words) -> Section | None:
    changed = found.changes
    members = changed[(changed["entered"].str.len() + changed["left"].str.len()) > 0]
    if members.empty:
        return None
    last = members.tail(CHANGES)
    told = []
    for when, row in last.iterrows():
        parts = [say("in: {names}", names=say.listed(list(row["entered"])))] * bool(row["entered"])
        parts += [say("out: {names}", names=say.listed(list(row["left"])))] * bool(row["left"])
        told.append(
            say(
                "{date}  {changes} (linking took out {points} points)",
                date=day(when),
                changes="; ".join(parts),
                points=written(row["effect"], "points"),
            )
        )
    title = say("The last {count} of {all} changes of members", count=len(last), all=len(members))
    return Section("changes", title, tuple(told))


def _inputs(found: Composite, say: Words) -> Section:
    inputs = selection(found)
    rows = []
    for _, row in inputs.iterrows():
        since = day(row["known"])
        if not row["in_force"]:
            since = say("not in force")
        elif pd.isna(row["known"]):
            since = say("no data")
        age = written(row["age_days"], "number")
        if row["in_force"] and row["age_days"] > row["stands_days"]:
            age = say("{days} old", days=age)
        rows.append(
            {
                "pillar": say.name(str(row["pillar"])),
                "weight": written(row["weight"], "percent"),
                "score": written(row["score"], "number"),
                "known since": since,
                "days": age,
            }
        )
    listed = table(
        say,
        rows,
        inputs.index,
        left=("pillar", "known since"),
        drop=("pillar", "days"),
        tones={"no data": "unsure"},
        head="indicator",
    )
    return Section("inputs", say("Inputs"), tables=(listed,))


def _lacking(found: Composite, say: Words) -> Section | None:
    missing = lacking(found)
    if not missing:
        return None
    cells = {
        "publisher": [one.publisher for one in missing],
        "how it can be had": [say.note(one.how) for one in missing],
    }
    names = [one.indicator for one in missing]
    note = say("nqp data import NAME --prices FOLDER --series FOLDER takes the files.")
    listed = table(say, cells, names, left=None, drop=("publisher",), head="indicator")
    return Section("lacking", say("Statistics the market lacks"), tables=(listed,), notes=(note,))


def _looks(found: Composite, say: Words) -> Section | None:
    told = []
    explained = principal_components(found.scores)
    if len(explained):
        told = [
            say(
                "On the {rows} sessions with a score of every indicator the first principal "
                "component explains {share} of the scores; {alpha}",
                rows=f"{len(found.scores.dropna()):,}",
                share=f"{explained.iloc[0]:.0%}",
                alpha=_alpha(cronbach_alpha(found.scores), say),
            )
        ]
    every = links(found)
    most = max(link.spans for link in every)
    if not most:
        return Section("links", "", tuple(told)) if told else None
    intervals = [link.interval for link in every if link.interval is not None]
    wide = say("{level} interval", level=f"{intervals[0].level:.0%}") if intervals else "–"
    rows = [
        {
            "span": say(link.span),
            "corr.": written(link.correlation, "{:+.2f}"),
            wide: "–"
            if link.interval is None
            else f"{link.interval.low:+.2f} … {link.interval.high:+.2f}",
            "verdict": say(LINK_WORDS[link.verdict]),
        }
        for link in every
    ]
    names = [say.name(link.target) for link in every]
    tones = {LINK_WORDS[word]: tone for word, tone in LINKS.items()}
    listed = table(say, rows, names, left=("span", "verdict"), tones=tones, head="returns of")
    title = say(
        "Correlation of its {horizon}-session changes with returns (up to {most} non-overlapping "
        "spans)",
        horizon=HORIZON,
        most=most,
    )
    notes = [
        say(
            "the intervals are so wide that all {count} hold at once with {level} confidence",
            count=len(every),
            level=f"{TOGETHER:.0%}",
        )
    ]
    if by_construction(found):
        notes.append(
            say(
                "index and returns come from the same prices, so over the same span they "
                "correlate partly by construction"
            )
        )
    return Section("links", title, tuple(told), tables=(listed,), notes=tuple(notes))


def _alpha(alpha: float, say: Words) -> str:
    """Say what Cronbach's alpha is, and what it means where it is no share."""
    if alpha != alpha:
        return say(
            "Cronbach's alpha has no value: indicators oppose each other, so they do not measure "
            "one thing."
        )
    if alpha < 0.0:
        return say(
            "Cronbach's alpha is {alpha}, below 0: indicators oppose each other, so they do not "
            "measure one thing.",
            alpha=f"{alpha:.2f}",
        )
    return say(
        "Cronbach's alpha is {alpha} (0.7 is usual for one thing measured).", alpha=f"{alpha:.2f}"
    )


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
    origin = _origin(varied.market, varied.synthetic, say)
    return Page("", say.language, sections=(section,), origin=origin)


def _origin(market: str, synthetic: bool, say: Words) -> str:
    return " · ".join([*[say("SYNTHETIC DATA")] * synthetic, market])


def _share(row: pd.Series) -> str:
    mark = MARKS.get(str(row["verdict"]), " ")
    if row["total"] != row["total"]:
        return f"– {mark}"
    return f"{row['total']:.2f} ± {row['total_half']:.2f} {mark}"
