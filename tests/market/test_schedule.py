"""Schedules: due sessions by hand, and what is no schedule."""

import pandas as pd
import pytest

from backtest.errors import UserError
from backtest.market.schedule import due_sessions, schedule_of, with_dates

# Shanghai's February 2024: the new year's holidays are 9 to 18.
DAYS = pd.DatetimeIndex(
    [*pd.bdate_range("2024-01-29", "2024-02-08"), *pd.bdate_range("2024-02-19", "2024-03-04")]
)


@pytest.mark.parametrize(
    ("schedule", "days"),
    [
        ("daily", [f"{day:%m-%d}" for day in DAYS]),
        ("always", [f"{day:%m-%d}" for day in DAYS]),
        ("on-change", []),
        ("never", ["01-29"]),
        ("weekly", ["01-29", "02-05", "02-19", "02-26", "03-04"]),
        ("every:8", ["01-29", "02-08", "02-28"]),
        ("monthly", ["01-29", "02-01", "03-01"]),
        ("monthly:15", ["01-29", "02-19"]),
        ("monthly:31", ["01-29", "01-31", "02-29"]),
        ("month-end", ["01-29", "01-31", "02-29"]),
        ("quarterly", ["01-29"]),
        ("dates:2024-02-10/2024-02-29", ["01-29", "02-19", "02-29"]),
        ("weekly+band:0.03", ["01-29", "02-05", "02-19", "02-26", "03-04"]),
    ],
)
def test_due_sessions(schedule, days):
    due = due_sessions(DAYS, schedule)
    assert [f"{day:%m-%d}" for day in DAYS[due]] == days
    # What is due by a day does not depend on later ones.
    assert due_sessions(DAYS[:9], schedule).tolist() == due.tolist()[:9]


def test_an_end_of_month_that_is_no_session_is_due_at_the_next():
    days = DAYS[DAYS != "2024-01-31"]
    assert due_sessions(days, "month-end")["2024-02-01"]


@pytest.mark.parametrize(
    "text", ["wekly", "every:0", "band:2", "band:0", "monthly:32", "weekly+daily", "band:1+band:1"]
)  # fmt: skip
def test_what_is_no_schedule_is_a_sentence(text):
    with pytest.raises(UserError, match=r"rebalance was .*; choose from daily, weekly, every:N"):
        schedule_of(text)


def test_dates_come_from_a_file(tmp_path):
    path = tmp_path / "days.csv"
    path.write_text("date,why\n2024-02-10,holiday\n2024-02-29,\n")
    assert with_dates(f"dates:{path}+band:0.1") == "dates:2024-02-10/2024-02-29+band:0.1"
    path.write_text("soon\n")
    with pytest.raises(UserError, match="needs one date a line, as 2024-01-05"):
        with_dates(f"dates:{path}")
    with pytest.raises(UserError, match="there is no file"):
        with_dates("dates:nothing.csv")
