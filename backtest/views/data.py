"""The pages of stored markets: what is stored, what a fetch brought, what the checks found."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from backtest.data.description import Description
from backtest.data.fetch import Fetched
from backtest.data.finding import Finding, grouped
from backtest.data.load import MarketEntry
from backtest.data.store import Manifest
from backtest.views.page import Page, Section, Table
from backtest.views.words import Words

LINES, COLUMNS = 6, 12  # kinds of finding, and columns of a file, unless all are asked for
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
    heads = [say(h) for h in ("outcome", "rows", "added", "first", "last", "why")]
    cells = pd.DataFrame(
        [
            (say(o.status), str(o.rows), str(o.added), o.first, o.last, o.reason)
            for o in fetched.outcomes
        ],
        columns=heads,
        index=[outcome.id for outcome in fetched.outcomes],
    )
    left = tuple(head for head in heads if head not in (say("rows"), say("added")))
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


def import_page(stored: Manifest, say: Words, *, verbose: bool = False) -> Page:
    """Return what was stored, and the findings about it."""
    footer = (say("stored {market}", market=_described(stored, say)),)
    return findings_page(stored.findings, say, footer, verbose=verbose)


def files_page(files: Sequence[Description], say: Words, *, verbose: bool = False) -> Page:
    """Return what files were taken for; those that are alike in one row, unless `verbose`."""
    alike: dict[object, list[Description]] = {}
    for item in files:
        key = item.file if verbose else (item.kind, item.dates, item.frequency, item.columns)
        alike.setdefault(key, []).append(item)
    lines = []
    for items in alike.values():
        one, others = items[0], len(items) - 1
        more = say(" and {count} like it", count=others) if others else ""
        unit = say(", in {unit}", unit=one.unit) if one.unit else ""
        shown = one.columns if verbose else one.columns[:COLUMNS]
        left = len(one.columns) - len(shown)
        meant = ", ".join(f"{header} → {meaning}" for header, meaning in shown)
        rest = say(", and {count} more", count=left) if left else ""
        lines += [
            f"{one.file}{more}: {one.kind}",
            say(
                "holds {what}, {frequency}{unit}: {rows} rows, {first} … {last}",
                what=one.holds,
                frequency=say(one.frequency),
                unit=unit,
                rows=one.rows,
                first=one.first,
                last=one.last,
            ),
            say("dates: {form}", form=one.dates),
            say("columns: {columns}", columns=f"{meant}{rest}"),
        ]
    return _page(say, footer=tuple(lines))


def findings_page(
    findings: Sequence[Finding],
    say: Words,
    footer: tuple[str, ...] = (),
    *,
    verbose: bool = False,
) -> Page:
    """Return findings, one row a kind, or every one of them."""
    groups = grouped(findings)
    if not groups:
        return _page(say, footer=(say("no findings"), *footer))
    heads = [say("finding"), say("count"), say("first of them")]
    every = [(item.severity, item.kind, 1, item.message) for item in findings]
    kinds = [(group.severity, group.kind, group.count, group.message) for group in groups]
    rows = every if verbose else kinds[:LINES]
    cells = pd.DataFrame(
        [
            (say.note(kind.replace("_", " ")), f"{count:,}", say.note(message))
            for _, kind, count, message in rows
        ],
        columns=heads,
        index=[say(severity) for severity, *_ in rows],
    )
    tones = {say(severity): tone for severity, tone in SEVERITIES.items()}
    table = Table("", cells, (heads[0], heads[2]), (), tones, say("severity"))
    if len(findings) > len(rows):
        more = say(
            "--verbose shows all {count} findings, --json lists them", count=f"{len(findings):,}"
        )
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
    return Page("", say.language, sections=sections, footer=footer)
