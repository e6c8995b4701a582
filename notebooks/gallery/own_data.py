"""
Data of your own
================

Files as people have them: one per instrument here, in a folder. What is wrong with them is found
before anything is stored.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from backtest import load_market
from backtest.data.intake import Sources, read_sources

sample = load_market("sample")
with TemporaryDirectory() as folder:
    for name in ("801080", "801750", "801950"):
        file = Path(folder) / f"{name}.csv"
        sample.close[name].rename("收盘").to_csv(file, index_label="日期")
    intake = read_sources(Sources(prices=Path(folder), universe="shenwan"))
print(intake.findings[:3])
