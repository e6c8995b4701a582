"""The real akshare, its https addresses led to a server on 127.0.0.1 through a proxy."""

import datetime as dt
import json
import sys
import threading
import warnings
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))
pytest.importorskip("akshare", reason="akshare is not installed (extra china)")
pytest.importorskip("trustme", reason="trustme is not installed (extra test)")
from servers import LONG, ChinaSite, Reply, authority, klc

from backtest.data.fetch import Request, fetch_market
from backtest.data.fetch_plan import chosen_series
from backtest.data.load import load_market
from backtest.data.sources.akshare_ import AkShare
from backtest.data.sources.akshare_series import MACRO
from backtest.data.sources.base import Arrival, Wanted
from backtest.data.sources.pacing import Pace, Settings
from backtest.data.sources.site import Site
from backtest.data.store import read_manifest
from backtest.market.universe import load_universe
from backtest.market.valuation import valuations

DAYS = ["2024-01-02", "2024-01-03", "2024-01-04"]


def shenwan(level):
    names = ("openindex", "maxindex", "minindex", "closeindex")
    return {
        "data": [
            {"swindexcode": "801780", "bargaindate": day, "hike": 0, "markup": 0}
            | dict.fromkeys(names, level + number)
            | {"bargainamount": 5, "bargainsum": 7}
            for number, day in enumerate(DAYS)
        ]
    }


def bars(level):
    line = "{day},{x},{x},{x},{x},100,1000,0,0,0,0"
    return {"data": {"klines": [line.format(day=day, x=level + n) for n, day in enumerate(DAYS)]}}


def index_bars(level):
    line = "{day},{x},{x},{x},{x},100,1000,0"
    return {"data": {"klines": [line.format(day=day, x=level + n) for n, day in enumerate(DAYS)]}}


def csi(level):
    return {
        "data": [
            [day.replace("-", ""), "000300", "", "", "", "", *[level + n] * 4, 0, 0, 9, 8, 300, 12]
            for n, day in enumerate(DAYS)
        ]
    }


def yields(query):
    rows = [
        {
            "SOLAR_DATE": f"{day} 00:00:00",
            "EMM00166466": 2.5 + n / 100,
            "EMG00001310": 4.0 + n / 100,
        }
        | dict.fromkeys(
            (
                *("EMM00588704", "EMM00166462", "EMM00166469", "EMM01276014", "EMM00000024"),
                *("EMG00001306", "EMG00001308", "EMG00001312", "EMG01339436", "EMG00159635"),
            ),
            1.0,
        )
        for n, day in reversed(list(enumerate(DAYS)))
    ]
    return json.dumps({"result": {"pages": 1, "data": rows}})


def table(*rows):
    return {"result": {"data": [list(row) for row in rows]}}


def reports(*rows):
    """Two pages, as Jin10 turns them: newest first, then none."""

    def answer(query):
        before = query.get("max_date") or "9999"
        found = [list(row) for row in rows if row[0] <= before]
        return json.dumps({"data": {"values": found}})

    return answer


TABLES = {
    "801780": shenwan(100.0),
    "000300": csi(3300.0),
    "1.000300": index_bars(3300.0),
    "1.512480": bars(1.0),
    "0.159995": bars(2.0),
    "RPTA_WEB_TREASURYYIELD": yields,
    "RPT_ECONOMY_PMI": table(
        ["2024-01-01", "2024年01月份", 49.2, 0, 50.7, 0],
        ["2023-12-01", "2023年12月份", 49.0, 0, 50.4, 0],
    ),
    "RPT_ECONOMY_CURRENCY_SUPPLY": table(
        ["2024-01-01", "2024年01月份", 1, 8.7, 0, 1, 5.9, 0, 1, 5.9, 0]
    ),
    "RPT_ECONOMY_RMB_LOAN": table(["2024-01-01", "2024年01月份", 48401, 0, 0, 48401, 0]),
    "RPT_ECONOMY_INDUS_GROW": table(["2024-02-01", "2024年02月份", 7.0, 7.0]),
    "65": reports(["2024-01-31", 49.2, 49.1, 49.0], ["2023-12-31", 49.0, 49.5, 49.4]),
    "58": reports(["2024-03-18", 7.0, 5.0, 6.8], ["2024-01-17", 6.8, 6.6, 6.6]),
    "66": reports(["2024-03-07", 7.1, 1.9, 2.3], ["2024-01-12", 2.3, 1.7, 0.5]),
    "56": reports(["2024-02-08", -0.8, -0.5, -0.3], ["1987-02-01", 5.0, None, None]),
}


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def site(certificates, monkeypatch, home):
    site = ChinaSite(dict(TABLES))
    site.patience(monkeypatch, 0.7)
    path, site.certificates = certificates
    with site.serving() as base:
        for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, base)
        for name in ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
        site.waits = []
        settings = Settings(patience=LONG, attempts=2, first_wait=1.0, throttle=1.5)
        site.source = AkShare(Pace(settings, sleep=site.waits.append, jitter=lambda: 1.0))
        yield site


