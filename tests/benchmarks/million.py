"""A million variants whose figures another process computes: what this one still has to do."""

from __future__ import annotations

import resource
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import Any

import numpy as np

from backtest.tuning.remote import figures_here
from backtest.tuning.space import grid
from backtest.tuning.sweep import sweep_variants
from strategies import ThesisRotation
from tests.benchmarks.sweep import SESSIONS, THESIS, cut_market


def own_part(quick: bool) -> tuple[float, float]:
    """Print how it went; return the CPU seconds and peak bytes of this process."""
    space = {
        **THESIS,
        "trend_window": list(range(80, 180, 10)),
        "fall_bp": [2.0 + 0.5 * step for step in range(5 if quick else 50)],
    }
    variants, market = grid(ThesisRotation(), space), cut_market(SESSIONS)
    parts = []
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as elsewhere:

        def engine(part: Any, on: Any, **asked: Any) -> np.ndarray:
            told = {name: value for name, value in asked.items() if name != "progress"}
            parts.append(len(part))
            found: np.ndarray = elsewhere.submit(_figures, part, replace(on), told).result()
            return found

        began = time.process_time()
        sweep_variants(variants, market, fill="close", progress=lambda done: None, engine=engine)
        own = time.process_time() - began
    theirs = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"{len(variants):,} variants in {len(parts)} parts of up to {max(parts):,}; computing them "
        f"elsewhere took {theirs.ru_utime + theirs.ru_stime:.1f} s of CPU"
    )
    return own, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0


def _figures(variants: Any, market: Any, asked: dict[str, Any]) -> np.ndarray:
    return figures_here(variants, market, **asked, progress=lambda done: None)
