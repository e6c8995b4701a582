"""page_of: the page of a value, whatever it is.

Views import what they show, and showing a market must not load the tuning: a view is imported when
a value of its kind is first shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from backtest.views.page import Page
from backtest.views.words import Words

# The function that makes the page, by the name of the class it is of.
VIEWS: Mapping[str, str] = {
    "BacktestResult": "run_report:result_page",
    "Composite": "index:index_page",
    "CompositeSensitivity": "index:sensitivity_page",
    "Comparison": "compare_report:compare_page",
    "EventsByKind": "events:events_page",
    "Market": "market:market_page",
    "RotationMap": "rotation_map:map_page",
    "Today": "today:today_page",
    "YearPath": "sections.year:year_page",
    "Honesty": "sections.verdicts:honesty_page",
    "Scorecard": "evidence_report:scorecard_page",
    "StrategyEvidence": "evidence_report:strategy_page",
    "Search": "tuning_report:search_page",
    "Sweep": "tuning_report:sweep_page",
    "WalkForward": "tuning_report:walk_forward_page",
}


def page_of(value: object, language: str = "en") -> Page:
    """Return the page of a value: what a terminal and a notebook show of it.

    Raises
    ------
    TypeError
        If nothing knows how to show it.
    """
    for kind in type(value).__mro__:
        place = VIEWS.get(kind.__qualname__)
        if place is not None and kind.__module__.startswith("backtest."):
            module, name = place.split(":")
            page: Page = getattr(import_module(f"backtest.views.{module}"), name)(
                value, Words(language)
            )
            return page
    raise TypeError(f"there is no page of a {type(value).__name__}")
