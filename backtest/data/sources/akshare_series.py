"""Which series AKShare offers, by function and column.

Two families: tables dated by reference month (EastMoney), and reports dated by the day they came
out (Jin10; the value is the one first published, the day is a month's first in the oldest rows).
Output of high-technology and equipment makers is in neither; supply it as a file.
"""

from __future__ import annotations

from dataclasses import dataclass

# Series here: the column of `bond_zh_us_rate`, and what it is.
YIELDS = {
    "cn10y": ("中国国债收益率10年", "China 10-year government bond yield, percent"),
    "cn2y": ("中国国债收益率2年", "China 2-year government bond yield, percent"),
    "us10y": ("美国国债收益率10年", "United States 10-year Treasury yield, percent"),
    "us2y": ("美国国债收益率2年", "United States 2-year Treasury yield, percent"),
}
# Columns of `index_analysis_daily_sw`, by what a market calls a valuation.
VALUATIONS = {"pe": "市盈率", "pb": "市净率", "dividend_yield": "股息率"}


@dataclass(frozen=True)
class Macro:
    """A column of one of AKShare's tables.

    `released` says the table is dated by the day of publication; `same_month` that a report in a
    month's last ten days is about that month.
    """

    function: str
    column: str
    title: str
    dated: str = "月份"
    released: bool = False
    same_month: bool = False


def _report(function: str, title: str, *, same_month: bool = False) -> Macro:
    return Macro(function, "今值", title, dated="日期", released=True, same_month=same_month)


MACRO = {
    "pmi": _report(
        "macro_china_pmi_yearly", "Manufacturing purchasing managers' index", same_month=True
    ),
    "pmi_non_manufacturing": Macro(
        "macro_china_pmi", "非制造业-指数", "Non-manufacturing purchasing managers' index"
    ),
    "industrial_value_added": _report(
        "macro_china_industrial_production_yoy", "Industrial value added, percent on the year"
    ),
    "industrial_value_added_ytd": Macro(
        "macro_china_gyzjz", "累计增长", "Industrial value added since January, percent on the year"
    ),
    "m1": Macro(
        "macro_china_money_supply", "货币(M1)-同比增长", "Money supply M1, percent on the year"
    ),
    "m2": Macro(
        "macro_china_money_supply",
        "货币和准货币(M2)-同比增长",
        "Money supply M2, percent on the year",
    ),
    "credit": Macro(
        "macro_china_new_financial_credit", "当月", "New loans of the month, 100 million CNY"
    ),
    "exports": _report("macro_china_exports_yoy", "Exports in US dollars, percent on the year"),
    "cpi": _report("macro_china_cpi_yearly", "Consumer prices, percent on the year"),
    "ppi": _report("macro_china_ppi_yearly", "Producer prices, percent on the year"),
    "retail_sales": Macro(
        "macro_china_consumer_goods_retail", "同比增长", "Retail sales, percent on the year"
    ),
    "fixed_investment": Macro(
        "macro_china_gdzctz", "自年初累计", "Fixed investment since January, 100 million CNY"
    ),
}
