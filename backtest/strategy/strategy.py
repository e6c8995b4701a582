"""Strategy: a falsifiable claim, expressed as weights."""

import re
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from itertools import combinations
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from backtest.fields import Checked
from backtest.market import Market
from backtest.market.schedule import ON_CHANGE, schedule_of
from backtest.parameter import KEY, Parameter
from backtest.strategy.holding import (
    CASH,
    check_names,
    check_rules,
    held_weights,
    match,
    named,
    weighed,
)
from backtest.strategy.limits import LIMITS, Limits
from backtest.triggers import Trigger

RESTORED = Parameter(
    "when the weights are restored: a schedule as monthly, weekly, every:10, month-end, band:0.05",
    check=schedule_of,
)


def restored(default: str = "monthly") -> Any:
    """Return the dataclass field of a strategy's schedule (`backtest.market.schedule`)."""
    return field(default=default, metadata={KEY: RESTORED})


class Strategy(metaclass=Checked):
    """A falsifiable claim, expressed as weights.

    Subclasses are frozen dataclasses: every field is a parameter that can be tuned, and
    `dataclasses.replace` makes a variant. `claims` names the claims of the thesis it encodes.

    `rebalance` says what a row of weights means that repeats the one before: nothing ("on-change"),
    an order to restore them ("always"), or that on the sessions of a schedule
    (`backtest.market.schedule`). It may be a field, and so a parameter, or a plain attribute.
    """

    claims: ClassVar[tuple[str, ...]] = ()
    rebalance: str = ON_CHANGE

    @abstractmethod
    def target_weights(self, market: Market) -> pd.DataFrame:
        """Return the weights wanted after each close, session × instrument.

        A row of NaN orders nothing; a row with numbers sets every instrument (NaN within it
        counts as 0). Rows sum to at most 1 and use nothing later than their session.
        """

    def regime(self, market: Market) -> pd.Series:
        """Return the name of what to hold after each session; its own name by default."""
        return pd.Series(self.name, index=market.sessions, dtype=object)

    def triggers(self) -> Mapping[str, Trigger]:
        """Return the triggers the strategy asks, by what each calls for; none by default."""
        return {}

    def remarks(self, market: Market) -> tuple[str, ...]:
        """Return what is to be said of its decisions here: what was asked in place of what."""
        asked = dict.fromkeys(part for one in self.triggers().values() for part in one.walk())
        return tuple(dict.fromkeys(said for one in asked for said in one.remarks(market)))

    @property
    def name(self) -> str:
        """The class name in kebab-case, as the command line knows it."""
        return kebab(type(self).__name__)

    @property
    def parameters(self) -> dict[str, Any]:
        """The fields and their values; a nested strategy shows as its own name and parameters."""
        values = own_fields(self)
        return {
            name: {"strategy": value.name, **value.parameters}
            if isinstance(value, Strategy)
            else value
            for name, value in values.items()
        }


@dataclass(frozen=True)
class RotationStrategy(Limits, Strategy):
    """A strategy that holds one basket at a time: when → `regime`, which → `baskets`.

    After a session it orders the held basket's weights of that session if the regime is another
    than the session before (or it is the market's first session), if the session is due on the
    schedule `rebalance`, or if the set of instruments with a weight in the basket differs from the
    basket's set of the session before, as when one is listed.

    `must_lead` names for a basket the one it has to beat while it is held: trailing it refutes the
    strategy.

    `basket_parameters` names the parameters `baskets` depends on; sweeps lay the baskets out once
    for variants that agree on them. It counts for the class that says so and not for its
    subclasses; where it is left out, every variant is asked.
    """

    must_lead: ClassVar[Mapping[str, str]] = {}
    basket_parameters: ClassVar[tuple[str, ...] | None] = None

    rebalance: str = field(default="monthly", kw_only=True, metadata={KEY: RESTORED})

    @abstractmethod
    def regime(self, market: Market) -> pd.Series:
        """Return the name of the basket held after each session; where it has none, cash.

        Before the first session of a basket nothing is ordered; from then on a name that is no
        basket ("cash", say) orders weights of 0, on the sessions on which a basket would be.
        """

    @abstractmethod
    def baskets(self, market: Market) -> Mapping[str, Any]:
        """Return each basket: weights on every session, session × instrument, or names.

        Instead of weights a basket may be a `Basket`, a sector or instrument, or a list of these.
        """

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Return the held basket's weights on the sessions that order, NaN elsewhere."""
        regime, baskets = self.named(market), self.weighed(market)
        self.check_rules(baskets)
        check_names(type(self).__name__, regime, baskets)
        return held_weights(regime, baskets, self.rebalance, market)

    def named(self, market: Market) -> pd.Series:
        """Return the regime on every session, "cash" where it names nothing."""
        return named(type(self).__name__, self.regime(market), market)

    def weighed(self, market: Market) -> Mapping[str, pd.DataFrame]:
        """Return the baskets as weights, session × instrument, and cash.

        Of a class that names its `basket_parameters`, a market remembers the last ones.
        """

        def laid() -> Mapping[str, pd.DataFrame]:
            held = weighed(type(self).__name__, self.baskets(market), market)
            return {name: self.limited(market, weights) for name, weights in held.items()}

        if vars(type(self)).get("basket_parameters") is None:
            return laid()
        last: dict[object, Mapping[str, pd.DataFrame]] = market.remember("weighed", dict)
        key = (type(self), *(getattr(self, name) for name in self.shapes_baskets()))
        if key not in last:
            found = laid()
            last.clear()
            last[key] = found
        return last[key]

    def shapes_baskets(self) -> tuple[str, ...]:
        """Return the parameters `baskets` depends on; all where the class does not say."""
        said: tuple[str, ...] | None = vars(type(self)).get("basket_parameters")
        return field_names(type(self)) if said is None else (*said, *LIMITS)

    def check_rules(self, baskets: Iterable[str]) -> None:
        """Raise a `UserError` where what decides and what is held do not fit; nothing by default.

        Apart from `weighed`, which needs no parameter that only decides: sweeps rest on that.
        """


