"""What a user says about files, where they cannot say it themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Stated:
    """What a user says about files.

    Attributes
    ----------
    columns : mapping
        Header by what it means: "date", "close", "value", …
    date_format : str
        A pattern of `strptime`, as "%d.%m.%Y".
    units : mapping
        Unit of a series' values, by series: "percent", "decimal", "bp".
    delays : mapping
        Days after its period until a value is known, by series.
    returns : str
        "percent", "fraction" or "recognised" where the files hold returns, "" where prices.
    accept_jumps : bool
        Whether moves that an unadjusted split or a re-used code would explain are taken.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    date_format: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    delays: Mapping[str, int] = field(default_factory=dict)
    returns: str = ""
    accept_jumps: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return what was said, for a manifest."""
        return {
            name: dict(value) if isinstance(value, Mapping) else value
            for name, value in vars(self).items()
            if value
        }
