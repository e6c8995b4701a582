"""BreakthroughOverlay: any strategy, tilted where a track breaks out."""

from dataclasses import dataclass, replace

import pytest

from backtest.errors import UserError
from backtest.strategy import Strategy
from backtest.strategy.allocation import cash
from strategies import BreakthroughOverlay, BuyAndHold, EqualWeight
from tests.markets import make_market


@pytest.fixture(scope="module")
def market():
    """Machines, steel and drugs; the drugs break out on session 180 and nothing else does."""
    market = make_market(sessions=240, sectors=("machinery", "steel", "pharma_biotech"), seed=1)
    close, turnover = market.close.copy(), market.turnover.copy()
    close.iloc[180:, 2] *= 1.3
    turnover.iloc[180:183, 2] *= 4
    return replace(market, close=close, turnover=turnover)


@dataclass(frozen=True)
class Mixed(Strategy):
    """Steel, a bond fund and a little cash, after every session."""

    def target_weights(self, market):
        return cash(market).assign(STEEL=0.6, BOND=0.3)


OVERLAY = BreakthroughOverlay(inner=BuyAndHold(), strength=0.3, sigmas=5, hold=10)


def test_the_track_gets_its_part_for_a_while(market):
    weights = OVERLAY.target_weights(market)
    ordered = weights.index[weights.notna().any(axis=1)]
    assert [market.sessions.get_loc(day) for day in ordered] == [0, 180, 192]
    tilted = weights.loc[ordered[1]]
    assert tilted["PHARMA_BIOTECH"] == pytest.approx(0.7 / 3 + 0.3)
    assert weights.loc[ordered[2]].tolist() == pytest.approx([1 / 3] * 3)


def test_the_regime_says_so(market):
    regime = OVERLAY.regime(market)
    assert regime.iloc[179] == "buy-and-hold"
    assert set(regime.iloc[180:192]) == {"buy-and-hold+medicine"}


def test_bonds_and_cash_stay(market):
    fund = market.close.iloc[:, :1] * 0 + 100.0
    bonds = replace(
        make_market(sessions=240, sectors=("machinery", "steel", "pharma_biotech"), bond=True),
        close=market.close.assign(BOND=fund.iloc[:, 0]),
        turnover=market.turnover.assign(BOND=1.0),
    )
    assert "BOND" in bonds.bonds
    weights = replace(OVERLAY, inner=Mixed()).target_weights(bonds).iloc[180]
    # 0.6 in steel, 0.3 in the bond fund, 0.1 in cash: 30 % of the steel goes to the drugs
    assert weights.to_dict() == pytest.approx(
        {"MACHINERY": 0.0, "STEEL": 0.42, "PHARMA_BIOTECH": 0.18, "BOND": 0.3}
    )


def test_without_an_event_it_is_the_inner_strategy():
    market = make_market(sessions=100, sectors=("machinery", "steel"))
    inner = EqualWeight()
    wrapped = BreakthroughOverlay(inner=inner, sigmas=50).target_weights(market)
    assert wrapped.equals(inner.target_weights(market))


def test_parameters_show_the_inner_strategy():
    assert OVERLAY.parameters["inner"] == {"strategy": "buy-and-hold", "basket": "all"}
    with pytest.raises(UserError, match="strength was 2"):
        BreakthroughOverlay(strength=2)
