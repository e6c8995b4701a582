"""StaticBlend: both sides in fixed parts."""

import pytest

from backtest.errors import UserError
from backtest.market.universe import sectors
from strategies import StaticBlend
from tests.markets import make_market


def test_the_parts_are_the_parts():
    market = make_market(sessions=5, sectors=tuple(sectors()))
    weights = StaticBlend(nqp=0.25).target_weights(market).iloc[0]
    assert weights["PHARMA_BIOTECH"] == pytest.approx(0.25 / 8)
    assert weights["STEEL"] == pytest.approx(0.75 / 11)
    assert weights["MACHINERY"] == pytest.approx(0.25 / 8 + 0.75 / 11)
    assert weights.sum() == pytest.approx(1.0)


def test_the_part_is_a_fraction():
    with pytest.raises(UserError, match="nqp was 50"):
        StaticBlend(nqp=50)
