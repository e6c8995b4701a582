"""The synthetic statistics: deterministic, by period, each of its own seed."""

import pandas as pd

from backtest.composite import FREQUENCIES
from backtest.composite.macro_panel import macro_panel
from tests.composite.made import indicator

LAST = pd.Timestamp("2024-05-15")
ONES = [indicator(name, frequency=name) for name in FREQUENCIES]


def test_it_is_the_same_again_and_does_not_depend_on_the_others():
    whole, alone = macro_panel(ONES, LAST), macro_panel(ONES[2:3], LAST)
    pd.testing.assert_series_equal(whole["monthly"], alone["monthly"])


def test_a_longer_panel_begins_with_a_shorter_one():
    longer, shorter = macro_panel(ONES, LAST), macro_panel(ONES, pd.Timestamp("2020-02-10"))
    for name, values in shorter.items():
        assert (values.index <= "2020-02-10").all()
        pd.testing.assert_series_equal(longer[name].iloc[: len(values)], values, check_freq=False)


def test_values_stand_at_the_end_of_their_periods():
    found = macro_panel(ONES, LAST)
    assert found["monthly"].index[-1] == pd.Timestamp("2024-04-30")
    assert found["quarterly"].index[-1] == pd.Timestamp("2024-03-31")
    assert found["yearly"].index[-1] == pd.Timestamp("2023-12-31")
    assert all(values.std() > 1.0 for values in found.values())
