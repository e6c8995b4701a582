"""The same question in another process: another seed of hashes, another market asked before.

There a strategy is asked about the first half of the market before the whole of it, so that what it
keeps from one market to the next shows; and which files it opens is written down.
"""

import importlib.util
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib import import_module
from typing import BinaryIO

from backtest.market import Market
from backtest.strategy.leaks import Subject, decided

SECONDS = 600
PYTHON = (sys.prefix, sys.base_prefix, "/proc", "/sys", "/dev", "/usr/share/zoneinfo")
CHILD = "from backtest.strategy.process import answer; answer()"


@dataclass(frozen=True)
class Elsewhere:
    """What came back: a digest of what is decided after each session, and the files opened for it.

    `digests` is None where there are none, and `why` says why.
    """

    digests: tuple[str, ...] | None
    files: tuple[str, ...] = ()
    why: str = ""


def in_another_process(subject: Subject, market: Market) -> Elsewhere:
    """Ask there.

    What is sent goes through a pipe to a child of this process and is never stored.
    """
    module = sys.modules.get(type(subject).__module__)
    if module is None or module.__name__ == "__main__" or not getattr(module, "__file__", None):
        return Elsewhere(None, why="its class is defined in no file another process could import")
    try:
        sent = pickle.dumps((subject, replace(market)))
    except Exception as error:
        return Elsewhere(None, why=f"it cannot be sent to one ({str(error).splitlines()[0]})")
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    path = os.pathsep.join(entry for entry in sys.path if entry)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, module.__name__, str(module.__file__)],
        input=sent,
        capture_output=True,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
        timeout=SECONDS,
    )
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        return Elsewhere(None, why=f"there it failed ({''.join(last)})")
    found = json.loads(done.stdout.splitlines()[-1])
    return Elsewhere(tuple(found["digests"]), tuple(found["files"]))


def answer(source: BinaryIO | None = None) -> None:
    """Answer, as the child: read the question, print the digests."""
    name, file = sys.argv[1:3]
    try:
        import_module(name)
    except ImportError:
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    subject, market = pickle.load(sys.stdin.buffer if source is None else source)
    with suppress(Exception):
        decided(subject, market.until(market.sessions[len(market.sessions) // 2]))
    with _opened() as files:
        found = decided(subject, market)
    print()
    print(json.dumps({"digests": found.row_digests(), "files": sorted(set(files))}))


@contextmanager
def _opened() -> Iterator[list[str]]:
    """Write down the names of the files opened within, but for those of Python and its packages."""
    files: list[str] = []
    listening = True
    ours = [str(import_module(name).__path__[0]) for name in ("backtest", "strategies")]
    parts = tuple(os.path.realpath(path) + os.sep for path in (*PYTHON, *ours))

    def hook(event: str, values: tuple[object, ...]) -> None:
        if listening and event == "open" and isinstance(values[0], str):
            path = os.path.realpath(values[0])
            if not path.startswith(parts) and not path.endswith((".py", ".pyc")):
                files.append(os.path.basename(path))

    sys.addaudithook(hook)
    yield files
    listening = False
