"""The thesis's vocabulary: tracks, industries and chains as baskets of sectors (T1–T3, V1–V2, R3).

A claim that names an industry wider or narrower than a Shenwan level-1 sector
is mapped to the nearest sectors; every mapping is a choice, and evidence shows how much a verdict
depends on it. Weights within a basket are equal unless the claim names one sector twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from backtest.strategy.basket import Basket
from backtest.strategy.event_basket import EventBaskets
from strategies.industries import industries

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

# T2, T3: the eight emerging and nine future industries. On Shenwan's first level the nearest
# sectors stand for one; what does on level 2, and how well, is in `industries_to_level2.csv`. Two
# have no listed proxy at all, and no sector.
EMERGING = industries(
    "T2",
    {
        "next_generation_it": ["electronics", "computer", "telecom"],
        "new_energy": ["power_equipment", "utilities"],
        "new_materials": ["basic_chemicals", "nonferrous_metals", "building_materials"],
        "high_end_equipment": ["machinery", "defense", "power_equipment"],
        "new_energy_vehicles": ["auto", "power_equipment"],
        "green_protection": ["environmental_protection", "utilities"],
        "civil_aviation": ["defense", "transportation"],
        "shipbuilding_marine": ["defense", "machinery"],
    },
)
FUTURE = industries(
    "T3",
    {
        "metaverse": ["media", "computer", "electronics"],
        "brain_computer_interface": [],
        "quantum_information": [],
        "humanoid_robots": ["machinery", "auto", "electronics"],
        "generative_ai": ["computer", "media", "telecom"],
        "biomanufacturing": ["pharma_biotech", "basic_chemicals", "agriculture"],
        "future_displays": ["electronics"],
        "future_networks": ["telecom", "computer"],
        "new_energy_storage": ["power_equipment"],
    },
)

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
