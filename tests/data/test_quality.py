"""Each check finds what it is for, and stays silent otherwise."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from backtest.data.finding import Finding, grouped
from backtest.data.quality import check
from backtest.data.raw import PRICE_COLUMNS, empty_series
from backtest.market.universe import load_universe

WEEK = pd.to_datetime(["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"])


@pytest.fixture
def small(universe_file):
    return load_universe(universe_file)


def quotes(close, instrument="801780", dates=WEEK, **fields):
    frame = pd.DataFrame({"instrument": instrument, "date": dates, "close": close, **fields})
    return frame.reindex(columns=list(PRICE_COLUMNS))


def series(values, dates, name="cn10y"):
    return pd.DataFrame({"series": name, "date": pd.to_datetime(dates), "value": values})


def told(findings, kind):
    return [item for item in findings if item.kind == kind]


def checked(prices, universe, rates=None):
    return check(prices, empty_series() if rates is None else rates, universe)


def test_sound_prices_have_no_findings(small):
    assert checked(quotes([10, 10.5, 10.2, 10.8]), small) == ()


def test_missing_sessions_between_own_first_and_last_date(small):
    short = quotes([1.0, 1.1], "512480.SS", WEEK[[1, 2]])
    both = pd.concat([quotes([10, 10.5, 10.8], dates=WEEK[[0, 1, 3]]), short])
    (finding,) = told(checked(both, small), "missing_session")
    assert (finding.severity, finding.instrument, finding.date) == (
        "warning",
        "801780",
        dt.date(2024, 1, 4),
    )
    assert finding.message == "801780 has no price on 2024-01-04, a session of XSHG"


def test_prices_on_days_without_a_session(small):
    weekend = WEEK.append(pd.to_datetime(["2024-01-06"]))
    (finding,) = told(checked(quotes([10, 10, 11, 11, 12], dates=weekend), small), "no_session")
    assert finding.message.startswith("801780 has a price on Saturday 2024-01-06, no session")


def test_dates_a_day_off_are_an_error_and_one_file_given_twice_a_warning(small):
    days = pd.bdate_range("2024-03-01", "2024-03-29")
    prices = np.linspace(10.0, 11.0, len(days))
    late = quotes(prices, dates=days + pd.Timedelta(days=1))
    (finding,) = told(checked(late, small), "off_session")
    assert (finding.severity, finding.value, finding.details["total"]) == ("error", 5, len(days))
    both = [quotes(np.linspace(10.0, 11.0, 25), name, WEEK[0] + pd.to_timedelta(range(25), "D"))
            for name in ("801780", "512480.SS")]  # fmt: skip
    (finding,) = told(checked(pd.concat(both), small), "same_prices")
    assert (finding.instrument, finding.details["other"]) == ("512480.SS", "801780")


def test_duplicate_dates_are_errors_and_disorder_is_a_warning(small):
    twice = quotes([10, 10.5, 10.6, 10.8], dates=WEEK[[0, 1, 1, 3]])
    (finding,) = told(checked(twice, small), "duplicate_date")
    assert (finding.severity, finding.date) == ("error", dt.date(2024, 1, 3))
    mixed = quotes([10, 10.2, 10.5, 10.8], dates=WEEK[[0, 2, 1, 3]])
    (finding,) = checked(mixed, small)
    assert (finding.severity, finding.kind, finding.date) == (
        "warning",
        "unordered_dates",
        dt.date(2024, 1, 3),
    )


@pytest.mark.parametrize("value", [0.0, -1.5])
@pytest.mark.parametrize("field", ["open", "close"])
def test_prices_that_are_none(small, field, value):
    fields = {"open": [10.0] * 4, "close": [10.0] * 4}
    fields[field] = [10.0, 10.0, value, 10.0]
    (finding,) = told(checked(quotes(**fields), small), "non_positive_price")
    assert (finding.severity, finding.date, finding.value) == (
        "error",
        dt.date(2024, 1, 4),
        value,
    )


def test_impossible_ranges(small):
    fields = {"open": [9, 12.0, 10, 10], "high": [11, 11, 11, 9.0], "low": [9, 9, 10.4, 11]}
    findings = checked(quotes([10, 10.5, 10.2, 10.8], **fields), small)
    assert [(item.kind, item.date.day, item.value) for item in findings] == [
        ("high_below_low", 5, 9.0),
        ("outside_range", 3, 12.0),
        ("outside_range", 4, 10.0),
        ("outside_range", 4, 10.2),
    ]
    assert {item.severity for item in findings} == {"warning"}


def test_negative_volume_is_told(small):
    (finding,) = checked(quotes([10, 10.5, 10.2, 10.8], volume=[1, 2, -3.0, 4]), small)
    assert (finding.kind, finding.value) == ("negative_volume", -3.0)


def test_jumps_beyond_the_limit_of_the_kind(small):
    assert told(checked(quotes([10, 11.1, 11, 11]), small), "jump") == []
    (finding,) = told(checked(quotes([10, 11.3, 11, 11]), small), "jump")
    assert (finding.date, round(finding.value, 3)) == (dt.date(2024, 1, 3), 0.13)
    fund = quotes([1.0, 1.11, 1.1, 1.1], "512480.SS")
    assert len(told(checked(fund, small), "jump")) == 1


def test_over_a_gap_the_limit_compounds(small):
    # 12 % a session: 25.44 % up and 22.56 % down are credible over two sessions.
    gap = WEEK[[0, 2, 3]]
    assert told(checked(quotes([10, 12.5, 12.5], dates=gap), small), "jump") == []
    assert told(checked(quotes([10, 7.75, 7.75], dates=gap), small), "jump") == []
    (finding,) = told(checked(quotes([10, 12.6, 12.6], dates=gap), small), "jump")
    assert "over 2 sessions" in finding.message
    assert len(told(checked(quotes([10, 7.7, 7.7], dates=gap), small), "jump")) == 1


def test_a_stale_run_is_told_once(small):
    dates = pd.bdate_range("2024-03-01", periods=21)
    close = np.r_[[9.0] * 9, 10.0, [11.0] * 10, 12.0]
    (finding,) = told(checked(quotes(close, dates=dates), small), "stale")
    assert (finding.value, finding.date) == (10.0, dates[10].date())


def test_history_before_the_launch(small):
    both = pd.concat([quotes([1.0, 1.1, 1.1, 1.1], "512480.SS"), quotes([10, 10, 11, 11])])
    (finding,) = checked(both, small)
    assert (finding.kind, finding.instrument, finding.value) == ("before_launch", "512480.SS", 1.0)


def test_late_starts_and_different_ends(small):
    late = pd.concat(
        [quotes([10, 10, 11, 11]), quotes([1.0, 1.1], "512480.SS", WEEK[[1, 2]])],
    )
    assert [(item.kind, item.instrument) for item in checked(late, small)] == [
        ("late_start", "512480.SS"),
        ("different_end", "512480.SS"),
    ]


def test_an_open_missing_among_opens(small):
    assert told(checked(quotes([10, 10, 11, 11]), small), "no_open") == []
    (finding,) = checked(quotes([10, 10, 11, 11], open=[10, np.nan, 11, np.nan]), small)
    assert (finding.kind, finding.value) == ("no_open", 2.0)


def test_dates_beyond_the_calendar_are_told(small):
    (finding,) = checked(
        quotes([10, 11], dates=pd.to_datetime(["2150-01-01", "2150-01-02"])), small
    )
    assert finding.kind == "calendar_end"
    assert "the dates in the data count as sessions" in finding.message


def test_make_up_days_holidays_and_holes_of_a_daily_series(small):
    dates = pd.date_range("2024-09-25", "2024-10-12").difference(
        pd.to_datetime(["2024-09-28", "2024-10-05", "2024-10-06", "2024-10-09"])
    )
    prices = quotes([10, 11], dates=pd.to_datetime(["2024-10-10", "2024-10-11"]))
    findings = checked(prices, small, series(2.0, dates))
    assert [(item.kind, str(item.date)) for item in findings] == [
        ("make_up_day", "2024-09-29"),
        ("make_up_day", "2024-10-12"),
        ("exchange_holiday", "2024-10-01"),
        ("holes", "2024-10-09"),
    ]
    assert [item.value for item in findings[2:]] == [5, 1]


def test_a_daily_series_a_day_off_is_an_error_and_a_late_start_is_told(small):
    days = pd.bdate_range("2024-03-01", "2024-04-30")
    prices = quotes([10, 10.5], dates=pd.to_datetime(["2024-01-02", "2024-04-30"]))
    off = series(np.full(len(days), 2.3), days + pd.Timedelta(days=1))
    (finding,) = told(checked(prices, small, off), "off_session")
    assert (finding.severity, finding.instrument) == ("error", "cn10y")
    (finding,) = told(checked(prices, small, off), "series_start")
    assert (finding.severity, finding.date) == ("warning", dt.date(2024, 3, 2))


def test_a_monthly_series_has_neither_make_up_days_nor_holes(small):
    monthly = series([50.0, 51, 52], ["2023-11-30", "2023-12-31", "2024-01-31"])
    assert checked(quotes([10, 10, 11, 11]), small, monthly) == ()


def test_series_undeclared_doubled_disordered_and_ended(small):
    prices = quotes([10, 10, 11, 11])
    (finding,) = checked(prices, small, series([1.0], ["2024-01-03"], "pmi"))
    assert finding.kind == "undeclared_series"
    findings = checked(prices, small, series([1.0, 2], ["2024-01-03", "2024-01-03"]))
    assert [(item.kind, item.severity) for item in findings] == [("duplicate_date", "error")]
    (finding,) = checked(
        prices, small, series([1.0, 2, 3], ["2024-01-31", "2024-01-02", "2024-01-03"])
    )
    assert finding.kind == "unordered_dates"
    (finding,) = checked(prices, small, series([1.0, 2], ["2023-11-30", "2023-12-11"]))
    assert finding.kind == "series_end"
    assert "unknown after 2023-12-26" in finding.message


def test_no_price_at_all(small):
    (finding,) = checked(quotes([np.nan] * 4), small)
    assert (finding.severity, finding.kind) == ("error", "no_prices")


def test_findings_survive_json():
    day = dt.date(2024, 1, 2)
    finding = Finding("replaced", "A", day, 0.2)
    assert list(finding.to_json()) == [
        "severity", "kind", "instrument", "date", "value", "message",
    ]  # fmt: skip
    assert Finding.from_json(finding.to_json()).to_json() == finding.to_json()


def test_findings_are_gathered_by_kind_errors_and_what_concerns_results_first():
    unknown = [Finding("unknown_instrument", name, details={"universe": "x"}) for name in "ABC"]
    gap = Finding("missing_session", "D", dt.date(2024, 1, 2), details={"calendar": "XSHG"})
    groups = grouped([*unknown, gap, Finding("no_prices")])
    assert [(group.kind, group.count) for group in groups] == [
        ("no_prices", 1),
        ("missing_session", 1),
        ("unknown_instrument", 3),
    ]
    assert str(groups[2]) == (
        "warning: A is no instrument of universe x and was left out (and 2 more like it)"
    )
