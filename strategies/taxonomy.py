"""The thesis's vocabulary: tracks, industries and chains as baskets of sectors (T1–T3, V1–V2, R3).

A claim that names an industry wider or narrower than a Shenwan level-1 sector
is mapped to the nearest sectors; every mapping is a choice, and evidence shows how much a verdict
depends on it. Weights within a basket are equal unless the claim names one sector twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from backtest.strategy.basket import Basket
from backtest.strategy.event_basket import EventBaskets

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

# What an event is about: a basket by name or title, NQP where it names none.
EVENT_BASKETS = EventBaskets(tuple(BASKETS.values()), NQP)


@dataclass(frozen=True)
class PolicyKind:
    """A kind of policy event (P1 to P3 and what stands beside them), in the report's words.

    Attributes
    ----------
    id : str
        "P1.2" is below "P1".
    basket : str
        What events of the kind should lift.
    """

    id: str
    title: str
    title_zh: str
    basket: str = NQP.name

    @property
    def depth(self) -> int:
        """How far below the top it stands."""
        return self.id.count(".")


POLICY_KINDS = {
    kind.id: kind
    for kind in (
        PolicyKind("P0", "Top level: new quality productivity as a whole", "顶层部署"),
        PolicyKind("P1", "Money and finance", "货币与金融政策"),
        PolicyKind("P1.1", "Top-level design of technology finance", "科技金融顶层设计"),
        PolicyKind("P1.2", "Science-and-technology lending", "科技信贷"),
        PolicyKind("P1.3", "Wider financing channels", "拓宽融资渠道"),
        PolicyKind("P1.4", "Cross-border financing", "跨境融资"),
        PolicyKind("P1.5", "Pilot zones for technology-finance reform", "科创金融改革试验区"),
        PolicyKind("P2", "Fiscal policy", "财政政策"),
        PolicyKind("P2.1", "Financial support", "资金支持"),
        PolicyKind("P2.2", "Interest subsidies", "贷款贴息"),
        PolicyKind("P2.3", "Tax cuts and fee reductions", "减税降费"),
        PolicyKind("P3", "Industrial policy", "产业政策"),
        PolicyKind("P3.1", "Open calls for future-industry innovation", "未来产业创新任务揭榜挂帅"),
        PolicyKind("P3.2", "Early positions in new-industry standards", "新产业标准化前瞻布局"),
        PolicyKind("P3.3", "More fields in the encouraged catalog", "产业结构调整鼓励类目录扩容"),
        PolicyKind("P3.4", "National high-tech zones attracting investment", "国家高新区招商引资"),
        PolicyKind("P3.5", "Upgrading of traditional industries", "传统产业改造升级"),
        PolicyKind("V1", "Steady growth", "稳增长", STEADY_GROWTH.name),
        PolicyKind("V2", "Exports", "出口", EXPORT_ELECTROMECHANICAL.name),
        PolicyKind("MK", "Market-wide easing", "市场整体宽松"),
        PolicyKind("T", "Technological breakthroughs", "技术突破"),
    )
}
