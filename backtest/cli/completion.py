"""What the shell offers at a tab: strategies, their parameters, stored markets."""

from __future__ import annotations

from typing import Any

import typer


def strategy_names(incomplete: str) -> list[str]:
    """Return the strategies of the package that begin so."""
    from backtest.cli.lookup import built_in

    return [name for name in built_in() if name.startswith(incomplete)]


def market_names(incomplete: str) -> list[str]:
    """Return the stored markets, and the sample, that begin so."""
    from backtest.home import home

    stored = sorted(path.stem for path in (home() / "markets").glob("*.json"))
    return [name for name in ["sample", *stored] if name.startswith(incomplete)]


def parameters(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the parameters of the strategies named so far, ready for a value."""
    from backtest.cli.lookup import built_in
    from backtest.strategy import field_names

    said: Any = ctx.params.get("strategy") or ctx.params.get("names") or ()
    kinds = built_in()
    named = [said] if isinstance(said, str) else said
    known = [field for name in named if name in kinds for field in field_names(kinds[name])]
    return [f"{field}=" for field in dict.fromkeys(known) if field.startswith(incomplete)]
