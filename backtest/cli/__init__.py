"""The `nqp` command: parsing and printing only.

Exit 0; exit 2 for the user's mistake, with one sentence; exit 1 for a fault of ours.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import typer

from backtest.cli import backtests, tune
from backtest.cli.dashboard import dashboard
from backtest.cli.data import app as data
from backtest.cli.evidence import evidence
from backtest.cli.index import index
from backtest.cli.own_files import own_fault
from backtest.cli.report import report
from backtest.cli.today import today
from backtest.cli.usage import UsageError, is_help, usage_sentence
from backtest.cli.verify import verify
from backtest.errors import UserError

STOPPED = 130  # the exit code of a command that was interrupted

app = typer.Typer(
    name="nqp",
    help="Sector-rotation backtests that test a research report claim by claim.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich's help costs more time to import than all the rest
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(backtests.run)
app.command("compare")(backtests.compare)
app.command("strategies")(backtests.strategies)
app.command("tune")(tune.tune)
app.command("walk-forward")(tune.walk_forward)
app.command("evidence")(evidence)
app.command("report")(report)
app.command("index")(index)
app.command("today")(today)
app.command("verify")(verify)
app.command("dashboard")(dashboard)
app.add_typer(data, name="data")


@app.callback(invoke_without_command=True)
def _root(
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
) -> None:
    if version:
        from importlib.metadata import version as installed

        print(f"nqp-rotation {installed('nqp-rotation')}")
        raise typer.Exit


def main() -> None:
    """Run the command line; turn exceptions into the exit codes above."""
    try:
        code = app(prog_name="nqp", standalone_mode=False) or 0
    except UserError as error:
        _mistake(str(error))
    except UsageError as error:
        if is_help(error):
            error.show()
            sys.exit(2)
        _mistake(usage_sentence(error))
    except KeyboardInterrupt:
        code = STOPPED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        own = own_fault(error)
        if own is not None:
            _mistake(own)
        import traceback

        traceback.print_exc()
        print(
            f"nqp: this is a fault of nqp-rotation, not of yours; please report it ({error})",
            file=sys.stderr,
        )
        sys.exit(1)
    if code == STOPPED:
        print("nqp: stopped; what was finished is kept: run it again to go on", file=sys.stderr)
    sys.exit(code)


def _mistake(sentence: str) -> NoReturn:
    print("nqp:", " ".join(sentence.split()), file=sys.stderr)
    sys.exit(2)
