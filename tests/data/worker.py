"""A source without a server, and processes that fetch from it, for the tests that kill them."""

import datetime as dt
import os
import sys
import time

import pandas as pd

from backtest.data.fetch import Request, fetch_market
from backtest.data.sources.base import Arrival, Provenance, price_frame
from backtest.market.calendar import sessions
from backtest.market.universe import load_universe

NOW = dt.datetime(2024, 2, 1, 13, tzinfo=dt.UTC)
DAYS = pd.bdate_range("2024-01-02", "2024-01-31")
# Read once, before processes are forked.
sessions("XSHG", DAYS[0], DAYS[-1], seen=DAYS)
load_universe("shenwan")


class Steady:
    """Yields the same prices; `level` makes another market of it, `pause` keeps them apart.

    After two it goes on once `go` is set, if there is one.
    """

    name = "steady"
    has_prices = True
    series: dict = {}  # noqa: RUF012

    def __init__(self, level=10.0, pause=0.0, go=None):
        self.level, self.pause, self.go = level, pause, go
        self.served = []

    def fetch(self, wanted):
        for one in wanted:
            time.sleep(self.pause)
            if self.go is not None and len(self.served) == 2:
                self.go.wait()
            close = [self.level + number / 100 for number in range(len(DAYS))]
            self.served.append(one.id)
            frame = price_frame(DAYS, {"close": close}, one)
            yield Arrival(one, frame, Provenance(self.name, "memory", NOW.isoformat()))


def fetch(name, universe, *, level=10.0, pause=0.0, last="2024-01-31", back=0, source=None):
    """Fetch a market from a steady source, from `back` days before 2024 on.

    An earlier start than ever before asks for the whole history again.
    """
    start, end = dt.date(2024, 1, 1) - dt.timedelta(days=back), dt.date.fromisoformat(last)
    request = Request(name, universe, start=start, end=end, accept_revisions=True)
    return fetch_market(request, source or Steady(level, pause), now=lambda: NOW)


def fetch_in_process(home, name, universe, level, pause, last, back, go, begun):
    """Fetch in a process of its own, which may be killed at any moment; `go` is of `Steady`."""
    os.environ["NQP_HOME"] = home
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    begun.set()
    fetch(name, universe, last=last, back=back, source=Steady(level, pause, go))


def write_in_process(home, name, universe, begun, enough):
    """Store market after market of one level each until it is enough."""
    os.environ["NQP_HOME"] = home
    begun.set()
    number = 0
    while not enough.is_set():
        number += 1
        fetch(name, universe, level=10.0 + 10 * (number % 2), back=number)
