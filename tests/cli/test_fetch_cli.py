"""`nqp data fetch` and `check --repair` from the outside, against servers on 127.0.0.1."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from backtest.cli import main

_path = Path(__file__).parents[1] / "data" / "servers.py"
_spec = importlib.util.spec_from_file_location("fetch_cli_servers", _path)
servers = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = servers
_spec.loader.exec_module(servers)

UNIVERSE = """name = "pair"
currency = "CNY"
calendar = "XSHG"
sessions_per_year = 242
benchmark = "510300.SS"
[[instruments]]
id = "510300.SS"
kind = "etf"
[[instruments]]
id = "512800.SS"
kind = "etf"
sector = "banks"
"""
WEEK = [
    ("2024-01-02", 1.00, 1.02, 0.99, 1.01, 100),
    ("2024-01-03", 1.01, 1.03, 1.00, 1.02, 200),
    ("2024-01-04", 1.02, 1.04, 1.01, 1.03, 300),
]


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def yahoo(monkeypatch):
    listings = {name: servers.Listing(WEEK) for name in ("510300.SS", "512800.SS")}
    site = servers.YahooSite(listings)
    with site.serving() as base:
        monkeypatch.setenv("NQP_YAHOO_URL", base)
        monkeypatch.setenv("NQP_FETCH_TIMEOUT", "0.5")
        monkeypatch.setenv("NQP_FETCH_WAIT", "0")
        yield site


@pytest.fixture
def fred(monkeypatch):
    site = servers.FredSite({"DGS10": {"2024-01-02": "3.95"}})
    with site.serving() as base:
        monkeypatch.setenv("NQP_FRED_URL", base)
        yield site


@pytest.fixture
def nqp(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command in an empty folder with an empty store."""
    folder = tmp_path / "work"
    folder.mkdir()
    (tmp_path / "pair.toml").write_text(UNIVERSE, encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("NQP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")

    def nqp(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["nqp", "data", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert not list(folder.iterdir()), "nothing is written to the current folder"
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return nqp


@pytest.fixture
def words(tmp_path):
    days = ("--start", "2024-01-01", "--end", "2024-01-04")
    return ("fetch", "mine", "--source", "yahoo", "--universe", tmp_path / "pair.toml", *days)


def test_a_fetch_ends_with_a_table_and_a_second_one_with_the_same_snapshot(nqp, yahoo, words):
    done = nqp(*words)
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "0 of 2: asking yahoo",
        "1 of 2: 510300.SS",
        "2 of 2: 512800.SS",
    ]
    assert re.search(r"512800.SS +new ", done.stdout)
    assert "market mine: 1 instruments of pair, 2024-01-02 … 2024-01-04, snapshot" in done.stdout
    first = json.loads(nqp(*words, "--json").stdout)
    second = json.loads(nqp(*words, "--json").stdout)
    assert first == second
    assert [item["status"] for item in first["outcomes"]] == ["up to date"] * 2
    (mine,) = json.loads(nqp("list", "--json").stdout)["markets"][1:]
    assert mine["snapshot"] == first["snapshot"]


def test_partial_success_is_said_and_ends_with_0(nqp, yahoo, words):
    del yahoo.listings["510300.SS"]
    done = nqp(*words)
    assert done.returncode == 0
    assert "No data found, symbol may be delisted" in done.stdout
    assert "1 of 2: 510300.SS missed: No data found, symbol may be delisted\n" in done.stderr
    assert done.stderr.endswith(
        "nqp: 1 of 2 came or were up to date, 1 did not; run the same command again for the rest\n"
    )


def test_nothing_at_all_ends_with_2(nqp, yahoo, words, tmp_path):
    yahoo.listings.clear()
    done = nqp(*words, "--json")
    assert done.returncode == 2
    document = json.loads(done.stdout)
    assert document["snapshot"] is None
    assert [item["status"] for item in document["outcomes"]] == ["missed", "missed"]
    assert done.stderr.endswith(
        "nqp: nothing was taken from yahoo: 510300.SS: No data found, symbol may be delisted "
        "(and 1 more like it)\n"
    )
    assert json.loads(nqp("list", "--json").stdout)["markets"][1:] == []


def test_series_are_added_from_another_source(nqp, yahoo, fred, words):
    before = nqp(*words, "--json")
    more = ("--series", "us10y", "--start", "2024-01-01", "--end", "2024-01-04", "--json")
    done = nqp("fetch", "mine", "--source", "fred", *more)
    (item,) = json.loads(done.stdout)["outcomes"]
    assert (item["kind"], item["id"], item["status"], item["rows"]) == ("series", "us10y", "new", 1)
    assert json.loads(done.stdout)["snapshot"] != json.loads(before.stdout)["snapshot"]


def test_a_rewritten_history_needs_a_word(nqp, yahoo, words):
    nqp(*words[:-1], "2024-01-03")
    doubled = [(day, *(2 * price for price in prices), 1) for day, *prices, _ in WEEK]
    yahoo.listings["512800.SS"] = servers.Listing(doubled)
    done = nqp(*words)
    assert "2 of 2 closes differ from those stored, by up to +100.00%" in done.stdout
    assert done.returncode == 0
    assert "revised" in nqp(*words, "--accept-revisions").stdout


def test_check_repairs_a_damaged_store(nqp, yahoo, words, tmp_path):
    snapshot = json.loads(nqp(*words, "--json").stdout)["snapshot"]
    (tmp_path / "home" / "markets" / "mine.json").write_text("{", encoding="utf-8")
    done = nqp("check", "mine")
    assert done.returncode == 2
    assert "nqp data check mine --repair" in done.stderr
    done = nqp("check", "mine", "--repair", "--json")
    assert done.returncode == 0
    assert "had a damaged manifest and is at snapshot" in done.stderr
    assert "findings" in json.loads(done.stdout)
    (mine,) = json.loads(nqp("list", "--json").stdout)["markets"][1:]
    assert mine["snapshot"] == snapshot


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("x", "--source", "yaho"), "there is no source 'yaho'; did you mean 'yahoo'?"),
        (("x", "--source", "yahoo"), "say which universe to fetch: --universe shenwan"),
        (("x", "--source", "fred"), "there is no market 'x' to add series to; fetch or import"),
        (("../x", "--source", "yahoo"), "'../x' is no name for a market"),
        (("x", "--source", "fred", "--start", "1.1.24"), "--start was '1.1.24'; write the day as"),
        (("x", "--source", "yahoo", "--universe", "cn-ef"), "did you mean 'cn-etf'"),
    ],
)
def test_mistakes_end_with_2_and_one_sentence(nqp, given, says):
    done = nqp("fetch", *given)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert says in done.stderr


def test_a_bar_names_the_instrument_on_a_terminal(monkeypatch, capsys):
    from backtest.render import waiting

    monkeypatch.setenv("FORCE_COLOR", "1")
    with waiting.fetching("yahoo") as progress:
        progress(1, 2, "512800.SS [x]")
    out, err = capsys.readouterr()
    assert out == ""
    assert "yahoo" in err


def test_starting_imports_neither_yfinance_nor_akshare():
    code = (
        "import sys, backtest, backtest.cli, backtest.data, backtest.data.fetch, "
        "backtest.data.sources; print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert not {"yfinance", "akshare", "curl_cffi", "requests"} & set(done.stdout.split())
