"""What the headers of terminals, vendors and tools mean, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

# Compared without case, blanks, brackets and what stands in them.
HEADERS: Mapping[str, str] = {
    "date": "datetime time timestamp trade_date tradedate trading_date trade_dt day dt period "
    "observation_date date_time price_date trading_day month quarter year yearmonth datadate "
    "日期 交易日期 交易日 时间 交易时间 日期时间 月份 年月 年份 季度 统计时间 统计月份 "
    "数据日期 净值日期 报告期 指标名称 指标",
    "released": "release_date released_at ann_date announcement_date publication_date "
    "published realtime_start 发布日期 公布日期 发布时间 公布时间 披露日期 公告日期",
    "instrument": "code symbol ticker ts_code index_code order_book_id secid sec_id sec_code "
    "security_code wind_code windcode s_info_windcode thscode tic asset fund_code "
    "代码 证券代码 指数代码 基金代码 股票代码 合约代码 行业代码",
    "name": "short_name display_name index_name sec_name security_name fund_name "
    "名称 简称 证券名称 证券简称 指数名称 指数简称 基金名称 基金简称 股票名称 股票简称 行业名称 "
    "指数中文简称 指数中文全称",
    "open": "open_price openprice op 开盘 开盘价 开盘指数 开盘点位 今开 今开盘 今日开盘价 开",
    "high": "high_price highprice hi 最高 最高价 最高指数 最高点位 今日最高价 高",
    "low": "low_price lowprice lo 最低 最低价 最低指数 最低点位 今日最低价 低",
    "close": "close_price closeprice close/last last last_price closing_price 收盘 收盘价 收盘指数 "
    "收盘点位 收市价 今收 今收盘 最新价 收",
    "volume": "vol volumn vol. trade_volume trading_volume tick_volume turnover_vol total_volume "
    "成交量 交易量 成交股数 总手 总成交量 量",
    "amount": "money value_traded turnover_value total_turnover amt trade_amount dollar_volume "
    "成交额 成交金额 交易额 交易金额 总成交额 总金额 额",
    "status": "trade_status tradestatus trading_status paused suspended is_suspended is_paused "
    "交易状态 停牌 是否停牌 停牌状态",
    "dividend": "dividends cash_dividend 分红 股息 每份分红",
    "value": "actual obs_value 今值 现值 公布值 实际值 数值 值 指标值",
    "series": "series_id indicator variable 指标名 指标代码 指标编码",
    "usable": "",
    "fetched": "",
}
MEANINGS = {alias: role for role, names in HEADERS.items() for alias in (role, *names.split())}
# Traditional characters of headers, and the simplified ones they are compared as.
SIMPLIFIED = str.maketrans(
    "開盤價時間額證碼稱簡數點總發佈漲跌報狀態後說變動題",
    "开盘价时间额证码称简数点总发布涨跌报状态后说变动题",
)
# Rows above the data that say something about each column, and what.
LABELS = {
    "unit": ("单位", "unit", "units"),
    "frequency": ("频率", "frequency", "freq"),
}

# "收盘价:元": what follows a colon is a unit if it is short.
UNIT_LETTERS = 4

_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]|[<>]")
_COUNTED = re.compile(r"[(（\[【:：_/]\s*(手|lots|百万|千|万|亿)", re.IGNORECASE)
_NUMBERED = re.compile(r"^\d+\.\s+")
_CHINESE = re.compile(r"[一-鿿]+")
_PAIR = re.compile(r"\(\s*'([^']*)'\s*,\s*'([^']*)'\s*\)")


def multiple(header: str) -> float:
    """Return what a header says its numbers are counted in.

    Examples
    --------
    >>> multiple("成交额(万元)"), multiple("成交量(手)"), multiple("volume")
    (10000.0, 100.0, 1.0)
    """
    found = _COUNTED.search(header)
    words = {"手": 100.0, "lots": 100.0, "千": 1e3, "万": 1e4, "百万": 1e6, "亿": 1e8}
    return words[found[1].lower()] if found else 1.0


@cache
def meaning(header: str) -> str:
    """Return what a header means, "" where it is not known.

    Examples
    --------
    >>> [meaning(h) for h in ("日期Date", "收盘价(元)", "<CLOSE>", "Trade Date", "成交額", "PE")]
    ['date', 'close', 'close', 'date', 'amount', '']
    """
    bare = _NUMBERED.sub("", (_BRACKETS.sub("", header) or header.strip("<>")).rstrip("*"))
    parts = re.split(r"[:：]", bare.strip())
    for text in (bare, parts[0] if len(parts[-1]) <= UNIT_LETTERS else ""):
        plain = re.sub(r"\s+", "_", text.strip().lower()).translate(SIMPLIFIED)
        if plain in MEANINGS:
            return MEANINGS[plain]
        chinese, latin = "".join(_CHINESE.findall(plain)), _CHINESE.sub("", plain).strip("_")
        # A header in both languages has to mean the same in both, as far as both are known.
        found = {MEANINGS[part] for part in (chinese, latin) if part in MEANINGS}
        if chinese and latin and chinese in MEANINGS and len(found) == 1:
            return next(iter(found))
    return ""


def label(cell: str) -> str:
    """Return what a row above the data says by its first cell: "unit", "frequency" or ""."""
    plain = cell.strip().rstrip(":：").lower()
    return next((name for name, words in LABELS.items() if plain in words), "")


def split_pair(header: str) -> tuple[str, str] | None:
    """Return the two names in a header that was made of two, as "('Close', 'XLK')".

    Examples
    --------
    >>> split_pair("('Close', 'XLK')"), split_pair("close_801780"), split_pair("close")
    (('Close', 'XLK'), ('close', '801780'), None)
    """
    found = _PAIR.fullmatch(header.strip())
    if found:
        return found[1], found[2]
    parts = re.split(r"[_\s|:/]+", header.strip(), maxsplit=1)
    if len(parts) == 2 and bool(meaning(parts[0])) != bool(meaning(parts[1])):
        return parts[0], parts[1]
    return None
