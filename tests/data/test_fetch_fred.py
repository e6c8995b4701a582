"""FRED's CSV, knowledge dates and revisions, against a server on 127.0.0.1."""

import datetime as dt
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from servers import LONG, FredSite, Reply

from backtest.data.fetch import Request, fetch_market
from backtest.data.intake import Sources, import_market
from backtest.data.load import check_market, export, load_market
from backtest.data.publication_lag import delay_of, delays
from backtest.data.sources.fred import SERIES, Fred
from backtest.data.sources.pacing import Pace, Settings, retry_after
from backtest.data.store import read_manifest
from backtest.errors import UserError

YIELDS = {"2024-01-02": "3.95", "2024-01-03": ".", "2024-01-04": "3.99"}
RATIO = {"2023-10-01": "1.37", "2023-11-01": "1.36"}


@pytest.fixture
def site(monkeypatch):
    site = FredSite({"DGS10": dict(YIELDS), "ISRATIO": dict(RATIO)})
    site.patience(monkeypatch, 0.3)
    with site.serving() as base:
        site.waits = []
        waiting = {"patience": LONG, "first_wait": 1.0, "longest_wait": 60.0}
        settings = Settings(fred=base, attempts=3, **waiting)
        site.source = Fred(Pace(settings, sleep=site.waits.append, jitter=lambda: 0.0))
        yield site


@pytest.fixture
def fetch(site, home, tmp_path, prices_folder, universe_file):
    """Add to a market of the first week of 2024 and two later days."""
    banks = prices_folder / "801780.csv"
    later = "2024-02-19,10,11,9,10.9,1,1\n2024-03-01,10,11,9,10.7,1,1\n"
    banks.write_text(banks.read_text(encoding="utf-8") + later, encoding="utf-8")
    import_market("mine", Sources(prices_folder, universe_file))

    def fetch(day="2024-03-01", **options):
        request = Request("mine", start=dt.date(2023, 10, 1), series=("us10y",))
        at = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(13), dt.UTC)
        return fetch_market(replace(request, **options), site.source, now=lambda: at)

    return fetch


def test_yields_are_usable_two_business_days_later_and_the_manifest_says_so(fetch, site):
    (outcome,) = fetch().outcomes
    assert (outcome.status, outcome.rows, outcome.first, outcome.last) == (
        "new",
        2,
        "2024-01-02",
        "2024-01-04",
    )
    series = load_market("mine").series["us10y"]
    assert series.loc["2024-01-02":"2024-01-05"].isna().tolist() == [True, True, False, False]
    assert series["2024-01-05"] == 3.95
    assert series["2024-01-08"] == 3.99
    noted = read_manifest("mine").sources["fetched"]["series"]["us10y"]
    assert noted["known_by"].startswith("rule: FRED has it on the evening of the next business")
    assert noted["address"].endswith("id=DGS10&cosd=2023-10-01&coed=2024-03-01")


def test_a_month_is_dated_by_its_end_and_waits_for_its_release(fetch):
    fetch(series=("us_inventories_to_sales",))
    market = load_market("mine")
    assert market.vintages["date"].tolist() == [
        pd.Timestamp("2023-10-31"),
        pd.Timestamp("2023-11-30"),
    ]
    known = market.series["us_inventories_to_sales"]
    assert known["2024-01-05"] == 1.37
    assert known["2024-01-18"] == 1.36


def test_a_revision_is_kept_beside_the_first_value_and_counts_from_its_day(fetch, site, tmp_path):
    name = "us_inventories_to_sales"
    fetch(day="2024-01-25", series=(name,))
    site.tables["ISRATIO"] |= {"2023-11-01": "1.40", "2023-12-01": "1.35"}
    shown = fetch(day="2024-02-20", series=(name,))
    (outcome,) = shown.outcomes
    assert (outcome.status, outcome.added) == ("disagrees", 1)
    assert outcome.reason.startswith("1 values differ from those stored, the last of 2023-11-30")
    fetch(day="2024-02-21", series=(name,), accept_revisions=True)
    market = load_market("mine")
    assert len(market.vintages) == 4

    def november(day):
        seen = market.as_of(day).vintages
        return seen.loc[seen["date"] == "2023-11-30", "value"].tolist()

    assert november("2024-01-17") == []
    assert november("2024-02-20") == [1.36]
    assert november("2024-02-21") == [1.36, 1.40]
    assert november("2024-03-01") == [1.36, 1.40]
    # The revision of November came after December was known.
    assert market.series[name]["2024-02-20":].unique().tolist() == [1.35]
    assert market.as_of("2024-01-18").series[name].iloc[-1] == 1.36
    again = fetch(day="2024-02-22", series=(name,))
    assert again.outcomes[0].status == "up to date"
    assert again.manifest.snapshot == load_market("mine").snapshot
    export("mine", tmp_path / "out")
    assert import_market("copy", Sources(tmp_path / "out")).snapshot == again.manifest.snapshot
    assert not [item for item in check_market("copy") if item.severity == "error"]


