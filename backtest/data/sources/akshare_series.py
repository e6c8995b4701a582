"""Which series AKShare offers, by function and column: the tables of `akshare.toml`."""

from dataclasses import dataclass

from backtest.validation import shipped_toml


@dataclass(frozen=True)
class Macro:
    """A column of one of AKShare's tables.

    `released` says the table is dated by the day of publication; `same_month` that a report in a
    month's last ten days is about that month.
    """

    function: str
    title: str
    column: str = "今值"
    released: bool = False
    same_month: bool = False

    @property
    def dated(self) -> str:
        """The column of the dates."""
        return "日期" if self.released else "月份"


_TABLE = shipped_toml("backtest.data.sources", "akshare.toml")
YIELDS: dict[str, tuple[str, str]] = _TABLE["yields"]
VALUATIONS: dict[str, str] = _TABLE["valuations"]
MACRO = {name: Macro(**entry) for name, entry in _TABLE["macro"].items()}
