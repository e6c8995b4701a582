"""Run folders: six files that read back, written whole or not at all."""

import errno
import json

import pandas as pd
import pytest

from backtest import UserError, load_market, run
from backtest.records.folder import FILES, write_run
from strategies import ThesisRotation


@pytest.fixture(scope="module")
def result():
    return run(ThesisRotation(), load_market("sample"))


def read(path):
    return pd.read_csv(path, index_col=0, parse_dates=True)


def test_the_files_read_back_to_the_same_bits(result, tmp_path):
    write_run(result, tmp_path / "deep" / "run")
    folder = tmp_path / "deep" / "run"
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    assert (read(folder / "returns.csv")["return"].to_numpy() == result.returns.to_numpy()).all()
    assert (read(folder / "weights.csv").to_numpy() == result.weights.to_numpy()).all()
    orders = pd.read_csv(folder / "orders.csv")
    assert (orders["value"].to_numpy() == result.orders["value"].to_numpy()).all()
    assert read(folder / "regime.csv")["regime"].tolist() == result.regime.tolist()
    assert json.loads((folder / "summary.json").read_text("utf-8")) == result.to_json()
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["strategy"] == result.name


def test_writing_again_replaces_and_gives_the_same_bytes(result, tmp_path):
    write_run(result, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write_run(result, tmp_path, force=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_with_other_files_is_left_alone(result, tmp_path):
    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(UserError, match=r"holds other files \(thesis.docx …\); name a new"):
        write_run(result, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_file_is_no_folder(result, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(UserError, match="is a file; name a folder"):
        write_run(result, tmp_path / "out")


def test_what_a_killed_process_left_behind_is_swept_away(result, tmp_path):
    (tmp_path / f".draft-{2**22 + 1}-x").write_text("half")
    write_run(result, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)


def test_a_full_disk_is_a_sentence_and_leaves_no_draft(result, tmp_path, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(UserError, match="No space left on device"):
        write_run(result, tmp_path)
    assert list(tmp_path.iterdir()) == []
