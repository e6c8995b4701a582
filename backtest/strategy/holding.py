"""What a strategy holds, by name: regimes, baskets and rules, checked and made to match."""

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from backtest.errors import UserError, suggest
from backtest.market import Market
from backtest.market.schedule import due_sessions
from backtest.notes import Note
from backtest.strategy.allocation import cash, spread, tilt
from backtest.strategy.basket import Basket
from backtest.triggers import Always, Trigger

CASH = "cash"  # what is held where a regime names nothing


def named(who: str, regime: Any, market: Market) -> pd.Series:
    """Return a regime on all sessions; where it names nothing that is cash.

    Raises
    ------
    UserError
        If it is no Series, or one of other dates.
    """
    if not isinstance(regime, pd.Series):
        raise UserError(
            "regime of {who} returned {returned}; return a Series of names, pd.Series(names, "
            "index=market.sessions)",
            who=who,
            returned=_returned(regime),
        )
    if not regime.index.isin(market.sessions).all() or regime.index.has_duplicates:
        raise UserError(
            "regime of {who} has other dates than the market; give it index=market.sessions",
            who=who,
        )
    on_all = regime.reindex(market.sessions).astype(object)
    return on_all.where(on_all.notna(), CASH)


def weighed(who: str, baskets: Any, market: Market) -> dict[str, pd.DataFrame]:
    """Return the weights of each basket, session × instrument, and of cash.

    A basket may be given as weights, a `Basket`, a sector or instrument, or a list of these. A row
    without numbers keeps the last one that has some; before the first it is cash.

    Raises
    ------
    UserError
        If weights are not by session and instrument, or a name is not known.
    """
    if not isinstance(baskets, Mapping):
        raise UserError(
            'baskets of {who} returned {returned}; return a mapping, {{"nqp": spread(market, '
            '["computer", "media"])}}',
            who=who,
            returned=_returned(baskets),
        )
    held = {str(name): _weights(who, name, given, market) for name, given in baskets.items()}
    return {CASH: cash(market)} | held


def check_rules(who: str, method: str, rules: Any) -> None:
    """Raise a `UserError` unless a method returned triggers by name."""
    if not isinstance(rules, Mapping):
        raise UserError(
            "{method} of {who} returned {returned}; return a mapping from names to triggers, "
            '{{"nqp": RateFall(10), "traditional": Always()}}',
            method=method,
            who=who,
            returned=_returned(rules),
        )
    for name, trigger in rules.items():
        if not isinstance(name, str):
            raise UserError(
                "{method} of {who} has the name {name!r}; names are text",
                method=method,
                who=who,
                name=name,
            )
        if isinstance(trigger, type) and issubclass(trigger, Trigger):
            raise UserError(
                "rule {name!r} of {who} is the class {kind}; write {kind}()",
                name=name,
                who=who,
                kind=trigger.__name__,
            )
        if not isinstance(trigger, Trigger):
            raise UserError(
                "rule {name!r} of {who} is {returned}, no trigger; put a boolean Series or a "
                "function of the market into Signal(…)",
                name=name,
                who=who,
                returned=_returned(trigger),
            )


def match(who: str, rules: Mapping[str, Trigger], baskets: Iterable[str]) -> None:
    """Raise a `UserError` unless every rule has a basket, every basket a rule that can fire."""
    given = list(baskets)
    idle = [name for name in given if name.partition("+")[0] not in rules and name != CASH]
    always = ""
    for name, trigger in rules.items():
        if name not in given and name != CASH:
            hint = suggest(name, idle or given)
            raise UserError(
                "rule {name!r} of {who} has no basket; {hint}", name=name, who=who, hint=hint
            )
        if always:
            raise UserError(
                "rule {name!r} of {who} can never fire: it stands after {always!r}, which "
                "always does; move it up",
                name=name,
                who=who,
                always=always,
            )
        always = name if isinstance(trigger, Always) else ""
    if idle:
        hint = suggest(idle[0], rules)
        raise UserError(
            "no rule of {who} calls for basket {idle!r}; {hint}", who=who, idle=idle[0], hint=hint
        )


def check_names(who: str, regime: pd.Series, baskets: Iterable[str]) -> None:
    """Raise a `UserError` for the first name in a regime that is no basket."""
    known = [*baskets]
    for name in dict.fromkeys(regime):
        if name not in known:
            day = f"{regime.index[(regime == name).argmax()]:%Y-%m-%d}"
            raise UserError(
                "{who} holds {name!r} from {day} on, which is none of its baskets; {suggestion}",
                who=who,
                name=name,
                day=day,
                suggestion=suggest(str(name), known),
            )


