"""Event files: what happened when, when it was known, whom it was about, and of what kind.

Columns: `date` (the first public day, YYYY-MM-DD); optionally `time_known` (day, after_close or
unknown; day where there is none), `kind`, `tracks` or `basket` (names of baskets, separated by
commas; "all" stands for no basket in particular), `anticipated` and `adverse` (yes or no),
`title_en`, `title_zh`, `agency`, `source`, `confidence` and `checked`. Other columns are named as
ignored. The register of policy events that ships is such a file.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import pandas as pd

from backtest.errors import UserError, refused, unknown

TIMES = ("day", "after_close", "unknown")
FLAGS = ("anticipated", "adverse")
YES, NO = ("yes", "true", "1"), ("", "no", "false", "0")
SAID = ("agency", "source", "confidence", "checked")
NAMING = ("tracks", "basket")
USED = ("date", "time_known", "kind", *NAMING, *FLAGS, "title_en", "title_zh", "title", *SAID)
ALL = "all"
REGISTER = "policy"


@dataclass(frozen=True)
class Event:
    """Something that became known on a day.

    Attributes
    ----------
    known : "day", "after_close" or "unknown"
        Whether it could be traded on that day, or from the next session on.
    about : tuple of str
        Names of the baskets it was about; () for none in particular.
    confidence, checked : str
        How sure its date is, and how it was checked.
    """

    day: pd.Timestamp
    known: str = "day"
    kind: str = ""
    about: tuple[str, ...] = ()
    anticipated: bool = False
    adverse: bool = False
    title: str = ""
    title_zh: str = ""
    agency: str = ""
    source: str = ""
    confidence: str = ""
    checked: str = ""

    def first(self, unknown: str = "after_close") -> pd.Timestamp:
        """Return the first day on which it could be traded, a session or not.

        Parameters
        ----------
        unknown : "day" or "after_close"
            What an unknown time is taken for; the later of the two looks at nothing unknown.
        """
        late = (unknown if self.known == "unknown" else self.known) == "after_close"
        return self.day + pd.Timedelta(days=int(late))

    def of_kind(self, kind: str) -> bool:
        """Say whether it is of a kind, or of one below it: P1.2 is of kind P1.

        Examples
        --------
        >>> Event(pd.Timestamp("2024-01-02"), kind="P1.2").of_kind("P1")
        True
        """
        return kind in ("", self.kind) or self.kind.startswith(f"{kind}.")


@dataclass(frozen=True)
class EventFile:
    """The events of a file, oldest first, those of a day as in the file; columns not used."""

    name: str
    events: tuple[Event, ...]
    ignored: tuple[str, ...] = ()


@cache
def policy_register() -> EventFile:
    """Return the register of policy events that ships: China, 2022 to 2025.

    Examples
    --------
    >>> len(policy_register().events)
    134
    """
    with as_file(files("backtest.market") / "policy_events.csv") as path:
        return read_event_file(path, name=REGISTER)


def events_named(named: str, baskets: Collection[str] | None = None) -> EventFile:
    """Return the register ("policy"), a file, or both together ("policy+FILE"), oldest first."""
    first, both, rest = named.partition("+")
    if first != REGISTER:
        return read_event_file(Path(named), baskets)
    register = policy_register()
    if not both:
        return register
    own = read_event_file(Path(rest), baskets)
    merged = sorted((*register.events, *own.events), key=lambda one: one.day)
    return EventFile(f"{REGISTER} and {own.name}", tuple(merged), own.ignored)


def read_event_file(
    path: Path, baskets: Collection[str] | None = None, *, name: str = ""
) -> EventFile:
    """Read an event file.

    Parameters
    ----------
    baskets : collection of str, optional
        What `tracks` and `basket` may name; anything where it is left out.

    Raises
    ------
    UserError
        If there is no such file, or a row of it cannot be read.
    """
    if not path.is_file():
        raise UserError("there is no event file {path}; give a CSV with a date column", path=path)
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (ValueError, UnicodeError) as error:
        raise UserError(
            "event file {path} is no CSV in UTF-8 ({error})", path=path, error=error
        ) from error
    if "date" not in table.columns:
        raise UserError(
            "event file {path} needs a column date with days written YYYY-MM-DD", path=path
        )
    events = []
    for number, row in enumerate(table.to_dict("records"), start=2):
        try:
            events.append(_event({str(key): str(row[key]) for key in row}, baskets))
        except UserError as error:
            raise UserError(
                "event file {path}, line {number}: {error}", path=path, number=number, error=error
            ) from error
    ignored = tuple(str(head) for head in table.columns if head not in USED)
    return EventFile(name or path.name, tuple(sorted(events, key=lambda one: one.day)), ignored)


def _event(row: Mapping[str, str], baskets: Collection[str] | None) -> Event:
    try:
        day = pd.to_datetime(row["date"].strip(), format="%Y-%m-%d")
    except ValueError as error:
        raise UserError("{date!r} is no day; write it as YYYY-MM-DD", date=row["date"]) from error
    known = row.get("time_known", "").strip() or "day"
    if known not in TIMES:
        raise refused("time_known", known, TIMES)
    named = [part.strip() for column in NAMING for part in _parts(row, column)]
    for name in named:
        if baskets is not None and name not in (ALL, *baskets):
            raise unknown("basket", name, sorted(baskets))
    return Event(
        day=day,
        known=known,
        kind=row.get("kind", "").strip(),
        about=tuple(name for name in named if name != ALL),
        anticipated=_yes(row, "anticipated"),
        adverse=_yes(row, "adverse"),
        title=row.get("title_en", "") or row.get("title", ""),
        title_zh=row.get("title_zh", ""),
        **{name: row.get(name, "").strip() for name in SAID},
    )


def _parts(row: Mapping[str, str], column: str) -> list[str]:
    return [part for part in row.get(column, "").replace(";", ",").split(",") if part.strip()]


def _yes(row: Mapping[str, str], column: str) -> bool:
    said = row.get(column, "").strip().lower()
    if said not in (*YES, *NO):
        raise UserError("{column} was {said!r}; write yes or no", column=column, said=said)
    return said in YES
