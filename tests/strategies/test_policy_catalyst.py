"""PolicyCatalyst: the milestones of P4, or one's own events."""

import pytest

from backtest.errors import UserError
from backtest.market.universe import sectors
from strategies import PolicyCatalyst
from tests.markets import make_market


@pytest.fixture(scope="module")
def market():
    return make_market(sessions=300, sectors=tuple(sectors()), start="2023-07-03")


def test_nqp_after_each_milestone_for_a_while(market):
    regime = PolicyCatalyst(hold=5).regime(market)
    assert regime["2023-08-21"] == "market"
    assert set(regime["2023-08-22":"2023-08-28"]) == {"nqp"}
    assert regime["2023-08-29"] == "market"
    # known at the month's end, a Saturday: from Monday on
    assert regime["2023-09-29"] == "market"
    assert regime["2023-10-02"] == "nqp"
    assert (regime == "nqp").sum() == 15


def test_ones_own_events(market, tmp_path):
    file = tmp_path / "events.csv"
    file.write_text("date,basket,note\n2024-03-05,medicine,a congress\n2024-05-06,,another\n")
    strategy = PolicyCatalyst(hold=3, events=str(file))
    regime = strategy.regime(market)
    assert set(regime["2024-03-05":"2024-03-07"]) == {"medicine"}
    assert regime["2024-05-06"] == "nqp"
    weights = strategy.target_weights(market).loc["2024-03-05"]
    assert weights[weights > 0].to_dict() == {"PHARMA_BIOTECH": 1.0}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("day\n2024-03-05\n", "needs a column date"),
        ("date\nspring\n", "needs a column date with days such as 2024-09-24"),
        ("date,basket\n2024-03-05,npq\n", "there is no basket 'npq'; did you mean 'nqp'"),
        ("", "needs a column date"),
    ],
)
def test_a_wrong_event_file(market, tmp_path, text, says):
    file = tmp_path / "events.csv"
    file.write_text(text)
    with pytest.raises(UserError, match=says):
        PolicyCatalyst(events=str(file)).regime(market)
