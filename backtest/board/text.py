"""Text from outside, made safe for what would read it as markup.

Names of markets, sectors, baskets and strategies are anybody's. Streamlit reads labels as Markdown
and Plotly reads them as HTML, so both get such text escaped.
"""

from __future__ import annotations

import html
import re

PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def markdown_text(text: str) -> str:
    r"""Return Markdown that shows `text` as it stands, on one line.

    Examples
    --------
    >>> print(markdown_text("[a](b) *c*"))
    \[a\]\(b\) \*c\*
    """
    return PUNCTUATION.sub(r"\\\1", " ".join(text.split()))


def html_text(text: str) -> str:
    """Return HTML that shows `text` as it stands, on one line.

    Examples
    --------
    >>> html_text("<b>")
    '&lt;b&gt;'
    """
    return html.escape(" ".join(text.split()))
