"""ThesisRotation: both conditions together, the sleeve, and the overlay."""

from dataclasses import replace

import pandas as pd
import pytest

from backtest.data.sample import sample_market
from backtest.errors import UserError
from backtest.triggers import Confidence, RateBelowAverage, RateFall
from strategies import BreakthroughOverlay, ThesisRotation


@pytest.fixture(scope="module")
def market():
    return sample_market()


def test_it_enters_only_when_rates_fall_and_confidence_is_back(market):
    nqp = ThesisRotation().regime(market) == "nqp"
    began = nqp & ~nqp.shift(fill_value=False)
    assert began.any()
    both = RateFall(10, 60) & RateBelowAverage(120) & Confidence(3)
    assert both.fires(market)[began].all()


def test_a_switch_stands_for_at_least_min_hold(market):
    regime = ThesisRotation(min_hold=60).regime(market)
    nqp = regime.str.startswith("nqp").astype(int)
    changes = nqp.diff().fillna(0).ne(0).to_numpy().nonzero()[0]
    assert (changes[1:] - changes[:-1]).min() >= 60


def test_low_appetite_gives_the_sleeve_to_bonds(market):
    strategy = ThesisRotation(overlay=0.0, sleeve=0.4, rebalance="never")
    regime = strategy.regime(market)
    weights = strategy.target_weights(market).dropna(how="all")
    held = regime[weights.index]
    bonds = weights["511260.SS"]
    listed = weights.index >= "2017-08-24"
    assert bonds[(held == "defensive") & listed].to_numpy() == pytest.approx(0.4)
    assert (bonds[held != "defensive"] == 0).all()
    early = weights[(held == "defensive") & ~listed]
    assert early.sum(axis=1).to_numpy() == pytest.approx(0.6)


def test_without_an_overlay_nothing_breaks_through(market):
    assert any("+" in name for name in set(ThesisRotation().regime(market)))
    assert set(ThesisRotation(overlay=0.0).regime(market)) == {"nqp", "defensive", "traditional"}


def test_the_base_is_what_is_held_without_an_overlay(market):
    base = ThesisRotation().regime(market).str.split("+").str[0]
    assert base.equals(ThesisRotation(overlay=0.0).regime(market).astype(base.dtype))


def test_the_overlay_goes_to_the_track_that_broke_out_and_spares_the_sleeve(market):
    baskets = ThesisRotation(overlay=0.25, sleeve=0.4).baskets(market)
    last = {name: weights.iloc[-1] for name, weights in baskets.items()}
    codes = {name: market.by_sector[name][0] for name in market.by_sector}
    medicine, computer = codes["pharma_biotech"], codes["computer"]
    assert last["nqp+medicine"][medicine] == pytest.approx(0.75 / 8 + 0.25)
    assert last["nqp+medicine"][computer] == pytest.approx(0.75 / 8)
    assert last["traditional+medicine"][medicine] == pytest.approx(0.25)
    both = last["traditional+technology+medicine"]
    assert both[medicine] == pytest.approx(0.125)
    assert both[computer] == pytest.approx(0.125 / 3)
    spared = last["defensive+medicine"]
    assert spared["511260.SS"] == last["defensive"]["511260.SS"] == pytest.approx(0.4)
    assert spared[medicine] == pytest.approx(0.6 * 0.25)
    assert all(weights.sum() == pytest.approx(1) for weights in last.values())


def test_it_is_the_overlay_put_on_the_thesis_without_one(market):
    inner = ThesisRotation(overlay=0.0, sleeve=0.3)
    wrapped = BreakthroughOverlay(inner=inner, strength=0.35, sigmas=2.0, hold=15)
    whole = replace(inner, overlay=0.35, breakthrough_sigmas=2.0, breakthrough_hold=15)
    assert wrapped.regime(market).tolist() == whole.regime(market).tolist()
    ours, theirs = whole.target_weights(market), wrapped.target_weights(market)
    pd.testing.assert_frame_equal(ours, theirs, check_exact=False, atol=1e-12, rtol=0)


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"sleeve": -0.1}, "sleeve was -0.1"),
        ({"overlay": 1.1}, "overlay was 1.1"),
        ({"confidence": 0}, "confidence was 0"),
        ({"min_hold": 0}, "min_hold was 0"),
        ({"breakthrough_sigmas": -1}, "breakthrough_sigmas was -1"),
        ({"rebalance": "dayly"}, "choose from daily"),
    ],
)
def test_parameters_are_checked(parameters, says):
    with pytest.raises(UserError, match=says):
        ThesisRotation(**parameters)
