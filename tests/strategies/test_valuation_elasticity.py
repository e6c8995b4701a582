"""ValuationElasticity: the track with the lowest percentile while rates fall; price where no PE."""

import numpy as np
import pytest

from backtest.triggers import OrElse, ValuationPercentile
from strategies import ValuationElasticity
from tests.markets import make_market

SECTORS = ("computer", "machinery", "pharma_biotech", "real_estate")
SMALL = {"fall_bp": 5.0, "fall_window": 5, "rate_window": 5, "years": 40 / 242, "confirm": 3}


def falling(**series):
    rate = np.r_[np.full(60, 3.0), 3.0 - 0.02 * np.arange(60)]
    return make_market(sessions=120, sectors=SECTORS, series={"cn10y": rate, **series})


def test_the_track_with_the_lowest_percentile_is_held_while_rates_fall():
    up, down = np.linspace(10, 20, 120), np.linspace(20, 10, 120)
    market = falling(**{"pe:computer": up, "pe:machinery": down, "pe:pharma_biotech": up})
    strategy = ValuationElasticity(**SMALL)
    regime = strategy.regime(market)
    assert regime.iloc[:60].eq("traditional").all()
    assert regime.iloc[70:].eq("manufacturing").all()
    percentile = ValuationPercentile(("machinery",), years=40 / 242).reading(market).value
    # A PE at its lowest of forty sessions is higher than none but itself.
    assert percentile.iloc[-1] == pytest.approx(1 / 40)
    half = falling(**{"pe:computer": down, "pe:machinery": up, "pe:pharma_biotech": up})
    assert strategy.regime(half).iloc[-1] == "technology"


def test_prices_stand_in_for_valuations():
    signs = ValuationElasticity().rules()["technology"].leaves()
    assert any(isinstance(one, OrElse) for one in signs)
