"""Compiled work on many rows, shared among threads: it lets go of Python's lock meanwhile.

Numba's own parallel loops would do the same, but take three times as long to compile, and some of
their threading layers may not be entered twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar

import numba

WORTH_THREADS = 100_000  # cells; a second thread takes as long to wake as these take
PARTS = 4  # a thread, so that none waits long for the others

_most: ContextVar[int] = ContextVar("threads", default=numba.config.NUMBA_NUM_THREADS)


@contextmanager
def at_most(threads: int) -> Iterator[None]:
    """Let `in_parts` use no more threads than these."""
    before = _most.set(min(threads, _most.get()))
    try:
        yield
    finally:
        _most.reset(before)


def in_parts(rows: int, cells: int, work: Callable[[int, int], None]) -> None:
    """Call `work(begin, end)` until all rows, of so many cells each, are done.

    Parts may be worked on at the same time, so each writes to its own rows alone.
    """
    threads = _most.get()
    if threads == 1 or rows * cells < WORTH_THREADS:
        work(0, rows)
        return
    step = -(-rows // (threads * PARTS))
    begins = range(0, rows, step)
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(lambda begin: work(begin, min(begin + step, rows)), begins):
            pass
