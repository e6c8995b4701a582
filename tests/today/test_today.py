"""What to hold today: position, order lists and ages worked out by hand, and laws of an account."""

import json
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from backtest import load_market, run_many
from backtest.costs import FREE, CostModel
from backtest.errors import UserError
from backtest.strategy import Strategy, TriggerRotation
from backtest.today import STALE_AFTER, Account, read_account, today
from backtest.today.age import age, next_session
from backtest.today.monitor import spoken_amount
from backtest.triggers import Always, RateFall
from strategies import BreakthroughOverlay, CalendarRotation, StaticBlend, ThesisRotation
from tests.discovery import all_strategies
from tests.markets import make_market

SOON = date(2020, 1, 20)
TEN_BP = CostModel.from_bps(commission=10.0, slippage=2.0, stamp_duty=5.0, minimum_commission=5.0)


@dataclass(frozen=True)
class Rows(Strategy):
    """Order given weights, by column, after given sessions."""

    rows: tuple[tuple[float, ...], ...]

    def target_weights(self, market):
        weights = pd.DataFrame(np.nan, market.sessions, market.close.columns)
        for session, *row in self.rows:
            weights.iloc[int(session)] = [*row, *[0.0] * (weights.shape[1] - len(row))]
        return weights


@dataclass(frozen=True)
class Switch(TriggerRotation):
    """Computer once the yield has fallen, else machinery."""

    claims = ("R4",)

    def rules(self):
        return {"computer": RateFall(10, window=1), "machinery": Always()}

    def baskets(self, market):
        def all_in(name):
            weights = pd.DataFrame(0.0, market.sessions, market.close.columns)
            weights[name] = 1.0
            return weights

        return {"computer": all_in("COMPUTER"), "machinery": all_in("MACHINERY")}


def two(machinery, computer, **options):
    return make_market(close={"machinery": machinery, "computer": computer}, opens=False, **options)


def test_what_is_held_has_drifted_since_it_was_bought():
    market = two([10, 10, 20], [10, 10, 10])
    found = today(Rows(((0, 0.5, 0.5),)), market, now=SOON, costs=FREE)
    assert found.holdings["weight"].to_dict() == pytest.approx(
        {"MACHINERY": 2 / 3, "COMPUTER": 1 / 3}
    )
    assert found.position.since == market.sessions[1]
    assert not found.position.changes
    assert found.orders.empty
    assert found.due == pd.Timestamp("2020-01-06")
    assert found.sentence == (
        "As of 2020-01-03 rows holds rows since 2020-01-02; nothing changes at the next session "
        "(2020-01-06)."
    )


def test_an_order_of_the_last_session_is_due_at_the_next():
    market = two([10, 10, 10], [10, 10, 10])
    found = today(Rows(((0, 1.0, 0.0), (2, 0.25, 0.5))), market, now=SOON, costs=FREE)
    assert found.position.changes
    assert found.holdings["target"].to_dict() == {"MACHINERY": 0.25, "COMPUTER": 0.5}
    moved = found.orders.set_index("instrument")
    assert moved["side"].to_dict() == {"MACHINERY": "sell", "COMPUTER": "buy"}
    assert moved["change"].to_dict() == pytest.approx({"MACHINERY": -0.75, "COMPUTER": 0.5})
    assert "it is rebalanced (75.0% traded)" in found.sentence


def test_a_strategy_that_never_ordered_holds_nothing():
    found = today(Rows(()), two([10, 10], [10, 10]), now=SOON)
    assert found.holdings.empty
    assert "holds nothing yet; nothing changes" in found.sentence


def test_a_trigger_that_fired_after_the_last_session_turns_at_the_next():
    market = two([10] * 4, [10] * 4, series={"cn10y": [3.0, 3.0, 3.0, 2.8]})
    found = today(Switch(), market, now=SOON, costs=FREE)
    assert (found.position.regime, found.position.decided) == ("machinery", "computer")
    assert found.holdings["target"].to_dict() == {"MACHINERY": 0.0, "COMPUTER": 1.0}
    assert "holds machinery since 2020-01-02; it switches to computer" in found.sentence
    assert found.nearest is None
    assert "each fires already" in found.nearest_sentence


