"""The report's claims as values: what each says, how it is measured, what refutes it (T1 … R8).

Left out are claims no market data can refute: T2 and T3
are lists of industries, M1 and M2 a framework of indicators, P1 to P3 kinds of policy.
"""

from __future__ import annotations

from dataclasses import replace

from backtest.strategy.basket import Basket
from backtest.strategy.claim import Claim, Source
from strategies.policy_catalyst import MILESTONES
from strategies.taxonomy import (
    EXPORT_CAPEX,
    EXPORT_ELECTROMECHANICAL,
    EXPORT_HOUSING,
    INFRASTRUCTURE,
    MANUFACTURING,
    MEDICINE,
    NQP,
    STEADY_GROWTH,
    TECHNOLOGY,
    TRACKS,
    TRADITIONAL,
)

# Circulated in February 2024; the last day of the month is the latest it can have been written.
REPORT = Source(
    title="New quality productivity: the 2024 path",
    title_zh="新质生产力：2024年的路径",
    author="Li Chaowen, Zheshang Securities",
    dated="2024-02-29",
    year=2024,
)

ROUNDING = 0.001  # a return this close to its threshold is rounding: sources differ by as much
FEWEST_EVENTS = 2  # below which nothing shows how much they differ

# What else could stand for a claim's basket: narrower and broader readings.
TRADITIONAL_ONLY = Basket.of(
    "traditional_only",
    [sector for sector in TRADITIONAL.sectors if sector not in NQP.sectors],
    title="traditional sectors that are in no NQP track",
    title_zh="仅非新质生产力行业",
)
BUILDERS = Basket.of(
    "builders", ["construction"], title="construction alone", title_zh="仅建筑装饰"
)
BROAD_INFRASTRUCTURE = Basket.of(
    "broad_infrastructure",
    [*INFRASTRUCTURE.sectors, "machinery", "transportation", "utilities"],
    title="with machinery, transport, utilities",
    title_zh="加机械、交运、公用事业",
)
REAL_ESTATE = Basket.of(
    "real_estate", ["real_estate"], title="real estate alone", title_zh="仅房地产"
)
CHIPS = Basket.of("chips", ["electronics"], title="electronics alone", title_zh="仅电子")
TMT = Basket.of("tmt", [*TECHNOLOGY.sectors, "media"], title="with media", title_zh="加传媒")
NEW_ENERGY = Basket.of(
    "new_energy_makers",
    ["power_equipment", "auto"],
    title="power equipment and automobiles alone",
    title_zh="仅电力设备与汽车",
)
NEW_MATERIALS = Basket.of(
    "with_materials",
    [*MANUFACTURING.sectors, "nonferrous_metals", "basic_chemicals"],
    title="with metals and chemicals",
    title_zh="加有色金属与基础化工",
)
HEALTH_AND_CARE = Basket.of(
    "health_and_care",
    [*MEDICINE.sectors, "beauty_care"],
    title="with beauty care",
    title_zh="加美容护理",
)
BIOMANUFACTURING = Basket.of(
    "bio",
    [*MEDICINE.sectors, "agriculture", "basic_chemicals"],
    title="with agriculture and chemicals",
    title_zh="加农林牧渔与基础化工",
)

WITHOUT_SIGNS = tuple(
    (f"without the sign of {name}", f"剔除{name_zh}信号", (("without", key),))
    for key, name, name_zh in (
        ("trend", "trend", "趋势"),
        ("breadth", "breadth", "广度"),
        ("turnover", "turnover", "成交额"),
        ("calm", "volatility", "波动率"),
    )
)

_R7 = Claim(
    id="R7",
    statement="In the second half the {track} track releases its valuation elasticity.",
    statement_zh="下半年{track}赛道释放估值弹性。",
    observable="lead",
    window="H2",
    expects="above",
    refuted_by="the track behind all sectors alike over the half",
    refuted_by_zh="该赛道半年收益落后于全行业等权",
    margin=ROUNDING,
)


def _elastic(track: Basket, variants: tuple[Basket, ...]) -> Claim:
    """Return R7 for one track."""
    return replace(
        _R7,
        id=f"R7.{track.name}",
        statement=_R7.statement.format(track=track.title.lower()),
        statement_zh=_R7.statement_zh.format(track=track.title_zh),
        basket=track,
        variants=variants,
    )


