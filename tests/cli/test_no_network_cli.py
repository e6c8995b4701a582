"""`nqp data fetch` where the network, a proxy, a site or a certificate is not as it should be.

Everything happens on 127.0.0.1; names under .invalid are resolved by nobody (RFC 2606).
"""

import contextlib
import errno
import json
import shutil
import sys
import threading
from pathlib import Path

import pytest

from backtest.cli import main
from backtest.data.intake import Sources, import_market
from backtest.data.sources import site as sites

sys.path.insert(0, str(Path(__file__).parents[1] / "data"))
pytest.importorskip("trustme", reason="trustme is not installed (extra test)")
from servers import ChinaSite, FredSite, Listing, Reply, Site, YahooSite, authority

CODES = ["510300.SS", *(f"51280{number}.SS" for number in range(8))]
UNIVERSE = """name = "funds"
currency = "CNY"
calendar = "XSHG"
sessions_per_year = 242
benchmark = "510300.SS"
""" + "".join(
    f'[[instruments]]\nid = "{code}"\nkind = "etf"\n' + ('sector = "banks"\n' if number else "")
    for number, code in enumerate(CODES)
)
BARS = [(f"2024-01-0{day}", 1.0, 1.0, 1.0, 1.0, 9) for day in (2, 3, 4)]
NOWHERE = "http://127.0.0.1:9"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """No proxy, short waits; a function that sets what is given."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in (
        ("NQP_HOME", str(tmp_path / "home")),
        ("NQP_FETCH_WAIT", "0.05"),
        ("NQP_FETCH_TIMEOUT", "600"),
        ("NQP_FETCH_PATIENCE", "600"),
        ("NQP_FETCH_THROTTLE", "0"),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sites, "CONNECT_SECONDS", 600.0)
    (tmp_path / "funds.toml").write_text(UNIVERSE, encoding="utf-8")

    def environment(**values):
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return environment


@pytest.fixture
def fetch(environment, monkeypatch, capsys, tmp_path):
    """Run a fetch; its exit code, stdout and stderr."""

    def fetch(source, *more):
        days = ("--start", "2024-01-01", "--end", "2024-01-04")
        words = ("fetch", "mine", "--source", source, *days, *more)
        universe = () if "--no-prices" in more else ("--universe", str(tmp_path / "funds.toml"))
        monkeypatch.setattr(sys, "argv", ["nqp", "data", *words, *universe])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return fetch


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    """A store with a market that series can be added to."""
    folder = tmp_path_factory.mktemp("market")
    (folder / "funds.toml").write_text(UNIVERSE, encoding="utf-8")
    (folder / "prices").mkdir()
    rows = "".join(f"{day},{close}\n" for day, close, *_ in BARS)
    for code in CODES:
        (folder / "prices" / f"{code}.csv").write_text(f"date,close\n{rows}", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NQP_HOME", str(folder / "home"))
        import_market("mine", Sources(folder / "prices", str(folder / "funds.toml")))
    return folder / "home"


@pytest.fixture
def stored(environment, market, tmp_path):
    """A copy of that store."""
    shutil.copytree(market, tmp_path / "home")


@contextlib.contextmanager
def closed_proxy():
    """A proxy that leads nowhere."""
    site = Site()
    site.closed = {"www.swsresearch.com", "push2his.eastmoney.com", "finance.sina.com.cn"}
    site.closed |= {"fred.stlouisfed.org", "query2.finance.yahoo.com", "fc.yahoo.com"}
    with site.serving() as base:
        yield base


LOST = {
    "name": ({"NQP_{}_URL": "http://no-such-host.invalid"}, "cannot be found by name"),
    "refused": ({"NQP_{}_URL": NOWHERE}, "127.0.0.1 refuses the connection"),
    "proxy": ({"HTTPS_PROXY": NOWHERE}, "the proxy 127.0.0.1 of HTTPS_PROXY refuses the conn"),
    "proxy name": ({"HTTPS_PROXY": "http://no-proxy.invalid:1"}, "the proxy no-proxy.invalid of"),
    "proxy port": ({"HTTPS_PROXY": "http://127.0.0.1:x"}, "HTTPS_PROXY has no port that is a"),
}


@pytest.mark.parametrize("case", LOST)
@pytest.mark.parametrize("source", ["yahoo", "fred", "akshare"])
def test_no_network_is_one_sentence_at_once(fetch, environment, stored, source, case):
    given, says = LOST[case]
    if source == "akshare":
        pytest.importorskip("akshare", reason="akshare is not installed (extra china)")
        if "HTTPS_PROXY" not in given:
            pytest.skip("the addresses of AKShare cannot be set")
    environment(**{name.format(source.upper()): value for name, value in given.items()})
    if "HTTPS_PROXY" in given and source == "yahoo":
        environment(NQP_YAHOO_URL="https://query2.finance.yahoo.com")
    name = {"yahoo": "us10y", "fred": "us10y", "akshare": "cn10y,us2y"}[source]
    code, out, err = fetch(source, "--no-prices", "--series", name)
    assert (code, out) == (2, "")
    first, sentence = err.splitlines()
    assert first.endswith(f"asking {source}")
    assert sentence.startswith(f"nqp: there is no way to {source} from here (")
    assert says in sentence
    assert sentence.endswith("check the network, and HTTPS_PROXY where one is needed")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENETUNREACH, "x"), "127.0.0.1 is on a network that cannot be reached"),
        (OSError(errno.EHOSTUNREACH, "no route to host"), "(no route to host)"),
        (TimeoutError(), "127.0.0.1 does not answer within 600 seconds"),
    ],
    ids=["network", "host", "silence"],
)
def test_what_the_system_says_of_a_connection(fetch, environment, stored, monkeypatch, error, says):
    def create_connection(place, timeout):
        raise error

    environment(NQP_FRED_URL=NOWHERE)
    monkeypatch.setattr(sites.socket, "create_connection", create_connection)
    code, out, err = fetch("fred", "--no-prices", "--series", "us10y")
    assert (code, out) == (2, "")
    assert "nqp: there is no way to fred from here (" in err
    assert says in err


def test_a_name_that_nobody_resolves_does_not_hold_up(fetch, environment, stored, monkeypatch):
    environment(NQP_FRED_URL=NOWHERE)
    monkeypatch.setattr(sites, "CONNECT_SECONDS", 0.2)
    held = threading.Event()

    def create_connection(*_, **__):
        held.wait()
        raise OSError

    monkeypatch.setattr(sites.socket, "create_connection", create_connection)
    code, _, err = fetch("fred", "--no-prices", "--series", "us10y")
    held.set()
    assert code == 2
    assert "(127.0.0.1 does not answer within 0.2 seconds)" in err


def test_a_site_that_never_answers_ends_within_its_patience(fetch, environment):
    site = YahooSite({})
    for code in CODES:
        site.faults[code] = [Reply(hang=3600.0)] * 99
    with site.serving() as base:
        environment(NQP_YAHOO_URL=base, NQP_FETCH_TIMEOUT="0.5", NQP_FETCH_PATIENCE="2")
        code, out, err = fetch("yahoo")
    assert (code, out) == (2, "")
    assert len(site.charts(CODES[-1])) == 0
    assert "nqp: nothing was taken from yahoo: 510300.SS: Yahoo fails: no answer within" in err
    assert [line.split(":")[0] for line in err.splitlines()[:-1]] == [
        f"{number} of 9" for number in range(10)
    ]


@pytest.mark.parametrize("status", [500, 503])
def test_a_site_that_fails_for_all_is_given_up_after_three(fetch, environment, stored, status):
    site = FredSite({})
    for name in ("DGS10", "DGS2", "DGS3MO", "ISRATIO", "INDPRO"):
        site.faults[name] = [Reply(status=status)] * 99
    with site.serving() as base:
        environment(NQP_FRED_URL=base)
        names = "us10y,us2y,us3m,us_inventories_to_sales,us_industrial_production"
        code, _, err = fetch("fred", "--no-prices", "--series", names)
    assert code == 2
    # Four attempts for the first, then one each, and none for the last two.
    assert len(site.asked) == 6
    assert f"3 of 5: us3m missed: FRED fails: the server answers {status}" in err
    assert (
        f"5 of 5: us_industrial_production missed: FRED fails: the server answers {status}\n"
        in (err)
    )


def test_one_ticker_that_fails_costs_only_itself(fetch, environment):
    site = YahooSite({code: Listing(BARS) for code in CODES})
    site.faults[CODES[2]] = [Reply(status=500)] * 99
    site.faults[CODES[3]] = [Reply(status=500)] * 99
    with site.serving() as base:
        environment(NQP_YAHOO_URL=base)
        code, out, err = fetch("yahoo")
    assert code == 0
    assert len(site.charts(CODES[2])) == 4
    assert out.count(" new ") == 7
    assert "nqp: 7 of 9 came or were up to date, 2 did not" in err


def test_a_network_that_goes_away_midway_keeps_what_came(fetch, environment, monkeypatch):
    site = YahooSite({code: Listing(BARS) for code in CODES})
    with site.serving() as base:
        environment(NQP_YAHOO_URL=base)
        for code in CODES[4:]:
            site.faults[code] = [Reply(slam=True)] * 99
        real = sites.connect

        def connect(address):
            if site.charts(CODES[4]):
                raise sites.UnreachableError("127.0.0.1 refuses the connection")
            real(address)

        monkeypatch.setattr(sites, "connect", connect)
        code, out, err = fetch("yahoo")
    assert code == 0
    assert len(site.charts(CODES[4])) == 1
    assert not site.charts(CODES[5])
    assert out.count(" new ") == 4
    assert "6 of 9: 512804.SS missed: 127.0.0.1 refuses the connection" in err


def test_a_proxy_that_does_not_let_through_is_no_way(fetch, environment, stored):
    with closed_proxy() as proxy:
        environment(HTTPS_PROXY=proxy)
        code, _, err = fetch("fred", "--no-prices", "--series", "us10y")
        assert code == 2
        assert "there is no way to fred from here (the proxy does not let the connection" in err


@pytest.fixture
def china(tmp_path, environment):
    """The sites behind AKShare behind one proxy, their certificates trusted."""
    pytest.importorskip("akshare", reason="akshare is not installed (extra china)")
    line = "{day},1.0,1.0,1.0,1.0,100,1000,0,0,0,0"
    bars = {"data": {"klines": [line.format(day=bar[0]) for bar in BARS]}}
    site = ChinaSite({f"1.{code[:6]}": bars for code in CODES})
    path, site.certificates = authority(tmp_path)
    with site.serving() as base:
        environment(HTTPS_PROXY=base, REQUESTS_CA_BUNDLE=str(path))
        yield site


def test_one_dead_site_among_several_is_named_and_the_others_asked(fetch, china):
    china.closed = {"datacenter.eastmoney.com", "datacenter-web.eastmoney.com"}
    code, out, err = fetch("akshare", "--series", "cn10y,us2y,m1", "--json")
    assert code == 0
    said = {item["id"]: item for item in json.loads(out)["outcomes"]}
    assert {said[name]["status"] for name in CODES} == {"new"}
    assert {said[name]["status"] for name in ("cn10y", "us2y", "m1")} == {"missed"}
    assert said["m1"]["reason"] == "the proxy does not let the connection through"
    assert "12 of 12: m1 missed: the proxy does not let the connection through" in err


def test_certificates_are_checked(fetch, environment, stored, china, monkeypatch, tmp_path):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    code, _, err = fetch("akshare", "--no-prices", "--series", "cn10y")
    assert code == 2
    assert "EastMoney's tables has a certificate that this machine does not trust" in err
    _, certificates = authority(tmp_path / "home")
    monkeypatch.delenv("HTTPS_PROXY")
    context = certificates("localhost")
    for source, site in (
        ("yahoo", YahooSite({code: Listing(BARS) for code in CODES})),
        ("fred", FredSite({"DGS10": {"2024-01-02": "3.95"}})),
    ):
        with site.serving(context) as base:
            environment(**{f"NQP_{source.upper()}_URL": base.replace("127.0.0.1", "localhost")})
            code, _, err = fetch(source, "--no-prices", "--series", "us10y")
            assert code == 2, err
            assert "has a certificate that this machine does not trust" in err
            assert not site.asked
