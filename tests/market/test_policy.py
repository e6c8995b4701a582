"""Policy intensity: hand-counted on days of the register."""

import pandas as pd
import pytest

from backtest.errors import UserError
from backtest.market.event_file import policy_register
from backtest.market.policy import policy_intensity
from backtest.triggers import PolicyIntensity
from tests.markets import make_market


@pytest.fixture(scope="module")
def market():
    return make_market(sessions=300, start="2023-07-03")


def test_events_count_from_the_session_that_knew_them_and_adverse_ones_against(market):
    found = policy_intensity(market, {"P1": 1.0, "P1.3": 3.0}, 5)
    days = market.sessions
    by_hand = pd.Series(0.0, days)
    for one in policy_register().events:
        if one.kind[:2] == "P1" and days[0] <= one.first() <= days[-1]:
            worth = 3.0 if one.kind == "P1.3" else 1.0
            by_hand[days[days.searchsorted(one.first())]] += -worth if one.adverse else worth
    # the ninth of April's rules on supervision (adverse, after a Friday's close): known on Monday
    assert by_hand["2024-04-15"] == -1.0
    assert by_hand["2024-04-12"] == 0.0
    wanted = by_hand.rolling(5).sum()
    pd.testing.assert_series_equal(found, wanted, check_freq=False, check_names=False)
    assert found.abs().sum() > 0


def test_beyond_the_register_nothing_is_known():
    market = make_market(sessions=160, start="2021-12-01")
    answer = PolicyIntensity(1.0, 10).answer(market)
    first = market.sessions.searchsorted(pd.Timestamp("2022-01-20"))
    assert answer.iloc[: first + 9].isna().all()
    assert answer.iloc[first + 9 :].notna().all()
    late = make_market(sessions=60, start="2026-01-05")
    assert PolicyIntensity(1.0, 10).answer(late).isna().all()


def test_a_weight_for_each_kind_or_none():
    with pytest.raises(UserError, match="weights had 1 values for 4 kinds"):
        PolicyIntensity(weights=(1.0,))
