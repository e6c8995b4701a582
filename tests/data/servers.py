"""Servers on 127.0.0.1 that speak as Yahoo, FRED and the sites behind AKShare do.

A site is a function from what was asked to a `Reply`; faults are queued per key and served first.
`proxy` additionally answers CONNECT and speaks TLS with certificates of its own authority, so a
library with fixed https addresses reaches it through HTTPS_PROXY and REQUESTS_CA_BUNDLE alone.
"""

import datetime as dt
import json
import ssl
import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from backtest.data.sources import site as sites
from backtest.data.sources import yahoo_session

LONG = 600.0  # seconds, in which whatever answers has answered


@dataclass
class Reply:
    """An answer: `cut` sends half of the body promised, `hang` waits, `slam` sends nothing."""

    status: int = 200
    body: str = ""
    headers: dict = field(default_factory=dict)
    cut: bool = False
    hang: float = 0.0
    slam: bool = False


@dataclass
class Asked:
    host: str
    path: str
    query: dict


class Site:
    """A server in a thread. `answer` is overridden; `faults[key]` are served before it."""

    def __init__(self):
        self.asked = []
        self.faults = defaultdict(list)
        self.closing = threading.Event()
        self.certificates = None
        self.closed = set()

    def answer(self, asked):
        raise NotImplementedError

    def key(self, asked):
        return asked.path

    def patience(self, monkeypatch, seconds):
        """Let clients wait `seconds` while a reply that hangs is due, else as long as it takes."""

        def timeout(_):
            hangs = any(reply.hang for queue in self.faults.values() for reply in queue)
            return seconds if hangs and self.is_greeted() else LONG

        monkeypatch.setattr(sites.Site, "timeout", property(timeout))
        monkeypatch.setattr(sites, "CONNECT_SECONDS", LONG)
        monkeypatch.setattr(yahoo_session, "ASIDE_SECONDS", LONG)

    def is_greeted(self):
        """Whether the first answer, before which more than data is asked for, has been given."""
        return True

    def reply(self, asked):
        self.asked.append(asked)
        waiting = self.faults.get(self.key(asked))
        return waiting.pop(0) if waiting else self.answer(asked)

    @contextmanager
    def serving(self, context=None):
        """Serve at the address yielded, over TLS where a context is given."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        if context is not None:
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        server.daemon_threads = True
        server.block_on_close = False
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http{'s' if context else ''}://127.0.0.1:{server.server_address[1]}"
        finally:
            self.closing.set()
            server.shutdown()
            server.server_close()
            thread.join()


def _handler(site):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        host = ""

        def log_message(self, *_):
            pass

        def do_CONNECT(self):
            self.host = self.path.partition(":")[0]
            if self.host in site.closed:
                self.send_error(502)
                return
            self.send_response(200)
            self.end_headers()
            context = site.certificates(self.host)
            self.connection = context.wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb", -1)
            self.wfile = self.connection.makefile("wb", 0)
            self.close_connection = False

        def do_GET(self):
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            reply = site.reply(Asked(self.host or parts.netloc, parts.path, query))
            self.close_connection = True
            if reply.hang:
                site.closing.wait(reply.hang)
                return
            if reply.slam:
                self.connection.close()
                return
            content = reply.body.encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if reply.cut else content)

        do_POST = do_GET  # noqa: N815

        def handle(self):
            try:
                super().handle()
            except (OSError, ValueError):
                self.close_connection = True

        def finish(self):
            super().finish()
            if self.connection is not self.request:  # a tunnel's, which the server does not know
                self.connection.close()

    return Handler


@dataclass
class Listing:
    """What Yahoo knows of a ticker: bars (date, open, high, low, close, volume) and events."""

    bars: list
    currency: str = "CNY"
    zone: str = "Asia/Shanghai"
    kind: str = "ETF"
    adjusted: list | None = None
    dividends: dict = field(default_factory=dict)
    splits: dict = field(default_factory=dict)


class YahooSite(Site):
    """The v8 chart endpoint, with the cookie and the crumb that come before it."""

    crumb = "crumb.of.tests"

    def __init__(self, listings):
        super().__init__()
        self.listings = listings
        self.crumbs = 0

    def key(self, asked):
        return unquote(asked.path).rpartition("/")[2]

    def is_greeted(self):
        return any("/chart/" in one.path for one in self.asked)

    def charts(self, ticker):
        return [one for one in self.asked if one.path.endswith(f"/chart/{ticker}")]

    def answer(self, asked):
        if asked.path == "/v1/test/getcrumb":
            self.crumbs += 1
            return Reply(body=self.crumb)
        if asked.path == "/consent":
            body = '<form><input name="csrfToken" value="t"/><input name="sessionId" value="s"/>'
            return Reply(body=body + "</form>")
        if "/v8/finance/chart/" not in asked.path:
            cookie = "A3=tests; Max-Age=3600; Path=/"
            return Reply(status=404, body="not here", headers={"Set-Cookie": cookie})
        if asked.query.get("crumb") != self.crumb:
            return Reply(status=401, body=_problem("Unauthorized", "Invalid Crumb"))
        listing = self.listings.get(self.key(asked))
        if listing is None:
            said = "No data found, symbol may be delisted"
            return Reply(status=404, body=_problem("Not Found", said))
        return Reply(body=json.dumps(_chart(self.key(asked), listing, asked.query)))


def _problem(code, said):
    return json.dumps({"chart": {"result": None, "error": {"code": code, "description": said}}})


def _chart(ticker, listing, query):
    zone = ZoneInfo(listing.zone)

    def stamp(day):
        at = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(9, 30), zone)
        return int(at.timestamp())

    first, last = int(query.get("period1", 0)), int(query.get("period2", 2**40))
    rows = [(row, number) for number, row in enumerate(listing.bars)]
    rows = [(row, number) for row, number in rows if first <= stamp(row[0]) < last]
    columns = {
        name: [row[place] for row, _ in rows]
        for place, name in enumerate(("open", "high", "low", "close", "volume"), start=1)
    }
    adjusted = listing.adjusted or [row[4] for row in listing.bars]
    events = {
        "dividends": {
            str(stamp(day)): {"amount": amount, "date": stamp(day)}
            for day, amount in listing.dividends.items()
        },
        "splits": {
            str(stamp(day)): {
                "date": stamp(day),
                "numerator": ratio,
                "denominator": 1,
                "splitRatio": f"{ratio}:1",
            }
            for day, ratio in listing.splits.items()
        },
    }
    result = {
        "meta": {
            "currency": listing.currency,
            "symbol": ticker,
            "instrumentType": listing.kind,
            "exchangeTimezoneName": listing.zone,
            "timezone": "X",
            "gmtoffset": 0,
            "priceHint": 2,
            "validRanges": ["1d", "5d", "1mo", "max"],
            "dataGranularity": "1d",
            "range": "",
        },
        "events": {name: found for name, found in events.items() if found},
        "indicators": {
            "quote": [columns if rows else {}],
            "adjclose": [{"adjclose": [adjusted[number] for _, number in rows]}],
        },
    }
    if rows:
        result["timestamp"] = [stamp(row[0]) for row, _ in rows]
    return {"chart": {"result": [result], "error": None}}


class FredSite(Site):
    """`/graph/fredgraph.csv?id=…`: values by date, by FRED's id."""

    def __init__(self, tables):
        super().__init__()
        self.tables = tables

    def key(self, asked):
        return asked.query.get("id", "")

    def answer(self, asked):
        if asked.path != "/graph/fredgraph.csv" or self.key(asked) not in self.tables:
            return Reply(status=404, body="<html>not found</html>")
        rows = self.tables[self.key(asked)].items()
        first, last = asked.query.get("cosd", ""), asked.query.get("coed", "9")
        lines = [f"{day},{value}" for day, value in rows if first <= day <= last]
        return Reply(body="\n".join([f"observation_date,{self.key(asked)}", *lines]) + "\n")


