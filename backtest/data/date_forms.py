"""The forms in which files write dates, and what each makes of a cell."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

YEARS = (1700, 2200)

_TIME = (
    r"(?:[T\s]+(?P<H>\d{1,2}):?(?P<M>\d\d)(?::?(?P<S>\d\d)(?:[.,]\d+)?)?\s*(?P<half>[AaPp][Mm])?)?"
)
_OFFSET = r"\s*(?P<offset>Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?)?(?:\[[\w/]+\])?"
_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(?P<name>[A-Za-z]{3})[a-z]*\.?"
_QUARTERS = {"一": "1", "二": "2", "三": "3", "四": "4"}


@dataclass(frozen=True)
class Form:
    """A way to write dates: its name, what cells look like, and the period a label stands for."""

    name: str
    pattern: re.Pattern[str]
    period: str = ""


def _form(name: str, pattern: str, period: str = "") -> Form:
    return Form(name, re.compile(pattern, re.IGNORECASE), period)


# In the order of preference where several fit all cells of a column.
FORMS = (
    _form(
        "year-month-day",
        r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*日?"
        + _TIME
        + _OFFSET,
    ),
    _form("YYYYMMDD", r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?:\.0+)?" + _TIME + _OFFSET),
    _form("month", r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*(?:月份?)?", "M"),
    _form("month", r"(?P<y>\d{4})年?\s*(?:第?1|一)\s*[-至—~]\s*(?P<m>\d{1,2})月份?", "M"),
    _form("month", r"(?P<y>\d{4})M?(?P<m>0[1-9]|1[0-2])(?:\.0+)?", "M"),
    _form("month", _MONTH + r"[\s,-]+(?P<y>\d{4})", "M"),
    _form("quarter", r"(?P<y>\d{4})\s*[-/.年]?\s*Q(?P<q>[1-4])", "Q"),
    _form("quarter", r"Q(?P<q>[1-4])\s*[-/,]?\s*(?P<y>\d{4})", "Q"),
    _form(
        "quarter",
        r"(?P<y>\d{4})年?\s*(?:第?\s*1\s*[-至—~]\s*)?第?\s*(?P<q>[1-4一二三四])\s*季度?",
        "Q",
    ),
    _form("day month year", r"(?P<d>\d{1,2})[\s-]+" + _MONTH + r"[\s,-]+(?P<y>\d{4})" + _TIME),
    _form("month day year", _MONTH + r"\s+(?P<d>\d{1,2}),?\s+(?P<y>\d{4})" + _TIME),
    _form("year", r"(?P<y>(?:1[89]|2[01])\d\d)(?:年|\.0+)?", "Y"),
    _form("month/day/year", r"(?P<m>\d{1,2})[/.-](?P<d>\d{1,2})[/.-](?P<y>\d{4})" + _TIME),
    _form("day/month/year", r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})" + _TIME),
    _form("Excel's day numbers", r"(?P<serial>[1-9]\d{4})(?:\.\d+)?"),
    _form("seconds since 1970", r"(?P<epoch>-?\d{9,10})(?:\.\d+)?"),
    _form("milliseconds since 1970", r"(?P<epoch>-?\d{12,13})(?:\.0+)?"),
    _form("microseconds since 1970", r"(?P<epoch>-?\d{15,16})(?:\.0+)?"),
    _form("nanoseconds since 1970", r"(?P<epoch>-?\d{18,19})(?:\.0+)?"),
)
# Numbers that are dates only where a column is known to hold dates.
NUMBERS = ("Excel's day numbers", "year", *(form.name for form in FORMS if "1970" in form.name))
SLASHED = ("month/day/year", "day/month/year")
_UNIT = {"seconds": "s", "milliseconds": "ms", "microseconds": "us", "nanoseconds": "ns"}


@lru_cache(maxsize=100_000)
def stamp(form: Form, text: str) -> tuple[pd.Timestamp, float] | None:
    """Return a moment as written, and minutes ahead of UTC (NaN where none is stated)."""
    found = form.pattern.fullmatch(text)
    if found is None:
        return None
    parts = found.groupdict()
    try:
        if parts.get("serial"):
            moment = pd.Timestamp("1899-12-30") + pd.Timedelta(days=int(parts["serial"]))
            return (moment, np.nan) if 1920 <= moment.year <= 2100 else None
        if parts.get("epoch"):
            unit = _UNIT[form.name.split()[0]]
            moment = pd.Timestamp(int(parts["epoch"]), unit=unit)
            return (moment, 0.0) if 1920 <= moment.year <= 2100 else None
        year = int(parts["y"])
        if not YEARS[0] <= year <= YEARS[1]:
            return None
        if form.period:
            quarter = parts.get("q") or "1"
            ends = {"Y": 12, "Q": 3 * int(_QUARTERS.get(quarter, quarter)), "M": _month(parts)}
            return pd.Timestamp(year, ends[form.period], 1) + pd.offsets.MonthEnd(0), np.nan
        hour = int(parts.get("H") or 0)
        if parts.get("half"):
            hour = hour % 12 + (12 if parts["half"].lower() == "pm" else 0)
        minute, second = int(parts.get("M") or 0), int(parts.get("S") or 0)
        day = pd.Timestamp(year, _month(parts), int(parts["d"]), hour, minute, second)
    except (ValueError, OverflowError, KeyError):
        return None
    return day, _minutes(parts.get("offset"))


def _month(parts: dict[str, Any]) -> int:
    if parts.get("name"):
        return _NAMES.index(parts["name"].lower()) + 1
    return int(parts.get("m") or 1)


def _minutes(offset: str | None) -> float:
    if not offset:
        return np.nan
    if offset.upper() in ("Z", "UTC", "GMT"):
        return 0.0
    digits = offset[1:].replace(":", "").ljust(4, "0")
    minutes = 60.0 * int(digits[:2]) + int(digits[2:])
    return -minutes if offset[0] == "-" else minutes
