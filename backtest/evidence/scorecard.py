"""scorecard: every claim of a report on a market, as of a date.

Claims come in as values; nothing here knows what they say. The report's date divides: a window
that was over by then is in-sample.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from backtest.display import Displayed, put_in
from backtest.errors import UserError
from backtest.evidence.causes import causes
from backtest.evidence.chance import Placebo
from backtest.evidence.concentration import concentration
from backtest.evidence.count_by_chance import HeldByChance, held_by_chance
from backtest.evidence.dividends import market_for
from backtest.evidence.elasticity import Reratings, reratings
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
from backtest.evidence.verdict import (
    CANNOT_TELL,
    FAILED,
    HELD,
    Settled,
    corrected,
    first,
    judge,
    settled,
)
from backtest.evidence.windows import CannotTell, Window, resolve
from backtest.market import Date, Market
from backtest.notes import Note, Titled
from backtest.plain import document
from backtest.strategy.claim import Claim, Source, days_of
from backtest.strategy.thesis import Falsifier

DRAWS = 2000


@dataclass(frozen=True)
class Scorecard(Displayed):
    """The verdicts on a report's claims.

    Attributes
    ----------
    as_of : Timestamp
        The last session that was looked at.
    by_chance : HeldByChance
        How many claims would hold if nothing were true.
    settled : tuple of Settled
        What refutes the thesis as a whole, and whether it did.
    reratings : Reratings or None
        What the valuations did that claims are about; None on a market that carries none.
    """

    source: Source
    findings: tuple[ClaimFinding, ...]
    market: str
    snapshot: str
    synthetic: bool
    as_of: pd.Timestamp
    by_chance: HeldByChance
    settled: tuple[Settled, ...] = ()
    reratings: Reratings | None = None

    def __getitem__(self, claim: str) -> ClaimFinding:
        for finding in self.findings:
            if finding.claim.id == claim:
                return finding
        raise KeyError(claim)

    @property
    def table(self) -> pd.DataFrame:
        """One row per claim: value, interval, outcome and evidence, what it owes its basket."""
        rows = [
            {
                "claim": finding.claim.id,
                "window": finding.window,
                "value": finding.value,
                "unit": finding.unit,
                "low": math.nan if finding.interval is None else finding.interval.low,
                "high": math.nan if finding.interval is None else finding.interval.high,
                "placebo_p": math.nan if finding.placebo is None else finding.placebo.p,
                "p_holm": finding.p_holm,
                "base_rate": finding.base_rate,
                "outcome": finding.verdict,
                "evidence": finding.evidence,
                "opposite": f"{len(finding.turned)}/{len(finding.sensitivity)}",
                "in_sample": finding.in_sample,
            }
            for finding in self.findings
        ]
        return pd.DataFrame(rows).set_index("claim")

    @property
    def counts(self) -> dict[str, int]:
        """How many claims held, failed and cannot be told."""
        verdicts = [finding.verdict for finding in self.findings]
        return {verdict: verdicts.count(verdict) for verdict in (HELD, FAILED, CANNOT_TELL)}

    def sentences(self, language: str = "en") -> list[str]:
        """Say it in words: the whole first, then a sentence or two for each claim."""
        return list(put_in("sentences")(self, language))

    def to_json(self, language: str = "en") -> dict[str, Any]:
        """Return the scorecard as `nqp evidence --json` prints it."""
        return document(
            {
                "market": self.market,
                "snapshot": self.snapshot,
                "synthetic": self.synthetic,
                "as_of": self.as_of,
                "source": {
                    "title": self.source.title_zh if language == "zh" else self.source.title,
                    "author": self.source.author,
                    "dated": self.source.dated,
                    "year": self.source.year,
                    "published_in": self.source.published_in,
                },
                "counts": self.counts,
                "held_by_chance": vars(self.by_chance),
                "valuation": self.reratings,
                "overview": self.sentences(language)[0],
                "claims": [finding.to_json(language) for finding in self.findings],
                "falsifiers": [one.to_json(language) for one in self.settled],
            }
        )

    def __repr__(self) -> str:
        kind = "synthetic " if self.synthetic else ""
        counts = ", ".join(f"{count} {verdict}" for verdict, count in self.counts.items())
        return f"<Scorecard on {kind}{self.market}, as of {self.as_of:%Y-%m-%d}: {counts}>"


def scorecard(
    source: Source,
    claims: Sequence[Claim],
    market: Market,
    *,
    as_of: Date | None = None,
    others: Sequence[Market] = (),
    falsifiers: Sequence[Falsifier] = (),
    draws: int = DRAWS,
    seed: int = 0,
) -> Scorecard:
    """Evaluate claims on a market.

    Parameters
    ----------
    as_of : date, optional
        Nothing after it is looked at; by default the market's last session.
    others : sequence of Market
        On which each claim is measured too, as a row of its sensitivity.
    falsifiers : sequence of Falsifier
        What would refute the thesis as a whole.
    draws : int
        Of bootstraps and of placebos that are drawn.

    Raises
    ------
    UserError
        If a claim cannot be measured as it says: no such observable or parameter, no basket.
    """
    for claim in claims:
        check_claim(claim)
    seen = market if as_of is None else market.until(as_of)
    elsewhere_seen = [other if as_of is None else other.until(as_of) for other in others]
    found = [
        evaluate(claim, source, seen, others=elsewhere_seen, draws=draws, seed=seed)
        for claim in claims
    ]
    told = [math.nan if item.placebo is None else item.placebo.p for item in found]
    holm, bh = corrected(told), corrected(told, "fdr_bh")
    findings = tuple(
        replace(item, p_holm=one, p_bh=share)
        for item, one, share in zip(found, holm, bh, strict=True)
    )
    return Scorecard(
        source=source,
        findings=findings,
        market=market.name,
        snapshot=market.snapshot,
        synthetic=market.synthetic,
        as_of=seen.sessions[-1],
        by_chance=held_by_chance(findings, seen),
        settled=settled(
            falsifiers, {item.claim.id: item.verdict for item in findings}, seen.sessions[-1]
        ),
        reratings=reratings(claims, source, seen),
    )


def evaluate(
    claim: Claim,
    source: Source,
    market: Market,
    *,
    others: Sequence[Market] = (),
    draws: int = DRAWS,
    seed: int = 0,
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
    at = Measurement(claim, market, window, observed, draws, seed)
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
        p_values["ledoit_wolf_mean"] = mean_difference(observed.pair, seed=seed).p
    base = apart(elsewhere(claim, market, len(window)), window, len(window))
    known = market.sessions[window.rows] <= source.published
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
        names=tuple(_called(market, name) for name in observed.instruments),
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


def _called(market: Market, instrument: str) -> Note:
    if isinstance(instrument, Note):
        return instrument
    known = market.universe.by_id.get(instrument)
    return Titled(instrument) if known is None else Titled(known.name, known.name_zh)


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
