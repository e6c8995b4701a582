"""What each kind of finding says, how grave it is, and which come first: the only wording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Wording:
    """A kind of finding: its severity and its clause, with what a finding knows in braces.

    `{name}` is the instrument or series, `{day}` the date, `{value}` the number; the rest are the
    finding's own details.
    """

    severity: Severity
    clause: str


# In the order of reading: what changes a result before what merely was left out.
WORDS: dict[str, Wording] = {
    # Errors.
    "no_prices": Wording("error", "there is no price in the files"),
    "wrong_instrument": Wording(
        "error", "{file} is given as {name} but says {value} inside; correct one of the two"
    ),
    "off_session": Wording(
        "error",
        "{name} has {value:g} of its {total} dates on days {calendar} is shut, first {day}, as "
        'dates a day off have; correct them, or set calendar = "data" in the universe',
    ),
    "wrong_frequency": Wording(
        "error",
        "{name} has {found} prices where the universe has {declared} ones; set frequency = "
        '"{found}" '
        "in the universe, or bring {declared} prices",
    ),
    "looks_like_returns": Wording(
        "error",
        "{name} holds numbers around 0, some below ({value:g} on {day}), which look like returns; "
        "say "
        "--returns, or bring prices",
    ),
    "not_a_number": Wording(
        "error", "{name} has {value!r} for its {field} on {day}, which is no number"
    ),
    "non_positive_price": Wording(
        "error", "{name} has {value:g} for its {field} on {day}, which is no price"
    ),
    "duplicate_date": Wording("error", "{name} has {day} more than once"),
    "several_a_day": Wording(
        "error",
        "{name} has {value:g} rows on {day} and more than one on most days; bring one row a "
        "session",
    ),
    "broken_history": Wording(
        "error",
        "{name} moved {value:+.2%}{over} to {day}, as {explained}; adjust its prices, or say "
        "--accept-jumps to take them as they are",
    ),
    "wrong_unit": Wording(
        "error",
        "{name} is declared in {declared}, but its values (around {value:g}) look like {looks}; "
        "say "
        "--unit {name}={looks}, or --unit {name}={declared} if they are meant so",
    ),
    "unit_changes": Wording(
        "error",
        "{name} goes from {before:g} to {value:g} on {day}, as when the unit changes; bring it in "
        "one "
        "unit, or say --unit {name}={declared} if it is meant so",
    ),
    "no_release_rule": Wording(
        "error",
        "{name} is {found}, and nothing says when its values were published; say --delay "
        "{name}=DAYS "
        "(days after the period's end), or bring a column released",
    ),
    # Warnings about numbers that results rest on.
    "jump": Wording(
        "warning",
        "{name} moved {value:+.2%}{over} to {day}, more than the {limit:.0%} a session that is "
        "credible for its kind ({sort})",
    ),
    "accepted_jump": Wording(
        "warning",
        "{name} moved {value:+.2%}{over} to {day}, as {explained}, and was taken as it is",
    ),
    "missing_session": Wording("warning", "{name} has no price on {day}, a session of {calendar}"),
    "no_session": Wording(
        "warning",
        "{name} has a price on {weekday} {day}, no session of {calendar}, and it is left out",
    ),
    "sunday_weeks": Wording(
        "warning",
        "{name} calls its weeks by Sundays, as {day}, which were taken to {does} them; they stand "
        "at the week's last session",
    ),
    "high_below_low": Wording("warning", "{name} has a high of {value:g} below its low on {day}"),
    "outside_range": Wording(
        "warning", "{name} has its {field} {value:g} outside high and low on {day}"
    ),
    "negative_volume": Wording("warning", "{name} has {value:g} for its volume on {day}"),
    "negative_amount": Wording("warning", "{name} has {value:g} for its amount on {day}"),
    "no_number": Wording(
        "warning",
        "{name} has {value!r} for its {field} on {day}, which is no number, and counts as none",
    ),
    "zero_prices": Wording(
        "warning",
        "{name} has 0 for {fields} beside its close on {value:g} dates, first on {day}; they count "
        "as "
        "none, and nothing trades there",
    ),
    "zero_values": Wording(
        "warning",
        "series {name} has 0 amid values around {level:g} on {value:g} dates, first on {day}; they "
        "count as none",
    ),
    "stale": Wording(
        "warning", "{name} has the same close {close:g} on {value:g} sessions, {day} … {last}"
    ),
    "no_open": Wording(
        "warning",
        "{name} has no open on {value:g} of {total} dates, first on {day}; no order fills at the "
        "open "
        "there",
    ),
    "converted_unit": Wording(
        "warning", "series {name} was read as {unit} and turned into {declared}"
    ),
    "holes": Wording(
        "warning",
        "series {name} has no value for {value:g} of {total} {periods}, first {day}; the value "
        "before "
        "stands in",
    ),
    "series_start": Wording(
        "warning", "series {name} is known from {day} on, the market starts on {opened}"
    ),
    "series_end": Wording(
        "warning",
        "series {name} ends on {day}, the market on {ends}; it is unknown after {forgotten}",
    ),
    "early_earnings": Wording(
        "warning",
        "the earnings behind the PE of {name} step by {ends:.1f}% as quarters end and by "
        "{deadlines:.1f}% as filings are due: they were put back to before they were published "
        "(look-ahead); bring a PE as it was published, or do not decide by this one",
    ),
    "undeclared_series": Wording(
        "warning",
        "series {name} is not declared in universe {universe}; its values are used {used}",
    ),
    "slower_benchmark": Wording(
        "warning", "{name} is {found}; figures against it are computed over its {periods}"
    ),
    "gathered": Wording("warning", "{name} has {found} prices, which were gathered into {periods}"),
    "sessions_per_year": Wording(
        "warning",
        "universe {universe} declares {declared:g} sessions a year, the dates have {value:.1f}; "
        "figures a year use the dates",
    ),
    "redefined": Wording(
        "warning",
        "{name} was redefined on {day}: its history before is that of another basket, and what is "
        "measured across that day mixes the two",
    ),
    "not_usable": Wording(
        "warning",
        "{name} has {value:g} prices before {day}, of another basket under its code or with "
        "most sessions missing; they were left out",
    ),
    "late_start": Wording("warning", "{name} starts on {day}{launched}, the market on {opened}"),
    "different_end": Wording("warning", "{name} ends on {day}, the market on {ended}; {rest}"),
    "before_launch": Wording(
        "warning",
        "{name} has {value:g} prices before its launch on {launched} (back-filled history)",
    ),
    # Warnings about what was done on the way.
    "unordered_dates": Wording(
        "warning", "{name} has its dates out of order, first at {day}; they were sorted"
    ),
    "moved_days": Wording("warning", "{name}: {what}"),
    "calendar_end": Wording(
        "warning",
        "the holidays of {calendar} are not known {side} {bound}; there the dates in the data "
        "count "
        "as sessions",
    ),
    "make_up_day": Wording(
        "warning",
        "series {name} has a value on {weekday} {day}, a make-up working day on which {calendar} "
        "is "
        "shut; it counts from the next session",
    ),
    "same_prices": Wording(
        "warning", "{name} has the same close as {other} on all {value:g} dates; check its file"
    ),
    "exchange_holiday": Wording(
        "warning",
        "series {name} has values on {value:g} weekdays on which {calendar} is shut, first on "
        "{day}; "
        "they count from the next session",
    ),
    "replaced": Wording(
        "warning", "{name} stands among the prices and has its own file, which is used"
    ),
    "dropped_rows": Wording("warning", "{name} has rows that are no data and were dropped: {rows}"),
    "other_instruments": Wording(
        "warning",
        "{file} is given as {name} and holds rows of {names} too, which were not read; give each "
        "its own file",
    ),
    "left_out": Wording("warning", "{name}: {what}"),
    "ignored_columns": Wording("warning", "{name} has columns that are not used: {columns}"),
    "unknown_instrument": Wording(
        "warning", "{name} is no instrument of universe {universe} and was left out"
    ),
}
RANK = {kind: number for number, kind in enumerate(WORDS)}
