"""Observables: what claims are measured by, by name.

Each measures a claim over a window (`observe`) and says what it would have been over every other
window of the same length (`elsewhere`), from which come base rates and placebos. An observable
knows no instrument and no year: sectors come with the claim, instruments with the market.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from backtest.errors import UserError, refused, suggest
from backtest.evidence import appetite, cohesion, event_claims, leads, rerating
from backtest.evidence import two_bulls as bulls
from backtest.evidence.chance import Placebo, among
from backtest.evidence.dividends import market_for
from backtest.evidence.intervals import Interval, Spread, apart, around, short_length, spread
from backtest.evidence.observation import Measurement, Observation
from backtest.evidence.windows import CannotTell, Window
from backtest.market import Market
from backtest.notes import Note
from backtest.strategy.claim import Claim

MOST = 2_000  # sessions an option may count
Observe = Callable[[Claim, Market, Window], Observation]
Elsewhere = Callable[[Claim, Market, int], pd.Series]
IntervalOf = Callable[[Measurement], Interval]
PlaceboOf = Callable[[Measurement], Placebo]


@dataclass(frozen=True)
class Observable:
    """How to measure a claim, the same over any window, and everything that goes with the measure.

    Attributes
    ----------
    observe, interval : callable
        Measure a claim over a window; say how far the number could be from where it is.
    unit : "return", "bp", "share", "correlation"
    sentence : str
        What was measured, with {window}, {value} and the observation's parts in their places;
        {ours} and {theirs} are the titles of a claim's basket and of what it is held against. The
        verdict follows.
    placebos : tuple
        The first one counts; the others are reported with it.
    elsewhere : callable or None
        By last session, the value over the window of that many sessions; None where the observable
        has no value over an arbitrary window.
    needs : "", "basket" or "groups"
        What a claim has to name.
    takes : mapping of str to tuple of str
        Options a claim may set, and the texts there are; () for a number.
    """

    observe: Observe
    interval: IntervalOf
    unit: str
    sentence: str
    placebos: tuple[PlaceboOf, ...]
    elsewhere: Elsewhere | None = None
    needs: str = ""
    takes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def across_windows(low: float, high: float) -> IntervalOf:
    """Return what makes an interval from how a measure varies over other windows as long."""

    def interval(at: Measurement) -> Interval:
        usual = whole_windows(at)
        return around(at.observed.value, usual.error, usual.freedom, "windows", (low, high))

    return interval


def across_sums(at: Measurement) -> Interval:
    """Return the interval from how the measure's sums vary over the rest of the record."""
    usual = sums(at)
    return around(at.observed.value, usual.error, usual.freedom, "windows")


def other_windows(at: Measurement) -> Placebo:
    """Ask how probably another window of the same length does as well."""
    return among("other windows", at.observed.value, at.claim.sign, whole_windows(at))


def other_sums(at: Measurement) -> Placebo:
    """Ask the same of a measure that adds up over sessions."""
    return among("other windows", at.observed.value, at.claim.sign, sums(at))


def whole_windows(at: Measurement, length: int | None = None) -> Spread:
    """Return how the measure varies over the other windows, by default of the same length."""
    long = length or len(at.window)
    values = apart(elsewhere(at.claim, at.market, long), at.window, long)
    return spread(values.to_numpy(dtype=float), long, at.window.label)


def sums(at: Measurement) -> Spread:
    """Return how a measure that adds up over sessions varies: over shorter windows, scaled."""
    length = short_length(len(at.market.sessions), at.window)
    return whole_windows(at, length).scaled(len(at.window) / length)


def elsewhere(claim: Claim, market: Market, length: int) -> pd.Series:
    """Return the claim's observable over every window of `length` sessions; empty if it has none.

    Only the claim's own measure: `options` that change a window's start have no meaning elsewhere.
    """
    measure = OBSERVABLES[claim.observable].elsewhere
    if measure is None:
        return pd.Series(dtype=float)
    return measure(claim, market_for(claim, market), length)


def measured_by(claim: Claim, market: Market) -> tuple[Claim, str]:
    """Return a claim as this market can measure it, and on what.

    "valuation", or "price only" where the market carries none; "" for what is not about one.
    """
    if claim.observable != "rerating":
        return claim, ""
    if rerating.carried(claim, market):
        return claim, "valuation"
    return replace(claim, observable="lead"), "price only"


def rate_change(claim: Claim, market: Market, window: Window) -> Observation:
    """Measure the change of the ten-year yield from the base to the last session, basis points.

    With the option `smooth`, between means of that many sessions at both ends.
    """
    smooth = int(claim.option("smooth", 1))
    rate = market.need("rate").rolling(smooth).mean()
    inside = rate.iloc[window.base : window.last + 1]
    if pd.isna(inside.iloc[0]) or inside.iloc[1:].isna().all():
        raise CannotTell("the yield is not known over {label}", label=window.label)
    changes = 100.0 * inside.ffill().diff().iloc[1:]
    total = changes.cumsum()
    moves = changes.to_numpy(dtype=float)
    return Observation(
        instruments=(market.universe.rate or "rate",),
        statistic=lambda counts: counts @ moves,
        moves=claim.sign * changes,
        parts={
            "start": float(inside.iloc[0]),
            "end": float(inside.ffill().iloc[-1]),
            "swing": float((total - total.cummin()).max()),
        },
    )


