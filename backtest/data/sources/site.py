"""One site: whether it can be reached, how patiently it is asked, and when it is given up.

Standard library only.
"""

import errno
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable
from typing import TypeVar
from urllib.parse import urlsplit

from backtest.data.sources.pacing import (
    FailedError,
    NoNetworkError,
    Pace,
    RefusedError,
    SiteError,
    TemporaryError,
    UnreachableError,
)

T = TypeVar("T")

CONNECT_SECONDS = 5.0
# Failures one after the other after which they are the site's and not the instruments'.
FAILURES = 3


class Site:
    """A site asked for one thing after the other.

    Before its first request a connection is tried, so that a missing network is known at once.
    Until it has answered for the first time it is given `Settings.patience` seconds in all. Once
    given up it is not asked again: everything else wanted of it fails with the same reason.
    """

    def __init__(self, name: str, address: str, pace: Pace) -> None:
        self.name, self.address, self.pace = name, address, pace
        self.answered = False
        self.given_up: SiteError | None = None
        self._failures = 0
        self._until: float | None = None

    @property
    def timeout(self) -> float:
        """Seconds to wait for the next answer."""
        longest = self.pace.settings.timeout
        if self.answered or self._until is None:
            return longest
        return min(longest, max(0.1, self._until - time.monotonic()))

    def ask(self, request: Callable[[], T]) -> T:
        """Return what `request` returns, asking again where that may help.

        Raises
        ------
        SiteError
            If the site is given up, now or before; `UnreachableError` if no connection is made.
        RefusedError, TemporaryError
            If this request fails and the next may not.
        """
        if self.given_up is not None:
            raise self.given_up
        attempts = 1 if self._failures and not self.answered else self.pace.settings.attempts
        try:
            if self._until is None:
                connect(self.address)
                self._until = time.monotonic() + self.pace.settings.patience
            answer = self.pace.retry(lambda: self._tried(request), attempts, self._may_wait)
        except RefusedError:
            self._failures, self.answered = 0, True
            raise
        except UnreachableError as error:
            self.given_up = error
            raise
        except SiteError as error:
            raise self.give_up(f"{self.name} {error}") from error
        except TemporaryError as error:
            self._failures += 1 if isinstance(error, FailedError) or not self.answered else 0
            late = not self.answered and not self._may_wait(0.0) and isinstance(error, FailedError)
            if late or self._failures == FAILURES:
                raise self.give_up(f"{self.name} fails: {error}") from error
            raise
        self._failures, self.answered = 0, True
        return answer

    def give_up(self, reason: str) -> SiteError:
        """Ask for nothing more, and return what to raise."""
        self.given_up = SiteError(reason)
        return self.given_up

    def _tried(self, request: Callable[[], T]) -> T:
        try:
            return request()
        except FailedError as error:
            if error.after is not None and self._until is not None:
                self._until += error.after
            # The network may have gone in the meantime.
            connect(self.address)
            raise

    def _may_wait(self, seconds: float) -> bool:
        return self.answered or self._until is None or time.monotonic() + seconds < self._until


def network_or_error(sites: Iterable[Site]) -> None:
    """Raise a `NoNetworkError` if none of a source's sites has answered and none can be reached."""
    known = list(sites)
    if any(site.answered for site in known):
        return
    failed = [str(site.given_up) for site in known if isinstance(site.given_up, UnreachableError)]

    def work(site: Site) -> None:
        try:
            connect(site.address)
        except UnreachableError as error:
            failed.append(str(error))

    rest = [site for site in known if not isinstance(site.given_up, UnreachableError)]
    threads = [threading.Thread(target=work, args=(site,)) for site in rest]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(failed) == len(known):
        raise NoNetworkError(failed[0])


def connect(address: str) -> None:
    """Connect to where an address would be asked for, its proxy if there is one, and hang up.

    Raises
    ------
    UnreachableError
        If that fails; the text is a clause that names the host.
    """
    wanted = urlsplit(address)
    host, scheme = wanted.hostname or "", wanted.scheme
    proxies = {} if urllib.request.proxy_bypass(host) else urllib.request.getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    place, whose = wanted, host
    if proxy:
        place = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        whose = f"the proxy {place.hostname} of {scheme.upper()}_PROXY"
    try:
        port = place.port or (443 if place.scheme == "https" else 80)
    except ValueError:
        raise UnreachableError(f"{scheme.upper()}_PROXY has no port that is a number") from None
    found: list[str] = []

    def work() -> None:
        found.append(_why_not(place.hostname or "", port))

    # A name that nobody resolves can take longer than any time-out of a socket.
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(CONNECT_SECONDS)
    why = found[0] if found else f"does not answer within {CONNECT_SECONDS:g} seconds"
    if why:
        raise UnreachableError(f"{whose} {why}")


def _why_not(host: str, port: int) -> str:
    try:
        socket.create_connection((host, port), timeout=CONNECT_SECONDS).close()
    except (socket.gaierror, UnicodeError):
        return "cannot be found by name"
    except TimeoutError:
        return f"does not answer within {CONNECT_SECONDS:g} seconds"
    except ConnectionRefusedError:
        return "refuses the connection"
    except OSError as error:
        known = {errno.ENETUNREACH: "is on a network that cannot be reached"}
        return known.get(error.errno or 0, f"cannot be reached ({error.strerror or error})")
    return ""


def of_connection(error: Exception) -> Exception:
    """Classify a failed connection: a proxy, a certificate, or a temporary failure.

    Whatever library raised it, its text comes from OpenSSL or the proxy's own answer.
    """
    text = str(error).lower()
    if "certificate" in text:
        return SiteError("has a certificate that this machine does not trust")
    if "tunnel" in text:
        return UnreachableError("the proxy does not let the connection through")
    return FailedError(f"the connection failed ({type(error).__name__})")
