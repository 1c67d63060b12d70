"""The reports as JSON, version 1. Other tools read it: keys keep their order, and none is ever left out.

A dim is an int, an expression as a string, or null where nothing is known; a shape of unknown rank is null.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shapecheck import about, dims
from shapecheck.diagnostic import Diagnostic, Fix, Label
from shapecheck.dims import Dim
from shapecheck.report import LayerReport, NamedShape, Report, Shape
from shapecheck.source import Span
from shapecheck.writers import machine
from shapecheck.writers.machine import DEFAULT, Options
from shapecheck.writers.phrases import calls_of

SCHEMA_VERSION = 1

_DIGITS = 14_000  # bits; Python refuses to write much longer numbers in decimal, so those are expressions


def write(reports: Sequence[Report], options: Options = DEFAULT) -> str:
    """All reports in one line of ASCII, so that nothing in it can act on a terminal. Paths stay as they were given."""
    found = [finding for _, finding in machine.each(reports)]
    data = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": about.NAME, "version": about.VERSION},
        "summary": {
            "files": len(reports),
            **{f"{severity}s": sum(one.severity == severity for one in found) for severity in machine.SEVERITIES},
        },
        "files": _files(reports, options),
    }
    return machine.dumps(data)


def _files(reports: Sequence[Report], options: Options) -> list[dict[str, Any]]:
    """The reports as plain values."""
    findings: dict[int, list[dict[str, Any]]] = {}
    for report, found, name in machine.fingerprints(reports, options):
        findings.setdefault(id(report), []).append(_finding(found, name))
    return [
        {
            "path": report.path,
            "name": report.name,
            "ok": report.ok,
            "inputs": [_tensor(tensor) for tensor in report.inputs],
            "outputs": [_tensor(tensor) for tensor in report.outputs],
            "params": _dim(report.params),
            "trainable_params": _dim(report.trainable_params),
            "layers": [_layer(again, call) for again, call in calls_of(report)],
            "requirements": [requirement.text for requirement in report.requirements],
            "diagnostics": findings.get(id(report), []),
        }
        for report in reports
    ]


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


def _finding(found: Diagnostic, fingerprint: str) -> dict[str, Any]:
    return {
        "code": found.code,
        "title": machine.title(found.code),
        "severity": found.severity,
        "message": found.message,
        "layer": found.layer,
        "location": _location(found.span),
        "label": found.label,
        "related": [_place(label) for label in found.labels],
        "flows": [[_place(label) for label in flow] for flow in found.flows],
        "notes": list(found.notes),
        "help": list(found.help),
        "fix": _fix(machine.fix_of(found)),
        "fingerprint": fingerprint,
        "url": about.page_url(found.code),
    }


def _fix(fix: Fix | None) -> dict[str, Any] | None:
    if fix is None:
        return None
    edits = [{"location": _location(edit.span), "text": edit.text} for edit in fix.edits]
    return {"description": fix.text, "edits": edits}


def _place(label: Label) -> dict[str, Any]:
    return {"message": label.text, "location": _location(label.span)}


def _location(span: Span | None) -> dict[str, Any] | None:
    if span is None:
        return None
    numbers = zip(("line", "column", "end_line", "end_column"), span[1:], strict=True)
    return {"path": span.source.path, **dict(numbers)}