def test_how_far_a_trigger_is_in_its_unit_and_in_typical_days():
    # moves of ±2 bp a day: the change of one session turns from −2 to +2 and back, 4 bp a day
    yields = 3.0 + 0.02 * (np.arange(40) % 2)
    market = two([10] * 40, [10] * 40, series={"cn10y": yields})
    found = today(Switch(), market, now=date(2020, 2, 26))
    (fall,) = found.monitored
    assert (fall.value, fall.threshold, fall.distance) == (2.0, -10.0, 12.0)
    assert fall.moves == pytest.approx(3.0)
    assert (fall.fires, fall.unit, fall.claims, fall.calls_for) == (
        False,
        "bp",
        ("R4",),
        ("computer",),
    )
    assert found.nearest_sentence == (
        "Nearest to firing (R4): ten-year yield 1-session change, 12 bp or 3.0 typical daily moves "
        "away."
    )


def test_the_nearest_is_the_fewest_typical_days_away():
    found = today(ThesisRotation(), load_market("sample"), now=date(2026, 1, 5))
    waiting = [item for item in found.monitored if item.leaf and item.fires is False]
    assert found.nearest in waiting
    assert found.nearest.moves == min(item.moves for item in waiting)
    leaves = {item.name for item in found.monitored if item.leaf}
    assert len(leaves) == 12
    assert {claim for item in found.monitored for claim in item.claims} == {"R1", "R4", "R5", "R8"}
    counts = [item for item in found.monitored if not item.leaf]
    assert {(item.name, item.threshold) for item in counts} == {
        ("confidence", 3),
        ("confidence", 2),
    }


def test_a_strategy_inside_a_strategy_is_listened_to_with_its_own_claims():
    found = today(BreakthroughOverlay(), load_market("sample"), now=date(2026, 1, 5))
    by_claim = {item.claims for item in found.monitored}
    assert ("R4",) in by_claim


def test_without_triggers_it_says_so():
    found = today(StaticBlend(), load_market("sample"), now=date(2026, 1, 5))
    assert found.monitored == ()
    assert found.nearest_sentence == "The strategy uses no trigger."


def test_a_calendar_is_days_away():
    found = today(CalendarRotation(), load_market("sample"), now=date(2026, 1, 5))
    assert found.nearest_sentence == (
        "Nearest to firing (R2, R7): days since the first half began, 1 day away."
    )


def test_the_strategys_own_portfolio_is_that_of_a_run():
    market = load_market("sample").until("2016-12-30")
    strategies = all_strategies()
    for strategy, result in zip(strategies, run_many(strategies, market), strict=True):
        found = today(strategy, market, now=date(2017, 1, 3))
        np.testing.assert_allclose(
            found.position.weights, result.weights.iloc[-1].to_numpy(), atol=1e-12
        )
        assert found.position.regime == result.regime.iloc[-1]
        assert found.position.traded == result.orders["filled"].iloc[-1]


def test_orders_come_in_lots_with_costs_by_kind():
    market = two([10.0] * 3, [10.0] * 3, lot=100)
    found = today(Rows(((0, 1.0, 0.0),)), market, now=SOON, account=Account(10_050.0), costs=TEN_BP)
    (order,) = found.orders.to_dict("records")
    # 1000 units at 10: commission of 10 bp and slippage of 2 bp; the 38 left buy no lot
    assert (order["side"], order["units"], order["value"]) == ("buy", 1000.0, 10_000.0)
    assert (order["commission"], order["slippage"]) == pytest.approx((10.0, 2.0))
    assert (order["stamp_duty"], order["transfer_fee"]) == (0.0, 0.0)
    assert order["cost"] == pytest.approx(12.0)
    assert found.tickets.cash == pytest.approx(38.0)


