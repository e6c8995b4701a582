"""Finding: everything one claim came to on one market, as a value."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from backtest.display import put_in
from backtest.evidence.causes import Cause
from backtest.evidence.chance import Placebo
from backtest.evidence.concentration import Concentration
from backtest.evidence.intervals import Interval
from backtest.evidence.sensitivity import Alternative, turns
from backtest.evidence.verdict import BEYOND, against_chance, first
from backtest.evidence.windows import Window
from backtest.strategy.claim import Claim


@dataclass(frozen=True)
class ClaimFinding:
    """The verdict on a claim, and what it rests on.

    Attributes
    ----------
    window : str
        "2024H1".
    start, end : Timestamp or None
        The close the number starts from and the last session in it.
    value, unit
        The number: a fraction, basis points, a share or a correlation.
    verdict, reason : str
        The outcome: "held", "failed" or "cannot tell", and why it cannot.
    window_of : Window or None
        The sessions; None where the market has none of them.
    unbounded, unplaced : str
        Why there is no interval, and no placebo to count.
    in_sample : bool
        Whether the window was over when the report came out.
    known_share : float
        How much of the window was.
    p_holm, p_bh : float
        The placebo's p-value corrected for all claims judged together: against even one false
        discovery (Holm), and against a share of them (Benjamini & Hochberg).
    names : tuple of str
        What the instruments are called.
    basis : str
        "valuation" or "price only", of a claim about a valuation.
    causes : tuple of Cause
        The published series behind the claim that the market has.
    base_rate : float
        Share of other windows of this length in which the claim would have held too.
    """

    claim: Claim
    window: str
    verdict: str
    window_of: Window | None = None
    start: pd.Timestamp | None = None
    end: pd.Timestamp | None = None
    value: float = math.nan
    unit: str = ""
    interval: Interval | None = None
    unbounded: str = ""
    placebos: tuple[Placebo, ...] = ()
    unplaced: str = ""
    p_holm: float = math.nan
    p_bh: float = math.nan
    base_rate: float = math.nan
    in_sample: bool = False
    known_share: float = 0.0
    instruments: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    parts: Mapping[str, float] = field(default_factory=dict)
    p_values: Mapping[str, float] = field(default_factory=dict)
    sensitivity: tuple[Alternative, ...] = ()
    concentration: Concentration | None = None
    reason: str = ""
    basis: str = ""
    causes: tuple[Cause, ...] = ()

    @property
    def placebo(self) -> Placebo | None:
        """The placebo that counts: the first of its observable's."""
        return first(self.placebos)

    @property
    def evidence(self) -> str:
        """Whether what came about is more than chance; see `verdict.against_chance`."""
        return against_chance(self.placebo, self.p_holm)

    @property
    def turned(self) -> tuple[Alternative, ...]:
        """The other means by which the verdict would be the opposite."""
        return turns(self.sensitivity, self.verdict)

    @property
    def beyond_chance(self) -> bool:
        """Whether the placebo p-value stays significant after correction for all claims."""
        return self.evidence == BEYOND

    def sentence(self, language: str = "en") -> str:
        """Say it in words, in English ("en") or Chinese ("zh")."""
        return str(put_in("sentences")(self, language)[0])

    def to_json(self, language: str = "en") -> dict[str, Any]:
        """Return the finding as `nqp evidence --json` prints it."""
        zh, said = language == "zh", put_in("said")
        claim, bounds, placebo = self.claim, self.interval, self.placebo
        return {
            "id": claim.id,
            "statement": claim.statement_zh if zh else claim.statement,
            "window": self.window,
            "start": self.start,
            "end": self.end,
            "observable": claim.observable,
            "basis": self.basis,
            "about": [one.to_json() for one in self.causes],
            "expects": f"{claim.expects} {claim.threshold:g}",
            "refuted_by": (claim.refuted_by_zh or claim.refuted_by) if zh else claim.refuted_by,
            "value": self.value,
            "unit": self.unit,
            "interval": None if bounds is None else [bounds.low, bounds.high],
            "interval_from": None
            if bounds is None
            else {key: getattr(bounds, key) for key in ("level", "error", "freedom", "source")},
            "no_interval": said(self.unbounded, language),
            "placebo": None
            if placebo is None
            else {
                **vars(placebo),
                "p_holm": self.p_holm,
                "p_bh": self.p_bh,
                "all": {other.kind: other.p for other in self.placebos},
            },
            "no_placebo": said(self.unplaced, language),
            "base_rate": self.base_rate,
            "verdict": self.verdict,
            "evidence": self.evidence,
            "beyond_chance": self.beyond_chance,
            "reason": said(self.reason, language),
            "in_sample": self.in_sample,
            "in_sample_share": self.known_share,
            "instruments": list(self.instruments),
            "instrument_names": [said(name, language) for name in self.names],
            "missing": list(self.absent),
            "parts": dict(self.parts),
            "p_values": dict(self.p_values),
            "sensitivity": [
                {"what": said(row.label, language), "value": row.value, "verdict": row.verdict}
                for row in self.sensitivity
            ],
            "concentration": None if self.concentration is None else _spelled(self.concentration),
            "sentence": self.sentence(language),
        }


def _spelled(found: Concentration) -> dict[str, Any]:
    return {
        "without_best_days": {str(days): value for days, value in found.without_best},
        "burst": [found.start, found.end],
        "burst_sessions": found.sessions,
        "burst_strength": found.strength,
        "before": found.before,
        "within": found.within,
        "after": found.after,
    }
