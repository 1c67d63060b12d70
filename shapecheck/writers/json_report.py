"""The reports as JSON, version 1. Other tools read it: keys keep their order, and none is ever left out.

A dim is an int, an expression as a string, or null where nothing is known; a shape of unknown rank is null.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from shapecheck import dims
from shapecheck.diagnostic import Diagnostic
from shapecheck.dims import Dim
from shapecheck.report import LayerReport, NamedShape, Report, Shape
from shapecheck.writers.phrases import calls_of

SCHEMA_VERSION = 1

_DIGITS = 14_000  # bits; Python refuses to write much longer numbers in decimal, so those are expressions


def write(reports: Sequence[Report]) -> str:
    """All reports in one line of ASCII, so that nothing in it can act on a terminal."""
    return json.dumps({"schema_version": SCHEMA_VERSION, "files": [as_data(report) for report in reports]})


def as_data(report: Report) -> dict[str, Any]:
    """One report as plain values."""
    return {
        "path": report.path,
        "ok": report.ok,
        "inputs": [_tensor(tensor) for tensor in report.inputs],
        "outputs": [_tensor(tensor) for tensor in report.outputs],
        "layers": [_layer(again, call) for again, call in calls_of(report)],
        "requirements": [requirement.text for requirement in report.requirements],
        "diagnostics": [_finding(found) for found in report.diagnostics],
    }


def _dim(dim: Dim | None) -> int | str | None:
    if dim is None:
        return None
    if type(dim) is int:
        return dim if dim.bit_length() < _DIGITS else hex(dim)
    return None if dim is dims.UNKNOWN else dims.text(dim)


def _shape(shape: Shape | None) -> list[int | str | None] | None:
    return None if shape is None else [_dim(dim) for dim in shape]


def _tensor(tensor: NamedShape) -> dict[str, Any]:
    return {"name": tensor.name, "shape": _shape(tensor.shape)}


def _layer(again: bool, layer: LayerReport) -> dict[str, Any]:
    """One call of a layer; weights are counted at the first, so that the numbers add up."""
    return {
        "name": layer.name,
        "type": layer.kind,
        "inputs": list(layer.inputs),
        "output_shapes": [_shape(shape) for shape in layer.output_shapes],
        "params": 0 if again else _dim(layer.params),
    }


def _finding(found: Diagnostic) -> dict[str, Any]:
    span = found.span
    location = span and dict(zip(("line", "column", "end_line", "end_column"), span[1:], strict=True))
    return {
        "code": found.code,
        "severity": found.severity,
        "message": found.message,
        "layer": found.layer,
        "location": location or None,
        "notes": list(found.notes),
        "help": list(found.help),
    }
