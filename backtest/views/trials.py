"""The page of the ledger: what was tried on which market, and how many ideas that amounts to."""

from collections.abc import Mapping, Sequence
from typing import Any

from backtest.views.page import Page, Section, table
from backtest.views.words import Words


def trials_page(rows: Sequence[Mapping[str, Any]], say: Words) -> Page:
    """Return the ledger's page from the rows of `Ledger.overview`."""
    count = sum(row["count"] for row in rows)
    unknown = sum(row["count"] for row in rows if not row["known"])
    conclusion = say("{count} trials are on record; none is ever deleted.", count=f"{count:,}")
    if not rows:
        conclusion = say(
            "No trial is on record yet; every run and every variant tried will be recorded."
        )
    notes = []
    if unknown:
        told = (
            "Of {count} trials an earlier version kept the number only: each counts as an "
            "independent one."
        )
        notes.append(say(told, count=f"{unknown:,}"))
    sections = [_market(name, rows, say) for name in dict.fromkeys(row["market"] for row in rows)]
    return Page(
        title=say("Trials"),
        language=say.language,
        conclusion=conclusion,
        sections=tuple(sections),
        notes=tuple(notes),
    )


def _market(name: str, rows: Sequence[Mapping[str, Any]], say: Words) -> Section:
    own = [row for row in rows if row["market"] == name]
    cells = {
        "window": [" … ".join(row["window"]) for row in own],
        "trials": [f"{row['count']:,}" for row in own],
        "independent trials": [f"{row['effective']:,}" for row in own],
        "latest": [(row["last_made"] or "–")[:10] for row in own],
        "from": [", ".join(row["origins"]) for row in own],
    }
    families = [row["family"] for row in own]
    left, drop = ("window", "from"), ("from", "latest")
    listed = table(say, cells, families, left=left, drop=drop, head="family")
    return Section(id=f"market-{name}", title=name, tables=(listed,))
