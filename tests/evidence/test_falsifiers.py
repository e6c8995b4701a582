"""A thesis is refuted once all claims of a falsifier have failed, and not before it can be."""

import pandas as pd
import pytest

from backtest.evidence.verdict import settled
from backtest.strategy.thesis import Falsifier

BOTH = Falsifier("both", pd.Timestamp("2024-12-31"), ("R4", "R5"), "Neither.", "皆无。")


@pytest.mark.parametrize(
    ("r4", "r5", "day", "outcome"),
    [
        ("failed", "failed", "2024-12-31", "refuted"),
        ("failed", "failed", "2024-10-31", "refuted"),
        ("failed", "held", "2024-12-31", "not refuted"),
        ("failed", "cannot tell", "2024-12-31", "cannot tell"),
        ("failed", "cannot tell", "2024-12-30", "not due yet"),
        ("held", "held", "2024-12-30", "not due yet"),
    ],
)
def test_outcomes(r4, r5, day, outcome):
    (found,) = settled([BOTH], {"R4": r4, "R5": r5}, pd.Timestamp(day))
    assert found.outcome == outcome
    assert found.to_json("zh")["statement"] == "皆无。"


def test_a_claim_that_was_not_judged_refutes_nothing():
    (found,) = settled([BOTH], {"R4": "failed"}, pd.Timestamp("2025-01-02"))
    assert found.outcome == "cannot tell"
