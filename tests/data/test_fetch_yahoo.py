"""The real yfinance against a server that speaks as Yahoo does."""

import datetime as dt
import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from servers import LONG, Listing, Reply, YahooSite

from backtest.data.fetch import Request, fetch_market
from backtest.data.intake import Sources, import_market
from backtest.data.load import check_market, export, load_market
from backtest.data.sources.pacing import Pace, Settings
from backtest.data.sources.yahoo import Yahoo
from backtest.data.store import read_manifest
from backtest.errors import UserError

UNIVERSE = """
name = "funds"
currency = "CNY"
calendar = "XSHG"
sessions_per_year = 242
benchmark = "510300.SS"
[price_limits]
etf = 0.21
[[instruments]]
id = "510300.SS"
kind = "etf"
[[instruments]]
id = "512480.SS"
kind = "etf"
sector = "electronics"
[[instruments]]
id = "512800.SS"
kind = "etf"
sector = "banks"
"""
WEEK = [
    ("2024-01-02", 1.00, 1.02, 0.99, 1.01, 100),
    ("2024-01-03", 1.01, 1.03, 1.00, 1.02, 200),
    ("2024-01-04", 1.02, 1.04, 1.01, 1.03, 300),
    ("2024-01-05", 1.03, 1.05, 1.02, 1.04, 400),
    ("2024-01-08", 1.04, 1.06, 1.03, 1.05, 500),
]
CHIPS, BANKS, INDEX = "512480.SS", "512800.SS", "510300.SS"


def evening(day):
    """After the close in Shanghai, before New York opens."""
    return lambda: dt.datetime.combine(dt.date.fromisoformat(day), dt.time(12, 30), dt.UTC)


@pytest.fixture
def site(monkeypatch):
    site = YahooSite({name: Listing(WEEK) for name in (CHIPS, BANKS, INDEX)})
    site.patience(monkeypatch, 0.4)
    with site.serving() as base:
        site.waits = []
        waiting = {"patience": LONG, "first_wait": 1.0, "longest_wait": 8.0}
        settings = Settings(yahoo=base, attempts=3, **waiting)
        site.source = Yahoo(Pace(settings, sleep=site.waits.append, jitter=lambda: 1.0))
        yield site


@pytest.fixture
def fetch(site, home, tmp_path):
    universe = tmp_path / "funds.toml"
    universe.write_text(UNIVERSE, encoding="utf-8")

    def fetch(day="2024-01-08", now=None, **options):
        request = Request("mine", universe=str(universe), start=dt.date(2024, 1, 1), series=())
        clock = now or evening(day)
        return fetch_market(replace(request, **options), site.source, now=clock)

    return fetch


def statuses(fetched):
    return {outcome.id: outcome.status for outcome in fetched.outcomes}


def reasons(fetched):
    return {outcome.id: outcome.reason for outcome in fetched.outcomes}


def test_a_market_is_fetched_with_its_provenance_and_exports_back(fetch, site, tmp_path):
    fetched = fetch()
    assert statuses(fetched) == {INDEX: "new", CHIPS: "new", BANKS: "new"}
    market = load_market("mine")
    assert market.close[CHIPS].tolist() == [1.01, 1.02, 1.03, 1.04, 1.05]
    assert market.open[CHIPS].tolist() == [1.00, 1.01, 1.02, 1.03, 1.04]
    entry = read_manifest("mine").sources["fetched"]["instruments"][CHIPS]
    assert (entry["source"], entry["adjusted"]) == ("yahoo", "splits and dividends")
    assert entry["address"].endswith("/v8/finance/chart/512480.SS")
    assert entry["asked_from"] == "2024-01-01"
    export("mine", tmp_path / "out")
    again = import_market("again", Sources(tmp_path / "out"))
    assert again.snapshot == fetched.manifest.snapshot


