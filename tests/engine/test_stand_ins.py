"""A run says what stands in for readings a market does not have."""

from backtest.engine.run import run
from strategies import ValuationElasticity
from tests.markets import with_valuations
from tests.strategies.test_valuation_elasticity import SMALL, falling


def test_it_says_that_prices_stand_in_for_valuations():
    market = falling()
    result = run(ValuationElasticity(**SMALL), market)
    said = [text for text in result.warnings if "stands in" in text]
    assert len(said) == 3
    assert "is not known on 120 of 120 sessions" in said[0]
    assert not [
        text
        for text in run(
            ValuationElasticity(**SMALL, rebalance="never"), with_valuations(market)
        ).warnings
        if "120 of 120" in text
    ]
