"""Chinese sources through AKShare (extra `china`).

Shenwan and CSI indices, funds with a second source, Chinese and US yields, monthly macro series.
These sites ban addresses that hurry (eight hours and more): one request after the other with a
pause between, and at the first sign of a ban everything stops. AKShare's addresses are its own
and cannot be set; its requests go through `HTTPS_PROXY` and trust `REQUESTS_CA_BUNDLE`, as any
program's that uses requests.
"""

import os
import re
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pandas as pd

from backtest.data.sources.akshare_series import MACRO, VALUATIONS, YIELDS, Macro
from backtest.data.sources.base import (
    Arrival,
    Missed,
    Provenance,
    Wanted,
    now,
    price_frame,
    series_frame,
)
from backtest.data.sources.pacing import (
    FailedError,
    Pace,
    RefusedError,
    SiteError,
    TemporaryError,
    UnreachableError,
)
from backtest.data.sources.site import Site, network_or_error, of_connection
from backtest.errors import UserError
from backtest.market.universe import load_universe
from backtest.market.valuation import is_valuation, series_name

BANNED = "wants no more requests from here; wait some hours, what arrived is kept"
SITES = {
    "Shenwan": "https://www.swsresearch.com",
    "CSI": "https://www.csindex.com.cn",
    "EastMoney": "https://push2his.eastmoney.com",
    "EastMoney's tables": "https://datacenter-web.eastmoney.com",
    "Sina": "https://finance.sina.com.cn",
    "Jin10": "https://datacenter-api.jin10.com",
}
LEVELS = "none (price index)"
CODE = re.compile(r"(\d{6})(?:\.(SS|SH|SZ|SI|CSI))?")
CHINESE = {
    "日期": "date",
    "开盘": "open",
    "最高": "high",
    "最低": "low",
    "收盘": "close",
    "成交量": "volume",
    "成交额": "amount",
    "成交金额": "amount",
}
# A site that bans closes the connection without an answer, or sends a page that says so.
CLOSED = ("RemoteDisconnected", "Connection aborted", "Connection reset")
REFUSAL = re.compile(
    r"拒绝访问|访问过于频繁|操作频繁|禁止访问|forbidden|blocked|denied", re.IGNORECASE
)


