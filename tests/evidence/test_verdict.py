"""The rules from numbers to verdicts, one by one."""

import math
from dataclasses import replace

import pytest

from backtest.errors import UserError
from backtest.evidence.chance import Placebo
from backtest.evidence.verdict import against_chance, corrected, judge
from backtest.strategy.claim import Claim, Source

ABOVE = Claim("X", "up", "涨", "lead", "H1", "above", "down", margin=0.001)
BELOW = replace(ABOVE, expects="below", threshold=0.5, margin=0.0)
RULE = replace(ABOVE, asserts="regularity")


@pytest.mark.parametrize(
    ("claim", "value", "sessions", "p", "complete", "verdict"),
    [
        (ABOVE, 0.02, 120, 0.9, True, "held"),
        (ABOVE, -0.02, 120, 0.001, True, "failed"),
        (ABOVE, 0.0005, 120, 0.5, True, "cannot tell"),
        (ABOVE, 0.02, 59, 0.5, True, "cannot tell"),
        (ABOVE, 0.02, 120, 0.5, False, "cannot tell"),
        (ABOVE, math.nan, 120, 0.5, True, "cannot tell"),
        (BELOW, 0.45, 120, 0.5, True, "held"),
        (BELOW, 0.55, 120, 0.5, True, "failed"),
        (RULE, 0.02, 120, 0.01, True, "held"),
        (RULE, 0.02, 120, 0.2, True, "cannot tell"),
        (RULE, 0.02, 120, math.nan, True, "cannot tell"),
        (RULE, -0.02, 120, 0.99, True, "failed"),
        (RULE, -0.02, 120, 0.80, True, "cannot tell"),
    ],
)
def test_judge(claim, value, sessions, p, complete, verdict):
    placebo = None if math.isnan(p) else chance(p)
    told = judge(claim, value, sessions=sessions, placebo=placebo, complete=complete)
    assert told == verdict


def chance(p, resolution=0.001):
    return Placebo("other windows", p, 1.0 - p, 100, 20, exact=False, resolution=resolution)


@pytest.mark.parametrize(
    ("placebo", "p_holm", "said"),
    [
        (chance(0.001), 0.01, "beyond chance"),
        (chance(0.02), 0.20, "beyond chance alone"),
        (chance(0.40), 1.00, "chance"),
        (chance(0.98), 1.00, "opposite"),
        (chance(0.10, resolution=0.1), 1.00, "not resolved"),
        (None, math.nan, "not resolved"),
    ],
)
def test_evidence_is_another_question(placebo, p_holm, said):
    assert against_chance(placebo, p_holm) == said


def test_holm_by_hand():
    """Holm (1979): the smallest of three times 3, the next times 2; never below an earlier one."""
    assert corrected([0.01, math.nan, 0.04, 0.03])[0] == pytest.approx(0.03)
    assert corrected([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert corrected([0.01, 0.04, 0.03], "fdr_bh") == pytest.approx([0.03, 0.04, 0.04])
    assert all(map(math.isnan, corrected([math.nan])))


def test_a_claim_that_makes_no_sense_says_so():
    with pytest.raises(UserError, match="H3"):
        replace(ABOVE, window="H3")
    with pytest.raises(UserError, match="did you mean 'above'"):
        replace(ABOVE, expects="abov")


def test_the_wall_is_the_reports_date():
    assert f"{Source('r', '报告', 'n', '2031-05-31', 2031).published:%Y-%m-%d}" == "2031-05-31"
