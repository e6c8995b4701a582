"""Patience with a server: settings, retries with back-off, and when to stop. Standard library."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from backtest.errors import UserError

T = TypeVar("T")


class TemporaryError(Exception):
    """Trying again may help; `after` is how long the server asks to wait, in seconds."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class RefusedError(Exception):
    """Trying again for this one does not help."""


class FailedError(TemporaryError):
    """The site failed, whatever was asked: silence, a broken connection, an error of its own."""


class SiteError(Exception):
    """The site is left alone: it wants no more requests, fails, or cannot be reached."""


class UnreachableError(SiteError):
    """No connection to the site is made from here."""


class NoNetworkError(Exception):
    """No site of a source can be reached from here."""


@dataclass(frozen=True)
class Settings:
    """Where the sources are and how patiently they are asked.

    Attributes
    ----------
    yahoo, fred : str
        Base addresses, without a path; "" for Yahoo's own hosts.
    timeout : float
        Seconds to wait for one answer.
    patience : float
        Seconds in all until a site must have answered for the first time.
    attempts : int
        How often one thing is asked for.
    first_wait, longest_wait : float
        Seconds before the second attempt, and the longest wait between two; waits double.
        A server that asks for a longer wait than `longest_wait` is left alone.
    throttle : float
        Seconds between two requests to a source that bans those who hurry.
    """

    yahoo: str = ""
    fred: str = "https://fred.stlouisfed.org"
    timeout: float = 20.0
    patience: float = 12.0
    attempts: int = 4
    first_wait: float = 2.0
    longest_wait: float = 90.0
    throttle: float = 1.5

    @classmethod
    def from_environment(cls, values: Mapping[str, str] | None = None) -> Settings:
        """Read `NQP_YAHOO_URL`, `NQP_FRED_URL` and `NQP_FETCH_*`; the rest keeps its default.

        Examples
        --------
        >>> Settings.from_environment({"NQP_FETCH_TIMEOUT": "5"}).timeout
        5.0
        """
        given = os.environ if values is None else values
        return cls(
            yahoo=given.get("NQP_YAHOO_URL", cls.yahoo).rstrip("/"),
            fred=given.get("NQP_FRED_URL", cls.fred).rstrip("/"),
            timeout=_number(given, "NQP_FETCH_TIMEOUT", cls.timeout),
            patience=_number(given, "NQP_FETCH_PATIENCE", cls.patience),
            attempts=max(1, int(_number(given, "NQP_FETCH_ATTEMPTS", cls.attempts))),
            first_wait=_number(given, "NQP_FETCH_WAIT", cls.first_wait),
            longest_wait=_number(given, "NQP_FETCH_LONGEST_WAIT", cls.longest_wait),
            throttle=_number(given, "NQP_FETCH_THROTTLE", cls.throttle),
        )


@dataclass(frozen=True)
class Pace:
    """How requests follow each other; `sleep` and `jitter` are for tests to replace."""

    settings: Settings
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random

    def wait_before(self, attempt: int, asked: float | None) -> float:
        """Return the seconds to wait before `attempt` (the second is 2).

        What the server asks for is kept to; otherwise waits double, each shortened by up to half
        at random so that many clients do not return at once.
        """
        if asked is not None:
            return asked
        doubled = self.settings.first_wait * 2.0 ** (attempt - 2)
        return min(doubled, self.settings.longest_wait) * (0.5 + 0.5 * self.jitter())

    def retry(self, ask: Callable[[], T], attempts: int, may_wait: Callable[[float], bool]) -> T:
        """Return what `ask` returns, asking again after a `TemporaryError`.

        Raises
        ------
        TemporaryError
            The last one, when attempts are used up, the server asks for too long a wait, or
            `may_wait` says no to a wait that the server has not asked for.
        """
        for attempt in range(1, attempts + 1):
            try:
                return ask()
            except TemporaryError as error:
                too_long = error.after is not None and error.after > self.settings.longest_wait
                wait = self.wait_before(attempt + 1, error.after)
                if attempt == attempts or too_long:
                    raise
                if error.after is None and not may_wait(wait):
                    raise
                self.sleep(wait)
        raise AssertionError("attempts are at least one")


def retry_after(header: str | None) -> float | None:
    """Return the seconds a Retry-After header asks for: a number or a date (RFC 9110, 10.2.3).

    Examples
    --------
    >>> retry_after("7"), retry_after("soon"), retry_after(None)
    (7.0, None, None)
    """
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _number(values: Mapping[str, str], name: str, default: float) -> float:
    text = values.get(name, "")
    try:
        number = float(text) if text else float(default)
    except ValueError:
        number = -1.0
    if not 0.0 <= number < float("inf"):
        raise UserError(
            "{name} was {text!r}; give a number of at least 0, or unset it", name=name, text=text
        )
    return number
