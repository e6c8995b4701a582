"""Evidence knows no instrument, sector or year: it works on universes it has never seen."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

import backtest.evidence
from backtest.evidence import scorecard
from backtest.market.universe import load_universe, sectors
from backtest.strategy.claim import Source
from strategies.claims import CLAIMS
from tests.markets import make_market

FOLDER = Path(backtest.evidence.__file__).parent
FILES = sorted(FOLDER.glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_code_and_no_year(file):
    text = file.read_text("utf-8")
    assert not re.findall(r"\b20[12]\d-\d\d|\b2024\b", without_examples(text))
    codes = [one.id for name in ("shenwan", "cn-etf", "us-spdr") for one in instruments(name)]
    assert not [code for code in codes if re.search(rf"\b{re.escape(code)}\b", text)]
    program = re.sub(r'""".*?"""', "", text, flags=re.S)
    assert not [name for name in sectors() if f'"{name}"' in program]


def instruments(name):
    return load_universe(name).instruments


def without_examples(text):
    """Return a file without the lines of examples and of documented formats."""
    kept = [
        line
        for line in text.splitlines()
        if not re.search(r'>>>|^ *"2024H1"|(19|20)\d\d[,)]', line)
    ]
    return "\n".join(kept)


def test_it_is_wired_to_no_strategy():
    for file in FILES:
        assert not re.search(r"^(from|import) strategies", file.read_text("utf-8"), flags=re.M)


def test_another_universe_and_another_year():
    """The same claims a decade later on funds with other names: no error, verdicts as usual."""
    report = Source("again", "再次", "nobody", "2035-02-28", 2035)
    made = make_market(
        sectors=tuple(sectors()), sessions=700, start="2033-06-01", bond=True, per_sector=2
    )
    made = replace(made, name="held back")
    card = scorecard(report, CLAIMS, made, draws=60)
    assert {finding.window for finding in card.findings} >= {"2035H1", "2035H2"}
    assert len(card.findings) == len(CLAIMS)
    assert card.counts["held"] + card.counts["failed"] > 8
    for language in ("en", "zh"):
        assert all(card.sentences(language))
