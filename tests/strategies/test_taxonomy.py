"""The taxonomy against the wording of the thesis."""

from strategies.taxonomy import (
    BASKETS,
    CHAINS,
    EMERGING,
    FUTURE,
    NQP,
    TRACKS,
    TRADITIONAL,
)


def test_three_tracks():
    assert set(TRACKS["technology"].sectors) == {"computer", "electronics", "telecom"}
    assert set(TRACKS["manufacturing"].sectors) == {
        "power_equipment",
        "machinery",
        "defense",
        "auto",
    }
    assert TRACKS["medicine"].sectors == ("pharma_biotech",)


def test_eight_emerging_and_nine_future_industries():
    assert (len(EMERGING), len(FUTURE)) == (8, 9)


def test_sectors_may_sit_in_several_baskets():
    for sector in ("machinery", "auto"):
        assert sector in TRACKS["manufacturing"].sectors
        assert sector in CHAINS["export_electromechanical"].sectors


def test_the_unions_are_unions():
    assert set(TRADITIONAL.sectors) == {s for chain in CHAINS.values() for s in chain.sectors}
    assert set(NQP.sectors) == {s for track in TRACKS.values() for s in track.sectors}
    assert set(CHAINS["infrastructure"].sectors) <= set(TRADITIONAL.sectors)


def test_every_basket_cites_its_claim_and_has_both_names():
    for name, basket in BASKETS.items():
        assert basket.name == name
        assert basket.claims
        assert basket.title
        assert basket.title_zh
