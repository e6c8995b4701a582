"""Which fields can be moved, and over what."""

from dataclasses import dataclass

import pytest

import strategies
from backtest.board.controls import controls, fixed, with_values
from backtest.errors import UserError
from backtest.parameter import parameter
from backtest.strategy import Strategy
from backtest.strategy.allocation import equal


@dataclass(frozen=True)
class Fields(Strategy):
    """Fields of every kind."""

    window: int = parameter("over which prices are averaged", 60, "sessions")
    pause: int = 0
    part: float = 0.5
    fall_bp: float = parameter("how far the yield fell", 10.0, "basis points")
    low: float = -2.0
    least: int = 3
    eager: bool = False
    file: str = "/etc/passwd"
    windows: tuple[int, ...] = (20, 60)
    year: int | None = None

    def __post_init__(self):
        if not 2 <= self.least <= 4:
            raise UserError(f"least was {self.least}; give 2 to 4")

    def target_weights(self, market):
        return equal(market)


def control(name):
    return next(each for each in controls(Fields()) if each.name == name)


def test_the_board_opens_with_the_values_it_was_given():
    from backtest.board.sidebar import _strategies

    first, *others = _strategies("rate-rotation:fall_bp=5").values()
    assert (first.name, first.fall_bp) == ("rate-rotation", 5.0)
    assert len(others) == len(_strategies("rate-rotation")) - 1


def test_ranges_follow_from_type_and_default():
    assert control("window").values == tuple(range(0, 181, 5))
    assert control("pause").values == tuple(range(11))
    assert control("part").values[:3] == (0.0, 0.05, 0.1)
    assert control("part").values[-1] == 1.0
    assert control("fall_bp").values[:3] == (0.0, 0.5, 1.0)
    assert control("fall_bp").values[-1] == 30.0
    assert control("low").values[0] == -6.0
    assert control("low").values[-1] == 6.0
    assert control("fall_bp").step == 0.5
    assert all(type(value) is int for value in control("window").values)


def test_values_the_strategy_refuses_are_left_out():
    assert control("least").values == (2, 3, 4)


def test_text_tuples_and_unknown_types_cannot_be_moved():
    assert set(fixed(Fields())) == {"file", "windows", "year"}
    assert control("eager").kind == "switch"


def test_labels_have_units_and_help_says_what_the_field_is():
    assert control("window").label == "Window (sessions)"
    assert control("fall_bp").label == "Fall (bp)"
    said = "Over which prices are averaged. Parameter window, default 60."
    assert control("window").help == said
    assert control("pause").help == "Parameter pause, default 0."
    assert control("part").help == "Parameter part, default 0.5."


@pytest.mark.parametrize("sent", [float("nan"), float("inf"), "60", None, True, [60], {"a": 1}])
def test_what_a_browser_makes_up_becomes_the_default(sent):
    assert control("window").nearest(sent) == 60
    assert control("eager").nearest(sent) is (sent is True)


def test_numbers_a_browser_sends_become_the_nearest_value():
    assert control("part").nearest(0.15000000000000002) == 0.15
    assert control("window").nearest(1e9) == 180
    assert control("window").nearest(-3) == 0


def test_some_values_are_evenly_spaced_and_hold_the_default():
    some = control("window").some(20)
    assert len(some) == 19
    assert 60 in some
    assert some[1] - some[0] == 10
    assert control("least").some(20) == (2, 3, 4)


@pytest.mark.parametrize("name", strategies.__all__)
def test_every_value_of_every_control_makes_a_variant(name):
    strategy = getattr(strategies, name)()
    for each in controls(strategy):
        assert each.value in each.values
        assert each.value == getattr(strategy, each.name)
        for value in each.values:
            assert getattr(with_values(strategy, {each.name: value}), each.name) == value


def test_no_path_can_be_moved():
    assert "events" in fixed(strategies.PolicyCatalyst())
