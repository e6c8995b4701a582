"""What a strategy's triggers read after the last session."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from backtest.market import Market
from backtest.notes import Note
from backtest.plain import document
from backtest.strategy import Strategy
from backtest.triggers import Reading, Trigger


@dataclass(frozen=True)
class Monitored:
    """One measurement of a trigger after the last session.

    Attributes
    ----------
    value, threshold, distance : float
        In `unit`; `distance` is how far the value must still move to fire, below 0 once it is past;
        NaN while not known.
    moves : float
        The distance in typical daily moves; NaN where a typical day moves nothing.
    fires : bool or None
        The trigger's answer; None while not known.
    claims : tuple of str
        The claims it tests, of those the strategy encodes; all of them where it names none.
    calls_for : tuple of str
        The regimes whose rules ask it.
    known : Timestamp or None
        The last session on which it was known.
    leaf : bool
        Whether it is measured in the market, and does not count other triggers.
    """

    name: str
    value: float
    threshold: float
    distance: float
    moves: float
    unit: str
    direction: str
    fires: bool | None
    claims: tuple[str, ...]
    calls_for: tuple[str, ...]
    known: pd.Timestamp | None
    leaf: bool

    def to_json(self) -> dict[str, Any]:
        """Return what `nqp today --json` prints."""
        return document(vars(self))

    @property
    def away(self) -> Note:
        """How far it is from firing, in its own unit and in typical daily moves."""
        how_far = spoken_amount(abs(self.distance), self.unit)
        if self.moves != self.moves or self.unit == "days":
            return how_far
        number = f"{abs(self.moves):.1f}"
        if number == "1.0":
            return Note("{distance} or 1.0 typical daily move", distance=how_far)
        return Note("{distance} or {count} typical daily moves", distance=how_far, count=number)


def monitored(strategy: Strategy, market: Market) -> tuple[Monitored, ...]:
    """Read every trigger a strategy listens to after a market's last session, each once, in order.

    Those are its own and those of strategies inside it.
    """
    calls_for: dict[Trigger, tuple[str, ...]] = {}
    claims: dict[Trigger, tuple[str, ...]] = {}
    for asking, name, rule in _rules(strategy):
        for trigger in rule.walk():
            calls_for[trigger] = tuple(dict.fromkeys((*calls_for.get(trigger, ()), name)))
            claims.setdefault(trigger, _tested(trigger, asking))
    found = []
    for trigger, names in calls_for.items():
        reading = trigger.reading(market)
        if reading is not None:
            found.append(_read(trigger, reading, names, claims[trigger], market))
    return tuple(found)


def _rules(strategy: Strategy) -> list[tuple[Strategy, str, Trigger]]:
    """Return which strategy asks which trigger for what."""
    found = [(strategy, name, trigger) for name, trigger in strategy.triggers().items()]
    inner = [value for value in vars(strategy).values() if isinstance(value, Strategy)]
    return found + [entry for other in inner for entry in _rules(other)]


def _tested(trigger: Trigger, strategy: Strategy) -> tuple[str, ...]:
    """Return the claims a trigger tests, of those the strategy encodes; all, where it has none."""
    own = tuple(claim for claim in trigger.claims if claim in strategy.claims)
    return own or strategy.claims


def nearest(found: Sequence[Monitored]) -> Monitored | None:
    """Return the measurement fewest typical daily moves from firing, of those that do not."""
    waiting = [item for item in found if item.leaf and item.fires is False and item.moves >= 0]
    return min(waiting, key=lambda item: item.moves, default=None)


def _read(
    trigger: Trigger,
    reading: Reading,
    calls_for: tuple[str, ...],
    claims: tuple[str, ...],
    market: Market,
) -> Monitored:
    def last(values: pd.Series) -> float:
        return float(values.iloc[-1])

    answer = trigger.answer(market).iloc[-1]
    known = market.sessions[reading.fires.notna().to_numpy()]
    return Monitored(
        name=reading.name,
        value=last(reading.value),
        threshold=last(reading.threshold),
        distance=last(reading.distance),
        moves=last(reading.moves),
        unit=reading.unit,
        direction=reading.direction,
        fires=None if pd.isna(answer) else bool(answer),
        claims=claims,
        calls_for=calls_for,
        known=known[-1] if len(known) else None,
        leaf=not trigger.built_of,
    )


def spoken_amount(value: float, unit: str) -> Note:
    """Say a number in its unit; fractions as percentages.

    Examples
    --------
    >>> spoken_amount(0.2419, "fraction of sectors"), spoken_amount(55.248, "index points")
    ('24.2% of sectors', '55.2 index points')
    """
    if unit == "fraction of sectors":
        return Note("{number}% of sectors", number=_digits(100.0 * value))
    if unit.startswith("fraction"):
        shown = unit.replace("fraction", "%", 1)
        return Note("{number}{unit}", number=_digits(100.0 * value), unit=shown)
    if value == 1 and unit == "days":
        return Note("1 day")
    return Note("{number} {unit}", number=_digits(value), unit=unit)


def _digits(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
