"""The page of `nqp dashboard`, a script that Streamlit runs.

What a browser sends is a choice among values this page offered; anything else counts as none. No
text from a browser becomes a path, Markdown or HTML.
"""

import sys
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any

import pandas as pd
import streamlit as st

from backtest.board import charts, tables
from backtest.board.controls import Control
from backtest.board.heat import MOST, Heat, heat
from backtest.board.sidebar import (
    check_offered,
    choose_market,
    choose_terms,
    choose_variant,
    load,
    on_terms,
)
from backtest.board.snippet import snippet, written
from backtest.board.tables import markdown_text
from backtest.board.view import View, view
from backtest.engine.result import BacktestResult
from backtest.errors import UserError
from backtest.market import Market
from backtest.market.rotation_map import rotation_map
from backtest.render.interactive import to_plotly
from backtest.strategy.look import look
from backtest.views.charts import Chart
from backtest.views.rotation_map import map_section
from backtest.views.words import Words

BEST = 12  # cells offered by name, for who has no mouse
SAY = Words()
CONFIG = {"displayModeBar": False}
STYLE = (files("backtest.board") / "board.css").read_text(encoding="utf-8")


def board(named: str, opened: str) -> None:
    """Show the board, opened with a market and a strategy as the shell named them."""
    st.set_page_config(page_title="nqp board", layout="wide")
    st.html(f"<style>\n{STYLE}</style>")
    try:
        target, whole = choose_market(named)
        strategy, moved = choose_variant(opened)
        terms = choose_terms(whole)
        market = on_terms(target, whole.snapshot, terms.end, terms.benchmark)
        with st.spinner("Simulating (a very first start compiles, up to half a minute, once) …"):
            seen = view(strategy, market, terms)
    except UserError as error:
        st.error(markdown_text(str(error)))
        return
    st.session_state["made"] = st.session_state.get("made", 0) + seen.counted
    _head(seen)
    pins: dict[tuple[str, str], View] = st.session_state.setdefault("pins", {})
    here = {label: pin for (place, label), pin in pins.items() if place == seen.place}
    curves, compare, rotation, map_, take = st.tabs(
        ["Curves", "Compare", "Rotation map", "Heat-map", "Report and Python"]
    )
    with curves:
        _curves(seen, here)
    with compare:
        _compare(seen, here, pins)
    with rotation:
        _rotation_map(seen.market)
    with map_:
        _heat_map(seen, moved)
    with take:
        _take_away(seen, here, target)


def _head(seen: View) -> None:
    """Say what is shown, what it rests on, and how far to believe it."""
    market = seen.market
    st.subheader(markdown_text(f"{seen.strategy.name} on {market.name}"), anchor=False)
    for note in look(seen.strategy, market).notes:
        st.error(markdown_text(note))
    if market.synthetic:
        st.warning("SYNTHETIC DATA: generated prices, not market data.")
    first, last = seen.equity.index[0], seen.equity.index[-1]
    st.caption(
        markdown_text(
            f"IN SAMPLE: chosen with the outcome in view. {market.universe.title}, {first:%Y-%m-%d}"
            f" … {last:%Y-%m-%d}, {market.universe.currency}; filled at the next {seen.fill}, "
            f"{seen.terms.costs.upper()} costs; data {market.snapshot[:12]}"
        )
    )
    with st.container(horizontal=True):
        for label, value, meaning in tables.headline(seen, st.session_state["made"]):
            st.metric(label, value, help=meaning, width="content")
    st.markdown(f"**{markdown_text(seen.luck.ruling.sentence)}**")


def _curves(seen: View, here: Mapping[str, View]) -> None:
    _chart(charts.curves(seen, here, SAY), "curves")
    strip = charts.signals(seen, SAY)
    if strip is not None:
        _chart(strip, "signals")
    dated = tables.switch_dates(seen)
    with st.expander(f"Switch dates ({len(dated)})"):
        _table(dated.set_index("Date"), words=True)


def _chart(chart: Chart, key: str, **events: Any) -> None:
    """Show a chart with its legend; every text in it is escaped."""
    keys = "".join(
        f'<li><i class="{one.dash}" style="--c:{one.color}"></i>{escape(one.name)}</li>'
        for one in chart.keys
    )
    st.html(f'<ul class="nqp-keys">{keys}</ul>')
    figure = to_plotly(chart)
    figure["layout"] |= {"clickmode": "event+select", "dragmode": False} if events else {}
    figure["layout"]["margin"] |= {"l": 70 if events else 60}
    st.plotly_chart(figure, key=key, config=CONFIG, alt=f"{chart.title}. {chart.alt}", **events)


def _compare(seen: View, here: Mapping[str, View], pins: dict[tuple[str, str], View]) -> None:
    """Show pinned variants beside the one the controls stand for."""
    label, place = written(seen.strategy), seen.place
    full = len(here) >= charts.PINNED
    st.button(
        "Pin this variant",
        on_click=_pin,
        args=(pins, label, seen),
        disabled=full or label in here,
        help=f"Keeps it beside those to come, up to {charts.PINNED} a market, and in 'nqp runs'.",
    )
    _table(tables.compared({"now": seen} | {label: pin.now() for label, pin in here.items()}))
    for number, pinned in enumerate(here, start=1):
        st.button(
            f"Unpin {markdown_text(pinned)}",
            on_click=_unpin,
            args=(pins, (place, pinned)),
            key=f"unpin {number}",
        )
    if not here:
        st.caption("Nothing is pinned yet: pin a variant, move a control, and compare.")


