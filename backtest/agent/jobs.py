"""One job of an agent in a process of its own, started warm, which ends when the job is cancelled.

A process that has imported the engine forks one child a job: nothing a job leaves behind, memory or
state, outlives it.
"""

import multiprocessing
import re
import sys
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from anyio import CancelScope, to_thread

from backtest.agent.job import Job
from backtest.errors import UserError

PATIENCE = 2.0  # seconds without a word before something is said
METHOD = "forkserver" if sys.platform != "win32" else "spawn"
CONTEXT: Any = multiprocessing.get_context(METHOD)
PRELOADED = (  # whatever a job would import, once instead of for each
    "backtest.agent.server",
    "backtest.agent.work",
    "backtest.evidence.examine",
    "backtest.tuning.search",
    "backtest.views.pages",
    "pyarrow.parquet",
    "vectorbt",
    "vectorbt_rust",
)
FAULT = "this is a fault of nqp-rotation, not of yours; please report it"


def warm_up() -> None:
    """Import the engine in the process that children are forked from."""
    if METHOD == "forkserver":
        CONTEXT.set_forkserver_preload(list(PRELOADED))
    first = CONTEXT.Process(target=int, daemon=True)
    first.start()
    first.join()


async def done(job: Job, said: Callable[[str], Awaitable[None]]) -> dict[str, Any]:
    """Do a job and return its document; each line it says meanwhile goes to `said`.

    Raises
    ------
    UserError
        If what was asked for is the asker's mistake.
    RuntimeError
        If it failed for a fault of ours.
    """
    here, there = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_work, args=(job, there), daemon=True)
    try:
        with CancelScope(shield=True):
            await to_thread.run_sync(process.start)
        there.close()
        while True:
            try:
                if not await to_thread.run_sync(here.poll, PATIENCE, abandon_on_cancel=True):
                    await said("still at it")
                    continue
                kind, content = await to_thread.run_sync(here.recv, abandon_on_cancel=True)
            except (EOFError, ConnectionResetError):
                raise RuntimeError(f"the job ended without an answer; {FAULT}") from None
            if kind == "said":
                await said(content)
            elif kind == "answer":
                return dict(content)
            elif kind == "mistake":
                raise UserError(content)
            else:
                raise RuntimeError(content)
    finally:
        if process.pid is not None:
            process.kill()
            with CancelScope(shield=True):
                await to_thread.run_sync(process.join)
        here.close()


class _Lines:
    """A stream whose whole lines go through a pipe; what is no line stays here."""

    encoding = "utf-8"

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe
        self.rest = ""

    def write(self, text: str) -> int:
        *lines, self.rest = re.split(r"[\r\n]+", self.rest + text)
        for line in filter(str.strip, lines):
            self.pipe.send(("said", line.strip()))
        return len(text)

    def flush(self) -> None:
        """Do nothing: whole lines are written at once."""

    def isatty(self) -> bool:
        return False


def _work(job: Job, pipe: Connection) -> None:
    """Do the job in the child, and send what it says and what comes of it."""
    import os

    from backtest.agent import work
    from backtest.agent.fence import raise_fence
    from backtest.cli.own_faults import own_fault
    from backtest.cli.usage import UsageError, usage_sentence
    from backtest.trials.ledger import asked_by

    os.dup2(2, 1)  # the protocol's own stream is not ours
    sys.stderr = _Lines(pipe)
    try:
        os.environ["NQP_HOME"] = job.store
        os.chdir(job.workspace)
        raise_fence((Path(job.store), Path(job.workspace)))
        with asked_by(job.asker):
            answer = work.TOOLS[job.tool](job)
        pipe.send(("answer", answer))
    except UserError as error:
        pipe.send(("mistake", own_fault(error) or str(error)))
    except UsageError as error:
        pipe.send(("mistake", usage_sentence(error)))
    except PermissionError as error:
        pipe.send(("mistake", str(error)))
    except Exception as error:
        pipe.send(("fault", own_fault(error) or f"{type(error).__name__}: {error}; {FAULT}"))
    finally:
        pipe.close()
