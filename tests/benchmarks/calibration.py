"""How often each verdict falls, by kind of market: `python -m tests.benchmarks.calibration`.

Every row is a kind of simulated market (`tests.tuning.simulated`): in how many of them the best of
36 variants is called skill, luck or neither; how often the timing test's p is at most 5 %; how
often the true Sharpe ratio of its timing lies above the bound; and how often Hansen's test against
the baskets held still, and a deflated Sharpe ratio over 95 %, would have called it skill. The last
column is TokIO's stepwise reality check on the same markets, where it is installed. `--markets N`
sets how many markets a row has, `--rival N` how many of them the slower columns. Finished rows are
kept: ended and begun again, it goes on with the next; `--row NAME` measures that one only.
"""

from __future__ import annotations

import argparse
import math
import os
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from backtest.trials.leaders import Leader, new_leaders
from backtest.trials.ledger import Count
from backtest.trials.tried import active_returns, by_month
from backtest.tuning.deflated_sharpe import deflation
from backtest.tuning.return_chunks import as_chunks
from backtest.tuning.shifts import Signals
from backtest.tuning.spa import spa_test
from backtest.tuning.timing_test import timing_test
from backtest.tuning.verdict import SIZE, Verdict, break_even
from tests.benchmarks import calibration_evidence
from tests.benchmarks.published import Kept, publish
from tests.tuning.simulated import (
    ETF,
    GRID,
    PER_YEAR,
    TRUE,
    WARM_UP,
    Array,
    Codes,
    Terms,
    World,
    best_of,
    momentum_signals,
    net_returns,
    rate_signals,
    worlds,
)

WITH_RIVAL = (
    "no skill",
    "hidden regimes, 10 % a year",
    "hidden regimes, 20 % a year",
    "hidden regimes, 40 % a year",
    "planted 20 % a year",
)
MORE = (
    "The columns of the table above, for rows in which 300 markets leave doubt: a rate of 5 % of "
    "900 is uncertain by 1.5 points."
)
REFINED = 60  # markets in which a search is refined ten times
HEAD = ("skill", "luck", "cannot tell", "p ≤ 5 %", "missed", "Hansen", "deflated", "TokIO")


@dataclass(frozen=True)
class Tried:
    """What was tried on one market, and the truth about it."""

    codes: Codes
    baskets: Array
    pick: int
    cost: float = ETF
    truth: float = 0.0
    reach: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markets", type=int, default=300)
    parser.add_argument("--rival", type=int, default=100)
    parser.add_argument("--row", action="append", help="this row only; may be repeated")
    parser.add_argument("--evidence", action="store_true", help="the statistics of claims instead")
    parser.add_argument("--market", default="sample", help="whose sessions, with --evidence; real")
    parser.add_argument("--write", action="store_true", help="into the documentation")
    options = parser.parse_args()
    if options.evidence:
        heading = f"The evidence, on markets like {options.market}"
        said, lines = calibration_evidence.SAID, calibration_evidence.table
        found = lines(options.markets, options.market)
    else:
        heading, said = "The verdict on a tuned variant", " ".join(__doc__.split("\n\n")[1].split())
        if options.row:
            heading, said = f"{heading}, on more markets", MORE
        found = table(options.markets, options.rival, options.row)
    printed = []
    for line in found:
        print(line, flush=True)
        printed.append(line)
    if options.write:
        command = shlex.join(["python", "-m", "tests.benchmarks.calibration", *sys.argv[1:]])
        publish(heading, command, said, printed)


def table(markets: int, rivals: int, rows: list[str] | None = None) -> Iterator[str]:
    """Yield the table line by line, of some rows if they are named."""
    kept = Kept(f"verdict-{markets}-{rivals}")
    yield f"{markets} markets a row; Hansen, deflated and TokIO on {min(rivals, markets)}"
    yield f"{'':34s}" + "".join(f"{name:>12s}" for name in HEAD)
    for name, tried in cells(markets):
        if rows is None or name in rows:
            yield kept.cell(name, partial(row, name, tried, rivals))
    for planted in (0.0, 0.20) if rows is None else ():
        few = min(markets, REFINED)
        yield kept.cell(f"refined, {planted:.0%}", partial(refined, planted, few))


