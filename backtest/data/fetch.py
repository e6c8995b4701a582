"""From a source into the store: only what is missing, nothing lost, every gap explained.

What arrives is kept at once; the market
is stored once, at the end, from all that arrived and agrees with what is there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from backtest.atomic import locked
from backtest.data import staging
from backtest.data.align import build_market
from backtest.data.fetch_merge import Merge, Outcome
from backtest.data.fetch_plan import Base, base_of, chosen_series, last_day, wanted
from backtest.data.finding import Finding
from backtest.data.periods import usable
from backtest.data.quality import check
from backtest.data.raw import RawMarket, encode, raw_market
from backtest.data.sources.base import Arrival, DataSource, Kind, Missed, Wanted
from backtest.data.sources.pacing import NoNetworkError
from backtest.data.stated import Stated
from backtest.data.store import SHOWN, Manifest, check_name, save
from backtest.errors import UserError

# Called with what is done, how much there is, and what was just done or why it was not.
Progress = Callable[[int, int, str], None]


def unwatched(done: int, total: int, what: str) -> None:
    """Show nothing."""


@dataclass(frozen=True)
class Request:
    """What `nqp data fetch` is asked for; `series` None means those the universe declares."""

    name: str
    universe: str | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    series: tuple[str, ...] | None = None
    prices: bool = True
    accept_revisions: bool = False


@dataclass(frozen=True)
class Fetched:
    """How a fetch ended: the market as stored now (None where there is none), and each outcome."""

    manifest: Manifest | None
    outcomes: tuple[Outcome, ...]
    source: str

    @property
    def came(self) -> bool:
        """Whether anything is in the market now, new or as it was."""
        return any(outcome.status not in ("missed", "disagrees") for outcome in self.outcomes)

    def to_json(self) -> dict[str, Any]:
        """Return what other programs read; `snapshot` is None where nothing is stored."""
        none: dict[str, Any] = {**dict.fromkeys(SHOWN), "instruments": 0, "findings": []}
        stored = none if self.manifest is None else self.manifest.to_json()
        outcomes = [asdict(outcome) for outcome in self.outcomes]
        return {**stored, "source": self.source, "outcomes": outcomes}

    @property
    def missing(self) -> tuple[Outcome, ...]:
        """What did not come or was not taken."""
        return tuple(o for o in self.outcomes if o.status in ("missed", "disagrees"))


def fetch_market(
    request: Request,
    source: DataSource,
    *,
    progress: Progress = unwatched,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Fetched:
    """Bring a market up to date from a source, or begin it.

    Raises
    ------
    UserError
        If the request cannot be met, there is no network, another fetch of this market is at work,
        or the store cannot be written. What arrived until then is kept for the next fetch.
    """
    check_name(request.name)
    if request.start and request.end and request.start > request.end:
        raise UserError(
            "start {start} is after end {end}; swap them", start=request.start, end=request.end
        )
    with locked(request.name, "fetch", patience=0.0):
        prices_come = request.prices and source.has_prices
        base = base_of(request.name, request.universe, prices_come=prices_come)
        plan = _Plan.of(base, request, source, prices_come, now())
        if not plan.wanted and not plan.current:
            raise UserError(
                "there is nothing to fetch from {source}; name series of it with --series",
                source=source.name,
            )
        merge = Merge(base, source.name, now().date(), accept=request.accept_revisions)
        for answer in _answers(request.name, source, plan.wanted, progress):
            merge.take(answer)
        if merge.again:
            # A history that was rewritten is taken as a whole or not at all.
            for answer in _answers(request.name, source, merge.again, progress):
                merge.replace_whole(answer)
        manifest = _stored(request.name, base, merge)
        if base.manifest is None and manifest is None:
            return Fetched(None, tuple(merge.outcomes.values()), source.name)
        staging.clear(request.name)
        outcomes = (*merge.outcomes.values(), *plan.current)
        order = {key: place for place, key in enumerate(plan.order)}
        ordered = sorted(outcomes, key=lambda outcome: order[outcome.kind, outcome.id])
        return Fetched(manifest, tuple(ordered), source.name)


@dataclass(frozen=True)
class _Plan:
    """What to ask for, and what needs no asking."""

    wanted: tuple[Wanted, ...]
    current: tuple[Outcome, ...]
    order: tuple[tuple[str, str], ...]

    @classmethod
    def of(
        cls, base: Base, request: Request, source: DataSource, prices_come: bool, now: dt.datetime
    ) -> _Plan:
        universe = base.raw.universe
        last = last_day(universe, request.end, now)
        names: list[tuple[Kind, str]] = []
        if prices_come:
            names += [("instrument", name) for name in universe.by_id]
        names += [("series", name) for name in chosen_series(source, universe, request.series)]
        asked, current = [], []
        for kind, name in names:
            one = wanted(base, kind, name, request.start, last)
            if one is None:
                current.append(Outcome.of(base.rows(kind, name), kind, name, "up to date"))
            else:
                asked.append(one)
        return cls(tuple(asked), tuple(current), tuple(names))


def _answers(
    name: str, source: DataSource, wanted: Sequence[Wanted], progress: Progress
) -> Iterable[Arrival | Missed]:
    """Yield what an earlier fetch kept, then what the source says, keeping it."""
    kept = {one: staging.kept(name, source.name, one) for one in wanted}
    done, rest = 0, [one for one in wanted if kept[one] is None]
    if rest:
        progress(0, len(wanted), f"asking {source.name}")
    for one in wanted:
        earlier = kept[one]
        if earlier is not None:
            done += 1
            progress(done, len(wanted), one.id)
            yield earlier
    try:
        for answer in source.fetch(rest):
            done += 1
            missed = f" missed: {answer.reason}" if isinstance(answer, Missed) else ""
            progress(done, len(wanted), f"{answer.wanted.id}{missed}")
            if isinstance(answer, Arrival):
                staging.keep(name, source.name, answer)
            yield answer
    except NoNetworkError as error:
        raise UserError(
            "there is no way to {source} from here ({error}); check the network, and "
            "HTTPS_PROXY where one is needed",
            source=source.name,
            error=error,
        ) from error


def _stored(name: str, base: Base, merge: Merge) -> Manifest | None:
    """Check what was merged, leave out what has errors, and store the rest if it is new."""
    raw, findings = _checked(base, merge)
    if raw is None:
        return base.manifest
    snapshot, _ = encode(raw)
    if base.manifest is not None and snapshot == base.manifest.snapshot:
        return base.manifest
    market = build_market(raw, name=name, snapshot="")
    before = base.manifest
    sources: dict[str, Any] = {} if before is None else dict(before.sources)
    sources["universe"] = sources.get("universe", market.universe.name)
    sources["fetched"] = {kind: merge.notes(kind) for kind in ("instruments", "series")}
    upon = "" if before is None else before.snapshot
    return save(raw, Manifest.of(market, sources, findings), upon=upon)


def _checked(base: Base, merge: Merge) -> tuple[RawMarket | None, tuple[Finding, ...]]:
    """Return the merged market without what the checks refuse, None if no sector has a price."""
    universe = base.raw.universe
    while True:
        prices, series = merge.tables()
        prices, left_out = usable(prices, universe)
        raw = raw_market(base.raw.universe_text, prices, series)
        checked = check(raw.prices, raw.series, universe, Stated(accept_jumps=True))
        findings = (*left_out, *checked)
        errors = {
            finding.instrument: finding.message
            for finding in findings
            if finding.severity == "error" and finding.instrument
        }
        refused = {name: text for name, text in errors.items() if merge.undo(name, text)}
        if not refused:
            break
    if not universe.with_sector & set(prices["instrument"]):
        lacking = "no instrument with a sector came, so there is no market to store yet"
        merge.outcomes = {
            key: replace(item, status="missed", reason=item.reason or lacking)
            for key, item in merge.outcomes.items()
        }
        return None, ()
    return raw, findings
