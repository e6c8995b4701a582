"""A page as a PDF, with matplotlib: text, charts and tables from top to bottom."""

from __future__ import annotations

from io import BytesIO

from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from rich.cells import cell_len

from backtest.render.plots.chart import draw, height
from backtest.render.plots.fonts import drawable, fonts
from backtest.views.page import Page, Section, Table
from backtest.views.palette import BANNER, INK, RULE, SOFT
from backtest.views.words import Words

WIDE, HIGH, EDGE = 8.27, 11.69, 0.7  # inches, A4
ROW, LETTER = 0.185, 0.066  # inches: a row of a table, and a letter of its text
MANY = 40  # rows of a table on a page
NO_DATES = {"CreationDate": None, "ModDate": None, "Producer": None, "Creator": None}


def to_pdf(page: Page) -> bytes:
    """Return a page as a PDF; equal pages give equal bytes."""
    content = BytesIO()
    with fonts(), PdfPages(content, metadata=NO_DATES | {"Title": page.title}) as pdf:
        sheet = _Sheet(pdf)
        sheet.write(page.title, 18, weight="bold")
        sheet.write(page.subtitle, 9, color=SOFT)
        for banner in page.banners:
            sheet.write(banner, 9.5, back=BANNER)
        sheet.gap(0.1)
        sheet.write(page.conclusion, 11.5)
        for section in page.sections:
            _section(sheet, section, Words(page.language))
        sheet.gap(0.2)
        for line in page.footer:
            sheet.write(line, 7.5, color=SOFT)
        sheet.close()
    return content.getvalue()


def _section(sheet: _Sheet, section: Section, say: Words) -> None:
    first = [height(chart) + 1.0 for chart in section.charts[:1]]
    first += [0.6 + ROW * min(len(table.cells), MANY) for table in section.tables[:1]]
    sheet.need(
        0.8 + 0.35 * len(section.sentences) + (first[0] if first and not section.folded else 0.0)
    )
    sheet.rule()
    sheet.write(section.title, 13, weight="bold")
    for sentence in section.sentences:
        sheet.write(sentence, 9.5)
    for chart in section.charts:
        sheet.need(height(chart) + 1.0)
        sheet.write(f"{chart.title}. {chart.alt}", 9, color=SOFT)
        sheet.top = draw(sheet.figure, chart, top=sheet.top, left=EDGE, right=WIDE - EDGE) - 0.15
    for table in section.tables:
        if section.folded:  # one paragraph, so that it starts no sheet of its own
            rows = [(head, say.listed([text for text, _ in cells])) for head, cells in table.rows]
            sheet.write(" · ".join(f"{head}: {text}" for head, text in rows), 7)
        else:
            _table(sheet, table)
    for note in section.notes:
        sheet.write(note, 8, color=SOFT)


def _table(sheet: _Sheet, table: Table) -> None:
    """Write a table, its columns as wide as their longest text as far as the sheet allows."""
    heads = ["", *(name for name, _ in table.columns)]
    rows = [[head, *(cell for cell, _ in cells)] for head, cells in table.rows]
    left = [True, *(stands for _, stands in table.columns)]
    widths = [
        max(cell_len(row[at]) for row in [heads, *rows]) * LETTER + 0.16 for at in range(len(heads))
    ]
    most = WIDE - 2 * EDGE
    scale = min(1.0, max(most / sum(widths), 0.72))
    widths = _fitted([width * scale for width in widths], most)
    room = [int((width - 0.1) / (LETTER * scale)) for width in widths]
    size = 8.0 * scale
    for start in range(0, len(rows), MANY):
        part = [heads, *rows[start : start + MANY]]
        laid = [[_wrapped(*cell) for cell in zip(row, room, strict=True)] for row in part]
        tall = [max(len(lines) for lines in row) for row in laid]
        sheet.need(min(0.35 + ROW * sum(tall), HIGH - 2 * EDGE))
        if table.caption and start == 0:
            sheet.write(table.caption, 9, weight="bold")
        for number, row in enumerate(laid):
            sheet.need(ROW * tall[number])
            at = EDGE
            color = SOFT if number == 0 else INK
            for lines, width, stands in zip(row, widths, left, strict=True):
                across = at if stands else at + width - 0.1
                for line, text in enumerate(lines):
                    sheet.place(text, across, size, color, right=not stands, below=ROW * line)
                at += width
            sheet.top -= ROW * tall[number]
            if number == 0:
                sheet.line(sum(widths))
    sheet.gap(0.18)


