"""The HTTP session yfinance is given: where Yahoo is, patience, and what became of each ticker.

yfinance takes any session of this class as an argument; nothing inside it is replaced. Here every
request may be sent to another base address, a chart is asked for again after 429, 5xx, a broken
answer or silence, and a ticker that failed is not asked for twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from curl_cffi import requests

from backtest.data.sources.pacing import BannedError, Pace, TemporaryError, retry_after

CHART = re.compile(r"/v8/finance/chart/([^/?]+)$")
# What yfinance asks for when a chart failed: more requests, and no prices.
NEEDLESS = re.compile(r"/quoteSummary/|/v7/finance/|/fundamentals-timeseries/")


@dataclass
class Journal:
    """What a session met: reasons and currencies by ticker, and why it stopped, if it did."""

    reasons: dict[str, str] = field(default_factory=dict)
    currencies: dict[str, str] = field(default_factory=dict)
    stopped: str = ""
    denied: bool = False


class TooManyError(TemporaryError):
    """Yahoo's answer 429."""


class YahooSession(requests.Session):  # type: ignore[type-arg]
    """A browser-like session that keeps a journal."""

    def __init__(self, pace: Pace) -> None:
        super().__init__(impersonate="chrome")
        self.pace, self.journal = pace, Journal()

    def request(self, method: Any, url: str, *args: Any, **options: Any) -> Any:
        """Send a request; charts with patience, cookies and crumbs (yfinance's own) once."""
        place = self._placed(url)
        chart = CHART.search(urlsplit(url).path)
        options["timeout"] = self.pace.settings.timeout
        if self.journal.stopped:
            raise requests.exceptions.ConnectionError(self.journal.stopped)
        if chart is None:
            if NEEDLESS.search(urlsplit(url).path):
                raise requests.exceptions.ConnectionError("prices need no such request")
            return super().request(method, place, *args, **options)
        ticker = chart.group(1)
        if ticker in self.journal.reasons:
            raise requests.exceptions.ConnectionError(self.journal.reasons[ticker])
        send = super().request
        try:
            return self.pace.retry(lambda: self._ask(send, ticker, method, place, args, options))
        except TooManyError as error:
            self.journal.stopped = f"{error}; try again later, what arrived is kept"
            raise requests.exceptions.ConnectionError(str(error)) from error
        except TemporaryError as error:
            self.journal.reasons[ticker] = str(error)
            raise requests.exceptions.ConnectionError(str(error)) from error
        except BannedError as error:
            self.journal.stopped = str(error)
            raise requests.exceptions.ConnectionError(str(error)) from error

    def _ask(
        self, send: Any, ticker: str, method: Any, place: str, args: Any, options: dict[str, Any]
    ) -> Any:
        timeout = self.pace.settings.timeout
        try:
            answer = send(method, place, *args, **options)
        except requests.exceptions.Timeout as error:
            raise TemporaryError(f"no answer within {timeout:g} seconds") from error
        except requests.exceptions.IncompleteRead as error:
            raise TemporaryError("the answer broke off in the middle") from error
        except requests.exceptions.RequestException as error:
            raise TemporaryError(f"the connection failed ({type(error).__name__})") from error
        after = retry_after(answer.headers.get("Retry-After"))
        if answer.status_code == 429:
            raise TooManyError("Yahoo answers 429, too many requests", after)
        if answer.status_code in (401, 403, 999):
            # The first may be about an old crumb: yfinance fetches a new one and asks again.
            if self.journal.denied:
                raise BannedError(f"Yahoo answers {answer.status_code} and wants no more requests")
            self.journal.denied = True
            return answer
        self.journal.denied = False
        if answer.status_code >= 500:
            raise TemporaryError(f"Yahoo answers {answer.status_code}", after)
        try:
            chart = answer.json()["chart"]
        except (ValueError, KeyError, TypeError) as error:
            raise TemporaryError("the answer broke off in the middle or is no chart") from error
        results = chart.get("result") or [{}]
        self.journal.currencies[ticker] = results[0].get("meta", {}).get("currency") or ""
        if chart.get("error"):
            self.journal.reasons[ticker] = str(chart["error"].get("description", "unknown"))
        return answer

    def _placed(self, url: str) -> str:
        base = self.pace.settings.yahoo
        if not base:
            return url
        to, asked = urlsplit(base), urlsplit(url)
        return urlunsplit((to.scheme, to.netloc, to.path + asked.path, asked.query, ""))
