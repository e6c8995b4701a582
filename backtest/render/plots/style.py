"""How every plot looks: axes, titles, legends, colors, pictures.

Colors are those of `backtest.views.palette`, which color-blind readers can tell apart.
"""

from __future__ import annotations

from io import BytesIO

from matplotlib import pyplot
from matplotlib.axes import Axes

from backtest.views.palette import COLORS as COLORS
from backtest.views.palette import color as color


def axes_for(ax: Axes | None) -> Axes:
    """Return the Axes given, else new ones."""
    if ax is not None:
        return ax
    _, axes = pyplot.subplots(figsize=(9, 4.5), layout="constrained")
    return axes


def title(axes: Axes, text: str) -> None:
    """Write the title over the left edge."""
    axes.set_title(text, loc="left", fontsize="medium")


def legend_below(axes: Axes, **options: object) -> None:
    """Place the legend under the Axes, four entries a line."""
    axes.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, -0.07),
        fontsize="small",
        frameon=False,
        ncols=4,
        **options,
    )


def synthetic_note(synthetic: bool) -> str:
    """Return what titles say of synthetic data, else nothing."""
    return " (SYNTHETIC DATA)" if synthetic else ""


def png(axes: Axes) -> bytes:
    """Return the figure of some Axes as a PNG, and close it."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    picture = BytesIO()
    figure.savefig(picture, format="png", dpi=120, metadata={"Software": None})
    pyplot.close(figure)
    return picture.getvalue()
