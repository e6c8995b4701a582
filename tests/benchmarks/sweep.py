"""What a sweep costs beside the usual ways: `python -m tests.benchmarks.sweep`.

31 sectors × 2,500 sessions of the sample market, costs on, in one process: every way is timed in
turn, round after round, and medians are compared, because machines are shared. Prints milliseconds
per variant, ratios against their targets, how cost grows with variants and sessions, and the peak
memory of sweeps in processes of their own. `--quick` is a small run of everything.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from numba import njit, prange

from backtest.costs import ETF_COSTS, CostModel
from backtest.data.sample import sample_market
from backtest.engine import kernel
from backtest.market import Market
from backtest.tuning.signals import regimes
from backtest.tuning.space import Variants, grid
from backtest.tuning.sweep import sweep_variants
from strategies import RateRotation, ThesisRotation

SESSIONS, CASH = 2500, 1_000_000.0
PROPORTIONAL = CostModel.from_bps(commission=2.5, stamp_duty=5.0)
THESIS = {
    "fall_bp": [5.0, 7.5, 10.0, 15.0, 20.0],
    "fall_window": [20, 40, 60, 90, 120],
    "rate_window": [60, 90, 120, 180, 240],
    "confidence": [1, 2, 3, 4],
    "leave_after": [1, 5, 10, 15, 20],
    "min_hold": [5, 10, 20, 40],
}
RATES = {
    "fall_bp": [float(value) for value in range(2, 22)],
    "fall_window": [20, 40, 60, 90, 120],
    "rate_window": list(range(60, 260, 20)),
    "min_hold": [1, 5, 10, 15, 20, 25, 30, 40, 50, 60],
}
# The figures a sweep has, by vectorbt's names; turnover and costs come from the order records.
STATISTICS = (
    "total_return",
    "annualized_return",
    "annualized_volatility",
    "sharpe_ratio",
    "sortino_ratio",
    "calmar_ratio",
    "max_drawdown",
)
# Ways by name: what they may cost per variant, as a fraction of which other way.
TARGETS = (
    ("whole sweep", "from_orders, all rows", 600),
    ("whole sweep", "vectorbt, rebalance rows, rust", 10),
    ("whole sweep", "bt", 5000),
    ("kernel, two baskets", "from_orders, all rows", 1500),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, one round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--large", action="store_true", help="memory of 100,000 variants too")
    parser.add_argument("--memory", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    with TemporaryDirectory() as home:  # the trials of a benchmark are nobody's
        os.environ["NQP_HOME"] = home
        _run(chosen)


def _run(chosen: argparse.Namespace) -> None:
    if chosen.memory:
        print(f"{_memory_above(chosen.memory):.3f}")
        return
    compare(1 if chosen.quick else chosen.rounds, 500 if chosen.quick else 10_000)
    scaling([250, 500] if chosen.quick else [625, 1250, 2500, 5000, 10_000])
    for count in [500] if chosen.quick else [10_000, 100_000] if chosen.large else [10_000]:
        command = [sys.executable, "-m", "tests.benchmarks.sweep", "--memory", str(count)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        print(f"peak memory above the loaded market, {count:,} variants: {float(said):.3f} GB")


def compare(rounds: int, variants: int) -> dict[str, float]:
    """Time every way in turn; print and return milliseconds per variant."""
    market = cut_market(SESSIONS)
    thesis = taken(grid(ThesisRotation(), THESIS), variants)
    rates = taken(grid(RateRotation(), RATES), variants)
    few = targets_of(market, taken(thesis, 100))
    on = kernel.stage(market, PROPORTIONAL, "close", CASH, 0)
    rate_regimes = regimes(rates, market)
    rate_codes = rate_regimes.codes(np.arange(len(rates)))
    baskets = rates.strategy.baskets(market)  # type: ignore[attr-defined]
    laid, narrow = kernel.rotation(baskets, "monthly", rate_regimes.names, market, on)
    growth = np.abs(np.random.default_rng(0).normal(1.0, 0.01, SESSIONS))

    def whole_sweep() -> None:
        fresh = replace(market)
        sweep_variants(thesis, fresh, costs=ETF_COSTS, fill="close", progress=lambda done: None)

    def kernel_alone() -> None:
        kernel.figures(rate_codes, laid, narrow, kernel.growth(laid, len(rates)))

    ways: dict[str, tuple[Callable[[], object], int]] = {
        "from_orders, all rows": (lambda: idiomatic(market, few[:20]), 20),
        "the same with its signals": (lambda: with_signals(market, thesis), 20),
        "vectorbt, rebalance rows, rust": (lambda: compacted(market, few), len(few)),
        "bt": (lambda: with_bt(market, few[:1]), 1),
        "whole sweep": (whole_sweep, len(thesis)),
        "kernel, two baskets": (kernel_alone, len(rates)),
        "arithmetic floor": (lambda: floor(growth, len(rates)), len(rates)),
    }
    wall: dict[str, list[float]] = {name: [] for name in ways}
    cpu: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):  # the first round compiles and is not counted
        for name, (way, count) in ways.items():
            began, used = time.perf_counter(), time.process_time()
            way()
            if number > 0:
                wall[name].append((time.perf_counter() - began) / count * 1e3)
                cpu[name].append((time.process_time() - used) / count * 1e3)
    median = {name: statistics.median(times) for name, times in wall.items()}
    used = {name: min(times) for name, times in cpu.items()}
    print(f"{len(market.instruments)} sectors × {SESSIONS} sessions, {len(thesis):,} variants,")
    print(f"{rounds} interleaved rounds: medians of wall times, least of CPU times\n")
    print(f"{'':34}{'ms/variant':>12}{'CPU ms':>10}{'spread, wall':>20}{'× idiomatic':>14}")
    for name, value in median.items():
        spread = f"{min(wall[name]):.4f}-{max(wall[name]):.4f}"
        ratio = used["from_orders, all rows"] / used[name]
        print(f"{name:34}{value:12.4f}{used[name]:10.4f}{spread:>20}{ratio:14,.1f}")
    print()
    for name, other, target in TARGETS:
        ratio, by_cpu = median[other] / median[name], used[other] / used[name]
        said = "reached" if by_cpu >= target else "MISSED"
        print(
            f"{name} vs {other}: CPU 1/{by_cpu:,.0f} (wall 1/{ratio:,.0f}); "
            f"held to 1/{target:,} {said}"
        )
    above = median["kernel, two baskets"] / median["arithmetic floor"]
    print(f"kernel, two baskets: {above:.1f} × the arithmetic floor; target 5 ×\n")
    return median


def scaling(counts: list[int]) -> tuple[float, float]:
    """Fit and print the exponents of cost in variants, sessions, instruments and baskets.

    Return what a sweep costs whatever its size, and a variant more, in seconds of CPU.
    """
    whole = grid(ThesisRotation(), THESIS)
    market = cut_market(SESSIONS)
    sizes = {
        "variants": (counts, lambda count: _seconds(market, taken(whole, count))),
        "sessions": (
            [1250, 1768, 2500],
            lambda length: _seconds(cut_market(length), taken(whole, counts[-1])),
        ),
        "instruments": ([8, 16, 31], lambda width: _kernel_seconds(market, width, 4, counts[-1])),
        "baskets": ([2, 4, 8], lambda number: _kernel_seconds(market, 31, number, counts[-1])),
    }
    found = {
        what: print_growth(what, several, [seconds(size) for size in several])
        for what, (several, seconds) in sizes.items()
    }
    return found["variants"]


def print_growth(what: str, sizes: list[int], times: list[float]) -> tuple[float, float]:
    """Print the exponent of times in sizes; print and return the straight line through them."""
    exponent = np.polyfit(np.log(sizes), np.log(times), 1)[0]
    fixed, each = np.linalg.lstsq(
        np.column_stack([np.ones(len(sizes)), sizes]), np.array(times), rcond=None
    )[0]
    listed = ", ".join(f"{n:,}: {t:.3f} s" for n, t in zip(sizes, times, strict=True))
    print(f"cost by {what}: {listed}; exponent {exponent:.2f}")
    print(f"  = {fixed:.3f} s + {each * 1e6:.1f} µs × {what}", flush=True)
    return float(fixed), float(each)


def _kernel_seconds(market: Market, instruments: int, baskets: int, variants: int) -> float:
    """Return the least CPU time of the kernel in three, of random switches among baskets."""
    drawn = np.random.default_rng(0)
    names = [f"basket {number}" for number in range(baskets)]
    listed = market.close.iloc[:, :instruments].notna()  # some came years later
    held = {
        name: (shares := listed * drawn.dirichlet(np.ones(instruments))).div(shares.sum(axis=1), 0)
        for name in names
    }
    on = kernel.stage(market, PROPORTIONAL, "close", CASH, 0)
    laid, narrow = kernel.rotation(held, "monthly", names, market, on)
    moves = drawn.random((variants, SESSIONS)) < 0.02
    codes = (np.cumsum(moves, axis=1) % baskets).astype(np.int8)
    times = []
    for _ in range(3):
        began = time.process_time()
        kernel.figures(codes, laid, narrow, kernel.growth(laid, variants))
        times.append(time.process_time() - began)
    return min(times)


def _seconds(market: Market, variants: Variants) -> float:
    """Return the least CPU time of a sweep in three."""
    times = []
    for _ in range(3):
        fresh = replace(market)
        began = time.process_time()
        sweep_variants(variants, fresh, fill="close", progress=lambda done: None)
        times.append(time.process_time() - began)
    return min(times)


def _memory_above(count: int) -> float:
    """Return the peak memory of a sweep above that of a loaded market, in GB."""
    market = cut_market(SESSIONS)
    space = {**THESIS, "trend_window": [80, 90, 100, 110, 120, 130, 140, 150, 160, 170]}
    variants = grid(ThesisRotation(), THESIS if count <= 10_000 else space)
    sweep_variants(taken(variants, 8), replace(market), progress=lambda done: None)
    Path("/proc/self/clear_refs").write_text("5")  # start the peak anew
    before = _status("VmRSS")
    found = sweep_variants(taken(variants, count), market, progress=lambda done: None)
    for _ in zip(range(3), found.chunks(), strict=False):
        pass
    return (_status("VmHWM") - before) / 2**20


def _status(key: str) -> int:
    """Return an entry of this process's status, in kB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(key))


