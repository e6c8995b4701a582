"""Findings about the data, a line per kind, those about the fewest values first.

A market carries findings as lines (`backtest.data.intake.spoken`), many of one date or instrument
in one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

LINE = re.compile(r"(error|warning): (.*?)(?: \(and (\d+) more like it\))?")
NUMBER = re.compile(r"[\w.+-]*\d[\w.%-]*")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Kind:
    """Findings that say the same: the first of them, how many there are, and their dates."""

    severity: str
    message: str
    count: int
    dates: tuple[str, ...]

    def __str__(self) -> str:
        if self.count < 2:
            return f"{self.severity}: {self.message}"
        span = f", {self.dates[0]} … {self.dates[-1]}" if len(self.dates) > 1 else ""
        return f"{self.severity}: {self.message} (and {self.count - 1} more like it{span})"


def kinds(findings: Iterable[str]) -> tuple[Kind, ...]:
    """Gather findings that differ in names, dates and numbers only: errors first, then the rarest.

    Examples
    --------
    >>> found = ["warning: A has no price on 2024-01-02 (and 3 more like it)",
    ...          "warning: B has no price on 2024-01-05", "warning: C ends on 2024-01-04"]
    >>> for kind in kinds(found):
    ...     print(kind)
    warning: C ends on 2024-01-04
    warning: A has no price on 2024-01-02 (and 4 more like it, 2024-01-02 … 2024-01-05)
    """
    bundles: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for line in findings:
        found = LINE.fullmatch(line)
        severity, message, more = found.groups() if found else ("warning", line, None)
        bundles.setdefault((severity, _pattern(message)), []).append((message, 1 + int(more or 0)))
    gathered = [_kind(severity, lines) for (severity, _), lines in bundles.items()]
    return tuple(sorted(gathered, key=lambda kind: (kind.severity, kind.count)))


def _pattern(message: str) -> str:
    """Return what a message says without whom, when and how much."""
    said = re.sub(r"^(series )?\S+", r"\1#", message)
    return NUMBER.sub("#", re.sub(r" \(launched [^)]*\)", "", said))


def _kind(severity: str, lines: list[tuple[str, int]]) -> Kind:
    days = sorted({day for message, _ in lines for day in DATE.findall(message)[:1]})
    return Kind(severity, lines[0][0], sum(count for _, count in lines), tuple(days))
