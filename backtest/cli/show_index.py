"""What `nqp index` prints on a terminal, in 80 columns. Imports rich."""

from __future__ import annotations

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from backtest.cli.show import synthetic_banner
from backtest.composite import Composite
from backtest.composite.back_to_data import back_to_data
from backtest.composite.multivariate import cronbach_alpha, principal_components
from backtest.composite.selection import selection
from backtest.evidence.composite_links import HORIZON, links
from backtest.evidence.composite_sensitivity import OUTCOMES, CompositeSensitivity
from backtest.evidence.composite_sobol import MATTERS

SPANS = (20, 60, 240)  # sessions
MOVERS, CHANGES = 6, 4  # rows shown
DRIFT = 5.0  # points between the linked and the unlinked index worth a note
COMPENSABLE = {
    "arithmetic": "a weak indicator is made good by a strong one, point for point",
    "geometric": "a weak indicator is made good by a strong one only in part",
}
SCALES = {"z": "ten points are a standard deviation"}
SCALE = "0 is the worst so far, 100 the best"
STYLES = {"matters": "red", "cannot tell": "yellow", "together": "green", "apart": "red"}


def show_index(found: Composite, since: pd.Timestamp) -> None:
    """Print the latest index, what moved it, what it rests on and what it goes with."""
    console = Console()
    framework, market = found.framework, found.market
    today = market.sessions[-1]
    synthetic_banner(console, found.synthetic)
    console.print(
        Text(f"{framework.title or framework.name} on {market.name}, {today:%Y-%m-%d}", "bold")
    )
    scale = SCALES.get(framework.normalization, SCALE)
    console.print(Text(f"50 is the indicators' own past; {scale}", "dim"))
    _levels(console, found)
    _movers(console, found, since)
    _changes(console, found)
    _inputs(console, found)
    _looks(console, found)
    for note in found.notes:
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
    table = _table("", "points", *(f"in {span}" for span in SPANS), "unlinked", "coverage")
    columns = {"index": found.index} | {str(name): found.pillars[name] for name in found.pillars}
    for name, level in columns.items():
        key = "all" if name == "index" else name
        now = level.iloc[-1]
        moves = [now - level.iloc[-1 - span] if len(level) > span else None for span in SPANS]
        table.add_row(
            Text(name, "bold" if name == "index" else ""),
            _number(now, "{:.1f}"),
            *(_number(move, "{:+.1f}") for move in moves),
            _number(found.unlinked[key].iloc[-1], "{:.1f}"),
            f"{found.coverage[key].iloc[-1]:.0%}",
        )
    console.print(table)
    console.print(
        Text(
            "moves are over sessions; what enters or leaves is linked and moves nothing; unlinked "
            "is what today's basket says by itself",
            "dim",
        )
    )
    drift = found.index.iloc[-1] - found.unlinked["all"].iloc[-1]
    if abs(drift) > DRIFT:
        console.print(
            Text(
                f"note: links hold the index {drift:+.1f} points from what today's basket says by "
                f"itself, so 50 no longer marks the indicators' own past",
                "yellow",
            )
        )


def _movers(console: Console, found: Composite, since: pd.Timestamp) -> None:
    moved = back_to_data(found, since, found.market.sessions[-1])
    shown = moved[moved["points"].round(2) != 0.0].head(MOVERS)
    if shown.empty:
        return
    total = moved["points"].sum()
    _heading(console, f"What moved it since {since:%Y-%m-%d} ({total:+.1f} points in all)")
    table = _table("indicator", "pillar", "score then", "now", "points", left=2)
    for name, row in shown.iterrows():
        scores = (_number(row[key], "{:.0f}") for key in ("before", "after"))
        table.add_row(Text(str(name)), row["pillar"], *scores, f"{row['points']:+.2f}")
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
    table = _table("indicator", "pillar", "weight", "score", "known since", "days", left=2)
    for name, row in selection(found).iterrows():
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
            Text(str(name), style),
            row["pillar"],
            f"{row['weight']:.1%}",
            _number(row["score"], "{:.0f}"),
            Text(known, style),
            Text(age, style),
        )
    console.print(table)


def _looks(console: Console, found: Composite) -> None:
    explained = principal_components(found.scores).explained
    alpha = cronbach_alpha(found.scores)
    if len(explained):
        console.print()
        console.print(
            Text(
                f"The first principal component explains {explained.iloc[0]:.0%} of the scores; "
                f"Cronbach's alpha is {_number(alpha, '{:.2f}')} (0.7 is usual for one thing "
                f"measured)."
            )
        )
    found_links = links(found)
    if not any(link.spans for link in found_links):
        return
    _heading(console, f"What its moves over {HORIZON} sessions go with")
    table = _table("returns of", "span", "correlation", "90% interval", "spans", "", left=2)
    for link in found_links:
        bounds = link.interval
        table.add_row(
            Text(link.target),
            link.span,
            _number(link.correlation, "{:+.2f}"),
            "–" if bounds is None else f"{bounds.low:+.2f} … {bounds.high:+.2f}",
            f"{link.spans}",
            Text(link.verdict, STYLES[link.verdict]),
        )
    console.print(table)


def show_sensitivity(varied: CompositeSensitivity) -> None:
    """Print how far the outcomes lie apart, and which choice they owe it to."""
    console = Console()
    _heading(
        console,
        f"{len(varied.variants)} ways to build it, and {varied.strategy} on each, IN SAMPLE",
    )
    table = _table("", "as stated", "5%", "median", "95%")
    for outcome, row in varied.ranges.iterrows():
        table.add_row(_spoken(str(outcome)), *(_outcome(str(outcome), value) for value in row))
    console.print(table)
    console.print()
    table = _table("owed to", *map(_spoken, OUTCOMES))
    for factor in varied.factors:
        own = varied.indices[varied.indices["factor"] == factor].set_index("outcome")
        table.add_row(factor, *(_share(own.loc[[outcome]]) for outcome in OUTCOMES))
    console.print(table)
    console.print(
        Text(
            f"shares of the variance, with all it does together with the others: total Sobol "
            f"indices and half of their 90% intervals, from {varied.rows:,} draws\n"
            f"* matters, ? cannot tell, else hardly matters (under {MATTERS:.0%})\n"
            f"{varied.strategy} holds one basket while the index is above 50 and another below; "
            f"everything known {', '.join(map(str, varied.factors['delay']))} sessions late",
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


def _spoken(outcome: str) -> str:
    return {"index": "index at the end", "last_switch": "last switch"}.get(outcome, outcome)


def _outcome(outcome: str, value: object) -> str:
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return "–"
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return {"index": "{:.1f}", "switches": "{:.0f}", "profit": "{:+.1%}"}[outcome].format(value)


def _heading(console: Console, text: str) -> None:
    console.print()
    console.print(Text(text, "bold"))


def _table(*heads: str, left: int = 1) -> Table:
    table = Table(box=None, pad_edge=False)
    for number, head in enumerate(heads):
        table.add_column(head, justify="left" if number < left else "right", overflow="fold")
    return table


def _number(value: float | None, shape: str) -> str:
    return "–" if value is None or value != value else shape.format(value)
