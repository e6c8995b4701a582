"""Parameters that take a basket, sectors or instruments, as the shell gives them."""

import json

import pytest

from tests.command import nqp


@pytest.mark.parametrize("basket", ["banks,utilities", "801780", "all", "medicine,coal"])
def test_a_basket_is_a_name_sectors_or_instruments(tmp_path, basket):
    words = ("buy-and-hold", "--set", f"basket={basket}", "--start", "2024-01-01", "--json")
    done = nqp("run", *words, home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["parameters"]["basket"] == basket


def test_what_is_none_of_these_is_a_sentence(tmp_path):
    words = ("run", "rate-rotation", "--set", "nqp_basket=bankss", "--start", "2024-01-01")
    done = nqp(*words, home=tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith(
        "there is no basket, sector or instrument 'bankss'; did you mean 'banks'?"
    )


def test_own_dates_are_kept_with_the_run(tmp_path):
    (tmp_path / "days.txt").write_text("2024-03-04\n2024-06-03\n")
    words = ("--set", "rebalance=dates:days.txt", "--start", "2024-01-01", "--json")
    done = nqp("run", "equal-weight", *words, home=tmp_path, cwd=tmp_path)
    assert json.loads(done.stdout)["parameters"]["rebalance"] == "dates:2024-03-04/2024-06-03"


def test_schedules_are_a_grid(tmp_path):
    grid = "rebalance=monthly,weekly+band:0.03,month-end+turnover:0.3"
    done = nqp("tune", "rate-rotation", "--grid", grid, "--json", home=tmp_path)
    assert done.returncode == 0, done.stderr
    trials = json.loads(done.stdout)["trials"]
    assert [trial["rebalance"] for trial in trials] == grid.partition("=")[2].split(",")
