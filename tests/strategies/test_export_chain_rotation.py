"""ExportChainRotation: which chain, by the American yield and inventories."""

import pytest

from backtest.errors import UserError
from backtest.market.universe import sectors
from strategies import ExportChainRotation
from tests.markets import make_market

FALLING = [4.0 - 0.1 * step for step in range(10)]
RISING = [4.0 + 0.1 * step for step in range(10)]


def last_regime(path, **parameters):
    series = {"us10y": path, "us_isr": FALLING}
    market = make_market(sessions=10, sectors=tuple(sectors()), series=series)
    strategy = ExportChainRotation(window=4, confirm=2, **parameters)
    return strategy.regime(market).iloc[-1]


def test_falling_yields_mean_housing():
    assert last_regime(FALLING) == "export_housing"


def test_fast_rising_yields_mean_capital_spending():
    assert last_regime(RISING, rise_bp=30) == "export_capex"


def test_anything_else_means_electromechanical_exports():
    assert last_regime(RISING, rise_bp=50) == "export_electromechanical"


def test_falling_inventories_mean_restocking_whatever_the_yield_does():
    assert last_regime(FALLING, inventories="us_isr") == "export_electromechanical"


def test_a_missing_series_says_how_to_supply_it():
    strategy = ExportChainRotation(inventories="us_retail_inventories")
    with pytest.raises(UserError, match=r"has no series 'us_retail_inventories'.*--series"):
        strategy.regime(make_market(sessions=10, sectors=tuple(sectors())))
