"""Names that look like markup to a terminal's library are printed as they are."""

import re
import sys
from importlib.resources import files

import pandas as pd
import pytest

from backtest import load_market
from backtest.cli import main

HOSTILE = " [/red] :smile: [x]"


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A store with a market whose every instrument has a hostile name."""
    folder = tmp_path_factory.mktemp("hostile")
    universe = files("backtest.market").joinpath("universes/shenwan.toml").read_text("utf-8")
    head, first, rest = universe.partition("[[instruments]]")
    named = re.sub(r'(?m)^(name|name_zh) = "(.+)"$', rf'\1 = "\2{HOSTILE}"', rest)
    (folder / "hostile.toml").write_text(head + first + named, "utf-8")
    sample = load_market("sample").between("2024-07-01", None)
    wide = sample.close.assign(**{sample.universe.benchmark: sample.benchmark})
    wide.round(3).to_csv(folder / "prices.csv")
    pd.DataFrame({"cn10y": sample.series["cn10y"]}).to_csv(folder / "rates.csv")
    return folder


def nqp(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["nqp", *map(str, words)])
    try:
        main()
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, *capsys.readouterr()


def test_hostile_names_are_printed_as_they_are(stored, monkeypatch, capsys):
    monkeypatch.setenv("NQP_HOME", str(stored / "home"))
    monkeypatch.setenv("COLUMNS", "250")
    said = ("--universe", stored / "hostile.toml", "--series", stored / "rates.csv")
    words = ("data", "import", "hostile", "--prices", stored / "prices.csv", *said)
    code, _, error = nqp(monkeypatch, capsys, *words)
    assert code == 0, error
    for words, named in (
        (("run", "equal-weight"), True),
        (("compare", "equal-weight"), True),
        (("evidence", "equal-weight"), True),
        (("today", "equal-weight", "--capital", "1e7", "--allow-stale"), True),
        (("data", "list"), False),
        (("data", "check"), False),
    ):
        on = ("hostile",) if words[1:] == ("check",) else ("--market", "hostile")
        code, out, error = nqp(monkeypatch, capsys, *words, *(() if words[1:] == ("list",) else on))
        assert code == 0, (words, error)
        assert (HOSTILE in out) == named, (words, out)
