"""The statistics against the libraries they must equal: `python -m tests.benchmarks.honesty`.

Prints equality, speed ratios in one process, the cost and peak memory of a whole sweep's honesty
(10,000 variants × 2,500 sessions × 16 blocks × 1,000 draws; `--quick` takes a tenth of the
variants), and how often each verdict falls on markets of noise and on markets with a planted
trigger. Timings are the best of nine; the libraries run once.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np
import pandas as pd

from backtest.trials.fingerprints import fingerprints
from backtest.trials.ledger import Ledger
from backtest.tuning.assess import assess
from backtest.tuning.chunks import Array, as_chunks
from backtest.tuning.pbo import overfitting
from backtest.tuning.resampling import resampling_counts
from backtest.tuning.spa import superiority
from tests.tuning.sweeps import trigger_sweep

T = TypeVar("T")
SESSIONS = 2500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer variants and simulations")
    quick = parser.parse_args().quick
    print(f"peak memory after imports: {_peak():.2f} GB")
    whole_sweep(1_000 if quick else 10_000)
    against_ffn(blocks=10, variants=1_000)
    against_arch(variants=1_000, draws=200)
    against_arch(variants=1_000, draws=1_000)
    ledger_speed(10_000)
    size_of_superiority(100 if quick else 1_000)
    verdicts(20 if quick else 200)


def whole_sweep(variants: int) -> None:
    made = np.random.default_rng(0)
    returns = made.normal(0.0003, 0.012, (SESSIONS, variants))
    returns += made.normal(0.0, 0.008, SESSIONS)[:, None]
    before = _peak()
    seconds, honesty = _best(
        lambda: assess(
            returns,
            int(returns.mean(axis=0).argmax()),
            returns[:, 0],
            returns.mean(axis=1),
            per_year=242,
            trials=variants,
            switches=30,
        ),
        times=1,
    )
    print(
        f"\nassess {variants:,} × {SESSIONS:,}, 16 blocks, 1,000 draws: {seconds:.1f} s, peak "
        f"{_peak():.2f} GB in all ({_peak() - before:.2f} GB above the {returns.nbytes / 1e9:.2f} "
        f"GB of returns)\n{honesty}"
    )


def against_ffn(*, blocks: int, variants: int) -> None:
    import ffn

    returns = np.random.default_rng(1).normal(0.0003, 0.01, (SESSIONS, variants))
    theirs, expected = _best(
        lambda: ffn.calc_prob_backtest_overfitting(
            pd.DataFrame(returns), n_blocks=blocks, full_output=True
        ),
        times=1,
    )
    ours, found = _best(lambda: overfitting(as_chunks(returns), blocks=blocks))
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
        return list(test.superior_models)

    spa_seconds, expected = _best(spa, times=1)
    step_seconds, better = _best(stepm, times=1)
    resampling_counts(10, 2, 2, 0)
    ours, found = _best(
        lambda: superiority(
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


def ledger_speed(variants: int) -> None:
    rows = np.arange(variants)
    grid = {f"p{place}": rows // 10**place % 10 * (0.1 + place) for place in range(4)}
    drawn = np.random.default_rng(0).random((6, variants))
    with TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "ledger.sqlite3")
        for name, columns in (
            ("grid", {**grid, "p4": 1.0, "p5": "tech", "costs": "etf"}),
            ("random", {f"p{place}": column for place, column in enumerate(drawn)}),
        ):
            start = time.perf_counter()
            tried = fingerprints(columns)
            hashed = time.perf_counter()
            new = ledger.record(name, "snapshot", ("2015-01-05", "2024-12-31"), tried)
            done = time.perf_counter()
            ledger.record(name, "snapshot", ("2015-01-05", "2024-12-31"), tried)
            again = time.perf_counter()
            print(
                f"ledger, {name}: {variants:,} variants hashed in {(hashed - start) * 1e3:.1f} ms, "
                f"recorded in {(done - hashed) * 1e3:.1f} ms ({new:,} new), again in "
                f"{(again - done) * 1e3:.1f} ms"
            )


def size_of_superiority(sweeps: int) -> None:
    rejected: Counter[str] = Counter()
    for seed in range(sweeps):
        sweep = trigger_sweep(seed, sessions=750, skill=0.0)
        test = superiority(
            as_chunks(sweep.returns),
            {"blend": sweep.blend},
            block_length=10,
            draws=500,
            seed=seed,
        )["blend"]
        for name in ("lower", "consistent", "upper", "studentized"):
            rejected[name] += getattr(test, name) <= 0.05
    shares = ", ".join(f"{name} {count / sweeps:.1%}" for name, count in rejected.items())
    print(f"\nSPA at 5 % on {sweeps:,} sweeps without skill rejects: {shares}")


def verdicts(markets: int) -> None:
    for name, skill, sessions in (
        ("noise, ten years", 0.0, 2420),
        ("noise, one year", 0.0, 242),
        ("Sharpe 1 planted, ten years", 1.0, 2420),
        ("Sharpe 2 planted, ten years", 2.0, 2420),
        ("Sharpe 2 planted, one year", 2.0, 242),
    ):
        found: Counter[str] = Counter()
        figures = []
        for seed in range(markets):
            sweep = trigger_sweep(seed, sessions=sessions, skill=skill)
            honesty = sweep.honesty(draws=300, blocks=10)
            found[honesty.verdict] += 1
            figures.append((honesty.overfitting, honesty.deflated_sharpe >= 0.95))
        overfit, deflated = np.mean(figures, axis=0)
        told = ", ".join(f"{verdict} {count / markets:.0%}" for verdict, count in found.items())
        print(
            f"{name}, {markets} markets: {told}; mean PBO {overfit:.2f}, deflated Sharpe over "
            f"95 % in {deflated:.1%}; effective trials {honesty.effective_trials} "
            f"of {honesty.trials}"
        )


def _best(work: Callable[[], T], times: int = 9) -> tuple[float, T]:
    def runs() -> Iterator[tuple[float, T]]:
        for _ in range(times):
            start = time.perf_counter()
            result = work()
            yield time.perf_counter() - start, result

    return min(runs(), key=lambda run: run[0])


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


if __name__ == "__main__":
    main()
