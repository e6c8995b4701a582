"""Compiled functions follow the files of what they inline."""

import importlib
import sys

import pytest

from backtest.engine.kernel.stale import drop_stale

INNER = """
from numba import njit

@njit(inline="always")
def inner(x):
    return x + {added}
"""
OUTER = """
from numba import njit
from inner_of_test import inner

@njit(cache=True)
def outer(x):
    return inner(x)
"""


@pytest.fixture
def outer(tmp_path, monkeypatch):
    """Import the two files anew with another inner one, as a later process would."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "outer_of_test.py").write_text(OUTER)

    def outer(added):
        (tmp_path / "inner_of_test.py").write_text(INNER.format(added=added))
        for name in ("inner_of_test", "outer_of_test"):
            monkeypatch.delitem(sys.modules, name, raising=False)
        importlib.invalidate_caches()
        return importlib.import_module("outer_of_test")

    return outer


def test_what_inlines_another_file_is_compiled_again_when_that_changes(outer):
    for added, compiled in ((1, 1), (1, 0), (20, 1), (20, 0)):
        module = outer(added)
        drop_stale([module.outer], [module.inner])
        assert module.outer(0) == added
        assert sum(module.outer.stats.cache_misses.values()) == compiled
    assert outer(300).outer(0) == 20  # of itself Numba does not see it
