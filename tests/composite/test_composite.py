"""The index against numbers worked out by hand, and the laws every composite keeps."""

import json
import os
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backtest.composite import composite
from backtest.composite.aggregation import METHODS as AGGREGATIONS
from backtest.composite.imputation import METHODS as IMPUTATIONS
from backtest.composite.normalization import METHODS as NORMALIZATIONS
from backtest.composite.weighting import METHODS as WEIGHTINGS
from backtest.errors import UserError
from backtest.market.universe import sectors
from backtest.strategy.alter import altered
from tests.composite.made import framework, indicator, market
from tests.markets import make_market
from tests.real import real_market

NAN = np.nan
CUTS = (150, 399, 640)
FRAMES = ("contributions", "coverage", "pillars", "scores", "unlinked", "weights")


def varied(**choices):
    """A framework of monthly, yearly and daily indicators in and out of force."""
    return framework(
        indicator("a", "potential", frequency="monthly", weight=2.0),
        indicator("b", "potential", frequency="monthly", leaves=date(2021, 9, 14)),
        indicator("c", "supply", enters=date(2020, 12, 9)),
        indicator("d", "supply", frequency="monthly", direction="down"),
        indicator("strength", "demand", series="market.strength_60", frequency="daily"),
        indicator("rate", "distribution", series="rate", frequency="daily", direction="down"),
        **choices,
    )


