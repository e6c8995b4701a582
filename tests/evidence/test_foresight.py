"""Perfect foresight is the best there is: compared with every path."""

from itertools import pairwise, product

import numpy as np
import pytest

from backtest.evidence.foresight import best_path


def earned(path, returns):
    return sum(returns[t + 1, path[t]] for t in range(len(path) - 1))


def allowed(path, switches, hold):
    at = [t for t in range(1, len(path)) if path[t] != path[t - 1]]
    apart = all(b - a >= hold for a, b in pairwise(at))
    return len(at) <= switches and apart


@pytest.mark.parametrize("switches", [0, 1, 2, 4])
@pytest.mark.parametrize("hold", [1, 2, 3])
def test_against_every_path(switches, hold):
    random = np.random.default_rng(switches * 10 + hold)
    for _ in range(5):
        returns = random.normal(0.0, 1.0, (8, 3))
        path = best_path(returns, switches=switches, hold=hold).tolist()
        best = max(
            earned(other, returns)
            for other in product(range(3), repeat=7)
            if allowed(other, switches, hold)
            for other in [(*other, other[-1])]
        )
        assert earned(path, returns) == pytest.approx(best)
        assert allowed(path[:-1], switches, hold)


def test_a_switch_that_costs_more_than_it_brings_is_not_made():
    returns = np.array([[0.0, 0.0], [0.1, 0.0], [0.0, 0.15], [0.0, 0.0]])
    assert best_path(returns, switches=3, hold=1, cost=0.2).tolist() == [1, 1, 1, 1]
