"""Indices of sectors, of the equal-weight market, and of cash, by hand."""

import numpy as np
import pandas as pd
import pytest

from backtest.market.sector_indices import accrued, alike, sector_levels, sector_totals

NAN = np.nan


def test_a_sector_moves_by_the_mean_of_what_is_listed():
    close = pd.DataFrame({"B": [NAN, 50.0, 55.0], "A": [10.0, 11.0, 11.0]})
    levels = sector_levels(close, {"pair": ("B", "A")})
    assert levels["pair"].tolist() == pytest.approx([1.0, 1.1, 1.1 * 1.05])


def test_a_sector_has_no_level_before_its_first_price():
    close = pd.DataFrame({"A": [NAN, 2.0, 3.0], "B": [NAN, NAN, 5.0]})
    assert sector_levels(close, {"pair": ("A", "B")})["pair"].isna().tolist() == [
        True,
        False,
        False,
    ]


def test_traded_values_add_up_and_stay_unknown_where_all_are():
    values = pd.DataFrame({"A": [1.0, NAN, NAN], "B": [2.0, 4.0, NAN], "C": [7.0, 7.0, 7.0]})
    totals = sector_totals(values, {"pair": ("A", "B")})
    pd.testing.assert_frame_equal(totals, pd.DataFrame({"pair": [3.0, 4.0, NAN]}))


def test_the_order_of_columns_changes_no_bit():
    draw = np.random.default_rng(0)
    levels = pd.DataFrame(draw.uniform(1, 2, (50, 7)), columns=list("gfedcba"))
    pd.testing.assert_series_equal(alike(levels), alike(levels[list("abcdefg")]), check_exact=True)


def test_cash_earns_the_rate_known_the_session_before_over_calendar_days():
    days = pd.to_datetime(["2024-01-04", "2024-01-05", "2024-01-08", "2024-01-09"])
    rate = pd.Series([3.65, 7.30, 0.0, 0.0], days)
    growth = accrued(rate)
    assert growth.tolist() == pytest.approx([1.0, 1.0001, 1.0001 * 1.0006, 1.0001 * 1.0006])
