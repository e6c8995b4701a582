"""Event files: what happened when, when it was known, whom it was about, and of what kind.

Columns: `date` (the first public day, YYYY-MM-DD); optionally `time_known` (day, after_close or
unknown; day where there is none), `kind`, `tracks` or `basket` (names of baskets, separated by
commas; "all" stands for no basket in particular), `anticipated` and `adverse` (yes or no), and
`title_en` and `title_zh`. Other columns are named as ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from backtest.errors import UserError, suggest
from backtest.strategy.basket import Basket

TIMES = ("day", "after_close", "unknown")
FLAGS = ("anticipated", "adverse")
YES, NO = ("yes", "true", "1"), ("", "no", "false", "0")
USED = ("date", "time_known", "kind", "tracks", "basket", *FLAGS, "title_en", "title_zh", "title")
ALL = "all"


@dataclass(frozen=True)
class Event:
    """Something that became known on a day.

    Attributes
    ----------
    basket : Basket
        The sectors it was about.
    known : "day", "after_close" or "unknown"
        Whether it could be traded on that day, or from the next session on.
    """

    day: pd.Timestamp
    basket: Basket
    known: str = "day"
    kind: str = ""
    anticipated: bool = False
    adverse: bool = False
    title: str = ""
    title_zh: str = ""


@dataclass(frozen=True)
class EventFile:
    """The events of a file, oldest first, and the columns nothing was made of."""

    name: str
    events: tuple[Event, ...]
    ignored: tuple[str, ...] = ()


def read_event_file(
    path: Path, baskets: Mapping[str, Basket], *, default: Basket, name: str = ""
) -> EventFile:
    """Read an event file.

    Parameters
    ----------
    baskets : mapping
        What `tracks` and `basket` may name: by name, or by title ("big_technology").
    default : Basket
        What an event is about that names none.

    Raises
    ------
    UserError
        If there is no such file, or a row of it cannot be read.
    """
    if not path.is_file():
        raise UserError(f"there is no event file {path}; give a CSV with a date column")
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (ValueError, UnicodeError) as error:
        raise UserError(f"event file {path} is no CSV in UTF-8 ({error})") from error
    if "date" not in table.columns:
        raise UserError(f"event file {path} needs a column date with days written YYYY-MM-DD")
    known = {slug: one for one in baskets.values() for slug in (_slug(one.title), one.name)}
    events = []
    for number, row in enumerate(table.to_dict("records"), start=2):
        try:
            events.append(_event({str(key): str(row[key]) for key in row}, known, default))
        except UserError as error:
            raise UserError(f"event file {path}, line {number}: {error}") from error
    ignored = tuple(str(head) for head in table.columns if head not in USED)
    return EventFile(name or path.name, tuple(sorted(events, key=lambda one: one.day)), ignored)


def _event(row: Mapping[str, str], baskets: Mapping[str, Basket], default: Basket) -> Event:
    try:
        day = pd.to_datetime(row["date"].strip(), format="%Y-%m-%d")
    except ValueError as error:
        raise UserError(f"{row['date']!r} is no day; write it as YYYY-MM-DD") from error
    known = row.get("time_known", "").strip() or "day"
    if known not in TIMES:
        raise UserError(f"time_known was {known!r}; {suggest(known, TIMES)}")
    named = [part.strip() for column in ("tracks", "basket") for part in _parts(row, column)]
    for name in named:
        if name != ALL and name not in baskets:
            raise UserError(f"there is no basket {name!r}; {suggest(name, sorted(baskets))}")
    found = [baskets[name] for name in named if name != ALL]
    return Event(
        day=day,
        basket=_union(found) if found else default,
        known=known,
        kind=row.get("kind", "").strip(),
        anticipated=_yes(row, "anticipated"),
        adverse=_yes(row, "adverse"),
        title=row.get("title_en", "") or row.get("title", ""),
        title_zh=row.get("title_zh", ""),
    )


def _parts(row: Mapping[str, str], column: str) -> list[str]:
    return [part for part in row.get(column, "").replace(";", ",").split(",") if part.strip()]


def _yes(row: Mapping[str, str], column: str) -> bool:
    said = row.get(column, "").strip().lower()
    if said not in (*YES, *NO):
        raise UserError(f"{column} was {said!r}; write yes or no")
    return said in YES


def _union(baskets: list[Basket]) -> Basket:
    """Return the sectors of several baskets, each alike."""
    if len(baskets) == 1:
        return baskets[0]
    named = sorted({one.name for one in baskets})
    sectors = sorted({sector for one in baskets for sector in one.sectors})
    return Basket.of("+".join(named), sectors)


def _slug(title: str) -> str:
    return title.lower().replace(" ", "_")
