"""The check after every sweep: kernel and vectorbt must agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from backtest.engine.simulate import simulate

if TYPE_CHECKING:
    from backtest.tuning.sweep_result import Sweep

AGREEMENT = 1e-9  # relative difference in final equity that is an error
CHECKED = 2  # random variants simulated again beside the best


def check_against_engine(found: Sweep) -> None:
    """Simulate the best and a few random variants by vectorbt; raise where the kernel differs."""
    random = np.random.default_rng(len(found)).integers(len(found), size=CHECKED)
    for row in dict.fromkeys([int(found.ranking[0]), *random.tolist()]):
        strategy = found.strategy(row)
        simulated = simulate(
            strategy.target_weights(found.market),
            found.market,
            costs=found.costs,
            fill=found.fill,
            cash=found.cash,
            first=found.first,
            rebalance=strategy.rebalance,
        )
        theirs = float(simulated.equity.iloc[-1])
        ours = found.cash * (1.0 + float(found.trials["total_return"].iloc[row]))
        if not abs(ours - theirs) <= AGREEMENT * abs(theirs):
            raise RuntimeError(
                f"variant {row} ({found.variants.parameters(row)}) ends at {ours:.6f} in the sweep "
                f"and at {theirs:.6f} in a single run; please report this"
            )
