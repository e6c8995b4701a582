"""The thesis's vocabulary: tracks, industries and chains as baskets of sectors (T1–T3, V1–V2, R3).

A claim that names an industry wider or narrower than a Shenwan level-1 sector
is mapped to the nearest sectors; every mapping is a choice, and evidence shows how much a verdict
depends on it. Weights within a basket are equal unless the claim names one sector twice.
"""

from __future__ import annotations

from backtest.strategy.basket import Basket

# T1: the three market tracks.
TECHNOLOGY = Basket.of(
    "technology",
    ["computer", "electronics", "telecom"],
    claims=("T1", "R7"),
    title="Big technology",
    title_zh="大科技",
)
MANUFACTURING = Basket.of(
    "manufacturing",
    ["power_equipment", "machinery", "defense", "auto"],
    claims=("T1", "R7"),
    title="Big manufacturing",
    title_zh="大制造",
)
MEDICINE = Basket.of(
    "medicine",
    ["pharma_biotech"],
    claims=("T1", "R7"),
    title="Big health",
    title_zh="大健康",
)
TRACKS = {basket.name: basket for basket in (TECHNOLOGY, MANUFACTURING, MEDICINE)}

# T2: the eight emerging industries.
EMERGING = {
    basket.name: basket
    for basket in (
        Basket.of(
            "next_generation_it",
            ["electronics", "computer", "telecom"],
            claims=("T2",),
            title="Next-generation information technology",
            title_zh="新一代信息技术",
        ),
        Basket.of(
            "new_energy",
            ["power_equipment", "utilities"],
            claims=("T2",),
            title="New energy",
            title_zh="新能源",
        ),
        Basket.of(
            "new_materials",
            ["basic_chemicals", "nonferrous_metals", "building_materials"],
            claims=("T2",),
            title="New materials",
            title_zh="新材料",
        ),
        Basket.of(
            "high_end_equipment",
            ["machinery", "defense", "power_equipment"],
            claims=("T2",),
            title="High-end equipment",
            title_zh="高端装备",
        ),
        Basket.of(
            "new_energy_vehicles",
            ["auto", "power_equipment"],
            claims=("T2",),
            title="New-energy vehicles",
            title_zh="新能源汽车",
        ),
        Basket.of(
            "green_protection",
            ["environmental_protection", "utilities"],
            claims=("T2",),
            title="Green environmental protection",
            title_zh="绿色环保",
        ),
        Basket.of(
            "civil_aviation",
            ["defense", "transportation"],
            claims=("T2",),
            title="Civil aviation",
            title_zh="民用航空",
        ),
        Basket.of(
            "shipbuilding_marine",
            ["defense", "machinery"],
            claims=("T2",),
            title="Shipbuilding and marine engineering",
            title_zh="船舶与海洋工程装备",
        ),
    )
}

# T3: the nine future industries.
FUTURE = {
    basket.name: basket
    for basket in (
        Basket.of(
            "metaverse",
            ["media", "computer", "electronics"],
            claims=("T3",),
            title="Metaverse",
            title_zh="元宇宙",
        ),
        Basket.of(
            "brain_computer_interface",
            ["pharma_biotech", "computer"],
            claims=("T3",),
            title="Brain-computer interfaces",
            title_zh="脑机接口",
        ),
        Basket.of(
            "quantum_information",
            ["computer", "telecom"],
            claims=("T3",),
            title="Quantum information",
            title_zh="量子信息",
        ),
        Basket.of(
            "humanoid_robots",
            ["machinery", "auto", "electronics"],
            claims=("T3",),
            title="Humanoid robots",
            title_zh="人形机器人",
        ),
        Basket.of(
            "generative_ai",
            ["computer", "media", "telecom"],
            claims=("T3",),
            title="Generative AI",
            title_zh="生成式人工智能",
        ),
        Basket.of(
            "biomanufacturing",
            ["pharma_biotech", "basic_chemicals", "agriculture"],
            claims=("T3",),
            title="Biomanufacturing",
            title_zh="生物制造",
        ),
        Basket.of(
            "future_displays",
            ["electronics"],
            claims=("T3",),
            title="Future displays",
            title_zh="未来显示",
        ),
        Basket.of(
            "future_networks",
            ["telecom", "computer"],
            claims=("T3",),
            title="Future networks",
            title_zh="未来网络",
        ),
        Basket.of(
            "new_energy_storage",
            ["power_equipment"],
            claims=("T3",),
            title="New energy storage",
            title_zh="新型储能",
        ),
    )
}

# V1, V2: where traditional productivity pays; R3: infrastructure.
STEADY_GROWTH = Basket.of(
    "steady_growth",
    ["real_estate", "construction", "building_materials", "steel"],
    claims=("V1",),
    title="Steady-growth chain",
    title_zh="稳增长链条",
)
EXPORT_ELECTROMECHANICAL = Basket.of(
    "export_electromechanical",
    ["electronics", "auto", "home_appliances", "machinery"],
    claims=("V2a",),
    title="Electromechanical exports",
    title_zh="机电产品出口链",
)
EXPORT_HOUSING = Basket.of(
    "export_housing",
    {"light_manufacturing": 2.0, "home_appliances": 1.0, "textile_apparel": 1.0},
    claims=("V2b",),
    title="United States housing chain",
    title_zh="美国地产后周期出口链",
)
EXPORT_CAPEX = Basket.of(
    "export_capex",
    ["machinery", "basic_chemicals"],
    claims=("V2c",),
    title="United States capital spending chain",
    title_zh="美国制造业回流与资本开支链",
)
INFRASTRUCTURE = Basket.of(
    "infrastructure",
    ["construction", "building_materials", "steel"],
    claims=("R3",),
    title="Infrastructure cyclicals",
    title_zh="基建相关周期",
)
CHAINS = {
    basket.name: basket
    for basket in (
        STEADY_GROWTH,
        EXPORT_ELECTROMECHANICAL,
        EXPORT_HOUSING,
        EXPORT_CAPEX,
        INFRASTRUCTURE,
    )
}

# The two sides of the rotation (R2, R7): plain unions. Electronics, automobiles and machinery stand
# on both, because the thesis names them both as export chains (V2a, V2c) and as tracks (T1).
TRADITIONAL = Basket.of(
    "traditional",
    dict.fromkeys((sector for chain in CHAINS.values() for sector in chain.sectors), 1.0),
    claims=("R2", "R3", "V1", "V2a", "V2b", "V2c"),
    title="Traditional productivity",
    title_zh="传统生产力",
)
NQP = Basket.of(
    "nqp",
    [sector for track in TRACKS.values() for sector in track.sectors],
    claims=("T1", "R7"),
    title="New quality productivity",
    title_zh="新质生产力",
)
BASKETS = {
    basket.name: basket
    for basket in (
        *TRACKS.values(),
        *EMERGING.values(),
        *FUTURE.values(),
        *CHAINS.values(),
        TRADITIONAL,
        NQP,
    )
}
