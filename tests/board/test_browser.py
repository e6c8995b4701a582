"""The board in a real browser: every control, every page, hostile names, the keyboard, a phone.

One server and one browser serve all tests; each has a page of its own. Everything is waited for by
what it changes on the page.
"""

import http.client
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys

import numpy as np
import pytest

from backtest.data.intake import Sources, import_market
from backtest.data.sample import sample_market
from tests.browser import MISSING, browser, missing
from tests.command import nqp

if missing():
    pytest.skip(MISSING, allow_module_level=True)

from playwright.sync_api import Page, TimeoutError, expect

PATIENCE, FIRST = 90_000, 300_000  # milliseconds; a very first start compiles
EVIL = "<img src=x onerror=document.title=1> [x](javascript:alert(1)) $x^2$ :red[y] **z**"
PAGES = ("Curves", "Compare", "Rotation map", "Heat-map", "Report and Python")
SECTORS = ("banks", "coal", "steel", "construction", "computer", "electronics", "machinery", "auto")
OWN = f'''
from dataclasses import dataclass

from backtest.parameter import parameter
from backtest.strategy.allocation import equal, spread
from backtest.strategy import TriggerRotation
from backtest.triggers import Always, RateBelowAverage
from strategies.taxonomy import NQP

EVIL = {EVIL!r}


@dataclass(frozen=True)
class Hostile(TriggerRotation):
    """Says {EVIL} when `window` is asked for."""

    window: int = parameter(EVIL, 20)
    label: str = {EVIL!r}

    def rules(self):
        return {{EVIL: RateBelowAverage(self.window), "other " + EVIL: Always()}}

    def baskets(self, market):
        return {{EVIL: spread(market, NQP), "other " + EVIL: equal(market)}}
'''


# The name of what has the focus, and whether it, or what it is the inside of, is outlined.
FOCUSED = """() => {
    const on = document.activeElement, around = [on, ...['.react-aria-ComboBox',
        '[data-testid=stSlider]'].map(kind => on.closest(kind)).filter(Boolean)];
    const seen = around.some(each => getComputedStyle(each).outlineStyle === 'solid');
    return [on.getAttribute('aria-label') || on.innerText || '', seen];
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the shell is."""
    return tmp_path_factory.mktemp("board")


