"""vectorbt's executor order by order against `Portfolio.from_orders`, and without it."""

from __future__ import annotations

import numpy as np
import pytest

from backtest.costs import CostModel
from backtest.engine import books
from backtest.engine.simulate import simulate
from strategies import RateRotation
from tests.markets import make_market

DEAR = CostModel.from_bps(commission=2.5, stamp_duty=5.0, minimum_commission=5.0)


@pytest.fixture
def intended(monkeypatch):
    """What a backtest with cash interest and a minimum commission asks of vectorbt."""
    seen = []
    market = make_market(sessions=400)
    targets = RateRotation().target_weights(market)
    monkeypatch.setattr(books, "one_by_one", lambda one: seen.append(one) or books.from_orders(one))
    simulate(targets, market, costs=DEAR, fill="open", cash=20_000.0)
    monkeypatch.undo()
    return seen[0]


def test_orders_one_by_one_leave_the_records_that_the_whole_package_leaves(intended):
    own, whole = (np.sort(found(intended)) for found in (books.one_by_one, books.from_orders))
    assert len(own) > 50
    assert (own["size"] < 0).any()
    assert (own == whole).all()


def test_the_size_type_is_the_one_vectorbt_calls_target_amount():
    from vectorbt.portfolio.enums import SizeType

    assert SizeType.TargetAmount == books.TARGET_AMOUNT


def test_without_the_rust_engine_the_package_keeps_the_books(monkeypatch):
    def missing(intended):
        raise ImportError("vectorbt_rust")

    monkeypatch.setattr(books, "one_by_one", missing)
    market = make_market(sessions=400)
    targets = RateRotation().target_weights(market)
    found = simulate(targets, market, costs=DEAR, fill="open", cash=20_000.0)
    monkeypatch.undo()
    again = simulate(targets, market, costs=DEAR, fill="open", cash=20_000.0)
    assert found.equity.equals(again.equity)
    assert found.orders.equals(again.orders)
