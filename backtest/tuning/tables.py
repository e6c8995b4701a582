"""What sweeps, searches and walk-forwards show in a notebook.

The best variants never come without the verdict on them: it stands above their table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from backtest.render.fragments import (
    figure,
    folded,
    heading,
    note,
    page,
    paragraph,
    scope,
    table,
    verdict,
)

if TYPE_CHECKING:
    from backtest.tuning.search import Search
    from backtest.tuning.swept import Sweep
    from backtest.tuning.walk_forward import WalkForward

FIGURES = ("sharpe", "cagr", "max_drawdown", "turnover", "switches")
TOP = 5


def sweep_html(swept: Sweep) -> str:
    """Return the verdict on a sweep, its best variants, and what the verdict rests on."""
    from backtest.tuning.maps import plateau

    honesty = swept.honesty
    level = [figure(swept.score, value) for value in plateau(swept)]
    best = _chosen(swept.trials.assign(plateau=level), swept, (swept.score,))
    return page(
        heading(f"{len(swept):,} variants of {swept.variants.strategy.name} {_where(swept)}"),
        verdict(honesty.verdict, honesty.banner),
        table(best.iloc[swept.ranking[:TOP]]),
        note(
            f"The best {min(TOP, len(swept))} of {len(swept):,} by {swept.score}; plateau is the "
            f"median {swept.score} of a variant and its neighbors. {_terms(swept)}"
        ),
        folded("How far to believe the best one", table(honesty.table().iloc[1:])),
    )


def search_html(found: Search) -> str:
    """Return the variants no other beats in every score, above the sweep of all that were tried."""
    if len(found.scores) == 1:
        return sweep_html(found.sweep)
    scores = ", ".join(found.scores)
    kept = _chosen(found.pareto, found.sweep, found.scores)
    return page(
        heading(f"Search for {scores}: {len(kept)} variants that no other beats in all of them"),
        table(kept),
        note("Each is the best of all trials in some respect; the verdict below is on the first."),
        sweep_html(found.sweep),
    )


def walk_forward_html(walked: WalkForward) -> str:
    """Return each window's winner, what was lost out of sample, and what it earned untuned."""
    swept, result, decay = walked.swept, walked.result, walked.decay.iloc[0]
    window = " … ".join(result.manifest["window"])
    where = scope(swept.market.name, window, synthetic=result.synthetic)
    own, default = result.summary(), walked.default.summary()
    curves = {"tuned, stitched": own, "untuned defaults": default, **result.benchmark_summary()}
    rows = pd.DataFrame(curves).T.reindex(columns=list(FIGURES)).rename_axis("out of sample")
    windows = walked.windows.drop(columns=["train_from", "train_to"])
    for column in ("in_sample", "out_of_sample"):
        windows[column] = [figure(walked.score, value) for value in windows[column]]
    return page(
        heading(f"Walk-forward of {swept.variants.strategy.name} {where}"),
        paragraph(
            f"Mean {walked.score}: {decay['in_sample']:.2f} in sample, "
            f"{decay['out_of_sample']:.2f} out of sample; on average the winner of a window beat "
            f"{decay['rank']:.0%} of {len(swept):,} variants in the next one (50% is chance)."
        ),
        table(windows),
        table(rows),
        note(_terms(swept)),
    )


def _chosen(rows: pd.DataFrame, swept: Sweep, scores: tuple[str, ...]) -> pd.DataFrame:
    """Keep the parameters, the scores and the figures a table has room for."""
    extra = [name for name in ("plateau",) if name in rows.columns]
    shown = dict.fromkeys((*swept.variants.names, *scores, *extra, *FIGURES))
    return rows[[name for name in shown if name in rows.columns]]


def _where(swept: Sweep) -> str:
    first, last = swept.window
    window = f"{first:%Y-%m-%d} … {last:%Y-%m-%d}"
    return scope(swept.market.name, window, synthetic=swept.market.synthetic, in_sample=True)


def _terms(swept: Sweep) -> str:
    market = swept.market
    return (
        f"{market.universe.currency}, filled at the next {swept.fill}; costs: {swept.costs.name}; "
        f"data: {market.snapshot[:12]}"
    )
