"""Every command in Chinese: no run of four English words but names, and errors as well."""

import re

import pytest
from rich.cells import cell_len

from backtest.cli.commands import app
from backtest.render import terminal
from backtest.render.terminal import show
from tests.command import nqp

SHORT = ("--end", "2017-12-29")
GRID = ("--grid", "fall_bp=5,10", "--grid", "rate_window=60,120")
COMMANDS = {
    "run": [("rate-rotation", *SHORT, "--out", "FOLDER/run")],
    "compare": [("rate-rotation", "static-blend", "equal-weight", *SHORT)],
    "strategies": [(), ("thesis-rotation",)],
    "tune": [("rate-rotation", *GRID, *SHORT)],
    "walk-forward": [("rate-rotation", *GRID, "--train-years", "1", *SHORT)],
    "evidence": [("rate-rotation", "--as-of", "2024-12-31", "--events", "policy", "--by", "kind")],
    "index": [("--as-of", "2017-12-29")],
    "today": [("thesis-rotation", "--capital", "1000000")],
    "check": [("equal-weight", "--dates", "2")],
    "map": [()],
    "baskets": [()],
    "policy": [()],
    "trials": [()],
    "journal": [()],
    "report": [("FOLDER/run",)],
    "runs": [()],
    "verify": [("FOLDER/run",)],
    "new": [("my-rotation", "--out", "FOLDER")],
    "thesis": [("list",)],
    "data": [("list",), ("check", "sample")],
}
SILENT = {
    "new",
    "dashboard",
    "config",
    "mcp",
}  # take no --lang: what they print are names, or a page of its own
RUN = re.compile(r"(?<![\w.'-])[A-Za-z][a-z'’]*(?:[ ,;:]+[A-Za-z][a-z'’]*){3,}")
# Names: authors, offices that issued a policy, and what a thesis file calls its own.
NAMES = re.compile(
    "Zheshang|authors|etf|Council|Commission|Office|Committee|banks|others|MIIT|PBOC|MOST|MOF"
)


def english(text):
    """Return the runs of four English words or more that are no names."""
    found = [run for line in text.splitlines() for run in RUN.findall(line)]
    return [run for run in found if not NAMES.search(run)]


def test_a_run_of_english_would_be_found():
    assert english("持有：the best basket throughout") == ["the best basket throughout"]
    assert english("rate-rotation, static-blend, CSI 300, Ledoit–Wolf") == []


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    """What every command printed in Chinese, by command, and the pages it showed."""
    folder, pages = tmp_path_factory.mktemp("spoken"), []
    told: dict[str, list[str]] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terminal, "show", lambda page, **how: (pages.append(page), show(page, **how)))
        for name, calls in COMMANDS.items():
            for words in calls:
                lang = () if name in SILENT else ("--lang", "zh")
                given = [word.replace("FOLDER", str(folder)) for word in words]
                done = nqp(name, *given, *lang, columns=400, home=folder / "home", cwd=folder)
                assert done.returncode == 0, (name, done.stderr)
                if lang:
                    told.setdefault(name, []).append(f"{done.stdout}\n{done.stderr}")
    page = (folder / "run" / "report.zh.html").read_text("utf-8")
    told["report.html"] = [re.sub(r"<(script|style).*?</\1>|<[^>]*>", "\n", page, flags=re.DOTALL)]
    return told, pages


def test_every_command_speaks_chinese(spoken):
    names = {command.name for command in app.registered_commands}
    names |= {group.name for group in app.registered_groups}
    assert names - SILENT <= set(COMMANDS), "give it a row"
    left = {
        name: [run for text in said for run in english(text)] for name, said in spoken[0].items()
    }
    assert {name: runs for name, runs in left.items() if runs} == {}


@pytest.mark.parametrize("width", [60, 80])
def test_no_number_of_any_command_is_cut(spoken, width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(width))
    assert len(spoken[1]) > 15
    for page in spoken[1]:
        show(page)
        out = capsys.readouterr().out
        assert max(map(cell_len, out.splitlines())) <= width, page.title
        words = set(out.split())
        for table in (table for section in page.sections for table in section.tables):
            kept = [
                place
                for place, (name, left) in enumerate(table.columns)
                if not left and name not in table.drop
            ]
            cells = {cells[place][0] for _, cells in table.rows for place in kept}
            assert {part for cell in cells for part in cell.split()} <= words, table.caption


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rnu",), "没有命令'rnu'；是否指'run'?"),
        (("run", "rate-rotatoin"), "没有策略'rate-rotatoin'；是否指'rate-rotation'？"),
        (("run", "--lnag", "zh"), "没有选项--lnag；是否指'--lang'？"),
        (("data", "check", "nope"), "没有市场'nope'；可选：sample"),
        (("index", "x"), "多出参数(x)；请看“nqp index --help”"),
        (("run", "--set", "tilt"), "--set tilt没有取值；请写成NAME=VALUE"),
        (("run", "rate-rotation", "--set", "fall_bp=x"), "fall_bp为'x'；请给出数字"),
        (("today", "--capital", "x"), "'--capital'的取值无效：须为数字；请看“nqp today --help”"),
        (("run", "FILE.py"), "没有文件FILE.py；请给出FILE.py:Class"),
    ],
)
def test_a_mistake_is_told_in_chinese(words, said, tmp_path):
    done = nqp(*words, "--lang", "zh", home=tmp_path)
    assert (done.returncode, done.stderr) == (2, f"nqp: {said}\n")
