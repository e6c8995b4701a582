"""Finding: one thing a quality check has to say about the data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """What one check says about one value, or one instrument.

    Attributes
    ----------
    severity : {"error", "warning"}
        An error stops an import; a warning is listed and kept with the market.
    kind : str
        Which check spoke, as "missing_session".
    instrument : str
        An instrument or a series; "" where the finding is about the whole market.
    date : date or None
        The session it is about, the first one where there are several.
    value : float, str or None
        The number, or the text where a number should stand.
    message : str
        One clause that names the instrument and the date and says what is wrong.
    """

    severity: Severity
    kind: str
    instrument: str
    message: str
    date: dt.date | None = None
    value: float | str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the finding as JSON can hold it; the date is written 2024-06-28."""
        when = self.date.isoformat() if self.date else None
        plain = asdict(self)
        order = ("severity", "kind", "instrument", "date", "value", "message")
        return {key: plain[key] for key in order} | {"date": when}

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Finding:
        """Read back what `to_json` wrote."""
        when = plain["date"]
        return cls(**{**plain, "date": None if when is None else dt.date.fromisoformat(when)})


@dataclass(frozen=True)
class Group:
    """Findings of one kind that say the same about many instruments, or many dates of one."""

    severity: Severity
    kind: str
    instruments: str
    dates: str
    count: int
    message: str

    def __str__(self) -> str:
        more = f" (and {self.count - 1} more like it)" if self.count > 1 else ""
        return f"{self.severity}: {self.message}{more}"


def grouped(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """Gather findings for reading: by date or by instrument, whichever makes fewer lines.

    Errors come first; otherwise the order of the findings is kept.

    Examples
    --------
    >>> from datetime import date
    >>> day = date(2024, 1, 2)
    >>> gaps = [Finding("warning", "gap", name, f"{name} is missing", day) for name in ("A", "B")]
    >>> [str(group) for group in grouped(gaps)]
    ['warning: A is missing (and 1 more like it)']
    """
    by_kind: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: finding.severity):
        by_kind.setdefault((finding.severity, finding.kind), []).append(finding)
    groups: list[Group] = []
    for members in by_kind.values():
        dates = {member.date for member in members}
        by_date = None not in dates and len(dates) < len({member.instrument for member in members})
        bundles: dict[object, list[Finding]] = {}
        for member in members:
            bundles.setdefault(member.date if by_date else member.instrument, []).append(member)
        groups.extend(_group(bundle) for bundle in bundles.values())
    return tuple(groups)


def _group(members: list[Finding]) -> Group:
    days = sorted({member.date.isoformat() for member in members if member.date})
    return Group(
        severity=members[0].severity,
        kind=members[0].kind,
        instruments=_span(list(dict.fromkeys(member.instrument for member in members))),
        dates=_span(days),
        count=len(members),
        message=members[0].message,
    )


def _span(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{names[0]} … {names[-1]} ({len(names)})"
