"""evaluate: one claim on one market."""

from collections.abc import Sequence

import numpy as np

from backtest.errors import UserError
from backtest.evidence.causes import causes
from backtest.evidence.chance import Placebo
from backtest.evidence.concentration import concentration
from backtest.evidence.dividends import market_for
from backtest.evidence.finding import ClaimFinding
from backtest.evidence.intervals import Interval, apart
from backtest.evidence.ledoit_wolf import mean_difference
from backtest.evidence.observables import (
    OBSERVABLES,
    Observable,
    check_claim,
    elsewhere,
    measured_by,
)
from backtest.evidence.observation import Measurement
from backtest.evidence.sensitivity import alternatives
from backtest.evidence.verdict import CANNOT_TELL, first, judge
from backtest.evidence.windows import CannotTell, Window, resolve
from backtest.market import Market
from backtest.notes import Note, Titled
from backtest.strategy.claim import Claim, Source, days_of

DRAWS = 2000


def evaluate(
    claim: Claim,
    source: Source,
    market: Market,
    *,
    others: Sequence[Market] = (),
    draws: int = DRAWS,
) -> ClaimFinding:
    """Evaluate one claim; its p-value is not corrected for others."""
    check_claim(claim)
    asked = claim
    claim, basis = measured_by(claim.on(market.universe.name), market)
    measure = OBSERVABLES[claim.observable]
    try:
        market = market_for(claim, market)
        window = resolve(claim.window, source, market)
        observed = measure.observe(claim, market, window)
    except (CannotTell, UserError) as unknown:
        return _untold(claim, source, unknown.args[0])
    at = Measurement(claim, market, window, observed, draws, seed=0)
    placebos, unplaced = _placebos(measure, at)
    bounds, unbounded = _interval(measure, at)
    verdict = judge(
        claim,
        observed.value,
        sessions=len(observed.moves),
        placebo=first(placebos),
        complete=window.complete,
    )
    why = _why(claim, window, market, len(observed.moves)) if verdict == CANNOT_TELL else ""
    p_values = dict(observed.p_values)
    if observed.pair is not None:
        p_values["ledoit_wolf_mean"] = mean_difference(observed.pair).p
    base = apart(elsewhere(claim, market, len(window)), window, len(window))
    known, named = market.sessions[window.rows] <= source.published, market.universe.by_id
    return ClaimFinding(
        claim=claim,
        basis=basis,
        causes=causes(claim, market, window),
        window=window.label,
        verdict=verdict,
        window_of=window,
        start=market.sessions[window.base],
        end=market.sessions[window.last],
        value=observed.value,
        unit=measure.unit,
        interval=bounds,
        unbounded=unbounded,
        placebos=placebos,
        unplaced=unplaced,
        base_rate=float((claim.sign * (base - claim.threshold) > 0).mean()),
        in_sample=bool(window.end <= source.published),
        known_share=float(np.mean(known)),
        instruments=observed.instruments,
        names=tuple(
            Titled(named[name].name, named[name].name_zh) if name in named else name
            for name in observed.instruments
        ),
        absent=observed.absent,
        parts=observed.parts,
        p_values=p_values,
        sensitivity=alternatives(asked, source, market, window, others),
        concentration=concentration(observed),
        reason=why,
    )


def _placebos(measure: Observable, at: Measurement) -> tuple[tuple[Placebo, ...], str]:
    """Return the placebos there are, and why the one that counts is missing where it is."""
    found, why = [], ""
    for number, ask in enumerate(measure.placebos):
        try:
            found.append(ask(at))
        except CannotTell as unknown:
            why = why if number else unknown.reason
    return tuple(found), why


def _interval(measure: Observable, at: Measurement) -> tuple[Interval | None, str]:
    """Return the interval, or why there is none."""
    try:
        return measure.interval(at), ""
    except CannotTell as unknown:
        return None, unknown.reason


def _untold(claim: Claim, source: Source, reason: str) -> ClaimFinding:
    labels = {"H1": f"{source.year}H1", "H2": f"{source.year}H2", "year": f"{source.year}"}
    dated = claim.window if days_of(claim.window) else f"{claim.window} {source.dated}"
    label = labels.get(claim.window, dated)
    return ClaimFinding(claim, label, CANNOT_TELL, reason=reason)


def _why(claim: Claim, window: Window, market: Market, count: int) -> Note:
    if not window.complete:
        return Note(
            "{label} runs to {end:%Y-%m-%d}, the record to {last:%Y-%m-%d}",
            label=window.label,
            end=window.end,
            last=market.sessions[-1],
        )
    if count < claim.minimum:
        there = {"count": count, "minimum": claim.minimum}
        if claim.observable == "after_events":
            return Note("{count} events are too few, it takes {minimum}", **there)
        return Note("{count} sessions are too few, it takes {minimum}", **there)
    if claim.asserts == "regularity":
        return Note("chance goes as far too often")
    return Note("the number is too close to its threshold to call")