def cut_market(sessions: int) -> Market:
    """Return the sample market's sectors over its last sessions."""
    whole = sample_market()
    market = whole.between(whole.sessions[-sessions], None)
    sectors = [name for name in market.instruments if name not in market.bonds]
    assert market.open is not None
    return replace(
        market,
        close=market.close[sectors],
        open=market.open[sectors],
        can_buy=market.can_buy[sectors],
        can_sell=market.can_sell[sectors],
        turnover=None if market.turnover is None else market.turnover[sectors],
    )


def taken(variants: Variants, count: int) -> Variants:
    """Return about `count` variants evenly spread over all."""
    if count >= len(variants):
        return variants
    rows = np.linspace(0, len(variants) - 1, count).astype(int)
    return replace(variants, codes=variants.codes[rows])


def targets_of(market: Market, variants: Variants) -> list[pd.DataFrame]:
    """Return the targets of some variants."""
    return [variants.variant(row).target_weights(market) for row in range(len(variants))]


def idiomatic(market: Market, targets: list[pd.DataFrame]) -> pd.DataFrame:
    """Simulate as vectorbt's documentation does: all rows, all variants side by side."""
    import vectorbt

    count = len(targets)
    close = pd.concat([market.close.bfill()] * count, axis=1, keys=range(count), names=["run", "s"])
    size = pd.concat(
        [frame.shift() for frame in targets], axis=1, keys=range(count), names=["run", "s"]
    )
    portfolio = vectorbt.Portfolio.from_orders(
        close,
        size=size,
        size_type="targetpercent",
        fees=0.00045,
        init_cash=CASH,
        group_by="run",
        cash_sharing=True,
        call_seq="auto",
        freq="1D",
    )
    found = {name: getattr(portfolio, name)() for name in STATISTICS}
    records = portfolio.orders.records
    run = records["col"] // market.close.shape[1]
    value = (records["size"] * records["price"]).groupby(run).sum()
    found["turnover"] = value / portfolio.value().mean().to_numpy()
    found["costs_paid"] = records["fees"].groupby(run).sum()
    return pd.DataFrame(found)


