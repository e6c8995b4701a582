"""Pages of what was run: the list, and two runs side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from backtest.engine.metrics import METRICS
from backtest.views.numbers import figure
from backtest.views.page import Page, Section, Table, table
from backtest.views.sections.data import spelled
from backtest.views.words import Words

SHOWN = ("total_return", "sharpe", "max_drawdown")


def runs_page(runs: Sequence[Mapping[str, Any]], say: Words) -> Page:
    """List runs, as `KeptRun.to_json` gives them, the latest first."""
    found = say("{count} runs.", count=len(runs))
    if not runs:
        found = say("No run is on record here yet; every 'nqp run', 'compare' and 'tune' will be.")
    rows = [
        {
            "made": run["made"][:16].replace("T", " "),
            "command": run["kind"],
            "strategy": run["strategy"],
            "parameters": tried(run["manifest"], say) or say(run["settings"]),
            "market": run["market"],
            "window": " … ".join(run["window"]),
            **{say.figure(name): figure(name, run["figures"][name]) for name in SHOWN},
            "tags": ", ".join(run["tags"]),
            "folder": run["folder"] or "–",
        }
        for run in runs
    ]
    left = ("made", "command", "strategy", "parameters", "market", "window", "tags", "folder")
    drop = ("folder", "window", "parameters", "market", "tags", say.figure("max_drawdown"))
    listed = table(say, rows, [run["id"] for run in runs], left=left, drop=drop, head="run")
    return Page(
        title=say("Runs"),
        language=say.language,
        conclusion=found,
        sections=(Section("runs", "", tables=(listed,)),) if runs else (),
    )


def tried(manifest: Mapping[str, Any], say: Words) -> str:
    """Say what was swept or compared; nothing of a single backtest."""
    if "swept" in manifest:
        names = ", ".join(manifest["swept"])
        return say("{count} variants of {names}", count=manifest["variants"], names=names)
    if "compared" in manifest:
        return say("best of {count}", count=len(manifest["compared"]))
    return ""


def differences_page(
    one: Mapping[str, Any],
    other: Mapping[str, Any],
    pairs: Mapping[str, tuple[Any, Any]],
    say: Words,
) -> Page:
    """Set what differs between two runs side by side."""
    heads = (one["id"], other["id"] if other["id"] != one["id"] else f"{other['id']}'")
    cells = pd.DataFrame(
        {
            head: [
                figure(name, pair[side]) if name in METRICS else spelled(pair[side])
                for name, pair in pairs.items()
            ]
            for side, head in enumerate(heads)
        },
        index=[say.figure(name) for name in pairs],
    )
    same = say("Nothing differs: same data, parameters, terms, versions and figures.")
    differ = say("They differ in {count} points.", count=len(pairs))
    return Page(
        title=say("{one} and {other}", one=one["strategy"], other=other["strategy"]),
        subtitle=f"{one['made'][:16]} · {other['made'][:16]}",
        language=say.language,
        conclusion=differ if pairs else same,
        sections=(Section("differences", "", tables=(Table("", cells, heads),)),) if pairs else (),
    )