class _Sheet:
    """The sheet being written on, and where its next line goes, in inches from the bottom."""

    def __init__(self, pdf: PdfPages) -> None:
        self.pdf = pdf
        self._new()

    def _new(self) -> None:
        self.figure = Figure(figsize=(WIDE, HIGH))
        self.top = HIGH - EDGE

    def close(self) -> None:
        """Put the sheet into the PDF."""
        self.pdf.savefig(self.figure)  # type: ignore[no-untyped-call]

    def need(self, inches: float) -> None:
        """Go on to the next sheet unless this one has that much room."""
        if self.top - inches < EDGE and self.top < HIGH - EDGE:
            self.close()
            self._new()

    def gap(self, inches: float) -> None:
        """Leave room."""
        self.top -= inches

    def write(
        self, text: str, size: float, *, color: str = INK, weight: str = "normal", back: str = ""
    ) -> None:
        """Write a paragraph, broken into lines."""
        step = size / 72.0 * 1.42
        lines = _broken(drawable(text), int((WIDE - 2 * EDGE) * 72.0 / (size * 0.56)))
        self.need(step * min(len(lines), 4))
        for line in lines:
            self.need(step)
            box = {"facecolor": back, "edgecolor": "none", "pad": 2.5} if back else None
            at = (EDGE / WIDE, (self.top - size / 72.0) / HIGH)
            self.figure.text(*at, line, size=size, color=color, weight=weight, bbox=box)
            self.top -= step
        self.top -= 0.06

    def place(
        self, text: str, x: float, size: float, color: str, *, right: bool, below: float
    ) -> None:
        """Write one line of a cell of a table, some inches below its first."""
        side = "right" if right else "left"
        at = (x / WIDE, (self.top - 0.13 - below) / HIGH)
        self.figure.text(*at, drawable(text), size=size, color=color, ha=side)

    def rule(self) -> None:
        """Draw a line across, with room around it."""
        self.top -= 0.14
        self.line(WIDE - 2 * EDGE)
        self.top -= 0.16

    def line(self, width: float) -> None:
        """Draw a line of some width."""
        from matplotlib.lines import Line2D

        ends = [EDGE / WIDE, (EDGE + width) / WIDE]
        self.figure.add_artist(Line2D(ends, [self.top / HIGH] * 2, color=RULE, lw=0.8))


def _fitted(widths: list[float], most: float) -> list[float]:
    """Narrow the widest columns until all of them fit."""
    left, cap = most, most
    for number, width in enumerate(sorted(widths)):
        cap = left / (len(widths) - number)
        if width > cap:
            break
        left -= width
        cap = max(widths)
    return [min(width, cap) for width in widths]


def _wrapped(text: str, most: int) -> list[str]:
    """Break a cell into lines, words that are too long for one as well."""
    lines = []
    for line in _broken(text, most):
        rest = line
        while cell_len(rest) > most and len(rest) > 1:
            fits = next(
                at for at in range(len(rest), 0, -1) if at == 1 or cell_len(rest[:at]) <= most
            )
            lines.append(rest[:fits])
            rest = rest[fits:]
        lines.append(rest)
    return lines


def _broken(text: str, most: int) -> list[str]:
    """Break a text into lines of at most so many letters, at spaces or between Chinese ones."""
    lines, line, word = [], "", ""
    for letter in text + " ":
        breaks = letter == " " or ord(letter) > 0x2E7F
        word += letter
        if breaks:
            if line and cell_len(line + word.rstrip()) > most:
                lines.append(line.rstrip())
                line = ""
            line += word
            word = ""
    return [*lines, (line + word).rstrip()]
