"""What a rotation did in the year a report is about, against the report's own calendar."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backtest.display import Displayed
from backtest.engine import metrics
from backtest.engine.result import BacktestResult
from backtest.evidence.timing import basket_returns
from backtest.market import Market
from backtest.market.market import EQUAL_WEIGHT
from backtest.notes import Note
from backtest.plain import document
from backtest.strategy import TriggerRotation
from backtest.triggers import Reading

WHOLE = "whole record"


@dataclass(frozen=True, eq=False)
class YearPath(Displayed):
    """A rotation's path through a year, spell by spell, and what else it could have held.

    Attributes
    ----------
    spells : DataFrame
        A row each time another basket was held, overlays left out: `from`, `to`, `held`,
        `sessions`, `with` (sessions of each overlay), what the strategy `returned` after `costs`
        (a fraction of its value at the spell's start), and what each basket of the rules and the
        equal-weight market returned over the same sessions, without costs.
    halves : DataFrame
        By half: what the report's `calendar` held, what that basket returned (`by calendar`), what
        the strategy `returned` and paid (`costs`), and the equal-weight market.
    signs : DataFrame
        By reading of a rule's trigger: its `claims`, how often it said yes in either half, and the
        first and the last session on which it did.
    tests : DataFrame
        What must lead what while it is held (`RotationStrategy.must_lead`), in the year and over
        the whole record (`when`): `held`, `over`, `sessions`, `returned`, `other`.
    held, calendar : Series
        What was held on each session, overlays left out, and what the report's calendar held.
    strategy, market : str
        Whose path it is, and where.
    """

    strategy: str
    market: str
    synthetic: bool
    year: int
    spells: pd.DataFrame
    halves: pd.DataFrame
    signs: pd.DataFrame
    tests: pd.DataFrame
    held: pd.Series
    calendar: pd.Series

    def __repr__(self) -> str:
        kind = "synthetic " if self.synthetic else ""
        where = f"{kind}{self.market}, {self.year}"
        return f"<YearPath of {self.strategy} on {where}: {len(self.spells)} spells>"

    @property
    def refuted(self) -> bool:
        """Whether something that must lead trailed in the year, while it was held."""
        inside = self.tests[self.tests["when"] == str(self.year)]
        return bool((inside["returned"] < inside["other"]).any())

    def to_json(self) -> dict[str, Any]:
        """Return it as `nqp evidence STRATEGY --json` prints it."""
        return document(
            {
                "year": self.year,
                "spells": self.spells.to_dict("records"),
                "halves": self.halves.to_dict("index"),
                "signs": self.signs.rename_axis("sign").reset_index().to_dict("records"),
                "tests": self.tests.to_dict("records"),
                "refuted": self.refuted,
            }
        )


def year_path(result: BacktestResult, year: int, calendar: tuple[str, str]) -> YearPath | None:
    """Follow a rotation through a year; None for what has no rules, and without sessions of it.

    Parameters
    ----------
    calendar : (str, str)
        The baskets the report expects to lead in the first and in the second half; they count where
        the strategy has them.
    """
    strategy = result.strategy
    regime = result.regime
    inside = _years(regime) == year
    if not isinstance(strategy, TriggerRotation) or inside.sum() < 2:
        return None
    if result.manifest["fill"] == "close":
        regime = regime.shift().fillna(regime.iloc[0])
    market, baskets = result.market, result.baskets
    moved = basket_returns({name: baskets[name] for name in strategy.rules()}, market)
    moved[EQUAL_WEIGHT] = market.equal_weight.pct_change(fill_method=None).fillna(0.0)
    moved = moved.reindex(regime.index)
    base = regime.str.partition("+")[0].rename("held")
    held = base[inside]
    half = pd.Series(np.where(_early(held), *calendar), held.index, name="calendar")
    return YearPath(
        strategy=result.name,
        market=market.name,
        synthetic=result.synthetic,
        year=year,
        spells=_spells(result, regime[inside], moved[inside]),
        halves=_halves(result, half, moved[inside]),
        signs=_signs(strategy, market, year),
        tests=_tests(strategy.must_lead, base, moved, year),
        held=held,
        calendar=half,
    )


def _spells(result: BacktestResult, regime: pd.Series, moved: pd.DataFrame) -> pd.DataFrame:
    names = regime.str.partition("+")
    rows = []
    for _, spell in names.groupby(names[0].ne(names[0].shift()).cumsum()):
        days = spell.index
        overlays = spell[2][spell[2] != ""].str.split("+").explode().value_counts(sort=False)
        rows.append(
            {
                "from": days[0],
                "to": days[-1],
                "held": str(spell[0].iloc[0]),
                "sessions": len(days),
                "with": {str(name): int(count) for name, count in overlays.items()},
                "returned": metrics.total_return(result.returns[days]),
                "costs": _paid(result, days),
                **{str(name): metrics.total_return(moved[name][days]) for name in moved},
            }
        )
    return pd.DataFrame(rows)


def _halves(result: BacktestResult, calendar: pd.Series, moved: pd.DataFrame) -> pd.DataFrame:
    rows = {}
    for number, part in calendar.groupby(np.where(_early(calendar), 1, 2)):
        days, name = part.index, str(part.iloc[0])
        rows[f"{days[0].year}-H{number}"] = {
            "calendar": name,
            "by calendar": metrics.total_return(moved.loc[days, name])
            if name in moved
            else float("nan"),
            "returned": metrics.total_return(result.returns[days]),
            "costs": _paid(result, days),
            EQUAL_WEIGHT: metrics.total_return(moved.loc[days, EQUAL_WEIGHT]),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _paid(result: BacktestResult, days: pd.Index) -> float:
    """Return the costs of the trades filled on some sessions over the value before the first."""
    paid = float(result.orders.loc[result.orders["filled"].isin(days), "cost"].sum())
    before = result.equity[days[0]] / (1.0 + result.returns[days[0]])
    return paid / float(before)


def _signs(strategy: TriggerRotation, market: Market, year: int) -> pd.DataFrame:
    asked = dict.fromkeys(part for rule in strategy.rules().values() for part in rule.walk())
    rows: dict[Note, dict[str, Any]] = {}
    for trigger in asked:
        reading = trigger.reading(market)
        if reading is None:
            continue
        yes = trigger.fires(market)
        yes = yes[_years(yes) == year]
        on, early = yes.index[yes], _early(yes)
        rows[_asked(reading)] = {
            "claims": ", ".join(trigger.claims),
            "first half": float(yes[early].mean()) if early.any() else float("nan"),
            "second half": float(yes[~early].mean()) if (~early).any() else float("nan"),
            "first": on[0] if len(on) else pd.NaT,
            "last": on[-1] if len(on) else pd.NaT,
        }
    return pd.DataFrame(list(rows.values()), pd.Index(list(rows), dtype=object))


def _asked(reading: Reading) -> Note:
    """Name a reading, with its threshold where that is always the same."""
    levels = reading.threshold.dropna().unique()
    if len(levels) != 1:
        return Note("{reading}", reading=reading.name)
    return Note(
        "{reading}, {direction} {level} {unit}",
        reading=reading.name,
        direction=Note(reading.direction),
        level=f"{levels[0]:g}",
        unit=reading.unit,
    )


def _tests(
    must_lead: Mapping[str, str], held: pd.Series, moved: pd.DataFrame, year: int
) -> pd.DataFrame:
    rows = []
    for name, other in must_lead.items():
        every = np.ones(len(held), dtype=bool)
        for when, inside in ((str(year), _years(held) == year), (WHOLE, every)):
            on = inside & (held == name).to_numpy()
            if on.any() and {name, other} <= set(moved):
                rows.append(
                    {
                        "when": when,
                        "held": name,
                        "over": other,
                        "sessions": int(on.sum()),
                        "returned": metrics.total_return(moved.loc[on, name]),
                        "other": metrics.total_return(moved.loc[on, other]),
                    }
                )
    columns = ["when", "held", "over", "sessions", "returned", "other"]
    return pd.DataFrame(rows, columns=columns)


def _years(dated: pd.Series) -> np.ndarray:
    return pd.DatetimeIndex(dated.index).year.to_numpy()


def _early(dated: pd.Series) -> np.ndarray:
    return pd.DatetimeIndex(dated.index).month.to_numpy() <= 6
