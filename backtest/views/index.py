"""The page of a composite index: its level, what moved it, what it rests on, what it goes with."""

import pandas as pd

from backtest.composite import Composite
from backtest.composite.back_to_data import back_to_data
from backtest.composite.multivariate import cronbach_alpha, principal_components
from backtest.composite.selection import selection
from backtest.data.sources.supply import lacking
from backtest.evidence.composite_links import HORIZON, TOGETHER, by_construction, links
from backtest.views.index_charts import COMPENSABLE, SCALES, level_charts, movers_chart
from backtest.views.numbers import column, day, written
from backtest.views.page import Page, Section, table
from backtest.views.sections.headline import WARNING, resting_on
from backtest.views.words import Words

SPANS = (20, 60, 240)  # sessions
SINCE = 60  # sessions whose moves are taken apart
MOVERS, CHANGES = 6, 4  # rows shown
LINKS = {"cannot tell": "unsure", "together": "good", "apart": "bad"}
LINK_WORDS = {"cannot tell": "not significant", "together": "positive", "apart": "negative"}


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
        weights=say.name(framework.weighting),
        refit=say.name(framework.refit),
        mean=say.name(framework.aggregation),
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
            name=say.name(framework.title or framework.name),
            market=found.market.name,
            date=day(sessions[-1]),
        ),
        subtitle=say(SCALES[framework.normalization]),
        language=say.language,
        banners=(say(WARNING),) if found.synthetic else (),
        sections=tuple(section for section in sections if section is not None),
        notes=tuple(map(say.note, found.notes)),
        origin=resting_on([found.market.name], say, synthetic=found.synthetic),
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
