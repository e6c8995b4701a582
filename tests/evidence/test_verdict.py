"""The rules from numbers to verdicts, one by one."""

import math
from dataclasses import replace

import pytest

from backtest.errors import UserError
from backtest.evidence.verdict import corrected, judge
from backtest.strategy.claim import Claim, Report

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
    ],
)
def test_judge(claim, value, sessions, p, complete, verdict):
    assert judge(claim, value, sessions=sessions, p=p, complete=complete) == verdict


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
    assert f"{Report('r', '报告', 'n', '2031-05-31', 2031).wall:%Y-%m-%d}" == "2031-05-31"
