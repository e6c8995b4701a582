"""examine: where a strategy's profit came from, and whether its timing is significant.

Baskets, events and the report come in as values.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backtest.costs import ETF_COSTS, Costs
from backtest.display import Displayed, put_in
from backtest.engine.resampling import block_length
from backtest.engine.result import BacktestResult
from backtest.engine.run import run
from backtest.evidence.attribution import Attribution, attributions, partition
from backtest.evidence.claim_profit import claim_profit
from backtest.evidence.events import EventStudy, study
from backtest.evidence.foresight import Foresight, foresight
from backtest.evidence.ledoit_wolf import TestedDifference, mean_difference, sharpe_difference
from backtest.evidence.placebo import (
    DEALS,
    DRAWS,
    PlaceboTest,
    sectors_dealt,
    switch_dates,
    time_shifts,
)
from backtest.evidence.regime_replay import RegimeReplay, regime_replay
from backtest.evidence.timing import ReturnSplit, around, drawdowns, split, switches
from backtest.evidence.year_path import YearPath, year_path
from backtest.market import Market
from backtest.notes import Note
from backtest.plain import document
from backtest.strategy import Strategy, TriggerRotation
from backtest.strategy.basket import Basket
from backtest.strategy.claim import Source
from backtest.strategy.decisions import Decisions, rotates
from backtest.tuning.joint import Selection, selection

MONTH = 20  # sessions below which a series does not show how it depends on its past
HOLD = 20  # sessions foresight keeps a basket, where the strategy has no minimum hold of its own
Occasions = Mapping[str, tuple[Mapping[str, Basket], Iterable[tuple[str | pd.Timestamp, str]]]]


@dataclass(frozen=True, eq=False)
class StrategyEvidence(Displayed):
    """What there is to say about one strategy on one market.

    Attributes
    ----------
    attributions : tuple of Attribution
        Against the equal-weight market, and against the benchmark.
    split : ReturnSplit
        What was held against when.
    differences : DataFrame
        Ledoit-Wolf tests of mean and Sharpe ratio against each benchmark, with block lengths of
        half, once and twice the suggested.
    switches, drawdowns, published : DataFrame
        See `backtest.evidence.timing`; `published` is before and after the report.
    placebos, foresight
        None or empty for what is no rotation.
    placebos_after : tuple of PlaceboTest
        The same for what came after the report only.
    events : mapping of name to EventStudy
    by_claim : DataFrame
        What each claim's trigger earned; see `backtest.evidence.claim_profit`.
    selection : Selection or None
        What its timing is worth among all trials recorded of this market.
    year : YearPath or None
        What it did in the report's year, against the report's calendar.
    notes : tuple of str
        What could not be done, and why.
    """

    result: BacktestResult
    attributions: tuple[Attribution, ...]
    split: ReturnSplit
    differences: pd.DataFrame
    switches: pd.DataFrame
    drawdowns: pd.DataFrame
    published: pd.DataFrame
    placebos: tuple[PlaceboTest, ...]
    placebos_after: tuple[PlaceboTest, ...]
    foresight: Foresight | None
    events: Mapping[str, EventStudy]
    by_claim: pd.DataFrame
    notes: tuple[str, ...] = ()
    year: YearPath | None = None
    selection: Selection | None = None

    def __repr__(self) -> str:
        kind = "synthetic " if self.result.synthetic else ""
        window = " … ".join(self.result.manifest["window"])
        market = self.result.manifest["market"]
        return f"<StrategyEvidence on {self.result.name}, {kind}{market}, {window}>"

    def sentences(self, language: str = "en") -> list[str]:
        """Say it in words."""
        return list(put_in("sentences")(self, language))

    def to_json(self, language: str = "en") -> dict[str, Any]:
        """Return it as `nqp evidence STRATEGY --json` prints it."""
        result = self.result
        return document(
            {
                "strategy": result.name,
                "parameters": result.manifest["parameters"],
                "window": result.manifest["window"],
                "costs": result.manifest["costs"],
                "fill": result.manifest["fill"],
                "summary": result.summary(),
                "attribution": self.attributions,
                "split": self.split,
                "differences": self.differences.to_dict("records"),
                "regimes": result.by_regime().to_dict("index"),
                "halves": result.by_half().to_dict("index"),
                "drawdowns": self.drawdowns.to_dict("records"),
                "published": self.published.to_dict("index"),
                "switches": self.switches.reset_index().to_dict("records"),
                "placebo": self.placebos,
                "placebo_after_report": self.placebos_after,
                "foresight": self.foresight,
                "events": self.events,
                "year": self.year,
                "by_claim": self.by_claim.to_dict("records"),
                "selection": self.selection,
                "notes": self.notes,
                "warnings": result.warnings,
                "sentences": self.sentences(language),
            }
        )


def examine(
    strategy: Strategy,
    market: Market,
    source: Source,
    *,
    groups: Sequence[Basket],
    occasions: Occasions | None = None,
    calendar: tuple[str, str] | None = None,
    costs: Costs = ETF_COSTS,
    fill: str = "open",
    check: bool = True,
    draws: int = DRAWS,
    deals: int = DEALS,
) -> StrategyEvidence:
    """Run a strategy and find out where its profit came from and whether its timing is significant.

    Parameters
    ----------
    source : Source
        Whose date separates what its author could have looked at from what he could not.
    groups : sequence of Basket
        To attribute the return to; a sector belongs to the first that names it.
    occasions : mapping, optional
        Events to study by a name for them: the baskets their names stand for, and the dates.
    calendar : (str, str), optional
        The baskets the report expects to lead in the first and in the second half of its year.
    check : bool
        As in `backtest.engine.run.run`.
    draws, deals : int
        Placebo paths of each kind, and deals of the sectors.
    """
    result = run(strategy, market, costs=costs, fill=fill, check=check)
    notes = []
    made = pd.DataFrame()
    placebos: tuple[PlaceboTest, ...] = ()
    after: tuple[PlaceboTest, ...] = ()
    rungs, shares = None, pd.DataFrame()
    if rotates(strategy):
        made = switches(result)
        played = regime_replay(strategy, market, costs=costs, fill=fill)
        placebos = _placebos(played, draws, deals)
        if isinstance(strategy, TriggerRotation):
            shares = claim_profit(strategy, played)
        hold = int(strategy.parameters.get("min_hold", HOLD))
        rungs = foresight(played, strategy.name, hold=hold)
        start = int(market.sessions.searchsorted(source.published, side="right"))
        if len(market.sessions) - start > 2 * HOLD:
            later = regime_replay(strategy, market, costs=costs, fill=fill, first=start)
            after = _placebos(later, draws, deals)
        if not len(made):
            notes.append(Note("it never switched between baskets: there is no timing to test"))
    else:
        notes.append(
            Note(
                "{name} does not rotate between baskets: no placebo, foresight or switches",
                name=strategy.name,
            )
        )
    return StrategyEvidence(
        result=result,
        attributions=tuple(attributions(result, partition(groups, market))),
        split=split(result),
        differences=differences(result),
        switches=made,
        drawdowns=drawdowns(result),
        published=around(result, source.published),
        placebos=placebos,
        placebos_after=after,
        foresight=rungs,
        events={
            name: study(market, baskets, dated)
            for name, (baskets, dated) in (occasions or {}).items()
        },
        by_claim=shares,
        notes=tuple(notes),
        selection=selection(Decisions(strategy, market), fill=str(result.manifest["fill"])),
        year=None if calendar is None else year_path(result, source.year, calendar),
    )


def differences(result: BacktestResult) -> pd.DataFrame:
    """Test a result's mean and Sharpe ratio against each benchmark's, a year; a row per block."""
    rows = []
    for name, series in result.benchmarks.items():
        both = pd.DataFrame({"ours": result.returns, "theirs": series}).dropna()
        pair = both.sub(result.risk_free[both.index], axis=0).to_numpy()
        apart = pair[:, 0] - pair[:, 1]
        usual = max(block_length(apart), 2) if len(apart) >= MONTH else 2
        for length in (max(1, usual // 2), usual, usual * 2):
            mean = mean_difference(pair, block_length=length)
            ratio = sharpe_difference(pair, block_length=length)
            rows.append(
                {
                    "against": name,
                    "block_length": length,
                    "suggested": length == usual,
                    **_annual("mean", mean, float(result.per_year)),
                    **_annual("sharpe", ratio, float(np.sqrt(result.per_year))),
                }
            )
    return pd.DataFrame(rows)


def _annual(what: str, found: TestedDifference, scale: float) -> dict[str, float]:
    return {what: found.value * scale, f"{what}_error": found.error * scale, f"{what}_p": found.p}


def _placebos(played: RegimeReplay, draws: int, deals: int) -> tuple[PlaceboTest, ...]:
    found = (
        switch_dates(played, draws=draws),
        time_shifts(played, draws=draws),
        sectors_dealt(played, deals=deals),
    )
    return tuple(one for one in found if one is not None)
