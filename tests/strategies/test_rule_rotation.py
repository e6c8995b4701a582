"""RuleRotation: the built-in thesis traded from its file is the trigger of ThesisRotation."""

import json

from backtest.strategy.parameters import built, unknown_strategy
from strategies import RuleRotation, ThesisRotation
from strategies.claims import shipped_thesis
from strategies.rule_rotation import rotation_of
from tests.markets import make_market


def test_the_built_in_rules_turn_when_the_thesis_rotation_does():
    market = make_market(
        sessions=500, sectors=("steel", "electronics", "computer", "machinery"), seed=3
    )
    found = RuleRotation().regime(market) == "nqp"
    wanted = ThesisRotation(overlay=0.0).regime(market) == "nqp"
    assert found.equals(wanted)
    assert 0 < found.sum() < len(found)


def test_it_is_rebuilt_from_what_a_record_keeps():
    strategy = rotation_of(shipped_thesis("anti-involution-2025"))
    kept = json.loads(json.dumps(strategy.parameters))
    assert built(RuleRotation, kept, unknown_strategy) == strategy
    assert dict(dict(strategy.what)["dividends"]) == {"banks": 0.5, "utilities": 0.5}