class AkShare:
    """Chinese public sites as AKShare reads them."""

    name = "akshare"
    has_prices = True

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self._answers: dict[str, pd.DataFrame] = {}
        self._asked = False
        self._sites = {name: Site(name, address, pace) for name, address in SITES.items()}
        # AKShare draws bars of its own where it turns pages; tqdm reads this when it is imported.
        os.environ.setdefault("TQDM_DISABLE", "1")
        try:
            import akshare
        except ImportError as error:
            raise UserError(
                "source akshare needs the package of that name; install it with 'pip install "
                "nqp-rotation[china]'"
            ) from error
        self.library: Any = akshare

    @property
    def series(self) -> dict[str, str]:
        """The series offered, by name."""
        offered = {name: title for name, (_, title) in YIELDS.items()}
        offered |= {name: macro.title for name, macro in MACRO.items()}
        return offered | {
            series_name(measure, one.id): f"{one.name}: {measure}"
            for measure in VALUATIONS
            for one in load_universe("shenwan").instruments
            if one.id.startswith("801")
        }

    def fetch(self, wanted: Iterable[Wanted]) -> Iterator[Arrival | Missed]:
        """Fetch one after the other; a site that bans or fails is not asked again."""
        for one in wanted:
            try:
                yield self._series(one) if one.kind == "series" else self._prices(one)
            except (TemporaryError, RefusedError, SiteError) as error:
                yield Missed(one, str(error))

    def _prices(self, wanted: Wanted) -> Arrival:
        found = CODE.fullmatch(wanted.id)
        if found is None:
            raise RefusedError("akshare knows six digits and an exchange, as 801010 or 510300.SS")
        failures = []
        for site, address, adjusted, options in self._ways(found[1], found[2], wanted):
            try:
                table = self._ask(site, getattr(self.library, address), **options)
            except (TemporaryError, RefusedError, SiteError) as error:
                failures.append(f"{address}: {error}")
                continue
            renamed = table.rename(columns=CHINESE)
            frame = pd.DataFrame()
            if {"date", "close"} <= set(renamed.columns):
                fields = [name for name in CHINESE.values() if name in renamed and name != "date"]
                values = {name: renamed[name].to_numpy(dtype=float) for name in fields}
                frame = price_frame(renamed["date"], values, wanted)
            if frame.empty:
                failures.append(f"{address}: no prices on these days")
                continue
            note = "; ".join(failures)
            return Arrival(
                wanted, frame, Provenance(self.name, address, now(), adjusted, note=note)
            )
        raise RefusedError("; ".join(failures))

    def _ways(
        self, code: str, exchange: str | None, wanted: Wanted
    ) -> Iterator[tuple[str, str, str, dict[str, str]]]:
        """Yield (site, function, adjustment, options) in the order to try."""
        days = {"start_date": f"{wanted.first:%Y%m%d}", "end_date": f"{wanted.last:%Y%m%d}"}
        side = "sh" if exchange in ("SS", "SH") or (not exchange and code[0] in "056") else "sz"
        own, sided = {"symbol": code}, {"symbol": f"{side}{code}"}
        if wanted.form == "index" and code.startswith("80"):
            yield "Shenwan", "index_hist_sw", LEVELS, {**own, "period": "day"}
        elif wanted.form == "index":
            yield "CSI", "stock_zh_index_hist_csindex", LEVELS, {**own, **days}
            yield "EastMoney", "stock_zh_index_daily_em", LEVELS, {**sided, **days}
        else:
            adjusted = {"period": "daily", "adjust": "qfq"}
            forward = "dividends, forward (qfq)"
            yield "EastMoney", "fund_etf_hist_em", forward, {**own, **adjusted, **days}
            yield "Sina", "fund_etf_hist_sina", "none", sided

    def _series(self, wanted: Wanted) -> Arrival:
        if wanted.id in YIELDS:
            (column, _), function = YIELDS[wanted.id], "bond_zh_us_rate"
            first = f"{wanted.first:%Y%m%d}"
            table = self._once("EastMoney's tables", function, start_date=first)
            frame = series_frame(table["日期"], table[column], wanted)
        elif is_valuation(wanted.id):
            function, frame = "index_analysis_daily_sw", self._valuation(wanted)
        elif (macro := MACRO.get(wanted.id)) is not None:
            function, frame = macro.function, self._macro(macro, wanted)
        else:
            raise RefusedError("akshare does not offer it")
        return Arrival(wanted, frame, Provenance(self.name, function, now()))

    def _valuation(self, wanted: Wanted) -> pd.DataFrame:
        """Ask for all sectors of Shenwan's first level, a month at a time."""
        measure, _, code = wanted.id.partition(":")
        months = pd.period_range(wanted.first, wanted.last, freq="M")
        last = pd.Timestamp(wanted.last)
        found = pd.concat(
            self._once(
                "Shenwan",
                "index_analysis_daily_sw",
                symbol="一级行业",
                start_date=f"{month.start_time:%Y%m%d}",
                end_date=f"{min(month.end_time, last):%Y%m%d}",
            )
            for month in months
        )
        own = found[found["指数代码"].astype(str) == code]
        return series_frame(own["发布日期"], own[VALUATIONS[measure]], wanted)

    def _macro(self, macro: Macro, wanted: Wanted) -> pd.DataFrame:
        site = "Jin10" if macro.released else "EastMoney's tables"
        table = self._once(site, macro.function)
        if macro.column not in table.columns:
            raise RefusedError(f"{macro.function} has no column {macro.column} any more")
        dates = table[macro.dated]
        if macro.released:
            out = pd.to_datetime(dates)
            period = out - pd.offsets.MonthEnd(1)
            if macro.same_month:
                period = period.where(out.dt.day < 20, out + pd.offsets.MonthEnd(0))
            # The oldest rows stand on the first of a month, which is no day of publication.
            known = out.where(out.dt.day != 1)
            return series_frame(period, table[macro.column], wanted, released=known)
        parts = dates.astype(str).str.extract(r"(\d{4})\D?(\d{1,2})")
        period = pd.to_datetime(parts[0] + "-" + parts[1] + "-01") + pd.offsets.MonthEnd(0)
        return series_frame(period, table[macro.column], wanted)

    def _once(self, site: str, function: str, **options: Any) -> pd.DataFrame:
        """Ask for a table that several series share once a fetch."""
        key = f"{function} {options}"
        if key not in self._answers:
            self._answers[key] = self._ask(site, getattr(self.library, function), **options)
        return self._answers[key]

    def _ask(
        self, site: str, function: Callable[..., pd.DataFrame], **options: Any
    ) -> pd.DataFrame:
        asked = self._sites[site]
        try:
            return asked.ask(lambda: self._answer(function, options, asked.timeout))
        except UnreachableError:
            network_or_error(self._sites.values())
            raise

    def _answer(
        self, function: Callable[..., pd.DataFrame], options: dict[str, Any], timeout: float
    ) -> pd.DataFrame:
        if self._asked:
            self.pace.sleep(self.pace.settings.throttle)
        self._asked = True
        outcome: list[pd.DataFrame | Exception] = []

        def work() -> None:
            try:
                outcome.append(function(**options))
            except Exception as error:
                outcome.append(error)

        # Several of AKShare's requests have no time-out; one that hangs is left behind. Filters of
        # warnings are the whole process's: such a thread, at its end, would put back what it found.
        thread = threading.Thread(target=work, daemon=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            thread.start()
            thread.join(timeout)
        if not outcome:
            raise FailedError(f"no answer within {timeout:.3g} seconds")
        answer = outcome[0]
        if isinstance(answer, pd.DataFrame):
            return answer
        raise _translated(answer)


def _translated(error: Exception) -> Exception:
    """Return what an exception from inside AKShare means here."""
    import requests

    text = f"{type(error).__name__}: {error}"
    if isinstance(error, requests.exceptions.JSONDecodeError) and REFUSAL.search(error.doc):
        return SiteError(BANNED)
    if isinstance(error, ValueError | KeyError | TypeError | IndexError):
        return TemporaryError("the answer is no data (a broken one, or the site has changed)")
    if isinstance(error, requests.exceptions.ConnectionError) and any(s in text for s in CLOSED):
        return SiteError(BANNED)
    if isinstance(error, requests.exceptions.RequestException):
        return of_connection(error)
    return RefusedError(" ".join(text.split())[:200])
