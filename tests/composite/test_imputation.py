"""Gaps are filled from before or from beside, never from later."""

import numpy as np
import pandas as pd
import pytest

from backtest.composite.imputation import METHODS, impute
from backtest.errors import UserError

PANEL = pd.DataFrame(
    {
        "patents": [np.nan, 1.0, np.nan, 3.0],
        "loans": [2.0, np.nan, 4.0, np.nan],
        "exports": [5.0, np.nan, np.nan, 9.0],
    }
)
PILLARS = {"patents": "potential", "loans": "potential", "exports": "demand"}


def test_carry_repeats_the_last_value_and_invents_no_first_one():
    filled = impute(PANEL, "carry")
    assert filled["patents"].isna().tolist() == [True, False, False, False]
    assert filled["patents"].tolist()[1:] == [1.0, 1.0, 3.0]
    assert filled["exports"].tolist() == [5.0, 5.0, 5.0, 9.0]


def test_none_leaves_the_gaps():
    pd.testing.assert_frame_equal(impute(PANEL, "none"), PANEL)


def test_pillar_takes_the_mean_of_the_pillar_in_the_same_row():
    filled = impute(PANEL, "pillar", pillars=PILLARS)
    assert filled["patents"].tolist() == [2.0, 1.0, 4.0, 3.0]
    assert filled["loans"].tolist() == [2.0, 1.0, 4.0, 3.0]
    assert filled["exports"].isna().tolist() == [False, True, True, False]  # alone in its pillar


def test_pillar_averages_what_is_known_only():
    scores = pd.DataFrame({"a": [np.nan], "b": [0.2], "c": [0.6]})
    filled = impute(scores, "pillar", pillars=dict.fromkeys("abc", "x"))
    assert filled.loc[0, "a"] == pytest.approx(0.4)


@pytest.mark.parametrize("method", METHODS)
def test_later_rows_change_nothing_before_them(method):
    whole = impute(PANEL, method, pillars=PILLARS)
    part = impute(PANEL.iloc[:3], method, pillars=PILLARS)
    pd.testing.assert_frame_equal(whole.iloc[:3], part)


def test_mistakes():
    with pytest.raises(UserError, match="did you mean 'carry'"):
        impute(PANEL, "cary")
    with pytest.raises(UserError, match="needs the pillar"):
        impute(PANEL, "pillar")
