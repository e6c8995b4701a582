"""The forward record: journal entries scored only on sessions after they were written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from backtest.costs import ETF_COSTS, Costs
from backtest.engine.benchmarks import benchmark_levels, benchmark_returns
from backtest.engine.plan import fill_used
from backtest.engine.simulate import simulate
from backtest.market import Market
from backtest.plain import document, plain
from backtest.strategy import Strategy
from backtest.today.journal import Entry, read
from backtest.today.position import position
from backtest.today.registration import rules_of
from backtest.today.today import CASH, Today
from backtest.tuning.blend import blend_returns

ONE_SIDED, POWER = 1.645, 0.842  # normal quantiles: a level of 5 %, found four times in five
MOVED = 1e-6  # weights that differ by less are the same


@dataclass(frozen=True, eq=False)
class Forward:
    """What one strategy's entries on one market have earned since.

    Attributes
    ----------
    strategy, market : str
        Their names.
    entries : DataFrame
        By number: the day written, the session its orders filled, the last session it counts to,
        how many sessions that is, and the returns over them of the entry, the benchmark and the
        static blend, as fractions after costs; NaN before there are any.
    returns : DataFrame
        By session: of the recorded weights (`forward`), the benchmark and the static blend.
    needed : int or None
        Entries it would take for a mean active return like this to be significant (one-sided
        level 5 %, power 80 %); None where the mean is not above 0, or there is no record.
    divergence : DataFrame
        Entry, instrument, the weight recorded and the one the same rules want on today's data, and
        which prices or series up to that session have changed since.
    benchmark : str
        What `benchmark` is.
    """

    strategy: str
    market: str
    entries: pd.DataFrame
    returns: pd.DataFrame
    needed: int | None
    divergence: pd.DataFrame
    benchmark: str


def decision_body(found: Today) -> dict[str, Any]:
    """Return what is recorded of `today`: what, by which rules, on which data."""
    market, strategy = found.market, found.strategy
    return document(
        {
            **rules_of(strategy),
            "market": market.name,
            "content": market.identity,
            "as_of": found.as_of,
            "regime": found.position.decided,
            "weights": {
                name: float(weight)
                for name, weight in zip(market.instruments, found.position.target, strict=True)
                if weight > 0
            },
            "columns": _column_hashes(market, found.as_of),
        }
    )


def forward(
    entries: Sequence[Entry], market: Market, strategy: Strategy, *, costs: Costs = ETF_COSTS
) -> Forward:
    """Score the recorded decisions of one strategy on one market.

    An entry's weights are decided after the last session up to the day it was written, so they fill
    at the first session after it, and count until the next entry's fill or the end of the record.

    Parameters
    ----------
    entries : sequence of Entry
        Of kind "decision", all of this strategy and market, oldest first.
    strategy : Strategy
        With the parameters recorded; what its rules say on today's data is compared.
    """
    made = [entry for entry in entries if entry.kind == "decision"]
    decided = [
        int(market.sessions.searchsorted(pd.Timestamp(one.day), "right")) - 1 for one in made
    ]
    returns = _returns(made, decided, market, strategy, costs)
    return Forward(
        strategy=strategy.name,
        market=market.name,
        entries=_scored(made, decided, market, returns),
        returns=returns,
        needed=_needed(returns, len(made)),
        divergence=_divergence(made, market, strategy, costs),
        benchmark=next(iter(benchmark_levels(market))),
    )


def forward_of(strategy: Strategy, market: Market) -> Forward | None:
    """Return what the journal holds of exactly these rules on this market; None for nothing."""
    rules = plain({**rules_of(strategy), "market": market.name})
    made = [
        entry
        for entry in read().entries
        if entry.kind == "decision" and all(entry.body[key] == rules[key] for key in rules)
    ]
    return forward(made, market, strategy) if made else None


def _returns(
    made: Sequence[Entry], decided: Sequence[int], market: Market, strategy: Strategy, costs: Costs
) -> pd.DataFrame:
    """Return daily returns from the first fill on; no rows where no entry has filled yet."""
    columns = ["forward", "benchmark", "blend"]
    last = len(market.sessions) - 1
    filled = [row for row in decided if 0 <= row < last]
    if not filled:
        return pd.DataFrame(columns=columns, index=market.sessions[:0], dtype=float)
    targets = pd.DataFrame(np.nan, index=market.sessions, columns=market.close.columns)
    for entry, row in zip(made, decided, strict=True):
        if 0 <= row < last:
            weights = pd.Series(dict(entry.body["weights"]), dtype=float)
            targets.iloc[row] = weights.reindex(targets.columns, fill_value=0.0).to_numpy()
    first, fill = min(filled), fill_used(market, "open")
    equity = simulate(targets, market, costs=costs, fill=fill, cash=CASH, first=first).equity
    own = (equity / equity.shift(fill_value=CASH) - 1.0).iloc[1:]
    blend = blend_returns(strategy, market, costs=costs, fill=fill, cash=CASH, first=first + 1)
    rival = next(iter(benchmark_returns(market, first + 1).values())).copy()
    if fill == "close":  # bought at that close, as the others are
        rival.iloc[0] = 0.0
    return pd.DataFrame({"forward": own, "benchmark": rival, "blend": blend})


def _scored(
    made: Sequence[Entry], decided: Sequence[int], market: Market, returns: pd.DataFrame
) -> pd.DataFrame:
    rows = {}
    ends = [*decided[1:], len(market.sessions) - 1]
    for entry, row, end in zip(made, decided, ends, strict=True):
        span = returns.loc[market.sessions[row + 1] : market.sessions[end]] if row < end else None
        earned = dict.fromkeys(returns.columns, np.nan)
        if span is not None and len(span):
            grown = np.prod(1.0 + span.to_numpy(dtype=float), axis=0) - 1.0
            earned = dict(zip(span.columns, map(float, grown), strict=True))
        rows[entry.number] = {
            "written": entry.day,
            "filled": market.sessions[row + 1] if 0 <= row < len(market.sessions) - 1 else pd.NaT,
            "to": market.sessions[end] if row < end else pd.NaT,
            "sessions": max(0, end - row),
            "regime": entry.body["regime"],
            **earned,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("entry")


def _needed(returns: pd.DataFrame, entries: int) -> int | None:
    active = (returns["forward"] - returns["blend"]).dropna().to_numpy()
    if len(active) < 2 or active.std(ddof=1) < 1e-12 or active.mean() <= 0:
        return None
    sessions = float(((ONE_SIDED + POWER) * active.std(ddof=1) / active.mean()) ** 2)
    return ceil(sessions / (len(active) / entries))


def _divergence(
    made: Sequence[Entry], market: Market, strategy: Strategy, costs: Costs
) -> pd.DataFrame:
    rows = []
    for entry in made:
        as_of = pd.Timestamp(entry.body["as_of"])
        seen = market.until(as_of)
        if len(seen.sessions) < 2 or seen.sessions[-1] != as_of:
            continue
        now = pd.Series(position(strategy, seen, costs, CASH).target, seen.instruments)
        then = pd.Series(dict(entry.body["weights"]), dtype=float)
        names = now.index.union(then.index)
        both = pd.DataFrame({"recorded": then.reindex(names), "now": now.reindex(names)}).fillna(
            0.0
        )
        moved = both[(both["recorded"] - both["now"]).abs() > MOVED]
        if len(moved):
            changed = _changed(entry.body["columns"], _column_hashes(market, as_of))
            rows += [(entry.number, name, *pair, changed) for name, pair in moved.T.items()]
    return pd.DataFrame(rows, columns=["entry", "instrument", "recorded", "now", "changed"])


def _changed(then: Mapping[str, str], now: Mapping[str, str]) -> str:
    names = [name for name in {**then, **now} if then.get(name) != now.get(name)]
    return ", ".join(names) if names else "nothing: the strategy's own file or version"


def _column_hashes(market: Market, as_of: pd.Timestamp) -> dict[str, str]:
    """Return eight hexadecimal digits for each price and series up to a session."""
    frames = {"close": market.close, "series": market.series}
    return {
        f"{kind} {name}": blake2b(
            frame.loc[:as_of, name].to_numpy(dtype=float).tobytes(), digest_size=4
        ).hexdigest()
        for kind, frame in frames.items()
        for name in frame.columns
    }
