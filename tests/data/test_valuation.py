"""Valuations come in with the market: their names, their days of use, and foresight."""

import json

import numpy as np
import pandas as pd
import pytest

from backtest.data import load_market
from backtest.market.valuation import inverse_valuation, valuations
from tests.command import nqp

DAYS = pd.bdate_range("2015-01-05", "2023-12-29")
UNIVERSE = """
name = "two"
title = "two"
currency = "CNY"
calendar = "data"
sessions_per_year = 242
benchmark = "000300"
[[instruments]]
id = "000300"
name = "CSI 300"
kind = "index"
[[instruments]]
id = "801890"
name = "Machinery"
name_zh = "机械设备"
kind = "index"
sector = "machinery"
[[instruments]]
id = "801750"
name = "Computer"
kind = "index"
sector = "computer"
"""


@pytest.fixture
def imported(tmp_path):
    """Import two sectors: earnings filed by the deadline, and earnings put back to the quarter."""
    draw = np.random.default_rng(0)
    close = {
        name: 1000 * np.exp(np.cumsum(draw.normal(0, 0.01, len(DAYS))))
        for name in ("000300", "801890", "801750")
    }
    quarters = 4 * DAYS.year + DAYS.quarter
    deadlines = 3 * DAYS.year + (DAYS.month > 4) + (DAYS.month > 8).astype(int) + (DAYS.month > 10)
    noise = 1.0 + 1e-3 * draw.normal(size=len(DAYS))
    pe = {
        "801890": close["801890"] / (50 * np.exp(0.05 * (deadlines - deadlines[0]))) * noise,
        "801750": close["801750"] / (50 * np.exp(0.05 * (quarters - quarters[0]))) * noise,
    }
    (tmp_path / "two.toml").write_text(UNIVERSE)
    pd.DataFrame({"date": DAYS, **close}).to_csv(tmp_path / "prices.csv", index=False)
    folder = tmp_path / "pe"
    folder.mkdir()
    pd.DataFrame({"日期": DAYS, "市盈率": pe["801890"], "市净率": 2.0}).to_csv(
        folder / "801890.SI.csv", index=False
    )
    pd.DataFrame({"trade_date": DAYS, "name": "Computer", "pe_ttm": pe["801750"]}).to_csv(
        folder / "anything.csv", index=False
    )
    words = ("--prices", tmp_path / "prices.csv", "--universe", tmp_path / "two.toml")
    done = nqp("data", "import", "two", *words, "--valuation", folder, "--json", home=tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path, json.loads(done.stdout), pe


def test_a_market_carries_valuations_in_its_identity_snapshot_and_past(imported, monkeypatch):
    folder, _, pe = imported
    monkeypatch.setenv("NQP_HOME", str(folder))
    market = load_market("two")
    known = valuations(market)
    assert list(known.columns) == ["801890", "801750"]
    # Known on the evening of its own day.
    assert known["801890"].iloc[-1] == pytest.approx(pe["801890"][-1])
    assert valuations(market, "pb")["801890"].eq(2.0).all()
    assert len(valuations(market.until("2016-03-01"))) == len(market.until("2016-03-01").sessions)
    done = nqp("data", "export", "two", "--to", folder / "out", home=folder)
    assert done.returncode == 0
    again = load_market(folder / "out")
    assert (again.snapshot, again.identity) == (market.snapshot, market.identity)
    other = market.with_series("pe:801890", known["801890"] * 1.01, delay_days=0)
    assert other.identity != market.identity
    harmonic = (1 / known["801890"] + 1 / known["801750"]) / 2
    assert inverse_valuation(market, ("machinery", "computer")).equals(harmonic)


def test_earnings_put_back_to_the_quarter_are_flagged_and_filed_ones_are_not(imported):
    _, document, _ = imported
    flagged = [f for f in document["findings"] if f["kind"] == "early_earnings"]
    assert [f["instrument"] for f in flagged] == ["801750"]
    assert "look-ahead" in flagged[0]["message"]


@pytest.mark.parametrize(
    ("columns", "name", "said"),
    [
        ({"close": 1.0}, "801890", "no column of a valuation"),
        ({"pe": 1.0}, "399998", "no valuation of an instrument or sector of universe two"),
    ],
)
def test_a_file_without_valuations_is_refused_in_a_sentence(imported, columns, name, said):
    folder, _, _ = imported
    wrong = folder / f"{name}.csv"
    pd.DataFrame({"date": DAYS[:300], **columns}).to_csv(wrong, index=False)
    words = ("--prices", folder / "prices.csv", "--universe", folder / "two.toml")
    done = nqp("data", "import", "x", *words, "--valuation", wrong, home=folder, columns=300)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_stated_delay_moves_the_day_of_use(imported, monkeypatch):
    folder, _, pe = imported
    words = ("--prices", folder / "prices.csv", "--universe", folder / "two.toml")
    late = ("--valuation", folder / "pe", "--delay", "pe=1")
    assert nqp("data", "import", "late", *words, *late, home=folder).returncode == 0
    monkeypatch.setenv("NQP_HOME", str(folder))
    known = valuations(load_market("late"))
    assert known["801890"].iloc[-1] == pytest.approx(pe["801890"][-2])


def test_money_and_a_folder_of_series_come_in(imported, monkeypatch):
    folder, _, _ = imported
    series = folder / "series"
    series.mkdir()
    for name in ("cn10y", "us10y"):
        pd.DataFrame({"date": DAYS, name: 2.5}).to_csv(series / f"{name}.csv", index=False)
    shibor = pd.DataFrame({"date": DAYS, "shibor_3m": 9.0, "shibor_on": 1.825})
    shibor.to_csv(folder / "shibor.csv", index=False)
    words = ("--prices", folder / "prices.csv", "--universe", folder / "two.toml")
    more = ("--series", series, "--money", folder / "shibor.csv")
    done = nqp("data", "import", "rich", *words, *more, home=folder)
    assert done.returncode == 0, done.stderr
    monkeypatch.setenv("NQP_HOME", str(folder))
    market = load_market("rich")
    assert {"cn10y", "us10y", "money_rate"} <= set(market.series.columns)
    days = (market.sessions[-1] - market.sessions[-2]).days
    # 1.825 % a year are half a basis point a day.
    assert market.money.iloc[-1] / market.money.iloc[-2] == pytest.approx(1 + 5e-5 * days)
    shibor.drop(columns="shibor_on").assign(other=1.0).to_csv(folder / "no.csv", index=False)
    done = nqp("data", "import", "x", *words, "--money", folder / "no.csv", home=folder)
    assert done.returncode == 2
    assert "none is called as a money rate" in " ".join(done.stderr.split())
