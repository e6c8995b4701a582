"""What was new when: changes, gaps, the record, age; delays are applied once."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtest.composite import composite, published
from backtest.composite.releases import releases
from backtest.errors import UserError
from backtest.market.universe import SeriesSpec
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
    found = new_values(replace(made, vintages=record), indicator("a"))
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
    bare = replace(make_market(sessions=40, start="2024-01-01"), synthetic=False)
    values = pd.Series([7.0, 8.0], pd.to_datetime(["2024-01-05", "2024-01-19"]))
    found = releases(published(bare, framework(one), {"a": values}), framework(one)).values["a"]
    assert found.dropna().to_dict() == {
        pd.Timestamp("2024-01-15"): 7.0,
        pd.Timestamp("2024-01-29"): 8.0,
    }


def test_values_nobody_asked_for_are_refused():
    with pytest.raises(UserError, match="has no indicator of series 'b'"):
        published(market(a=[1, 2]), framework(indicator("a")), {"b": pd.Series(dtype=float)})


def test_a_series_without_a_record_is_taken_as_placed_and_that_is_told():
    made = market(a=[1, 2, 3], b=[1, 2, 3])
    asked = framework(indicator("a", delay_days=60), indicator("b", delay_days=4))
    found = releases(made, asked)
    assert found.values["a"].tolist() == [1, 2, 3]
    assert len(found.notes) == 1
    assert "no record of when 'a' came out, so it is taken as known" in found.notes[0]


def recorded(waits, universe=(), values=(50.0, 51.0, 52.0), rows=120):
    """A market whose record has the ends of October to December 2019 and on, known days later."""
    made = market(a=[NAN] * rows)
    ends = pd.date_range("2019-10-31", periods=len(values), freq="ME")
    record = pd.DataFrame(
        {"series": "a", "date": ends, "value": values, "known": ends + pd.Timedelta(days=waits)}
    )
    declared = replace(made.universe, series=tuple(universe))
    return replace(made, universe=declared, vintages=record)


def came(made, **fields):
    found = releases(made, framework(indicator("a", frequency="monthly", **fields)))
    return found.values["a"].dropna(), found.notes


def test_a_file_without_days_of_release_is_held_back_to_the_frameworks_delay():
    values, notes = came(recorded(1), delay_days=30)
    assert values.to_dict() == {
        pd.Timestamp("2019-11-30"): 50.0,
        pd.Timestamp("2019-12-30"): 51.0,
        pd.Timestamp("2020-01-30"): 52.0,
    }
    assert len(notes) == 1
    assert "held back to 30 days after their dates" in notes[0]


@pytest.mark.parametrize("universe", [(), (SeriesSpec("a", delay_days=25),)])
def test_what_says_when_it_came_out_waits_no_second_time(universe):
    values, notes = came(recorded(25, universe), delay_days=30)
    assert values.index[-1] == pd.Timestamp("2020-01-27")  # 31 December and 25 days: a Saturday
    assert notes == ()


def test_what_the_universe_declares_is_used_as_it_says_and_a_contradiction_is_told():
    values, notes = came(recorded(1, (SeriesSpec("a", delay_days=1),)), delay_days=30)
    assert values.index[-1] == pd.Timestamp("2020-01-01")
    assert len(notes) == 1
    assert "used 1 days after its date, as its record or the universe says" in notes[0]


def test_holding_back_does_not_know_the_future():
    made = recorded(1, values=tuple(range(8)))
    asked = framework(indicator("a", frequency="monthly", delay_days=30))
    whole = releases(made, asked)
    for cut in (10, 47, 83):
        day = made.sessions[cut]
        for other in (made.until(day), made.as_of(day)):
            found = releases(other, asked)
            for name in ("values", "fresh"):
                one, two = (getattr(each, name).loc[:day] for each in (found, whole))
                pd.testing.assert_frame_equal(one, two, check_freq=False)


def test_values_from_before_the_market_are_history():
    values = tuple(float(number) for number in range(15))
    made = market(a=[NAN] * 120)
    ends = pd.date_range("2005-12-31", periods=15, freq="YE")
    record = pd.DataFrame(
        {"series": "a", "date": ends, "value": values, "known": ends + pd.Timedelta(days=60)}
    )
    found = composite(replace(made, vintages=record), framework(indicator("a", delay_days=60)))
    first = 50 + 10 * (13 - 6.5) / np.std(range(14), ddof=1)
    later = 50 + 10 * (14 - 7) / np.std(range(15), ddof=1)
    out = made.sessions >= "2020-02-29"
    np.testing.assert_allclose(found.index, np.where(out, later, first))
    assert found.scores.index.equals(made.sessions)


def test_published_values_that_repeat_are_known_as_published():
    one = indicator("a", frequency="monthly", delay_days=60)
    bare = replace(make_market(sessions=200), synthetic=False)
    values = pd.Series(50.1, pd.date_range("2018-12-31", periods=15, freq="ME"))
    made = published(bare, framework(one), {"a": values})
    assert made.vintages.columns.tolist() == ["series", "date", "value", "known"]
    assert len(made.vintages) == 15
    found = composite(made, framework(one))
    # the twelfth, of November, comes out on 29 January; the last, of February, on 29 April
    covered = (bare.sessions >= "2020-01-29") & (bare.sessions <= "2020-07-13")
    assert found.coverage["all"].eq(1.0).tolist() == covered.tolist()
    assert found.index.dropna().eq(50.0).all()
    assert found.notes == ("a never moved and counts as neutral, 50 points",)
    other = published(made, framework(one), {"a": values + 1.0})
    assert other.vintages["value"].tolist() == [51.1] * 15


def test_a_carried_session_of_a_daily_series_brings_nothing_new():
    rows = 60
    made = market(cn10y=[3.0] * rows)
    days = made.sessions[[*range(20), *range(25, 30)]]
    record = pd.DataFrame(
        {"series": "cn10y", "date": days, "value": 3.0, "known": days}  # it stands still, too
    )
    made = replace(made, universe=replace(made.universe, rate="cn10y"), vintages=record)
    asked = framework(
        indicator("rate", series="rate", frequency="daily"),
        indicator("level", series="market.rate", frequency="daily"),
    )
    found = releases(made, asked)
    for name in ("rate", "level"):
        assert found.values[name].dropna().index.equals(days)
        ages = (made.sessions - days[-1]).days
        assert found.fresh[name].iloc[30:].tolist() == (ages[30:] <= 15).tolist()


def test_a_real_market_never_gets_synthetic_values():
    real = replace(make_market(sessions=300), synthetic=False)
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
    assert "SYNTHETIC DATA" in found._repr_html_()
