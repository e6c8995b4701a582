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
    assert found["quantum_information"]["confidence"] == "high"
    assert found["future_displays"]["confidence"] == ""  # of the mapping to level 2, not of this
    assert "QuantumCTek" in found["quantum_information"]["note"]
    assert found["medicine"]["weights"] == {"pharma_biotech": 1.0}
    assert found["technology"]["listed"] == 1.0
    for one in found.values():
        for other in one["same_as"]:
            assert found[other]["weights"] == one["weights"]


def test_the_page_says_so_in_both_languages():
    page = nqp("baskets", columns=120).stdout
    assert "no listed proxy" in page
    assert "none, high confidence" in nqp("baskets", columns=220).stdout
    assert max(map(len, page.splitlines())) <= 120
    assert "没有上市标的" in nqp("baskets", "--lang", "zh", columns=200).stdout
    assert nqp("baskets", "-m", "nowhere").returncode == 2