def test_a_sale_pays_for_a_purchase_and_the_least_commission_counts():
    market = two([10.0] * 3, [5.0] * 3, lot=100)
    account = Account(0.0, {"MACHINERY": 400})
    found = today(Rows(((0, 0.0, 1.0),)), market, now=SOON, account=account, costs=TEN_BP)
    sale, purchase = found.orders.to_dict("records")
    assert (sale["side"], sale["units"], sale["commission"]) == ("sell", 400.0, 5.0)
    assert (sale["stamp_duty"], sale["slippage"]) == pytest.approx((2.0, 0.8))
    # 4000 − 7.8 leaves 3992.2: seven lots of 500 cost 3500 + 5 + 0.7
    assert (purchase["side"], purchase["units"]) == ("buy", 700.0)
    assert found.tickets.cash == pytest.approx(4000 - 7.8 - 3505.7)


def test_odd_units_are_topped_up_by_whole_lots():
    market = two([10.0] * 3, [10.0] * 3, lot=100)
    account = Account(5_000.0, {"MACHINERY": 150})
    found = today(Rows(((0, 1.0, 0.0),)), market, now=SOON, account=account, costs=FREE)
    assert found.orders["units"].tolist() == [400.0]
    assert found.tickets.cash == pytest.approx(1000.0)


def test_an_account_that_holds_it_already_is_left_alone_until_the_strategy_orders():
    prices = ([10, 10, 11], [10, 10, 10])
    account = Account(50.0, {"MACHINERY": 500, "COMPUTER": 500})
    held = today(
        Rows(((0, 0.5, 0.5),)), two(*prices, lot=100), now=SOON, account=account, costs=FREE
    )
    assert held.orders.empty
    due = today(
        Rows(((0, 0.5, 0.5), (2, 0.0, 1.0))),
        two(*prices, lot=100),
        now=SOON,
        account=account,
        costs=FREE,
    )
    assert due.orders["side"].tolist() == ["sell", "buy"]


def test_what_could_not_trade_is_left_alone_and_named():
    market = two([10.0] * 3, [10.0] * 3, no_buy={"computer": (2, 2)})
    found = today(Rows(((0, 0.5, 0.5),)), market, now=SOON, account=Account(1000.0), costs=FREE)
    assert found.orders["instrument"].tolist() == ["MACHINERY"]
    assert found.tickets.cash == pytest.approx(500.0)
    assert any("COMPUTER could not be traded in the last session" in w for w in found.warnings)
    shut = two([10.0] * 3, [10.0] * 3, suspended={"machinery": (2, 2)})
    account = Account(0.0, {"MACHINERY": 100})
    stuck = today(Rows(((0, 0.0, 1.0),)), shut, now=SOON, account=account, costs=FREE)
    assert stuck.orders.empty, "nothing is bought with money a sale may not bring"


def test_an_order_that_still_waits_is_tried_again():
    market = two([10.0] * 4, [10.0] * 4, no_buy={"computer": (1, 3)})
    found = today(Rows(((0, 0.5, 0.5),)), market, now=SOON, costs=FREE)
    assert found.position.waits == ("COMPUTER",)
    assert "an order still waits for COMPUTER and is tried again" in found.sentence
    assert found.holdings["target"].to_dict() == {"MACHINERY": 0.5, "COMPUTER": 0.5}


