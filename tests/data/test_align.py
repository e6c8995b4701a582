"""From tidy rows to a Market: gaps, locks, turnover, the benchmark and what was known when."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from backtest.data.align import build_market
from backtest.data.raw import SERIES_COLUMNS, raw_market
from backtest.errors import UserError

NAN = np.nan
WEEK = pd.to_datetime(["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"])


def quotes(instrument, close, dates=WEEK, **fields):
    return pd.DataFrame({"instrument": instrument, "date": dates, "close": close, **fields})


BANKS = quotes("801780", [10.0, 11, 12, 13])


@pytest.fixture
def build(universe_file):
    text = universe_file.read_text(encoding="utf-8")

    def build(*prices, series=()):
        tidy = pd.DataFrame(list(series), columns=list(SERIES_COLUMNS))
        raw = raw_market(text, pd.concat(prices, ignore_index=True), tidy)
        return build_market(raw, name="test", snapshot="s", findings=("f",))

    return build


def test_sessions_run_over_the_sectors_and_columns_follow_the_universe(build):
    market = build(
        BANKS,
        quotes("000300.SH", [3000.0, 3100], pd.to_datetime(["2023-12-29", "2024-01-02"])),
        quotes("511260.SS", [100.0, 101], pd.to_datetime(["2024-01-05", "2024-01-08"])),
    )
    assert market.sessions.equals(WEEK.astype("datetime64[ns]"))
    assert market.instruments == ("511260.SS", "801780")
    assert (market.name, market.snapshot, market.findings) == ("test", "s", ("f",))
    assert_array_equal(market.close["511260.SS"], [NAN, NAN, NAN, 100])
    assert_array_equal(market.benchmark, [3100, NAN, NAN, NAN])
    assert market.open is None
    assert market.turnover is None
    assert list(market.series.columns) == []


def test_a_gap_carries_the_close_and_stops_trading(build):
    fund = quotes("512480.SS", [1.0, 1.1], WEEK[[1, 3]], open=[0.9, 1.05])
    market = build(quotes("801780", [10.0, 11, 12, 13], open=10.0), fund)
    assert_array_equal(market.close["512480.SS"], [NAN, 1.0, 1.0, 1.1])
    assert_array_equal(market.open["512480.SS"], [NAN, 0.9, NAN, 1.05])
    assert_array_equal(market.can_buy["512480.SS"], [False, True, False, True])
    assert_array_equal(market.can_sell["512480.SS"], [False, True, False, True])


def test_a_price_before_the_first_session_fills_a_gap_on_it(build):
    dates = pd.to_datetime(["2023-12-28", "2023-12-29", "2024-01-03"])
    market = build(BANKS, quotes("511260.SS", [98.0, 99, 100], dates))
    assert_array_equal(market.close["511260.SS"], [99, 100, 100, 100])
    assert_array_equal(market.can_buy["511260.SS"], [False, True, False, False])


def test_prices_off_the_calendar_and_instruments_outside_the_window_are_left_out(build):
    weekend = pd.to_datetime(["2024-01-05", "2024-01-06"])
    market = build(
        BANKS,
        quotes("512480.SS", [1.0, 2.0], weekend),
        quotes("511260.SS", [100.0, 101], pd.to_datetime(["2023-12-28", "2023-12-29"])),
    )
    assert market.sessions[-1] == WEEK[-1]
    assert market.instruments == ("801780", "512480.SS")
    assert_array_equal(market.close["512480.SS"], [NAN, NAN, NAN, 1.0])


def test_funds_without_volume_do_not_trade_but_indices_do(build):
    market = build(
        quotes("801780", [10.0, 11, 12, 13], volume=0.0),
        quotes("512480.SS", [1.0, 1.0, 1.0, 1.0], volume=[5, 0, NAN, 5]),
    )
    assert market.can_buy["801780"].all()
    # A blank beside real volumes is none either.
    assert_array_equal(market.can_buy["512480.SS"], [True, False, False, True])
    assert_array_equal(market.can_sell["512480.SS"], [True, False, False, True])


def test_locked_at_the_limit_one_way_only(build):
    # Limits are 5, 10 and 20 %: one price all day at 10 % up, 5 % down, and 4.5 % up is no limit.
    close = np.array([1.0, 1.1, 1.1 * 0.95, 1.1 * 0.95 * 1.045])
    fund = quotes("512480.SS", close, high=close, low=close)
    market = build(BANKS, fund)
    assert_array_equal(market.can_buy["512480.SS"], [True, False, True, True])
    assert_array_equal(market.can_sell["512480.SS"], [True, True, False, True])
    market = build(BANKS, fund.assign(low=close * 0.99))
    assert market.can_buy["512480.SS"].all()
    jumpy = quotes("801780", [10.0, 12, 14, 16], high=[10.0, 12, 14, 16], low=[10.0, 12, 14, 16])
    assert build(jumpy).can_buy["801780"].all()


def test_turnover_is_the_amount_or_volume_times_close_of_what_has_a_price(build):
    market = build(
        quotes("801780", [10.0, 11, 12, 13], volume=[1, 2, 3, 4.0], amount=[5, NAN, 7, 8.0]),
        quotes("512480.SS", [1.0, 2, 3, 4], volume=[10, 10, 10, 20.0]),
    )
    assert_array_equal(market.turnover["801780"], [5, NAN, 7, 8])
    assert_array_equal(market.turnover["512480.SS"], [10, 20, 30, 80])
    assert build(quotes("801780", [10.0, 11, 12, 13], volume=[1, 2, 3, 4.0])).turnover is None


def test_no_opens_where_no_sector_has_one(build):
    market = build(BANKS, quotes("511260.SS", [100.0] * 4, open=[100.0] * 4))
    assert market.open is None


def test_the_benchmark_is_carried_through_gaps_but_not_past_its_end(build):
    market = build(BANKS, quotes("000300.SH", [3000.0, 3100], WEEK[[0, 2]]))
    assert_array_equal(market.benchmark, [3000, 3000, 3100, NAN])
    assert market.benchmark.name == "000300.SH"
    assert build(BANKS).benchmark.isna().all()


def test_series_are_known_after_their_delay_and_declared_ones_come_first(build):
    market = build(
        BANKS,
        series=[("aaa", WEEK[0], 7.0), ("cn10y", WEEK[0], 2.5), ("cn10y", WEEK[2], 2.6)],
    )
    assert list(market.series.columns) == ["cn10y", "aaa"]
    assert_array_equal(market.series["cn10y"], [2.5, 2.5, 2.6, 2.6])
    assert_array_equal(market.series["aaa"], [NAN, 7, 7, 7])


def test_the_order_of_rows_does_not_matter(build):
    prices = pd.concat([BANKS, quotes("512480.SS", [1.0, 1.1, 1.2, 1.3])])
    market = build(prices)
    shuffled = build(prices.sample(frac=1.0, random_state=1))
    assert market.close.equals(shuffled.close)


def test_without_a_sector_price_on_a_session_there_is_no_market(build):
    with pytest.raises(UserError, match="has no price of a sector instrument on a session"):
        build(quotes("511260.SS", [100.0] * 4))
    with pytest.raises(UserError, match="has no price of a sector instrument on a session"):
        build(quotes("801780", [10.0], pd.to_datetime(["2024-01-06"])))
