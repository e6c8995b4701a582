"""What `nqp index` prints on a terminal, in 80 columns."""

from __future__ import annotations

import pandas as pd
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from backtest.cli.show import synthetic_banner
from backtest.composite import Composite
from backtest.composite.back_to_data import back_to_data
from backtest.composite.multivariate import cronbach_alpha, principal_components
from backtest.composite.selection import selection
from backtest.evidence.composite_links import HORIZON, TOGETHER, by_construction, links
from backtest.evidence.composite_sensitivity import NOTHING, OUTCOMES, CompositeSensitivity
from backtest.evidence.composite_sobol import MATTERS
from backtest.render.terminal import plain_console
from backtest.views.index_words import SCALES, spoken

SPANS = (20, 60, 240)  # sessions
MOVERS, CHANGES = 6, 4  # rows shown
NARROW = 80  # columns below which dotted names break and columns stand closer
COMPENSABLE = {
    "arithmetic": "a weak indicator is made good by a strong one, point for point",
    "geometric": "a weak indicator is made good by a strong one only in part",
}
STYLES = {"matters": "red", "cannot tell": "yellow", "together": "green", "apart": "red"}


def show_index(found: Composite, since: pd.Timestamp, missing: str = "") -> None:
    """Print the latest index, what moved it, what it rests on and what it goes with.

    `missing` is a note on pictures that were left out.
    """
    console = plain_console()
    framework, market = found.framework, found.market
    today = market.sessions[-1]
    synthetic_banner(console, found.synthetic)
    console.print(
        Text(f"{framework.title or framework.name} on {market.name}, {today:%Y-%m-%d}", "bold")
    )
    console.print(Text(SCALES[framework.normalization], "dim"))
    _levels(console, found)
    _movers(console, found, since)
    _changes(console, found)
    _inputs(console, found)
    _looks(console, found)
    for note in (*found.notes, *filter(None, [missing])):
        console.print(Text(f"note: {note}", "yellow"))
    console.print(
        Text(
            f"{framework.normalization} scores, {framework.weighting} weights fitted "
            f"{framework.refit}, {framework.aggregation} mean: "
            f"{COMPENSABLE[framework.aggregation]}\ndata: {market.snapshot[:12]}",
            "dim",
        )
    )


def _levels(console: Console, found: Composite) -> None:
    spans = (f"in {span}" for span in SPANS)
    table = _table(console, "", "level", *spans, "chained", "coverage")
    columns = {"index": found.index} | {str(name): found.pillars[name] for name in found.pillars}
    for name, chained in columns.items():
        key = "all" if name == "index" else name
        now = chained.iloc[-1]
        moves = [now - chained.iloc[-1 - span] if len(chained) > span else None for span in SPANS]
        table.add_row(
            Text(name, "bold" if name == "index" else ""),
            _number(found.unlinked[key].iloc[-1], "{:.1f}"),
            *(_number(move, "{:+.1f}") for move in moves),
            _number(now, "{:.1f}"),
            f"{found.coverage[key].iloc[-1]:.0%}",
        )
    console.print(table)
    console.print(
        Text(
            "level: what today's members say by themselves, to read on that scale; chained: the "
            "same without the jumps of what enters or leaves, for moves (here over sessions)",
            "dim",
        )
    )


def _movers(console: Console, found: Composite, since: pd.Timestamp) -> None:
    moved = back_to_data(found, since, found.market.sessions[-1])
    shown = moved[moved["points"].round(2) != 0.0].head(MOVERS)
    if shown.empty:
        return
    total = moved["points"].sum()
    _heading(console, f"What moved it since {since:%Y-%m-%d} ({total:+.1f} points in all)")
    table = _table(console, "indicator", "pillar", "score then", "now", "points", left=2)
    for name, row in shown.iterrows():
        scores = (_number(row[key], "{:.0f}") for key in ("before", "after"))
        table.add_row(_name(console, name), row["pillar"], *scores, f"{row['points']:+.2f}")
    rest = moved["points"].drop(shown.index)
    if len(rest):
        others = "1 other" if len(rest) == 1 else f"{len(rest)} others"
        table.add_row(Text(others, "dim"), "", "", "", f"{rest.sum():+.2f}")
    console.print(table)


def _changes(console: Console, found: Composite) -> None:
    changed = found.changes
    members = changed[(changed["entered"].str.len() + changed["left"].str.len()) > 0]
    if members.empty:
        return
    last = members.tail(CHANGES)
    _heading(console, f"The last {len(last)} of {len(members)} changes of members")
    for day, row in last.iterrows():
        said = [
            f"{word} {', '.join(row[key])}"
            for word, key in (("in:", "entered"), ("out:", "left"))
            if row[key]
        ]
        effect = f" (linking took out {row['effect']:+.1f} points)"
        console.print(Text(f"{day:%Y-%m-%d}  {'; '.join(said)}{effect}"))


def _inputs(console: Console, found: Composite) -> None:
    _heading(console, "What it rests on")
    table = _table(console, "indicator", "weight", "score", "known since", "days")
    rows = selection(found)
    for pillar, own in rows.groupby("pillar", sort=False):
        table.add_row(Text(str(pillar), "bold"))
        for name, row in own.iterrows():
            if not row["in_force"]:
                known, style = "not in force", "dim"
            elif pd.isna(row["known"]):
                known, style = "no data", "yellow"
            else:
                known = f"{row['known']:%Y-%m-%d}"
                style = "yellow" if row["age_days"] > row["stands_days"] else ""
            old = " old" if style == "yellow" and known != "no data" else ""
            age = "–" if pd.isna(row["age_days"]) else f"{row['age_days']:.0f}{old}"
            table.add_row(
                _name(console, name, style),
                f"{row['weight']:.1%}",
                _number(row["score"], "{:.0f}"),
                Text(known, style),
                Text(age, style),
            )
    console.print(table)