def cells(count: int) -> Iterator[tuple[str, Iterable[Tried]]]:
    """Yield each kind of market by its name."""
    yield "no skill", simple(Terms(), count)
    yield "no skill, no costs", simple(Terms(), count, cost=0.0)
    real = real_gap()
    if real is not None:
        yield "real prices, a random yield", on_real(real, count)
    yield "market drift, unlike betas", simple(Terms(drift=0.2, betas=(1.2, 0.8)), count)
    yield "hidden regimes, 10 % a year", simple(Terms(regimes=0.10), count)
    yield "hidden regimes, 20 % a year", simple(Terms(regimes=0.20), count)
    yield "hidden regimes, 40 % a year", simple(Terms(regimes=0.40), count)
    yield "constant gap, 10 % a year", simple(Terms(gap=0.10), count)
    yield "momentum, no skill", momentum(Terms(), count)
    yield "three baskets, no skill", three(Terms(), count)
    yield "five sweeps, no skill", five(Terms(), count)
    for planted in (0.10, 0.20, 0.40):
        yield f"planted {100 * planted:.0f} % a year", simple(Terms(planted=planted), count)
    yield "five sweeps, one planted 20 %", five(Terms(planted=0.20), count)
    for years in (5, 20):
        yield f"{years} years, no skill", simple(Terms(years=years), count)
        yield f"{years} years, hidden regimes", simple(Terms(years=years, regimes=0.10), count)
        yield f"{years} years, planted 20 %", simple(Terms(years=years, planted=0.20), count)


def simple(terms: Terms, count: int, cost: float = ETF) -> Iterator[Tried]:
    """Sweep the trigger on each market."""
    for world in worlds(terms, count):
        codes = rate_signals(world.yields)
        yield with_truth(codes, world, terms, cost)


def with_truth(codes: Codes, world: World, terms: Terms, cost: float) -> Tried:
    """Return a sweep and what its best variant's timing is truly worth."""
    pick = best_of(net_returns(codes, world.baskets, cost))
    if not terms.planted:
        return Tried(codes, world.baskets, pick, cost)
    held = (codes[pick] == 0).astype(float)
    apart = held - held.mean()
    on = rate_signals(world.yields, GRID[TRUE : TRUE + 1])[0] == 0
    worth = (apart * on).mean() * terms.planted / PER_YEAR
    spread = (apart * (world.baskets[0] - world.baskets[1])).std()
    truth = worth / spread * math.sqrt(PER_YEAR) if spread > 0 else 0.0
    return Tried(codes, world.baskets, pick, cost, truth)


def momentum(terms: Terms, count: int) -> Iterator[Tried]:
    """Sweep rules made of the prices themselves."""
    for world in worlds(terms, count):
        codes = momentum_signals(world.baskets)[:, 181:]
        baskets = world.baskets[:, 181:]
        yield Tried(codes, baskets, best_of(net_returns(codes, baskets, ETF)), reach=181)


def three(terms: Terms, count: int) -> Iterator[Tried]:
    """Sweep a rotation between two baskets and cash: cash where two triggers disagree."""
    for world in worlds(terms, count):
        first = rate_signals(world.yields)
        second = rate_signals(world.yields, GRID[::-1])
        codes = np.where(first == second, first, np.int8(2)).astype(np.int8)
        baskets = np.vstack([world.baskets, np.zeros(world.baskets.shape[1])])
        yield Tried(codes, baskets, best_of(net_returns(codes, baskets, ETF)))


def five(terms: Terms, count: int) -> Iterator[Tried]:
    """Sweep the trigger on its own yield and on four that have nothing to do with it."""
    strange = [worlds(Terms(years=terms.years), count, seed) for seed in range(101, 105)]
    for number, world in enumerate(worlds(terms, count)):
        others = [rate_signals(made[number].yields) for made in strange]
        codes = np.vstack([rate_signals(world.yields), *others])
        own = with_truth(codes[: len(GRID)], world, terms, ETF)
        if terms.planted:  # the real one is asked about, among all five
            yield Tried(codes, world.baskets, own.pick, truth=own.truth)
        else:
            yield Tried(codes, world.baskets, best_of(net_returns(codes, world.baskets, ETF)))


def real_gap() -> Array | None:
    """Return what the thesis's two sides earned by session on real sectors, if they are here."""
    folder = os.environ.get("NQP_MARKET_DATA")
    if folder is None:
        return None
    from backtest.engine.held import held
    from strategies import RateRotation
    from tests.real import real_market

    market = real_market(Path(folder))
    baskets = RateRotation().baskets(market)
    nothing = np.zeros((1, len(market.sessions)), dtype=np.int8)
    found = held(
        baskets,
        list(baskets),
        nothing,
        market,
        fill="close",
        first=0,
        rows=np.arange(1),
        known_from=np.zeros(1, dtype=int),
        reach=0,
    )
    earned: Array = found.returns[::-1].astype(float)
    return earned


