"""A report in a browser: no request, no complaint, names as text, nothing wider than the screen."""

from dataclasses import replace

import pytest

from backtest import run
from backtest.records.record import Recalled
from backtest.render.html import to_html
from backtest.views.run_report import run_report
from backtest.views.words import LANGUAGES
from strategies import RateRotation
from strategies.claims import REPORT
from strategies.taxonomy import CHAINS, TRACKS
from tests.browser import MISSING, browser, missing, open_file
from tests.markets import make_market

pytestmark = [
    pytest.mark.skipif(missing(), reason=MISSING),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

HOSTILE = "</script><img src=x onerror=alert(1)>"
LINK = '<a href="https://example.com/$\\frac{">%{x}</a>'
# Texts smaller than 11 pixels, and those that reach beyond their chart.
TEXTS = """box => {
    const svg = box.querySelector('.main-svg').getBoundingClientRect();
    const texts = [...box.querySelectorAll('text')].filter(
        item => item.textContent.trim() && item.getBoundingClientRect().width);
    const said = found => found.map(item => item.textContent);
    const out = item => { const { left, right } = item.getBoundingClientRect();
        return left < svg.left - 2 || right > svg.right + 2; };
    return [said(texts.filter(item => parseFloat(getComputedStyle(item).fontSize) < 11)),
            said(texts.filter(item => !item.closest('.slider-group') && out(item)))];
}"""
INK = """box => [...box.querySelectorAll('path.js-line, .point path, image')]
    .filter(item => item.getBoundingClientRect().width > 1).length"""


@pytest.fixture(scope="module")
def chromium():
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def hostile():
    """A market and a result in which every name an outsider may choose attacks the page."""
    market = make_market(sessions=500, bond=True, name=HOSTILE)
    named = tuple(
        replace(instrument, name=f"{HOSTILE} {LINK} {instrument.id}", name_zh=f"坏{HOSTILE}")
        for instrument in market.universe.instruments
    )
    universe = replace(market.universe, title=HOSTILE, currency=HOSTILE, instruments=named)
    market = replace(market, universe=universe, findings=(HOSTILE, LINK))
    result = run(RateRotation(), market)
    regime = result.regime.replace({"traditional": HOSTILE, "nqp": LINK})
    return replace(result, regime=regime, warnings=(*result.warnings, HOSTILE)), market


@pytest.fixture(scope="module")
def paths(hostile, tmp_path_factory):
    result, market = hostile
    groups = [*TRACKS.values(), *CHAINS.values()]
    files = {}
    for language in LANGUAGES:
        page = run_report(result, market=market, groups=groups, source=REPORT, language=language)
        files[language] = tmp_path_factory.mktemp("report") / "report.html"
        files[language].write_text(to_html(page), encoding="utf-8")
    return files


@pytest.fixture(scope="module")
def path(paths):
    return paths["en"]


@pytest.mark.parametrize(("language", "width"), [("en", 768), ("en", 1280), ("zh", 390)])
def test_it_opens_from_disk_and_asks_nobody_for_anything(chromium, paths, language, width):
    path = paths[language]
    opened = open_file(chromium, path, width=width)
    assert opened.requests == [path.as_uri()]
    assert opened.complaints == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = opened.page.query_selector_all(".chart")
    assert len(boxes) > 5
    for box in boxes:
        assert box.evaluate(INK) > 0, f"{box.get_attribute('id')} is blank"
        assert box.evaluate("box => box.getBoundingClientRect().right") <= width
        small, clipped = box.evaluate(TEXTS)
        assert small == clipped == [], box.get_attribute("id")


def test_hostile_names_are_text(chromium, path):
    opened = open_file(chromium, path)
    assert opened.page.query_selector_all("img, iframe, object, a[href^=http]") == []
    assert HOSTILE in opened.page.inner_text("header")
    assert HOSTILE in opened.page.inner_text("#equity .keys")
    assert LINK in opened.page.inner_text("#equity .keys")


def test_the_policy_of_the_page_stops_what_it_did_not_bring(chromium, path):
    opened = open_file(chromium, path)
    done = opened.page.evaluate(
        """async () => {
            const script = document.createElement('script');
            script.textContent = 'window.ran = true';
            document.body.append(script);
            const asked = await fetch('https://example.com/').then(() => true, () => false);
            return [window.ran === true, asked];
        }"""
    )
    assert done == [False, False]


def test_it_prints_with_its_charts_inside_the_paper(chromium, path):
    opened = open_file(chromium, path)
    opened.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    widths = opened.page.evaluate(
        "[...document.querySelectorAll('.main-svg')].map(svg => svg.getBoundingClientRect().width)"
    )
    assert widths
    assert max(widths) <= 668
    assert opened.page.pdf(format="A4").startswith(b"%PDF")


def test_charts_over_time_are_looked_at_together(chromium, path):
    opened = open_file(chromium, path)
    ranges = opened.page.evaluate(
        """async () => {
            const box = id => document.getElementById('chart-' + id);
            const range = {'xaxis.range[0]': '2020-06-01', 'xaxis.range[1]': '2020-09-01'};
            await Plotly.relayout(box('equity'), range);
            await new Promise(done => setTimeout(done, 300));
            const days = range => range.map(day => day.slice(0, 10));
            return ['equity', 'weights', 'readings'].map(id => days(box(id).layout.xaxis.range));
        }"""
    )
    assert ranges == [["2020-06-01", "2020-09-01"]] * 3


def test_a_strategy_of_which_only_the_name_is_known_is_reported_too(chromium, hostile, tmp_path):
    result, _ = hostile
    weights = result.weights.rename(columns=lambda name: f"{HOSTILE} {name}")
    unknown = replace(result, strategy=Recalled(HOSTILE), benchmarks={}, weights=weights)
    page = run_report(unknown, document=result.to_json(), missing=HOSTILE)
    file = tmp_path / "report.html"
    file.write_text(to_html(page), encoding="utf-8")
    opened = open_file(chromium, file)
    assert opened.complaints == []
    assert HOSTILE in opened.page.inner_text("h1")
    ticks = opened.page.evaluate(
        "[...document.querySelectorAll('#chart-weights .ytick text')].map(tick => tick.textContent)"
    )
    assert any(text.startswith("</scri") and "…" in text for text in ticks)