def _looks(console: Console, found: Composite) -> None:
    explained = principal_components(found.scores).explained
    if len(explained):
        rows = len(found.scores.dropna())
        console.print()
        console.print(
            Text(
                f"On the {rows:,} sessions with a score of every indicator the first principal "
                f"component explains {explained.iloc[0]:.0%} of the scores; "
                f"{_alpha(cronbach_alpha(found.scores))}"
            )
        )
    found_links = links(found)
    most = max(link.spans for link in found_links)
    if not most:
        return
    _heading(
        console, f"What its moves over {HORIZON} sessions go with (up to {most} spans, none twice)"
    )
    intervals = [link.interval for link in found_links if link.interval is not None]
    wide = f"{intervals[0].level:.0%} interval" if intervals else "interval"
    table = _table(console, "returns of", "span", "corr.", wide, "", left=2)
    for link in found_links:
        bounds = link.interval
        table.add_row(
            Text(link.target),
            link.span,
            _number(link.correlation, "{:+.2f}"),
            "–" if bounds is None else f"{bounds.low:+.2f} … {bounds.high:+.2f}",
            Text(link.verdict, STYLES[link.verdict]),
        )
    console.print(table)
    made = (
        "; prices make index and returns alike, so they go together over the same span partly by "
        "construction"
        if by_construction(found)
        else ""
    )
    console.print(
        Text(
            f"the intervals are so wide that all {len(found_links)} hold at once with "
            f"{TOGETHER:.0%} confidence{made}",
            "dim",
        )
    )


def _alpha(alpha: float) -> str:
    """Say what Cronbach's alpha is, and what it means where it is no share."""
    if alpha != alpha or alpha < 0.0:
        value = "has no value" if alpha != alpha else f"is {alpha:.2f}, below 0"
        return f"Cronbach's alpha {value}: indicators oppose each other, so it is no one thing."
    return f"Cronbach's alpha is {alpha:.2f} (0.7 is usual for one thing measured)."


def show_sensitivity(varied: CompositeSensitivity) -> None:
    """Print how far the outcomes lie apart, and which choice they owe it to."""
    console = plain_console()
    drawn, there = len(varied.variants), varied.combinations
    ways = f"All {there}" if drawn == there else f"{drawn} of {there}"
    _heading(console, f"{ways} ways to build it, and {varied.strategy} on each, IN SAMPLE")
    table = _table(console, "", "as stated", "5%", "median", "95%")
    for outcome, row in varied.ranges.iterrows():
        table.add_row(spoken(str(outcome)), *(_outcome(str(outcome), value) for value in row))
    console.print(table)
    console.print()
    table = _table(console, "owed to", *map(spoken, OUTCOMES))
    for factor in varied.factors:
        if varied.verdict(OUTCOMES[0], factor) == NOTHING:
            table.add_row(factor, *["–"] * len(OUTCOMES))
            continue
        own = varied.indices[varied.indices["factor"] == factor].set_index("outcome")
        table.add_row(factor, *(_share(own.loc[[outcome]]) for outcome in OUTCOMES))
    console.print(table)
    still = varied.verdict(OUTCOMES[0], "imputation") == NOTHING
    nothing = f"; {NOTHING}, for no value was ever too old" if still else ""
    late = ", ".join(map(str, varied.factors["delay"]))
    console.print(
        Text(
            f"shares of the variance, with all it does together with the others: total Sobol "
            f"indices and half of their 90% intervals, from {varied.rows:,} draws of "
            f"{drawn} distinct combinations\n"
            f"* matters, ? cannot tell, else hardly matters (under {MATTERS:.0%})"
            f"{nothing}\n"
            f"index percentile: where the level stands in its own past, 0 to 100, so that all "
            f"scales compare\n"
            f"{varied.strategy} holds one basket while the level is above its median so far, "
            f"another below; everything known {late} sessions late",
            "dim",
        )
    )


def _share(found: pd.DataFrame) -> Text:
    row = found.iloc[0]
    mark = {"matters": "*", "cannot tell": "?"}.get(row["verdict"], " ")
    if row["total"] != row["total"]:
        return Text(f"– {mark}")
    text = f"{row['total']:.2f} ± {row['total_half']:.2f} {mark}"
    return Text(text, STYLES.get(row["verdict"], ""))


def _outcome(outcome: str, value: object) -> str:
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return "–"
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return {"index": "{:.0f}", "switches": "{:.0f}", "profit": "{:+.1%}"}[outcome].format(value)


def _heading(console: Console, text: str) -> None:
    console.print()
    console.print(Text(text, "bold"))


def _table(console: Console, *heads: str, left: int = 1) -> Table:
    table = Table(box=None, pad_edge=False, collapse_padding=console.width < NARROW)
    for number, head in enumerate(heads):
        justify: JustifyMethod = "left" if number < left else "right"
        table.add_column(head, justify=justify, overflow="fold", no_wrap=number == 0)
    return table


def _name(console: Console, name: object, style: str = "") -> Text:
    """Return an indicator's name; on a narrow terminal its track stands on a line of its own."""
    return Text(str(name).replace(".", ".\n ") if console.width < NARROW else str(name), style)


def _number(value: float | None, shape: str) -> str:
    return "–" if value is None or value != value else shape.format(value)
