"""FRED by its CSV address: yields, inventories-to-sales.

One request per series, `fredgraph.csv?id=…`. FRED dates a month by its first day; here a value is
dated by the last day of its month. The file holds today's revisions and no release dates: those
come from the table of delays. (First prints are in ALFRED, which needs a key.)
"""

import http.client
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator
from io import StringIO

import pandas as pd

from backtest.data.sources.base import Arrival, Missed, Provenance, Wanted, now, series_frame
from backtest.data.sources.pacing import (
    FailedError,
    Pace,
    RefusedError,
    SiteError,
    TemporaryError,
    retry_after,
)
from backtest.data.sources.site import Site, network_or_error, of_connection

AGENT = "nqp-rotation (research; one request per series)"

# Series here: FRED's id, whether it is monthly, and what it is.
SERIES = {
    "us10y": ("DGS10", False, "United States 10-year Treasury yield, percent"),
    "us2y": ("DGS2", False, "United States 2-year Treasury yield, percent"),
    "us3m": ("DGS3MO", False, "United States 3-month Treasury yield, percent"),
    "us_inventories_to_sales": ("ISRATIO", True, "United States business inventories to sales"),
    "us_retail_inventories_to_sales": ("RETAILIRSA", True, "United States retailers' ratio"),
    "us_industrial_production": ("INDPRO", True, "United States industrial production, index"),
    "us_capital_goods_orders": ("NEWORDER", True, "United States orders of capital goods, USD m"),
    "us_housing_starts": ("HOUST", True, "United States housing starts, thousands a year"),
}


class Fred:
    """Series of the Federal Reserve Bank of St. Louis."""

    name = "fred"
    has_prices = False

    def __init__(self, pace: Pace) -> None:
        self.pace = pace

    @property
    def series(self) -> dict[str, str]:
        """The series offered, by name."""
        return {name: title for name, (_, _, title) in SERIES.items()}

    def fetch(self, wanted: Iterable[Wanted]) -> Iterator[Arrival | Missed]:
        """Fetch each series in one request."""
        site = Site("FRED", self.pace.settings.fred, self.pace)
        for one in wanted:
            if one.id not in SERIES:
                yield Missed(one, "fred does not offer it")
                continue
            try:
                yield self._fetch(one, site)
            except (TemporaryError, RefusedError, SiteError) as error:
                network_or_error([site])
                yield Missed(one, str(error))

    def _fetch(self, wanted: Wanted, site: Site) -> Arrival:
        code, monthly, _ = SERIES[wanted.id]
        asked = {"id": code, "cosd": f"{wanted.first:%Y-%m-%d}", "coed": f"{wanted.last:%Y-%m-%d}"}
        if monthly:
            asked["cosd"] = f"{wanted.first:%Y-%m}-01"
        address = f"{self.pace.settings.fred}/graph/fredgraph.csv?{urllib.parse.urlencode(asked)}"
        table = site.ask(lambda: _table(read(address, timeout=site.timeout), code))
        dates = table["date"] + pd.offsets.MonthEnd(0) if monthly else table["date"]
        frame = series_frame(dates, table["value"], wanted)
        return Arrival(wanted, frame, Provenance(self.name, address, now(), note=f"FRED {code}"))


def read(address: str, *, timeout: float) -> str:
    """Return the text at an address.

    Raises
    ------
    TemporaryError, RefusedError, SiteError
        By what went wrong; the text is a clause for people.
    """
    request = urllib.request.Request(address, headers={"User-Agent": AGENT})
    try:
        # The library's own opener keeps the proxies of its first request.
        with urllib.request.build_opener().open(request, timeout=timeout) as answer:
            content: bytes = answer.read()
            return content.decode("utf-8-sig")
    except urllib.error.HTTPError as error:
        with error:
            after = retry_after(error.headers.get("Retry-After"))
        if error.code == 429 or error.code >= 500:
            raise FailedError(f"the server answers {error.code}", after) from error
        raise RefusedError(f"the server answers {error.code}") from error
    except http.client.IncompleteRead as error:
        raise TemporaryError("the answer broke off in the middle") from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, TimeoutError):
            raise FailedError(f"no answer within {timeout:.3g} seconds") from error
        raise of_connection(reason if isinstance(reason, Exception) else error) from error
    except UnicodeDecodeError as error:
        raise RefusedError("the answer is no text") from error


def _table(text: str, code: str) -> pd.DataFrame:
    """Read two columns, a date and the series under its own id; "." and blanks are no value."""
    lines = text.strip().splitlines()
    header = [name.strip().strip('"') for name in lines[0].split(",")] if lines else []
    if header not in (["observation_date", code], ["DATE", code]):
        raise RefusedError(f"the answer is no CSV of {code}")
    if text and not text.endswith("\n"):
        raise TemporaryError("the answer broke off in the middle")
    table = pd.read_csv(StringIO(text), header=0, names=["date", "value"], dtype=str)
    dates = pd.to_datetime(table["date"], format="%Y-%m-%d", errors="coerce")
    if dates.isna().any():
        raise TemporaryError("the answer has a line that is no date")
    values = pd.to_numeric(table["value"].replace(".", None), errors="coerce")
    return pd.DataFrame({"date": dates, "value": values})
