"""The same claim by other means: what a verdict owes to the basket chosen.

Each row is the claim measured on something else that could have stood for it: the basket without
one of its sectors, a narrower or broader one, indices or listed funds alone, the benchmark instead
of all sectors, a window that begins or ends a week earlier or later, only what came after the
report, another market.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from backtest.errors import UserError
from backtest.evidence.baskets import kinds, only
from backtest.evidence.dividends import market_for
from backtest.evidence.observables import OBSERVABLES, measured_by
from backtest.evidence.observation import Measurement
from backtest.evidence.verdict import CANNOT_TELL, judge
from backtest.evidence.windows import CannotTell, Window, between, resolve
from backtest.market import Market
from backtest.market.universe import sectors
from backtest.notes import Note, Titled
from backtest.strategy.basket import Basket
from backtest.strategy.claim import Claim, Source

DRAWS = 500  # placebos of an alternative
WEEK = 5  # sessions
KIND_NAMES = {
    "index": Note("indices only"),
    "etf": Note("listed funds only"),
    "stock": Note("stocks only"),
}


@dataclass(frozen=True)
class Alternative:
    """A claim by other means: what changed, the value, and the verdict it would have had."""

    label: str
    value: float
    verdict: str


def alternatives(
    claim: Claim, source: Source, market: Market, window: Window, others: Sequence[Market] = ()
) -> tuple[Alternative, ...]:
    """Return the claim by every other means this market has, and on other markets."""
    rows = []
    elsewhere = (
        (Titled(f"on {one.name}: {one.universe.title}", f"市场 {one.name}"), claim, one, None)
        for one in others
    )
    here = _cases(claim.on(market.universe.name), source, market, window)
    for what, changed, where, over in (*here, *elsewhere):
        try:
            span = over or resolve(claim.window, source, where)
            changed, _ = measured_by(changed.on(where.universe.name), where)
            measure, where = OBSERVABLES[changed.observable], market_for(changed, where)
            observed = measure.observe(changed, where, span)
            placebo = None
            if claim.asserts == "regularity":
                placebo = measure.placebos[0](Measurement(changed, where, span, observed, DRAWS, 0))
        except (CannotTell, UserError):
            continue
        verdict = judge(
            changed,
            observed.value,
            sessions=max(len(observed.moves), 0 if observed.independent else changed.minimum),
            placebo=placebo,
            complete=span.complete,
        )
        rows.append(Alternative(what, observed.value, verdict))
    return tuple(rows)


Case = tuple[Note, Claim, Market, Window | None]


def _cases(claim: Claim, source: Source, market: Market, window: Window) -> Iterator[Case]:
    if claim.basket is not None:
        for sector in claim.basket.sectors if len(claim.basket.sectors) > 1 else ():
            kept = {name: w for name, w in claim.basket.weights if name != sector}
            smaller = replace(claim, basket=Basket.of(claim.basket.name, kept))
            names = {**market.universe.sectors, **sectors()}[sector]
            left_out = Titled(names.name.lower(), names.name_zh or names.name)
            yield Note("without {sector}", sector=left_out), smaller, market, window
        for basket in claim.variants:
            other = replace(claim, basket=basket)
            yield Titled(basket.title, basket.title_zh), other, market, window
    if claim.observable == "rerating":
        priced = replace(claim, observable="lead")
        yield Note("by price instead of valuation"), priced, market, window
    if claim.observable == "lead" and claim.against is None:
        beside = replace(claim, options=(*claim.options, ("against", "benchmark")))
        named = market.universe.by_id[market.universe.benchmark]
        name = Titled(named.name, named.name_zh)
        yield Note("against {benchmark}", benchmark=name), beside, market, window
    for group in claim.groups if len(claim.groups) > 1 else ():
        alone = replace(claim, groups=(group,))
        title = Titled(group.title, group.title_zh)
        yield Note("{group} alone", group=title), alone, market, window
    if claim.observable == "after_events" and not claim.events:
        start, end = market.sessions[1], market.sessions[-1]
        record = between(market, start, end, "the whole record")
        yield Note("over the whole record"), claim, market, record
    for label, label_zh, options in claim.alternatives:
        other = replace(claim, options=(*claim.options, *options))
        yield Titled(label, label_zh), other, market, window
    yield from _other_dates(claim, market, window)
    if len(kinds(market)) > 1:
        for kind in kinds(market):
            yield KIND_NAMES[kind], claim, only(market, kind), None
    if window.start <= source.published < window.end and claim.observable != "after_events":
        later = _after(market, source.published, window)
        if later is not None:
            yield Note("after the report only"), claim, market, later


def _other_dates(claim: Claim, market: Market, window: Window) -> Iterator[Case]:
    """Yield the claim over windows that begin or end a week earlier or later."""
    if claim.asserts != "outcome" or not window.complete:
        return
    for what, first, final in (
        (Note("beginning a week earlier"), -WEEK, 0),
        (Note("beginning a week later"), WEEK, 0),
        (Note("ending a week earlier"), 0, -WEEK),
        (Note("ending a week later"), 0, WEEK),
    ):
        base, last = window.base + first, window.last + final
        if 0 <= base < last < len(market.sessions):
            yield what, claim, market, replace(window, base=base, last=last)


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
