"""The statistics against the libraries they must equal: `python -m tests.benchmarks.honesty`.

Prints equality, speed ratios in one process, the cost and peak memory of a whole sweep's honesty
(10,000 variants × 2,500 sessions × 16 blocks × 1,000 draws; `--quick` takes a tenth of the
variants), and what recording a million variants costs. Timings are CPU seconds of all threads, the
best of nine; libraries run once. How often each verdict falls is `tests.benchmarks.calibration`.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np
import pandas as pd

from backtest.engine.resampling import resampling_counts
from backtest.trials.fingerprints import fingerprints
from backtest.trials.ledger import Count, Ledger
from backtest.trials.tables import KEPT
from backtest.trials.tried import Held, Lineage, Tried, active_returns, by_month, days_of
from backtest.tuning.honesty import Honesty
from backtest.tuning.judge import judge
from backtest.tuning.pbo import block_sums, overfitting
from backtest.tuning.return_chunks import Array, as_chunks
from backtest.tuning.shifts import Signals
from backtest.tuning.spa import spa_test
from backtest.tuning.sweep import RECORDED
from backtest.tuning.timing_test import timing_test

T = TypeVar("T")
SESSIONS = 2500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer variants and simulations")
    quick = parser.parse_args().quick
    print(f"peak memory after imports: {_peak():.2f} GB")
    for variants in (100, 1_000) if quick else (100, 1_000, 10_000):
        honesty = whole_sweep(variants)
    print(honesty)
    against_ffn(blocks=10, variants=1_000)
    against_arch(variants=1_000, draws=200)
    against_arch(variants=1_000, draws=1_000)
    ledger_speed(100_000 if quick else 1_000_000)


def whole_sweep(variants: int) -> Honesty:
    """Print what the honesty of so many variants costs, and return it."""
    made = np.random.default_rng(0)
    returns = made.normal(0.0003, 0.012, (SESSIONS, variants))
    returns += made.normal(0.0, 0.008, SESSIONS)[:, None]
    codes = (np.cumsum(made.random((variants, SESSIONS)) < 0.02, axis=1) % 2).astype(np.int8)
    signals = Signals(codes, made.normal(0.0, 0.01, (2, SESSIONS)))
    before = _peak()
    tested, timing = _best(lambda: timing_test(codes[0], signals, per_year=242), times=3)
    seconds, honesty = _best(
        lambda: judge(
            returns,
            int(returns.mean(axis=0).argmax()),
            {"benchmark": returns[:, 0], "blend": returns.mean(axis=1)},
            per_year=242,
            count=Count(variants, variants // 10, 0),
            timing=timing,
            switches=30,
        ),
        times=1 + 100 // variants,  # the first and smallest twice: compiled by then
    )
    print(
        f"{variants:,} × {SESSIONS:,}: timing test {tested:.2f} s, all other figures (16 blocks, "
        f"1,000 draws) {seconds:.2f} s; peak {_peak():.2f} GB in all ({_peak() - before:.2f} GB "
        f"above the {returns.nbytes / 1e9:.2f} GB of returns)"
    )
    return honesty


def against_ffn(*, blocks: int, variants: int) -> None:
    import ffn  # type: ignore[import-untyped]

    returns = np.random.default_rng(1).normal(0.0003, 0.01, (SESSIONS, variants))
    theirs, expected = _best(
        lambda: ffn.calc_prob_backtest_overfitting(
            pd.DataFrame(returns), n_blocks=blocks, full_output=True
        ),
        times=1,
    )
    ours, found = _best(lambda: overfitting(*block_sums(returns, blocks), len(returns) // blocks))
    gap = float(np.abs(found.logits - expected["logits"].to_numpy()).max())
    print(
        f"\nCSCV {variants:,} × {blocks} blocks: ffn {theirs:.2f} s, here {ours * 1e3:.1f} ms, "
        f"{theirs / ours:,.0f} × faster; PBO {expected['pbo']:.6f} and {found.probability:.6f}, "
        f"largest gap of a logit {gap:.1e}"
    )


def against_arch(*, variants: int, draws: int) -> None:
    from arch.bootstrap import SPA, StepM

    made = np.random.default_rng(2)
    rival = made.normal(0.0, 0.01, SESSIONS)
    returns = 0.5 * rival[:, None] + made.normal(0.0, 0.01, (SESSIONS, variants))
    returns[:, :3] += 0.0012

    def spa() -> Array:
        test = SPA(-rival, -returns, block_size=12, reps=draws, seed=7)
        test.compute()
        values: Array = test.pvalues.to_numpy()
        return values

    def stepm() -> list[int]:
        test = StepM(-rival, -returns, block_size=12, reps=draws, seed=7)
        test.compute()
        return [int(str(one)) for one in test.superior_models]

    spa_seconds, expected = _best(spa, times=1)
    step_seconds, better = _best(stepm, times=1)
    resampling_counts(10, 2, 2, 0)
    ours, found = _best(
        lambda: spa_test(
            as_chunks(returns), {"rival": rival}, block_length=12, draws=draws, seed=7
        )["rival"]
    )
    gap = np.abs(np.array([found.lower, found.consistent, found.upper]) - expected).max()
    print(
        f"SPA and StepM {variants:,} × {draws} draws: arch {spa_seconds:.2f} s + "
        f"{step_seconds:.2f} s, both here {ours * 1e3:.1f} ms; {spa_seconds / ours:,.0f} × faster "
        f"than SPA alone, {(spa_seconds + step_seconds) / ours:,.0f} × than both; largest gap of "
        f"a p-value {gap:.1e}, better {better} and {found.better.tolist()}"
    )


def ledger_speed(variants: int) -> float:
    """Print and return the seconds that recording and counting so many trials take."""
    drawn = np.random.default_rng(0).random((6, variants))
    lineage = Lineage("sectors", "shenwan", ("801010",), "a" * 64)
    days = days_of(pd.bdate_range("2015-01-05", periods=SESSIONS))
    flips = np.random.default_rng(1).random((KEPT, SESSIONS)) < 0.02
    codes = (np.cumsum(flips, axis=1) % 2).astype(np.int8)
    earned = np.random.default_rng(2).normal(0.0, 0.01, (2, SESSIONS)).astype(np.float32)
    with TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "ledger.sqlite3")
        start = time.process_time()
        prints = fingerprints({f"p{place}": column for place, column in enumerate(drawn)})
        hashed = time.process_time()
        chunk = RECORDED
        parts = range(0, variants, chunk)
        for begin, some in zip(parts, np.array_split(np.arange(KEPT), len(parts)), strict=True):
            names = prints[begin : begin + chunk]
            rows = np.arange(len(names))[: len(some)]
            held = Held(days, ("a", "b"), earned, rows, codes[some][: len(rows)])
            month, sketches = by_month(days, active_returns(held.codes, held.returns))
            sketches = sketches if begin == 0 else sketches[:0]  # noise has no end of ideas
            tried = Tried("A", "a", names, "2015-01-05", "2024-12-31", (held,), month, sketches)
            ledger.record(lineage, tried, origin="sweep")
        done = time.process_time()
        count = ledger.count(lineage, "2015-01-05", "2024-12-31")
        counted = time.process_time()
        print(
            f"ledger: {variants:,} variants hashed in {hashed - start:.2f} s, recorded with "
            f"{KEPT:,} signals in {done - hashed:.2f} s, counted ({count.trials:,}) in "
            f"{counted - done:.2f} s; {ledger.path.stat().st_size / 1e6:.1f} MB"
        )
        return counted - start


def _best(work: Callable[[], T], times: int = 9) -> tuple[float, T]:
    def runs() -> Iterator[tuple[float, T]]:
        for _ in range(times):
            start = time.process_time()
            result = work()
            yield time.process_time() - start, result

    return min(runs(), key=lambda run: run[0])


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


if __name__ == "__main__":
    main()