def test_a_second_fetch_asks_for_nothing_and_changes_nothing(fetch, site):
    first = fetch()
    asked = len(site.asked)
    second = fetch()
    assert second.manifest == first.manifest
    assert set(statuses(second).values()) == {"up to date"}
    assert len(site.asked) == asked


def test_a_later_fetch_asks_only_for_the_last_days_and_adds_what_is_new(fetch, site):
    old = fetch(day="2024-01-05")
    assert old.manifest.last == "2024-01-05"
    new = fetch(day="2024-01-09")
    assert statuses(new) == {INDEX: "added", CHIPS: "added", BANKS: "added"}
    assert [outcome.added for outcome in new.outcomes] == [1, 1, 1]
    assert new.manifest.previous == (old.manifest.snapshot,)
    assert new.manifest.last == "2024-01-08"
    assert read_manifest("mine").sources["fetched"]["instruments"][CHIPS]["asked_from"] == (
        "2024-01-01"
    )


def test_an_earlier_start_asks_for_the_whole(fetch, site):
    fetch(start=dt.date(2024, 1, 4))
    assert load_market("mine").sessions[0].day == 4
    assert statuses(fetch()) == {INDEX: "added", CHIPS: "added", BANKS: "added"}
    assert load_market("mine").sessions[0].day == 2


def test_todays_bar_is_left_alone_until_the_day_is_over(fetch):
    morning = dt.datetime(2024, 1, 8, 2, 0, tzinfo=dt.UTC)
    assert fetch(now=lambda: morning).manifest.last == "2024-01-05"
    assert fetch().manifest.last == "2024-01-08"


def test_splits_and_dividends_are_in_the_prices(fetch, site):
    half = [0.5 * row[4] for row in WEEK[:2]] + [row[4] for row in WEEK[2:]]
    events = {"dividends": {"2024-01-03": 0.01}, "splits": {"2024-01-04": 2}}
    site.listings[CHIPS] = Listing(WEEK, adjusted=half, **events)
    fetch()
    assert load_market("mine").close[CHIPS].tolist() == half
    assert load_market("mine").open[CHIPS].tolist()[:2] == [0.5, 0.505]


def test_an_unknown_and_an_empty_ticker_are_told_and_the_others_stored(fetch, site):
    del site.listings[CHIPS]
    site.listings[INDEX] = Listing([])
    fetched = fetch()
    assert statuses(fetched) == {INDEX: "missed", CHIPS: "missed", BANKS: "new"}
    assert reasons(fetched)[CHIPS] == "No data found, symbol may be delisted"
    assert reasons(fetched)[INDEX] == "Yahoo has no prices on these days"
    assert load_market("mine").instruments == (BANKS,)
    site.listings[CHIPS] = Listing(WEEK)
    assert statuses(fetch())[CHIPS] == "new"


@pytest.mark.parametrize(
    ("faults", "waits"),
    [
        ([Reply(status=429)], [1.0]),
        ([Reply(status=429, headers={"Retry-After": "7"})], [7.0]),
        ([Reply(status=500), Reply(status=503)], [1.0, 2.0]),
        ([Reply(body='{"chart": {"result": [{"meta"' * 9, cut=True)], [1.0]),
        ([Reply(body='{"chart": {"result": [{"meta"')], [1.0]),
        ([Reply(body="<html>Will be right back</html>")], [1.0]),
        ([Reply(hang=3600.0)], [1.0]),
        ([Reply(slam=True)], [1.0]),
        ([Reply(status=401, body="{}")], []),
    ],
    ids=["429", "429-after", "500-503", "cut", "truncated", "page", "hang", "slam", "old-crumb"],
)
def test_what_passes_is_waited_for(fetch, site, faults, waits):
    site.faults[CHIPS] = faults
    assert statuses(fetch()) == {INDEX: "new", CHIPS: "new", BANKS: "new"}
    assert site.waits == waits


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Reply(status=500), "Yahoo answers 500"),
        (Reply(body='{"chart": ' * 9, cut=True), "the answer broke off in the middle"),
        (Reply(hang=3600.0), "no answer within 0.4 seconds"),
        (Reply(slam=True), "the connection failed"),
    ],
    ids=["500", "cut", "hang", "slam"],
)
def test_what_does_not_pass_costs_one_ticker_and_three_attempts(fetch, site, fault, says):
    site.faults[CHIPS] = [fault] * 3
    fetched = fetch()
    assert statuses(fetched) == {INDEX: "new", CHIPS: "missed", BANKS: "new"}
    assert says in reasons(fetched)[CHIPS]
    assert len(site.charts(CHIPS)) == 3


