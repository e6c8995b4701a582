"""A page as HTML for notebooks.

Every text that comes in is escaped, and mathematics in it is left alone: a name is shown, never
obeyed. Text and background take their colors from the notebook, so light and dark ones both read
well; a verdict has a colored dot, and says the same in words.
"""

from backtest.render.html import template
from backtest.views.page import Page
from backtest.views.pages import page_of
from backtest.views.palette import TONES


def shown(value: object) -> str:
    """Return the page of a value as a notebook shows it."""
    return to_html(page_of(value))


def to_html(page: Page) -> str:
    """Return a page as HTML that notebooks leave as it is."""
    return template("notebook.html.j2").render(page=page, colors=TONES)
