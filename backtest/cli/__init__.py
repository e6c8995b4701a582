"""The `nqp` command: parsing and printing only.

Exit 0; exit 2 for the user's mistake, with one sentence; exit 1 for a fault of ours; exit 130
where it was interrupted, at whatever moment.
"""

import gc
import signal
import sys
from types import FrameType
from typing import NoReturn

INTERRUPTED = 130

_interrupts: list[int] = []


def main() -> None:
    """Run the command line; turn what happens into the exit codes above."""
    _interrupts.clear()
    gc.set_threshold(500_000)  # so many objects are imported, and none of them is garbage
    listening = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if listening:
        signal.signal(signal.SIGINT, _interrupt)
    try:
        from backtest.cli.commands import run_command

        code = run_command(lambda: bool(_interrupts))
        if code == INTERRUPTED:  # what Typer makes of an interrupt
            raise KeyboardInterrupt
    except (KeyboardInterrupt, Exception) as error:
        if not _interrupts and not isinstance(error, KeyboardInterrupt):
            raise
        _stopped(listening)
    finally:
        if listening and not _interrupts:
            signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(code)


def _interrupt(number: int, frame: FrameType | None) -> None:
    _interrupts.append(number)
    raise KeyboardInterrupt


def _stopped(listening: bool) -> NoReturn:
    if listening:
        # From here on another Ctrl-C simply ends the process.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    print("nqp: stopped; what was finished is kept: run it again to go on", file=sys.stderr)
    sys.exit(INTERRUPTED)