def _unpin(pins: dict[tuple[str, str], View], pinned: tuple[str, str]) -> None:
    pins.pop(pinned, None)  # two clicks may come before the button is gone


def _heat_map(seen: View, moved: Mapping[str, Control]) -> None:
    """Show a score over two parameters, and load what is clicked."""
    sliders = {name: control for name, control in moved.items() if control.kind == "slider"}
    if len(sliders) < 2:
        st.info("A heat-map needs two parameters with a range; this strategy has fewer.")
        return
    names, kind = list(sliders), seen.strategy.name

    def label(name: str) -> str:
        return sliders[name].label

    with st.container(horizontal=True, vertical_alignment="bottom"):
        across: str = st.selectbox("Across", names, 0, label, key=f"{kind} across")
        up: str = st.selectbox("Up", names, 1, label, key=f"{kind} up")
        shown = [sliders[name] for name in (across, up)]
        count = len(shown[0].some(MOST)) * len(shown[1].some(MOST))
        st.button(
            f"Try {count} combinations",
            on_click=_try,
            args=(seen, sliders[up], sliders[across]),
            disabled=across == up,
            help="Each counts as a trial, and makes the deflated Sharpe ratio stricter.",
        )
    for control in shown:
        tried, there = len(control.some(MOST)), len(control.values)
        if tried < there:
            st.caption(f"Simplified: {tried} of {there} values of {markdown_text(control.label)}.")
    if across == up:
        st.info("Choose two different parameters.")
    drawn: Heat | str | None = st.session_state.get("heat")
    if isinstance(drawn, str):
        st.error(markdown_text(drawn))
    if not isinstance(drawn, Heat) or type(drawn.strategy) is not type(seen.strategy):
        return
    if not drawn.fits(seen.strategy, seen.place):
        st.info(
            "Computed with other values of the other controls, or on another market; try again."
        )
    chart = charts.heat_map(drawn, seen.strategy.parameters, SAY)
    _chart(chart, "heat-map", on_select=lambda: _load_clicked(drawn), selection_mode="points")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        best = drawn.ranked(BEST)
        cell = st.selectbox("Best cells", best, format_func=drawn.spoken, key="cell")
        st.button("Load this cell", on_click=load, args=(drawn.strategy, drawn.cell(cell)))
    st.caption(
        "The best of many cells is biased upward; a broad good region says more than a peak."
    )


def _rotation_map(market: Market) -> None:
    """Show the rotation map as of a session chosen; the map's slider plays the half-year before."""
    days = list(market.sessions.strftime("%Y-%m-%d"))
    as_of = st.select_slider("As of", days, days[-1], key=f"{market.snapshot} as of {days[-1]}")
    try:
        check_offered(as_of, days)
        section = map_section(rotation_map(market, as_of=as_of), SAY)
    except UserError as error:
        st.info(markdown_text(str(error)))
        return
    _chart(section.charts[0], "rotation-map")
    st.caption(markdown_text(section.notes[0]))
    _table(section.tables[0].cells, words=True)


def _try(seen: View, rows: Control, columns: Control) -> None:
    try:
        found = heat(seen.strategy, seen.market, rows, columns, terms=seen.terms)
    except UserError as error:
        st.session_state["heat"] = str(error)
        return
    st.session_state["heat"] = found
    st.session_state["made"] += max(0, found.trials - seen.luck.ruling.count.trials)


def _load_clicked(drawn: Heat) -> None:
    """Load the cell a browser says was clicked, if there is such a cell."""
    points = st.session_state["heat-map"]["selection"]["points"]
    number = points[0].get("point_index") if points else None
    if type(number) is int:
        load(drawn.strategy, drawn.cell(number))


def _take_away(seen: View, here: Mapping[str, View], target: str) -> None:
    st.download_button(
        "Download the report",
        data=lambda: _report(seen),
        file_name="report.html",
        mime="text/html",
        on_click="ignore",
        help="One HTML file of this variant, simulated once more by vectorbt; it is in 'nqp runs'.",
    )
    st.caption("The Python that gives the same figures:")
    pinned = [pin.strategy for pin in here.values()]
    st.code(
        snippet(seen.strategy, target, pinned, seen.terms.changed),
        language="python",
        wrap_lines=True,
    )


def _report(seen: View) -> bytes:
    """Return the report that 'nqp run --out' writes."""
    from backtest.cli.writing import groups_and_thesis
    from backtest.render.html import to_html
    from backtest.views.run_report import run_report

    groups, thesis = groups_and_thesis()
    page = run_report(_kept(seen), market=seen.market, groups=groups, source=thesis)
    return to_html(page).encode()


def _kept(seen: View) -> BacktestResult:
    """Run a variant once more by vectorbt, and list it in 'nqp runs'."""
    from backtest.engine.run import run
    from backtest.records.runs import keep_result

    on = seen.terms
    result = run(seen.strategy, seen.market, costs=on.costs, fill=on.fill, start=on.start)
    keep_result(result, None, "board")
    return result


def _pin(pins: dict[tuple[str, str], View], label: str, seen: View) -> None:
    pins[seen.place, label] = seen
    _kept(seen)


def _table(rows: pd.DataFrame, *, words: bool = False) -> None:
    """Show a table; every text in it is escaped."""
    kind = "nqp-words" if words else "nqp-figures"
    inside = rows.to_html(border=0, index_names=False)
    st.html(f'<div class="nqp-table {kind}" tabindex="0">{inside}</div>')


if __name__ == "__main__":
    board(*sys.argv[1:3])
