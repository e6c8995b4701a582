"""The forward record: only sessions after an entry was written count, and by hand."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from backtest import run_many
from backtest.costs import FREE
from backtest.errors import UserError
from backtest.strategy import Strategy
from backtest.strategy.allocation import equal
from backtest.today import today
from backtest.today.forward import decision_body, forward
from backtest.today.journal import append, read
from backtest.today.registration import judged, registration_body
from strategies import EqualWeight
from tests.markets import make_market

PRICES = {
    "machinery": [10.0, 11.0, 12.0, 12.0, 15.0, 18.0],
    "computer": [20.0, 20.0, 20.0, 30.0, 30.0, 15.0],
}


@dataclass(frozen=True)
class AllMachinery(Strategy):
    """Everything in machinery."""

    def target_weights(self, market):
        weights = equal(market) * 0.0
        weights["MACHINERY"] = 1.0
        return weights


def market(**changed):
    return make_market(close={**PRICES, **changed}, opens=False, start="2024-01-01")


def record(cut, day):
    found = today(AllMachinery(), cut, now=day, costs=FREE, allow_stale=True)
    return append("decision", decision_body(found), datetime(2024, 1, day.day, 12, tzinfo=UTC))


def test_an_entry_earns_from_the_first_session_after_it_was_written():
    whole = market()
    # On data up to the 2nd, written on the 3rd.
    record(whole.until("2024-01-02"), pd.Timestamp("2024-01-03"))
    scored = forward(read().entries, whole, AllMachinery(), costs=FREE)
    row = scored.entries.loc[1]
    # Decided after the 3rd, bought at the close of the 4th (12), worth 18 on the 8th.
    assert row["filled"] == pd.Timestamp("2024-01-04")
    assert row["forward"] == pytest.approx(18 / 12 - 1)
    assert row["sessions"] == 3
    assert scored.divergence.empty
    # The blend of a strategy that is no rotation: both sectors in equal parts, bought on the 4th.
    assert row["blend"] == pytest.approx((18 / 12 + 15 / 30) / 2 - 1)


def test_before_a_session_has_passed_there_is_nothing_to_score():
    cut = market().until("2024-01-03")
    record(cut, pd.Timestamp("2024-01-03"))
    scored = forward(read().entries, cut, AllMachinery(), costs=FREE)
    assert scored.returns.empty
    assert np.isnan(scored.entries.loc[1, "forward"])
    assert scored.needed is None


def test_a_restated_price_is_named_where_it_changed_what_was_wanted():
    @dataclass(frozen=True)
    class Dearest(Strategy):
        """Everything in what is dearest."""

        def target_weights(self, market):
            first = market.close["MACHINERY"] > market.close["COMPUTER"]
            return pd.DataFrame({"MACHINERY": first * 1.0, "COMPUTER": ~first * 1.0})

    cut = market().until("2024-01-03")
    found = today(Dearest(), cut, now=pd.Timestamp("2024-01-03"), costs=FREE, allow_stale=True)
    append("decision", decision_body(found), datetime(2024, 1, 3, 12, tzinfo=UTC))
    restated = market(computer=[20.0, 20.0, 5.0, 30.0, 30.0, 15.0])
    scored = forward(read().entries, restated, Dearest(), costs=FREE)
    moved = scored.divergence.set_index("instrument")
    assert moved.loc["COMPUTER", "recorded"] == 1.0
    assert moved.loc["MACHINERY", "now"] == 1.0
    assert set(moved["changed"]) == {"close COMPUTER"}


def test_entries_needed_follow_the_usual_formula():
    flat = [20.0] * 60
    rising = [10.0 * 1.01**t * (1 + 0.002 * (t % 2)) for t in range(60)]
    prices = {"machinery": rising, "computer": flat}
    whole = make_market(close=prices, opens=False, start="2024-01-01")
    record(whole.until("2024-01-03"), pd.Timestamp("2024-01-03"))
    scored = forward(read().entries, whole, AllMachinery(), costs=FREE)
    active = scored.returns["forward"] - scored.returns["blend"]
    sessions = ((1.645 + 0.842) * active.std() / active.mean()) ** 2
    assert scored.needed == int(np.ceil(sessions / len(active)))


def test_a_registration_is_judged_when_its_window_is_over():
    flat = [20.0 * 1.01 ** (t % 2) for t in range(120)]
    rising = [10.0 * 1.004**t * 1.003 ** (t % 3) for t in range(120)]
    prices = {"machinery": rising, "computer": flat}
    whole = make_market(close=prices, opens=False, start="2024-01-01")
    cut = whole.until("2024-01-31")
    body = registration_body(AllMachinery(), cut, pd.Timestamp("2024-06-07"))
    entry = append("registration", body, datetime(2024, 1, 31, 12, tzinfo=UTC))
    pending = judged(entry, whole.until("2024-05-31"), AllMachinery(), costs=FREE)
    assert (pending.complete, pending.verdict) == (False, "cannot tell")
    done = judged(entry, whole, AllMachinery(), costs=FREE)
    window = whole.until("2024-06-07")
    mine, both = run_many([AllMachinery(), EqualWeight()], window, costs=FREE, start="2024-02-01")
    ahead = mine.summary()["total_return"] - both.summary()["total_return"]
    assert done.ahead == pytest.approx(ahead, rel=1e-9)
    sessions = int((window.sessions > "2024-01-31").sum())
    assert (done.complete, done.sessions, done.verdict) == (True, sessions, "held")
    with pytest.raises(UserError, match="already has data up to"):
        registration_body(AllMachinery(), whole, pd.Timestamp("2024-06-07"))


def test_one_session_after_an_entry_can_be_scored():
    whole = market().until("2024-01-04")
    record(whole.until("2024-01-03"), pd.Timestamp("2024-01-03"))
    scored = forward(read().entries, whole, AllMachinery(), costs=FREE)
    assert scored.entries.loc[1, "forward"] == pytest.approx(0.0)
