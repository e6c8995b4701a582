"""The index taken apart: points add up to its move; and what each indicator rests on."""

from dataclasses import replace

import pandas as pd
import pytest

from backtest import load_market
from backtest.composite import Framework, Indicator, composite
from backtest.composite.back_to_data import back_to_data
from backtest.composite.selection import selection
from backtest.errors import UserError
from tests.markets import make_market

FRAMEWORK = Framework(
    "small",
    (
        Indicator("strength", "supply", "market.strength_60", "daily"),
        Indicator("rates", "potential", "market.rate_change_60", "daily", direction="down"),
        Indicator("pmi", "demand", "pmi", "monthly"),
    ),
    tracks=(("technology", ("computer",)),),
)


@pytest.fixture(scope="module")
def found():
    return composite(load_market("sample"), "observable")


@pytest.mark.parametrize("method", ["arithmetic", "geometric"])
def test_points_add_up_to_the_move_of_the_index(found, method):
    varied = composite(found.market, replace(found.framework, aggregation=method))
    table = back_to_data(varied, "2024-01-02", "2024-09-30")
    moved = varied.index["2024-09-30"] - varied.index["2024-01-02"]
    assert table["points"].sum() == pytest.approx(moved)
    assert table["points"].abs().is_monotonic_decreasing
    assert set(table.index) == {one.name for one in varied.framework.concrete}


def test_dates_without_a_session_count_from_the_one_before(found):
    weekend = back_to_data(found, "2024-01-07", "2024-09-29")
    friday = back_to_data(found, "2024-01-05", "2024-09-27")
    pd.testing.assert_frame_equal(weekend, friday)


def test_dates_out_of_order_or_range(found):
    with pytest.raises(UserError, match="swap them"):
        back_to_data(found, "2024-09-30", "2024-01-02")
    with pytest.raises(UserError, match="no move after 2030"):
        back_to_data(found, "2030-01-01", "2031-01-01")
    with pytest.raises(UserError, match="no move after 2001"):
        back_to_data(found, "2001-01-01", "2024-01-01")


def test_selection_says_how_old_every_input_is():
    sessions = 300
    pmi = [50.0 + number // 21 for number in range(200)] + [float("nan")] * 100
    market = make_market(sessions=sessions, series={"pmi": pmi})
    framework = replace(
        FRAMEWORK,
        indicators=(
            *FRAMEWORK.indicators,
            replace(FRAMEWORK.indicators[0], name="gone", leaves=market.sessions[250].date()),
            replace(FRAMEWORK.indicators[0], name="soon", enters=pd.Timestamp("2050-01-01").date()),
        ),
    )
    table = selection(composite(market, framework))
    last = market.sessions[-1]
    assert table.loc["strength", "known"] == last
    assert table.loc["strength", "age_days"] == 0
    assert table.loc["pmi", "known"] == market.sessions[189]  # the last step, at 9 × 21
    assert table.loc["pmi", "age_days"] == (last - market.sessions[189]).days
    assert table.loc["pmi", "age_days"] > table.loc["pmi", "stands_days"]
    assert table["in_force"].to_dict() == {
        "strength": True,
        "rates": True,
        "pmi": True,
        "gone": False,
        "soon": False,
    }
    assert table["weight"].sum() == pytest.approx(1.0)
    assert table.loc["gone", "weight"] == table.loc["soon", "weight"] == 0.0
