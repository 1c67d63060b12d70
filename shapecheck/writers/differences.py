"""What is different between two definitions, for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from shapecheck import dims
from shapecheck.writers import phrases, yaml_values
from shapecheck.writers.escape import escape
from shapecheck.writers.table import columns

SHOWN = 12  # layers whose shapes follow that are listed for people
_WORDS = {"params": "params", "trainable_params": "trainable", "macs": "MACs"}


def write(found: Any) -> str:
    """A line for each layer that is different, then the ends, the totals and the conditions."""
    before, after = escape(found.before.path), escape(found.after.path)
    if found.equal:
        notes = [f" note      {escape(line)}" for line in found.notes]
        return "\n".join([f"{before} and {after} are the same model", *notes])
    parts = [f"{before} -> {after}"]
    rows = [*_layers(found)]
    if rows:
        parts.append("\n".join(columns(rows)))
    rest = [*_rest(found)]
    if rest:
        parts.append("\n".join(columns(rest)))
    return "\n\n".join(parts)


def _layers(found: Any) -> Iterator[tuple[str, str, str]]:
    for word, entries in (("added", found.added), ("removed", found.removed)):
        for entry in entries:
            yield f" {word}", escape(entry.name), _described(entry)
    own = [pair for pair in found.changed if not pair.follows]
    for pair in own:
        name = escape(pair.before.name)
        if pair.renamed:
            name += f" -> {escape(pair.after.name)}"
        yield " renamed" if pair.renamed and not pair.changes else " changed", name, _changed(pair)
    follows = [pair for pair in found.changed if pair.follows]
    for pair in follows[:SHOWN]:
        yield " follows", escape(pair.before.name), _changed(pair)
    if len(follows) > SHOWN:
        yield "", f"and {phrases.count(len(follows) - SHOWN, 'more layer')} whose shapes follow", ""


def _described(entry: Any) -> str:
    settings = yaml_values.inline(entry.settings) if entry.settings else ""
    reads = f"reads {escape(yaml_values.inline(entry.reads))}" if entry.inputs else ""
    params = f"{phrases.amount(entry.params)} params" if entry.weights else ""
    parts = [f"{escape(entry.kind)} {escape(settings)}".rstrip(), escape(", ".join(entry.shapes)), params, reads]
    return ", ".join(filter(None, parts))


def _changed(pair: Any) -> str:
    return "; ".join(_change(change) for change in pair.changes if change.what != "weights" or len(pair.changes) == 1)


def _change(change: Any) -> str:
    was, now = _value(change, change.before), _value(change, change.after)
    if change.what in ("inputs", "kind", "dtypes", "masks"):
        word = {"inputs": "reads ", "kind": "", "dtypes": "dtype ", "masks": "mask "}[change.what]
        return f"{word}{was} -> {now}"
    return f"{was} -> {now}" if change.what == "shapes" else f"{escape(change.what)} {was} -> {now}"


def _value(change: Any, value: Any) -> str:
    if change.what in ("params", "macs", "trainable_params"):
        return phrases.amount(value)
    if change.what in ("shapes", "dtypes", "masks"):
        return escape(", ".join(item or "none" for item in value)) or "?"
    if change.what == "inputs" and isinstance(value, list):
        return escape(", ".join(value)) or "nothing"
    if change.what == "kind":
        return escape(value)
    return "none" if value is None else escape(yaml_values.inline(value))


def _rest(found: Any) -> Iterator[tuple[str, str]]:
    for change in found.ends:
        yield f" {change.what}", f"{escape(', '.join(change.before))} -> {escape(', '.join(change.after))}"
    for change in found.totals:
        said = f"{_value(change, change.before)} -> {_value(change, change.after)}"
        yield f" {_WORDS[change.what]}", said + _more(change)
    for condition in found.conditions:
        yield " valid", escape(condition.text)
    if found.errors != (0, 0):
        before, after = found.errors
        yield " errors", f"{before} -> {after}, as `shapecheck check` tells"
    for line in found.notes:
        yield " note", escape(line)


def _more(change: Any) -> str:
    """By how much a number grew, or shrank."""
    if type(change.before) is int and type(change.after) is int:
        more = change.after - change.before
        return f" ({'+' if more > 0 else '-'}{abs(more):,})"
    return ""


# Machines -----------------------------------------------------------------------------------------------------------


def as_data(found: Any) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "schema_version": 1,
        "before": found.before.path,
        "after": found.after.path,
        "equal": found.equal,
        "errors": {"before": found.errors[0], "after": found.errors[1]},
        "added": [_entry(entry) for entry in found.added],
        "removed": [_entry(entry) for entry in found.removed],
        "changed": [
            {
                "before": pair.before.name,
                "after": pair.after.name,
                "kind": pair.after.kind,
                "follows": pair.follows,
                "changes": [_data(change) for change in pair.changes],
            }
            for pair in found.changed
        ],
        "ends": [_data(change) for change in found.ends],
        "totals": [_data(change) for change in found.totals],
        "requirements": [
            {"symbols": list(c.symbols), "before": c.before, "after": c.after, "text": c.text} for c in found.conditions
        ],
        "notes": list(found.notes),
    }


def _entry(entry: Any) -> dict[str, Any]:
    return {"name": entry.name, "kind": entry.kind, "settings": dict(entry.settings), "inputs": entry.reads,
            "shapes": list(entry.shapes), "params": _plain(entry.params)}  # fmt: skip


def _data(change: Any) -> dict[str, Any]:
    return {"what": change.what, "before": _plain(change.before), "after": _plain(change.after)}


def _plain(value: Any) -> Any:
    if isinstance(value, dims.Expr):
        return dims.text(value)
    if value is dims.UNKNOWN:
        return None
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def write_json(found: Any) -> str:
    return json.dumps(as_data(found))