def ask(site, *names, form="etf", kind="instrument"):
    first, last = dt.date(2023, 12, 1), dt.date(2024, 3, 31)
    wanted = [Wanted(kind, name, first, last, form, "CNY") for name in names]
    return list(site.source.fetch(wanted))


def closes(answer):
    assert isinstance(answer, Arrival), answer
    return answer.frame["close"].tolist()


def test_shenwan_indices_the_csi_300_and_funds(site):
    (banks,) = ask(site, "801780", form="index")
    (broad,) = ask(site, "000300.SH", form="index")
    chips, deep = ask(site, "512480.SS", "159995.SZ")
    assert closes(banks) == [100.0, 101.0, 102.0]
    assert banks.frame["amount"].tolist() == [7.0, 7.0, 7.0]
    assert closes(broad) == [3300.0, 3301.0, 3302.0]
    assert closes(chips) == [1.0, 2.0, 3.0]
    assert closes(deep) == [2.0, 3.0, 4.0]
    assert (banks.provenance.source, banks.provenance.address) == ("akshare", "index_hist_sw")
    assert chips.provenance.adjusted == "dividends, forward (qfq)"
    hosts = {one.host for one in site.asked}
    assert hosts == {"www.swsresearch.com", "www.csindex.com.cn", "push2his.eastmoney.com"}
    assert site.waits == [1.5, 1.5, 1.5]


def test_a_second_source_stands_in_and_is_named(site):
    site.tables["000300"] = {"data": []}
    (broad,) = ask(site, "000300.SH", form="index")
    assert closes(broad) == [3300.0, 3301.0, 3302.0]
    assert broad.provenance.address == "stock_zh_index_daily_em"
    assert broad.provenance.note.startswith("stock_zh_index_hist_csindex: ")


def test_a_fund_is_asked_for_at_sina_when_eastmoney_bans(site):
    site.faults["1.512480"] = [Reply(slam=True)] * 9
    chips, deep = ask(site, "512480.SS", "159995.SZ")
    assert "EastMoney wants no more requests from here; wait some hours" in chips.reason
    assert "EastMoney wants no more requests from here" in deep.reason
    asked = [one.host for one in site.asked]
    assert asked.count("push2his.eastmoney.com") == 1
    assert asked.count("finance.sina.com.cn") > 1
    assert "/realstock/company/sh512480/hisdata_klc2/klc_kl.js" in {one.path for one in site.asked}


def test_sina_gives_the_prices_of_a_fund_that_eastmoney_does_not(site):
    rows = [(1.0, 1.02, 0.99, 1.01, 500), (1.01, 1.05, 1.0, 1.04, 300), (1.04, 1.04, 0.9, 0.95, 9)]
    path = "/realstock/company/sh512480/hisdata_klc2/klc_kl.js"
    site.tables[path] = lambda _: klc("2024-01-02", rows)
    site.tables["1.512480"] = {"data": None}
    (chips,) = ask(site, "512480.SS")
    assert closes(chips) == [1.01, 1.04, 0.95]
    assert chips.frame["low"].tolist() == [0.99, 1.0, 0.9]
    assert chips.frame["volume"].tolist() == [500.0, 300.0, 9.0]
    assert [f"{day:%Y-%m-%d}" for day in chips.frame["date"]] == DAYS
    assert (chips.provenance.address, chips.provenance.adjusted) == ("fund_etf_hist_sina", "none")
    assert chips.provenance.note == "fund_etf_hist_em: no prices on these days"


