"""Phrases that several writers share: shapes, counts, requirements, and the line that says all is well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from shapecheck import dims
from shapecheck.dims import Dim
from shapecheck.report import LayerReport, NamedShape, Report, Shape
from shapecheck.writers.escape import escape

_MOST = 4  # inputs or outputs named in one line
_HUGE = 1 << 256


def dim_text(dim: Dim) -> str:
    """A size as people write it; `?` where nothing is known."""
    if type(dim) is not int:
        return escape(dims.text(dim))
    return str(dim) if abs(dim) < _HUGE else _bound(dim)


def shape_text(shape: Shape | None) -> str:
    """`(B, H, 3)`, `(B,)`, `()`, and `?` where not even the rank is known."""
    if shape is None:
        return "?"
    sizes = ", ".join(map(dim_text, shape))
    return f"({sizes},)" if len(shape) == 1 else f"({sizes})"


def shapes_text(shapes: Iterable[Shape | None]) -> str:
    return ", ".join(map(shape_text, shapes)) or "?"


def amount(dim: Dim | None) -> str:
    """A number of things: `31,481`, a formula, or `?` where it is not known. A huge number is rounded down."""
    if dim is None:
        return "?"
    if type(dim) is not int:
        return dim_text(dim)
    return f"{dim:,}" if abs(dim) < _HUGE else _bound(dim)


def _bound(number: int) -> str:
    return f"more than 2^{number.bit_length() - 1}"


def count(number: int, noun: str) -> str:
    """`1 layer`, `31,481 layers`."""
    return f"{amount(number)} {noun}{'s' * (number != 1)}"


def conditions(report: Report) -> list[str]:
    """The requirements on the sizes, one text each."""
    return [escape(requirement.text) for requirement in report.requirements]


def valid_when(report: Report) -> str:
    """The requirements in one text; empty where every size is valid."""
    texts = conditions(report)
    if len(texts) > 1:
        texts = [f"({text})" if " or " in text else text for text in texts]
    return " and ".join(texts)


def calls_of(report: Report) -> Iterator[tuple[bool, LayerReport]]:
    """Every call of every layer in order, and whether the layer was called before, so that its weights are counted."""
    again = {id(call) for calls in report.calls.values() for call in calls[1:]}
    listed = {id(call) for call in report.layers.values()}
    for name, layer in report.layers.items():
        yield id(layer) in again, layer
        for call in report.calls.get(name, ()):
            if id(call) in again and id(call) not in listed:
                yield True, call


def ends(tensors: Sequence[NamedShape]) -> str:
    """The shapes of the inputs or of the outputs; of many, the first ones and how many more there are."""
    said = ", ".join(shape_text(tensor.shape) for tensor in islice(tensors, _MOST))
    more = len(tensors) - _MOST
    return f"{said} and {more} more" if more > 0 else said or "nothing"


def ok_line(report: Report) -> str:
    """`ok unet.yaml: 15 layers, (B, H, W, 1) -> (B, H, W, 1), 31,481 params, valid when H % 8 == 0`."""
    params = count(report.params, "param") if type(report.params) is int else f"{amount(report.params)} params"
    said = [count(report.size, "layer"), f"{ends(report.inputs)} -> {ends(report.outputs)}", params]
    if when := valid_when(report):
        said.append(f"valid when {when}")
    return f"{escape(report.path)}: {', '.join(said)}"


def tally(reports: Sequence[Report]) -> str:
    """`Found 2 errors and 1 warning in 3 files`; empty where there is no finding."""
    counts: dict[str, int] = {"error": 0, "warning": 0, "note": 0}
    for report in reports:
        for found in report.diagnostics:
            counts[found.severity] = counts.get(found.severity, 0) + 1
    words = [count(number, severity) for severity, number in counts.items() if number]
    if not words:
        return ""
    *front, last = words
    said = f"{', '.join(front)} and {last}" if front else last
    touched = sum(bool(report.diagnostics) for report in reports)
    where = count(len(reports), "file") if touched == len(reports) else f"{touched:,} of {count(len(reports), 'file')}"
    return f"Found {said} in {where}"
