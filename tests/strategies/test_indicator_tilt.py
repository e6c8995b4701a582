"""IndicatorTilt: the basket itself, and tilts between and within tracks."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtest.composite import composite, load_framework
from backtest.composite.normalization import METHODS as NORMALIZATIONS
from backtest.errors import UserError
from backtest.strategy.allocation import rebalanced, spread
from strategies import IndicatorTilt
from strategies.taxonomy import MANUFACTURING, MEDICINE, NQP, TECHNOLOGY, TRACKS
from tests.markets import make_market
from tests.real import real_market


@pytest.fixture(scope="module")
def market():
    """Technology leads, and within it computers; medicine trails."""
    made = make_market(sessions=500, sectors=(*sorted(NQP.sectors), "banks", "coal"), seed=6)
    drift = pd.Series(0.0, index=made.close.columns)
    drift[["COMPUTER", "ELECTRONICS", "TELECOM"]] = 0.002
    drift["COMPUTER"] = 0.003
    drift["PHARMA_BIOTECH"] = -0.002
    steps = np.maximum(np.arange(500) - 350, 0)[:, None]
    close = made.close * np.exp(steps * drift.to_numpy())
    return replace(made, close=close)


def last(strategy, market):
    return strategy.target_weights(market).dropna(how="all").iloc[-1]


def total(weights, basket):
    return weights[[name.upper() for name in basket.sectors]].sum()


def test_without_tilts_it_is_the_basket(market):
    plain = IndicatorTilt(between=0, within=0).target_weights(market)
    pd.testing.assert_frame_equal(plain, rebalanced(spread(market, NQP)), rtol=1e-12)


def test_before_anything_is_known_it_is_the_basket(market):
    weights = IndicatorTilt().target_weights(market).iloc[0]
    np.testing.assert_allclose(weights, spread(market, NQP).iloc[0], rtol=1e-12)


def test_it_tilts_between_tracks_in_proportion_within_them(market):
    weights = last(IndicatorTilt(between=1.0, within=0), market)
    assert weights.sum() == pytest.approx(1.0)
    assert total(weights, TECHNOLOGY) > 3 / 8 > total(weights, MEDICINE) * 3
    assert weights["COMPUTER"] == pytest.approx(weights["TELECOM"])
    assert weights["MACHINERY"] == pytest.approx(weights["AUTO"])
    assert total(weights, MANUFACTURING) > 0
    assert weights["BANKS"] == weights["COAL"] == 0.0


def test_it_tilts_within_tracks(market):
    weights = last(IndicatorTilt(between=0, within=1.0), market)
    assert weights["COMPUTER"] > 1 / 8 > weights["PHARMA_BIOTECH"]


def test_the_weights_are_the_exponential_of_the_scores(market):
    tilt = IndicatorTilt(between=0.7, within=0.2, demand=0.0, distribution=0.0)
    row = tilt.target_weights(market).dropna(how="all").index[-1]

    def score(framework, about):
        pillars = composite(market, framework.about(about)).unlinked.loc[row]
        return (pillars[["potential", "supply"]].mean() - 50) / 10

    factors = {
        sector: np.exp(
            0.7 * score(tilt.by_track, basket.name) + 0.2 * score(tilt.by_sector, sector)
        )
        for basket in (TECHNOLOGY, MANUFACTURING, MEDICINE)
        for sector in basket.sectors
    }
    expected = pd.Series(factors) / sum(factors.values())
    found = last(tilt, market)[[name.upper() for name in factors]]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_statistics_that_speak_of_a_track_tilt_too(market):
    weights = last(IndicatorTilt(framework="china"), market)
    assert weights.sum() == pytest.approx(1.0)
    assert abs(total(weights, MEDICINE) - 1 / 8) > 0.001
    assert weights["COMPUTER"] == pytest.approx(weights["TELECOM"])


def test_a_framework_of_ones_own_is_taken_as_it_is(market):
    own = replace(load_framework("observable"), name="mine")
    pd.testing.assert_frame_equal(
        IndicatorTilt(framework=own).target_weights(market), IndicatorTilt().target_weights(market)
    )


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_no_tilt_is_beyond_its_bound(market, normalization):
    own = replace(load_framework("observable"), normalization=normalization)
    tilt = IndicatorTilt(framework=own, between=1.0, within=0.0)
    scores = pd.concat([tilt.score(market, tilt.by_track, name) for name in TRACKS], axis=1)
    assert scores.abs().max(axis=None) <= 3.0
    weights = last(tilt, market)
    assert weights["COMPUTER"] / weights["PHARMA_BIOTECH"] <= np.exp(6.0) * (1 + 1e-12)
    assert (scores.abs().max(axis=None) == 3.0) == (normalization != "z")


def test_pillars_without_a_weight_do_not_count(market):
    everything = last(IndicatorTilt(), market)
    assert not np.allclose(last(IndicatorTilt(supply=0.0), market), everything)
    assert np.allclose(
        last(IndicatorTilt(potential=2, supply=2, demand=2, distribution=2), market), everything
    )


def test_a_market_of_other_sectors_is_a_sentence():
    with pytest.raises(UserError, match="basket nqp has no instrument in universe test"):
        IndicatorTilt().target_weights(make_market(sessions=30, sectors=("banks", "coal")))


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"framework": "chna"}, "did you mean 'china'"),
        ({"between": -1}, "between was -1; give 0 or more"),
        ({"supply": float("nan")}, "supply was nan"),
        (dict.fromkeys(("potential", "supply", "demand", "distribution"), 0), "are all 0"),
        ({"rebalance": "dayly"}, "choose from daily"),
    ],
)
def test_parameters_are_checked(parameters, says):
    with pytest.raises(UserError, match=says):
        IndicatorTilt(**parameters)


def test_it_holds_weights_on_real_data():
    folder = os.environ.get("NQP_MARKET_DATA")
    if folder is None:
        pytest.skip("NQP_MARKET_DATA is not set: the real sector data are not at hand")
    weights = IndicatorTilt().target_weights(real_market(Path(folder))).dropna(how="all")
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    held = weights.loc["2016":, weights.columns[weights.sum() > 0]]
    assert held.shape[1] == 8
    assert held.std().min() > 0.005
