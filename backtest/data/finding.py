"""Finding: one thing a quality check has to say about the data, as a kind and its arguments.

What each kind says stands in `findings.toml`, the only wording.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from backtest.notes import Note
from backtest.validation import shipped_toml

CLAUSES: Mapping[str, Mapping[str, str]] = shipped_toml("backtest.data", "findings.toml")
WORDS = {kind: clause for clauses in CLAUSES.values() for kind, clause in clauses.items()}
RANK = {kind: number for number, kind in enumerate(WORDS)}


@dataclass(frozen=True)
class Finding:
    """What one check says about one value, or one instrument.

    Attributes
    ----------
    kind : str
        Which check spoke, as "missing_session"; a key of `WORDS`.
    instrument : str
        An instrument, a series or a file; "" where the finding is about the whole market.
    date : date or None
        The session it is about, the first one where there are several.
    value : float, str or None
        The number, or the text where a number should stand.
    details : mapping
        What else the sentence needs: plain text and numbers.
    """

    kind: str
    instrument: str = ""
    date: dt.date | None = None
    value: float | str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def severity(self) -> str:
        """How grave it is: an "error" stops an import, a "warning" is kept with the market."""
        if "said" in self.details:
            return str(self.details.get("severity", "warning"))
        return "error" if self.kind in CLAUSES["error"] else "warning"

    @property
    def message(self) -> Note:
        """One clause that names the instrument and the date and says what is wrong."""
        if "said" in self.details:
            return Note("{said}", said=str(self.details["said"]))
        said = {"name": self.instrument, "day": self.date, "value": self.value, **self.details}
        if self.date is not None:
            said.setdefault("weekday", f"{self.date:%A}")
        return Note(WORDS[self.kind], **said)

    def to_json(self) -> dict[str, Any]:
        """Return the finding as other programs read it; the date is written 2024-06-28."""
        return {
            "severity": self.severity,
            "kind": self.kind,
            "instrument": self.instrument,
            "date": self.date.isoformat() if self.date else None,
            "value": self.value,
            "message": str(self.message),
        }

    def stored(self) -> dict[str, Any]:
        """Return the finding with its details, for a manifest."""
        return self.to_json() | {"details": dict(self.details)}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Finding:
        """Read back what `to_json` or `stored` wrote; without details the sentence stays."""
        when, said = plain["date"], {"said": plain["message"], "severity": plain["severity"]}
        return cls(
            plain["kind"],
            plain["instrument"],
            None if when is None else dt.date.fromisoformat(when),
            plain["value"],
            plain["details"] if plain["kind"] in WORDS and "details" in plain else said,
        )


@dataclass(frozen=True)
class Group:
    """Findings of one kind: the first of them, and how many say the like of how many things."""

    severity: str
    kind: str
    count: int
    instruments: tuple[str, ...]
    message: Note

    def __str__(self) -> str:
        return str(self.note)

    @property
    def note(self) -> Note:
        """How grave it is, and its sentence."""
        return Note("{severity}: {sentence}", severity=Note(self.severity), sentence=self.sentence)

    @property
    def sentence(self) -> Note:
        """The first finding's clause, and how many more there are."""
        more = self.count - 1
        if not more:
            return self.message
        return Note("{first} (and {count} more like it)", first=self.message, count=more)


def grouped(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """Gather findings for reading, one row a kind: errors first, what changes results before rest.

    Examples
    --------
    >>> found = [Finding("replaced", "A"), Finding("replaced", "B"), Finding("no_prices")]
    >>> [(group.kind, group.count) for group in grouped(found)]
    [('no_prices', 1), ('replaced', 2)]
    """
    by_kind: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        by_kind.setdefault((finding.severity, finding.kind), []).append(finding)
    found = sorted(by_kind.items(), key=lambda one: (one[0][0], RANK.get(one[0][1], len(RANK))))
    return tuple(
        Group(
            severity,
            kind,
            count=len(members),
            instruments=tuple(dict.fromkeys(member.instrument for member in members)),
            message=members[0].message,
        )
        for (severity, kind), members in found
    )
