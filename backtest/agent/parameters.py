"""Parameters of an agent's tools: their types, and what the agent reads of them."""

from typing import Annotated, Literal

from pydantic import Field

Strategy = Annotated[
    str, Field(description="A name from `strategies`, or FILE.py:Class of the workspace.")
]
Market = Annotated[
    str, Field(description="A name from `markets`, or 'sample', which is synthetic.")
]
Day = Annotated[str | None, Field(description="As 2024-09-24.")]
Settings = Annotated[
    list[str] | None, Field(description="Parameters of the strategy, each as NAME=VALUE.")
]
Grid = Annotated[
    list[str],
    Field(description="Values to try, each parameter as NAME=a,b,c or NAME=LOW:HIGH:STEP."),
]
Costs = Literal["etf", "stock", "free"]
Fill = Literal["open", "close"]
Save = Annotated[
    str | None,
    Field(description="A folder of the workspace for its files and report.html; see `report`."),
]
Where = Annotated[
    list[str] | None, Field(description="Variants to allow: NAME<NAME, NAME<=NUMBER.")
]
Events = Annotated[str, Field(description="'policy', or a CSV file of the workspace.")]
FrameworkFile = Annotated[
    str, Field(description="observable, china, or a TOML file of the workspace.")
]
