"""Which fields of a strategy the board can move, and over what.

A range is made of a field's type and default: from none to three times the default in
round steps, a fraction from 0 to 1. Values that the strategy refuses are left out at both ends.
Text, tuples and nested strategies have no range, so they stay as they are: a field could be the
name of a file, and no text from a browser may become one.
"""

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

from backtest.errors import UserError
from backtest.market.schedule import SCHEDULES
from backtest.parameter import Parameter, said_of
from backtest.strategy import Strategy, field_names

Number = int | float
REACH = 3  # times the default
STEPS = 60  # at most; the fewer, the rounder

SHORT = {"basis points": "bp", "standard deviations": "σ", "fraction": ""}  # units in a label


@dataclass(frozen=True)
class Control:
    """One field that can be moved.

    Attributes
    ----------
    name : str
        The field.
    label, help : str
        What it is called on the page, with its unit; what the strategy says about it.
    values : tuple
        What it may be, in order: evenly spaced where the kind is "slider".
    value : object
        Its default.
    """

    name: str
    label: str
    help: str
    kind: Literal["slider", "switch", "choice"]
    values: tuple[Any, ...]
    value: Any

    @property
    def step(self) -> Number:
        """The distance between two values of a slider."""
        return _rounded(self.values[1] - self.values[0])

    def nearest(self, value: Any) -> Any:
        """Return the value a browser may have meant: always one of `values`."""
        if self.kind == "slider" and type(value) in (int, float) and math.isfinite(value):
            return min(self.values, key=lambda known: abs(known - value))
        return value if value in self.values else self.value

    def some(self, most: int) -> tuple[Any, ...]:
        """Return at most `most` of the values, evenly spaced, the default among them."""
        step = math.ceil(len(self.values) / most)
        return self.values[self.values.index(self.value) % step :: step]


def controls(strategy: Strategy) -> tuple[Control, ...]:
    """Return what can be moved, in the order of the fields.

    Fields that have no range are left out, and so are those whose every other value the strategy
    refuses.
    """
    found = (_control(strategy, name) for name in field_names(type(strategy)))
    return tuple(sorted((one for one in found if one), key=lambda one: one.kind != "slider"))


def fixed(strategy: Strategy) -> dict[str, Any]:
    """Return the fields that cannot be moved, with their values."""
    moved = {control.name for control in controls(strategy)}
    return {name: value for name, value in strategy.parameters.items() if name not in moved}


def with_values(strategy: Strategy, values: dict[str, Any]) -> Strategy:
    """Return the strategy with other values; a combination it refuses is a `UserError`."""
    return replace(strategy, **values) if values else strategy  # type: ignore[type-var]


def _control(strategy: Strategy, name: str) -> Control | None:
    value, about = getattr(strategy, name), said_of(type(strategy)).get(name, Parameter(""))
    label = _label(name, about.unit)
    said = f"{about.says[:1].upper()}{about.says[1:]}. " if about.says else ""
    said += f"Parameter {name}, default {value}."
    if isinstance(value, bool):
        return Control(name, label, said, "switch", (False, True), value)
    if name == "rebalance" and value in SCHEDULES:
        said = f"How often weights are restored. Default: {value}."
        return Control(name, "Rebalance", said, "choice", tuple(SCHEDULES), value)
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    values = _accepted(strategy, name, _range(value))
    if len(values) < 2:
        return None
    return Control(name, label, said, "slider", values, value)


def _range(value: Number) -> tuple[Number, ...]:
    """Return values in round steps around a default, which is one of them."""
    if isinstance(value, float) and 0.0 <= value <= 1.0 and _rounded(value * 20).is_integer():
        return tuple(_rounded(number / 20) for number in range(21))
    high = REACH * abs(value) or 10
    low = 0 if value >= 0 else -high
    step = _round_step(high / STEPS, whole=isinstance(value, int))
    first, last = math.ceil((low - value) / step - 1e-9), math.floor((high - value) / step + 1e-9)
    values = (_rounded(value + number * step) for number in range(first, last + 1))
    return tuple(int(each) if isinstance(value, int) else each for each in values)


def _round_step(least: float, *, whole: bool) -> float:
    """Return the smallest of 1, 2 (2.5 where fractions will do) and 5, × 10ⁿ, from `least` on."""
    scale = 10.0 ** math.floor(math.log10(least))
    second = 2.0 if whole else 2.5
    steps = (_rounded(scale * leading) for leading in (1.0, second, 5.0, 10.0))
    step = next(each for each in steps if each >= least * (1 - 1e-9))
    return max(step, 1.0) if whole else step


def _accepted(strategy: Strategy, name: str, values: tuple[Number, ...]) -> tuple[Number, ...]:
    """Return the run of values around the default that the strategy takes."""
    own = values.index(getattr(strategy, name))
    first = last = own
    while first > 0 and _takes(strategy, name, values[first - 1]):
        first -= 1
    while last < len(values) - 1 and _takes(strategy, name, values[last + 1]):
        last += 1
    return values[first : last + 1]


def _label(name: str, unit: str) -> str:
    """Return a field's name as people write it, with its unit.

    Examples
    --------
    >>> _label("fall_bp", "basis points"), _label("min_hold", "sessions"), _label("sleeve", "")
    ('Fall (bp)', 'Min hold (sessions)', 'Sleeve')
    """
    words = name.removesuffix("_bp").removesuffix("_sigmas").replace("_", " ").strip()
    short = SHORT.get(unit, unit)
    return f"{words[:1].upper()}{words[1:]}" + (f" ({short})" if short else "")


def _rounded(value: float) -> float:
    return round(value, 10)


def _takes(strategy: Strategy, name: str, value: Number) -> bool:
    try:
        with_values(strategy, {name: value})
    except UserError:
        return False
    return True
