"""The same claim by other means: what a verdict owes to the basket chosen.

Each row is the claim measured on something else that could have stood for it: the basket without
one of its sectors, a narrower or broader one, indices or listed funds alone, the benchmark instead
of all sectors, a window that begins or ends a week earlier or later, only what came after the
report, another market.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from backtest.errors import UserError
from backtest.evidence.baskets import kinds, only
from backtest.evidence.dividends import market_for
from backtest.evidence.observables import OBSERVABLES, measured_by
from backtest.evidence.verdict import CANNOT_TELL, judge
from backtest.evidence.windows import CannotTell, Window, between, resolve
from backtest.market import Market
from backtest.market.universe import sectors
from backtest.strategy.basket import Basket
from backtest.strategy.claim import Claim, Source

DRAWS = 500  # placebos of an alternative
WEEK = 5  # sessions
KIND_NAMES = {
    "index": ("indices only", "仅用指数"),
    "etf": ("listed funds only", "仅用场内基金"),
    "stock": ("stocks only", "仅用个股"),
}


@dataclass(frozen=True)
class Alternative:
    """A claim by other means: what changed, the value, and the verdict it would have had."""

    label: str
    label_zh: str
    value: float
    verdict: str


def alternatives(
    claim: Claim, source: Source, market: Market, window: Window, others: Sequence[Market] = ()
) -> tuple[Alternative, ...]:
    """Return the claim by every other means this market has, and on other markets."""
    rows = []
    elsewhere = (
        (f"on {one.name}: {one.universe.title}", f"市场 {one.name}", claim, one, None)
        for one in others
    )
    here = _cases(claim.on(market.universe.name), source, market, window)
    for label, label_zh, changed, where, over in (*here, *elsewhere):
        try:
            span = over or resolve(claim.window, source, where)
            changed, _ = measured_by(changed.on(where.universe.name), where)
            measure, where = OBSERVABLES[changed.observable], market_for(changed, where)
            observed = measure.observe(changed, where, span)
            placebo = None
            if claim.asserts == "regularity":
                placebo = measure.placebos[0](changed, where, span, observed, DRAWS, 0)
        except (CannotTell, UserError):
            continue
        verdict = judge(
            changed,
            observed.value,
            sessions=max(len(observed.moves), 0 if observed.independent else changed.minimum),
            placebo=placebo,
            complete=span.complete,
        )
        rows.append(Alternative(label, label_zh, observed.value, verdict))
    return tuple(rows)


Case = tuple[str, str, Claim, Market, Window | None]


def _cases(claim: Claim, source: Source, market: Market, window: Window) -> Iterator[Case]:
    if claim.basket is not None:
        for sector in claim.basket.sectors if len(claim.basket.sectors) > 1 else ():
            kept = {name: w for name, w in claim.basket.weights if name != sector}
            smaller = replace(claim, basket=Basket.of(claim.basket.name, kept))
            names = {**market.universe.sectors, **sectors()}[sector]
            yield (
                f"without {names.name.lower()}",
                f"剔除{names.name_zh or names.name}",
                smaller,
                market,
                window,
            )
        for basket in claim.variants:
            other = replace(claim, basket=basket)
            yield basket.title, basket.title_zh or basket.title, other, market, window
    if claim.observable == "rerating":
        priced = replace(claim, observable="lead")
        yield "by price instead of valuation", "按价格而非估值", priced, market, window
    if claim.observable == "lead" and claim.against is None:
        beside = replace(claim, options=(*claim.options, ("against", "benchmark")))
        named = market.universe.by_id[market.universe.benchmark]
        yield (
            f"against {named.name}",
            f"相对{named.name_zh or named.name}",
            beside,
            market,
            window,
        )
    for group in claim.groups if len(claim.groups) > 1 else ():
        alone = replace(claim, groups=(group,))
        yield f"{group.title} alone", f"仅{group.title_zh or group.title}", alone, market, window
    if claim.observable == "after_events" and not claim.events:
        start, end = market.sessions[1], market.sessions[-1]
        record = between(market, start, end, "the whole record")
        yield "over the whole record", "全部历史", claim, market, record
    for label, label_zh, options in claim.alternatives:
        yield label, label_zh, replace(claim, options=(*claim.options, *options)), market, window
    yield from _other_dates(claim, market, window)
    if len(kinds(market)) > 1:
        for kind in kinds(market):
            label, label_zh = KIND_NAMES[kind]
            yield label, label_zh, claim, only(market, kind), None
    if window.start <= source.published < window.end and claim.observable != "after_events":
        later = _after(market, source.published, window)
        if later is not None:
            yield "after the report only", "仅报告发布之后", claim, market, later


def _other_dates(claim: Claim, market: Market, window: Window) -> Iterator[Case]:
    """Yield the claim over windows that begin or end a week earlier or later."""
    if claim.asserts != "outcome" or not window.complete:
        return
    for ends, what, what_zh in ((False, "beginning", "起点"), (True, "ending", "终点")):
        for days, when, when_zh in ((-WEEK, "earlier", "提前"), (WEEK, "later", "推后")):
            base = window.base + (0 if ends else days)
            last = window.last + (days if ends else 0)
            if 0 <= base < last < len(market.sessions):
                moved = replace(window, base=base, last=last)
                yield f"{what} a week {when}", f"{what_zh}{when_zh}一周", claim, market, moved


def _after(market: Market, published: pd.Timestamp, window: Window) -> Window | None:
    """Return the part of a window after a day; None where nothing is."""
    try:
        return between(market, published + pd.Timedelta(days=1), window.end, window.label)
    except CannotTell:
        return None


def turns(rows: Sequence[Alternative], verdict: str) -> tuple[Alternative, ...]:
    """Return the alternatives that say the opposite of a verdict."""
    return tuple(
        row for row in rows if row.verdict != verdict and CANNOT_TELL not in (row.verdict, verdict)
    )
