"""What was new when: changes, gaps, the record, age; delays are applied once."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtest.composite import composite, published
from backtest.composite.releases import releases
from backtest.errors import UserError
from backtest.universe import SeriesSpec
from tests.composite.made import framework, indicator, market
from tests.markets import make_market

NAN = np.nan


def new_values(made, one):
    return releases(made, framework(one)).values[one.name].tolist()


def test_a_value_is_new_where_the_series_changes_or_comes_back():
    made = market(a=[NAN, 1, 1, 2, NAN, 2, 3])
    expected = [NAN, 1, NAN, 2, NAN, 2, 3]
    np.testing.assert_array_equal(new_values(made, indicator("a")), expected)


def test_a_daily_indicator_is_new_on_every_session():
    made = market(a=[NAN, 1, 1, 2, NAN, 2, 2])
    daily = indicator("a", frequency="daily")
    np.testing.assert_array_equal(new_values(made, daily), [NAN, 1, 1, 2, NAN, 2, 2])


def test_the_record_tells_a_value_that_repeats_the_last_one():
    made = market(a=[1, 1, 1, 1, 2])
    days = made.sessions
    record = pd.DataFrame(
        {
            "series": "a",
            "date": pd.to_datetime(["2019-10-31", "2019-11-30", "2019-10-31", "2019-12-31"]),
            "value": [1.0, 1.0, 9.0, 2.0],
            # the third row revises an older period: it is passed over
            "known": [days[0], days[2], days[3], days[4]],
        }
    )
    found = new_values(replace(made, vintages=record, _memo={}), indicator("a"))
    np.testing.assert_array_equal(found, [1, NAN, 1, NAN, 2])


def test_a_value_grows_too_old_by_its_frequency_not_by_the_markets_gap():
    rows = 60
    values = [1.0] * 5 + [NAN] * (rows - 5)
    made = market(a=values, b=values)
    asked = framework(indicator("a"), indicator("b", frequency="weekly"))
    fresh = releases(made, asked).fresh
    assert fresh["a"].all()
    days = (made.sessions - made.sessions[0]).days
    assert fresh["b"].tolist() == (days <= 30).tolist()


def test_values_by_period_wait_for_their_delay_and_a_series_of_the_market_does_not_again():
    one = indicator("a", delay_days=10)
    bare = replace(make_market(sessions=40, start="2024-01-01"), synthetic=False, _memo={})
    values = pd.Series([7.0, 8.0], pd.to_datetime(["2024-01-05", "2024-01-19"]))
    found = releases(published(bare, framework(one), {"a": values}), framework(one)).values["a"]
    assert found.dropna().to_dict() == {
        pd.Timestamp("2024-01-15"): 7.0,
        pd.Timestamp("2024-01-29"): 8.0,
    }


def test_values_nobody_asked_for_are_refused():
    with pytest.raises(UserError, match="has no indicator of series 'b'"):
        published(market(a=[1, 2]), framework(indicator("a")), {"b": pd.Series(dtype=float)})


def test_a_series_known_sooner_than_its_indicator_comes_out_is_told():
    made = market(a=[1, 2, 3], b=[1, 2, 3])
    asked = framework(indicator("a", delay_days=60), indicator("b", delay_days=4))
    notes = releases(made, asked).notes
    assert len(notes) == 1
    assert "series 'a' is used 0 days after its date" in notes[0]
    assert "it comes out after 60" in notes[0]
    patient = replace(made.universe, series=(SeriesSpec("a", delay_days=60),))
    assert not releases(replace(made, universe=patient, _memo={}), asked).notes


def test_a_real_market_never_gets_synthetic_values():
    real = replace(make_market(sessions=300), synthetic=False, _memo={})
    found = composite(real, "china")
    assert found.index.isna().all()
    assert (found.coverage == 0.0).all(axis=None)
    assert not found.synthetic
    assert any("has no values of rd_intensity" in note for note in found.notes)
    assert any("so there is no index" in note for note in found.notes)


def test_a_synthetic_market_says_that_its_statistics_are_synthetic():
    found = composite(make_market(sessions=300, start="2020-01-01"), "china")
    assert found.synthetic
    assert found.index.notna().any()
    assert found.notes[0].startswith("synthetic values stand for 24 statistics")
    assert "synthetic" in repr(found)
    assert "synthetic data" in found._repr_html_()
