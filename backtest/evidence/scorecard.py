"""scorecard: every claim of a report on a market, as of a date.

Claims come in as values; nothing here knows what they say. The report's date divides: a window
that was over by then is in-sample.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from backtest.display import Displayed, put_in
from backtest.evidence.count_by_chance import HeldByChance, held_by_chance
from backtest.evidence.elasticity import Reratings, reratings
from backtest.evidence.evaluate import DRAWS, evaluate
from backtest.evidence.finding import ClaimFinding
from backtest.evidence.observables import check_claim
from backtest.evidence.verdict import CANNOT_TELL, FAILED, HELD, Settled, corrected, settled
from backtest.market import Market
from backtest.plain import document
from backtest.strategy.claim import Claim, Source
from backtest.strategy.thesis import Falsifier


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
    others: Sequence[Market] = (),
    falsifiers: Sequence[Falsifier] = (),
    draws: int = DRAWS,
) -> Scorecard:
    """Evaluate claims on a market, as of its last session.

    Parameters
    ----------
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
    found = [evaluate(claim, source, market, others=others, draws=draws) for claim in claims]
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
        as_of=market.sessions[-1],
        by_chance=held_by_chance(findings, market),
        settled=settled(
            falsifiers, {item.claim.id: item.verdict for item in findings}, market.sessions[-1]
        ),
        reratings=reratings(claims, source, market),
    )
