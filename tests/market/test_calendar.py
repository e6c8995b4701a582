"""Sessions inside and beyond what an exchange has published."""

import pandas as pd
import pytest

from backtest.errors import UserError
from backtest.market.calendar import known_span, sessions

NOTHING = pd.DatetimeIndex([])


def days(calendar, first, last, seen=NOTHING):
    index = sessions(calendar, pd.Timestamp(first), pd.Timestamp(last), seen=pd.DatetimeIndex(seen))
    return [f"{day:%Y-%m-%d}" for day in index]


def test_the_week_of_the_national_holiday():
    assert days("XSHG", "2024-09-27", "2024-10-09") == [
        "2024-09-27",
        "2024-09-30",
        "2024-10-08",
        "2024-10-09",
    ]


def test_one_day_and_no_day():
    assert days("XSHG", "2024-01-02", "2024-01-02") == ["2024-01-02"]
    assert days("XSHG", "2024-01-06", "2024-01-07") == []


def test_beyond_the_calendar_the_dates_seen_count():
    _, until = known_span("XSHG")
    after = until + pd.Timedelta(days=5)
    far = until + pd.Timedelta(days=500)
    seen = pd.DatetimeIndex([after, until - pd.Timedelta(days=3), after, far])
    found = sessions("XSHG", until, after, seen=seen)
    assert list(found) == [until, after]
    assert days("XSHG", "1980-01-01", "1980-12-31", ["1980-05-05"]) == ["1980-05-05"]


def test_sessions_are_naive_nanoseconds():
    index = sessions("XSHG", pd.Timestamp("2024-01-02"), pd.Timestamp("2024-01-05"), seen=NOTHING)
    assert index.dtype == "datetime64[ns]"
    assert index.freq is None


def test_an_unknown_calendar_is_told_with_a_suggestion():
    with pytest.raises(UserError, match="no exchange calendar 'XSHH'; did you mean 'XSHG'"):
        days("XSHH", "2024-01-02", "2024-01-03")


@pytest.mark.parametrize("calendar", ["XSAU", "XHKG", "24/7"])
def test_calendars_that_begin_late_or_never_close(calendar):
    assert len(days(calendar, "2024-03-04", "2024-03-10")) in (5, 7)


def test_announced_holidays_extend_a_calendar(monkeypatch, tmp_path):
    monkeypatch.setenv("NQP_HOME", str(tmp_path))
    _, library = known_span("XSHG")
    assert days("XSHG", "2026-12-30", "2027-01-08") == ["2026-12-30", "2026-12-31"]
    text = "[XSHG]\nthrough = 2027-12-31\nclosed = [2027-01-01, 2027-02-08]\n"
    (tmp_path / "holidays.toml").write_text(text, encoding="utf-8")
    assert known_span("XSHG")[1] == pd.Timestamp("2027-12-31")
    assert library < pd.Timestamp("2027-01-01")
    assert days("XSHG", "2026-12-30", "2027-01-06") == [
        *("2026-12-30", "2026-12-31", "2027-01-04", "2027-01-05", "2027-01-06"),
    ]
    assert days("XSHG", "2027-02-06", "2027-02-09") == ["2027-02-09"]
    assert days("XSHG", "2028-01-03", "2028-01-05", ["2028-01-04"]) == ["2028-01-04"]
    assert known_span("XNYS")[1] != pd.Timestamp("2027-12-31")


@pytest.mark.parametrize(
    "text",
    [
        "[XSHG",
        "XSHG = 3",
        "[XSHG]\nthrough = 2027-12-31\n",
        "[XSHG]\nthrough = 2027-12-31T00:00:00\nclosed = []",
        '[XSHG]\nthrough = 2027-12-31\nclosed = ["2027-01-01"]',
        "[XSHG]\nthrough = 2027\nclosed = []",
    ],
)
def test_a_wrong_file_of_holidays_is_a_sentence(monkeypatch, tmp_path, text):
    monkeypatch.setenv("NQP_HOME", str(tmp_path))
    (tmp_path / "holidays.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"holidays.toml.* (not valid TOML|needs through|mend)"):
        known_span("XSHG")
