"""What sweeps, searches and walk-forwards show in a notebook: the verdict first."""

import pytest

from backtest.tuning.search import search
from backtest.tuning.splits import expanding
from backtest.tuning.sweep import sweep
from backtest.tuning.walk_forward import walk_forward
from strategies import RateRotation
from tests.markets import make_market
from tests.markup import HOSTILE, tables_of, text_of

SPACE = {"fall_bp": [2.0, 5.0, 8.0], "rate_window": [20, 40]}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """One store for the module, so that the ledger counts no other test's trials."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NQP_HOME", str(tmp_path_factory.mktemp("store")))
        yield


@pytest.fixture(scope="module")
def market():
    return make_market(sessions=300, bond=True, name=HOSTILE)


@pytest.fixture(scope="module")
def swept(home, market):
    return sweep(RateRotation(), SPACE, market)


def test_a_sweep_shows_the_verdict_above_its_best_variants(swept):
    html = swept._repr_html_()
    text = text_of(html)
    assert text.startswith(
        f"6 variants of rate-rotation on {HOSTILE} 2020-01-01 … 2021-02-23 · CNY"
    )
    assert text.index(swept.honesty.banner) < text.index("fall_bp")
    assert f"● {swept.honesty.banner}" in text
    assert "SYNTHETIC DATA" in text
    assert "IN SAMPLE" in text
    best, honesty = tables_of(html)
    columns = ["", *SPACE, "Sharpe", "CAGR", "Max drawdown", "Turnover a year", "Switches"]
    assert best[0] == [*columns, "neighborhood score"]
    chosen = swept.trials.iloc[swept.ranking[0]]
    assert best[1][1:4] == [
        f"{chosen['fall_bp']:g}",
        f"{chosen['rate_window']:g}",
        f"{chosen['sharpe']:.2f}",
    ]
    assert best[-1][0] == "robust choice"
    assert len(honesty) == len(swept.honesty.table())
    assert "<script" not in html


def test_a_sweep_by_another_score_shows_that_score(home, market):
    swept = sweep(RateRotation(), SPACE, market, score="max_drawdown")
    best = tables_of(swept._repr_html_())[0]
    assert (best[0][3], best[0][-1]) == ("Max drawdown", "neighborhood score")
    assert best[1][3] == f"{swept.trials['max_drawdown'].max():.1%}"
    assert best[1][-1].endswith("%")
    assert "By Max drawdown, in sample" in text_of(swept._repr_html_())


def test_a_search_shows_what_no_other_beats_above_its_sweep(home, market):
    found = search(RateRotation(), SPACE, market, trials=6, score=("sharpe", "max_drawdown"))
    html = found._repr_html_()
    kept, best, _ = tables_of(html)
    assert [int(row[0]) for row in kept[1:]] == found.pareto.index.tolist()
    assert kept[0][3:5] == ["Sharpe", "Max drawdown"]
    assert best[0][3] == "Sharpe"
    assert found.sweep.honesty.banner in text_of(html)
    single = search(RateRotation(), SPACE, market, trials=6)
    assert single._repr_html_() == single.sweep._repr_html_()


def test_a_walk_forward_shows_what_was_lost(home, market):
    splits = expanding(market.sessions, train_years=0.5, test_years=0.3)
    walked = walk_forward(RateRotation(), SPACE, market, splits=splits)
    html = walked._repr_html_()
    windows, curves, verdict = tables_of(html)
    assert len(verdict) == len(walked.honesty.table())
    assert len(windows) == 1 + len(splits)
    assert windows[1][-2] == f"{walked.windows['out_of_sample'].iloc[0]:.2f}"
    assert [row[0] for row in curves[1:]] == [
        "tuned, out-of-sample windows joined",
        "default parameters",
        "Benchmark",
        "sector average",
    ]
    assert curves[1][1] == f"{walked.result.summary()['sharpe']:.2f}"
    assert f"{walked.decay['out_of_sample'].iloc[0]:.2f} out of sample" in text_of(html)
    assert "SYNTHETIC DATA" in text_of(html)
    assert "<script" not in html
    assert "out of sample" in repr(walked)
    assert len(repr(walked)) < 200


def test_a_sweep_introduces_itself_in_one_line(swept):
    name = f"synthetic {HOSTILE}"
    assert repr(swept) == f"<Sweep of rate-rotation on {name}: 6 variants, in sample>"
