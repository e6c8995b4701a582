"""A page as HTML for notebooks.

Every text that comes in is escaped, and mathematics in it is left alone: a name is shown, never
obeyed. Text and background take their colors from the notebook, so light and dark ones both read
well; a verdict has a colored dot, and says the same in words.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from backtest.views.page import Page, Section, Table
from backtest.views.pages import page_of
from backtest.views.palette import TONES

SOFT = "opacity:0.7;font-size:smaller"


def shown(value: object) -> str:
    """Return the page of a value as a notebook shows it."""
    return to_html(page_of(value))


def to_html(page: Page) -> str:
    """Return a page as HTML that notebooks leave as it is."""
    conclusion = f"{_dot(page.tone)}{escape(page.conclusion)}"
    parts = [
        f"<p><b>{escape(page.title)}</b></p>",
        _soft([page.subtitle]),
        *(f"<p><b>{escape(banner)}</b></p>" for banner in page.banners),
        f"<p>{conclusion}</p>" if page.conclusion else "",
        *(_section(section) for section in page.sections),
        _soft([*page.notes, *page.footer]),
    ]
    return f'<div class="tex2jax_ignore mathjax_ignore">{"".join(parts)}</div>'


def _section(section: Section) -> str:
    inside = "".join(
        [
            *(f"<p>{escape(sentence)}</p>" for sentence in section.sentences),
            *(_table(table) for table in section.tables),
            _soft(section.notes),
        ]
    )
    title = escape(section.title)
    if section.folded:
        return f"<details><summary>{title}</summary>{inside}</details>"
    return (f"<p><b>{title}</b></p>" if title else "") + inside


def _table(table: Table) -> str:
    """Return a table; its row heads are left out where there are none."""
    heads = [(table.head, True), *table.columns]
    rows = [[(head, True), *cells] for head, cells in table.rows]
    first = 0 if any(row[0][0] for row in rows) else 1
    lines = [
        "".join(_cell("th", *cell, "") for cell in heads[first:]),
        *(
            "".join(_cell("td", *cell, _dot(table.tones.get(cell[0], ""))) for cell in row[first:])
            for row in rows
        ),
    ]
    head, *body = (f"<tr>{line}</tr>" for line in lines)
    caption = f"<p>{escape(table.caption)}</p>" if table.caption else ""
    return f"{caption}<table><thead>{head}</thead><tbody>{''.join(body)}</tbody></table>"


def _cell(tag: str, text: str, left: bool, dot: str) -> str:
    side = "left" if left else "right;white-space:nowrap"
    return f'<{tag} style="text-align:{side}">{dot}{escape(text)}</{tag}>'


def _soft(lines: Iterable[str]) -> str:
    return "".join(f'<p style="{SOFT}">{escape(line)}</p>' for line in lines if line)


def _dot(tone: str) -> str:
    return f'<span style="color:{TONES[tone]}">●</span> ' if tone else ""
