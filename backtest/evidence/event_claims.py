"""Claims about what follows events, dated or detected."""

import pandas as pd

from backtest.evidence.baskets import instruments
from backtest.evidence.chance import Placebo
from backtest.evidence.events import Dated, EventStudy, detected, study
from backtest.evidence.intervals import Interval
from backtest.evidence.market_model import Design
from backtest.evidence.observation import Measurement, Observation
from backtest.evidence.windows import CannotTell, Window
from backtest.market import Market
from backtest.strategy.basket import Basket
from backtest.strategy.claim import Claim


def after_events(claim: Claim, market: Market, window: Window) -> Observation:
    """Measure the mean abnormal return of groups after a claim's events, or after detected ones."""
    made = studied(claim, market, window)
    if made.events.empty:
        raise CannotTell("no event in {label}", label=window.label)
    cars = made.by_session
    values = cars.to_numpy(dtype=float)
    groups = set(made.events["group"])
    named = [name for group in claim.groups if group.name in groups for name in group.sectors]
    figures = made.figures
    return Observation(
        instruments=instruments(market, market.sectors_of(named)),
        statistic=lambda counts: counts @ values / counts.sum(axis=1),
        moves=claim.sign * cars,
        parts={"events": float(len(cars)), "horizon": float(made.design.horizon)}
        | {key: figures[key] for key in ("separate", "turnover", "turnover_p", "bmp_p", "rank_p")},
        independent=True,
        additive=False,
        p_values={"bmp": figures["bmp_p"], "rank": figures["rank_p"]},
    )


def interval(at: Measurement) -> Interval:
    """Return the cluster-robust interval of the mean over events."""
    made = studied(at.claim, at.market, at.window)
    if made.interval is None:
        raise CannotTell(made.reason)
    return made.interval


def other_dates(at: Measurement) -> Placebo:
    """Ask how often the same pattern of events on other dates is followed by as much."""
    return studied(at.claim, at.market, at.window).placebo


def studied(claim: Claim, market: Market, window: Window) -> EventStudy:
    """Return the study of a claim's events in a window."""
    groups: dict[str, Basket] = {basket.name: basket for basket in claim.groups}
    horizon = int(claim.option("horizon", Design().horizon))
    plan = Design(horizon=horizon, level=bool(claim.events))

    def make() -> EventStudy:
        dated: Dated = claim.events or detected(market, groups)
        inside = [
            (pd.Timestamp(day), name)
            for day, name in dated
            if market.sessions[window.base] < pd.Timestamp(day) <= window.end
        ]
        return study(market, groups, inside, design=plan, sign=claim.sign)

    key = ("events", claim.groups, claim.events, horizon, claim.sign, window)
    return market.remember(key, make)