def test_the_latest_period_may_be_revised_in_its_turn(fetch, site):
    name = "us_inventories_to_sales"
    fetch(day="2024-01-25", series=(name,))
    site.tables["ISRATIO"]["2023-11-01"] = "1.40"
    fetch(day="2024-02-10", series=(name,), accept_revisions=True)
    known = load_market("mine").series[name]
    assert known["2024-02-08"] == 1.36
    assert known["2024-02-19"] == 1.40
    assert load_market("mine").until("2024-02-08").vintages["value"].tolist() == [1.37, 1.36]


def test_a_second_fetch_changes_nothing(fetch, site):
    first = fetch()
    assert fetch().manifest == first.manifest


@pytest.mark.parametrize(
    ("faults", "waits"),
    [
        ([Reply(status=429)], [0.5]),
        ([Reply(status=429, headers={"Retry-After": "30"})], [30.0]),
        ([Reply(status=500), Reply(status=502)], [0.5, 1.0]),
        ([Reply(body="observation_date,DGS10\n2024-01-02,3.9\n", cut=True)], [0.5]),
        ([Reply(body="observation_date,DGS10\n2024-01-02,3.9\n2024-01-")], [0.5]),
        ([Reply(hang=3600.0)], [0.5]),
        ([Reply(slam=True)], [0.5]),
    ],
    ids=["429", "429-after", "500-502", "cut", "truncated", "hang", "slam"],
)
def test_what_passes_is_waited_for(fetch, site, faults, waits):
    site.faults["DGS10"] = faults
    assert fetch().outcomes[0].status == "new"
    assert site.waits == waits


@pytest.mark.parametrize(
    ("fault", "says", "attempts"),
    [
        (Reply(status=500), "the server answers 500", 3),
        (Reply(status=403), "the server answers 403", 1),
        (Reply(status=429, headers={"Retry-After": "999"}), "the server answers 429", 1),
        (Reply(body="<html>busy</html>\n"), "the answer is no CSV of DGS10", 1),
        (Reply(body=""), "the answer is no CSV of DGS10", 1),
        (Reply(hang=3600.0), "no answer within 0.3 seconds", 3),
        (Reply(body="observation_date,DGS10\n"), "it has no values on these days", 1),
    ],
    ids=["500", "403", "too-long", "page", "empty", "hang", "no-rows"],
)
def test_what_does_not_pass_is_told_and_nothing_is_stored(fetch, site, fault, says, attempts):
    before = read_manifest("mine")
    site.faults["DGS10"] = [fault] * 9
    fetched = fetch()
    assert (fetched.outcomes[0].status, fetched.outcomes[0].reason) == ("missed", says)
    assert not fetched.came
    assert len(site.asked) == attempts
    assert read_manifest("mine") == before


def test_a_server_that_is_not_there(fetch, site):
    closed = Settings(fred="http://127.0.0.1:9", attempts=1)
    site.source = Fred(Pace(closed))
    with pytest.raises(UserError, match=r"no way to fred from here \(127\.0\.0\.1 refuses"):
        fetch()


def test_every_series_of_fred_has_a_rule_and_every_rule_its_words():
    assert all(delay_of(name, "fred") is not None for name in SERIES)
    for name, rule in delays().items():
        stated = (rule.months_after, rule.business_days, rule.days)
        assert sum(part is not None for part in stated) == 1, name
        assert len(rule.rule) > 10
        day = pd.Series(pd.to_datetime(["2024-02-29"]))
        assert (rule.earliest(day) >= day).all()


def test_retry_after_may_be_a_date():
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=9)
    assert 8 * 3600 < retry_after(f"{later:%a, %d %b %Y %H:%M:%S} GMT") <= 9 * 3600
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0


@pytest.mark.parametrize("value", ["soon", "-1", "inf", "nan"])
def test_settings_are_checked(value):
    with pytest.raises(UserError, match=f"NQP_FETCH_TIMEOUT was '{value}'; give a number"):
        Settings.from_environment({"NQP_FETCH_TIMEOUT": value})
