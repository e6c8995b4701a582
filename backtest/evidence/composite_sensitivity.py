"""What an index, and a strategy that uses it, owe to choices of method.

Step 7 of the OECD/JRC Handbook (2008, section 7): every choice is varied with every other, and the
spread of the outcomes is shared out among the choices. The outcomes are not only the index: a
choice that moves the index and no decision costs nobody anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
import pandas as pd

from backtest.composite import Framework, composite
from backtest.composite.framework import CHOICES
from backtest.costs import ETF_COSTS, Costs
from backtest.display import Displayed, advancing
from backtest.errors import UserError
from backtest.evidence.composite_sobol import LEVEL, SHARES, VERDICTS, indices, sample
from backtest.evidence.composite_variants import FrameworkVariants
from backtest.market import Market
from backtest.plain import document
from backtest.strategy import Strategy, field_names

BASE = 512  # rows of the sample, before it is crossed with itself
VARIED = ("normalization", "weighting", "aggregation", "imputation")
DELAYS = (0, 5, 20)  # sessions by which everything is known later than the framework says
OUTCOMES = ("index", "switches", "last_switch", "profit")
RANGE = (0.05, 0.50, 0.95)
NOTHING = "nothing to impute"
Advance = Callable[[int], None]


@dataclass(frozen=True, eq=False)
class CompositeSensitivity(Displayed):
    """How far outcomes depend on choices that cannot be proven right.

    Attributes
    ----------
    factors : mapping
        What was chosen among, by factor.
    rows : int
        Rows of the sample; equal ones are evaluated once.
    variants : DataFrame
        A row per distinct combination: its choices; `index`, where the unlinked level stands on
        the last session among its own levels so far, 0 (lowest) to 100, ties at their middle;
        `switches`; `last_switch`, a session or NaT; `profit`, the strategy's total return after
        costs over the whole window, in sample; and `count`, how often it was drawn.
    indices : DataFrame
        A row per outcome and factor, see `composite_sobol.indices`. For `last_switch` a variant
        that never switches counts as one that did on the first session. Where no value was ever
        too old, imputation has NaN and the verdict "nothing to impute".
    ranges : DataFrame, outcome × (stated, low, median, high)
        What the framework as stated gives, and 5, 50 and 95 % of the sample; switch dates are
        those of the variants that switch.
    """

    framework: Framework
    strategy: str
    market: str
    synthetic: bool
    window: tuple[pd.Timestamp, pd.Timestamp]
    factors: Mapping[str, tuple[Any, ...]]
    rows: int
    variants: pd.DataFrame
    indices: pd.DataFrame
    ranges: pd.DataFrame

    def __repr__(self) -> str:
        kind = "synthetic " if self.synthetic else ""
        return (
            f"<CompositeSensitivity {self.framework.name} on {kind}{self.market}: "
            f"{len(self.variants)} variants>"
        )

    @property
    def combinations(self) -> int:
        """How many distinct combinations there are, drawn or not."""
        return prod(len(choices) for choices in self.factors.values())

    def verdict(self, outcome: str, factor: str) -> str:
        """Return whether a factor "matters", "hardly matters", or one "cannot tell".

        "nothing to impute" for the imputation where no value was ever too old.
        """
        own = self.indices[
            (self.indices["outcome"] == outcome) & (self.indices["factor"] == factor)
        ]
        return str(own["verdict"].iloc[0])

    def to_json(self) -> dict[str, Any]:
        """Return the result as `nqp index --sensitivity --json` prints it; NaN as None."""
        return document(
            {
                "strategy": self.strategy,
                "synthetic": self.synthetic,
                "in_sample": True,
                "window": list(self.window),
                "factors": self.factors,
                "rows": self.rows,
                "variants": len(self.variants),
                "combinations": self.combinations,
                "level": LEVEL,
                "indices": self.indices.to_dict("records"),
                "ranges": {
                    name: {key: None if pd.isna(value) else value for key, value in row.items()}
                    for name, row in self.ranges.to_dict("index").items()
                },
            }
        )


def composite_sensitivity(
    market: Market,
    strategy: Strategy,
    framework: Framework,
    *,
    delays: tuple[int, ...] = DELAYS,
    base: int = BASE,
    seed: int = 0,
    costs: Costs = ETF_COSTS,
    fill: str = "open",
    progress: Advance | None = None,
) -> CompositeSensitivity:
    """Vary normalization, weighting, aggregation, imputation and delay in all combinations.

    Parameters
    ----------
    strategy : Strategy
        A value with a field `framework` that takes a Framework; it is backtested once for each
        distinct combination. With a delay it decides that many sessions later. One that reads
        points means something else under each normalization; `CompositeSwitch` does not.
    framework : Framework
        Whose choices to vary. Expert weights are varied only where they differ.
    base : int
        A power of two; the sample has base · (factors + 2) rows.
    progress : callable, optional
        Called with 1 after each distinct combination; a progress bar on stderr by default.

    Raises
    ------
    UserError
        If the strategy takes no framework, the sample size is no power of two, or the market has
        no index at all.

    Notes
    -----
    The default sample meets every combination there is, 360 or 432, so its draws add no outcome,
    only the shares of the variance. Eleven years of sessions take 5 to 15 seconds of processor
    time, the most where values are missing: where none was ever too old there is nothing to impute,
    and the combinations that differ in that alone are evaluated once.
    """
    if "framework" not in field_names(type(strategy)):
        raise UserError(
            "strategy {strategy} takes no framework; give one with a field of that name",
            strategy=strategy.name,
        )
    if not delays or any(delay < 0 for delay in delays):
        raise UserError("delays were {delays}; give sessions from 0 up", delays=delays)
    factors = _factors(framework, delays)
    rows = sample(factors, base, seed)
    distinct, number, counts = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
    number = number.reshape(-1)
    gaps = _has_gaps(market, framework)
    ask = FrameworkVariants(market, strategy, costs, fill)
    stated = ask.outcomes(framework, 0)
    if np.isnan(stated["index"]):
        raise UserError(
            "framework {framework} has no index on {last:%Y-%m-%d} in market {market}; supply "
            "its series, or lower min_coverage",
            framework=framework.name,
            last=market.sessions[-1],
            market=market.name,
        )
    table = []
    with advancing(progress, len(distinct), "combinations") as advance:
        for row in distinct:
            chosen = {name: factors[name][place] for name, place in zip(factors, row, strict=True)}
            effective = chosen if gaps else chosen | {"imputation": framework.imputation}
            changed = replace(framework, **{name: effective[name] for name in VARIED})
            table.append(chosen | ask.outcomes(changed, int(chosen["delay"])))
            advance(1)
    variants = pd.DataFrame(table).assign(count=counts)
    return CompositeSensitivity(
        framework=framework,
        strategy=strategy.name,
        market=market.name,
        synthetic=market.synthetic,
        window=(market.sessions[0], market.sessions[-1]),
        factors=factors,
        rows=len(rows),
        variants=variants,
        indices=_indices(factors, variants, number, market.sessions, seed, gaps=gaps),
        ranges=_ranges(stated, variants.iloc[number]),
    )


def _factors(framework: Framework, delays: tuple[int, ...]) -> dict[str, tuple[Any, ...]]:
    factors: dict[str, tuple[Any, ...]] = {name: CHOICES[name] for name in VARIED}
    if len({one.weight for one in framework.concrete}) == 1:
        factors["weighting"] = tuple(name for name in factors["weighting"] if name != "expert")
    return factors | {"delay": delays}


def _has_gaps(market: Market, framework: Framework) -> bool:
    """Say whether there is anything to impute, which does not depend on the other choices."""
    filled, bare = (
        composite(replace(market), replace(framework, imputation=method)).scores
        for method in ("carry", "none")
    )
    return not filled.equals(bare)


def _indices(
    factors: Mapping[str, tuple[Any, ...]],
    variants: pd.DataFrame,
    number: np.ndarray,
    sessions: pd.DatetimeIndex,
    seed: int,
    *,
    gaps: bool,
) -> pd.DataFrame:
    """Return the indices of every outcome, one below the other."""
    parts = []
    for outcome in OUTCOMES:
        column = variants[outcome]
        if outcome == "last_switch":
            column = pd.Series(sessions.get_indexer(pd.Index(column.fillna(sessions[0]))) + 0.0)
        values = column.to_numpy(dtype=float)[number]
        if np.isnan(values).any():
            unknown = dict.fromkeys(SHARES, np.nan)
            part = pd.DataFrame(unknown | {"verdict": VERDICTS[2]}, index=list(factors))
        else:
            part = indices(factors, values, seed)
        if not gaps:
            part.loc["imputation", list(SHARES)] = np.nan
            part.loc["imputation", "verdict"] = NOTHING
        part = part.rename_axis("factor").reset_index()
        part.insert(0, "outcome", outcome)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _ranges(stated: Mapping[str, Any], drawn: pd.DataFrame) -> pd.DataFrame:
    rows = {}
    for outcome in OUTCOMES:
        known = drawn[outcome].dropna().sort_values()
        marks = [
            known.iloc[round(share * (len(known) - 1))] if len(known) else np.nan for share in RANGE
        ]
        rows[outcome] = [stated[outcome], *marks]
    return pd.DataFrame(
        rows, index=["stated", "low", "median", "high"], dtype=object
    ).T.rename_axis("outcome")
