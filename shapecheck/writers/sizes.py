"""The valid sizes of a model, for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shapecheck import dims
from shapecheck.report import Report
from shapecheck.words import listing
from shapecheck.writers.escape import escape
from shapecheck.writers.phrases import ends
from shapecheck.writers.table import columns

SHOWN = 40  # sizes of a range that are listed for people


def write(report: Report, at: Mapping[str, int], ranges: Mapping[str, tuple[int, int]]) -> str:
    """The conditions with the layers behind them, the smallest sizes, and what was asked about."""
    conditions = report.requirements
    parts = [f"{escape(report.path)}   {ends(report.inputs)} -> {ends(report.outputs)}"]
    if not report.ok:
        parts.append(" no size makes this definition valid as it stands")
    elif not len(conditions):
        parts.append(" valid at every size")
    else:
        rows = [(f" {escape(condition.text)}", _why(condition)) for condition in conditions]
        parts.append("\n".join(columns(rows)))
    if report.ok and conditions.symbols:
        least = [f"{name} = {dims.text(size)}" for name, size in smallest(report).items() if size is not None]
        if least and len(conditions):
            parts.append(f" the smallest: {escape(', '.join(least))}")
        parts.extend(_listed(report, name, low, high, at) for name, (low, high) in ranges.items())
        if at:
            parts.append(_at(report, at))
    return "\n\n".join(parts)


def _why(condition: Any) -> str:
    asserted = [f"`{escape(line)}`" for line in condition.asserted_by]
    said = f"for {listing([*map(escape, condition.demanded_by), *asserted])}" if condition.demanded_by else ""
    if condition.caused_by:
        said += f"; it comes of {listing(map(escape, condition.caused_by))}"
    return said


def smallest(report: Report) -> dict[str, int | None]:
    """The smallest valid size of each symbol on its own, the batch left out."""
    return {name: report.requirements.minimum(name) for name in report.requirements.symbols if name != "B"}


def _listed(report: Report, name: str, low: int, high: int, at: Mapping[str, int]) -> str:
    others = {other: size for other, size in at.items() if other != name}
    values = report.requirements.values(name, low, high, **others)
    shown = ", ".join(map(str, values[:SHOWN])) or "none"
    more = f" and {len(values) - SHOWN} more" if len(values) > SHOWN else ""
    return f" {escape(name)} from {low} to {high}: {shown}{more}"


def nearest(report: Report, at: Mapping[str, int]) -> dict[str, tuple[int | None, int | None]]:
    """For each size that is not valid on its own, the nearest that are."""
    found = {}
    for name, size in at.items():
        if not report.requirements.values(name, size, size):
            found[name] = report.requirements.nearest(name, size)
    if not found and report.requirements.holds(**at) is False:  # each is valid, but not with the others
        for name, size in at.items():
            rest = {other: now for other, now in at.items() if other != name}
            found[name] = report.requirements.nearest(name, size, **rest)
    return found


def _at(report: Report, at: Mapping[str, int]) -> str:
    asked = ", ".join(f"{escape(name)} = {size}" for name, size in at.items())
    answer = report.requirements.holds(**at)
    if answer is not False:
        return f" {asked}: {'valid' if answer else 'valid as far as the other sizes allow'}"
    near = [
        f"{escape(name)} = {' or '.join(dims.text(size) for size in pair if size is not None)}"
        for name, pair in nearest(report, at).items()
        if any(pair)
    ]
    reasons = [f"   {escape(line)}" for line in report.requirements.counterexample(**at)]
    return "\n".join([f" {asked}: not valid{'; the nearest: ' + ', '.join(near) if near else ''}", *reasons])


def as_data(report: Report, at: Mapping[str, int], ranges: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    """The same as plain values."""
    conditions = report.requirements if report.ok else ()
    data: dict[str, Any] = {
        "schema_version": 1,
        "path": report.path,
        "ok": report.ok,
        "conditions": [
            {
                "text": condition.text,
                "symbols": list(condition.symbols),
                "demanded_by": list(condition.demanded_by),
                "caused_by": list(condition.caused_by),
                "lines": [span.line for span in condition.spans],
            }
            for condition in conditions
        ],
    }
    if report.ok:
        data["smallest"] = smallest(report)
        if at:
            pairs = nearest(report, at)
            data["at"] = {"sizes": dict(at), "valid": report.requirements.holds(**at),
                          "nearest": {name: list(pair) for name, pair in pairs.items()}}  # fmt: skip
        others = {name: {o: s for o, s in at.items() if o != name} for name in ranges}
        data["values"] = {
            name: report.requirements.values(name, low, high, **others[name]) for name, (low, high) in ranges.items()
        }
    return data


def write_json(report: Report, at: Mapping[str, int], ranges: Mapping[str, tuple[int, int]]) -> str:
    return json.dumps(as_data(report, at, ranges))
