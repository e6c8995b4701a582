"""ExportChainRotation: which chain, by the American yield and inventories."""

import numpy as np

from backtest.market.universe import sectors
from strategies import ExportChainRotation
from tests.markets import make_market

FALLING = [4.0 - 0.1 * step for step in range(10)]
RISING = [4.0 + 0.1 * step for step in range(10)]


def last_regime(path, **parameters):
    series = {"us10y": path, "us_isr": FALLING, "up": RISING}
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


def test_leaving_a_chain_is_confirmed_like_entering_it():
    # three sessions below the average again are too few while four have to agree
    path = [4.0, 4.1, 4.2, 4.1, 3.9, 3.8, 3.7, 3.6, 3.5, 4.5, 4.6, 4.7, 3.0, 2.9, 2.8, 2.7]
    market = make_market(sessions=16, sectors=tuple(sectors()), series={"us10y": path})
    regime = ExportChainRotation(window=3, confirm=4, rise_bp=200).regime(market).tolist()
    # below its average of three from session 3 on, so confirmed on session 6; above it on 9 to 11
    assert regime == ["export_electromechanical"] * 6 + ["export_housing"] * 10
    assert ExportChainRotation(window=3, confirm=3, rise_bp=200).regime(market).tolist() == (
        ["export_electromechanical"] * 5
        + ["export_housing"] * 6
        + ["export_electromechanical"] * 3
        + ["export_housing"] * 2
    )


def test_no_chain_is_held_for_less_than_its_confirmation():
    steps = np.random.default_rng(3).normal(0, 0.1, 600)
    series = {"us10y": (3.0 + steps.cumsum()).tolist()}
    market = make_market(sessions=600, sectors=tuple(sectors()), series=series)
    held = ExportChainRotation(window=20, confirm=10, rise_bp=20).regime(market)
    spells = held.groupby(held.ne(held.shift()).cumsum()).size()
    assert held.nunique() == 3
    assert spells.iloc[1:-1].min() >= 10


def test_what_the_claims_are_about_decides_where_the_market_has_it():
    # Starts rise while the yield would call for capital spending, then orders while starts fall.
    assert last_regime(RISING, rise_bp=30, housing="up") == "export_housing"
    assert last_regime(FALLING, housing="us_isr", orders="up") == "export_capex"
    assert last_regime(FALLING, housing="us_isr", orders="us_isr") == "export_electromechanical"


def test_it_says_that_a_yield_stands_in_for_what_the_market_lacks():
    market = make_market(sessions=10, sectors=tuple(sectors()))
    said = ExportChainRotation(window=4, confirm=2).remarks(market)
    assert len(said) == 3
    assert "us_housing_starts" in said[0]
    assert all("10 of 10 sessions" in text for text in said)
    given = dict.fromkeys(("us_inventories_to_sales", "us_housing_starts"), RISING)
    known = make_market(sessions=10, sectors=tuple(sectors()), series=given)
    said = ExportChainRotation(window=4, confirm=2).remarks(known)
    # Four sessions of warm-up, and orders on all of them.
    assert [text.values["count"] for text in said] == [4, 4, 10]
