"""`nqp report` and the reports of `--out` as a shell meets them."""

import json

import pandas as pd
import pytest
from matplotlib import rc_context

from backtest import UserError
from backtest.records.page_file import read_page
from backtest.render.plots import fonts
from tests.cli.test_cli import nqp


def mistake(*words):
    """Return the sentence with which a command refuses its words."""
    done = nqp(*words)
    assert done.returncode == 2, done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run, a comparison and a scorecard in folders with their reports; the run has pictures."""
    folder = tmp_path_factory.mktemp("made")
    window = ("--start", "2018-01-02", "--end", "2018-12-28")
    for words in (
        ("run", "rate-rotation", *window, "--out", folder / "run"),
        ("compare", "rate-rotation", "equal-weight", *window, "--out", folder / "compare"),
        ("evidence", "--as-of", "2018-12-28", "--out", folder / "evidence", "--lang", "zh"),
    ):
        done = nqp(*words)
        assert done.returncode == 0, done.stderr
    drawn = nqp("report", folder / "run", "--format", "png", "--json")
    assert drawn.returncode == 0, drawn.stderr
    assert f"{folder / 'run' / 'report-equity.png'}" in json.loads(drawn.stdout)["written"]
    return folder


def test_a_run_writes_its_report_in_a_process_of_its_own(tmp_path):
    done = nqp("run", "equal-weight", "--end", "2015-12-31", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    html = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "SYNTHETIC DATA" in html
    assert "equal-weight on sample" in html


def test_a_comparison_has_a_row_each_and_says_that_the_best_may_be_luck(made):
    html = (made / "compare" / "report.html").read_text("utf-8")
    assert "The best of several on one history is biased upward" in html
    assert '<th scope="row" class="short">equal-weight</th>' in html
    before = (made / "compare" / "report.html").read_bytes()
    assert nqp("report", made / "compare").returncode == 0
    assert (made / "compare" / "report.html").read_bytes() == before
    (made / "compare" / "pages.json").rename(made / "kept.json")
    assert "holds a comparison, whose report is written with it" in mistake(
        "report", made / "compare"
    )
    (made / "kept.json").rename(made / "compare" / "pages.json")
    results = json.loads((made / "compare" / "summary.json").read_text("utf-8"))["results"]
    assert [item["strategy"] for item in results] == ["rate-rotation", "equal-weight"]


def test_notes_of_a_comparison_name_whose_they_are_and_colors_are_not_used_twice(made):
    from backtest.engine.comparison import Comparison
    from backtest.views.compare_report import compare_report

    first, second = json.loads((made / "compare" / "summary.json").read_text("utf-8"))["results"]
    returns, regimes = (
        pd.read_csv(made / "compare" / name, index_col=0, parse_dates=True)
        for name in ("returns.csv", "regimes.csv")
    )
    told = {
        "rate-rotation": {**first, "warnings": ["2 late", "shared"]},
        "equal-weight": {**second, "warnings": ["shared"]},
    }
    regimes["rate-rotation"] = [f"basket {day % 9}" for day in range(len(regimes))]
    page = compare_report(Comparison(told, returns, regimes))
    notes = next(item for item in page.sections if item.id == "strategies").notes
    assert notes == ("rate-rotation: 2 late", "shared")
    keys = next(chart for chart in page.charts if chart.id == "held").keys
    assert len({key.color for key in keys}) == len(keys)
    assert page.origin.startswith("SYNTHETIC DATA · sample · etf costs · data ")


def test_evidence_has_a_report_in_the_language_asked_for(made):
    html = (made / "evidence" / "report.zh.html").read_text("utf-8")
    assert '<html lang="zh-CN">' in html
    assert "论断记分卡" in html
    english = nqp("report", made / "evidence", "--format", "pdf")
    assert english.returncode == 0, english.stderr
    assert (made / "evidence" / "report.pdf").read_bytes().startswith(b"%PDF")
    (made / "evidence" / "report.zh.html").unlink()
    assert nqp("report", made / "evidence", "--lang", "zh").returncode == 0
    assert (made / "evidence" / "report.zh.html").read_text("utf-8") == html


def test_a_kept_page_is_not_trusted(made, tmp_path):
    kept = json.loads((made / "evidence" / "pages.json").read_text())
    for change in ({"": "Path"}, {"language": 5}, {"sections": [{"": "Chart", "id": "../x"}]}):
        page = kept["pages"]["en"] | change
        (tmp_path / "pages.json").write_text(json.dumps({"pages": {"en": page}}))
        with pytest.raises(UserError, match="it holds no page of a report"):
            read_page(tmp_path, "en")


def test_a_walk_forward_has_a_folder_whose_report_is_written_again_alike(tmp_path):
    window = ("--end", "2016-12-31", "--train-years", "1", "--test-years", "0.5")
    words = ("walk-forward", "rate-rotation", "-g", "fall_bp=5,10", *window, "--out", tmp_path)
    done = nqp(*words)
    assert done.returncode == 0, done.stderr
    before = (tmp_path / "report.html").read_bytes()
    known = json.loads((tmp_path / "walk_forward.json").read_text())
    assert len((tmp_path / "windows.csv").read_text().splitlines()) == 1 + len(known["windows"])
    assert nqp("report", tmp_path).returncode == 0
    assert (tmp_path / "report.html").read_bytes() == before
    assert nqp("report", tmp_path, "--lang", "zh").returncode == 0
    assert '<html lang="zh-CN">' in (tmp_path / "report.zh.html").read_text("utf-8")
    assert "add --force" in mistake(*words)
    assert nqp(*words, "--force", "--lang", "zh").returncode == 0
    assert not (tmp_path / "report.html").exists()


def test_a_run_is_written_as_a_workbook_of_numbers(made):
    openpyxl = pytest.importorskip("openpyxl")
    done = nqp("report", made / "run", "--format", "xlsx")
    assert done.returncode == 0, done.stderr
    book = openpyxl.load_workbook(made / "run" / "report.xlsx")
    names = ["summary", "equity", "weights", "orders", "halves", "months", "manifest"]
    assert book.sheetnames == names
    figures = {row[2].value: row[1].value for row in book["summary"].iter_rows(min_row=2)}
    kept = json.loads((made / "run" / "summary.json").read_text())["summary"]
    assert figures["sharpe"] == pytest.approx(kept["sharpe"])
    assert "only a run is written as a workbook" in mistake(
        "report", made / "compare", "--format", "xlsx"
    )


def test_pictures_do_not_depend_on_what_others_set_of_matplotlib(made):
    words = ("report", made / "run", "--format", "png", "--json")
    path = made / "run" / "report-months.png"
    before = path.read_bytes()
    with rc_context({"legend.fontsize": 20, "axes.grid": True, "font.size": 20}):
        assert nqp(*words).returncode == 0
    assert path.read_bytes() == before


def test_forms_and_languages_lie_beside_each_other(made):
    english = (made / "run" / "report.html").read_bytes()
    assert nqp("report", made / "run", "--format", "pdf", "--lang", "zh").returncode == 0
    assert nqp("report", made / "run", "--lang", "zh").returncode == 0
    names = {path.name for path in (made / "run").iterdir()}
    chinese = {"report.zh.html", "report.zh.pdf"}
    assert {"report.html", "report-equity.png", "report-months.png", *chinese} <= names
    assert (made / "run" / "report.html").read_bytes() == english
    words = ("run", "rate-rotation", "--end", "2016-12-31", "--out", made / "run")
    assert "holds an earlier result (manifest.json …); add --force" in mistake(*words)
    assert {path.name for path in (made / "run").iterdir()} == names
    again = nqp(*words, "--force")
    assert again.returncode == 0, again.stderr
    assert not [path for path in (made / "run").glob("report*") if path.name != "report.html"]


def test_without_a_chinese_font_pictures_are_in_english_and_one_sentence_says_so(made, monkeypatch):
    monkeypatch.setattr(fonts, "chinese_font", lambda installed=None: None)
    done = nqp("report", made / "compare", "--format", "pdf", "--lang", "zh")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("no font with Chinese characters is installed") == 1
    assert (made / "compare" / "report.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere",), "there is no folder nowhere; name one written by --out"),
        ((".", "--format", "pfd"), "--format was 'pfd'; did you mean 'pdf'"),
        ((".", "--lang", "cn"), "--lang was 'cn'; choose from en, zh"),
    ],
)
def test_a_mistake_is_one_sentence(words, said):
    assert said in mistake("report", *words)


def test_a_folder_of_something_else_is_refused_before_anything_runs(tmp_path):
    (tmp_path / "thesis.docx").write_text("mine")
    for words in (("compare", "equal-weight"), ("evidence",)):
        assert "holds other files" in mistake(*words, "--out", tmp_path)
    assert "has no summary.json" in mistake("report", tmp_path)
    (tmp_path / "index.json").write_text("{}")
    assert "holds an index, whose report is written with it" in mistake("report", tmp_path)
