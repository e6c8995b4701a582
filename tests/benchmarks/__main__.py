"""Every speed that is held to a ratio, in one table: `python -m tests.benchmarks`.

Commands run as processes of their own, in turn, beside `import vectorbt`, round after round; the
medians of their CPU seconds are compared, because machines are shared. Then the sweep beside the
usual ways (`.sweep`), and how cost grows. The real market is that of `NQP_MARKET_DATA`, else the
sample stands in. `--quick` is one round of everything.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks import honesty, sweep

TUNE = ("tune", "rate-rotation", "--grid", "fall_bp=5,10")
# What is compared with `import vectorbt`: the command, and the most it may cost of it.
HELD_TO = {
    "nqp run": (("run",), 1.25),
    "a warm tune of two variants": (TUNE, 1.5),
    "nqp evidence STRATEGY, real market": (("evidence", "thesis-rotation"), 2.5),
    "nqp index --sensitivity": (("index", "--sensitivity"), None),
}
# What people run every day, held to 1.3 times `nqp run`.
DAILY = (
    "baskets",
    "config",
    "data list",
    "index",
    "journal",
    "map",
    "policy",
    "runs",
    "strategies",
    "thesis list",
    "today",
    "trials",
)
REPORT_SECONDS, REPORT_BYTES = 1.0, 2_000_000
COMPILING, SWEEPS = 4.0, (10_000, 31_623, 100_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round, a small sweep")
    quick = parser.parse_args().quick
    warnings.simplefilter("ignore")
    with TemporaryDirectory() as place:
        os.environ["NQP_HOME"] = str(Path(place) / "home")
        commands(1 if quick else 5, Path(place))
        daily(1 if quick else 5)
        sweep.compare(1 if quick else 5, 500 if quick else 10_000)
        sweep.scaling([250, 500] if quick else [625, 1250, 2500, 5000, 10_000])
        sizes = [size // (10 if quick else 1) for size in SWEEPS]
        times = [honesty.ledger_speed(size) for size in sizes]
        sweep.print_growth("trials in the ledger", sizes, times)


def commands(rounds: int, place: Path) -> None:
    """Time every command in turn; print CPU seconds and ratios beside what they are held to."""
    market = _real(place)
    ways = {"import vectorbt": ("-c", "import vectorbt"), "run --out": _nqp("run", "--out", "")}
    ways |= {name: _nqp(*words) for name, (words, _) in HELD_TO.items()}
    ways["nqp evidence STRATEGY, real market"] += ("--market", market)
    used: dict[str, list[float]] = {name: [] for name in (*ways, "a first tune")}
    for number in range(rounds + 1):  # the first round compiles and is not counted
        ways["run --out"] = _nqp("run", "--out", str(place / f"out{number}"))
        times = {name: _cpu(*words) for name, words in ways.items()}
        cache = {"NUMBA_CACHE_DIR": str(place / f"numba{number}")}
        times["a first tune"] = _cpu(*_nqp(*TUNE), **cache)
        for name, seconds in times.items() if number else ():
            used[name].append(seconds)
    median = {name: statistics.median(times) for name, times in used.items()}
    base = median["import vectorbt"]
    print(f"CPU seconds, medians of {rounds} interleaved rounds; import vectorbt {base:.2f}")
    print(f"{'':44}{'CPU s':>8}{'× import':>10}{'held to':>10}")
    for name, (_, most) in HELD_TO.items():
        _row(name, median[name], median[name] / base, most)
    compiling = median["a first tune"] - median["a warm tune of two variants"]
    _row("the very first tune: compiling alone", compiling, compiling / base, COMPILING)
    report = median["run --out"] - median["nqp run"]
    size = (place / "out1" / "report.html").stat().st_size
    for what, value, most in (
        ("seconds", report, REPORT_SECONDS),
        ("megabytes", size / 1e6, REPORT_BYTES / 1e6),
    ):
        said = "" if value <= most else "  MISSED"
        print(f"the report of a run, {what}: {value:.2f}; held to {most:.1f}{said}")
    print(flush=True)


def daily(rounds: int) -> None:
    """Time what people run every day beside `nqp run`; the first round warms up."""
    ways = ["run", *DAILY]
    times = [[_cpu(*_nqp(*words.split())) for words in ways] for _ in range(rounds + 1)][1:]
    usual, *median = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"CPU seconds beside nqp run ({usual:.2f})")
    for words, seconds in zip(DAILY, median, strict=True):
        _row(f"nqp {words}", seconds, seconds / usual, 1.3)
    print(flush=True)


def _row(name: str, seconds: float, ratio: float, most: float | None) -> None:
    held = "" if most is None else f"{most:10.2f}{'' if ratio <= most else '  MISSED'}"
    print(f"{name:44}{seconds:8.2f}{ratio:10.2f}{held}")


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
    assert process.returncode == 0, words
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
