"""The rules from a number to a verdict, and several claims at once.

A report forecasts what will happen. Whether it happened (*held*, *failed*) is a fact about a window
and is read off the prices; whether it is significant is another question, and is reported with
the verdict. Only claims of a regularity, "after such events …", are themselves about chance: they
hold, and fail, only where the placebo says so.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backtest.evidence.chance import SIGNIFICANCE, Placebo
from backtest.strategy.claim import Claim
from backtest.strategy.thesis import Falsifier

HELD, FAILED, CANNOT_TELL = "held", "failed", "cannot tell"
BEYOND, ALONE, OPPOSITE, CHANCE, OPEN = (
    "beyond chance",
    "beyond chance alone",
    "opposite",
    "chance",
    "not resolved",
)


def judge(
    claim: Claim, value: float, *, sessions: int, placebo: Placebo | None, complete: bool
) -> str:
    """Return the verdict on a claim: whether it came about.

    In this order: it cannot be told before the window is over; nor from fewer sessions than the
    claim's minimum; nor where the value lies within the claim's margin of its threshold. An outcome
    held if the value lies on the expected side, else it failed. A regularity held if chance does as
    well at most one time in twenty, failed if it does as badly as seldom, and otherwise cannot be
    told.
    """
    beyond = claim.sign * (value - claim.threshold)
    if not complete or sessions < claim.minimum or math.isnan(beyond):
        return CANNOT_TELL
    if abs(beyond) < claim.margin:
        return CANNOT_TELL
    if claim.asserts == "outcome":
        return HELD if beyond > 0 else FAILED
    if placebo is None:
        return CANNOT_TELL
    if beyond > 0 and placebo.p <= SIGNIFICANCE:
        return HELD
    return FAILED if beyond < 0 and placebo.p_opposite <= SIGNIFICANCE else CANNOT_TELL


def against_chance(placebo: Placebo | None, p_holm: float) -> str:
    """Return the evidence on a claim: whether what came about is more than chance.

    "beyond chance" even among all claims judged together (Holm); "beyond chance alone" were it the
    only one; "opposite" where chance goes as far against the claim as seldom; "chance"; or "not
    resolved" where no placebo could have given a p of 0.05.
    """
    if placebo is None or math.isnan(placebo.p) or placebo.resolution > SIGNIFICANCE:
        return OPEN
    if p_holm <= SIGNIFICANCE:
        return BEYOND
    if placebo.p <= SIGNIFICANCE:
        return ALONE
    return OPPOSITE if placebo.p_opposite <= SIGNIFICANCE else CHANCE


def first(placebos: Sequence[Placebo]) -> Placebo | None:
    """Return the placebo that counts: the first that has a p-value."""
    return next((one for one in placebos if not math.isnan(one.p)), None)


def corrected(p_values: Sequence[float], method: str = "holm") -> list[float]:
    """Correct p-values for there being several claims; NaN stays NaN and does not count.

    Parameters
    ----------
    method : "holm" or "fdr_bh"
        Holm (1979) against even one false discovery; Benjamini & Hochberg (1995) against a share.
    """
    found = np.array(p_values, dtype=float)
    known = np.flatnonzero(~np.isnan(found))
    ranked = known[np.argsort(found[known], kind="stable")]
    count, place = len(ranked), np.arange(len(ranked))
    if method == "holm":
        adjusted = np.maximum.accumulate(found[ranked] * (count - place))
    else:
        steps = found[ranked] * count / (place + 1.0)
        adjusted = np.minimum.accumulate(steps[::-1])[::-1]
    found[ranked] = np.minimum(adjusted, 1.0)
    corrected: list[float] = found.tolist()
    return corrected


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
