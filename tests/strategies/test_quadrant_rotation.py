"""QuadrantRotation: in when NQP leads, out when it lags, nothing in between."""

from backtest.triggers import InQuadrant
from strategies import QuadrantRotation
from strategies.taxonomy import NQP
from tests.markets import make_market


def test_it_enters_on_leading_and_leaves_on_lagging():
    market = make_market(sessions=300)
    strategy = QuadrantRotation(window=30, change=5, min_hold=1)
    regime = strategy.regime(market)
    leading = InQuadrant(NQP.sectors, "leading", 30, 5).fires(market)
    lagging = InQuadrant(NQP.sectors, "lagging", 30, 5).fires(market)
    held, expected = False, []
    for enters, leaves in zip(leading, lagging, strict=True):
        held = True if enters else False if leaves else held
        expected.append("nqp" if held else "traditional")
    assert regime.tolist() == expected
    assert {"nqp", "traditional"} == set(expected)
