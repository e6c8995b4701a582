"""Placebos of a rotation: the same trading without the knowledge.

Three ways to take the knowledge out: as many switches, as far apart, on other dates; the whole
signal moved in time, round the record's end; the sectors of all baskets dealt again by lot. Each
leaves all else as it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import comb
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtest.evidence.regime_replay import Codes, RegimeReplay, stretches

DRAWS = 2000
DEALS = 1000
METRICS = ("total_return", "sharpe")


@dataclass(frozen=True, eq=False)
class PlaceboTest:
    """How a strategy's figures compare with those of placebos.

    Attributes
    ----------
    kind : str
        "switch dates", "time shifts" or "sectors dealt again".
    figures : DataFrame
        `total_return` and `sharpe` of every placebo.
    actual : mapping
        The strategy's own.
    p : mapping
        Share of placebos at least as good, the strategy counted as one of them.
    exact : bool
        Whether the placebos are all there are.
    synthetic : bool
        Whether the prices are.
    """

    kind: str
    figures: pd.DataFrame
    actual: dict[str, float]
    exact: bool
    synthetic: bool = False

    @property
    def p(self) -> dict[str, float]:
        """Share of placebos at least as good as the strategy, by figure."""
        found = {}
        for name in METRICS:
            values = self.figures[name].dropna().to_numpy()
            as_good = int((values >= self.actual[name] - 1e-9).sum())
            extra = 0 if self.exact else 1
            found[name] = (as_good + extra) / (len(values) + extra) if len(values) else float("nan")
        return found

    def to_json(self) -> dict[str, Any]:
        """Return it as `nqp evidence --json` prints it."""
        return {
            "kind": self.kind,
            "draws": len(self.figures),
            "exact": self.exact,
            "actual": self.actual,
            "median": {name: float(self.figures[name].median()) for name in METRICS},
            "p": self.p,
        }


def switch_dates(played: RegimeReplay, *, draws: int = DRAWS, seed: int = 0) -> PlaceboTest | None:
    """Put the same switches, in the same order, on other dates; None without a switch.

    No two are closer than the closest two of the strategy's own. Every such path where there are
    at most `draws`, else that many drawn with equal chance.
    """
    path = played.path[played.free]
    starts, codes = stretches(path)
    count = len(codes)
    if count < 2:
        return None
    inner = np.diff(starts)
    least = np.ones(count, dtype=np.int64)  # of the first and the last stretch only a part shows
    least[1:-1] = inner[1:].min() if count > 2 else 1
    spare = len(path) - int(least.sum())
    every = comb(spare + count - 1, count - 1)
    if every <= draws:
        lengths = np.array(list(_all_lengths(spare, count))) + least
    else:
        lengths = _some_lengths(spare, count, draws, np.random.default_rng(seed)) + least
    drawn = np.array([np.repeat(codes, row) for row in lengths], dtype=np.int8)
    return _test("switch dates", played, drawn, exact=every <= draws)


def time_shifts(played: RegimeReplay, *, draws: int = DRAWS) -> PlaceboTest | None:
    """Move the whole signal in time, round the record's end; None where it never changes."""
    path = played.path[played.free]
    if len(stretches(path)[1]) < 2:
        return None
    shifts = np.arange(1, len(path))
    if len(shifts) > draws:
        shifts = shifts[np.linspace(0, len(shifts) - 1, draws).round().astype(int)]
    drawn = np.array([np.roll(path, shift) for shift in shifts], dtype=np.int8)
    return _test("time shifts", played, drawn, exact=False)


def sectors_dealt(played: RegimeReplay, *, deals: int = DEALS, seed: int = 0) -> PlaceboTest:
    """Deal the sectors anew between baskets, with the strategy's own dates.

    Instruments with a price from the first session on change places; what is listed later, and
    what is no sector, stays. Sectors of a basket move together, so a strategy's figures lie further
    from those of all deals than other deals' do, for better or worse: each deal's distance from
    their mean (of returns, in logs) is brought to the spread of the strategy's own baskets.
    """
    market = played.market
    sectors = {name for names in market.by_sector.values() for name in names}
    start = market.close.iloc[max(played.first - 1, 0)]
    columns = list(market.close.columns)
    movable = [k for k, name in enumerate(columns) if name in sectors and pd.notna(start[name])]
    random = np.random.default_rng(seed)
    orders = np.tile(np.arange(len(columns)), (deals, 1))
    for order in orders:
        order[movable] = random.permutation(movable)
    figures = played.dealt(orders)[list(METRICS)]
    spread = spread_of_deals(played, np.vstack([np.arange(len(columns)), orders]))
    wider = np.divide(spread[0], spread[1:], out=np.ones(deals), where=spread[1:] > 0)
    figures["total_return"] = np.log1p(figures["total_return"])
    figures = figures.mean() + (figures - figures.mean()).mul(wider, axis=0)
    figures["total_return"] = np.expm1(figures["total_return"])
    return PlaceboTest(
        "sectors dealt again", figures, _actual(played), exact=False, synthetic=market.synthetic
    )


def spread_of_deals(played: RegimeReplay, orders: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return by deal how far what is held spreads around all sectors alike, a session."""
    moves = played.market.close.iloc[played.first :].pct_change(fill_method=None)
    sectors = [name for names in played.market.by_sector.values() for name in names]
    apart = moves.sub(moves[sectors].mean(axis=1), axis=0)
    covariance = apart.cov().fillna(0.0).to_numpy()
    squares = np.zeros(len(orders))
    for code in played.choices:
        share = float((played.path[played.free] == code).mean())
        basket = played.baskets[played.names[code]]
        mean = basket.reindex(columns=moves.columns, fill_value=0.0).mean().to_numpy(dtype=float)
        held = np.zeros(orders.shape)
        np.put_along_axis(held, orders, np.tile(np.nan_to_num(mean), (len(orders), 1)), axis=1)
        squares += share * ((held @ covariance) * held).sum(axis=1)
    return np.sqrt(np.maximum(squares, 0.0))


def _test(kind: str, played: RegimeReplay, drawn: Codes, *, exact: bool) -> PlaceboTest:
    paths = np.repeat(played.path[None], len(drawn), axis=0)
    paths[:, played.free] = drawn
    figures = played.figures(paths)[list(METRICS)]
    return PlaceboTest(kind, figures, _actual(played), exact, played.market.synthetic)


def _actual(played: RegimeReplay) -> dict[str, float]:
    own = played.figures(played.path[None]).iloc[0]
    return {name: float(own[name]) for name in METRICS}


def _all_lengths(spare: int, count: int) -> Iterator[list[int]]:
    """Yield every way to spread `spare` sessions over `count` stretches."""
    for bars in combinations(range(spare + count - 1), count - 1):
        edges = (-1, *bars, spare + count - 1)
        yield [after - before - 1 for before, after in pairwise(edges)]


def _some_lengths(
    spare: int, count: int, draws: int, random: np.random.Generator
) -> NDArray[np.int64]:
    """Draw ways to spread `spare` sessions over `count` stretches, all equally likely."""
    found = np.empty((draws, count), dtype=np.int64)
    for draw in range(draws):
        bars = np.sort(random.choice(spare + count - 1, count - 1, replace=False))
        found[draw] = np.diff(np.r_[-1, bars, spare + count - 1]) - 1
    return found
