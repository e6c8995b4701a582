"""What `nqp tune` and `nqp walk-forward` print on a terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from backtest.cli.show import synthetic_banner
from backtest.engine.metrics import METRICS
from backtest.render.terminal import plain_console
from backtest.tuning.maps import plateau, plateau_choice
from backtest.tuning.swept import Sweep
from backtest.tuning.walk_forward import WalkForward
from backtest.views.numbers import figure

SHOWN = ("sharpe", "cagr", "max_drawdown", "turnover", "switches")
CROWDED = 4  # parameters from which figures have to give way in 80 columns
TOP = 5


def show_tuning(swept: Sweep) -> None:
    """Print the best variants, the plateau's choice, and how far to believe them."""
    console = plain_console()
    best = swept.best
    synthetic_banner(console, swept.market.synthetic)
    console.print(
        Text(f"{len(swept):,} variants of {swept.variants.strategy.name}, IN SAMPLE", "bold")
    )
    level = plateau(swept)
    names = swept.variants.names
    shown = SHOWN if len(names) < CROWDED else SHOWN[:2]
    columns = [key for key in dict.fromkeys((swept.score, *shown)) if key in swept.trials]
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for name in names:
        table.add_column(name, justify="right", overflow="fold")
    for key in columns:
        title = METRICS[key].label if key in METRICS else key
        table.add_column(title.removesuffix(" a year"), justify="right", overflow="fold")
    table.add_column("Plateau", justify="right")
    chosen = plateau_choice(swept)
    rows = [(f"{place}", int(row)) for place, row in enumerate(swept.ranking[:TOP], 1)]
    for label, row in [*rows, ("plateau", chosen)]:
        entry = swept.trials.iloc[row]
        table.add_row(
            label,
            *(f"{entry[name]:g}" if _number(entry[name]) else str(entry[name]) for name in names),
            *(figure(key, entry[key]) for key in columns),
            f"{level.iloc[row]:.2f}",
        )
    console.print(table)
    console.print()
    honesty = Table(box=None, pad_edge=False, show_header=False)
    honesty.add_column(no_wrap=True)
    honesty.add_column(justify="right")
    honesty.add_column(style="dim")
    for name, value, meaning in best.honesty.table().itertuples(name=None):
        honesty.add_row(name, value, "" if name == "verdict" else meaning)
    console.print(honesty)
    console.print(Text(best.honesty.banner, "bold yellow"))


def show_walk_forward(walked: WalkForward) -> None:
    """Print each window's winner, the decay, and the stitched result against the default."""
    console = plain_console()
    synthetic_banner(console, walked.result.synthetic)
    names = walked.swept.variants.names
    table = Table(box=None, pad_edge=False)
    for title in ("Test from", "to", *names, "In sample", "Out of sample", "Rank"):
        table.add_column(title, justify="right", overflow="fold")
    for row in walked.windows.to_dict("records"):
        table.add_row(
            f"{row['test_from']:%Y-%m-%d}",
            f"{row['test_to']:%Y-%m-%d}",
            *(str(row[name]) for name in names),
            f"{row['in_sample']:.2f}",
            f"{row['out_of_sample']:.2f}",
            f"{row['rank']:.0%}",
        )
    console.print(table)
    decay = walked.decay.iloc[0]
    console.print(
        f"Mean {walked.score}: {decay['in_sample']:.2f} in sample, "
        f"{decay['out_of_sample']:.2f} out of sample; the winner beat {decay['rank']:.0%} of the "
        f"variants out of sample (50% is chance)."
    )
    ours, default = walked.result.summary(), walked.default.summary()
    for key in ("cagr", "sharpe", "max_drawdown", "turnover"):
        console.print(
            f"{METRICS[key].label}: {figure(key, ours[key])} tuned and stitched, "
            f"{figure(key, default[key])} untuned"
        )


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
