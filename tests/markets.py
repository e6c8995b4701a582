"""Small synthetic markets for tests. Imports numpy, pandas, the universe and the Market.

`make_market()` is a random market of six sectors; every option changes only what it names, so two
calls that differ in one option differ in nothing else. For numbers one can check by hand, give the
prices::

    make_market(close={"machinery": [10, 11, 12], "bond": [100, 100, 101]})

Instruments are called by their sector in capitals ("MACHINERY", a second one "MACHINERY-2", the
bond fund "BOND"), so that a test in which sector and instrument are mixed up fails. Options by
instrument take either spelling; sessions are counted from 0, and spans include both ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from backtest.market import Market
from backtest.market.universe import Instrument, SeriesSpec, Universe

SECTORS = ("machinery", "computer", "real_estate", "construction", "pharma_biotech", "auto")
Values = Sequence[float]
Span = tuple[int, int]


def universe_text(name: str, sectors: Mapping[str, str]) -> str:
    """Return a universe file of Shanghai indices by sector; the first is the benchmark too."""
    head = f'name = "{name}"\ncurrency = "CNY"\ncalendar = "XSHG"\nsessions_per_year = 242\n'
    listed = (
        f'[[instruments]]\nid = "{one}"\nkind = "index"\nsector = "{sector}"\n'
        for one, sector in sectors.items()
    )
    return "".join((head, f'benchmark = "{next(iter(sectors))}"\n', *listed))


def make_market(
    *,
    sessions: int = 300,
    sectors: Sequence[str] = SECTORS,
    per_sector: int = 1,
    bond: bool = False,
    seed: int = 0,
    start: str = "2020-01-01",
    opens: bool | Mapping[str, Values] = True,
    close: Mapping[str, Values] | None = None,
    benchmark: Values | None = None,
    series: Mapping[str, Values] | None = None,
    money_rate: float | None = None,
    late: Mapping[str, int] | None = None,
    suspended: Mapping[str, Span] | None = None,
    no_buy: Mapping[str, Span] | None = None,
    no_sell: Mapping[str, Span] | None = None,
    lot: int = 0,
    sessions_per_year: int = 242,
    name: str = "test",
) -> Market:
    """Build a market on the weekdays from `start`.

    Parameters
    ----------
    sessions, sectors, per_sector, bond
        Its size; `bond` adds the bond fund. Ignored where `close` gives the prices.
    opens
        False for a market without opens, or opens to use instead of random ones.
    close
        Prices by sector (and "bond"); NaN before an instrument's first price.
    benchmark, series
        Levels of the benchmark, and of series by name ("cn10y" and "us10y" are random unless
        given; others are added). Series are taken as already known after each session's close.
    money_rate
        A constant rate earned by cash, in percent per year; None for a market without one.
    late
        First session with a price.
    suspended
        Span without trading: neither bought nor sold, close carried forward, no open.
    no_buy, no_sell
        Span locked at the upper, or at the lower, limit.
    """
    ids = _instruments(sectors, per_sector, bond) if close is None else [k.upper() for k in close]
    rows = sessions if close is None else len(next(iter(close.values())))
    weekdays = pd.bdate_range(start, periods=rows).to_numpy(dtype="datetime64[ns]")
    days = pd.DatetimeIndex(weekdays, name="date")
    draw = np.random.default_rng(seed)
    together = draw.normal(0.0, 0.010, (rows, 1))
    apart = draw.normal(0.0, 0.012, (rows, len(ids)))
    gaps = draw.normal(0.0, 0.004, (rows, len(ids)))
    activity = draw.uniform(0.8, 1.2, (rows, len(ids)))
    wander = draw.normal(0.0, 1.0, (rows, 3))

    moves = together + apart
    bonds = [column for column, instrument in enumerate(ids) if instrument.startswith("BOND")]
    moves[:, bonds] = apart[:, bonds] / 10.0 + 0.0001
    prices = pd.DataFrame(100.0 * np.cumprod(1.0 + moves, axis=0), days, ids)
    for instrument, values in (close or {}).items():
        prices[instrument.upper()] = np.asarray(values, dtype=float)
    for instrument, first in (late or {}).items():
        prices.loc[days[:first], _known(instrument, ids)] = np.nan

    listed = prices.notna()
    traded = listed.copy()
    can_buy, can_sell = listed.copy(), listed.copy()
    for instrument, span in _spans(suspended, ids, days):
        for allowed in (traded, can_buy, can_sell):
            allowed.loc[span, instrument] = False
    for instrument, span in _spans(no_buy, ids, days):
        can_buy.loc[span, instrument] = False
    for instrument, span in _spans(no_sell, ids, days):
        can_sell.loc[span, instrument] = False

    carried = prices.where(traded).ffill()
    before = carried.shift(1).fillna(carried)
    opened = None if opens is False else before * (1.0 + gaps)
    if opened is not None:
        for instrument, values in (opens if isinstance(opens, Mapping) else {}).items():
            opened[_known(instrument, ids)] = np.asarray(values, dtype=float)
        opened = opened.where(traded)

    known = {
        "cn10y": 3.0 + 0.024 * np.cumsum(wander[:, 0]),
        "us10y": 2.0 + 0.050 * np.cumsum(wander[:, 1]),
        **{key: np.asarray(values, dtype=float) for key, values in (series or {}).items()},
    }
    if money_rate is not None:
        known["money_rate"] = np.full(rows, money_rate)
    value = 1e8 * activity * (1.0 + 20.0 * np.abs(moves))
    level = 1000.0 * np.cumprod(1.0 + together[:, 0] + 0.004 * wander[:, 2])
    return Market(
        name=name,
        universe=_universe(ids, tuple(known), lot, sessions_per_year),
        close=carried,
        open=opened,
        can_buy=can_buy,
        can_sell=can_sell,
        benchmark=pd.Series(level if benchmark is None else benchmark, days, float, "BENCHMARK"),
        series=pd.DataFrame(known, days),
        turnover=traded.where(listed).astype(float) * value,
        synthetic=True,
        snapshot=f"test-{seed}",
    )


def with_valuations(market: Market) -> Market:
    """Return a market that carries a made-up PE of every sector and of its benchmark."""
    levels = {**dict(market.sector_close.items()), market.universe.benchmark: market.benchmark}
    known = {
        f"pe:{name}": 15.0 * level / level.rolling(50, min_periods=1).mean()
        for name, level in levels.items()
    }
    return replace(market, series=market.series.assign(**known))


def _instruments(sectors: Sequence[str], per_sector: int, bond: bool) -> list[str]:
    copies = ["", *(f"-{number}" for number in range(2, per_sector + 1))]
    names = [f"{sector.upper()}{copy}" for sector in sectors for copy in copies]
    return [*names, "BOND"] if bond else names


def _known(instrument: str, ids: list[str]) -> str:
    if instrument.upper() not in ids:
        raise KeyError(f"{instrument!r} is not in this market; it has {', '.join(ids)}")
    return instrument.upper()


def _spans(
    spans: Mapping[str, Span] | None, ids: list[str], days: pd.DatetimeIndex
) -> Iterator[tuple[str, pd.DatetimeIndex]]:
    for instrument, (first, last) in (spans or {}).items():
        yield _known(instrument, ids), days[first : last + 1]


def _universe(
    ids: list[str], series: tuple[str, ...], lot: int, sessions_per_year: int
) -> Universe:
    def sector(instrument: str) -> str | None:
        return None if instrument == "BOND" else instrument.lower().rsplit("-", 1)[0]

    funds = (Instrument(name, "etf", name.title(), sector=sector(name), lot=lot) for name in ids)
    return Universe(
        name="test",
        title="made-up funds",
        currency="CNY",
        calendar="XSHG",
        sessions_per_year=sessions_per_year,
        benchmark="BENCHMARK",
        instruments=(Instrument("BENCHMARK", "index", "Benchmark"), *funds),
        rate="cn10y",
        bonds=("BOND",) if "BOND" in ids else (),
        series=tuple(SeriesSpec(key, unit="percent", delay_days=0) for key in series),
        price_limits=(("etf", 0.11),),
    )
