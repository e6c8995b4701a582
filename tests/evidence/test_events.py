"""Event studies: what is an event, what followed it, and what does not count twice."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtest.evidence.evaluate import evaluate
from backtest.evidence.events import detected, study
from backtest.evidence.market_model import Design
from backtest.strategy.basket import Basket
from backtest.strategy.claim import Claim, Source
from tests.markets import make_market

MAKERS = Basket.of("makers", ["machinery", "auto"])
HEALTH = Basket.of("health", ["pharma_biotech"])
GROUPS = {"makers": MAKERS, "health": HEALTH}
DESIGN = Design(60, 5, 10)


def lifted(at, by, sectors=("MACHINERY", "AUTO"), sessions=500):
    """Return a market in which sectors gain `by` a day over the ten sessions from each event on."""
    made = make_market(sessions=sessions, start="2030-01-01")
    close = made.close.copy()
    extra = np.zeros(sessions)
    for event in at:
        extra[event : event + 10] = by
    for name in sectors:
        close[name] *= np.cumprod(1.0 + extra)
    return replace(made, close=close)


def test_a_planted_effect_is_measured():
    at = [100, 150, 200, 250, 300, 350, 400, 450]
    made = lifted(at, 0.01)
    days = [(made.sessions[k], "makers") for k in at]
    found = study(made, GROUPS, days, design=DESIGN)
    # Two of six sectors gain 1 % a day: the market itself gains a third of it.
    assert found.car == pytest.approx(0.1 * (1 - 1 / 3), abs=0.03)
    assert found.figures["bmp_p"] < 0.01
    assert found.figures["rank_p"] < 0.01
    assert found.figures["sessions"] == 8
    assert found.placebo.p < 0.01
    assert found.interval.low > 0


def test_an_event_before_amounts_were_kept_has_no_turnover_and_counts_all_the_same():
    made = lifted([150, 300], 0.01)
    known = made.turnover.copy()
    known.iloc[:200] = np.nan
    days = [(made.sessions[k], "makers") for k in (150, 300)]
    found = study(replace(made, turnover=known), GROUPS, days, design=DESIGN).events["turnover"]
    assert list(found.isna()) == [True, False]


def test_events_of_one_session_are_one_and_overlapping_ones_all_count():
    made = make_market(sessions=300, start="2030-01-01")
    days = made.sessions
    dated = [
        (days[100], "makers"),
        (days[100], "makers"),
        (days[100], "health"),
        (days[104], "makers"),
        (days[220], "makers"),
    ]
    found = study(made, GROUPS, dated, design=DESIGN)
    assert found.events["group"].tolist() == ["health", "makers", "makers", "makers"]
    cars = found.events["car"]
    assert found.by_session.tolist() == pytest.approx([cars[:2].mean(), cars[2], cars[3]])
    assert found.car == pytest.approx(found.by_session.mean())
    assert found.figures["sessions"] == 3
    assert 2.0 < found.figures["separate"] < 3.0  # six sessions of ten are shared


def test_one_event_has_a_placebo_and_no_interval():
    made = lifted([200], 0.03)
    found = study(made, GROUPS, [(made.sessions[200], "makers")], design=DESIGN)
    assert found.interval is None
    assert "one event" in found.reason
    assert found.placebo.p < 0.01
    fell = study(made, GROUPS, [(made.sessions[200], "makers")], design=DESIGN, sign=-1)
    assert fell.placebo.p == pytest.approx(found.placebo.p_opposite)


def test_an_event_counts_from_the_session_on_or_after_its_date():
    made = make_market(sessions=300, start="2030-01-01")
    saturday = pd.Timestamp("2030-08-03")
    found = study(made, GROUPS, [(saturday, "makers")], design=DESIGN)
    assert found.events["session"].iloc[0] == pd.Timestamp("2030-08-05")
    early = [(made.sessions[3], "makers"), (made.sessions[-3], "makers")]
    assert study(made, GROUPS, early, design=DESIGN).events.empty
    assert np.isnan(study(made, GROUPS, [], design=DESIGN).car)


def test_abnormal_moves_are_detected():
    made = make_market(sessions=300, start="2030-01-01")
    close, turnover = made.close.copy(), made.turnover.copy()
    jump = np.ones(300)
    jump[200:] = 1.12
    for name in ("MACHINERY", "AUTO"):
        close[name] *= jump
        turnover.iloc[199:203, list(close.columns).index(name)] *= 6
    found = detected(replace(made, close=close, turnover=turnover), GROUPS)
    assert {name for _, name in found} == {"makers"}
    (after,) = [day for day, _ in found]
    assert made.sessions[200] <= after <= made.sessions[203]


def test_a_regularity_needs_events_and_significance():
    source = Source("r", "报告", "n", "2030-12-31", 2031)
    at = [270, 295, 320, 345, 370, 395, 420, 445, 470]
    made = lifted(at, 0.01, sessions=540)
    claim = Claim("E", "They gain.", "上涨。", "after_events", "year", "above", "they do not")
    dated = tuple((f"{made.sessions[k]:%Y-%m-%d}", "makers") for k in at)
    claim = replace(
        claim,
        asserts="regularity",
        minimum=8,
        groups=(MAKERS,),
        events=dated,
        options=(("horizon", 10.0),),
    )
    found = evaluate(claim, source, made, draws=99)
    assert found.value > 0.03
    assert found.p_values["rank"] < 0.01
    assert found.verdict == "held"
    fell = evaluate(replace(claim, expects="below"), source, made, draws=99)
    assert fell.verdict == "failed"
    few = evaluate(replace(claim, events=dated[:3]), source, made, draws=99)
    assert few.verdict == "cannot tell"
    assert "too few" in few.reason
    assert "3 events" in few.sentence()
    none = evaluate(replace(claim, events=(("2020-01-01", "makers"),)), source, made, draws=99)
    assert none.reason == "no event in 2031"