def on_real(baskets: Array, count: int) -> Iterator[Tried]:
    """Sweep the trigger on yields that have nothing to do with the real prices."""
    sessions = baskets.shape[1]
    for world in worlds(Terms(years=sessions // PER_YEAR + 1), count):
        codes = np.ascontiguousarray(rate_signals(world.yields)[:, :sessions])
        yield Tried(codes, baskets, best_of(net_returns(codes, baskets, ETF)))


def row(name: str, tries: Iterable[Tried], rivals: int) -> str:
    """Return one row of the table."""
    said: list[str] = []
    sure, missed, hansen, deflated, theirs = [], [], [], [], []
    tokio = rival()
    for number, tried in enumerate(tries):
        pick = tried.pick
        signals = Signals(tried.codes, tried.baskets, tried.reach)
        timing = timing_test(tried.codes[pick], signals, per_year=PER_YEAR)
        own = tried.codes[pick : pick + 1]
        switches = int((own[:, 1:] != own[:, :-1]).sum())
        active = active_returns(own, tried.baskets.astype(np.float32))
        even = break_even(float(active.sum()), float(switches))
        years = tried.codes.shape[1] / PER_YEAR
        count = Count(len(tried.codes), 1, 0)
        said.append(Verdict(timing, count, years, switches, even, tried.cost).word)
        sure.append(timing.p <= SIZE)
        missed.append(tried.truth > timing.bound)
        if number < rivals:
            returns = net_returns(tried.codes, tried.baskets, tried.cost)
            still = tried.baskets.mean(axis=0)
            test = spa_test(
                as_chunks(returns.T), {"blend": still}, block_length=5, draws=300, seed=number
            )
            hansen.append(test["blend"].consistent <= SIZE)
            month, sketches = by_month(
                np.arange(tried.codes.shape[1], dtype=np.int32) * 3 // 2,
                active_returns(tried.codes, tried.baskets.astype(np.float32)),
            )
            effective = len(new_leaders(sketches, month, ()))
            found = deflation(returns[pick] - still, PER_YEAR, effective)
            deflated.append(found.probability >= 1.0 - SIZE)
            if tokio is not None and name in WITH_RIVAL:
                theirs.append(tokio(tried))
    falls = [[one == verdict for one in said] for verdict in HEAD[:3]]
    columns = (*falls, sure, missed, hansen, deflated, theirs)
    shares = [float(np.mean(one)) if one else math.nan for one in columns]
    cells = "".join(f"{'–' if math.isnan(one) else f'{one:.1%}':>12s}" for one in shares)
    return f"{name:34s}{cells}"


def rival() -> Callable[[Tried], bool] | None:
    """Return what asks TokIO whether any of a family is real; None where it is not installed."""
    try:
        from tokio_ai.family import check_many  # type: ignore[import-untyped]
    except ImportError:
        return None

    def finds(tried: Tried) -> bool:
        gap = tried.baskets[0] - tried.baskets[1]
        # Its conditions are known at the close before the return they are about.
        asked = {str(row): [*(one[1:] == 0), None] for row, one in enumerate(tried.codes)}
        return any(one.gap > 0 for one in check_many(gap, asked).significant)

    return finds


def refined(planted: float, count: int) -> str:
    """Refine ten times around the winner: what was counted, whether it ever fell, what passes."""
    fell = rose = found = 0
    last: list[int] = []
    for number, world in enumerate(worlds(Terms(planted=planted), count)):
        made = np.random.default_rng(number)
        grid, every = GRID, np.empty((0, world.baskets.shape[1]), dtype=np.int8)
        leaders: list[Leader] = []
        watched: Array | None = None
        before, chance = 0, 1.0
        for _ in range(10):
            codes = rate_signals(world.yields, grid)
            every = np.vstack([every, codes])
            days = np.arange(codes.shape[1], dtype=np.int32) * 3 // 2
            month, sketches = by_month(
                days, active_returns(codes, world.baskets.astype(np.float32))
            )
            new = new_leaders(sketches, month, leaders)
            leaders += [Leader(month, sketches[row]) for row in new]
            returns = net_returns(codes, world.baskets, ETF)
            winner = best_of(returns)
            watched = returns[winner] if watched is None else watched
            now = deflation(watched - world.baskets.mean(axis=0), PER_YEAR, len(leaders))
            fell += len(leaders) < before
            rose += now.probability > chance + 1e-12
            before, chance = len(leaders), now.probability
            window, fall, average = grid[winner]
            grid = tuple(
                (
                    int(np.clip(window + made.integers(-8, 9), 5, 200)),
                    float(np.clip(fall + made.normal(0.0, 2.0), 1.0, 40.0)),
                    int(np.clip(average + made.integers(-15, 16), 20, WARM_UP - 10)),
                )
                for _ in range(len(GRID))
            )
        best = best_of(net_returns(every, world.baskets, ETF))
        made_when = np.repeat(np.arange(10), len(GRID))
        asked = Signals(every, world.baskets, made=made_when)
        timing = timing_test(every[best], asked, per_year=PER_YEAR)
        found += timing.p <= SIZE
        last.append(before)
    return (
        f"refined ten times around the winner, {planted:.0%} a year planted, {count} markets: p ≤ "
        f"5 % in {found / count:.1%}; effective trials fell {fell} times, the first winner's "
        f"deflated figure rose {rose} times; {np.mean(last):.0f} independent of 360 at the end"
    )


if __name__ == "__main__":
    main()
