"""Level-2 indices: what is odd about them is found, and another index's past is not theirs."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from backtest import BacktestResult, run
from backtest.data.align import build_market
from backtest.data.intake import Sources, read_sources
from backtest.data.periods import usable
from backtest.errors import UserError
from backtest.evidence.evaluate import evaluate
from backtest.market.universe import Instrument, load_universe, parse_universe
from backtest.strategy.allocation import spread
from backtest.strategy.coverage import coverage
from strategies import BuyAndHold, RuleRotation
from strategies.claims import CLAIMS, REPORT
from strategies.industries import mapping
from strategies.taxonomy import BASKETS, FUTURE

LEAD = next(claim for claim in CLAIMS if claim.id == "R3")
CODES = ("801081", "801084", "801102", "801741", "801951", "801952", "801193", "801015", "801726")

OWN = """
title = "two"
name = "two"
currency = "CNY"
calendar = "data"
sessions_per_year = 242
benchmark = "A"
[[instruments]]
id = "A"
kind = "index"
sector = "computer"
usable_from = 2031-01-03
redefined = 2031-01-06
"""


def test_prices_before_an_index_is_what_it_is_now_are_left_out_and_said():
    prices = pd.DataFrame(
        {
            "instrument": "A",
            "date": pd.to_datetime(["2031-01-02", "2031-01-03", "2031-01-06"]),
            "close": [1.0, 2.0, 3.0],
        }
    )
    kept, found = usable(prices, parse_universe(OWN))
    assert kept["close"].tolist() == [3.0]
    assert [(one.kind, f"{one.date}", one.value) for one in found] == [
        ("not_usable", "2031-01-06", 2.0)
    ]
    assert "2 prices before 2031-01-06, of another basket" in found[0].message
    after, none = usable(prices.iloc[2:], parse_universe(OWN))
    assert (len(after), none) == (1, ())


def test_the_universe_has_124_indices_under_the_31_sectors():
    universe = load_universe("shenwan-2")
    indices = [one for one in universe.instruments if one.sector is not None]
    assert len(indices) == 124
    assert len(universe.by_shenwan) == 31
    assert sum(len(names) for names in universe.by_shenwan.values()) == 124
    assert all(one.usable_from is not None for one in indices)
    assert sum(one.redefined is not None for one in indices) == 26
    assert isinstance(universe.by_id["801081"], Instrument)


def test_no_two_future_industries_are_one_on_level_2_and_two_have_no_proxy():
    here = {name: basket.on("shenwan-2") for name, basket in FUTURE.items()}
    assert {name for name, basket in here.items() if not basket.weights} == {
        "brain_computer_interface",
        "quantum_information",
    }
    listed = [frozenset(basket.sectors) for basket in here.values() if basket.weights]
    assert len(set(listed)) == len(listed)
    known = load_universe("shenwan-2").sectors
    assert all(
        code in known
        for basket in BASKETS.values()
        for code in basket.on("shenwan-2").sectors
        if code.isdigit()
    )
    for basket in here.values():
        assert basket.coverage in ("good", "partial", "none")
        assert basket.note


def test_funds_by_theme_stand_for_industries_that_have_one(tmp_path):
    universe = load_universe("cn-theme-etf")
    codes = {
        code
        for basket in BASKETS.values()
        for code, _ in dict(basket.by_universe).get("cn-theme-etf", ())
    }
    assert codes == set(universe.sectors)
    days = pd.bdate_range("2024-01-01", periods=30)
    for number, name in enumerate(("515050.SS", "515880.SS", "512720.SS")):
        table = pd.DataFrame({"date": days, "close": [1.0 + 0.01 * number * k for k in range(30)]})
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    intake = read_sources(Sources(prices=tmp_path, universe="cn-theme-etf"))
    market = build_market(intake.raw, name="funds", snapshot="x")
    held = spread(market, FUTURE["future_networks"]).iloc[-1]
    assert held[held > 0].to_dict() == {"515050.SS": 0.5, "515880.SS": 0.5}
    (networks,) = coverage([FUTURE["future_networks"]], market)
    assert networks.members == ("515050", "515880")
    assert networks.listed == pytest.approx(2 / 3)  # the satellite fund has no file


@pytest.fixture(scope="module")
def level2(tmp_path_factory):
    folder = Path(os.environ.get("NQP_MARKET_DATA", ""))
    if not (folder / "shenwan2").is_dir():
        pytest.skip("NQP_MARKET_DATA has no shenwan2: the level-2 indices are not at hand")
    some = tmp_path_factory.mktemp("level2")
    for code in CODES:
        shutil.copy(folder / "shenwan2" / f"{code}.csv", some)
    sources = Sources(
        prices=some,
        universe="shenwan-2",
        benchmark=folder / "csi300.csv",
        series=(folder / "rates.csv",),
    )
    intake = read_sources(sources)
    return build_market(intake.raw, name="level2", snapshot="x"), intake.findings


def test_the_oddities_of_the_files_are_found(level2):
    market, findings = level2
    found = {(one.kind, one.instrument) for one in findings}
    assert {("not_usable", code) for code in ("801951", "801952", "801193")} <= found
    assert {("not_usable", code) for code in ("801015", "801741")} <= found
    assert f"{market.close['801741'].first_valid_index():%Y-%m-%d}" == "2021-12-13"
    assert ("outside_range", "801081") in found  # 2018-11-06: the close is fine, the rest is not
    assert not any(
        one.kind in ("jump", "broken_history") and one.instrument == "801951" for one in findings
    )
    assert f"{market.close['801951'].first_valid_index():%Y-%m-%d}" == "2021-12-13"
    assert f"{market.close['801193'].first_valid_index():%Y-%m-%d}" == "2023-09-27"


def test_baskets_are_as_fine_as_the_market_and_say_so(level2):
    market, _ = level2
    found = {one.basket.name: one for one in coverage(BASKETS.values(), market)}
    displays = found["future_displays"]
    assert (displays.members, displays.listed, displays.fits) == (("801084",), 1.0, "good")
    assert displays.confidence == "high"
    assert found["quantum_information"].fits == "none"
    assert found["future_networks"].since == "2021-12-13"  # 801741 is another index before
    assert found["technology"].members == ("801081", "801084", "801102")
    assert found["humanoid_robots"].listed == 0.0  # neither of its two is in this folder
    held = spread(market, FUTURE["future_networks"]).iloc[-1]
    assert held[held > 0].to_dict() == {"801102": 0.5, "801741": 0.5}
    with pytest.raises(UserError, match="quantum_information has no listed proxy"):
        BuyAndHold(basket="quantum_information").target_weights(market)
    assert isinstance(run(RuleRotation(), market, check=False), BacktestResult)


@pytest.mark.parametrize("industry", ["future_displays", "future_networks"])
def test_a_claim_on_an_industry_is_measured_on_its_level_2_indices(level2, industry):
    """Against the half-year returns of the table the mapping came with."""
    market, _ = level2
    for window in ("H1", "H2"):
        claim = replace(LEAD, window=window, basket=FUTURE[industry])
        measured = evaluate(claim, REPORT, market, draws=9).parts["subject"]
        told = float(mapping()[industry][f"ret_2024{window.lower()}_pct"])
        assert 100 * measured == pytest.approx(told, abs=0.051)
    none = evaluate(replace(LEAD, basket=FUTURE["quantum_information"]), REPORT, market)
    assert none.reason == "Quantum information has no listed proxy"
