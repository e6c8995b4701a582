"""EqualWeight: every listed sector alike, restored on a schedule."""

import pytest

from strategies import EqualWeight
from tests.markets import make_market


def test_a_listing_is_bought_when_it_comes():
    market = make_market(sessions=60, late={"auto": 30})
    weights = EqualWeight(rebalance="never").target_weights(market)
    ordered = weights.dropna(how="all")
    assert ordered.index.tolist() == [market.sessions[0], market.sessions[30]]
    assert ordered.iloc[0]["AUTO"] == 0
    assert ordered.iloc[1].tolist() == pytest.approx([1 / 6] * 6)


def test_bonds_are_no_sector():
    weights = EqualWeight().target_weights(make_market(sessions=5, bond=True))
    assert weights.iloc[0]["BOND"] == 0
