"""A definition as plain values -> readable YAML: one line a layer, in flow style, wrapped where it is long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shapecheck.writers.yaml_values import flow, scalar


def write(definition: Mapping[str, Any]) -> str:
    """The YAML of a definition: reading it gives the same values."""
    return "\n".join([*_sections(definition, 0), ""])


def _sections(definition: Mapping[str, Any], indent: int) -> Iterator[str]:
    pad = " " * indent
    for name, value in definition.items():
        if name == "layers" and value:
            yield f"{pad}layers:"
            for entry in value:
                yield _entry(entry, indent + 2)
        elif name == "models":
            yield f"{pad}models:"
            for model, body in value.items():
                yield f"{pad}  {scalar(model)}:"
                yield from _sections(body, indent + 4)
        elif name in ("dims", "custom"):
            yield f"{pad}{name}:"
            for key, body in value.items():
                yield _line(f"{pad}  {scalar(key)}: ", body, indent + 6)
        elif name == "assert":
            yield f"{pad}assert:"
            yield from (f"{pad}  - {scalar(line)}" for line in value)
        else:
            yield _line(f"{pad}{name}: ", value, indent + 2)


def _entry(entry: Any, indent: int) -> str:
    pad = " " * indent
    if not isinstance(entry, dict):
        return f"{pad}- {scalar(entry)}"
    ((kind, body),) = entry.items()
    return _line(f"{pad}- {scalar(kind)}: ", body, indent + 4)


def _line(head: str, value: Any, indent: int) -> str:
    return head + flow(value, len(head), indent)
