"""What `--out` writes and never removes, and cells a spreadsheet would compute."""

import errno
import os

import pandas as pd
import pytest

from backtest import load_market
from tests.command import nqp

RUN = ("run", "mine.py:Mine", "--end", "2015-06-30")
OWN = '''"""A strategy whose baskets have names that a spreadsheet takes for formulas, in turn."""
from dataclasses import dataclass
import pandas as pd
from backtest import RotationStrategy
from backtest.strategy.allocation import equal


@dataclass(frozen=True)
class Mine(RotationStrategy):
    """Hold baskets with awkward names, ten sessions each."""

    def regime(self, market):
        names = [NAMES[number // 10 % len(NAMES)] for number in range(len(market.sessions))]
        return pd.Series(names, index=market.sessions)

    def baskets(self, market):
        return {name: equal(market) for name in NAMES}
'''
NAMES = ["=1+1", "+x", "-2", "@SUM(A1)", "\t=1", "'=1", "''@x", "＝1"]


@pytest.fixture
def work(tmp_path):
    (tmp_path / "mine.py").write_text(f"{OWN}\n\nNAMES = {NAMES!r}\n", encoding="utf-8")
    return tmp_path


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_no_cell_of_text_is_a_formula_and_the_folder_reads_back(work):
    done = nqp(*RUN, "--out", "out", cwd=work)
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(work / "out" / "regime.csv", keep_default_na=False)
    assert set(table["regime"]) - {"cash", ""} == {f"'{name}" for name in NAMES}
    done = nqp("verify", "out", "--strategy", "mine.py:Mine", cwd=work)
    assert done.returncode == 0, done.stderr
    done = nqp("report", "out", "--strategy", "mine.py:Mine", "--json", cwd=work)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("run", "equal-weight", "--end", "2015-06-30"),
        ("compare", "equal-weight", "buy-and-hold", "--end", "2015-06-30"),
        ("index", "--as-of", "2018-06-29"),
    ],
    ids=lambda words: words[0],
)
def test_an_earlier_result_needs_force_and_what_is_not_of_it_is_never_removed(work, words):
    first = nqp(*words, "--out", "out", cwd=work)
    assert first.returncode == 0, first.stderr
    held = {path.name: path.read_bytes() for path in (work / "out").iterdir()}
    again = nqp(*words, "--out", "out", cwd=work)
    assert (again.returncode, again.stdout) == (2, "")
    assert "nqp: folder out holds an earlier result (" in again.stderr
    assert {path.name: path.read_bytes() for path in (work / "out").iterdir()} == held
    (work / "out" / "notes.txt").write_text("mine")
    for more in ((), ("--force",)):
        refused = nqp(*words, "--out", "out", *more, cwd=work)
        assert refused.returncode == 2
        assert "holds other files (notes.txt …)" in refused.stderr
    assert (work / "out" / "notes.txt").read_text() == "mine"
    (work / "out" / "notes.txt").unlink()
    forced = nqp(*words, "--out", "out", "--force", cwd=work)
    assert forced.returncode == 0, forced.stderr
    assert {path.name: path.read_bytes() for path in (work / "out").iterdir()} == held


def test_a_disk_that_fills_up_leaves_nothing_half_and_the_next_time_works(work, monkeypatch):
    words = ("run", "equal-weight", "--end", "2015-06-30", "--out", "out")
    for nth in (0, 1, 3, 5):
        _filled_up(words, work, monkeypatch, nth)
        assert not [name for name in names(work / "out") if name.startswith(".")]
    done = nqp(*words, *(("--force",) if names(work / "out") else ()), cwd=work)
    assert done.returncode == 0, done.stderr
    assert "report.html" in names(work / "out")


def _filled_up(words, work, monkeypatch, nth):
    real, written = os.fsync, []

    def fsync(handle):
        if "out" in os.readlink(f"/proc/self/fd/{handle}"):
            written.append(handle)
            if len(written) > 2 * nth:
                raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    with monkeypatch.context() as filled:
        filled.setattr(os, "fsync", fsync)
        force = ("--force",) if (work / "out").exists() and names(work / "out") else ()
        done = nqp(*words, *force, cwd=work)
    assert done.returncode == 2
    assert "No space left on device" in done.stderr


def test_what_a_kill_leaves_does_not_stand_in_the_way(work):
    (work / "out").mkdir()
    (work / "out" / f".draft-{2**22 + 7}-abc").write_text("half")
    done = nqp("run", "equal-weight", "--end", "2015-06-30", "--out", "out", cwd=work)
    assert done.returncode == 0, done.stderr
    assert not [name for name in names(work / "out") if name.startswith(".")]


def test_a_folder_that_may_not_be_written_is_a_sentence(work):
    (work / "file").write_text("x")
    for place in ("file", "file/out", "/proc/nqp"):
        done = nqp("run", "equal-weight", "--end", "2015-06-30", "--out", place, cwd=work)
        assert done.returncode == 2, place
        assert "Traceback" not in done.stderr


def test_an_exported_market_has_no_formula_either(work):
    close = load_market("sample").close.loc["2024-01":"2024-03"].iloc[:, :2]
    close.set_axis(["=1+1", "B"], axis=1).to_csv(work / "prices.csv", index_label="date")
    universe = (
        'name = "odd"\ncurrency = "CNY"\ncalendar = "XSHG"\nsessions_per_year = 242\n'
        'benchmark = "B"\n[[instruments]]\nid = "B"\nkind = "index"\n'
        '[[instruments]]\nid = "=1+1"\nkind = "index"\nsector = "banks"\n'
    )
    (work / "odd.toml").write_text(universe, encoding="utf-8")
    files = ("--prices", "prices.csv", "--universe", "odd.toml")
    done = nqp("data", "import", "odd", *files, cwd=work)
    assert done.returncode == 2, done.stdout
    assert "'=1+1'" in done.stderr
