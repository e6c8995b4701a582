"""Work shared among threads: every row once, one thread where that is all there may be."""

import threading

import numpy as np
import pytest

from backtest.engine.kernel.threads import at_most, in_parts


@pytest.mark.parametrize(("rows", "cells"), [(0, 10), (1, 10), (7, 10**6), (1001, 10**6)])
def test_every_row_is_worked_on_once(rows, cells):
    done = np.zeros(rows, dtype=int)

    def work(begin, end):
        done[begin:end] += 1

    in_parts(rows, cells, work)
    assert (done == 1).all()


def test_a_limit_of_one_keeps_the_work_where_it_is():
    seen = []
    with at_most(1):
        in_parts(1000, 10**6, lambda begin, end: seen.append((begin, end, threading.get_ident())))
    assert seen == [(0, 1000, threading.get_ident())]


def test_what_goes_wrong_in_a_thread_is_raised():
    def work(begin, end):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_parts(1000, 10**6, work)
