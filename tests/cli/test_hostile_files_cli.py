"""Files made to do harm, given to the command: values, bombs, pickles, deep and huge JSON."""

import json
import pickle
import shutil
import subprocess
import sys
import zipfile

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backtest import load_market
from backtest.data import grid
from tests.command import nqp

UNIVERSE = """name = "u"
currency = "CNY"
calendar = "XSHG"
sessions_per_year = 242
benchmark = "B"
{top}
[[instruments]]
id = "B"
kind = "index"
[[instruments]]
id = "S"
kind = "index"
sector = "banks"
{instrument}
"""
WRONG = ('"text"', "[1]", "{a = 1}", "true", "nan", "inf", "-1", "9" * 40, "2024-01-01T00:00:00")
KEYS = {
    "limit": ("[price_limits]\nindex = {}", ""),
    "delay": ("[series.x]\ndelay_days = {}", ""),
    "age": ("[series.x]\nmax_age_days = {}", ""),
    "launched": ("", "launched = {}"),
    "lot": ("", "lot = {}"),
}
DEEP = {"array": "[" * 100_000 + "]" * 100_000, "object": '{"a":' * 50_000 + "1" + "}" * 50_000}
VALUES = (
    *(10**40, 1e308 * 10, -1e308 * 10, float("nan"), None, [], {}, True, -1, "x" * 300),
    *("\ud800", "\x1b[2J", [[[[]]]], "2024-13-45"),
)


@pytest.fixture(scope="module")
def prices(tmp_path_factory):
    path = tmp_path_factory.mktemp("prices") / "prices.csv"
    close = load_market("sample").close.loc["2024-01":"2024-03"].iloc[:, :2]
    close.set_axis(["B", "S"], axis=1).to_csv(path, index_label="date")
    return path


def imported(folder, prices, universe, name="m"):
    (folder / "u.toml").write_text(universe, encoding="utf-8")
    words = ("data", "import", name, "--prices", prices, "--universe", folder / "u.toml")
    return nqp(*words, home=folder / "home")


@pytest.mark.parametrize("key", KEYS)
def test_values_of_the_wrong_kind_or_size_are_a_sentence_with_the_key(tmp_path, prices, key):
    top, instrument = KEYS[key]
    for value in WRONG:
        text = UNIVERSE.format(top=top.format(value), instrument=instrument.format(value))
        done = imported(tmp_path, prices, text)
        assert (done.returncode, done.stdout) == (2, ""), (key, value)
        assert done.stderr.count("\n") == 1, (key, value)
        field = {"limit": "price_limits", "delay": "delay_days", "age": "max_age_days"}
        assert field.get(key, key) in done.stderr, (key, value)
    done = imported(
        tmp_path, prices, UNIVERSE.format(top=KEYS["delay"][0].format(200_000), instrument="")
    )
    assert done.returncode == 2
    assert "delay_days" in done.stderr


@pytest.mark.parametrize("name", ["x" * 300, "", "a/../b", "\x00", "\x1b[2J"], ids=ascii)
def test_names_of_any_length_are_a_sentence(tmp_path, prices, name):
    done = imported(tmp_path, prices, UNIVERSE.format(top="", instrument=""), name)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_one_bad_manifest_does_not_hide_the_other_markets(tmp_path, prices):
    for name in ("bad", "good"):
        assert (
            imported(tmp_path, prices, UNIVERSE.format(top="", instrument=""), name).returncode == 0
        )
    path = tmp_path / "home" / "markets" / "bad.json"
    whole = json.loads(path.read_text("utf-8"))
    texts = [*DEEP.values(), '{"x": "' + "y" * 5_000_000 + '"}', "", "[]", "1e999", "\0\0"]
    texts += [
        json.dumps(whole | {key: value})
        for number, key in enumerate(whole)
        for value in VALUES[number % 3 :: 3]
    ]
    for text in texts:
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        done = nqp("data", "list", "--json", home=tmp_path / "home")
        assert done.returncode == 0, text[:80]
        assert "good" in [market["name"] for market in json.loads(done.stdout)["markets"]], text[
            :80
        ]
    path.write_text(DEEP["array"], encoding="utf-8")
    for words in (("data", "check", "bad"), ("run", "equal-weight", "--market", "bad")):
        done = nqp(*words, home=tmp_path / "home")
        assert done.returncode == 2
        assert "nqp data check bad --repair" in done.stderr
    assert nqp("data", "check", "bad", "--repair", home=tmp_path / "home").returncode == 0


