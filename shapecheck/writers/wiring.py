"""The calls of a model as boxes and arrows, for the writers that draw it."""

from __future__ import annotations

from typing import NamedTuple

from shapecheck.report import LayerReport, Report, Shape
from shapecheck.writers import phrases
from shapecheck.writers.escape import escape


class Box(NamedTuple):
    """A call of a layer (`kind` is its type), or an output of the model (`kind` is empty). Texts are escaped."""

    key: str
    name: str
    kind: str


class Arrow(NamedTuple):
    """A tensor that goes from one box to another, and its shape as text."""

    start: str
    end: str
    shape: str


def wiring(report: Report) -> tuple[list[Box], list[Arrow]]:
    """Every call as a box, every tensor as an arrow, in the order of the report."""
    calls = [call for _, call in phrases.calls_of(report)]
    keys: dict[str, str] = {}
    by_name: dict[str, LayerReport] = {}
    boxes: list[Box] = []
    for index, call in enumerate(calls):
        keys.setdefault(call.name, f"n{index}")
        by_name.setdefault(call.name, call)
        boxes.append(Box(f"n{index}", escape(call.name), escape(call.kind)))
    arrows: list[Arrow] = []
    for index, call in enumerate(calls):
        for read in call.inputs:
            arrows += _arrow(read, f"n{index}", keys, by_name)
    for index, tensor in enumerate(report.outputs):
        boxes.append(Box(f"out{index}", escape(tensor.name), ""))
        arrows += _arrow(tensor.name, f"out{index}", keys, by_name)
    return boxes, arrows


def _arrow(read: str, end: str, keys: dict[str, str], by_name: dict[str, LayerReport]) -> list[Arrow]:
    """The arrow to `end` from what it reads: `x`, or `x[1]` for the second output of x."""
    name, output = read, None
    if name not in keys and read.endswith("]"):
        name, _, number = read[:-1].rpartition("[")
        output = int(number) if number.isdecimal() and len(number) < 9 else None
    if name not in keys:
        return []
    shapes = by_name[name].output_shapes
    return [Arrow(keys[name], end, _label(shapes, output))]


def _label(shapes: tuple[Shape | None, ...], output: int | None) -> str:
    if output is not None:
        return phrases.shape_text(shapes[output]) if output < len(shapes) else "?"
    return phrases.shapes_text(shapes)
