"""The rows above a file's data: headers, instruments, labels of columns, a title."""

from collections.abc import Callable
from dataclasses import dataclass

from backtest.data.headers import label, meaning, split_pair
from backtest.data.stated import Stated

IsName = Callable[[str], bool]
Row = list[str]


@dataclass(frozen=True)
class Column:
    """A column: its place, its header as written, what it means, and the instrument it is of."""

    position: int
    header: str
    role: str = ""
    instrument: str = ""


class Above:
    """The rows above the data, told apart: fields, instruments, labels, titles."""

    def __init__(self, heads: list[Row], place: int, is_name: IsName) -> None:
        others = [[text for at, text in enumerate(row) if at != place and text] for row in heads]
        naming = [sum(is_name(text) for text in row) for row in others]
        labelled = [label(row[place]) for row in heads]
        self.place, self.header, self.instruments = place, Row(), Row()
        self.labels: dict[str, dict[int, str]] = {}
        titles: list[str] = []
        chosen = self._choose(heads, others, naming, labelled)
        for number, row in enumerate(heads):
            if number == chosen:
                self.header = row
            elif labelled[number]:
                self.labels.setdefault(labelled[number], dict(enumerate(row)))
            elif chosen is not None and naming[number] and not self.instruments:
                self.instruments = row
                titles += others[number]
            else:
                titles += [text for text in row if text and not meaning(text)]
        self.titles = tuple(dict.fromkeys(titles))
        self.is_name = is_name
        if self.instruments:
            self.header = _filled(self.header, self.instruments, place)

    def _choose(
        self, heads: list[Row], others: list[Row], naming: list[int], labelled: list[str]
    ) -> int | None:
        """Return the row of headers: of known fields, else of the dates' header, else the last."""
        able = [number for number in range(len(heads)) if others[number] and not labelled[number]]
        if not able:
            return next((number for number, row in enumerate(heads) if any(row)), None)
        fields = [sum(bool(meaning(text)) for text in row) for row in others]
        width = max(len(row) for row in others)
        best = max(fields[number] for number in able)
        if best:
            return next(number for number in able if fields[number] == best)
        dated = [number for number in able if meaning(heads[number][self.place]) == "date"]
        named = [number for number in able if naming[number]]
        full = [number for number in able if len(others[number]) == width]
        return (dated or named or full or able)[-1]

    def text(self, row: Row, position: int) -> str:
        """Return a cell of a row above the data, "" where the row is too short."""
        return row[position] if position < len(row) else ""


def _filled(header: Row, instruments: Row, place: int) -> Row:
    """Write a field above each of its instruments, where a merged cell has it above the first."""
    filled, last = list(header), ""
    for at, text in enumerate(header):
        last = text or last
        if at != place and at < len(instruments) and instruments[at] and not text:
            filled[at] = last
    return filled


def column_of(position: int, above: Above, stated: Stated) -> Column:
    """Return what a column is called, means, and is of."""
    header = above.text(above.header, position)
    instrument = above.text(above.instruments, position)
    if not instrument and not meaning(header) and (pair := split_pair(header)):
        field, name = pair if meaning(pair[0]) else pair[::-1]
        if above.is_name(name):
            return Column(position, header, meaning(field), name)
    for role, wanted in stated.columns.items():
        if wanted.strip().lower() == header.lower():
            return Column(position, header, role, instrument)
    role = meaning(header)
    if role in stated.columns:
        role = ""
    return Column(position, header, role, instrument)
