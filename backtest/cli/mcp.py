"""`nqp mcp`: parsing only."""

import os
import sys
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from backtest.errors import UserError


def mcp(
    workspace: Annotated[
        Path,
        typer.Option("--workspace", "-w", help="The one folder, beside the store, it may use."),
    ] = Path("nqp-workspace"),
    max_trials: Annotated[
        int | None,
        typer.Option("--max-trials", help="Refuse more trials than this on a market.", min=1),
    ] = None,
    guide: Annotated[
        bool, typer.Option("--guide", help="Print the guide for agents and end.")
    ] = False,
) -> None:
    """Serve a language-model agent on stdin and stdout (Model Context Protocol)."""
    if guide:
        typer.echo((files("backtest.agent") / "guide.md").read_text("utf-8"), nl=False)
        return
    if find_spec("mcp") is None:
        raise UserError(
            "nqp mcp needs the Model Context Protocol SDK, which is not installed; run: pip "
            'install "nqp-rotation[mcp]"'
        )
    if workspace.exists() and not workspace.is_dir():
        raise UserError(
            "{workspace} is a file; name a folder with --workspace", workspace=workspace
        )
    workspace.mkdir(parents=True, exist_ok=True)
    typer.echo(f"nqp: serving {workspace.resolve()} to an agent on stdin and stdout", err=True)
    budget = [] if max_trials is None else [str(max_trials)]
    words = [sys.executable, "-m", "backtest.agent", str(workspace), *budget]
    os.execv(sys.executable, words)
