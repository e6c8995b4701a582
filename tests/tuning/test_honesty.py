"""Verdicts: on noise, on a planted trigger, and on samples that cannot tell."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtest.errors import UserError
from backtest.trials.ledger import Count
from backtest.tuning.honesty import Honesty
from backtest.tuning.judge import judge
from backtest.tuning.spa import spa_test
from tests.tuning.sweeps import PER_YEAR, trigger_sweep

QUICK = {"draws": 200, "blocks": 8}
TEN_YEARS = 10 * PER_YEAR


@pytest.fixture(scope="module")
def planted() -> Honesty:
    return trigger_sweep(3, sessions=TEN_YEARS, skill=2.5).honesty(**QUICK)


def test_a_planted_trigger_is_found_and_noise_is_not_skill() -> None:
    for skill, said, least, most in ((0.0, "luck", 2, 12), (2.0, "skill", 11, 12)):
        found = Counter(
            trigger_sweep(seed, sessions=TEN_YEARS, skill=skill).honesty(**QUICK).verdict
            for seed in range(12)
        )
        assert least <= found[said] <= most, found
        assert found["luck" if skill else "skill"] <= (0 if skill else 3)


def test_overfitting_is_one_half_on_noise_and_small_with_skill(planted: Honesty) -> None:
    noise = [
        trigger_sweep(seed, sessions=1000, skill=0.0).honesty(**QUICK).overfitting
        for seed in range(20)
    ]
    assert np.mean(noise) == pytest.approx(0.5, abs=0.12)
    assert planted.overfitting < 0.1


def test_one_year_and_one_switch_can_never_tell(planted: Honesty) -> None:
    year = trigger_sweep(3, sessions=PER_YEAR, skill=8.0).honesty(**QUICK)
    assert year.verdict == "cannot tell"
    assert year.banner.startswith(
        "This sample cannot support tuning: 1.0 years are too few (at least 3), after 54 trials"
    )
    once = replace(planted, switches=1)
    assert (planted.verdict, once.verdict) == ("skill", "cannot tell")
    assert "1 switch is too few" in once.banner


def test_the_verdict_rests_on_timing_alone(planted: Honesty) -> None:
    assert planted.timing is not None
    nothing = {"deflated_active": 0.0, "overfitting": 1.0, "against_blend": None}
    assert replace(planted, **nothing).verdict == "skill"
    weak = replace(planted.timing, p=0.06)
    assert replace(planted, timing=weak).verdict == "cannot tell"
    assert replace(planted, timing=replace(weak, bound=0.49)).verdict == "luck"
    assert replace(planted, timing=replace(weak, bound=0.51)).verdict == "cannot tell"
    assert replace(planted, timing=None).verdict == "cannot tell"
    assert replace(planted, looks_ahead="weights of 2021-03-04 change").verdict == "cannot tell"


def test_timing_that_does_not_pay_its_costs_is_not_skill(planted: Honesty) -> None:
    assert replace(planted, break_even=5e-4, costs=4e-4).verdict == "skill"
    dear = replace(planted, break_even=3e-4, costs=4e-4)
    assert dear.verdict != "skill"
    assert "not worth its costs" in dear.banner
    assert "3.0 bp" in dear.banner


def test_costs_may_use_up_what_lies_beyond_the_bar(planted: Honesty) -> None:
    assert planted.timing is not None
    twice = replace(planted.timing, sharpe=1.2, critical=0.9)
    found = replace(planted, timing=twice, break_even=8e-4)
    assert found.significant_up_to == pytest.approx(2e-4)  # a quarter lies beyond the bar
    assert found.to_dict()["significant_up_to"] == found.significant_up_to
    weak = replace(twice, critical=1.3)
    assert replace(found, timing=weak).significant_up_to == 0.0
    assert np.isnan(replace(found, timing=None).significant_up_to)


def test_every_sentence_says_its_level(planted: Honesty) -> None:
    assert planted.timing is not None
    assert "at the 5 % level" in planted.banner
    weak = replace(planted.timing, p=0.3, bound=0.7, sharpe=0.4, critical=0.8)
    unsure = replace(planted, timing=weak)
    assert "at the 5 % level" in unsure.banner
    assert (
        "equally good timing would be significant over 40 years" in unsure.banner
    )  # (0.8 / 0.4)² times ten years
    assert "10 % level" in replace(planted, timing=replace(weak, bound=0.2)).banner


def test_more_trials_in_the_ledger_deflate_more() -> None:
    sweep = trigger_sweep(5, sessions=TEN_YEARS, skill=1.0)
    few, many = (sweep.honesty(Count(10 * n, n, 0), **QUICK) for n in (9, 900))
    assert many.deflated_sharpe < few.deflated_sharpe < few.probabilistic_sharpe
    assert many.minimum_years > few.minimum_years


def test_a_variant_has_one_deflated_figure_whatever_stands_beside_it() -> None:
    sweep = trigger_sweep(6, sessions=TEN_YEARS, skill=1.0)
    rivals = {"benchmark": sweep.benchmark, "blend": sweep.blend}
    options = {"per_year": PER_YEAR, "count": Count(200, 20, 0), **QUICK}
    whole = judge(sweep.returns, sweep.best, rivals, **options)
    alone = judge(sweep.returns[:, [sweep.best]], 0, rivals, **options)
    assert alone.deflated_sharpe == whole.deflated_sharpe < alone.probabilistic_sharpe
    assert alone.deflated_active == whole.deflated_active
    assert np.isnan(alone.overfitting)
    assert json.loads(alone.to_json())["overfitting"] is None


def test_a_variant_that_is_its_own_rival_cannot_tell() -> None:
    sweep = trigger_sweep(6, sessions=TEN_YEARS, skill=0.0)
    same = sweep.blend * (1.0 + 1e-14)
    options = {"per_year": PER_YEAR, "count": Count(1, 1, 0), **QUICK}
    found = judge(same[:, None], 0, {"benchmark": sweep.blend, "blend": sweep.blend}, **options)
    assert found.verdict == "cannot tell"
    assert found.against_blend is not None
    assert found.against_blend.consistent == 1.0
    assert not len(found.against_blend.better)
    assert "nan" not in repr(found)


def test_pieces_frames_and_arrays_are_the_same_sweep() -> None:
    sweep = trigger_sweep(7, sessions=800, skill=1.0)
    days = pd.bdate_range("2020-01-01", periods=800)
    cash = np.full(800, 0.00005)
    options = {"per_year": PER_YEAR, "count": Count(54, 9, 0), "risk_free": cash, **QUICK}
    returns = sweep.returns
    rivals = {"benchmark": sweep.benchmark, "blend": sweep.blend}
    array = judge(returns, sweep.best, rivals, **options)
    frame = judge(
        pd.DataFrame(returns, index=days),
        sweep.best,
        {name: pd.Series(rival, index=days) for name, rival in rivals.items()},
        **options,
    )
    pieces = judge(lambda: iter(np.split(returns, 6, axis=1)), sweep.best, rivals, **options)
    assert array.to_json() == frame.to_json()
    assert pieces.against_blend is not None
    assert array.against_blend is not None
    assert array.against_benchmark is not None
    assert pieces.against_blend.better.tolist() == array.against_blend.better.tolist()
    for name, value in array.to_dict().items():
        if not isinstance(value, (dict, list)):
            assert pieces.to_dict()[name] == pytest.approx(value, abs=1e-12), name
    excess = returns[:, sweep.best] - cash
    assert array.sharpe == pytest.approx(excess.mean() / excess.std(ddof=1) * PER_YEAR**0.5)
    alone = spa_test(
        lambda: [returns],
        {"benchmark": sweep.benchmark},
        block_length=array.against_blend.block_length,
        draws=200,
    )["benchmark"]
    assert array.against_benchmark.consistent == alone.consistent


def test_it_reads_well(planted: Honesty) -> None:
    text = repr(planted)
    assert text.startswith(
        "SKILL: Timing skill is significant at the 5 % level: after 54 trials (9 independent)"
    )
    assert max(map(len, text.splitlines()[1:])) <= 100
    assert "Sharpe ratio" in planted._repr_html_()
    told = json.loads(planted.to_json())
    assert told["verdict"] == "skill"
    assert told["years"] == 10.0
    assert len(told["intervals"]) == 3
    assert isinstance(told["against_blend"]["better"], list)
    assert {"p", "bound", "sharpe", "critical", "shifts", "refined"} < set(told["timing"])


def test_mistakes_are_sentences() -> None:
    good = np.random.default_rng(0).normal(0.0, 0.01, (100, 3))
    options = {"per_year": PER_YEAR, "count": Count(3, 3, 0), "draws": 50}
    rivals = {"benchmark": good[:, 0], "blend": good[:, 1]}
    holed = good.copy()
    holed[5, 2] = np.nan
    with pytest.raises(UserError, match="variant 2 has sessions without a return"):
        judge(holed, 0, rivals, **options)
    with pytest.raises(UserError, match="the benchmark must have a return on each"):
        judge(good, 0, {**rivals, "benchmark": good[:50, 0]}, **options)
    short = {name: rival[:20] for name, rival in rivals.items()}
    with pytest.raises(UserError, match="fewer blocks"):
        judge(good[:20], 0, short, **options)
    with pytest.raises(UserError, match="has 3 variants"):
        judge(good, 3, rivals, **options)
    with pytest.raises(UserError, match="no variant"):
        judge(good[:, :0], 0, rivals, **options)
