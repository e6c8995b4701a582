"""The turn of the year, exotic calendars, and clocks that are wrong, through the command."""

import json

import pandas as pd
import pytest

from backtest.market.calendar import sessions
from tests.command import nqp

UNIVERSE = """name = "turn"
currency = "CNY"
calendar = "{calendar}"
sessions_per_year = 242
benchmark = "B"
[[instruments]]
id = "B"
kind = "index"
[[instruments]]
id = "S"
kind = "index"
sector = "banks"
"""


@pytest.fixture
def imported(tmp_path):
    """Import a market of an exchange's last sessions up to a day."""

    def imported(last, calendar="XSHG"):
        end = pd.Timestamp(last)
        days = pd.bdate_range(end - pd.Timedelta(days=90), end)
        if calendar == "XSHG":
            days = sessions(calendar, days[0], end, seen=pd.DatetimeIndex([]))
        prices = pd.DataFrame({"B": 10.0, "S": 20.0}, index=days)
        prices.to_csv(tmp_path / "prices.csv", index_label="date")
        (tmp_path / "turn.toml").write_text(UNIVERSE.format(calendar=calendar), encoding="utf-8")
        files = ("--prices", tmp_path / "prices.csv", "--universe", tmp_path / "turn.toml")
        return nqp("data", "import", "turn", *files, home=tmp_path / "home")

    return imported


def today(tmp_path, *more):
    words = ("today", "equal-weight", "--market", "turn", "--allow-stale", *more)
    return nqp(*words, home=tmp_path / "home", columns=200)


def test_beyond_the_calendar_no_session_is_guessed(imported, tmp_path):
    done = imported("2026-12-31")
    assert done.returncode == 0, done.stderr
    done = today(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "at the next session (its date is not known yet)" in done.stdout
    assert "2027" not in done.stdout
    assert json.loads(today(tmp_path, "--json").stdout)["next_session"] is None
    assert today(tmp_path, "--capital", "1e6").returncode == 0
    chinese = today(tmp_path, "--lang", "zh")
    assert "日期尚未确定" in chinese.stdout


def test_announced_holidays_give_the_next_session(imported, tmp_path):
    imported("2026-12-31")
    text = "[XSHG]\nthrough = 2027-12-31\nclosed = [2027-01-01]\n"
    (tmp_path / "home" / "holidays.toml").write_text(text, encoding="utf-8")
    assert json.loads(today(tmp_path, "--json").stdout)["next_session"] == "2027-01-04"
    (tmp_path / "home" / "holidays.toml").write_text("[XSHG", encoding="utf-8")
    done = today(tmp_path)
    assert done.returncode == 2
    assert "holidays.toml is not valid TOML" in done.stderr


def test_the_turn_of_a_published_year(imported, tmp_path):
    imported("2025-12-31")
    assert json.loads(today(tmp_path, "--json").stdout)["next_session"] == "2026-01-05"


@pytest.mark.parametrize("calendar", ["ASEX", "XBEL", "XBSE", "XCYS", "XTAE", "XSAU", "XXXX"])
def test_exotic_calendars_work_or_are_a_sentence(imported, calendar):
    done = imported("2024-06-28", calendar)
    assert done.returncode in (0, 2)
    assert "Traceback" not in done.stderr
    if calendar not in ("XSAU", "XXXX"):
        assert f"the sessions of exchange calendar {calendar} cannot be computed" in done.stderr


def test_a_clock_set_back_neither_ages_data_nor_loses_a_snapshot(imported, tmp_path, monkeypatch):
    """The data are of a later day than the clock, and a later import has an earlier stamp."""
    done = imported("2026-11-20")
    assert done.returncode == 0, done.stderr
    first = json.loads(nqp("data", "list", "--json", home=tmp_path / "home").stdout)["markets"][-1]

    import datetime as dt

    from backtest.data import store

    class Earlier(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2001, 1, 1, tzinfo=tz)

    monkeypatch.setattr(store, "datetime", Earlier)
    done = imported("2026-11-24")
    assert done.returncode == 0, done.stderr
    second = json.loads(nqp("data", "list", "--json", home=tmp_path / "home").stdout)["markets"][-1]
    assert second["last"] == "2026-11-24"
    assert second["snapshot"] != first["snapshot"]
    assert nqp("data", "check", "turn", home=tmp_path / "home").returncode == 0
    assert today(tmp_path).returncode == 0
