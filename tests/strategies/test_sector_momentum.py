"""SectorMomentum: ranks, hysteresis, warm-up."""

from dataclasses import replace

import numpy as np
import pytest

from backtest.errors import UserError
from strategies import SectorMomentum
from tests.markets import make_market


def paths(*growth, sessions=80):
    names = ("machinery", "steel", "auto", "coal")
    steps = np.arange(sessions)
    return {name: 100 * (1 + rate) ** steps for name, rate in zip(names, growth, strict=False)}


def test_it_holds_the_strongest_once_it_has_a_full_window():
    market = make_market(close=paths(0.001, 0.003, 0.002, -0.001))
    weights = SectorMomentum(windows=(10, 20), top=2, band=0).target_weights(market)
    ordered = weights.dropna(how="all")
    assert ordered.index[0] == market.sessions[20]
    assert ordered.iloc[-1].to_dict() == {
        "MACHINERY": 0.0,
        "STEEL": 0.5,
        "AUTO": 0.5,
        "COAL": 0.0,
    }


def test_what_is_held_is_kept_within_the_band():
    close = paths(0.002, 0.001, 0.0)
    # machinery leads, then falls to second place behind steel
    close["steel"][55:] *= 1.2
    market = make_market(close=close)
    strict = SectorMomentum(windows=(15,), top=1, band=0).target_weights(market)
    patient = SectorMomentum(windows=(15,), top=1, band=1).target_weights(market)
    assert strict.dropna(how="all").iloc[-1]["STEEL"] == 1.0
    assert patient.dropna(how="all").iloc[-1]["MACHINERY"] == 1.0


def test_never_rebalanced_it_buys_once_when_it_first_can():
    market = make_market(close=paths(0.001, 0.003, 0.002, -0.001))
    strategy = SectorMomentum(windows=(10, 20), top=2, rebalance="never")
    ordered = strategy.target_weights(market).dropna(how="all")
    assert ordered.index.tolist() == [market.sessions[20]]
    assert ordered.iloc[0][["STEEL", "AUTO"]].tolist() == [0.5, 0.5]


def test_equal_sums_go_to_the_longer_window():
    steps = np.arange(60)
    level = 100 * 1.001**steps
    late, early = level.copy(), level.copy()
    late[-8:] *= 1.03  # ahead over 10 sessions, behind over 20
    early[-15:] *= 1.05  # the other way round
    # by name, "auto" would come first
    market = make_market(close={"auto": late, "steel": early}, start="2020-01-15")
    weights = SectorMomentum(windows=(5, 20), top=1, band=0, rebalance="monthly")
    assert market.sessions[-1].day > 1
    chosen = weights.target_weights(market).dropna(how="all").iloc[-1]
    assert chosen.to_dict() == {"AUTO": 0.0, "STEEL": 1.0}


def test_equal_returns_go_to_the_larger_traded_value_and_then_by_name():
    same = paths(0.001, 0.001, 0.001)
    market = make_market(close={name: same[name] for name in ("steel", "auto", "machinery")})
    strategy = SectorMomentum(windows=(10,), top=1, band=0)
    flat = replace(market, turnover=market.close * 0 + 1.0)
    busy = replace(flat, turnover=flat.turnover.assign(MACHINERY=3.0))
    assert last_choice(strategy, flat) == ["AUTO"]
    assert last_choice(strategy, replace(flat, turnover=None)) == ["AUTO"]
    assert last_choice(strategy, busy) == ["MACHINERY"]
    # measured over the longest window only, which ends `skip` sessions ago
    late = busy.turnover.copy()
    orders = strategy.target_weights(market).notna().any(axis=1).to_numpy().nonzero()[0]
    late.iloc[orders[-1] - 9 : orders[-1] + 1, late.columns.get_loc("STEEL")] = 99.0
    assert last_choice(replace(strategy, skip=11), replace(busy, turnover=late)) == ["MACHINERY"]
    assert last_choice(strategy, replace(busy, turnover=late)) == ["STEEL"]


def last_choice(strategy, market):
    """Return what is bought by a fresh portfolio on the last session that orders."""
    weights = strategy.target_weights(market).dropna(how="all").iloc[-1]
    return weights[weights > 0].index.tolist()


def test_skip_leaves_the_latest_sessions_out():
    close = paths(0.002, 0.001, 0.0)
    close["steel"][-1] *= 2
    market = make_market(close=close, start="2020-01-15")
    assert market.sessions[-1].day > 1
    plain = SectorMomentum(windows=(15,), top=1, skip=0)
    skipping = SectorMomentum(windows=(15,), top=1, skip=5)
    assert plain.name == skipping.name == "sector-momentum"
    assert skipping.target_weights(market).dropna(how="all").iloc[-1]["MACHINERY"] == 1.0


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"windows": ()}, "give one or more numbers"),
        ({"top": 0}, "top was 0"),
        ({"band": -1}, "band was -1"),
    ],
)
def test_parameters_are_checked(parameters, says):
    with pytest.raises(UserError, match=says):
        SectorMomentum(**parameters)
