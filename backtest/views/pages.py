"""page_of: the page of a value, whatever it is.

Views import what they show, and showing a market must not load the tuning: a view is imported when
a value of its kind is first shown.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from backtest.engine.comparison import Comparison
from backtest.views.page import Page
from backtest.views.words import Words

# The function that makes the page, by the name of the class it is of.
VIEWS: Mapping[str, str] = {
    "BacktestResult": "run_report:result_page",
    "Composite": "index:index_page",
    "CompositeSensitivity": "index_sensitivity:sensitivity_page",
    "Comparison": "compare_report:compare_page",
    "Compared": "frames:figures_page",
    "Fan": "sections.fan:fan_page",
    "EventsByKind": "events:events_page",
    "Market": "market:market_page",
    "RotationMap": "rotation_map:map_page",
    "Today": "today:today_page",
    "YearPath": "sections.year:year_page",
    "Honesty": "sections.reliability:honesty_page",
    "Scorecard": "evidence_report:scorecard_page",
    "StrategyEvidence": "evidence_report:strategy_page",
    "Search": "tuning_report:search_page",
    "Sweep": "tuning_report:sweep_page",
    "WalkForward": "tuning_report:walk_forward_page",
}

# The function that says it in sentences, likewise.
SENTENCES: Mapping[str, str] = {
    "ClaimFinding": "claim_sentences:finding_sentences",
    "Scorecard": "claim_sentences:card_sentences",
    "StrategyEvidence": "strategy_sentences:strategy_sentences",
}


def page_of(value: object, language: str = "en") -> Page:
    """Return the page of a value: what a terminal and a notebook show of it.

    Raises
    ------
    TypeError
        If nothing knows how to show it.
    """
    page: Page = _view(VIEWS, value)(value, Words(language))
    return page


def pictured(value: object, language: str = "en") -> Page:
    """Return the page of a value with all that can be drawn of it; of results, their comparison."""
    if isinstance(value, (list, tuple)):
        return page_of(Comparison.of(value), language)
    page: Page = _view({**VIEWS, "Sweep": "tuning_report:swept_report"}, value)(
        value, Words(language)
    )
    return page


def sentences_of(value: object, language: str = "en") -> list[str]:
    """Return what a value says in sentences."""
    found: list[str] = _view(SENTENCES, value)(value, Words(language))
    return found


def _view(places: Mapping[str, str], value: object) -> Callable[..., Any]:
    for kind in type(value).__mro__:
        place = places.get(kind.__qualname__)
        if place is not None and kind.__module__.startswith("backtest."):
            module, name = place.split(":")
            view: Callable[..., Any] = getattr(import_module(f"backtest.views.{module}"), name)
            return view
    raise TypeError(f"there is no page of a {type(value).__name__}")
