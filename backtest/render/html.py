"""A page as one HTML document that loads nothing from elsewhere.

Texts are escaped by Jinja2; figures lie in the page as JSON that is never run; scripts run only if
their hash is the one named in the page's own content security policy, and that forbids every
request.
"""

import json
import math
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from backtest.render.interactive import to_plotly
from backtest.views.charts import Chart
from backtest.views.page import Page, Table
from backtest.views.words import Words

LANGUAGE_TAGS = {"en": "en", "zh": "zh-CN"}
# plotly.js's own bundle of charts with two axes: npm's plotly.js-cartesian-dist-min 4.1.1.
SCRIPTS = ("plotly-cartesian.min.js", "page.js")
MANY, NOTHING = 64, 65_535  # numbers worth packing; the word that stands for none
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
UNSAFE = "<>&\u2028\u2029"


@cache
def template(name: str) -> Template:
    """Return a template by name; what is put into it is escaped."""
    environment = Environment(
        loader=PackageLoader("backtest.render", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def to_html(page: Page) -> str:
    """Return a page as one self-contained document; equal pages give equal text."""
    for ids in ([item.id for item in page.sections], [chart.id for chart in page.charts]):
        if len(set(ids)) < len(ids):
            raise ValueError(f"every section and every chart needs an id of its own: {ids}")
    scripts = [_template(name) for name in SCRIPTS] if page.charts else []
    dates = list[object]()
    return template("page.html.j2").render(
        page=page,
        say=Words(page.language),
        tag=LANGUAGE_TAGS[page.language],
        style=Markup(_template("page.css")),
        scripts=[Markup(script) for script in scripts],
        hashes=[_hash(script) for script in scripts],
        figures={chart.id: _figure(chart, dates) for chart in page.charts},
        dates=_embedded([_packed(each) for each in dates]),
        digests={chart.id: Table("", chart.data) for chart in page.charts},
    )


def _figure(chart: Chart, dates: list[object]) -> Markup:
    """Return a figure as JSON; dates, which most lines of a page share, stand in a list of them."""
    figure = to_plotly(chart)
    for trace in figure["data"]:
        if isinstance(trace.get("x"), list):
            if trace["x"] not in dates:
                dates.append(trace["x"])
            trace["x"] = dates.index(trace["x"])
        if "y" in trace:
            trace["y"] = _packed(trace["y"])
        if "z" in trace:
            trace["z"] = [_packed(row) for row in trace["z"]]
    return _embedded(figure)


def _embedded(value: object) -> Markup:
    """Return JSON without a character that could end the element it stands in."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for letter in UNSAFE:
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)


def _packed(values: Any) -> Any:
    """Return many numbers or dates as 16-bit words, to a ten-thousandth of their span or finer.

    That is less than a pixel of any chart. The page's script reads word w as (low + w) / unit, the
    last word as nothing; of dates that is a day since 1970. What is short or of other things stays.
    """
    if not isinstance(values, list) or len(values) < MANY:
        return values
    days = all(isinstance(value, str) and ISO_DATE.fullmatch(value) for value in values)
    if days:
        numbers = np.array(values, dtype="datetime64[D]").astype(float)
    elif all(value is None or type(value) in (int, float) for value in values):
        numbers = np.array(values, dtype=float)
    else:
        return values
    known = numbers[~np.isnan(numbers)]
    span = float(np.ptp(known)) if len(known) else 0.0
    if days and span >= NOTHING:
        return values
    digits = min(math.floor(math.log10((NOTHING - 2) / span)), 9) if span else 6
    unit = 1.0 if days else 10.0**digits
    whole = np.rint(numbers * unit)
    low = float(np.nanmin(whole)) if len(known) else 0.0
    words = np.where(np.isnan(whole), NOTHING, whole - low).astype("<u2")
    packed = {"low": int(low), "unit": unit, "words": b64encode(words.tobytes()).decode()}
    return packed | {"days": True} if days else packed


def _hash(script: str) -> str:
    return "sha256-" + b64encode(sha256(script.encode()).digest()).decode()


@cache
def _template(name: str) -> str:
    return (files("backtest.render") / "templates" / name).read_text(encoding="utf-8").strip()