@pytest.mark.parametrize("lot", [0, 1, 100])
def test_no_account_sells_what_it_has_not_or_spends_what_it_has_not(lot):
    draw = np.random.default_rng(7)
    market = make_market(sessions=40, lot=lot, opens=False, no_sell={"auto": (39, 39)})
    names = market.instruments
    price = market.close.iloc[-1].to_numpy()
    for _ in range(30):
        weights = draw.dirichlet(np.ones(len(names))) * draw.uniform(0.2, 1.0)
        weights[draw.random(len(names)) < 0.3] = 0.0
        units = {name: float(draw.integers(0, 3000)) for name in names if draw.random() < 0.6}
        account = Account(float(draw.uniform(1, 200_000)), units)
        found = today(
            Rows(((39, *weights),)), market, now=date(2020, 2, 26), account=account, costs=TEN_BP
        )
        done, orders = found.tickets, found.orders
        assert (done.after >= 0).all()
        assert done.cash >= 0
        assert done.cash + done.after @ price + orders["cost"].sum() == pytest.approx(done.value)
        assert orders["cost"].to_numpy() == pytest.approx(
            orders[["commission", "stamp_duty", "transfer_fee", "slippage"]].sum(axis=1).to_numpy()
        )
        if lot:
            bought = orders.loc[orders["side"] == "buy", "units"]
            assert (bought % lot == 0).all()


def test_too_little_capital_is_said():
    market = two([10.0] * 3, [500.0] * 3, lot=100)
    found = today(Rows(((0, 0.5, 0.5),)), market, now=SOON, account=Account(10_000.0), costs=FREE)
    assert any("too small for 1 of 2 instruments" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("last", "now", "missed"),
    [
        ("2025-12-31", "2025-12-31", 0),
        ("2025-12-31", "2026-01-05", 0),  # three days of holiday and a weekend between
        ("2025-12-31", "2026-01-06", 1),
        ("2025-09-30", "2025-10-09", 0),  # the national day week
        ("2025-12-31", "2025-06-30", 0),  # a clock that is wrong
        ("2026-12-31", "2027-01-06", 3),  # holidays not published: weekdays
    ],
)
def test_age_counts_sessions_of_the_exchange(last, now, missed):
    assert age("XSHG", pd.Timestamp(last), pd.Timestamp(now)) == missed


@pytest.mark.parametrize(
    ("frequency", "last", "now", "missed"),
    [
        ("monthly", "2025-11-28", "2025-12-31", 0),  # December is not over
        ("monthly", "2025-11-28", "2026-01-01", 1),
        ("weekly", "2025-01-24", "2025-02-10", 2),  # the week of the new year has no Friday
        ("weekly", "2025-12-19", "2025-12-27", 1),  # over on Friday
        ("weekly", "2025-12-19", "2025-12-26", 0),
    ],
)
def test_age_counts_periods_of_slower_markets(frequency, last, now, missed):
    assert age("XSHG", pd.Timestamp(last), pd.Timestamp(now), frequency) == missed


def test_the_next_session_skips_holidays_and_is_never_guessed():
    assert next_session("XSHG", pd.Timestamp("2025-09-30")) == pd.Timestamp("2025-10-09")
    assert next_session("XSHG", pd.Timestamp("2026-12-30")) == pd.Timestamp("2026-12-31")
    assert next_session("XSHG", pd.Timestamp("2026-12-31")) is None


def test_stale_data_are_refused_unless_allowed():
    market = replace(two([10.0] * 3, [10.0] * 3), synthetic=False)
    strategy = Rows(((0, 1.0, 0.0),))
    assert today(strategy, market, now=date(2020, 1, 9)).age == STALE_AFTER
    with pytest.raises(UserError, match=r"end 2020-01-03, 4 sessions ago.*--allow-stale"):
        today(strategy, market, now=date(2020, 1, 10))
    old = today(strategy, market, now=date(2021, 1, 4), allow_stale=True)
    assert any("sessions old" in warning for warning in old.warnings)


def test_synthetic_data_are_an_example_and_never_stale():
    found = today(ThesisRotation(), load_market("sample"), now=date(2035, 1, 4))
    assert found.to_json()["synthetic"] is True
    assert "synthetic data: an example, not a recommendation" in found.warnings
    assert any("not published up to 2035-01-04" in warning for warning in found.warnings)


