"""Reads what values render as: well-formed, harmless HTML, and the texts in it."""

from __future__ import annotations

from xml.etree import ElementTree

TAGS = {"div", "p", "b", "span", "details", "summary", "table", "thead", "tbody", "tr", "th", "td"}
HOSTILE = "<script>alert(\"$x$ & 'y'\")</script>"


def parsed(html: str) -> ElementTree.Element:
    """Return the HTML as a tree; a tag or attribute that does more than show text fails."""
    root = ElementTree.fromstring(html)
    for element in root.iter():
        assert element.tag in TAGS
        assert set(element.attrib) <= {"style", "class"}
        assert "background" not in element.get("style", "")
    assert {"tex2jax_ignore", "mathjax_ignore"} <= set(root.get("class", "").split())
    return root


def text_of(html: str) -> str:
    """Return all text of the HTML, as a reader sees it."""
    return " ".join(" ".join(parsed(html).itertext()).split())


def tables_of(html: str) -> list[list[list[str]]]:
    """Return the cells of each table, head first."""
    tables = parsed(html).iter("table")
    return [[["".join(c.itertext()) for c in row] for row in one.iter("tr")] for one in tables]
