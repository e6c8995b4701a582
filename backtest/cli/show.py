"""A banner for what is not a page yet."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text


def synthetic_banner(console: Console, synthetic: bool) -> None:
    """Say so where the prices are synthetic."""
    if synthetic:
        console.print(
            Text("SYNTHETIC DATA: these prices were generated, no market ever paid them.", "yellow")
        )