@pytest.fixture(scope="module")
def moving():
    """A real market of 700 sessions with series in steps, one with a long hole."""
    draw = np.random.default_rng(8)

    def steps(every, count=700):
        return np.repeat(100 + 5 * draw.standard_normal(count // every + 1), every)[:count]

    hole = steps(15)
    hole[300:500] = NAN
    series = {"a": steps(15), "b": steps(10), "c": steps(50), "d": hole}
    made = make_market(
        sessions=700, sectors=tuple(sectors()), late={"coal": 300, "computer": 100}, series=series
    )
    return replace(made, synthetic=False)


def test_an_index_of_one_indicator_by_hand():
    made = market(a=[1, 1, 2, 2, 3, 3, 0, 0])
    found = composite(made, framework(indicator("a")))
    # third value: 1, 2, 3 has mean 2 and deviation 1, so ten points; the fourth: 1, 2, 3, 0
    fourth = 50 + 10 * (0 - 1.5) / np.std([1, 2, 3, 0], ddof=1)
    np.testing.assert_allclose(found.index, [NAN, NAN, NAN, NAN, 60, 60, fourth, fourth])
    np.testing.assert_allclose(found.pillars["supply"], found.index)
    assert found.coverage["all"].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert found.contributions["a"].tolist() == [0, 0, 0, 0, 0, 0, fourth - 60, 0]


def test_two_pillars_by_hand():
    made = market(a=[1, 2, 3, 3, 0, 0], b=[3, 2, 1, 1, 4, 4], c=[1, 2, 3, 4, 4, 4])
    asked = framework(
        indicator("a"),
        indicator("b", direction="down"),
        indicator("c", "demand"),
        normalization="min-max",
        pillar_weights=(("supply", 1.0), ("demand", 3.0)),
    )
    found = composite(made, asked)
    assert found.pillars["supply"].tolist()[2:] == [100, 100, 1, 1]
    assert found.pillars["demand"].tolist()[2:] == [100, 100, 100, 100]
    assert found.index.tolist()[2:] == [100, 100, 75.25, 75.25]
    assert found.weights.iloc[-1].to_dict() == {"a": 0.125, "b": 0.125, "c": 0.75}


def test_entering_and_leaving_by_hand():
    made = market(a=[1, 2, 3, 3, 3, 4, 5, 6], b=[3, 2, 1, 1, 1, 1, 0, 0])
    days = made.sessions
    asked = framework(
        indicator("a"),
        indicator("b", enters=days[4].date(), leaves=days[6].date()),
        normalization="min-max",
    )
    found = composite(made, asked)
    # a is at 100 throughout; b, at 1, enters without a jump, falls no further and leaves
    assert found.index.tolist()[2:] == [100.0] * 6
    assert found.unlinked["all"].tolist()[2:] == [100, 100, 50.5, 50.5, 50.5, 100]
    assert found.changes["entered"].tolist() == [("a",), ("b",), ()]
    assert found.changes["left"].tolist() == [(), (), ("b",)]
    assert found.changes.index.tolist() == [days[2], days[4], days[7]]
    assert found.changes["effect"].tolist() == [0.0, -49.5, 49.5]
    assert found.changes["unlinked"].tolist() == [100.0, 50.5, 149.5]


def test_values_from_before_the_in_date_are_history():
    made = market(a=[1, 2, 3, 3])
    found = composite(made, framework(indicator("a", enters=made.sessions[3].date())))
    np.testing.assert_array_equal(found.index, [NAN, NAN, NAN, 60])


def test_below_the_coverage_there_is_no_answer():
    made = market(a=[1, 2, 3, 4, 5], b=[NAN] * 5, c=[NAN] * 5)
    asked = framework(indicator("a"), indicator("b"), indicator("c", "demand"))
    some = composite(made, asked)
    assert some.coverage.iloc[-1].to_dict() == {"supply": 0.5, "demand": 0.0, "all": 0.25}
    assert some.index.isna().all()
    assert some.pillars["supply"].notna().sum() == 3
    assert some.pillars["demand"].isna().all()
    assert any("coverage never reaches 50%" in note for note in some.notes)
    lower = composite(made, replace(asked, min_coverage=0.25))
    assert lower.index.notna().sum() == 3
    assert any("nothing is known of demand" in note for note in lower.notes)
    assert any("has no values of b, c; import them" in note for note in lower.notes)


def test_carried_values_do_not_count_as_coverage():
    made = market(a=[1, 2, 3] + [NAN] * 400)
    found = composite(made, framework(indicator("a")))
    age = (made.sessions - made.sessions[2]).days
    assert found.coverage["all"].iloc[2:].eq(1.0).tolist() == (age[2:] <= 430).tolist()
    assert found.index.notna().tolist() == found.coverage["all"].eq(1.0).tolist()
    assert found.scores["a"].iloc[2:].eq(60.0).all()


@pytest.mark.parametrize(
    ("imputation", "last"), [("carry", (60 + 0) / 2), ("pillar", 0), ("none", 0)]
)
def test_what_stands_for_a_value_that_is_too_old(imputation, last):
    rows = 450
    moving = [1.0, 2.0, 3.0] * (rows // 3)
    made = market(a=[1, 2, 3] + [NAN] * (rows - 3), b=moving)
    asked = framework(indicator("a"), indicator("b"), imputation=imputation, min_coverage=0.4)
    found = composite(made, asked)
    b = found.scores["b"].iloc[-1]
    assert found.unlinked["all"].iloc[-1] == pytest.approx((60 + b) / 2 if last else b)


@pytest.mark.parametrize("dates", [{"leaves": date(2021, 1, 1)}, {"enters": date(2030, 1, 1)}])
def test_what_is_not_in_force_fills_no_gap(dates):
    rows = 450
    made = market(a=[1, 2, 3] + [NAN] * (rows - 3), b=[1, 2, 3] * (rows // 3), c=[3, 2, 1] * 150)
    asked = framework(
        indicator("a"),
        indicator("b"),
        indicator("c", **dates),
        imputation="pillar",
        min_coverage=0.4,
    )
    last = composite(made, asked).scores.iloc[-1]
    assert last["a"] == pytest.approx(last["b"])
    assert np.isnan(last["c"])


def test_an_indicator_that_never_moves_is_neutral_and_is_told():
    # a gap before each value makes it a new one
    made = market(a=[5, NAN, 5, NAN, 5, 5], b=[1, 2, 3, 4, 5, 6])
    for choice in NORMALIZATIONS:
        found = composite(made, framework(indicator("a"), indicator("b"), normalization=choice))
        assert found.scores["a"].dropna().eq(50.0).all()
        assert found.index.notna().sum() == 4
        assert "a never moved and counts as neutral, 50 points" in found.notes


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_the_worst_so_far_does_not_break_a_geometric_mean(aggregation):
    made = market(a=[3, 2, 1, 0], b=[1, 2, 3, 4])
    asked = framework(
        indicator("a"), indicator("b"), normalization="min-max", aggregation=aggregation
    )
    level = composite(made, asked).index.iloc[-1]
    assert level == pytest.approx(50.5 if aggregation == "arithmetic" else 10.4, abs=0.1)


@pytest.fixture(scope="module", params=CUTS)
def later(request, moving):
    """A session, and the market cut off after it and gone on otherwise."""
    cut = request.param
    upto = moving.sessions[cut]
    return upto, (moving.until(upto), altered(moving, cut, seed=0))


@pytest.mark.parametrize(
    "choices",
    [
        *(
            dict(zip(("normalization", "aggregation"), pair, strict=True))
            for pair in product(NORMALIZATIONS, AGGREGATIONS)
        ),
        *({"weighting": name, "refit": "quarterly"} for name in WEIGHTINGS),
        *({"imputation": name, "min_coverage": 0.8} for name in IMPUTATIONS),
    ],
    ids=lambda choices: "-".join(choices.values()) if "refit" in choices else None,
)
def test_nothing_later_changes_anything_earlier(choices, moving, later):
    asked = varied(**choices)
    whole = composite(moving, asked)
    upto, others = later
    for other in others:
        found = composite(other, asked)
        pd.testing.assert_series_equal(
            found.index.loc[:upto], whole.index.loc[:upto], check_exact=True, check_freq=False
        )
        for name in FRAMES:
            one, two = (getattr(each, name).loc[:upto] for each in (found, whole))
            pd.testing.assert_frame_equal(one, two, check_exact=True, check_freq=False)
        pd.testing.assert_frame_equal(
            found.changes.loc[:upto], whole.changes.loc[:upto], check_exact=True, check_freq=False
        )


@pytest.mark.parametrize("name", ["china", "observable"])
def test_the_built_in_frameworks_do_not_know_the_future(name):
    made = make_market(sessions=700, sectors=tuple(sectors()), seed=3)
    whole = composite(made, name)
    assert whole.index.notna().sum() > 300
    found = composite(made.until(made.sessions[500]), name)
    for frame in FRAMES:
        one, two = (getattr(each, frame).loc[: made.sessions[500]] for each in (found, whole))
        pd.testing.assert_frame_equal(one, two, check_exact=True, check_freq=False)


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_units_do_not_matter(normalization, moving):
    asked = varied(normalization=normalization)
    series = moving.series.assign(
        a=moving.series["a"] * 1000.0 - 7.0, d=moving.series["d"] / 8.0 + 100.0
    )
    one = composite(moving, asked)
    other = composite(replace(moving, series=series), asked)
    np.testing.assert_allclose(other.index, one.index, rtol=1e-9)
    np.testing.assert_allclose(other.pillars, one.pillars, rtol=1e-9)
    np.testing.assert_allclose(other.contributions, one.contributions, atol=1e-8)


@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_weights_sum_to_one_and_only_what_is_in_force_has_one(weighting, moving):
    found = composite(moving, varied(weighting=weighting))
    np.testing.assert_allclose(found.weights.sum(axis=1), 1.0, rtol=1e-12)
    assert (found.weights >= 0).all(axis=None)
    there = found.scores.loc[found.weights.index].notna()
    assert not found.weights.where(~there, 0.0).any(axis=None)
    assert found.weights.loc["2021-10-01":, "b"].eq(0).all()


def test_expert_weights_are_the_frameworks():
    made = market(a=[1, 2, 3, 4], b=[1, 2, 3, 4])
    asked = framework(indicator("a", weight=3.0), indicator("b"), weighting="expert")
    assert composite(made, asked).weights.iloc[-1].to_dict() == {"a": 0.75, "b": 0.25}


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_contributions_are_the_moves_and_linking_takes_out_the_changes(aggregation, moving):
    found = composite(moving, varied(aggregation=aggregation))
    assert found.index.first_valid_index() == found.changes.index[0]
    moves = found.contributions.sum(axis=1)[1:]
    known = found.index.notna() & found.index.shift().notna()
    np.testing.assert_allclose(found.index.diff()[known], moves[known[1:]], atol=1e-9)
    quiet = known & ~found.index.index.isin(found.changes.index)
    unlinked = found.unlinked["all"].diff()
    np.testing.assert_allclose(unlinked[quiet], moves[quiet[1:]], atol=1e-9)
    assert quiet.sum() > 300
    total = found.unlinked["all"].iloc[-1] - found.index.iloc[-1]
    assert found.changes["effect"].sum() == pytest.approx(total)
    assert found.changes["effect"].abs().max() > 0.1


def test_data_weights_are_fitted_on_the_schedule_only(moving):
    found = composite(moving, varied(weighting="std", refit="yearly", imputation="carry"))
    firsts = moving.sessions[np.append(True, np.diff(moving.sessions.year) > 0)]
    later = found.weights.loc[found.index.first_valid_index() :]
    assert set(later.index) <= set(firsts) | set(found.changes.index)
    assert len(later) > 4


def test_a_composite_is_computed_once_for_a_market(moving):
    assert composite(moving, varied()) is composite(moving, varied())
    assert composite(moving, varied(refit="yearly")) is not composite(moving, varied())


def test_json_has_the_shape_others_rely_on(moving):
    document = composite(moving, varied()).to_json()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    first, last = f"{moving.sessions[0]:%Y-%m-%d}", f"{moving.sessions[-1]:%Y-%m-%d}"
    assert document["index"][first] is None
    assert document["index"][last] > 0
    assert set(document["pillars"]) == {"potential", "supply", "demand", "distribution"}
    assert set(document["coverage"]) == {*document["pillars"], "all"}
    assert document["synthetic"] is False


def test_names_are_shown_and_never_obeyed():
    asked = replace(framework(indicator("<b>a")), title="<script>alert(1)</script>")
    html = composite(market(a=[1, 2, 3]), asked)._repr_html_()
    assert "<script>" not in html
    assert "<b>a" not in html


def test_an_unknown_framework_is_a_sentence(moving):
    with pytest.raises(UserError, match="did you mean 'china'"):
        composite(moving, "chna")


def test_on_real_data_it_works_at_once_and_says_what_it_has():
    folder = os.environ.get("NQP_MARKET_DATA")
    if folder is None:
        pytest.skip("NQP_MARKET_DATA is not set: the real sector data are not at hand")
    found = composite(real_market(Path(folder)), "observable")
    assert not found.synthetic
    assert found.index.loc["2016":"2025-12-31"].notna().all()
    assert found.index.std() > 1.0
    assert found.notes == ()
