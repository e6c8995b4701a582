"""What is chosen beside the board's page: market, strategy and its controls, window and terms."""

from collections.abc import Container, Mapping
from typing import Any

import streamlit as st

from backtest.board.controls import Control, controls, fixed, with_values
from backtest.board.tables import markdown_text
from backtest.board.terms import COSTS, FILLS, OWN, BoardTerms, windows
from backtest.cli.lookup import built_in, find_strategy
from backtest.data import load_market
from backtest.data.store import market_names, read_manifest
from backtest.errors import UserError
from backtest.market import Market
from backtest.strategy import Strategy


def check_offered(value: object, offered: Container[Any]) -> None:
    """Raise a `UserError` if what a browser sent was not among what it was offered."""
    if value not in offered:
        raise UserError("that is not in the list; choose one from it")


def choose_market(named: str) -> tuple[str, Market]:
    """Return what `load_market` was given, and the market chosen from the store's list."""
    stored = ["sample", *market_names()]
    names = stored if named in stored else [*stored, named]
    name = st.sidebar.selectbox("Market", names, index=names.index(named), key="market")
    check_offered(name, names)
    return name, _loaded(name, read_manifest(name).snapshot if name in stored[1:] else "")


@st.cache_resource(max_entries=4, show_spinner="Loading the market …")
def _loaded(name: str, snapshot: str) -> Market:
    return load_market(name)


@st.cache_resource(max_entries=8, show_spinner=False)
def on_terms(name: str, snapshot: str, end: str | None, benchmark: str | None) -> Market:
    """Return a market cut off and compared as chosen, one for the session, so that it remembers."""
    stored = read_manifest(name).snapshot if name in market_names() else ""
    return BoardTerms(end=end, benchmark=benchmark).market(_loaded(name, stored))


def choose_terms(market: Market) -> BoardTerms:
    """Return the window, costs, fill and benchmark chosen; each must be one that was offered."""
    spans = windows(market)
    offered = {
        "Window": list(spans),
        "Costs": list(COSTS),
        "Fill": list(FILLS),
        "Benchmark": [OWN, *map(str, market.sector_close.columns)],
    }
    with st.sidebar.expander("Window and terms"):
        chosen = {
            label: st.selectbox(label, options, key=f"{market.snapshot} {label}")
            for label, options in offered.items()
        }
    for label, value in chosen.items():
        check_offered(value, offered[label])
    start, end = spans[chosen["Window"]]
    benchmark = None if chosen["Benchmark"] == OWN else chosen["Benchmark"]
    return BoardTerms(chosen["Costs"], chosen["Fill"], start, end, benchmark)


@st.cache_resource(show_spinner=False)
def _strategies(opened: str) -> Mapping[str, Strategy]:
    """Return every built-in strategy, and the one the shell named where it is none of them."""
    found = {name: kind() for name, kind in built_in().items()}
    own = find_strategy(opened, [])
    return found if opened in found else {own.name: own} | found | {own.name: own}


def choose_variant(opened: str) -> tuple[Strategy, dict[str, Control]]:
    """Return the strategy as its controls stand, and the controls by field."""
    known = _strategies(opened)
    names = list(known)
    first = names.index(opened) if opened in known else 0
    name = st.sidebar.selectbox("Strategy", names, index=first, key="strategy")
    check_offered(name, known)
    strategy = known[name]
    doc = (type(strategy).__doc__ or "").split("\n\n")[0].replace("`", "")
    st.sidebar.caption(markdown_text(doc))
    moved = {control.name: control for control in controls(strategy)}
    values = {control.name: _widget(strategy, control) for control in moved.values()}
    defaults = {name: control.value for name, control in moved.items()}
    st.sidebar.button("Back to defaults", on_click=load, args=(strategy, defaults))
    still = ", ".join(f"{name} = {value}" for name, value in fixed(strategy).items())
    if still:
        st.sidebar.caption(f"Not moved here: {markdown_text(still)}")
    return with_values(strategy, values), moved


def _widget(strategy: Strategy, control: Control) -> Any:
    key, label = f"{strategy.name}.{control.name}", control.label
    st.session_state.setdefault(key, control.value)
    said = markdown_text(control.help)
    if control.kind == "switch":
        chosen: Any = st.sidebar.toggle(label, key=key, help=said)
    elif control.kind == "choice":
        chosen = st.sidebar.selectbox(label, control.values, key=key, help=said)
    else:
        low, high = control.values[0], control.values[-1]
        chosen = st.sidebar.slider(
            label, low, high, step=control.step, format="%g", key=key, help=said
        )
    return control.nearest(chosen)


def load(strategy: Strategy, values: Mapping[str, Any]) -> None:
    """Set controls, before they are drawn again."""
    for name, value in values.items():
        st.session_state[f"{strategy.name}.{name}"] = value
