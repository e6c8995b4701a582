"""ThesisRotation: both conditions together, the sleeve, and the overlay."""

import pytest

from backtest.data.sample import sample_market
from backtest.errors import UserError
from backtest.triggers import Confidence, RateBelowAverage, RateFall
from strategies import ThesisRotation


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
    nqp = (ThesisRotation(min_hold=60).regime(market) == "nqp").astype(int)
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
    assert "breakthrough" in set(ThesisRotation().regime(market))
    assert "breakthrough" not in set(ThesisRotation(overlay=0.0).regime(market))


def test_the_overlay_mixes_the_two_sides(market):
    strategy = ThesisRotation(overlay=0.25)
    baskets = strategy.baskets(market)
    mixed = 0.75 * baskets["traditional"] + 0.25 * baskets["nqp"]
    assert (baskets["breakthrough"] - mixed).abs().to_numpy().max() < 1e-15


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"sleeve": -0.1}, "sleeve was -0.1"),
        ({"overlay": 1.1}, "overlay was 1.1"),
        ({"confidence": 0}, "k was 0"),
        ({"min_hold": 0}, "sessions was 0"),
        ({"breakthrough_sigmas": -1}, "breakthrough_sigmas was -1"),
        ({"rebalance": "daily"}, "choose from monthly"),
    ],
)
def test_parameters_are_checked(parameters, says):
    with pytest.raises(UserError, match=says):
        ThesisRotation(**parameters)
