"""Every speed that is held to a ratio, in one table: `python -m tests.benchmarks [PIECE …]`.

Pieces: commands, daily, compiling, report, sweep, growth, ledger, million; all by default, each in
a process of its own, so that any can be run again alone. Times are CPU (user and system), since
machines are shared; commands run in turn beside `import vectorbt`, round after round, and of each
the least counts. The real market is that of `NQP_MARKET_DATA`, else the sample stands in. `--quick`
is one round of everything, small.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

TUNE = ("tune", "rate-rotation", "--grid", "fall_bp=5,10")
# What is compared with `import vectorbt`: the command, and the most it may cost of it. The outcomes
# of --sensitivity took 66 s where vectorbt took 6.7 to import; a third of that is allowed.
HELD_TO = {
    "nqp run": (("run",), 1.25),
    "a warm tune of two variants": (TUNE, 1.5),
    "nqp evidence STRATEGY, real market": (("evidence", "thesis-rotation"), 2.5),
    "nqp index --sensitivity": (("index", "--sensitivity"), 66 / 6.7 / 3),
}
# What people do every day, and the most it may cost of `nqp run`.
DAILY = (
    *("baskets", "config", "data list", "index", "journal", "map"),
    *("policy", "runs", "strategies", "thesis list", "today", "trials"),
)
DAILY_MOST = 1.3
COMPILING, REPORT_SECONDS, REPORT_BYTES = 4.0, 1.0, 2e6
FIXED_SECONDS, EACH_MICROSECONDS = 0.08, 15.0
OWN_SECONDS, OWN_BYTES = 3.0, 0.6e9
LEDGERS = (10_000, 31_623, 100_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pieces", nargs="*", choices=[*PIECES, []], metavar="PIECE")
    parser.add_argument("--quick", action="store_true", help="one round of everything, small")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    if len(chosen.pieces) == 1:
        with TemporaryDirectory() as place:  # the trials of a benchmark are nobody's
            os.environ["NQP_HOME"] = str(Path(place) / "home")
            PIECES[chosen.pieces[0]](chosen.quick, Path(place))
        return
    for name in chosen.pieces or PIECES:
        print(f"\n── {name}", flush=True)
        command = [sys.executable, "-m", "tests.benchmarks", name]
        subprocess.run([*command, "--quick"] if chosen.quick else command, check=False)


def commands(quick: bool, place: Path) -> None:
    """Time commands in turn beside the import of vectorbt."""
    market = _real(place)
    ways = {"import vectorbt": ("-c", "import vectorbt")}
    ways |= {name: _nqp(*words) for name, (words, _) in HELD_TO.items()}
    ways["nqp evidence STRATEGY, real market"] += ("--market", market)
    least = _in_turn({name: partial(_cpu, *words) for name, words in ways.items()}, quick)
    base = least["import vectorbt"]
    print(f"import vectorbt: {base:.2f} s CPU")
    for name, (_, most) in HELD_TO.items():
        _held(f"{name} / import vectorbt", least[name] / base, most, f"{least[name]:.2f} s CPU")


def daily(quick: bool, place: Path) -> None:
    """Time what people do every day beside a run."""
    ways = {name: partial(_cpu, *_nqp(*name.split())) for name in ("run", *DAILY)}
    least = _in_turn(ways, True)
    for name in DAILY:
        _held(f"nqp {name} / nqp run", least[name] / least["run"], DAILY_MOST)


def compiling(quick: bool, place: Path) -> None:
    """Time the very first tune of a machine, beside a warm one."""
    fresh = iter(range(100))
    ways: dict[str, Callable[[], float]] = {
        "import": lambda: _cpu("-c", "import vectorbt"),
        "warm": lambda: _cpu(*_nqp(*TUNE)),
        "first": lambda: _cpu(*_nqp(*TUNE), NUMBA_CACHE_DIR=str(place / f"numba{next(fresh)}")),
    }
    least = _in_turn(ways, True)
    more = least["first"] - least["warm"]
    _held("compiling at the first tune / import vectorbt", more / least["import"], COMPILING)


def report(quick: bool, place: Path) -> None:
    """Time and weigh the report of a run."""
    fresh = iter(range(100))
    ways: dict[str, Callable[[], float]] = {
        "run": lambda: _cpu(*_nqp("run")),
        "out": lambda: _cpu(*_nqp("run", "--out", str(place / f"out{next(fresh)}"))),
    }
    least = _in_turn(ways, quick)
    _held("the report of a run, s of CPU", least["out"] - least["run"], REPORT_SECONDS)
    size = (place / "out0" / "report.html").stat().st_size
    _held("the report of a run, MB", size / 1e6, REPORT_BYTES / 1e6)


def sweeping(quick: bool, place: Path) -> None:
    """Time a sweep beside the usual ways, in one process."""
    from tests.benchmarks import sweep

    sweep.compare(1 if quick else 5, 500 if quick else 10_000)


def growth(quick: bool, place: Path) -> None:
    """Fit how cost grows with variants, sessions, instruments and baskets."""
    from tests.benchmarks import sweep

    fixed, each = sweep.scaling([250, 500] if quick else [625, 1250, 2500, 5000, 10_000])
    _held("a sweep's fixed cost, s of CPU", fixed, FIXED_SECONDS)
    _held("a sweep's cost of a variant, µs of CPU", each * 1e6, EACH_MICROSECONDS)


def ledger(quick: bool, place: Path) -> None:
    """Fit how the cost of recording grows with trials."""
    from tests.benchmarks import honesty, sweep

    sizes = [size // (10 if quick else 1) for size in LEDGERS]
    sweep.print_growth("trials in the ledger", sizes, [honesty.ledger_speed(n) for n in sizes])


def a_million(quick: bool, place: Path) -> None:
    """Weigh this process's part of a sweep whose figures are computed elsewhere."""
    from tests.benchmarks import million

    seconds, peak = million.own_part(quick)
    _held("a million variants, this process's part, s of CPU", seconds, OWN_SECONDS)
    _held("a million variants, this process's peak memory, GB", peak / 1e9, OWN_BYTES / 1e9)


