"""The pages of stored markets: what is stored, what a fetch brought, what the checks found."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from backtest.data.fetch import Fetched
from backtest.data.finding import Finding, grouped
from backtest.data.load import MarketEntry
from backtest.data.store import Manifest
from backtest.views.page import Page, Section, Table
from backtest.views.words import Words

LINES = 40  # rows of findings on a page
OUTCOMES = {"missed": "bad", "disagrees": "unsure", "revised": "unsure", "new": "good"}
SEVERITIES = {"error": "bad", "warning": "unsure"}


def markets_page(entries: Sequence[MarketEntry], say: Words) -> Page:
    """Return a row per market."""
    heads = [say(h) for h in ("universe", "first", "last", "instruments", "snapshot", "kind")]
    cells = pd.DataFrame(
        [
            (
                entry.universe,
                entry.first,
                entry.last,
                str(entry.instruments),
                entry.snapshot[:12],
                say("synthetic") if entry.synthetic else "",
            )
            for entry in entries
        ],
        columns=heads,
        index=[entry.name for entry in entries],
    )
    drop = (say("snapshot"), say("universe"), say("instruments"))
    left = tuple(head for head in heads if head != say("instruments"))
    tones = {say("synthetic"): "unsure"}
    return _page(say, Table("", cells, left, drop, tones, say("market")))


def fetch_page(fetched: Fetched, say: Words) -> Page:
    """Return what came, what did not and why, and where the market stands now."""
    heads = [say(h) for h in ("outcome", "rows", "new", "first", "last", "why")]
    cells = pd.DataFrame(
        [
            (say(o.status), str(o.rows), str(o.added), o.first, o.last, o.reason)
            for o in fetched.outcomes
        ],
        columns=heads,
        index=[outcome.id for outcome in fetched.outcomes],
    )
    left = tuple(head for head in heads if head not in (say("rows"), say("new")))
    tones = {say(outcome): tone for outcome, tone in OUTCOMES.items()}
    drop = (say("first"), say("rows"), say("last"))
    table = Table("", cells, left, drop, tones, say("instrument"))
    stored = fetched.manifest
    if stored is None:
        told = [say("nothing was stored; what arrived is kept for the next fetch")]
    else:
        told = [
            say(
                "{count} findings about the data; nqp data check {name} lists them",
                count=len(stored.findings),
                name=stored.name,
            )
        ] * bool(stored.findings)
        told.append(say("market {market}", market=_described(stored, say)))
    return _page(say, table, footer=tuple(told))


def import_page(stored: Manifest, say: Words) -> Page:
    """Return what was stored, and the findings about it."""
    footer = (say("stored {market}", market=_described(stored, say)),)
    return findings_page(stored.findings, say, footer)


def findings_page(findings: Sequence[Finding], say: Words, footer: tuple[str, ...] = ()) -> Page:
    """Return findings, many of one kind in one row."""
    groups = grouped(findings)
    if not groups:
        return _page(say, footer=(say("no findings"), *footer))
    heads = [say("finding"), say("count"), say("first of them")]
    cells = pd.DataFrame(
        [
            (say.note(group.kind.replace("_", " ")), f"{group.count:,}", say.note(group.message))
            for group in groups[:LINES]
        ],
        columns=heads,
        index=[say(group.severity) for group in groups[:LINES]],
    )
    tones = {say(severity): tone for severity, tone in SEVERITIES.items()}
    table = Table("", cells, (heads[0], heads[2]), (), tones, say("severity"))
    if len(groups) > LINES:
        more = say("and {count} more rows; --json lists every finding", count=len(groups) - LINES)
        footer = (more, *footer)
    return _page(say, table, footer=footer)


def _described(stored: Manifest, say: Words) -> str:
    return say(
        "{name}: {count} instruments of {universe}, {first} … {last}, snapshot {snapshot}",
        name=stored.name,
        count=stored.instruments,
        universe=stored.universe,
        first=stored.first,
        last=stored.last,
        snapshot=stored.snapshot[:12],
    )


def _page(say: Words, *tables: Table, footer: tuple[str, ...] = ()) -> Page:
    section = Section("data", "", tables=tables)
    sections = (section,) if tables else ()
    return Page("", "", say.language, "", sections=sections, footer=footer)
