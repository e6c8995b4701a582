"""Every command by its name, and the exit code of what it raises."""

import errno
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from itertools import pairwise
from typing import NoReturn

import typer
from typer.main import get_command

from backtest.cli import backtests, tune
from backtest.cli.check import check
from backtest.cli.dashboard import dashboard
from backtest.cli.data import app as data
from backtest.cli.evidence import evidence
from backtest.cli.housekeeping import config
from backtest.cli.index import index
from backtest.cli.journal import app as journal
from backtest.cli.map import rotation_map
from backtest.cli.mcp import mcp
from backtest.cli.new import new
from backtest.cli.own_faults import own_fault
from backtest.cli.report import report
from backtest.cli.runs import app as runs
from backtest.cli.runs import trials
from backtest.cli.taxonomy import baskets, policy
from backtest.cli.thesis import app as thesis
from backtest.cli.today import today
from backtest.cli.usage import UsageError, is_help, usage_sentence
from backtest.cli.verify import verify
from backtest.errors import UserError
from backtest.notes import SPOKEN, Note
from backtest.render.plain import clean, has_letters, lost_letters, prepare

# A full disk, a full quota, a disk that may only be read.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)

app = typer.Typer(
    name="nqp",
    help="Sector-rotation backtests that test a research report claim by claim.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich's help costs more time to import than all the rest
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(backtests.run)
app.command("compare")(backtests.compare)
app.command("strategies")(backtests.strategies)
app.command("baskets")(baskets)
app.command("tune")(tune.tune)
app.command("walk-forward")(tune.walk_forward)
app.command("check")(check)
app.command("new")(new)
app.command("evidence")(evidence)
app.command("report")(report)
app.command("index")(index)
app.command("today")(today)
app.command("trials")(trials)
app.command("verify")(verify)
app.command("dashboard")(dashboard)
app.command("map")(rotation_map)
app.command("policy")(policy)
app.command("config")(config)
app.command("mcp")(mcp)
app.add_typer(data, name="data")
app.add_typer(runs, name="runs")
app.add_typer(journal, name="journal")
app.add_typer(thesis, name="thesis")


@app.callback(invoke_without_command=True)
def _root(
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
) -> None:
    if version:
        from importlib.metadata import version as installed

        print(f"nqp-rotation {installed('nqp-rotation')}")
        raise typer.Exit


@cache
def every_command() -> Callable[..., int | None]:
    """Return all commands in the shell's form, whose making takes longer than most of them."""
    return get_command(app)


def run_command(interrupted: Callable[[], bool]) -> int:
    """Run the command of the shell's words and return its exit code.

    Raises
    ------
    KeyboardInterrupt
        If it was interrupted, whatever else that became: compiled code has errors of its own.
    """
    prepare()
    SPOKEN.set(_language(sys.argv[1:]))
    try:
        try:
            code = every_command()(prog_name="nqp", standalone_mode=False) or 0
            sys.stdout.flush()
        except Exception:
            if interrupted():
                raise KeyboardInterrupt from None
            raise
    except UserError as error:
        _mistake(own_fault(error) or error.args[0])
    except UsageError as error:
        if is_help(error):
            error.show()
            sys.exit(2)
        _mistake(usage_sentence(error))
    except BrokenPipeError:
        _say_no_more()
        sys.exit(0)
    except Exception as error:
        own = own_fault(error)
        if own is not None:
            _mistake(own)
        if isinstance(error, MemoryError):
            _mistake(
                Note(
                    "the memory is not enough for this; take fewer or smaller files or a shorter "
                    "span"
                )
            )
        if isinstance(error, OSError) and error.errno in FULL:
            _say_no_more()
            _mistake(
                Note(
                    "nothing more can be written ({strerror}); make room and try again",
                    strerror=error.strerror,
                )
            )
        import traceback

        print(clean(traceback.format_exc()), file=sys.stderr, end="")
        print(
            f"nqp: this is a fault of nqp-rotation, not of yours; please report it "
            f"({clean(str(error))})",
            file=sys.stderr,
        )
        sys.exit(1)
    if said := lost_letters():
        print("nqp:", said, file=sys.stderr)
    return int(code)


def _say_no_more() -> None:
    """Lead what stdout still holds to nowhere: Python would try to write it when it ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _language(words: Sequence[str]) -> str:
    """Return the language asked for, "en" if it is not spoken or stderr lacks its letters."""
    if not has_letters(getattr(sys.stderr, "encoding", None) or "utf-8", "中文"):
        return "en"
    asked = [after for word, after in pairwise(words) if word == "--lang"]
    asked += [word.removeprefix("--lang=") for word in words if word.startswith("--lang=")]
    return "zh" if "zh" in asked else "en"


def _mistake(sentence: str) -> NoReturn:
    if SPOKEN.get() != "en":
        from backtest.views.words import Words

        sentence = Words(SPOKEN.get()).said(sentence)
    print("nqp:", clean(" ".join(str(sentence).split())), file=sys.stderr)
    sys.exit(2)
