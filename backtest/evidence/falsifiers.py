"""Falsifiers: by which day a thesis as a whole is refuted, and whether it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from backtest.evidence.verdict import CANNOT_TELL, FAILED, HELD
from backtest.strategy.thesis import Falsifier

REFUTED, STANDS, NOT_DUE = "refuted", "not refuted", "not due yet"


@dataclass(frozen=True)
class Settled:
    """A falsifier and its outcome: "refuted", "not refuted", "cannot tell" or "not due yet"."""

    falsifier: Falsifier
    outcome: str

    def to_json(self, language: str = "en") -> dict[str, Any]:
        """Return it as `nqp evidence --json` prints it."""
        one = self.falsifier
        return {
            "id": one.id,
            "by": f"{one.by:%Y-%m-%d}",
            "claims": list(one.claims),
            "statement": one.statement_zh if language == "zh" else one.statement,
            "outcome": self.outcome,
        }


def settled(
    falsifiers: Sequence[Falsifier], verdicts: Mapping[str, str], as_of: pd.Timestamp
) -> tuple[Settled, ...]:
    """Settle falsifiers by the verdicts on claims, as of a day.

    Refuted once all its claims have failed, even before its day; not due until its day has come;
    then not refuted if one of them held, and else nothing can be told.
    """
    outcomes = []
    for one in falsifiers:
        found = {verdicts.get(claim, CANNOT_TELL) for claim in one.claims}
        if found == {FAILED}:
            outcomes.append(REFUTED)
        elif as_of < one.by:
            outcomes.append(NOT_DUE)
        else:
            outcomes.append(STANDS if HELD in found else CANNOT_TELL)
    return tuple(map(Settled, falsifiers, outcomes))
