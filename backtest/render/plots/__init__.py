"""Plots: charts as matplotlib figures. Only this package imports matplotlib."""

from matplotlib.figure import Figure

from backtest.errors import UserError, suggest
from backtest.render.plots.chart import chart_figure
from backtest.views.charts import Chart
from backtest.views.pages import pictured


def plot(value: object, which: str = "", language: str = "en") -> Figure:
    """Draw a chart of a value, as its reports show it; a notebook shows the figure.

    Parameters
    ----------
    value : object
        A `Chart`, or a result, several results, a sweep, a scorecard, an index ...
    which : str
        The id of a chart; the value's first by default.

    Raises
    ------
    UserError
        If the value has no such chart.
    """
    if isinstance(value, Chart):
        return chart_figure(value)
    page = pictured(value, language)
    charts = {chart.id: chart for chart in page.charts}
    if not charts:
        raise UserError("there is nothing to draw of this {kind}", kind=type(value).__name__)
    if which and which not in charts:
        raise UserError(
            "there is no chart {which!r} of it; {suggestion}",
            which=which,
            suggestion=suggest(which, list(charts)),
        )
    return chart_figure(charts[which or next(iter(charts))], page.origin)
