"""Columns of text. Nothing is ever cut: a cell that is too wide for its column pushes its own row on."""

from __future__ import annotations

from collections.abc import Sequence

from shapecheck.writers.escape import width

_WIDEST = 44  # a single long name or formula does not push the columns of all other rows


def columns(rows: Sequence[Sequence[str]], right: Sequence[int] = (), gap: str = "   ") -> list[str]:
    """The rows as lines with aligned columns; `right` numbers the columns that are aligned to the right."""
    widths: list[int] = []
    for row in rows:
        for index, cell in enumerate(row):
            if index == len(widths):
                widths.append(0)
            wide = width(cell)
            if widths[index] < wide <= _WIDEST:
                widths[index] = wide
    return [gap.join(_padded(row, widths, right)).rstrip() for row in rows]


def _padded(row: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> list[str]:
    cells = []
    for index, cell in enumerate(row):
        pad = " " * (widths[index] - width(cell))
        cells.append(pad + cell if index in right else cell + pad)
    return cells
