"""Market: cutting, knowing, identity, and sector indices."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtest.errors import UserError
from backtest.market.publication import as_known
from tests.markets import make_market

NAN = np.nan


def test_until_and_between_cut_every_frame():
    market = make_market(sessions=10)
    day = market.sessions[4]
    assert len(market.until(day).close) == 5
    window = market.between(market.sessions[2], day)
    for frame in (window.close, window.open, window.turnover, window.can_buy, window.series):
        assert frame.index.equals(market.sessions[2:5])
    assert window.benchmark.index.equals(market.sessions[2:5])
    assert market.until("2100-01-01") is market


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda m: m.until("1999-01-01"), "has no session until 1999-01-01; it runs from"),
        (lambda m: m.between("2024-06-01", "2024-01-01"), "is after end .* swap them"),
        (lambda m: m.until("yesterday-ish"), "is not a date; write it as 2024-06-28"),
    ],
)
def test_a_window_that_makes_no_sense(call, says):
    with pytest.raises(UserError, match=says):
        call(make_market(sessions=10))


def test_a_value_is_known_from_its_publication_and_forgotten_when_old():
    sessions = pd.bdate_range("2024-02-01", periods=12)
    values = pd.Series([1.0, 2.0], index=pd.to_datetime(["2024-01-31", "2024-02-09"]))
    known = as_known(values, sessions, delay_days=1, max_age_days=5)
    #  1 known 1 Feb, old after the 6th; 2 known on Saturday the 10th, so from Monday the 12th
    expected = pd.Series(NAN, index=sessions)
    expected["2024-02-01":"2024-02-06"] = 1.0
    expected["2024-02-12":"2024-02-15"] = 2.0
    pd.testing.assert_series_equal(known, expected, check_freq=False)


def test_nothing_is_known_before_its_day():
    with pytest.raises(UserError, match="cannot be known before its day"):
        make_market(sessions=3).as_known(pd.Series(dtype=float), delay_days=-1)


def test_with_series_adds_what_was_known():
    market = make_market(sessions=4, start="2024-01-01")
    pmi = pd.Series([50.0], index=pd.to_datetime(["2024-01-02"]))
    extended = market.with_series("pmi", pmi, delay_days=1)
    assert extended.need("pmi").isna().tolist() == [True, True, False, False]
    assert "pmi" not in market.series


def test_a_sector_of_several_instruments_moves_by_their_mean():
    market = make_market(sessions=50, sectors=("machinery", "auto"), per_sector=2)
    moved = market.sector_close["machinery"].pct_change(fill_method=None)
    both = market.close[["MACHINERY", "MACHINERY-2"]].pct_change(fill_method=None)
    assert np.allclose(moved[1:], both.mean(axis=1)[1:])


def test_equal_weight_is_the_mean_of_the_listed():
    market = make_market(close={"machinery": [10, 11, 11], "auto": [NAN, 10, 12]})
    assert market.equal_weight.tolist() == pytest.approx([1, 1.1, 1.1 * 1.1])


def test_money_accrues_over_calendar_days_at_the_rate_known_before():
    market = make_market(sessions=7, start="2024-01-04", money_rate=3.65)
    #  Thursday, Friday, Monday: one day, then three
    assert market.money.iloc[:3].tolist() == pytest.approx([1, 1.0001, 1.0001 * 1.0003])
    assert (make_market(sessions=5).money == 1).all()


def test_the_money_instrument_is_what_cash_earns():
    from dataclasses import replace

    market = make_market(close={"machinery": [1, 1, 1], "bond": [100, 101, 102.01]})
    market = replace(market, universe=replace(market.universe, money="BOND"))
    assert market.money.tolist() == pytest.approx([1, 1.01, 1.0201])


def test_repr_says_what_it_is():
    assert "synthetic made-up funds, 6 instruments, 10 sessions" in repr(make_market(sessions=10))


def test_a_changed_market_forgets_what_was_computed_on_the_old_one():
    market = make_market(sessions=20)
    assert market.remember("mean", lambda: market.close.mean().mean()) > 0
    doubled = replace(market, close=market.close * 2)
    assert doubled.remember("mean", lambda: "anew") == "anew"
    assert doubled.sector_close.iloc[0, 0] == 2 * market.sector_close.iloc[0, 0]


@pytest.mark.parametrize(
    "change",
    [
        lambda m: replace(m, close=m.close * 1.0000001),
        lambda m: replace(m, open=None),
        lambda m: replace(m, can_sell=~m.can_sell),
        lambda m: replace(m, universe=replace(m.universe, sessions_per_year=252)),
        lambda m: replace(m, synthetic=not m.synthetic),
        lambda m: m.until(m.sessions[-2]),
        lambda m: m.with_series("pmi", pd.Series([50.0], m.sessions[:1]), delay_days=1),
        lambda m: m.with_series("pmi", pd.Series([50.0], m.sessions[:1]), delay_days=2),
        lambda m: replace(m, close=m.close[m.close.columns[::-1]]),
    ],
)
def test_markets_of_other_content_have_another_identity(change):
    market = make_market(sessions=20, seed=1)
    assert change(market).identity != market.identity
    assert change(market).identity == change(make_market(sessions=20, seed=1)).identity


def test_the_name_and_the_snapshot_are_no_content():
    market = make_market(sessions=20)
    assert replace(market, name="mine", snapshot="0" * 64).identity == market.identity
