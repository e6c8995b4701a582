"""`nqp data` from the outside: what it prints, where, and how it ends."""

import json
import subprocess
import sys
from dataclasses import dataclass

import pytest

from backtest.cli import main
from tests.markets import universe_text

FIELDS = ["severity", "kind", "instrument", "date", "value", "message"]
UNIVERSE = universe_text("small", {"801780": "banks"})
PRICES = "日期,收盘\n2024-01-02,10\n2024-01-03,10.5\n2024-01-05,10.8\n"


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def nqp(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command in an empty folder with an empty store."""
    folder = tmp_path / "work"
    folder.mkdir()
    (tmp_path / "small.toml").write_text(UNIVERSE, encoding="utf-8")
    (tmp_path / "801780.csv").write_bytes(PRICES.encode("gb18030"))
    monkeypatch.chdir(folder)
    monkeypatch.setenv("NQP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")

    def nqp(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["nqp", "data", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert not list(folder.iterdir()), "nothing is written to the current folder"
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return nqp


@pytest.fixture
def imported(nqp, tmp_path):
    words = ("import", "mine", "--prices", tmp_path / "801780.csv")
    return nqp(*words, "--universe", tmp_path / "small.toml", "--json")


def test_import_list_check_and_export_as_json(nqp, imported, tmp_path):
    assert (imported.returncode, imported.stderr) == (0, "")
    stored = json.loads(imported.stdout)
    (finding,) = stored.pop("findings")
    assert list(finding) == FIELDS
    assert (finding["kind"], finding["date"]) == ("missing_session", "2024-01-04")
    snapshot = stored.pop("snapshot")
    assert stored == {
        "name": "mine",
        "universe": "small",
        "first": "2024-01-02",
        "last": "2024-01-05",
        "instruments": 1,
    }

    markets = json.loads(nqp("list", "--json").stdout)["markets"]
    assert [market["name"] for market in markets] == ["sample", "mine"]
    assert markets[0]["synthetic"] is True
    assert markets[1] == stored | {"snapshot": snapshot, "synthetic": False}

    checked = nqp("check", "mine", "--json")
    assert checked.returncode == 0
    assert json.loads(checked.stdout) == {"findings": [finding]}

    out = tmp_path / "out"
    exported = json.loads(nqp("export", "mine", "--to", out, "--json").stdout)
    assert exported["files"] == ["prices.csv", "universe.toml"]
    assert exported["snapshot"] == snapshot
    again = json.loads(nqp("import", "again", "--prices", out, "--json").stdout)
    assert again["snapshot"] == snapshot
    assert json.loads(nqp("check", out, "--json").stdout) == {"findings": [finding]}


def test_tables_for_people(nqp, imported, tmp_path):
    shown = nqp("list").stdout
    assert "mine" in shown
    assert "synthetic" in shown
    assert "801780 has no price on 2024-01-04" in nqp("check", "mine").stdout
    words = ("import", "mine", "--prices", tmp_path / "801780.csv")
    shown = nqp(*words, "--universe", tmp_path / "small.toml").stdout
    assert "missing session" in shown
    assert "stored mine: 1 instruments of small, 2024-01-02 … 2024-01-05, snapshot" in shown
    assert "wrote" in nqp("export", "mine", "--to", tmp_path / "out").stdout


def test_rejected_data_end_with_2_a_table_and_one_sentence(nqp, tmp_path):
    path = tmp_path / "801780.csv"
    path.write_text("date,close\n2024-01-02,10\n2024-01-03,abc\n2024-01-04,0\n", encoding="utf-8")
    words = ("import", "mine", "--prices", path, "--universe", tmp_path / "small.toml", "--json")
    done = nqp(*words)
    assert (done.returncode, done.stdout) == (2, "")
    *table, sentence = done.stderr.splitlines()
    assert sentence == (
        "nqp: 801780 has 'abc' for its close on 2024-01-03, which is no number (and 1 more); "
        "correct the data and try again"
    )
    assert any("non positive price" in line for line in table)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("import", "../x", "--prices", "."), "'../x' is no name for a market"),
        (("import", "mine", "--prices", "nowhere"), "say which universe the prices are of"),
        (("import", "mine", "--prices", "no", "--universe", "cn-etf"), "there is no file no;"),
        (("check", "nobody"), "there is no market 'nobody'"),
        (("export", "sample", "--to", "x"), "the sample market is synthetic"),
        (("export", "nobody", "--to", "x"), "there is no market 'nobody'"),
    ],
)
def test_mistakes_end_with_2_and_one_sentence(nqp, words, says):
    done = nqp(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert says in done.stderr


def test_a_damaged_market_does_not_hide_the_others(nqp, imported, tmp_path):
    (tmp_path / "home" / "markets" / "broken.json").write_text('{"format"', encoding="utf-8")
    done = nqp("list", "--json")
    assert done.returncode == 0
    assert [market["name"] for market in json.loads(done.stdout)["markets"]] == ["sample", "mine"]
    assert "manifest of market broken is damaged" in done.stderr


def test_an_export_with_errors_in_it_is_checked_and_ends_with_2(nqp, imported, tmp_path):
    nqp("export", "mine", "--to", tmp_path / "out")
    prices = tmp_path / "out" / "prices.csv"
    prices.write_text(prices.read_text(encoding="utf-8").replace("10.5", "-10.5"), encoding="utf-8")
    done = nqp("check", tmp_path / "out", "--json")
    assert done.returncode == 2
    kinds = [finding["kind"] for finding in json.loads(done.stdout)["findings"]]
    assert "non_positive_price" in kinds


def test_the_command_starts_without_the_data_libraries():
    code = "import sys, backtest.cli.data; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"pandas", "numpy", "pyarrow"} & set(done.stdout.split())


def test_long_tables_are_cut_and_say_so(nqp, imported, tmp_path):
    for number in range(50):
        (tmp_path / f"{number}.csv").write_text("not read", encoding="utf-8")
    (tmp_path / "small.toml").rename(tmp_path / "universe")
    shown = nqp("import", "mine", "--prices", tmp_path, "--universe", tmp_path / "universe").stdout
    assert "--verbose shows all 51 findings, --json lists them" in shown


def test_no_findings(nqp, tmp_path):
    (tmp_path / "801780.csv").write_text("date,close\n2024-01-02,10\n", encoding="utf-8")
    words = ("import", "mine", "--prices", tmp_path / "801780.csv")
    assert nqp(*words, "--universe", tmp_path / "small.toml").stdout.startswith("no findings\n")


def test_a_bar_appears_on_a_terminal_once_the_work_takes_long(monkeypatch, capsys):
    from backtest.render import waiting

    monkeypatch.setenv("FORCE_COLOR", "1")
    with waiting.progress("reading prices") as advance:
        advance(1, 2)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(waiting, "PATIENCE", -1.0)
    with waiting.progress("reading prices") as advance:
        advance(1, 2)
    out, err = capsys.readouterr()
    assert out == ""
    assert "reading prices" in err