def test_the_document_has_the_agreed_shape():
    market = load_market("sample")
    for account in (None, Account(1e6)):
        found = today(ThesisRotation(), market, now=date(2026, 1, 5), account=account)
        document = json.loads(json.dumps(found.to_json(), allow_nan=False))
        assert document["as_of"] == "2025-12-31"
        assert document["data_age_sessions"] == 0
        assert sum(row["weight"] for row in document["holdings"]) == pytest.approx(1.0, abs=1e-3)
        for entry in document["triggers"]:
            assert {"name", "value", "threshold", "distance", "fires"} <= set(entry)
        assert isinstance(document["orders"], list)
    assert sum(order["value"] + order["cost"] for order in document["orders"]) <= 1e6


def test_readings_that_are_not_known_are_named_with_the_day_they_last_were():
    series = {"cn10y": [3.0, 3.0, 3.0, np.nan]}
    found = today(Switch(), two([10] * 4, [10] * 4, series=series), now=SOON)
    assert found.monitored[0].fires is None
    assert found.to_json()["triggers"][0]["value"] is None
    assert any("(last on 2020-01-03)" in warning for warning in found.warnings)


def test_amounts_are_said_in_their_unit():
    assert spoken_amount(0.0009, "fraction a day") == "0.09% a day"
    assert spoken_amount(4629.9, "index points") == "4,630 index points"
    assert spoken_amount(1.0, "days") == "1 day"


def test_an_account_is_read_from_a_file(tmp_path):
    file = tmp_path / "own.csv"
    file.write_text("\ufeffUnits, Instrument\n1200, MACHINERY\n\n0,COMPUTER\n", encoding="utf-8")
    account = read_account(file, 500.0)
    assert account == Account(500.0, {"MACHINERY": 1200.0, "COMPUTER": 0.0})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "needs the columns instrument and units"),
        ("code,shares\nA,1\n", r"needs the columns instrument and units \(it has code, shares\)"),
        ("instrument,units\nA\n", "row 2 has 1 cells"),
        ("instrument,units\nA,1\nA,2\n", "row 3 has 'A' again"),
        ("instrument,units\n,2\n", "row 2 names no instrument"),
        ("instrument,units\nA,many\n", "row 2 has 'many' for units; give a number of 0 or more"),
        ("instrument,units\nA,-3\n", "row 2 has '-3' for units"),
        ("instrument,units\nA,inf\n", "row 2 has 'inf' for units"),
        ('instrument,units\nA,"1,200"\n', "row 2 has '1,200' for units"),
    ],
)
def test_a_wrong_account_is_refused_in_a_sentence(tmp_path, text, says):
    file = tmp_path / "own.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=says):
        read_account(file)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "own.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(UserError, match="no readable CSV in UTF-8"):
        read_account(tmp_path / "own.csv")
    with pytest.raises(UserError, match="there is no file"):
        read_account(tmp_path)


@pytest.mark.parametrize(
    ("account", "says"),
    [
        (lambda: Account(0.0, {"MACHINRY": 5}), "did you mean 'MACHINERY'"),
        (lambda: Account(0.0, {"MACHINERY": 5.5}), "trades in whole units only"),
        (lambda: Account(0.0, {"AUTO": 5}), "AUTO is held but has no price"),
        (lambda: Account(0.0, {"MACHINERY": 0}), "neither cash nor a holding"),
        (lambda: Account(float("inf")), "the capital was inf"),
        (lambda: Account(-1.0), "the capital was -1.0"),
        (lambda: Account(1.0, {"MACHINERY": -1}), "the units of MACHINERY were -1"),
    ],
)
def test_an_account_has_to_fit_the_market(account, says):
    market = make_market(
        close={"machinery": [1] * 3, "computer": [1] * 3, "auto": [np.nan] * 3},
        lot=100,
        opens=False,
    )
    with pytest.raises(UserError, match=says):
        today(Rows(((0, 1.0, 0.0),)), market, now=SOON, account=account())
