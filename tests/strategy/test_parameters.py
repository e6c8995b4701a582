"""A strategy's fields are read one way from text, JSON and Python."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Literal

import pytest

from backtest.errors import UserError
from backtest.strategy import Strategy
from backtest.strategy.parameters import built, value_from_text, value_of


class Side(Enum):
    BUY = "buy"
    SELL = "sell"


@dataclass(frozen=True)
class Inner(Strategy):
    part: float = 0.5

    def target_weights(self, market):
        raise NotImplementedError


@dataclass(frozen=True)
class Outer(Strategy):
    count: int = 1
    part: float = 0.5
    on: bool = True
    title: str = "a"
    year: int | None = None
    windows: tuple[int, ...] = (1,)
    pair: tuple[str, float] = ("a", 1.0)
    since: date | None = None
    side: Side = Side.BUY
    kind: Literal["slow", "fast"] = "slow"
    name_or_number: int | str = 1
    inner: Strategy = Inner()

    def target_weights(self, market):
        raise NotImplementedError


def find(name):
    if name not in ("inner", "outer"):
        raise UserError(f"no strategy {name}")
    return {"inner": Inner, "outer": Outer}[name]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("count", "-3", -3),
        ("part", "1e-3", 0.001),
        ("on", "FALSE", False),
        ("title", "none", "none"),
        ("year", "None", None),
        ("year", "2024", 2024),
        ("windows", "20, 60", (20, 60)),
        ("pair", "x,2", ("x", 2.0)),
        ("since", "2024-06-28", date(2024, 6, 28)),
        ("side", "sell", Side.SELL),
        ("kind", "fast", "fast"),
        ("name_or_number", "7", 7),
        ("name_or_number", "seven", "seven"),
        ("inner", "inner", Inner()),
    ],
)
def test_text_becomes_the_declared_type(name, text, value):
    found = value_from_text(Outer, name, text, find)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("count", 2.5, "count was 2.5; give a whole number"),
        ("count", True, "count was True; give a whole number"),
        ("count", "3", "count was '3'; give a whole number"),
        ("part", "0.5", "part was '0.5'; give a number"),
        ("part", float("nan"), "part was nan; give a finite number"),
        ("part", 10**400, "part was 10000"),
        ("on", 1, "on was 1; give true or false"),
        ("title", 1, "title was 1; give text"),
        ("title", None, "title was None; give text"),
        ("year", "soon", "year was 'soon'; give a whole number or none"),
        ("windows", [1, "2"], "give a list of values, each a whole number"),
        ("windows", 1, "give a list of values, each a whole number"),
        ("pair", ["a"], "pair was"),
        ("since", "28 June", "since was '28 June'; give a date, as 2024-06-28 or none"),
        ("side", "hold", "side was 'hold'; give buy or sell"),
        ("kind", "medium", "kind was 'medium'; give slow or fast"),
        ("inner", {"strategy": "gone"}, "no strategy gone"),
        ("inner", {"strategy": 1}, "give a strategy"),
        ("inner", {"strategy": "inner", "part": "x"}, "part was 'x'; give a number"),
        ("cuont", 1, "outer has no parameter 'cuont'; did you mean 'count'"),
    ],
)
def test_what_does_not_fit_is_said_in_a_sentence(name, value, says):
    with pytest.raises(UserError, match=says):
        value_of(Outer, name, value, find)


def test_a_strategy_is_built_from_its_own_json_and_numbers_are_of_their_type():
    parameters = {
        "count": 20.0,
        "part": 1,
        "windows": [5, 10],
        "side": "sell",
        "inner": {"strategy": "outer", "title": "within", "year": 2020},
    }
    made = built(Outer, parameters, find)
    assert made == Outer(
        20, 1.0, windows=(5, 10), side=Side.SELL, inner=Outer(title="within", year=2020)
    )
    assert (type(made.count), type(made.part)) == (int, int)


def test_what_nests_without_end_is_refused():
    deep = {"strategy": "outer"}
    for _ in range(5_000):
        deep = {"strategy": "outer", "inner": deep}
    with pytest.raises(UserError, match="outer is nested too deep"):
        built(Outer, {"inner": deep}, find)