@pytest.fixture(scope="module")
def server(folder):
    """The address of a board opened with a hostile strategy on a hostile market."""
    environment = dict(os.environ, NQP_HOME=str(folder / "home"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NQP_HOME", str(folder / "home"))
        import_market("hostile", Sources(hostile_market(folder / "prices")))
    own = folder / "own.py"
    own.write_text(OWN, encoding="utf-8")
    words = ["dashboard", f"{own}:Hostile", "--market", "hostile", "--json"]
    with subprocess.Popen(
        [sys.executable, "-c", "from backtest.cli import main; main()", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=folder,
    ) as process:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        yield json.loads(line)["url"]
        process.send_signal(signal.SIGINT)
        said, complaints = process.communicate(timeout=300)
    assert process.returncode == 0, complaints
    assert said == ""
    assert "Traceback" not in complaints, complaints


def hostile_market(folder):
    """Write two years of eight synthetic sectors whose names are attacks."""
    sample = sample_market().between("2022-01-01", "2023-12-31")
    ids = [name for sector in SECTORS for name in sample.by_sector[sector]]
    folder.mkdir()
    close = sample.close[ids].assign(BENCH=sample.benchmark)
    long = close.melt(ignore_index=False, var_name="instrument", value_name="close").dropna()
    long = long.rename_axis("date").reset_index()[["instrument", "date", "close"]]
    long.to_csv(folder / "prices.csv", index=False, date_format="%Y-%m-%d")
    series = sample.series[["cn10y"]].melt(ignore_index=False, var_name="series")
    series.rename_axis("date").reset_index()[["series", "date", "value"]].to_csv(
        folder / "series.csv", index=False, date_format="%Y-%m-%d"
    )
    name = json.dumps(EVIL)
    entries = [
        f'[[instruments]]\nid = "{each}"\nkind = "index"\nname = {name}\nsector = "{sector}"\n'
        for sector in SECTORS
        for each in sample.by_sector[sector]
    ]
    head = (
        f'name = "small"\ntitle = {name}\ncurrency = "CNY"\ncalendar = "XSHG"\n'
        f'sessions_per_year = 242\nbenchmark = "BENCH"\nrate = "cn10y"\n[series.cn10y]\n'
        f'delay_days = 0\n[[instruments]]\nid = "BENCH"\nkind = "index"\nname = {name}\n'
    )
    (folder / "universe.toml").write_text(head + "".join(entries), encoding="utf-8")
    return folder


@pytest.fixture(scope="module", name="browser")
def wide_browser():
    with browser() as started:
        yield started.new_context(viewport={"width": 1400, "height": 1000}, reduced_motion="reduce")


@pytest.fixture(scope="module")
def hostile(browser, server):
    """A page on the hostile strategy and market."""
    yield from watched(browser, server)


@pytest.fixture(scope="module")
def sample(browser, server):
    """A page on rate-rotation and one year of the sample market, of which little is to be drawn."""
    for page in watched(browser, server):
        choose(page, "Market", "sample")
        expect(page.get_by_role("heading", name="hostile on sample")).to_be_visible()
        choose(page, "Strategy", "rate-rotation")
        expect(page.get_by_role("heading", name="rate-rotation on sample")).to_be_visible()
        page.get_by_text("Window and terms").click()
        choose(page, "Window", "2018")
        page.get_by_text("Window and terms").click()
        yield page


@pytest.fixture
def rates(sample):
    """The same page with everything at its default."""
    sample.get_by_role("button", name="Back to defaults").click()
    choose(sample, "Rebalance", "monthly")
    expect(code(sample)).to_contain_text("result = run(RateRotation(), market, start=")
    tab(sample, "Curves")
    return sample


def watched(browser, server):
    """Yield a page, and fail on console errors and on requests to anyone but the server."""
    page = browser.new_page()
    complaints, sent = [], []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else 0)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append("a dialog opened") or dialog.dismiss())
    page.on("request", lambda request: sent.append(request.url))
    page.on("websocket", lambda socket: sent.append(socket.url))
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page.goto(server)
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=FIRST)
    yield page
    page.close()
    mine = (f"{server}/", server.replace("http:", "ws:") + "/", "data:", "blob:")
    assert not complaints
    assert len(sent) > 10
    assert not [url for url in sent if not url.startswith(mine)]


def choose(page: Page, label: str, option: str):
    """Choose from a list; again where the page, drawn anew meanwhile, closed it or paid no heed."""
    box = page.get_by_role("combobox", name=label)
    for seconds in range(4, 40, 4):
        rests(page)
        box.click()
        try:
            page.get_by_role("option", name=option, exact=True).click(timeout=seconds * 1000)
        except TimeoutError:
            page.keyboard.press("Escape")
        rests(page)
        if box.input_value() == option:
            return
    raise AssertionError(f"{option} could not be chosen from {label}")


