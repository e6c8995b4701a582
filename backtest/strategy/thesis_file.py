"""What a thesis file holds: the one schema, for people, for `nqp evidence` and for other programs.

A file is TOML. Tables in `claims`, `baskets` and `falsifiers` stand under names of one's choice.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge, Gt, Le, MinLen

Text = Annotated[str, MinLen(1)]


class ThesisTable:
    """A table of the file: other keys are refused, docstrings are its schema's words."""

    __pydantic_config__: ClassVar[Any] = {"use_attribute_docstrings": True, "extra": "forbid"}


@dataclass(frozen=True)
class BasketEntry(ThesisTable):
    """A group of sectors: `sectors` in equal parts, or `weights`."""

    sectors: tuple[str, ...] = ()
    """Sectors of Shenwan's first level, in equal parts."""
    weights: dict[str, Annotated[float, Gt(0)]] = field(default_factory=dict)
    """Sectors with their parts, of any sum."""
    by_universe: dict[str, Annotated[tuple[str, ...], MinLen(1)]] = field(default_factory=dict)
    """What stands for it in a finer universe, as shenwan-2: its sectors or instruments, alike."""
    title: str = ""
    """What to call it."""
    title_zh: str = ""
    """The same in Chinese."""


@dataclass(frozen=True)
class EventEntry(ThesisTable):
    """Something that became known on a day."""

    date: date
    """The first day on which it could be traded: the next one if it came after the close."""
    basket: str
    """The basket it was about."""
    title: str = ""
    """What happened."""


@dataclass(frozen=True)
class AlternativeEntry(ThesisTable):
    """Other options of a claim's observable, under which its verdict should be the same."""

    label: Text
    """What to call it."""
    options: dict[str, float | str]
    """As a claim's."""
    label_zh: str = ""
    """The same in Chinese."""


@dataclass(frozen=True)
class ClaimEntry(ThesisTable):
    """A falsifiable sentence and how it is measured."""

    statement: Text
    """The claim in your own words."""
    observable: str
    """lead, rerating, rate_change, two_bulls, appetite, recovery, cohesion or after_events."""
    window: str
    """H1, H2 or year of the report's year; before or after the report; or 2025-07-01/2025-12-31."""
    expects: str
    """On which side of the threshold the claim says the number lies: above or below."""
    refuted_by: Text
    """What refutes it, in words."""
    statement_zh: str = ""
    """The claim in Chinese."""
    refuted_by_zh: str = ""
    """What refutes it, in Chinese."""
    threshold: float = 0.0
    """In the observable's unit: a fraction, basis points, a share or a correlation."""
    margin: Annotated[float, Ge(0)] = 0.0
    """How far from the threshold the number must lie not to be rounding."""
    minimum: Annotated[int, Ge(1)] = 60
    """Sessions, or separate events, below which nothing is judged."""
    asserts: str = "outcome"
    """outcome, a forecast of one window; or regularity, which holds only if chance does worse."""
    basket: str | None = None
    """What leads: a basket of this file or of the taxonomy."""
    against: str | None = None
    """What it leads; the equal-weight market where there is none."""
    variants: tuple[str, ...] = ()
    """Baskets that could stand for `basket`, narrower and broader ones."""
    groups: tuple[str, ...] = ()
    """Baskets, where the observable compares or follows several."""
    events: str | None = None
    """A list of `events`, or the policy register's of a kind, as policy.P1."""
    options: dict[str, float | str] = field(default_factory=dict)
    """Parameters of the observable."""
    about: dict[str, Literal["rises", "falls"]] = field(default_factory=dict)
    """Published series behind the claim, and how it says each of them moves: rises or falls."""
    alternatives: tuple[AlternativeEntry, ...] = ()
    """Other parameters under which the verdict should be the same."""
    trigger: str | None = None
    """When the claim can be seen to come about: a trigger, which `rules` can name by the claim."""


@dataclass(frozen=True)
class FalsifierEntry(ThesisTable):
    """A day by which the thesis is refuted if all of some claims have failed."""

    by: date
    """The day on which it is settled."""
    claims: Annotated[tuple[str, ...], MinLen(1)]
    """The claims that must not all have failed by then."""
    statement: Text
    """What would refute the thesis, in words."""
    statement_zh: str = ""
    """The same in Chinese."""


@dataclass(frozen=True)
class ThesisFile(ThesisTable):
    """A dated rotation thesis: claims that a market can confirm or refute."""

    title: Text
    """What it is called."""
    author: Text
    """Who wrote it."""
    dated: date
    """The latest day on which it can have been written: what happened before may be why."""
    year: Annotated[int, Ge(1900), Le(2200)]
    """The year its halves are of."""
    claims: Annotated[dict[str, ClaimEntry], MinLen(1)]
    """Claims by their identifier, as R2 or R7.technology."""
    title_zh: str = ""
    """The title in Chinese."""
    source: str = ""
    """Where it was published."""
    baskets: dict[str, BasketEntry] = field(default_factory=dict)
    """Baskets of the file's own, by name; those of 'nqp baskets' are there too."""
    events: dict[str, tuple[EventEntry, ...]] = field(default_factory=dict)
    """Lists of dated events, by name."""
    falsifiers: dict[str, FalsifierEntry] = field(default_factory=dict)
    """What refutes the whole, by name."""
    rules: dict[str, str] = field(default_factory=dict)
    """Triggers by the basket they call for, the most urgent first: what 'nqp run FILE' trades."""
