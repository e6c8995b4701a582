"""PolicyCatalyst: the milestones of P4, or one's own events."""

import pytest

from backtest.errors import UserError
from backtest.market.event_file import policy_register
from backtest.market.universe import sectors
from strategies import PolicyCatalyst
from strategies.claims import CLAIMS
from tests.markets import make_market


@pytest.fixture(scope="module")
def market():
    return make_market(sessions=300, sectors=tuple(sectors()), start="2023-07-03")


def test_nqp_after_each_milestone_for_a_while(market):
    regime = PolicyCatalyst(hold=5).regime(market)
    assert regime["2023-08-21"] == "market"
    assert set(regime["2023-08-22":"2023-08-28"]) == {"nqp"}
    assert regime["2023-08-29"] == "market"
    # the read-outs of a Friday and Saturday, and an interview of a Sunday: from Monday on
    assert set(regime["2023-09-11":"2023-09-15"]) == set(regime["2023-12-18":"2023-12-22"])
    assert regime["2023-09-08"] == regime["2023-12-15"] == "market"
    assert regime["2023-09-11"] == "nqp"
    assert (regime == "nqp").sum() == 15


def test_the_claim_and_the_strategy_speak_of_the_same_days():
    (claim,) = (claim for claim in CLAIMS if claim.id == "P4")
    days = ["2023-08-22", "2023-09-11", "2023-12-18"]
    assert [date for date, _ in claim.events] == days
    assert [f"{date:%Y-%m-%d}" for date, _ in PolicyCatalyst().dated()] == days


def test_what_happened_before_the_market_began_is_passed_over(market):
    later = market.between("2023-09-04", None)
    assert (PolicyCatalyst(hold=5).regime(later)["2023-09-04":"2023-09-08"] == "market").all()
    assert (PolicyCatalyst(hold=5).regime(later) == "nqp").sum() == 10


def test_the_last_row_of_a_day_counts_and_a_later_date_before_it(market, tmp_path):
    file = tmp_path / "events.csv"
    # Sunday the 10th and Saturday the 9th are both known on Monday; so is the day's own event
    file.write_text(
        "date,basket\n2024-03-10,technology\n2024-03-09,nqp\n"
        "2024-04-02,technology\n2024-04-02,medicine\n"
        "2024-05-07,medicine\n2024-05-07,manufacturing\n2024-05-08,nqp\n"
    )
    regime = PolicyCatalyst(hold=4, events=str(file)).regime(market)
    assert set(regime["2024-03-11":"2024-03-14"]) == {"technology"}
    assert set(regime["2024-04-02":"2024-04-05"]) == {"medicine"}
    assert regime["2024-05-07"] == "manufacturing"
    assert set(regime["2024-05-08":"2024-05-13"]) == {"nqp"}


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
        ("date\nspring\n", "line 2: 'spring' is no day; write it as YYYY-MM-DD"),
        ("date,basket\n2024-03-05,npq\n", "there is no basket 'npq'; did you mean 'nqp'"),
        ("", "is no CSV in UTF-8"),
        ("date,adverse\n2024-03-05,yes\n", "has no event of kind '' that is not adverse"),
    ],
)
def test_a_wrong_event_file(market, tmp_path, text, says):
    file = tmp_path / "events.csv"
    file.write_text(text)
    with pytest.raises(UserError, match=says):
        PolicyCatalyst(events=str(file)).regime(market)


def test_kind_time_and_bad_news_decide_which_events_count(market, tmp_path):
    file = tmp_path / "events.csv"
    file.write_text(
        "date,time_known,kind,tracks,adverse\n"
        "2024-03-05,after_close,P1.2,technology,\n"
        "2024-03-08,after_close,P1,medicine,\n"  # a Friday
        '2024-04-02,day,P2,"technology,medicine",\n'
        "2024-05-07,unknown,P1.1,,yes\n"
    )
    regime = PolicyCatalyst(hold=2, events=str(file)).regime(market)
    assert regime["2024-03-05"] == "market"
    assert set(regime["2024-03-06":"2024-03-07"]) == {"technology"}
    assert set(regime["2024-03-11":"2024-03-12"]) == {"medicine"}
    assert set(regime["2024-04-02":"2024-04-03"]) == {"medicine+technology"}
    assert (regime != "market").sum() == 6
    finance = PolicyCatalyst(hold=2, events=str(file), kind="P1").regime(market)
    assert (finance != "market").sum() == 4
    with pytest.raises(UserError, match="no event of kind 'P3' that is not adverse; choose from"):
        PolicyCatalyst(events=str(file), kind="P3").regime(market)
    with pytest.raises(UserError, match="the three events of P4 have none"):
        PolicyCatalyst(kind="P1")


def test_the_register_by_kind(market):
    regime = PolicyCatalyst(hold=1, events="policy", kind="P2").regime(market)
    rows = policy_register().events
    days = [one.first() for one in rows if one.kind[:2] == "P2" and not one.adverse]
    known = {
        market.sessions[market.sessions.searchsorted(day)]
        for day in days
        if market.sessions[0] <= day <= market.sessions[-1]
    }
    assert set(regime.index[regime != "market"]) == known
    assert len(known) > 3
