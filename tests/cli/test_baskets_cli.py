<<<<<<< HEAD
"""`nqp baskets` as a shell meets it: what stands for each basket on a market, and how well."""

import json

from tests.command import nqp


def test_on_level_1_some_industries_are_the_same_and_two_have_no_proxy():
    done = nqp("baskets", "--json")
    assert done.returncode == 0, done.stderr
    found = {one["name"]: one for one in json.loads(done.stdout)["baskets"]}
    assert found["future_displays"]["coverage"] == "nearest sectors"
    assert found["quantum_information"]["members"] == []
    assert found["quantum_information"]["coverage"] == "none"
    assert "QuantumCTek" in found["quantum_information"]["note"]
    assert found["medicine"]["weights"] == {"pharma_biotech": 1.0}
    assert found["technology"]["listed"] == 1.0
    for one in found.values():
        for other in one["same_as"]:
            assert found[other]["weights"] == one["weights"]


def test_the_page_says_so_in_both_languages():
    page = nqp("baskets", columns=120).stdout
    assert "no listed proxy" in page
    assert max(map(len, page.splitlines())) <= 120
    assert "没有上市标的" in nqp("baskets", "--lang", "zh", columns=200).stdout
    assert nqp("baskets", "-m", "nowhere").returncode == 2
=======
"""`nqp baskets`, and parameters that take a basket, sectors or instruments."""

import json

import pytest

from tests.command import nqp


def test_baskets_lists_sectors_and_baskets_with_members(tmp_path):
    done = nqp("baskets", "--json", home=tmp_path)
    found = json.loads(done.stdout)
    assert found["sectors"]["banks"] == ["801780"]
    assert found["baskets"]["medicine"] == {"pharma_biotech": 1.0}
    for lang, word in (("en", "Steady-growth chain"), ("zh", "稳增长链条")):
        shown = nqp("baskets", "--lang", lang, home=tmp_path, columns=160)
        assert (shown.returncode, word in shown.stdout) == (0, True)


@pytest.mark.parametrize(
    "basket", ["banks,utilities", "801780", "medicine", "all", "medicine,coal"]
)
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
>>>>>>> 9896cf6 (nqp baskets and its parameters in the shell are tested)
