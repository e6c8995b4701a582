"""A strategy taken apart: all tables there, plain JSON, and words in both languages."""

import json

import pytest

from backtest.evidence import detected, examine
from backtest.strategy.basket import Basket
from backtest.strategy.claim import Source
from strategies import EqualWeight, ThesisRotation
from tests.markets import make_market

REPORT = Source("report", "报告", "nobody", "2021-02-26", 2021)
TRACK = {"track": Basket.of("track", ["machinery", "auto"], title="Track", title_zh="赛道")}


@pytest.fixture(scope="module")
def found():
    made = make_market(sessions=450, bond=True, money_rate=2.0)
    occasions = {
        "dated": (TRACK, [("2021-01-04", "track")]),
        "detected": (TRACK, detected(made, TRACK)),
        "none": (TRACK, []),
    }
    return examine(
        ThesisRotation(fall_bp=2),
        made,
        REPORT,
        groups=list(TRACK.values()),
        occasions=occasions,
        draws=60,
        deals=20,
    )


def test_everything_is_there(found):
    assert [one.against for one in found.attributions] == ["sector average", "Benchmark"]
    assert all(abs(one.residual) < 1e-10 for one in found.attributions)
    assert {test.kind for test in found.placebos} == {
        "switch dates",
        "time shifts",
        "sectors dealt again",
    }
    assert len(found.placebos_after) == 3
    assert found.foresight is not None
    assert len(found.differences) == 6
    assert found.published.index.tolist() == ["in sample", "out of sample"]
    assert not found.switches.empty


def test_json_is_plain(found):
    document = json.loads(json.dumps(found.to_json(), allow_nan=False))
    for key in ("attribution", "regimes", "placebo", "foresight", "events", "split", "halves"):
        assert document[key] is not None
    assert document["attribution"][0]["groups"]["costs"]["total"] <= 0
    assert document["placebo"][0]["p"]["sharpe"] > 0
    assert set(document["events"]) == {"dated", "detected", "none"}


@pytest.mark.parametrize(("language", "word"), [("en", "synthetic"), ("zh", "合成数据")])
def test_words(found, language, word):
    told = found.sentences(language)
    assert word in told[0]
    assert len(told) >= 7
    assert all(told)


def test_what_does_not_rotate_is_said_so():
    made = make_market(sessions=300)
    found = examine(EqualWeight(), made, REPORT, groups=list(TRACK.values()))
    assert found.placebos == ()
    assert found.foresight is None
    assert "does not rotate" in found.notes[0]
    json.dumps(found.to_json(), allow_nan=False)


def test_nothing_after_the_date_is_looked_at():
    made = make_market(sessions=450, bond=True)
    early = made.until(made.sessions[300])
    found = examine(EqualWeight(), early, REPORT, groups=list(TRACK.values()))
    assert found.result.equity.index[-1] == made.sessions[300]


@pytest.mark.parametrize("sessions", [2, 3, 5, 12, 40])
@pytest.mark.parametrize("strategy", [EqualWeight(), ThesisRotation()], ids=lambda one: one.name)
def test_the_first_days_of_a_record_are_few_and_said_so(strategy, sessions):
    made = make_market(sessions=450, bond=True)
    early = examine(
        strategy,
        made.until(made.sessions[sessions - 1]),
        REPORT,
        groups=list(TRACK.values()),
        draws=9,
        deals=3,
    )
    json.dumps(early.to_json(), allow_nan=False)
    assert ("too few sessions" in early.sentences()[0]) == (sessions < 8)