def _in_turn(ways: dict[str, Callable[[], float]], quick: bool) -> dict[str, float]:
    """Return the least of each way's times; the first round compiles and is not counted."""
    rounds = [{name: way() for name, way in ways.items()} for _ in range(2 if quick else 4)]
    return {name: min(each[name] for each in rounds[1:]) for name in ways}


def _held(name: str, value: float, most: float, more: str = "") -> None:
    said = "" if value <= most else "  MISSED"
    print(f"{name:58}{value:9.2f}   held to {most:6.2f}{said:8}  {more}".rstrip(), flush=True)


def _real(place: Path) -> str:
    """Import the real market where it is at hand; return the name of what to measure on."""
    folder = os.environ.get("NQP_MARKET_DATA")
    if not folder:
        return "sample"
    files = ("--prices", f"{folder}/shenwan", "--benchmark", f"{folder}/csi300.csv")
    files += ("--bond", f"{folder}/511260.csv", "--series", f"{folder}/rates.csv")
    _cpu(*_nqp("data", "import", "real", *files, "--universe", "shenwan"))
    return "real"


def _nqp(*words: str) -> tuple[str, ...]:
    return ("-m", "backtest.cli", *words)


def _cpu(*words: str, **environment: str) -> float:
    """Return the CPU seconds of a process of Python; it has to end well."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | environment,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime


PIECES: dict[str, Callable[[bool, Path], None]] = {
    "commands": commands,
    "daily": daily,
    "compiling": compiling,
    "report": report,
    "sweep": sweeping,
    "growth": growth,
    "ledger": ledger,
    "million": a_million,
}

if __name__ == "__main__":
    main()
