"""The pages of stored markets: what is stored, what a fetch brought, what the checks found."""

from collections.abc import Sequence

from backtest.data.description import Description
from backtest.data.fetch import Fetched
from backtest.data.finding import Finding, grouped
from backtest.data.load import MarketEntry
from backtest.data.store import Manifest
from backtest.views.page import Page, Section, Table, table
from backtest.views.words import Words

LINES, COLUMNS = 6, 12  # kinds of finding, and columns of a file, unless all are asked for
OUTCOMES = {"missed": "bad", "disagrees": "unsure", "revised": "unsure", "new": "good"}
SEVERITIES = {"error": "bad", "warning": "unsure"}


def markets_page(entries: Sequence[MarketEntry], say: Words) -> Page:
    """Return a row per market."""
    cells = {
        "universe": [one.universe for one in entries],
        "first": [one.first for one in entries],
        "last": [one.last for one in entries],
        "instruments": [str(one.instruments) for one in entries],
        "snapshot": [one.snapshot[:12] for one in entries],
        "kind": [say("synthetic") if one.synthetic else "" for one in entries],
    }
    markets = table(
        say,
        cells,
        [one.name for one in entries],
        left=("universe", "first", "last", "snapshot", "kind"),
        drop=("snapshot", "universe", "instruments"),
        tones={"synthetic": "unsure"},
        head="market",
    )
    return _page(say, markets)


def fetch_page(fetched: Fetched, say: Words) -> Page:
    """Return what came, what did not and why, and where the market stands now."""
    made = fetched.outcomes
    cells = {
        "outcome": [say(one.status) for one in made],
        "rows": [str(one.rows) for one in made],
        "added": [str(one.added) for one in made],
        "first": [one.first for one in made],
        "last": [one.last for one in made],
        "why": [one.reason for one in made],
    }
    outcomes = table(
        say,
        cells,
        [one.id for one in made],
        left=("outcome", "first", "last", "why"),
        drop=("first", "rows", "last"),
        tones=OUTCOMES,
        head="instrument",
    )
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
    return _page(say, outcomes, footer=tuple(told))


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
    findings: Sequence[Finding], say: Words, footer: tuple[str, ...] = (), *, verbose: bool = False
) -> Page:
    """Return findings, one row a kind, or every one of them."""
    groups = grouped(findings)
    if not groups:
        return _page(say, footer=(say("no findings"), *footer))
    every = [(item.severity, item.kind, 1, item.message) for item in findings]
    kinds = [(group.severity, group.kind, group.count, group.message) for group in groups]
    rows = every if verbose else kinds[:LINES]
    cells = {
        "finding": [say.note(kind.replace("_", " ")) for _, kind, _, _ in rows],
        "count": [f"{count:,}" for _, _, count, _ in rows],
        "first of them": [say.note(message) for *_, message in rows],
    }
    severities = [say(severity) for severity, *_ in rows]
    left = ("finding", "first of them")
    listed = table(say, cells, severities, left=left, tones=SEVERITIES, head="severity")
    if len(findings) > len(rows):
        more = say(
            "--verbose shows all {count} findings, --json lists them", count=f"{len(findings):,}"
        )
        footer = (more, *footer)
    return _page(say, listed, footer=footer)


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