def rests(page: Page):
    """Wait until the page is drawn as it was last asked for."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE)


def press(page: Page, slider: str, key: str, times: int = 1):
    handle = page.get_by_role("slider", name=slider)
    handle.focus()
    for _ in range(times):
        handle.press(key)


def metric(page: Page, label: str):
    box = page.get_by_test_id("stMetric").filter(has_text=re.compile(f"^{re.escape(label)}"))
    return box.get_by_test_id("stMetricValue")


def tab(page: Page, name: str):
    page.get_by_role("tab", name=name, exact=True).click()


def picture(shown) -> np.ndarray:
    """A screenshot as an array of pixels, row × column × channel, from 0 to 1."""
    from matplotlib.image import imread

    return imread(io.BytesIO(shown.screenshot()))


def code(page: Page):
    tab(page, "Report and Python")
    return page.get_by_test_id("stCode").locator("code")


def test_hostile_names_are_shown_as_text_on_every_page(hostile):
    page = hostile
    expect(page.get_by_role("heading", name="hostile on hostile")).to_be_visible()
    assert page.get_by_text("SYNTHETIC DATA").count() == 0
    sidebar = page.get_by_test_id("stSidebar")
    expect(page.get_by_test_id("stMain")).to_contain_text(f"in view. {EVIL}")  # the universe
    expect(sidebar).to_contain_text(f"Says {EVIL} when window")
    expect(sidebar).to_contain_text(f"label = {EVIL}")
    expect(page.locator(".nqp-keys").first).to_contain_text(f"other {EVIL}")
    page.get_by_text(re.compile("Switch dates")).click()
    expect(page.locator(".nqp-words").first).to_contain_text(f"other {EVIL}")
    sidebar.get_by_test_id("stTooltipIcon").first.hover()
    expect(page.get_by_test_id("stTooltipContent")).to_contain_text(EVIL)
    tab(page, "Compare")
    page.get_by_role("button", name="Pin this variant").click()
    expect(page.get_by_role("button", name="Unpin Hostile()")).to_be_visible()
    expect(code(page)).to_contain_text("Hostile()")
    assert page.locator("img[src=x], a[href^=javascript], .katex").count() == 0
    assert page.title() == "nqp board"


def test_a_phone_shows_the_board_without_scrolling_sideways(hostile):
    hostile.set_viewport_size({"width": 390, "height": 844})
    for name in PAGES:
        tab(hostile, name)
        expect(hostile.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
        hostile.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")
        assert picture(hostile)[..., :3].std() > 0.02, name


def test_the_board_says_what_it_shows(rates):
    expect(rates.get_by_text("SYNTHETIC DATA")).to_be_visible()
    expect(rates.get_by_text("IN SAMPLE")).to_be_visible()
    expect(rates.get_by_text("Leave traditional chains")).to_be_visible()
    expect(rates.get_by_text("CNY; filled at the next open, ETF costs")).to_be_visible()


def test_a_slider_moved_by_keyboard_changes_all_figures_at_once(rates):
    said = {name: metric(rates, name).inner_text() for name in ("Total return", "Trials")}
    press(rates, "Min hold", "ArrowRight", 20)
    expect(code(rates)).to_contain_text("RateRotation(min_hold=40)")
    expect(metric(rates, "Total return")).not_to_have_text(said["Total return"])
    assert int(metric(rates, "Trials").inner_text()) > int(said["Trials"])
    rates.get_by_role("button", name="Back to defaults").click()
    expect(code(rates)).to_contain_text("RateRotation()")
    expect(metric(rates, "Total return")).to_have_text(said["Total return"])


def test_a_choice_changes_the_variant(rates):
    choose(rates, "Rebalance", "never")
    expect(code(rates)).to_contain_text("RateRotation(rebalance='never')")


def test_curves_ribbon_and_switch_dates_change_with_a_trigger(rates):
    chart = rates.locator(".js-plotly-plot").first
    expect(rates.locator(".nqp-keys").first).to_contain_text("nqp")
    dates = rates.get_by_text(re.compile("Switch dates"))
    said, before = dates.inner_text(), picture(chart)
    press(rates, "Rate window", "ArrowLeft", 8)
    expect(dates).not_to_have_text(said)
    after = picture(chart)
    assert after.shape != before.shape or np.abs(after - before).mean() > 0.001


TERMS = {"Window": "2020", "Costs": "free", "Fill": "close", "Benchmark": "agriculture"}
USUAL = {"Window": "2018", "Costs": "etf", "Fill": "open", "Benchmark": "default"}
AXES = """() => document.querySelector('.js-plotly-plot')._fullLayout._subplots.yaxis.length"""


def test_window_costs_fill_and_benchmark_give_what_tune_says_of_the_same_variant(rates, folder):
    assert rates.evaluate(AXES) >= 2  # growth above drawdown
    assert rates.locator(".js-plotly-plot").count() >= 2  # and below them the signals, one by one
    rates.get_by_text("Window and terms").click()
    for label, option in TERMS.items():
        choose(rates, label, option)
    told = (
        "costs='free', fill='close', start='2020-01-02', end='2020-12-31', benchmark='agriculture'"
    )
    expect(code(rates)).to_contain_text(told)
    expect(rates.get_by_text("filled at the next close, FREE costs")).to_be_visible()
    expect(rates.locator(".nqp-keys").first).to_contain_text("agriculture")
    grid = ("-g", "fall_bp=10", "--window", "2020", "--costs", "free", "--fill", "close")
    done = nqp("tune", "rate-rotation", *grid, "--json", home=folder / "home")
    assert done.returncode == 0, done.stderr
    tuned = json.loads(done.stdout)
    assert metric(rates, "Sharpe").inner_text() == f"{tuned['best']['figures']['sharpe']:.2f}"
    assert metric(rates, "Trials").inner_text() == str(tuned["honesty"]["trials"])
    for label, option in USUAL.items():
        choose(rates, label, option)
    expect(code(rates)).to_contain_text("run(RateRotation(), market, start='2018-01-02'")


def test_the_rotation_map_is_shown_as_of_a_day_and_played(rates):
    tab(rates, "Rotation map")
    expect(rates.get_by_text("Strength is a group's ratio")).to_be_visible(timeout=PATIENCE)
    shown = rates.locator(".js-plotly-plot:visible")
    expect(shown.locator(".slider-label").first).to_have_text("2018-12-28", timeout=PATIENCE)
    slider = rates.get_by_role("slider", name="As of")
    slider.focus()
    slider.press("Home")
    expect(rates.get_by_text("the map needs 70 of a group")).to_be_visible(timeout=PATIENCE)
    slider.press("End")
    expect(shown.locator(".slider-label").first).to_have_text("2018-12-28", timeout=PATIENCE)
    shown.locator(".updatemenu-button").first.click()
    expect(shown.locator(".slider-label").first).not_to_have_text("2018-12-28", timeout=PATIENCE)


def test_a_pinned_variant_is_compared_and_unpinned(rates, folder):
    tab(rates, "Compare")
    pin, table = rates.get_by_role("button", name="Pin this variant"), rates.locator(".nqp-figures")
    expect(table.locator("tbody tr")).to_have_count(1)
    pin.click()
    expect(table).to_contain_text("RateRotation()")
    expect(pin).to_be_disabled()
    press(rates, "Fall (bp)", "ArrowRight")
    expect(pin).to_be_enabled()
    expect(code(rates)).to_contain_text("RateRotation(fall_bp=10.5)")
    expect(code(rates)).to_contain_text("compare([result, *pinned])")
    tab(rates, "Curves")
    expect(rates.locator(".nqp-keys").first).to_contain_text("RateRotation()")
    tab(rates, "Compare")
    rates.get_by_role("button", name="Unpin RateRotation()").click()
    expect(rates.get_by_text("Nothing is pinned yet")).to_be_visible()
    expect(table.locator("tbody tr")).to_have_count(1)
    done = nqp("runs", "--command", "board", "--json", home=folder / "home")
    kept = [(run["strategy"], run["settings"]) for run in json.loads(done.stdout)["runs"]]
    assert ("rate-rotation", "defaults") in kept


def test_the_python_reproduces_the_headline_figure(rates, capsys):
    press(rates, "Fall (bp)", "ArrowLeft", 3)
    expect(code(rates)).to_contain_text("fall_bp=8.5")
    exec(compile(code(rates).inner_text(), "board", "exec"), {})
    assert f"{float(capsys.readouterr().out):.2f}" == metric(rates, "Sharpe").inner_text()


def test_the_report_is_one_html_document_of_the_variant(rates):
    tab(rates, "Report and Python")
    with rates.expect_download(timeout=FIRST) as coming:
        rates.get_by_role("button", name="Download the report").click()
    assert coming.value.suggested_filename == "report.html"
    text = coming.value.path().read_text(encoding="utf-8")
    assert text.lstrip().lower().startswith("<!doctype html>")
    assert "rate-rotation on sample" in text
    assert "synthetic" in text.lower()


def test_a_cell_of_the_heat_map_loads_its_values(rates):
    tab(rates, "Heat-map")
    choose(rates, "Across", "Rate window (sessions)")
    choose(rates, "Up", "Min hold (sessions)")
    before = int(metric(rates, "Trials").inner_text())
    rates.get_by_role("button", name="Try 360 combinations").click()
    expect(rates.get_by_text("The best of many cells")).to_be_visible()
    assert int(metric(rates, "Trials").inner_text()) >= before + 300
    expect(rates.locator(".js-plotly-plot .hm")).to_be_visible()
    rates.locator(".js-plotly-plot").last.scroll_into_view_if_needed()
    where = rates.evaluate(
        """() => {
            const plot = [...document.querySelectorAll('.js-plotly-plot')].at(-1);
            const {xaxis, yaxis} = plot._fullLayout, box = plot.getBoundingClientRect();
            const row = plot.data[0].z.length - 4;
            return [box.x + xaxis._offset + xaxis.l2p(2), box.y + yaxis._offset + yaxis.l2p(row)];
        }"""
    )
    rates.mouse.move(*where)
    expect(rates.locator(".hoverlayer").last).to_contain_text("11 · 60: ")
    rates.mouse.click(*where)
    expect(code(rates)).to_contain_text("rate_window=60, min_hold=11")
    slider = rates.get_by_role("slider", name="Min hold")
    expect(slider).to_have_value("11")
    tab(rates, "Heat-map")
    assert rates.get_by_text("try again").count() == 0
    rates.get_by_role("button", name="Load this cell").click()
    expect(code(rates)).not_to_contain_text("rate_window=60, min_hold=11")


def test_every_page_shows_something(rates):
    for name in PAGES:
        tab(rates, name)
        panel = rates.get_by_role("tabpanel", name=name)
        expect(panel).to_be_visible()
        assert picture(panel)[..., :3].std() > 0.02, name


HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def answer(server: str, path: str, **headers):
    """The status and the body of a request as it stands, nothing tidied up."""
    connection = http.client.HTTPConnection(server.removeprefix("http://"), timeout=300)
    connection.putrequest("GET", path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    body = b"" if response.status == 101 else response.read()
    connection.close()
    return response.status, body


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_other_hosts_and_origins_are_turned_away(server, headers):
    assert answer(server, "/_stcore/stream", **HANDSHAKE)[0] == 101
    assert answer(server, "/_stcore/stream", **HANDSHAKE, **headers)[0] == 403


def test_only_this_machine_can_connect(server):
    port = int(server.rpartition(":")[2])
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", port), timeout=300)


def test_no_path_reaches_the_file_system(server, folder):
    secret = b"RateBelowAverage(self.window)"
    assert secret in (folder / "own.py").read_bytes()
    for path in (
        f"/{folder}/own.py",
        "/../own.py",
        "/..%2f..%2fown.py",
        "/app/static/own.py",
        "/static/..%2f..%2f..%2fown.py",
        f"/media/..%2f..{folder}/own.py",
        f"/?market={folder}&strategy={folder}/own.py",
    ):
        status, body = answer(server, path)
        assert secret not in body, path
        assert status in (200, 400, 403, 404), path


def test_tab_reaches_every_control_and_shows_where_it_is(rates):
    missing = {"Market", "Strategy", "Fall (bp)", "Fall window", "Rate window", "Min hold"}
    missing |= {"Rebalance", "Back to defaults", "Curves"}
    unseen = set()
    rates.get_by_role("combobox", name="Market").focus()
    rates.keyboard.press("Shift+Tab")
    for _ in range(60):
        rates.keyboard.press("Tab")
        name, seen = rates.evaluate(FOCUSED)
        reached = {each for each in missing if each in name}
        unseen |= set() if seen else reached
        missing -= reached
        if not missing:
            break
    assert not missing
    assert not unseen