@dataclass(frozen=True)
class TriggerRotation(RotationStrategy):
    """A rotation whose regime is a list of rules: the first trigger that fires names the basket.

    `overlays` that fire are added to its name: while the rule "nqp" is the first to fire and the
    overlay "medicine" fires too, the basket "nqp+medicine" is held; the names of several follow in
    the order of `overlays`. A trigger that cannot know does not fire. Where no rule fires, cash is
    held. Every rule needs a basket of its name, and every basket a rule.

    Sweeps know how to evaluate rules without asking each variant for its regime, so this is also
    the fast way to write a rotation.
    """

    @abstractmethod
    def rules(self) -> Mapping[str, Trigger]:
        """Return triggers by the name of the basket they call for, the most urgent first."""

    def overlays(self) -> Mapping[str, Trigger]:
        """Return triggers by what they add to the basket that is held; none by default."""
        return {}

    def triggers(self) -> Mapping[str, Trigger]:
        """Return the rules, and the overlays with a plus before their names."""
        return {**self.rules(), **{f"+{name}": asked for name, asked in self.overlays().items()}}

    def cases(self) -> Mapping[str, tuple[str, ...]]:
        """Return by the name of every regime there can be its rule and the overlays that fire."""
        return cases(self.rules(), self.overlays())

    def named(self, market: Market) -> pd.Series:
        """Return the regime on every session, "cash" where no rule fires."""
        check_rules(type(self).__name__, "rules", self.rules())
        check_rules(type(self).__name__, "overlays", self.overlays())
        return super().named(market)

    def check_rules(self, baskets: Iterable[str]) -> None:
        """Raise a `UserError` unless every rule has its basket, and every basket a rule."""
        if type(self).regime is TriggerRotation.regime:
            held = [name for name in baskets if name != CASH]
            match(type(self).__name__, self.rules(), held)

    def regime(self, market: Market) -> pd.Series:
        """Return the name of the first case that fires after each session, else "cash"."""
        regime = np.full(len(market.sessions), CASH, dtype=object)
        ruled = np.zeros(len(regime), dtype=bool)
        for name, trigger in reversed(list(self.rules().items())):
            fires = trigger.fires(market).to_numpy()
            regime[fires], ruled = name, ruled | fires
        for name, trigger in self.overlays().items():
            regime[ruled & trigger.fires(market).to_numpy()] += f"+{name}"
        return pd.Series(regime, index=market.sessions)


def cases(rules: Iterable[str], overlays: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return by name each rule with every combination of overlays, all first and none last.

    Examples
    --------
    >>> cases(["nqp"], ["medicine"])
    {'nqp+medicine': ('nqp', 'medicine'), 'nqp': ('nqp',)}
    """
    extra = tuple(overlays)
    added = [names for k in range(len(extra), -1, -1) for names in combinations(extra, k)]
    return {"+".join((rule, *names)): (rule, *names) for rule in rules for names in added}


def field_names(kind: type[Strategy]) -> tuple[str, ...]:
    """Return the names of a strategy's parameters, its own before its schedule and its limits.

    A class that is no dataclass has none.
    """
    if not is_dataclass(kind):
        return ()
    return tuple(
        sorted((spec.name for spec in fields(kind)), key=("rebalance", *LIMITS).__contains__)
    )


def own_fields(strategy: Strategy) -> dict[str, Any]:
    """Return a strategy's parameters as they are, by name."""
    return {name: getattr(strategy, name) for name in field_names(type(strategy))}


def kebab(name: str) -> str:
    """Turn a class name into a command-line name.

    Examples
    --------
    >>> kebab("ThesisRotation")
    'thesis-rotation'
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()