@pytest.mark.parametrize("file", ["summary.json", "manifest.json"])
def test_a_run_folder_with_wrong_values_is_a_sentence(tmp_path, file):
    words = ("run", "equal-weight", "--end", "2015-03-31", "--out", tmp_path / "run")
    assert nqp(*words).returncode == 0
    whole = json.loads((tmp_path / "run" / file).read_text("utf-8"))
    texts = [*DEEP.values(), "", "[]", "1e999", "\0\0"]
    some = list(whole)[::6]
    texts += [json.dumps(whole | {key: value}) for key in some for value in VALUES[1::5]]
    for text in texts:
        shutil.rmtree(tmp_path / "copy", ignore_errors=True)
        shutil.copytree(tmp_path / "run", tmp_path / "copy")
        (tmp_path / "copy" / file).write_bytes(text.encode("utf-8", "surrogatepass"))
        done = nqp("verify", tmp_path / "copy")
        assert done.returncode in (0, 1, 2), text[:80]
        assert "Traceback" not in done.stderr, text[:80]


def bomb_parquet(path):
    """A billion equal rows in a few kilobytes."""
    value = pa.array([1.0]).dictionary_encode()
    table = pa.table({"date": pa.array(["2024-01-02"] * 1_000_000).dictionary_encode()})
    table = table.append_column("close", pa.array([1.0] * 1_000_000))
    assert value is not None
    with pq.ParquetWriter(path, table.schema, compression="zstd") as writer:
        for _ in range(4):
            writer.write_table(table)


def bomb_workbook(path):
    """A workbook whose sheet unpacks to more than fits."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 20_000_000)


@pytest.mark.parametrize("kind", ["parquet", "xlsx", "csv", "feather"])
def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(grid, "MOST_CELLS", 5_000_000)
    monkeypatch.setattr(grid, "MOST_BYTES", 10_000_000)
    folder = tmp_path / "prices"
    folder.mkdir()
    path = folder / f"S.{kind}"
    if kind == "parquet":
        bomb_parquet(path)
    elif kind == "xlsx":
        bomb_workbook(path)
    elif kind == "feather":
        monkeypatch.setattr(grid, "MOST_CELLS", 1_000)
        pd.DataFrame({"date": ["2024-01-02"] * 1_000, "close": 1.0}).to_feather(path)
    else:
        path.write_bytes(b"date,close\n" + b"2024-01-02,1.0\n" * 700_000)
    done = imported(tmp_path, folder, UNIVERSE.format(top="", instrument=""))
    assert (done.returncode, done.stdout) == (2, "")
    assert "more than a table of prices needs; cut it into files" in done.stderr


class Harm:
    """A pickle that writes a file when it is read."""

    def __init__(self, place):
        self.place = str(place)

    def __reduce__(self):
        return (open, (self.place, "w"))


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("suffix", ["csv", "parquet", "pkl", "xlsx"])
def test_a_pickle_is_never_opened(tmp_path, protocol, suffix):
    path = tmp_path / f"S.{suffix}"
    path.write_bytes(pickle.dumps(Harm(tmp_path / "harm"), protocol=protocol))
    done = imported(tmp_path, path, UNIVERSE.format(top="", instrument=""))
    assert (done.returncode, done.stdout) == (2, "")
    assert not (tmp_path / "harm").exists()
    for words in (("report", path), ("verify", path), ("run", "equal-weight", "-m", path)):
        assert nqp(*words).returncode == 2
    assert not (tmp_path / "harm").exists()


def test_two_gigabytes_of_csv_under_one_of_memory_are_a_sentence(tmp_path, prices):
    """The file is sparse, so that it takes no room; the memory is limited by the system."""
    with (tmp_path / "S.csv").open("wb") as file:
        file.write(b"date,close\n2024-01-02,1.0\n")
        file.truncate(2_000_000_000)
    (tmp_path / "u.toml").write_text(UNIVERSE.format(top="", instrument=""), encoding="utf-8")
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_DATA, (10**9, 10**9))\n"
        "from backtest.cli import main; main()"
    )
    words = ("data", "import", "m", "--prices", "S.csv", "--universe", "u.toml")
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith("nqp: S.csv has 2.0 GB, more than a table")
