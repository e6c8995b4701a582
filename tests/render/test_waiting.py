"""What is said on stderr while something takes long."""

from __future__ import annotations

from numba import njit

from backtest.notes import SPOKEN, Note
from backtest.render.waiting import waiting


def test_compiling_is_said_once_and_only_where_something_is_compiled(capsys):
    doubled = njit(lambda x: x + x)
    said = []
    for number in (1, 2, 2.0):  # compiled; not again; compiled for another type
        with waiting(Note("simulating"), compiles=True):
            assert doubled(number) == 2 * number
        said.append(capsys.readouterr().err.splitlines())
    assert said == [
        ["simulating …", "compiling, up to half a minute, once …"],
        ["simulating …"],
        ["simulating …", "compiling, up to half a minute, once …"],
    ]


def test_compiling_is_said_in_the_language_of_the_command(capsys):
    spoken = SPOKEN.set("zh")
    try:
        with waiting(Note("simulating"), compiles=True):
            njit(lambda x: x - x)(1)
    finally:
        SPOKEN.reset(spoken)
    assert capsys.readouterr().err.splitlines() == ["模拟中 …", "编译中，至多半分钟，仅此一次 …"]