def test_a_page_that_refuses_ends_it(site):
    site.faults["801780"] = [Reply(status=403, body="<html>访问过于频繁，请稍后再试</html>")] * 9
    first, second = ask(site, "801780", "801010", form="index")
    assert "Shenwan wants no more requests from here" in first.reason
    assert "Shenwan wants no more requests from here" in second.reason
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Reply(status=500, body="<html>error</html>"),
        Reply(body='{"data": [{"swindexcode": "801', cut=True),
        Reply(body='{"data": [{"swindexcode": "801'),
        Reply(body='{"data": null}'),
        Reply(hang=3600.0),
    ],
    ids=["500", "cut", "truncated", "null", "hang"],
)
def test_what_passes_is_waited_for(site, fault):
    site.faults["801780"] = [fault]
    (banks,) = ask(site, "801780", form="index")
    assert closes(banks) == [100.0, 101.0, 102.0]
    assert site.waits == [1.0, 1.5]


def test_a_call_left_behind_does_not_bring_warnings_back_when_it_ends(site, monkeypatch):
    patience, left = iter([0.05]), []
    goes_on = threading.Event()

    def rates(start_date):
        if not left:
            left.append(threading.current_thread())
            goes_on.wait(LONG)
        else:
            goes_on.set()
            left[0].join(LONG)
            warnings.warn("of AKShare's own", FutureWarning, stacklevel=1)
        return pd.DataFrame({"日期": ["2024-01-02"], "中国国债收益率10年": [2.5]})

    monkeypatch.setattr(Site, "timeout", property(lambda _: next(patience, LONG)))
    monkeypatch.setattr(site.source, "library", SimpleNamespace(bond_zh_us_rate=rates))
    (china,) = ask(site, "cn10y", kind="series")
    assert isinstance(china, Arrival), china
    assert site.waits == [1.0, 1.5]


def test_yields_of_both_countries_come_in_one_request(site):
    china, america = ask(site, "cn10y", "us10y", kind="series")
    assert isinstance(china, Arrival), china
    assert [round(value, 2) for value in china.frame["value"]] == [2.5, 2.51, 2.52]
    assert [round(value, 2) for value in america.frame["value"]] == [4.0, 4.01, 4.02]
    assert china.frame["date"].tolist() == [pd.Timestamp(day) for day in DAYS]
    # AKShare reads the first page once to count pages, and once more.
    assert len(site.asked) == 2


def dates(answer):
    assert isinstance(answer, Arrival), answer
    frame = answer.frame
    return [
        (f"{row.date:%Y-%m-%d}", "" if pd.isna(row.released) else f"{row.released:%Y-%m-%d}")
        for row in frame.itertuples()
    ]


def test_reports_carry_their_day_of_release_and_the_month_they_are_about(site):
    pmi, activity, exports = ask(site, "pmi", "industrial_value_added", "exports", kind="series")
    assert dates(pmi) == [("2023-12-31", "2023-12-31"), ("2024-01-31", "2024-01-31")]
    assert dates(activity) == [("2023-12-31", "2024-01-17"), ("2024-02-29", "2024-03-18")]
    assert dates(exports) == [("2023-12-31", "2024-01-12"), ("2024-02-29", "2024-03-07")]


def test_a_report_on_the_first_of_a_month_has_no_day_of_release(site):
    wanted = Wanted("series", "cpi", dt.date(1980, 1, 1), dt.date(2024, 3, 31))
    (cpi,) = site.source.fetch([wanted])
    assert dates(cpi) == [("1987-01-31", ""), ("2024-01-31", "2024-02-08")]


def test_monthly_tables_have_no_day_of_release(site):
    names = ("m1", "m2", "credit", "pmi_non_manufacturing", "industrial_value_added_ytd")
    m1, m2, credit, services, activity = ask(site, *names, kind="series")
    assert dates(m1) == [("2024-01-31", "")]
    assert (m1.frame["value"].item(), m2.frame["value"].item()) == (5.9, 8.7)
    assert credit.frame["value"].item() == 48401
    assert dates(services) == [("2023-12-31", ""), ("2024-01-31", "")]
    assert dates(activity) == [("2024-02-29", "")]
    tables = [one for one in site.asked if one.query.get("reportName", "").endswith("SUPPLY")]
    assert len(tables) == 1


