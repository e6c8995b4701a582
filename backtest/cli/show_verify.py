"""What `nqp verify` prints on a terminal."""

from __future__ import annotations

from rich.text import Text

from backtest.cli.show import synthetic_banner
from backtest.cli.terminal import plain_console
from backtest.records.verify import Verification
from backtest.records.verify.difference import shown


def show_verify(found: Verification) -> None:
    """Print the outcome, what it was of, and what was compared."""
    console = plain_console()
    synthetic_banner(console, found.manifest["synthetic"])
    console.print(Text(found.sentence, style="green" if found.reproduces else "red"))
    manifest = found.manifest
    rest = f"\nnot compared: {', '.join(found.left_out[:5])}" if found.left_out else ""
    console.print(
        Text(
            f"{manifest['strategy']} on {shown(manifest['market'])}, "
            f"{' … '.join(manifest['window'])}; "
            f"data: {manifest['snapshot'][:12]}\ncompared: {', '.join(found.compared)}{rest}",
            style="dim",
        )
    )
