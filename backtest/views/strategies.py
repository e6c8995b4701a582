"""Strategies in their own words: a line each, or one with rule, parameters, claims, refutation."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from backtest.parameter import Parameter, said_of
from backtest.plain import plain
from backtest.strategy import Strategy
from backtest.strategy.words import said_by
from backtest.views.page import Page, Section, table
from backtest.views.sections.data import spelled
from backtest.views.words import Words

KINDS = {
    "float": "any number",
    "int": "any whole number",
    "str": "a name",
    "bool": "true or false",
    "Strategy": "a strategy",
}


def strategies_page(found: Sequence[Strategy], say: Words) -> Page:
    """Return every strategy with its first sentence, claims and parameters."""
    return Page(
        title=say("{count} strategies", count=len(found)),
        language=say.language,
        sections=tuple(_strategy(strategy, say) for strategy in found),
    )


def strategy_page(strategy: Strategy, claims: Mapping[str, str], say: Words) -> Page:
    """Return a strategy's rule, parameters, claims and what would refute it.

    Parameters
    ----------
    claims : mapping
        What the claims it encodes say, by identifier.
    """
    said = said_by(type(strategy))
    rule = tuple(map(say, said.rule))
    sections = [Section("rule", say("Rule"), rule)] if rule else []
    parameters = _parameters(strategy, say)
    if len(parameters):
        listed = table(say, list(parameters.values()), parameters, left=None, head="parameter")
        sections.append(Section("parameters", say("Parameters"), tables=(listed,)))
    if strategy.claims:
        unmeasured = say("a method of measurement, not a claim that can fail")
        told = tuple(f"{name}  {text or unmeasured}" for name, text in claims.items())
        sections.append(Section("claims", say("Claims"), told))
    if said.refuted_by:
        sections.append(Section("refuted", say("What would refute it"), (say(said.refuted_by),)))
    return Page(
        title=strategy.name,
        language=say.language,
        conclusion=say(said.summary),
        sections=tuple(sections),
    )


def strategy_document(strategy: Strategy) -> dict[str, Any]:
    """Return a strategy as `nqp strategies --json` prints it."""
    said, about = said_by(type(strategy)), said_of(type(strategy))
    return {
        "name": strategy.name,
        "claims": list(strategy.claims),
        "summary": said.summary,
        "rule": list(said.rule),
        "refuted_by": said.refuted_by,
        "parameters": plain(strategy.parameters),
        "about": {
            name: {"what": one.says, "unit": one.unit, "values": one.range}
            for name, one in about.items()
        },
    }


def _parameters(strategy: Strategy, say: Words) -> dict[str, dict[str, str]]:
    kind = type(strategy)
    if not is_dataclass(kind):
        return {}
    about, rows = said_of(kind), {}
    declared = {spec.name: spec.type for spec in fields(kind)}
    typed = {name: getattr(one, "__name__", str(one)) for name, one in declared.items()}
    for name, value in _values_of(strategy).items():
        said = about.get(name, Parameter(""))
        rows[name] = {
            "default": say("none") if value is None else str(value) or "–",
            "unit": say(said.unit) or "–",
            "values": _values(said.range, typed[name], say),
            "what it is": say(said.says) or "–",
        }
    return rows


def _values(told: str, typed: str, say: Words) -> str:
    """Return which values a field takes, in words: what is said of it, or of its type."""
    parts = typed.removeprefix("tuple[").removesuffix(", ...]").split(" | ")
    known = say.note(told) or say(next((KINDS[part] for part in parts if part in KINDS), "–"))
    several = say("{values}; one or more", values=known) if "tuple[" in typed else known
    return say("{values} or none", values=several) if "None" in parts else several


def _strategy(strategy: Strategy, say: Words) -> Section:
    claims = f"  [{', '.join(strategy.claims)}]" if strategy.claims else ""
    parameters = _values_of(strategy)
    return Section(
        strategy.name,
        strategy.name + claims,
        (say(said_by(type(strategy)).summary),),
        notes=(spelled(parameters),) if parameters else (),
    )


def _values_of(strategy: Strategy) -> dict[str, Any]:
    """Return the parameters as plain values, a strategy among them by its name."""
    return {
        name: value["strategy"] if isinstance(value, dict) and "strategy" in value else value
        for name, value in plain(strategy.parameters).items()
    }
