"""What outcomes owe to choices: known answers, every combination once, the same every time."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtest.composite import Framework, Indicator, composite
from backtest.engine.run import run
from backtest.errors import UserError
from backtest.evidence.composite_sensitivity import composite_sensitivity
from backtest.evidence.composite_sobol import indices, sample
from backtest.evidence.composite_variants import CompositeSwitch, percentile
from backtest.strategy.basket import Basket
from strategies import EqualWeight
from tests.markets import make_market

FACTORS = {"a": (0, 1, 2, 3), "b": ("x", "y"), "c": (0, 1, 2)}
TECH = Basket.of("tech", ["computer"])
OLD = Basket.of("old", ["construction"])
FRAMEWORK = Framework(
    "small",
    (
        Indicator("strength", "supply", "market.strength_60", "daily"),
        Indicator("rates", "supply", "market.rate_change_60", "daily", direction="down"),
        Indicator("breadth", "demand", "market.breadth_60", "daily"),
    ),
    tracks=(("technology", ("computer",)),),
)


@pytest.fixture(scope="module")
def market():
    return make_market(sessions=320, seed=3)


@pytest.fixture(scope="module")
def found(market):
    return composite_sensitivity(market, switch(), FRAMEWORK, base=16, progress=lambda done: None)


@pytest.fixture(scope="module")
def few(market):
    """The least sample, and what was told while it was computed."""
    done = []
    return composite_sensitivity(market, switch(), FRAMEWORK, base=2, progress=done.append), done


def switch():
    return CompositeSwitch(TECH, OLD, FRAMEWORK, min_hold=5)


def test_indices_of_a_sum_are_shares_of_its_variance():
    rows = sample(FACTORS, 256, seed=0)
    outcome = 3.0 * rows[:, 0] + 1.0 * rows[:, 1]
    found = indices(FACTORS, outcome, seed=0)
    variance = {"a": 9 * 1.25, "b": 0.25, "c": 0.0}
    for factor, own in variance.items():
        share = own / sum(variance.values())
        assert found.loc[factor, "first"] == pytest.approx(share, abs=0.02)
        assert found.loc[factor, "total"] == pytest.approx(share, abs=0.02)
    assert found["verdict"].to_dict() == {
        "a": "matters",
        "b": "hardly matters",
        "c": "hardly matters",
    }


def test_what_two_choices_do_only_together_is_in_the_total_alone():
    rows = sample({"a": (0, 1), "b": (0, 1)}, 256, seed=0)
    outcome = (rows[:, 0] == rows[:, 1]).astype(float)
    found = indices({"a": (0, 1), "b": (0, 1)}, outcome, seed=0)
    assert found["first"].abs().max() < 0.1
    assert found["total"].min() > 0.9


def test_a_small_sample_cannot_tell():
    rows = sample(FACTORS, 4, seed=0)
    outcome = np.random.default_rng(0).normal(size=len(rows))
    assert "cannot tell" in set(indices(FACTORS, outcome, seed=0)["verdict"])


def test_an_outcome_that_never_changes_owes_nothing_to_anything():
    found = indices(FACTORS, np.full(20, 0.3), seed=0)
    assert found["total"].isna().all()
    assert set(found["verdict"]) == {"hardly matters"}


def test_choices_are_equally_likely():
    rows = sample(FACTORS, 256, seed=1)
    assert len(rows) == 256 * 5
    for column, choices in enumerate(FACTORS.values()):
        share = np.bincount(rows[:, column]) / len(rows)
        assert np.allclose(share, 1 / len(choices), atol=0.02)


def test_every_distinct_combination_is_evaluated_once(few):
    found, done = few
    assert sum(done) == len(found.variants)
    assert not found.variants.duplicated(list(found.factors)).any()
    assert found.variants["count"].sum() == found.rows == 2 * 7


def test_the_same_seed_gives_the_same_and_another_another(market, few):
    one, _ = few
    same, other = (
        composite_sensitivity(
            market, switch(), FRAMEWORK, base=2, seed=seed, progress=lambda _: None
        )
        for seed in (0, 1)
    )
    pd.testing.assert_frame_equal(same.indices, one.indices)
    pd.testing.assert_frame_equal(same.variants, one.variants)
    assert not other.indices.equals(one.indices)


def test_outcomes_are_those_of_the_strategy_on_the_varied_framework(market, found):
    prompt = found.variants[found.variants["delay"] == 0]
    row = prompt.loc[prompt["switches"].idxmax()]
    names = ("normalization", "weighting", "aggregation", "imputation")
    varied = replace(FRAMEWORK, **{name: row[name] for name in names})
    result = run(replace(switch(), framework=varied), market)
    assert row["profit"] == pytest.approx(result.summary()["total_return"])
    level = composite(market, varied).unlinked["all"].dropna()
    rank = level.rank().iloc[-1]
    assert row["index"] == pytest.approx(100 * (rank - 0.5) / len(level))
    held = result.regime
    turned = held[held != held.shift()].index[1:]
    assert row["switches"] == len(turned) > 0
    assert row["last_switch"] == turned[-1]
    assert found.ranges.loc["profit", "stated"] == pytest.approx(
        run(switch(), market).summary()["total_return"]
    )


def test_a_percentile_is_that_of_the_last_known_level():
    assert percentile(pd.Series([float("nan"), 3.0, 1.0, 2.0])) == pytest.approx(50.0)
    assert percentile(pd.Series([1.0, 2.0, 2.0, 2.0])) == pytest.approx(62.5)
    assert percentile(pd.Series([7.0])) == 50.0
    assert math.isnan(percentile(pd.Series([1.0, float("nan")])))
    assert math.isnan(percentile(pd.Series([], dtype=float)))


def test_a_delay_moves_every_decision(market, found):
    table = found.variants.set_index(list(found.factors))
    for key, row in table[table["switches"] > 0].iterrows():
        late = (*key[:-1], 5)
        if key[-1] == 0 and late in table.index and table.loc[late, "switches"] == row["switches"]:
            sessions = market.sessions
            assert (
                sessions.get_loc(table.loc[late, "last_switch"])
                == sessions.get_loc(row["last_switch"]) + 5
            )
            break
    else:
        pytest.fail("no pair of variants to compare")


def test_ranges_are_in_order_and_json_is_plain(found):
    import json

    low, median, high = (found.ranges[name] for name in ("low", "median", "high"))
    assert (low <= median).all()
    assert (median <= high).all()
    document = found.to_json()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["in_sample"] is True
    assert document["synthetic"] is True
    assert len(document["indices"]) == 4 * 5
    assert document["combinations"] == found.combinations == 4 * 5 * 2 * 3 * 3
    assert document["variants"] == len(found.variants) < found.combinations


def test_where_nothing_is_missing_there_is_nothing_to_impute(found):
    own = found.indices[found.indices["factor"] == "imputation"]
    assert set(own["verdict"]) == {"nothing to impute"}
    assert own[["first", "first_half", "total", "total_half"]].isna().all(axis=None)
    assert found.verdict("profit", "imputation") == "nothing to impute"
    assert found.verdict("profit", "delay") in ("matters", "hardly matters", "cannot tell")


def test_imputation_is_varied_where_values_go_missing():
    stops = [50.0 + math.sin(number) for number in range(240)] + [float("nan")] * 80
    market = make_market(sessions=320, seed=3, series={"pmi": stops})
    framework = replace(
        FRAMEWORK,
        min_coverage=0.3,
        indicators=(*FRAMEWORK.indicators, Indicator("pmi", "supply", "pmi", "daily")),
    )
    found = composite_sensitivity(
        market,
        replace(switch(), framework=framework),
        framework,
        base=4,
        progress=lambda _: None,
    )
    same = ["normalization", "weighting", "aggregation", "delay"]
    apart = found.variants.groupby(same)["index"].nunique()
    assert apart.max() > 1
    assert found.verdict("index", "imputation") != "nothing to impute"


def test_mistakes(market):
    with pytest.raises(UserError, match="takes no framework"):
        composite_sensitivity(market, EqualWeight(), FRAMEWORK)
    with pytest.raises(UserError, match="power of two"):
        composite_sensitivity(market, switch(), FRAMEWORK, base=100)
    with pytest.raises(UserError, match="from 0 up"):
        composite_sensitivity(market, switch(), FRAMEWORK, delays=(-1,))
    with pytest.raises(UserError, match="has no index"):
        composite_sensitivity(market.until(market.sessions[40]), switch(), FRAMEWORK, base=2)
