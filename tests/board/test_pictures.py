"""The heat-map, the curves, the snippet and what keeps hostile text a text."""

import json

import numpy as np
import pandas as pd
import pytest

from backtest import load_market
from backtest.board import charts
from backtest.board.controls import controls
from backtest.board.heat import Heat, heat
from backtest.board.snippet import snippet
from backtest.board.tables import markdown_text
from backtest.board.view import view
from backtest.cli.lookup import find_strategy
from backtest.errors import UserError
from backtest.render.interactive import to_plotly
from backtest.views.words import Words
from strategies import ConfidenceRotation, RateRotation
from tests.markets import make_market

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def market():
    return load_market("sample").between("2019-01-01", "2021-12-31")


def by_hand():
    table = pd.DataFrame([[np.nan, 0.3], [0.1, 0.4]], index=[20, 10], columns=[5.0, 7.5])
    labels = ("Min hold", f"Fall {EVIL}")
    return Heat(RateRotation(), "abc", "min_hold", "fall_bp", labels, table, 4)


def test_cells_are_counted_along_the_rows():
    known = by_hand()
    assert known.cell(1) == {"min_hold": 20, "fall_bp": 7.5}
    assert known.cell(3) == {"min_hold": 10, "fall_bp": 7.5}
    assert type(known.cell(1)["min_hold"]) is int
    assert known.place({"min_hold": 20, "fall_bp": 5.0}) == (0, 0)
    assert known.place({"min_hold": 15, "fall_bp": 5.0}) is None
    assert known.ranked(9) == [3, 1, 2]
    assert known.spoken(1).endswith("7.5: Sharpe 0.30")


@pytest.mark.parametrize("number", [-1, 4, 10**9, 0])
def test_there_is_nothing_to_load_where_there_is_no_cell_or_no_score(number):
    assert by_hand().cell(number) == {}


def test_a_map_fits_what_differs_in_its_two_parameters_only():
    known = by_hand()
    assert known.fits(RateRotation(fall_bp=3.0, min_hold=1), "abc")
    assert not known.fits(RateRotation(rate_window=90), "abc")
    assert not known.fits(RateRotation(), "another")
    assert not known.fits(ConfidenceRotation(), "abc")


def test_every_cell_is_a_trial_and_has_the_score_of_a_run(market):
    by_name = {control.name: control for control in controls(RateRotation())}
    found = heat(RateRotation(), market, by_name["min_hold"], by_name["fall_bp"])
    assert found.table.shape == (20, 16)
    assert found.trials == 320
    place = found.place({"min_hold": 20, "fall_bp": 10.0})
    assert found.table.iat[place] == pytest.approx(view(RateRotation(), market).figures["sharpe"])


def test_a_map_needs_two_parameters(market):
    control = controls(RateRotation())[0]
    with pytest.raises(UserError, match="two different parameters, not fall_bp twice"):
        heat(RateRotation(), market, control, control)


def test_the_heat_map_has_a_marker_to_click_for_every_cell():
    drawn = to_plotly(charts.heat_map(by_hand(), {"min_hold": 10, "fall_bp": 5.0}, Words()))
    cells, markers, frame = drawn["data"]
    assert cells["z"] == [[None, 0.3], [0.1, 0.4]]  # the greatest of the rows on top
    assert markers["x"] == [0, 1, 0, 1]
    assert markers["y"] == [0, 0, 1, 1]
    assert (min(frame["x"]), max(frame["x"])) == (-0.5, 0.5)
    assert (min(frame["y"]), max(frame["y"])) == (0.5, 1.5)
    assert len(to_plotly(charts.heat_map(by_hand(), {}, Words()))["data"]) == 2
    assert "<img" not in json.dumps(drawn)


def test_the_strip_covers_every_session_once(market):
    seen = view(RateRotation(), market)
    chart = charts.curves(seen, {}, Words())
    drawn = to_plotly(chart)
    bars = [trace for trace in drawn["data"] if trace["type"] == "bar"]
    covered = sum(np.sum(np.asarray(bar["x"], dtype=float)) for bar in bars) / 86_400_000
    assert covered == (market.sessions[-1] - market.sessions[0]).days + 1
    assert {bar["name"] for bar in bars} == set(seen.regime)
    (marks,) = [trace for trace in drawn["data"] if trace["name"] == "switches"]
    assert len(marks["x"]) == len(seen.switches)
    assert chart.panels[0].lines[0].values.iloc[-1] == pytest.approx(seen.equity.iloc[-1] / 1e6)


def test_names_are_escaped_for_plotly():
    market = make_market(series={"rate": [2.0] * 300}, name=EVIL)
    seen = view(ConfidenceRotation(), market)
    text = json.dumps(to_plotly(charts.curves(seen, {EVIL: seen}, Words())))
    assert "<img" not in text
    assert "&lt;img" in text


def test_markdown_punctuation_is_escaped():
    assert markdown_text(" a\n b ") == "a b"
    assert markdown_text("$x$ :red[y]") == r"\$x\$ \:red\[y\]"


def test_the_snippet_names_what_differs_from_the_defaults_and_runs():
    text = snippet(RateRotation(min_hold=40), "it's", [ConfidenceRotation()])
    assert "from strategies import ConfidenceRotation\nfrom strategies import RateRotation" in text
    assert 'market = load_market("it\'s")' in text
    assert "RateRotation(min_hold=40)" in text
    compile(text, "snippet", "exec")


def test_the_snippet_imports_ones_own_file_as_one_would(tmp_path):
    for stem, line in (
        ("own", "from own import Own"),
        ("my-own", "Own = import_module('my-own').Own"),
    ):
        (tmp_path / f"{stem}.py").write_text(
            "from strategies import RateRotation\n\n\nclass Own(RateRotation):\n    pass\n"
        )
        text = snippet(find_strategy(f"{tmp_path / stem}.py:Own", []), "sample")
        assert f"sys.path.insert(0, {str(tmp_path)!r})\n" in text
        assert f"{line}\n" in text
        compile(text, "snippet", "exec")
