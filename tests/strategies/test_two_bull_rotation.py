"""TwoBullRotation: four states, each held until another is confirmed."""

import pytest

from backtest.errors import UserError
from backtest.market.universe import sectors
from strategies import TwoBullRotation
from tests.markets import make_market

UP, DOWN = [100, 101, 102, 103, 104, 105, 106, 107], [100, 99, 98, 97, 96, 95, 94, 93]


def held(index, rate):
    market = make_market(
        sessions=8, sectors=tuple(sectors()), bond=True, benchmark=index, series={"cn10y": rate}
    )
    strategy = TwoBullRotation(window=3, confirm=2)
    return strategy.regime(market), strategy.target_weights(market)


@pytest.mark.parametrize(
    ("index", "rate", "state", "bonds"),
    [
        (UP, DOWN, "two_bulls", 0.0),
        (UP, UP, "stock_bull", 0.0),
        (DOWN, DOWN, "bond_bull", 0.5),
        (DOWN, UP, "neither", 1.0),
    ],
)
def test_four_states(index, rate, state, bonds):
    regime, weights = held(index, rate)
    # known on the third session, confirmed on the fourth
    assert regime.tolist() == ["cash"] * 3 + [state] * 5
    assert weights.iloc[3]["BOND"] == pytest.approx(bonds)
    assert weights.iloc[3].sum() == pytest.approx(1.0)
    assert weights.iloc[:3].isna().all(axis=None)


def test_a_state_stands_until_another_is_confirmed():
    regime, _ = held([100, 101, 102, 103, 100, 104, 90, 80], DOWN)
    assert regime.tolist()[3:] == ["two_bulls"] * 4 + ["bond_bull"]


def test_parameters_are_checked():
    with pytest.raises(UserError, match=r"sleeve was 1\.5; give a number from 0 to 1"):
        TwoBullRotation(sleeve=1.5)