def _pays(number: str, chain: Basket, variants: tuple[Basket, ...] = ()) -> Claim:
    """Return the claim that a traditional chain pays in the first half."""
    return Claim(
        id=number,
        statement=f"In the first half traditional productivity pays in: {chain.title}.",
        statement_zh=f"上半年传统生产力的机会在于{chain.title_zh}。",
        observable="lead",
        window="H1",
        expects="above",
        refuted_by="the chain behind all sectors alike over the half",
        refuted_by_zh="该链条半年收益落后于全行业等权",
        margin=ROUNDING,
        basket=chain,
        variants=variants,
    )


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="T1",
        statement="Technology, manufacturing and health are tracks: their sectors move together.",
        statement_zh="大科技、大制造、大健康构成市场赛道：赛道内行业同涨同跌。",
        observable="cohesion",
        window="after",
        expects="above",
        refuted_by="sectors of a track correlating no more with each other than with the rest",
        refuted_by_zh="赛道内行业的相关性不高于与赛道外行业的相关性",
        asserts="regularity",
        groups=tuple(TRACKS.values()),
    ),
    Claim(
        id="P4",
        statement="Policy milestones lift new quality productivity.",
        statement_zh="政策里程碑提振新质生产力板块。",
        observable="after_events",
        window="before",
        expects="above",
        refuted_by="no abnormal return of the NQP tracks after the milestones",
        refuted_by_zh="里程碑之后新质生产力板块没有超额收益",
        minimum=FEWEST_EVENTS,
        asserts="regularity",
        groups=(NQP,),
        events=tuple((date, basket) for date, basket, _ in MILESTONES),
    ),
    _pays("V1", STEADY_GROWTH, (REAL_ESTATE, INFRASTRUCTURE)),
    _pays("V2a", EXPORT_ELECTROMECHANICAL),
    _pays("V2b", EXPORT_HOUSING),
    _pays("V2c", EXPORT_CAPEX),
    Claim(
        id="R1",
        statement="In the first half risk appetite is generally low.",
        statement_zh="上半年市场风险偏好总体较低。",
        observable="appetite",
        window="H1",
        expects="below",
        threshold=0.5,
        refuted_by="half of the signs of risk appetite or more showing on average",
        refuted_by_zh="风险偏好信号平均有一半以上出现",
        alternatives=WITHOUT_SIGNS,
    ),
    Claim(
        id="R2",
        statement="In the first half traditional productivity leads the NQP tracks.",
        statement_zh="上半年传统生产力相对占优。",
        observable="lead",
        window="H1",
        expects="above",
        refuted_by="the NQP tracks ahead of the traditional chains over the half",
        refuted_by_zh="新质生产力赛道半年收益领先传统链条",
        margin=ROUNDING,
        basket=TRADITIONAL,
        against=NQP,
        variants=(TRADITIONAL_ONLY, STEADY_GROWTH, INFRASTRUCTURE),
    ),
    Claim(
        id="R3",
        statement="In the first half infrastructure cyclicals benefit.",
        statement_zh="上半年基建相关周期板块受益。",
        observable="lead",
        window="H1",
        expects="above",
        refuted_by="infrastructure behind all sectors alike over the half",
        refuted_by_zh="基建板块半年收益落后于全行业等权",
        margin=ROUNDING,
        basket=INFRASTRUCTURE,
        variants=(BUILDERS, BROAD_INFRASTRUCTURE),
    ),
    Claim(
        id="R4",
        statement="In the second half the risk-free rate trends down, with swings.",
        statement_zh="下半年无风险利率震荡下行。",
        observable="rate_change",
        window="H2",
        expects="below",
        refuted_by="the ten-year yield higher at the end of the half than at its start",
        refuted_by_zh="十年期国债收益率年末高于年中",
        margin=0.5,
        alternatives=(
            ("mean of 5 sessions at both ends", "首尾各取5日均值", (("smooth", 5),)),
            ("mean of 20 sessions at both ends", "首尾各取20日均值", (("smooth", 20),)),
        ),
    ),
    Claim(
        id="R5",
        statement="In the second half market confidence steadily recovers.",
        statement_zh="下半年市场信心稳步修复。",
        observable="recovery",
        window="H2",
        expects="above",
        refuted_by="no more signs of risk appetite at the half's end than before it began",
        refuted_by_zh="期末风险偏好信号不多于期初",
        alternatives=(
            *WITHOUT_SIGNS,
            ("means of 20 sessions", "取20日均值", (("tail", 20),)),
            ("means of 100 sessions", "取100日均值", (("tail", 100),)),
        ),
    ),
    Claim(
        id="R6",
        statement="In the second half stocks and bonds may rise together.",
        statement_zh="下半年可能出现股债双牛。",
        observable="two_bulls",
        window="H2",
        expects="above",
        refuted_by="stocks or government bonds lower at the end of the half",
        refuted_by_zh="股票或国债半年收益为负",
        margin=ROUNDING,
        alternatives=(
            ("all sectors alike for stocks", "股票取全行业等权", (("stocks", "sectors"),)),
        ),
    ),
    _elastic(TECHNOLOGY, (CHIPS, TMT)),
    _elastic(MANUFACTURING, (NEW_ENERGY, NEW_MATERIALS)),
    _elastic(MEDICINE, (HEALTH_AND_CARE, BIOMANUFACTURING)),
    Claim(
        id="R8",
        statement="New technological breakthroughs bring occasional opportunities at any time.",
        statement_zh="新技术突破随时可能带来阶段性机会。",
        observable="after_events",
        window="year",
        expects="above",
        refuted_by="no abnormal return of a track after it broke out",
        refuted_by_zh="赛道异动之后没有超额收益",
        minimum=FEWEST_EVENTS,
        asserts="regularity",
        groups=tuple(TRACKS.values()),
        alternatives=(
            ("over 5 sessions", "5日窗口", (("horizon", 5),)),
            ("over 60 sessions", "60日窗口", (("horizon", 60),)),
        ),
    ),
)