def rates_elsewhere(claim: Claim, market: Market, length: int) -> pd.Series:
    """Return the yield's change over every window of `length` sessions, basis points."""
    smooth = int(claim.option("smooth", 1))
    return 100.0 * market.need("rate").rolling(smooth).mean().diff(length)


OBSERVABLES: Mapping[str, Observable] = {
    "lead": Observable(
        leads.lead,
        leads.interval_by(leads.sides),
        "return",
        "{ours} {subject:+.1%} in {window}, {theirs} {against:+.1%}: {value}",
        (leads.placebo_by(leads.sides), leads.sectors_permuted),
        leads.elsewhere_by(leads.sides),
        needs="basket",
        takes={"against": ("benchmark",), "returns": ("total",)},
    ),
    "rerating": Observable(
        rerating.rerating,
        leads.interval_by(rerating.sides),
        "return",
        "{ours} {price:+.1%} in {window}: valuation {subject:+.1%}, earnings {earnings:+.1%}; the "
        "market's valuation {against:+.1%}: {value}",
        (leads.placebo_by(rerating.sides),),
        leads.elsewhere_by(rerating.sides),
        needs="basket",
    ),
    "rate_change": Observable(
        rate_change,
        across_sums,
        "bp",
        "The ten-year yield went from {start:.2f}% to {end:.2f}% in {window} ({value}), with a "
        "rebound of {swing:.0f} bp on the way",
        (other_sums,),
        rates_elsewhere,
        takes={"smooth": ()},
    ),
    "two_bulls": Observable(
        bulls.two_bulls,
        across_sums,
        "return",
        "Stocks {stocks:+.1%} and government bonds {bonds:+.1%} in {window}, both up in "
        "{weeks:.0%} of weeks",
        (bulls.both_rise,),
        bulls.two_bulls_elsewhere,
        takes={"stocks": ("sectors",), "returns": ("total",)},
    ),
    "appetite": Observable(
        appetite.appetite,
        across_windows(0.0, 1.0),
        "share",
        "On average {value} of the signs of risk appetite showed in {window}; the index was in an "
        "up-trend with rising breadth on {uptrend_rising_breadth:.0%} of sessions",
        (other_windows,),
        appetite.appetite_elsewhere,
        takes={"without": tuple(appetite.SIGNS), "with": tuple(appetite.FURTHER)},
    ),
    "recovery": Observable(
        appetite.recovery,
        across_windows(-1.0, 1.0),
        "share",
        "Signs of risk appetite went from {start:.0%} before {window} to {end:.0%} at its end",
        (other_windows,),
        appetite.recovery_elsewhere,
        takes={"without": tuple(appetite.SIGNS), "with": tuple(appetite.FURTHER), "tail": ()},
    ),
    "cohesion": Observable(
        cohesion.cohesion,
        cohesion.interval,
        "correlation",
        "Sectors of a track correlate {value} more with each other than with the rest",
        (cohesion.labels_permuted,),
        needs="groups",
    ),
    "after_events": Observable(
        event_claims.after_events,
        event_claims.interval,
        "return",
        "In the {horizon:.0f} sessions after {events:.0f} events ({window}) the mean abnormal "
        "return was {value}, turnover {turnover:.2f} times the usual",
        (event_claims.other_dates,),
        needs="groups",
        takes={"horizon": ()},
    ),
}


def check_claim(claim: Claim) -> None:
    """Raise a `UserError` unless a claim can be measured as it says."""
    if claim.observable not in OBSERVABLES:
        raise UserError(
            "claim {id}: there is no observable {observable!r}; choose from {observables}",
            id=claim.id,
            observable=claim.observable,
            observables=", ".join(OBSERVABLES),
        )
    measure = OBSERVABLES[claim.observable]
    if measure.needs and not getattr(claim, measure.needs):
        raise UserError(
            "claim {id}: {observable} is measured on {needs}; add that to the claim",
            id=claim.id,
            observable=claim.observable,
            needs=measure.needs,
        )
    changed = [pair for _, _, options in claim.alternatives for pair in options]
    for name, value in (*claim.options, *changed):
        where = Note("claim {id}: {name}", id=claim.id, name=name)
        if name not in measure.takes:
            raise UserError(
                "{where} is no option of {observable}; {there_is}",
                where=where,
                observable=claim.observable,
                there_is=suggest(name, measure.takes),
            )
        texts = measure.takes[name]
        if texts and value not in texts:
            raise refused(where, str(value), texts)
        if not texts and value not in range(1, MOST + 1):
            raise UserError(
                "{where} was {value!r}; give a whole number from 1 to {most}",
                where=where,
                value=value,
                most=MOST,
            )