@pytest.mark.parametrize("after", [None, "3600"])
def test_a_lasting_429_ends_the_fetch_and_what_arrived_is_kept(fetch, site, after):
    headers = {} if after is None else {"Retry-After": after}
    for name in (CHIPS, INDEX, BANKS):
        site.faults[name] = [Reply(status=429, headers=headers)] * 9
    fetched = fetch()
    assert fetched.manifest is None
    assert not fetched.came
    assert all("429, too many requests" in reason for reason in reasons(fetched).values())
    asked = [one for one in site.asked if "/chart/" in one.path]
    assert len(asked) == (3 if after is None else 1)
    assert site.waits == ([1.0, 2.0] if after is None else [])


def test_a_refusal_ends_the_fetch(fetch, site):
    site.faults[CHIPS] = [Reply(status=403, body="{}")] * 9
    fetched = fetch()
    why = "Yahoo answers 403 and wants no more requests"
    assert (reasons(fetched)[CHIPS], reasons(fetched)[BANKS]) == (why, why)
    assert len(site.charts(CHIPS)) == 2


def test_other_currencies_and_units_are_refused(fetch, site):
    site.listings[CHIPS] = Listing(WEEK, currency="HKD")
    jump = [*WEEK[:3], *((day, *(100 * x for x in prices), 1) for day, *prices, _ in WEEK[3:])]
    site.listings[BANKS] = Listing(jump)
    site.listings[INDEX] = Listing([(*row[:3], 0.0, *row[4:]) for row in WEEK])
    fetched = fetch()
    assert reasons(fetched)[CHIPS] == "its prices are in HKD, the universe's in CNY"
    assert reasons(fetched)[BANKS] == (
        "its close goes from 1.03 to 104 on 2024-01-05, as when the currency or the unit changes"
    )
    assert "0 for its low on 2024-01-0" in reasons(fetched)[INDEX]


def test_a_hole_is_stored_and_found(fetch, site):
    site.listings[CHIPS] = Listing([row for row in WEEK if row[0] != "2024-01-04"])
    fetch()
    kinds = {(item.kind, item.instrument, str(item.date)) for item in check_market("mine")}
    assert ("missing_session", CHIPS, "2024-01-04") in kinds


def test_a_rewritten_history_is_shown_and_taken_only_when_asked(fetch, site):
    old = fetch(day="2024-01-05")
    site.listings[CHIPS] = Listing(WEEK, adjusted=[0.98 * row[4] for row in WEEK])
    shown = fetch()
    assert statuses(shown) == {INDEX: "added", CHIPS: "disagrees", BANKS: "added"}
    said = reasons(shown)[CHIPS]
    assert said.startswith("4 of 4 closes differ from those stored, by up to -2.00% (2024-01-0")
    assert said.endswith("; --accept-revisions takes the new history")
    assert load_market("mine").close[CHIPS].tolist()[:4] == [1.01, 1.02, 1.03, 1.04]
    taken = fetch(accept_revisions=True)
    assert statuses(taken) == {INDEX: "up to date", CHIPS: "revised", BANKS: "up to date"}
    assert load_market("mine").close[CHIPS].round(4).tolist()[:2] == [0.9898, 0.9996]
    assert taken.manifest.previous == (shown.manifest.snapshot, old.manifest.snapshot)