def held_weights(
    regime: pd.Series, baskets: Mapping[str, pd.DataFrame], rebalance: str, market: Market
) -> pd.DataFrame:
    """Return the held basket's weights on the sessions that order, NaN elsewhere.

    Cash before anything else is held orders nothing.

    Parameters
    ----------
    regime : Series
        Name of the basket held after each session.
    baskets : mapping
        Basket name → weights, session × instrument.
    rebalance : str
        A schedule of `backtest.market.schedule`.
    """
    weights = np.full(market.close.shape, np.nan)
    due = due_sessions(market.sessions, rebalance)
    told = regime.to_numpy()
    changed = np.r_[True, told[1:] != told[:-1]]
    for name in dict.fromkeys(told):
        if name not in baskets:
            continue
        basket = baskets[name]
        wanted = basket.reindex(columns=market.close.columns).to_numpy(dtype=float)
        held = wanted > 0.0
        relisted = (held != np.vstack([np.zeros_like(held[:1]), held[:-1]])).any(axis=1)
        rows = (told == name) & (changed | due | relisted)
        weights[rows] = wanted[rows]
    held = told != CASH
    weights[: int(held.argmax()) if held.any() else None] = np.nan
    return pd.DataFrame(weights, index=market.sessions, columns=market.close.columns)


def overlaid(
    baskets: Mapping[str, pd.DataFrame], toward: Mapping[str, pd.DataFrame], strength: float
) -> dict[str, pd.DataFrame]:
    """Return baskets alone, and with the fraction `strength` moved to each combination of others.

    Several share the fraction equally. Names are those of `TriggerRotation.cases`: "base+a+b".
    """
    return {
        "+".join((name, *chosen)): tilt(
            base, sum((toward[one] for one in chosen), 0.0 * base) / len(chosen), strength
        )
        if chosen
        else base
        for name, base in baskets.items()
        for count in range(len(toward) + 1)
        for chosen in combinations(toward, count)
    }


def fitted(targets: Any, market: Market) -> pd.DataFrame:
    """Return targets on all of a market's sessions and columns, or say what does not fit.

    Sessions and instruments that are not in the frame get NaN: nothing is ordered there.
    """
    if not isinstance(targets, pd.DataFrame):
        raise UserError(
            "target_weights returned {returned}; return a DataFrame, session × instrument",
            returned=_returned(targets),
        )
    check_columns("target_weights", targets, market)
    strange = targets.index.difference(market.close.index)
    if len(strange) or targets.index.has_duplicates:
        what = Note("a session twice")
        if len(strange):
            what = Note("{day}, which is no session", day=strange[0])
        raise UserError(
            "target_weights has a row for {what} of market {market}; use days of "
            "market.sessions as the index, each once",
            what=what,
            market=market.name,
        )
    try:
        numbers = targets.astype(float)
    except (TypeError, ValueError) as error:
        raise UserError("target_weights must be numbers or NaN ({error})", error=error) from error
    if np.isinf(numbers.to_numpy()).any():
        raise UserError("target_weights has infinite weights; guard against a division by 0")
    return numbers.reindex(index=market.close.index, columns=market.close.columns)


def check_columns(what: str, weights: pd.DataFrame, market: Market) -> None:
    """Raise a `UserError` unless a frame's columns are instruments of the market."""
    strange = [name for name in weights.columns if name not in market.close.columns]
    if not strange:
        return
    if all(name in market.by_sector for name in weights.columns):
        raise UserError(
            "{what} has weights by sector; turn them into weights by instrument with "
            "backtest.strategy.allocation.sector_weights(market, weights)",
            what=what,
        )
    hint = suggest(str(strange[0]), market.instruments)
    if any(name in market.close.columns for name in weights.index):
        hint = Note("rows are sessions and columns instruments, so turn it with .T")
    raise UserError(
        "{what} names {strange!r}, which is no instrument of market {market}; {hint}",
        what=what,
        strange=str(strange[0]),
        market=market.name,
        hint=hint,
    )


def _weights(who: str, name: Any, given: Any, market: Market) -> pd.DataFrame:
    """Return a basket's weights on every session, session × instrument."""
    if isinstance(given, (str, Basket, list, tuple, set, frozenset, Mapping)):
        return spread(market, given)
    what = Note("basket {name!r} of {who}", name=name, who=who)
    if not isinstance(given, pd.DataFrame):
        raise UserError(
            "{what} is {returned}; give weights, session × instrument, or names of sectors or "
            "instruments",
            what=what,
            returned=_returned(given),
        )
    check_columns(what, given, market)
    rows = given.reindex(index=market.sessions, columns=market.close.columns)
    known = rows.notna().any(axis=1)
    return rows if known.all() else rows.fillna(0.0).where(known).ffill().fillna(0.0)


def _returned(value: Any) -> Note:
    if value is None:
        return Note("nothing")
    kind = type(value).__name__
    code = "an {kind}" if kind[0] in "aeio" or kind == "ndarray" else "a {kind}"
    return Note(code, kind=kind)
