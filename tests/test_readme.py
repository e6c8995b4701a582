"""Every line of code in the README and the documentation runs."""

import re
from pathlib import Path
from pkgutil import resolve_name

import matplotlib as mpl
import pytest

from backtest.engine.metrics import METRICS
from backtest.market.universe import parse_universe
from tests.command import nqp

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "backtest" / "docs").glob("*.md"))]
BLOCKS = [
    block
    for page in PAGES
    for block in re.findall(r"^```(\w+)\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)
]
PYTHON = [code for language, code in BLOCKS if language == "python"]
COMMANDS = {
    line: None
    for language, code in BLOCKS
    if language == "console"
    for line in code.splitlines()
    if line.startswith("nqp ")
}


@pytest.mark.parametrize("code", PYTHON, ids=lambda code: code.splitlines()[0])
def test_python(code, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    mpl.use("Agg")
    exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
    assert capsys.readouterr().out
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", COMMANDS)
def test_shell(command, tmp_path):
    done = nqp(*command.split()[1:], cwd=tmp_path, home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_universe():
    (text,) = (code for language, code in BLOCKS if language == "toml")
    assert parse_universe(text, source="README.md").by_sector == {"electronics": ("512480",)}


def test_the_two_set_up_commands_stand_there_word_for_word():
    text = README.read_text("utf-8")
    assert "python -m pip install -e . && nqp run\n" in text
    assert 'python -m pip install -e ".[test]" && pytest\n' in text


def test_the_readme_is_a_newcomers_page():
    assert len(README.read_text("utf-8").splitlines()) <= 150


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
        assert (page.parent / link).exists(), link


def test_a_term_of_the_glossary_says_where_its_rule_stands():
    text = (ROOT / "backtest" / "docs" / "glossary.md").read_text("utf-8")
    named = re.findall(r"\| `([\w.]+)` \|", text)
    assert len(named) > 30
    for name in named:
        resolve_name(name)


def test_the_glossary_has_every_figure():
    text = (ROOT / "backtest" / "docs" / "glossary.md").read_text("utf-8")
    for metric in METRICS.values():
        term = metric.label.lower().removesuffix(" a year").replace("max ", "maximum ")
        assert term == "costs paid" or term.removesuffix("es") in text.lower(), term