def test_a_rewritten_history_that_is_shorter_does_not_replace_the_stored_one(fetch, site):
    fetch(day="2024-01-05")
    site.listings[CHIPS] = Listing([(day, *(2 * x for x in rest)) for day, *rest in WEEK[1:]])
    fetched = fetch(accept_revisions=True)
    assert reasons(fetched)[CHIPS] == (
        "its rewritten history begins on 2024-01-03, the stored one on 2024-01-02, which is kept"
    )
    assert load_market("mine").close[CHIPS].tolist()[:4] == [1.01, 1.02, 1.03, 1.04]


def test_a_source_that_moved_has_no_day_in_common(fetch, site):
    fetch(day="2024-01-05")
    site.listings[CHIPS] = Listing(WEEK[4:])
    said = reasons(fetch())[CHIPS]
    assert said.startswith("it has no day in common with what is stored; --accept-revisions")


def test_what_arrived_before_an_interruption_is_not_asked_for_again(fetch, site, monkeypatch):
    answer = site.source.fetch

    def interrupted(wanted):
        for number, one in enumerate(answer(wanted)):
            if number == 2:
                raise KeyboardInterrupt
            yield one

    site.source.fetch = interrupted
    with pytest.raises(KeyboardInterrupt):
        fetch()
    site.source.fetch = answer
    site.asked.clear()
    assert statuses(fetch()) == {INDEX: "new", CHIPS: "new", BANKS: "new"}
    assert {one.path.rpartition("/")[2] for one in site.asked if "chart" in one.path} == {BANKS}


def test_yields_are_series_that_count_from_the_next_day(fetch, site, home):
    rates = [(day, *(4.0 + n / 10 for _ in range(4)), 0) for n, (day, *_) in enumerate(WEEK)]
    site.listings["^TNX"] = Listing(rates, currency="USD", zone="America/New_York", kind="INDEX")
    fetch(series=("us10y",))
    series = load_market("mine").series["us10y"]
    assert [round(value, 2) for value in series.tolist()[1:]] == [4.0, 4.1, 4.2, 4.3]
    assert series.isna().tolist() == [True, False, False, False, False]
    noted = read_manifest("mine").sources["fetched"]["series"]["us10y"]
    assert noted["known_by"] == "rule: the evening in New York, the next business day in Shanghai"


def test_mistakes_are_told_before_anything_is_asked(fetch, site):
    with pytest.raises(UserError, match="yahoo has no series 'us10'; did you mean 'us10y'"):
        fetch(series=("us10",))
    with pytest.raises(UserError, match="start 2025-01-01 is after end 2024-01-01; swap them"):
        fetch(start=dt.date(2025, 1, 1), end=dt.date(2024, 1, 1))
    with pytest.raises(UserError, match="say which universe to fetch"):
        fetch(universe=None)
    with pytest.raises(UserError, match="no market 'mine' to add series to"):
        fetch(prices=False)
    assert not site.asked
    fetch()
    with pytest.raises(UserError, match="market mine is of universe funds, not cn-etf"):
        fetch(universe="cn-etf")


@pytest.mark.parametrize("ticker", ["../../etc/passwd", "a/../../b", "/etc/passwd", "x?y=z", "😀"])
def test_hostile_tickers_reach_neither_the_server_nor_the_disk(fetch, site, home, tmp_path, ticker):
    path = tmp_path / "funds.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(CHIPS, ticker), encoding="utf-8")
    before = set(tmp_path.rglob("*"))
    fetched = fetch()
    assert statuses(fetched) == {INDEX: "new", ticker: "missed", BANKS: "new"}
    assert {one.path.rpartition("/")[2] for one in site.asked if "chart" in one.path} == {
        INDEX,
        BANKS,
    }
    assert all(path.is_relative_to(home) for path in set(tmp_path.rglob("*")) - before)
