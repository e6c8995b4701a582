"""Folders are read back as they were written, and nothing in them is trusted."""

import json
import os
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from backtest import UserError, load_market, run
from backtest.cli.report import recalled_strategy
from backtest.cli.writing import groups_and_thesis, write_run_report
from backtest.records.folder import write_run
from backtest.records.page_file import read_page
from backtest.records.record import read_run
from backtest.records.tuning_folder import write_tuning
from backtest.records.verify.recorded import recalled_market
from backtest.render.html import to_html
from backtest.tuning.sweep import sweep
from backtest.views.run_report import run_report
from strategies import RateRotation, ThesisRotation


@pytest.fixture(scope="module")
def market():
    return load_market("sample").until("2018-12-31")


@pytest.fixture(scope="module")
def result(market):
    return run(RateRotation(fall_bp=20.0), market, start="2016-01-04")


@pytest.fixture(scope="module")
def kept(result, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    write_run(result, folder)
    return folder


@pytest.fixture
def folder(kept, tmp_path):
    return shutil.copytree(kept, tmp_path / "run")


def edit(path, change):
    document = json.loads(path.read_text("utf-8"))
    change(document)
    path.write_text(json.dumps(document), "utf-8")


def test_a_run_comes_back_whole(result, kept):
    record = read_run(kept)
    market = recalled_market(record.manifest)
    again = record.result(recalled_strategy(record.manifest), market)
    assert again.strategy == result.strategy
    assert again.summary() == pytest.approx(result.summary(), nan_ok=True)
    assert again.weights.equals(result.weights)
    assert (again.regime == result.regime).all()
    for name, series in result.benchmarks.items():
        assert again.benchmarks[name].equals(series)
    pd.testing.assert_frame_equal(again.orders, result.orders, check_dtype=False)


def test_the_report_from_the_folder_is_the_one_of_the_run(result, market, kept, folder):
    from typer.testing import CliRunner

    from backtest.cli.commands import app

    write_run_report(result, market, folder)
    first = (folder / "report.html").read_bytes()
    assert not re.search(rb">[+-]0(\.0+)?%?<", first)
    (folder / "report.html").unlink()
    assert CliRunner().invoke(app, ["report", str(folder)]).exit_code == 0
    assert (folder / "report.html").read_bytes() == first


def test_the_report_from_the_folder_is_the_one_of_the_run_on_the_real_market_too(
    tmp_path,
):
    source = os.environ.get("NQP_MARKET_DATA")
    if source is None:
        pytest.skip("NQP_MARKET_DATA is not set; the real market is not part of the repository")
    from tests.real import real_market

    real = real_market(Path(source)).until("2016-12-30")
    groups, thesis = groups_and_thesis()
    made = run(ThesisRotation(), real)
    write_run(made, tmp_path)
    record = read_run(tmp_path)
    again = record.result(recalled_strategy(record.manifest, {}), real)
    assert not again.equity.equals(made.equity)  # else this shows nothing
    first = to_html(run_report(made, market=real, groups=groups, source=thesis))
    second = to_html(
        run_report(again, market=real, groups=groups, source=thesis, document=record.document)
    )
    assert second == first
    assert not re.search(r">[+-]0(\.0+)?%?<", first)


def test_a_market_with_other_data_is_not_taken_for_it(kept):
    manifest = dict(read_run(kept).manifest)
    assert recalled_market(manifest | {"snapshot": "0" * 64}) is None
    assert recalled_market(manifest | {"market": "../../etc/passwd"}) is None
    assert recalled_market(manifest | {"market": "elsewhere"}) is None
    assert recalled_market(manifest | {"market": "elsewhere"}, "sample") is not None
    with pytest.raises(UserError, match="is not the one of this run"):
        recalled_market(manifest | {"snapshot": "0" * 64}, "sample")


def test_a_series_added_before_the_run_is_not_found_again_in_the_snapshot(market):
    value = pd.Series([1.0], market.sessions[:1])
    manifest = run(RateRotation(), market.with_series("mine", value, delay_days=1)).manifest
    assert manifest["snapshot"] == market.snapshot
    assert recalled_market(manifest) is None
    assert recalled_market(run(RateRotation(), market).manifest) is not None


def test_a_users_own_strategy_is_not_run_because_a_folder_says_so(kept):
    manifest = dict(read_run(kept).manifest)
    assert recalled_strategy(manifest | {"class": "os:system"}) is None
    assert recalled_strategy(manifest | {"parameters": {"fall_bp": "much"}}) is None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("summary.json", "{", "is no JSON"),
        ("summary.json", "[]", "it must be a table of keys and values"),
        ("summary.json", '{"summary": 1}', "summary must be a table of keys and values, was 1"),
        ("summary.json", '{"summary": {"cagr": true}}', "summary.cagr"),
        ("manifest.json", "{}", "strategy is missing"),
        ("returns.csv", "", "no table of values by date"),
        ("returns.csv", "date,return\n2016-01-04,a\n2016-01-05,0\n", "no table of values"),
        ("returns.csv", "date,return\n2016-01-05,0\n2016-01-04,0\n", "dates must rise"),
        ("returns.csv", "date,return\n2016-01-04,0\n2016-01-05,nan\n", "are no numbers"),
        ("returns.csv", "date,return\n2016-01-04,0\n2016-01-05,0\n", "do not belong together"),
        ("weights.csv", "date,a\n2016-01-04,0\n2016-01-05,0\n", "do not belong together"),
        ("regime.csv", "date,a\n2016-01-04,x\n2016-01-05,x\n", "columns date and regime"),
        ("orders.csv", "filled\n2016-01-04\n", "no list of orders"),
    ],
)
def test_a_damaged_file_is_one_sentence(folder, name, content, said):
    (folder / name).write_text(content, "utf-8")
    with pytest.raises(UserError, match=said):
        read_run(folder)


def test_a_missing_file_is_one_sentence(folder):
    (folder / "orders.csv").unlink()
    with pytest.raises(UserError, match=r"has no orders\.csv; name a folder written by --out"):
        read_run(folder)


def test_files_of_two_runs_do_not_go_together(folder):
    edit(folder / "manifest.json", lambda manifest: manifest.update(cash=2.0))
    with pytest.raises(UserError, match="do not belong together"):
        read_run(folder)


def test_a_tuning_comes_back_with_its_honesty(market, tmp_path):
    swept = sweep(RateRotation(), {"fall_bp": [5.0, 10.0], "rate_window": [60, 120]}, market)
    write_tuning(swept, tmp_path)
    page = read_page(tmp_path, "en")
    assert page.conclusion == swept.honesty.banner
    assert [item.id for item in page.sections] == [
        "honesty", "best", "map", "scores", "held", "manifest"
    ]  # fmt: skip
    honesty = next(item for item in page.sections if item.id == "honesty").tables[0].cells
    assert honesty["value"].tolist() == swept.honesty.table()["value"].tolist()[1:]
    best = next(item for item in page.sections if item.id == "best").tables[0].cells
    assert best["fall_bp"].iloc[0] == f"{swept.best.parameters['fall_bp']:g}"
    assert "IN SAMPLE" in page.banners[1]