def analysis(query):
    """The level-1 sectors of one month, two rows to a page."""
    rows = [
        {"swindexcode": code, "bargaindate": day, "pe": pe + n, "pb": pe / 10, "dp": 5.0}
        | dict.fromkeys(("closeindex", "bargainamount", "markup", "turnoverrate", "meanprice"), 1)
        | dict.fromkeys(("bargainsumrate", "negotiablessharesum1", "negotiablessharesum2"), 1)
        for n, day in enumerate(DAYS)
        for code, pe in (("801780", 5.0), ("801080", 50.0))
        if query["start_date"] <= day <= query["end_date"]
    ]
    page = rows if query["page"] == "1" else []
    return json.dumps({"data": {"count": len(rows), "results": page}})


def test_valuations_of_all_sectors_come_in_one_request_a_month(site, universe_file):
    site.tables["all"] = analysis
    first, last = dt.date(2024, 1, 1), dt.date(2024, 1, 31)
    names = ("pe:801780", "pb:801780", "dividend_yield:801080", "pe:801080")
    wanted = [Wanted("series", name, first, last) for name in names]
    values = [answer.frame["value"].tolist() for answer in site.source.fetch(wanted)]
    assert values == [[5.0, 6.0, 7.0], [0.5] * 3, [5.0] * 3, [50.0, 51.0, 52.0]]
    assert len(site.asked) == 2  # AKShare asks once for the count of pages
    universe = load_universe(str(universe_file))
    assert chosen_series(site.source, universe, ("pe", "cn10y")) == ("pe:801780", "cn10y")
    assert not any(":" in name for name in chosen_series(site.source, universe, ("all",)))
    request = Request("mine", str(universe_file), first, last, ("pe",))
    fetch_market(request, site.source, now=lambda: dt.datetime(2024, 3, 29, 13, tzinfo=dt.UTC))
    assert valuations(load_market("mine"))["801780"].tolist() == [5.0, 6.0, 7.0]


def test_every_macro_function_is_in_the_library(site):
    assert all(callable(getattr(site.source.library, macro.function)) for macro in MACRO.values())


def test_what_it_does_not_know(site):
    (unknown,) = ask(site, "gold", kind="series")
    assert unknown.reason == "akshare does not offer it"
    (hostile,) = ask(site, "../../80")
    assert hostile.reason.startswith("akshare knows six digits and an exchange")
    assert not site.asked


def test_a_market_from_akshare_knows_each_value_from_its_release(site, universe_file):
    request = Request(
        "mine",
        universe=str(universe_file),
        start=dt.date(2023, 12, 1),
        series=("cn10y", "m1", "pmi"),
    )
    at = dt.datetime(2024, 3, 29, 13, tzinfo=dt.UTC)
    for day in ("2024-02-08", "2024-02-19", "2024-03-29"):
        shared = dict.fromkeys(("openindex", "maxindex", "minindex", "closeindex"), 103.0)
        site.tables["801780"]["data"].append(
            {"swindexcode": "801780", "bargaindate": day, "hike": 0, "markup": 0}
            | shared
            | {"bargainamount": 5, "bargainsum": 7}
        )
    fetched = fetch_market(request, site.source, now=lambda: at)
    del site.tables["801780"]["data"][3:]
    statuses = {outcome.id: outcome.status for outcome in fetched.outcomes}
    assert statuses == {
        "000300.SH": "new",
        "511260.SS": "missed",
        "801780": "new",
        "512480.SS": "new",
        "cn10y": "new",
        "m1": "new",
        "pmi": "new",
    }
    series = load_market("mine").series
    assert series["cn10y"]["2024-01-02"] == 2.5
    assert pd.isna(series["m1"]["2024-02-08"])
    assert series["m1"]["2024-02-19"] == 5.9
    assert series["pmi"]["2024-01-02"] == 49.0
    assert series["pmi"]["2024-02-08"] == 49.2
    noted = read_manifest("mine").sources["fetched"]["series"]
    assert noted["pmi"]["known_by"] == "the source's release dates"
    assert noted["m1"]["known_by"] == "rule: 10th to 15th of the next month"
