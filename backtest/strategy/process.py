"""The same question in another process, with another seed of Python's hashes."""

from __future__ import annotations

import importlib.util
import json
import os
import pickle
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from typing import BinaryIO

from backtest.market import Market
from backtest.strategy.leaks import Subject, decided

SECONDS = 600
CHILD = "from backtest.strategy.process import answer; answer()"


def in_another_process(subject: Subject, market: Market) -> tuple[list[str] | None, str]:
    """Return a digest of what is decided after each session there, or None and why there is none.

    What is sent goes through a pipe to a child of this process and is never stored.
    """
    module = sys.modules.get(type(subject).__module__)
    if module is None or module.__name__ == "__main__" or not getattr(module, "__file__", None):
        return None, "its class is defined in no file another process could import"
    try:
        sent = pickle.dumps((subject, replace(market)))
    except Exception as error:
        return None, f"it cannot be sent to one ({str(error).splitlines()[0]})"
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
        return None, f"there it failed ({''.join(last)})"
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found, ""


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
    print()
    print(json.dumps(decided(subject, market).row_digests()))
