"""Profit by claim: what is left without a trigger, and shares that add up to the whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from backtest import run
from backtest.evidence.claim_profit import claim_profit, without
from backtest.evidence.regime_replay import regime_replay
from backtest.strategy import TriggerRotation
from backtest.strategy.allocation import spread
from backtest.strategy.basket import Basket
from backtest.triggers import Always, KOutOf, Latch, MinHold, Never, RateBelowAverage, RateFall
from strategies import RateRotation, ThesisRotation
from tests.markets import make_market

A, B = RateFall(5), RateBelowAverage(20)
SIDES = {"a": Basket.of("a", ["machinery", "auto"]), "b": Basket.of("b", ["computer"])}


def without_a(trigger):
    return without(trigger, lambda one: one == A)


def test_what_is_left_of_a_trigger():
    assert without_a(A & B).parts == (B,)
    assert without_a(A) is None
    assert without_a(~A) is None
    assert without_a(MinHold(A & B, 5)) == MinHold(without_a(A & B), 5)
    assert without_a(Latch(A, B)) is None
    assert without_a(Latch(B, A)) == Latch(B, Never())
    assert without_a(KOutOf(2, (A, B))) == KOutOf(1, (B,))
    assert without_a(B | Always()) == (B | Always())


@dataclass(frozen=True)
class Two(TriggerRotation):
    """Hold a when yields fall, and b where a sign of another claim shows."""

    claims: ClassVar[tuple[str, ...]] = ("R4", "R6")

    def rules(self) -> Mapping[str, object]:
        return {"a": RateFall(5, 20), "b": Always()}

    def baskets(self, market) -> Mapping[str, pd.DataFrame]:
        return {name: spread(market, basket) for name, basket in SIDES.items()}


def test_one_claim_earns_the_whole_difference():
    made = make_market(sessions=300)
    found = claim_profit(Two(), regime_replay(Two(), made))

    @dataclass(frozen=True)
    class Neither(Two):
        def rules(self):
            return {"b": Always()}

        def baskets(self, market):
            return {"b": super().baskets(market)["b"]}

    both, none = (np.log1p(run(one, made).summary()["total_return"]) for one in (Two(), Neither()))
    (row,) = found.to_dict("records")
    assert row["claims"] == "R4"
    assert row["alone"] == row["given_others"] == row["share"]
    assert row["share"] == pytest.approx(both - none, abs=1e-9)


def test_shares_add_up_to_what_all_earn_over_none():
    made = make_market(sessions=420, bond=True)
    strategy = ThesisRotation(fall_bp=2, rate_window=20, fall_window=20, trend_window=20)
    played = regime_replay(strategy, made)
    found = claim_profit(strategy, played).set_index("claims")
    assert set(found.index) == {"R4", "R1 R5", "R8"}
    whole = np.log1p(run(strategy, made).summary()["total_return"])
    traditional = list(played.names).index("traditional")
    still = played.figures(np.full_like(played.path, traditional)[None])["total_return"].iloc[0]
    assert found["share"].sum() == pytest.approx(whole - np.log1p(still), abs=1e-9)
    rate = claim_profit(RateRotation(), regime_replay(RateRotation(), made))
    assert rate["claims"].tolist() == ["R4"]


def test_what_asks_no_claim_has_no_shares():
    made = make_market(sessions=300)

    @dataclass(frozen=True)
    class Still(Two):
        def rules(self):
            return {"b": Always()}

        def baskets(self, market):
            return {"b": super().baskets(market)["b"]}

    assert claim_profit(Still(), regime_replay(Still(), made)).empty
