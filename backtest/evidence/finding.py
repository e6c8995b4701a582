"""Finding: everything one claim came to on one market, as a value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from backtest.evidence.bootstrap import Interval
from backtest.evidence.concentration import Concentration
from backtest.evidence.observation import Placebo
from backtest.evidence.sensitivity import Alternative, turns
from backtest.evidence.verdict import SIGNIFICANCE
from backtest.strategy.claim import Claim


@dataclass(frozen=True)
class Finding:
    """The verdict on a claim, and what it rests on.

    Attributes
    ----------
    window : str
        "2024H1".
    start, end : Timestamp or None
        The close the number starts from and the last session in it.
    value, unit
        The number: a fraction, basis points, a share or a correlation.
    verdict, reason, reason_zh : str
        "held", "failed" or "cannot tell", and why it cannot.
    in_sample : bool
        Whether the window was over when the report came out.
    known_share : float
        How much of the window was.
    p_holm, p_bh : float
        The placebo's p-value corrected for all claims judged together: against even one false
        discovery (Holm), and against a share of them (Benjamini & Hochberg).
    names : tuple of (English, Chinese)
        What the instruments are called.
    base_rate : float
        Share of other windows of this length in which the claim would have held too.
    """

    claim: Claim
    window: str
    verdict: str
    start: pd.Timestamp | None = None
    end: pd.Timestamp | None = None
    value: float = math.nan
    unit: str = ""
    interval: Interval | None = None
    placebos: tuple[Placebo, ...] = ()
    p_holm: float = math.nan
    p_bh: float = math.nan
    base_rate: float = math.nan
    base_windows: int = 0
    in_sample: bool = False
    known_share: float = 0.0
    instruments: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    absent: tuple[str, ...] = ()
    parts: Mapping[str, float] = field(default_factory=dict)
    p_values: Mapping[str, float] = field(default_factory=dict)
    sensitivity: tuple[Alternative, ...] = ()
    concentration: Concentration | None = None
    reason: str = ""
    reason_zh: str = ""

    @property
    def placebo(self) -> Placebo | None:
        """The least favorable placebo, the one that counts."""
        known = [placebo for placebo in self.placebos if not math.isnan(placebo.p)]
        return max(known, key=lambda placebo: placebo.p, default=None)

    @property
    def turned(self) -> tuple[Alternative, ...]:
        """The other means by which the verdict would be the opposite."""
        return turns(self.sensitivity, self.verdict)

    @property
    def beyond_chance(self) -> bool:
        """Whether placebos do as well so seldom that even one of all claims would not by luck."""
        return self.p_holm <= SIGNIFICANCE

    def sentence(self, language: str = "en") -> str:
        """Say it in words, in English ("en") or Chinese ("zh")."""
        from backtest.evidence.sentences import sentence

        return sentence(self, language)

    def to_json(self, language: str = "en") -> dict[str, Any]:
        """Return the finding as `nqp evidence --json` prints it."""
        zh = language == "zh"
        claim, bounds, placebo = self.claim, self.interval, self.placebo
        return {
            "id": claim.id,
            "statement": claim.statement_zh if zh else claim.statement,
            "window": self.window,
            "start": self.start,
            "end": self.end,
            "observable": claim.observable,
            "expects": f"{claim.expects} {claim.threshold:g}",
            "refuted_by": (claim.refuted_by_zh or claim.refuted_by) if zh else claim.refuted_by,
            "value": self.value,
            "unit": self.unit,
            "interval": None if bounds is None else [bounds.low, bounds.high],
            "bootstrap": None
            if bounds is None
            else {
                "level": bounds.level,
                "block_length": bounds.block_length,
                "draws": bounds.draws,
                "half_blocks": list(bounds.shorter),
                "double_blocks": list(bounds.longer),
            },
            "placebo": None
            if placebo is None
            else {
                "kind": placebo.kind,
                "p": placebo.p,
                "p_holm": self.p_holm,
                "p_bh": self.p_bh,
                "draws": placebo.draws,
                "separate": placebo.separate,
                "exact": placebo.exact,
                "all": {other.kind: other.p for other in self.placebos},
            },
            "base_rate": self.base_rate,
            "verdict": self.verdict,
            "beyond_chance": self.beyond_chance,
            "reason": self.reason_zh if zh else self.reason,
            "in_sample": self.in_sample,
            "in_sample_share": self.known_share,
            "instruments": list(self.instruments),
            "instrument_names": [chinese if zh else english for english, chinese in self.names],
            "missing": list(self.absent),
            "parts": dict(self.parts),
            "p_values": dict(self.p_values),
            "sensitivity": [
                {
                    "what": row.label_zh if zh else row.label,
                    "value": row.value,
                    "verdict": row.verdict,
                }
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