class ChinaSite(Site):
    """The hosts AKShare asks, by host and path (and, where several share it, a parameter)."""

    def __init__(self, tables):
        super().__init__()
        self.tables = tables
        self.times = []

    def key(self, asked):
        query = asked.query
        for name in ("swindexcode", "secid", "indexCode", "attr_id", "reportName", "type"):
            if name in query:
                return query[name]
        return asked.path

    def answer(self, asked):
        self.times.append(time.monotonic())
        found = self.tables.get(self.key(asked))
        if found is None:
            return Reply(body=json.dumps({"data": None, "result": None}))
        return Reply(body=found(asked.query) if callable(found) else json.dumps(found))


def klc(first, rows, *, places=3):
    """Pack bars (open, high, low, close, volume) of successive weekdays as Sina's klc_kl.js does.

    A stream of bits, the lowest first, six to a letter: kind 1479, then the places, the day, and
    per bar the differences to the close before. What AKShare's decoder reads, written backwards.
    """
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    bits = []

    def put(value, width):
        bits.extend((value % 2**width) >> place & 1 for place in range(width))

    days = (dt.date.fromisoformat(first) - dt.date(1970, 1, 1)).days - 7657
    for value, width in ((1479, 12), (63, 6), (places, 6), (days, 18), (5, 3), (5, 3)):
        put(value, width)
    close, volume = 0, 0
    for number, row in enumerate(rows):
        if number == 0:
            for value, width in ((32, 6), (63, 6), (0, 3), (3, 3)):
                put(value, width)
        else:
            put(0, 6)
        opened, high, low, closed = (round(price * 10**places) for price in row[:4])
        for value in (opened - close, high - opened, opened - low, closed - opened):
            put(value, 15)
        put(row[4] - volume, 24)
        close, volume = closed, row[4]
    packed = [
        sum(bit << place for place, bit in enumerate(bits[at : at + 6]))
        for at in range(0, len(bits), 6)
    ]
    return f'var KLC_KL="{"".join(letters[value] for value in packed)}";'


def authority(folder):
    """Return where a new authority's certificate lies, and a function from host to TLS context."""
    import trustme

    own = trustme.CA()
    path = folder / "authority.pem"
    own.cert_pem.write_to_path(str(path))
    made = {}

    def certificates(host):
        if host not in made:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            own.issue_cert(host).configure_cert(context)
            made[host] = context
        return made[host]

    return path, certificates