def with_signals(market: Market, variants: Variants) -> pd.DataFrame:
    """Ask variants for their targets, as a sweep has to, and simulate all rows."""
    return idiomatic(market, targets_of(replace(market), taken(variants, 20)))


def compacted(market: Market, targets: list[pd.DataFrame], width: int = 20) -> list[float]:
    """Hand vectorbt's simulator (Rust) the rows on which some variant trades, 20 at a time."""
    from vectorbt.portfolio import dispatch, nb

    close = market.close.bfill().to_numpy()
    columns = close.shape[1]
    found: list[float] = []
    for start in range(0, len(targets), width):
        sizes = np.stack([frame.to_numpy() for frame in targets[start : start + width]], axis=1)
        count = sizes.shape[1]
        rows = np.flatnonzero(np.isfinite(sizes).any(axis=(1, 2)))
        rows = rows[rows + 1 < len(close)]
        shape = (len(rows), count * columns)
        price = np.tile(close[rows + 1], count)
        groups = np.full(count, columns)
        records, _ = dispatch.simulate_from_orders(
            shape,
            groups,
            np.full(count, CASH),
            nb.build_call_seq(shape, groups, 0),
            size=sizes[rows].reshape(shape),
            price=price,
            size_type=np.asarray(5),
            fees=np.asarray(0.00045),
            val_price=price,
            close=price,
            auto_call_seq=True,
            engine="rust",
        )
        signed = np.where(records["side"] == 0, records["size"], -records["size"])
        bought, spent = np.zeros(shape), np.zeros((len(rows), count))
        bought[records["idx"], records["col"]] = signed
        place = (records["idx"], records["col"] // columns)
        np.add.at(spent, place, signed * records["price"] + records["fees"])
        shares = bought.cumsum(axis=0).reshape(len(rows), count, columns)
        cash = CASH - spent.cumsum(axis=0)
        last = np.searchsorted(rows + 1, np.arange(len(close)), side="right") - 1
        worth = np.einsum("tnk,tk->tn", shares[np.maximum(last, 0)], close)
        equity = np.where((last >= 0)[:, None], worth + cash[np.maximum(last, 0)], CASH)
        moved = equity[1:] / equity[:-1] - 1.0
        found += (moved.mean(axis=0) / moved.std(axis=0, ddof=1)).tolist()
        found += (equity / np.maximum.accumulate(equity)).min(axis=0).tolist()
    return found


def with_bt(market: Market, targets: list[pd.DataFrame]) -> None:
    """Run bt on the targets."""
    import bt

    for frame in targets:
        orders = frame.dropna(how="all").fillna(0.0)
        strategy = bt.Strategy(
            "rotation",
            [bt.algos.RunOnDate(*orders.index), bt.algos.WeighTarget(orders), bt.algos.Rebalance()],
        )
        test = bt.Backtest(
            strategy,
            market.close.bfill(),
            commissions=lambda quantity, price: abs(quantity) * price * 0.00045,
            integer_positions=False,
            progress_bar=False,
        )
        bt.run(test)


@njit(parallel=True)  # type: ignore[untyped-decorator]
def floor(growth: np.ndarray, variants: int) -> np.ndarray:
    """The least a day can cost: one look-up, two divisions, a maximum and three sums."""
    found = np.empty(variants)
    for variant in prange(variants):
        before = peak = equity = 1.0
        total = squares = depth = 0.0
        for session in range(len(growth)):
            equity = before * growth[session]
            moved = equity / before - 1.0
            total += moved
            squares += moved * moved
            peak = max(peak, equity)
            depth = min(depth, equity / peak)
            before = equity
        found[variant] = total + squares + depth
    return found


if __name__ == "__main__":
    main()
