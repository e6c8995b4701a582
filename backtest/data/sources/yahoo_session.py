"""The HTTP session yfinance is given: where Yahoo is, patience, and what became of each ticker.

yfinance takes any session of this class as an argument; nothing inside it is replaced. Here every
request may be sent to another base address, a chart is asked for again after 429, 5xx, a broken
answer or silence, and a ticker that failed is not asked for twice.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from curl_cffi import requests

from backtest.data.sources.pacing import FailedError, SiteError, TemporaryError, retry_after
from backtest.data.sources.site import Site, of_connection

CHART = re.compile(r"/v8/finance/chart/([^/?]+)$")
# What yfinance asks for when a chart failed: more requests, and no prices.
ASIDE_SECONDS = 4.0
NEEDLESS = re.compile(r"/quoteSummary/|/v7/finance/|/fundamentals-timeseries/")


@dataclass
class Answers:
    """What a session met: reasons and currencies by ticker, and whether it was just denied."""

    reasons: dict[str, str] = field(default_factory=dict)
    currencies: dict[str, str] = field(default_factory=dict)
    denied: bool = False
    silent: bool = False


class TooManyError(FailedError):
    """Yahoo's answer 429."""


class YahooSession(requests.Session):  # type: ignore[type-arg]
    """A browser-like session that keeps what it was answered."""

    def __init__(self, site: Site) -> None:
        super().__init__(impersonate="chrome")
        self.site, self.answers = site, Answers()

    def request(self, method: Any, url: str, *args: Any, **options: Any) -> Any:
        """Send a request; charts with patience, cookies and crumbs (yfinance's own) once."""
        place = self._placed(url)
        chart = CHART.search(urlsplit(url).path)
        if self.site.given_up is not None:
            raise requests.exceptions.ConnectionError(str(self.site.given_up))
        if chart is None:
            return self._aside(method, url, place, args, options)
        ticker = chart.group(1)
        if ticker in self.answers.reasons:
            raise requests.exceptions.ConnectionError(self.answers.reasons[ticker])
        send = super().request
        try:
            return self.site.ask(lambda: self._ask(send, ticker, method, place, args, options))
        except TooManyError as error:
            self.site.give_up(f"{error}; try again later, what arrived is kept")
            raise requests.exceptions.ConnectionError(str(error)) from error
        except TemporaryError as error:
            self.answers.reasons[ticker] = str(error)
            raise requests.exceptions.ConnectionError(str(error)) from error
        except SiteError as error:
            raise requests.exceptions.ConnectionError(str(error)) from error

    def _aside(self, method: Any, url: str, place: str, args: Any, options: dict[str, Any]) -> Any:
        """Send a request other than for prices; once one was not answered, none is sent again."""
        if NEEDLESS.search(urlsplit(url).path):
            raise requests.exceptions.ConnectionError("prices need no such request")
        if self.answers.silent:
            raise requests.exceptions.ConnectionError("there was no answer to one like it")
        options["timeout"] = min(ASIDE_SECONDS, self.site.timeout)
        try:
            return super().request(method, place, *args, **options)
        except requests.exceptions.Timeout:
            self.answers.silent = True
            raise

    def _ask(
        self, send: Any, ticker: str, method: Any, place: str, args: Any, options: dict[str, Any]
    ) -> Any:
        timeout = options["timeout"] = self.site.timeout
        try:
            answer = send(method, place, *args, **options)
        except requests.exceptions.Timeout as error:
            raise FailedError(f"no answer within {timeout:.3g} seconds") from error
        except requests.exceptions.IncompleteRead as error:
            raise TemporaryError("the answer broke off in the middle") from error
        except requests.exceptions.RequestException as error:
            raise of_connection(error) from error
        after = retry_after(answer.headers.get("Retry-After"))
        if answer.status_code == 429:
            raise TooManyError("Yahoo answers 429, too many requests", after)
        if answer.status_code in (401, 403, 999):
            # The first may be about an old crumb: yfinance fetches a new one and asks again.
            if self.answers.denied:
                raise SiteError(f"answers {answer.status_code} and wants no more requests")
            self.answers.denied = True
            return answer
        self.answers.denied = False
        if answer.status_code >= 500:
            raise FailedError(f"Yahoo answers {answer.status_code}", after)
        try:
            chart = answer.json()["chart"]
        except (ValueError, KeyError, TypeError) as error:
            raise TemporaryError("the answer broke off in the middle or is no chart") from error
        results = chart.get("result") or [{}]
        self.answers.currencies[ticker] = results[0].get("meta", {}).get("currency") or ""
        if chart.get("error"):
            self.answers.reasons[ticker] = str(chart["error"].get("description", "unknown"))
        return answer

    def _placed(self, url: str) -> str:
        base = self.site.pace.settings.yahoo
        if not base:
            return url
        to, asked = urlsplit(base), urlsplit(url)
        return urlunsplit((to.scheme, to.netloc, to.path + asked.path, asked.query, ""))
