"""What was run and stored is found again, run again, compared, renamed and removed."""

import json
from types import SimpleNamespace

import pytest

from backtest import load_market, run
from backtest.cli.options import market_names, parameters, strategy_names
from strategies import EqualWeight
from tests.command import nqp
from tests.markets import universe_text

UNIVERSE = universe_text("small", {"801780": "banks"})
DAYS = ("2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-08")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


def found(home, *words):
    done = nqp(*words, "--json", home=home)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def stored(home, folder, *closes):
    (folder / "small.toml").write_text(UNIVERSE)
    rows = [f"{day},{close}" for day, close in zip(DAYS, closes, strict=False)]
    (folder / "801780.csv").write_text("\n".join(["date,close", *rows]))
    words = ("--prices", folder / "801780.csv", "--universe", folder / "small.toml")
    return found(home, "data", "import", "mine", *words)["snapshot"]


def test_a_run_is_listed_tagged_compared_and_run_again_byte_for_byte(home, tmp_path):
    first, again = tmp_path / "first", tmp_path / "again"
    assert found(home, "runs")["runs"] == []
    found(home, "run", "inverse-volatility", "--end", "2016-06-30", "--out", first)
    found(home, "run", "inverse-volatility:window=30", "--end", "2016-06-30")
    runs = found(home, "runs")["runs"]
    assert [run["settings"] for run in runs] == ["window=30", "defaults"]
    assert runs[1]["folder"] == str(first)
    assert runs[1]["figures"]["sharpe"] == pytest.approx(
        json.loads((first / "summary.json").read_text())["summary"]["sharpe"]
    )
    for source in (first / "manifest.json", runs[1]["id"]):
        found(home, "run", "--from", source, "--out", again, "--force")
        for path in sorted(first.iterdir()):
            assert (again / path.name).read_bytes() == path.read_bytes(), path.name
    assert nqp("runs", "tag", runs[0]["id"], "short", home=home).returncode == 0
    assert nqp("runs", "tag", runs[0]["id"], "short", home=home).returncode == 0
    assert [run["tags"] for run in found(home, "runs", "--tag", "short")["runs"]] == [["short"]]
    told = found(home, "runs", "diff", runs[1]["id"][:6], "short")["differences"]
    assert told["parameters.window"] == [60, 30]
    assert told["sharpe"] == [runs[1]["figures"]["sharpe"], runs[0]["figures"]["sharpe"]]
    assert "snapshot" not in told
    for words in (("runs",), ("runs", "diff", "short", runs[1]["id"]), ("runs", "--lang", "zh")):
        shown = [nqp(*words, home=home) for _ in range(2)]
        assert shown[0].returncode == 0, shown[0].stderr
        assert shown[0] == shown[1]
        assert max(map(len, shown[0].stdout.splitlines())) <= 80
    refused = nqp("run", "--from", first, "--set", "window=5", home=home)
    assert refused.returncode == 2
    assert "leave --set out" in refused.stderr
    assert nqp("run", "--from", "nothing", home=home).returncode == 2


def test_what_python_saves_is_among_the_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("NQP_HOME", str(tmp_path / "home"))
    result = run(EqualWeight(), load_market("sample").until("2015-12-31"))
    result.save(tmp_path / "saved", "alike")
    result.report(tmp_path / "alike.html")
    latest, first = found(tmp_path / "home", "runs", "--command", "python")["runs"]
    assert (first["folder"], first["tags"]) == (str(tmp_path / "saved"), ["alike"])
    assert latest["folder"] == str(tmp_path)
    assert first["figures"]["sharpe"] == result.summary()["sharpe"]
    assert nqp("verify", tmp_path / "saved").returncode == 0
    again = found(tmp_path / "home", "run", "--from", "alike")
    assert again["summary"]["total_return"] == result.summary()["total_return"]


def test_compared_and_tuned_are_among_the_runs(home):
    found(home, "compare", "buy-and-hold", "equal-weight", "--window", "2022")
    words = ("rate-rotation", "-g", "fall_bp=5,10", "-g", "min_hold=5", "--window", "2022")
    found(home, "tune", *words)
    latest = found(home, "runs", "--last", "2")["runs"]
    assert [run["kind"] for run in latest] == ["tune", "compare"]
    assert latest[0]["settings"] == "2 variants of fall_bp, min_hold"
    assert sorted(latest[1]["manifest"]["compared"]) == ["buy-and-hold", "equal-weight"]


def test_a_search_that_goes_on_says_how_far_it_was(home):
    words = ("tune", "rate-rotation", "-g", "fall_bp=1:40:1", "--window", "2022", "--trials")
    first, more, same = (nqp(*words, count, home=home) for count in (2, 3, 3))
    assert "done before" not in first.stderr
    assert "2 of 3 trials done before; 1 to go" in more.stderr
    assert "3 of 3 trials done before; 0 to go" in same.stderr


def test_a_market_is_described_renamed_pruned_and_removed_only_when_told(home, tmp_path):
    old = stored(home, tmp_path, 10, 11, 12, 11)
    out = tmp_path / "run"
    found(home, "run", "buy-and-hold", "--market", "mine", "--out", out)
    newer = stored(home, tmp_path, 10, 11, 12, 11, 13)
    newest = stored(home, tmp_path, 10, 11, 12, 11, 14)
    told = found(home, "data", "info", "mine")
    assert told["snapshots"] == [newest, newer, old]
    assert len(told["runs"]) == 1
    shown = [nqp("data", "info", "mine", home=home).stdout for _ in range(2)]
    assert shown[0].startswith("mine: universe small")
    assert shown[0] == shown[1]
    found(home, "data", "rename", "mine", "ours")
    assert nqp("data", "rename", "mine", "ours", home=home).returncode == 2
    assert nqp("verify", out, home=home).returncode == 0
    refused = nqp("data", "prune", home=home)
    assert refused.returncode == 2
    assert "add --yes" in refused.stderr
    assert found(home, "data", "prune", "--yes")["snapshots"] == [newer]
    assert found(home, "data", "prune", "--yes")["snapshots"] == []
    assert found(home, "data", "info", "ours")["snapshots"] == [newest, old]
    assert nqp("verify", out, home=home).returncode == 0
    asked = nqp("data", "delete", "ours", home=home)
    assert asked.returncode == 2
    assert "1 kept runs need it" in asked.stderr
    done = nqp("data", "delete", "ours", "--yes", home=home)
    assert (done.returncode, "1 kept runs need it" in done.stderr) == (0, True)
    assert not list((home / "snapshots").glob("[0-9a-f]*"))
    assert nqp("data", "delete", "ours", "--yes", home=home).returncode == 2
    assert [entry["name"] for entry in found(home, "data", "list")["markets"]] == ["sample"]


def test_config_says_where_everything_is(home):
    told = found(home, "config")
    assert told["store"] == str(home)
    assert told == found(home, "config")
    assert f"runs: {home / 'runs'}\n" in nqp("config", home=home).stdout
    assert f"运行记录：{home / 'runs'}\n" in nqp("config", "--lang", "zh", home=home).stdout


def test_a_tab_offers_strategies_parameters_and_markets(monkeypatch, home):
    monkeypatch.setenv("NQP_HOME", str(home))
    assert strategy_names("rate") == ["rate-rotation"]
    assert "fall_bp=" in parameters(SimpleNamespace(params={"strategy": "rate-rotation"}), "fall")
    assert market_names("s") == ["sample"]
