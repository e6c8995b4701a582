"""Indicator: one statistic, the pillar it speaks for and when it may.

An indicator's `delay_days` says how long after the end of its period a value comes out. Values by
period are placed by it (`backtest.composite.published`), and so is a series from a file that the
universe does not declare: its dates are taken as the last days of periods. Days of release, rules
of a source and what the universe declares go before it; nothing is delayed twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from annotated_types import Le

from backtest.composite.observable import OBSERVABLES, PREFIX
from backtest.errors import UserError, refused, within

PILLARS = ("potential", "supply", "demand", "distribution")
DIRECTIONS: Mapping[str, float] = {"up": 1.0, "down": -1.0}


@dataclass(frozen=True)
class Frequency:
    """How often values come: days one stands, and how many it takes before they are scored."""

    max_age_days: int
    history: int


# A monthly value stands for two months and a half because China publishes January and February
# together; the others, until the next one is clearly late.
FREQUENCIES: Mapping[str, Frequency] = {
    "daily": Frequency(15, 120),
    "weekly": Frequency(30, 26),
    "monthly": Frequency(75, 12),
    "quarterly": Frequency(150, 6),
    "yearly": Frequency(430, 3),
}


@dataclass(frozen=True)
class Indicator:
    """One statistic of a framework.

    Attributes
    ----------
    name : str
        What it is called in the framework.
    pillar : str
        One of `PILLARS` (claim M1).
    series : str
        Where its values are: a series of the market, or "market." and one of `OBSERVABLES`.
    frequency : str
        One of `FREQUENCIES`.
    direction : str
        "up" where more is better, "down" where less is.
    delay_days : int
        Calendar days from the end of a period to the publication of its value. A file's values
        are held back to it unless the universe declares the series, and the notes say so; a
        series dated by day of publication needs its own delay_days in the universe.
    enters, leaves : date or None
        First and last day it counts (claim M2); None where that is open. Values from before
        `enters` are history to be compared with.
    weight : float
        Its expert weight, relative to the others of its pillar.
    track : str
        The track it speaks of; "" for all.
    by_track : bool
        Whether it stands for one indicator of every track of the framework.
    source, akshare : str
        Who publishes it, and the function of AKShare that offers it; "" where none does and the
        values have to come from a file.
    """

    name: str
    pillar: str
    series: str
    frequency: str
    direction: str = "up"
    unit: str = ""
    title: str = ""
    delay_days: Annotated[int, Le(3660)] = 0
    enters: date | None = None
    leaves: date | None = None
    weight: float = 1.0
    track: str = ""
    by_track: bool = False
    source: str = ""
    akshare: str = ""

    def __post_init__(self) -> None:
        with within(f"indicator {self.name!r}"):
            self._check()

    def _check(self) -> None:
        for key, known in (
            ("pillar", PILLARS),
            ("direction", DIRECTIONS),
            ("frequency", FREQUENCIES),
        ):
            value = getattr(self, key)
            if value not in known:
                raise refused(key, value, known)
        if not self.name or not self.series:
            raise UserError("name and series must not be empty; give both")
        if self.observable and self.series not in OBSERVABLES:
            raise refused("series", self.series, OBSERVABLES)
        if self.delay_days < 0:
            raise UserError(
                "delay_days was {delay_days}; give 0 or more", delay_days=self.delay_days
            )
        if not 0 < self.weight < float("inf"):
            raise UserError("weight was {weight}; give a number above 0", weight=self.weight)
        if self.enters and self.leaves and self.enters > self.leaves:
            raise UserError(
                "it enters on {enters}, after it leaves on {leaves}; swap them",
                enters=self.enters,
                leaves=self.leaves,
            )
        if self.by_track and self.track:
            raise UserError("it has a track and by_track; keep one of them")

    @property
    def observable(self) -> bool:
        """Whether its values are computed from the market's own prices and yields."""
        return self.series.startswith(PREFIX)
