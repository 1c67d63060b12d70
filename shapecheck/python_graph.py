"""A graph that was written in Python, as the definition that the reader knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shapecheck.contract import input_names
from shapecheck.naming import Names, snake
from shapecheck.python_layers import Tensor


def entries_of(inputs: Any, outputs: Any) -> dict[str, Any]:
    """A graph written in Python as the definition that the reader knows; walked without recursion."""
    wanted = (
        list(outputs.values())
        if isinstance(outputs, dict)
        else outputs
        if isinstance(outputs, (list, tuple))
        else [outputs]
    )
    order: list[Tensor] = []
    seen: set[int] = set()
    stack: list[tuple[Tensor, bool]] = [(tensor.of, False) for tensor in reversed(wanted)]
    stack.extend((tensor.of, False) for tensor in reversed(_tensors(inputs)))
    while stack:
        tensor, ready = stack.pop()
        if ready:
            order.append(tensor)
        elif id(tensor) not in seen:
            seen.add(id(tensor))
            stack.append((tensor, True))
            stack.extend((t.of, False) for t in reversed([*_tensors(tensor.inputs), *_tensors(tensor.named.values())]))
    names: dict[int, str] = {}
    first: dict[int, str] = {}
    fresh = Names({tensor.layer.name for tensor in order if tensor.layer.name})
    entries = []
    for tensor in order:
        layer = tensor.layer
        name = layer.name if layer.name and id(layer) not in first else fresh.fresh(snake(layer.kind))
        names[id(tensor)] = name
        reads = _refs(tensor.inputs, names)
        if tensor.named:
            reads = {**_positional(layer, reads), **{role: _refs(given, names) for role, given in tensor.named.items()}}
        if id(layer) in first:
            entries.append({"call": {"layer": first[id(layer)], "inputs": reads, "name": name}})
        else:
            first[id(layer)] = name
            config = {**layer._layer.given, "name": name}
            entries.append({layer.kind: config if layer.kind == "InputLayer" else {**config, "inputs": reads}})
    return {"layers": entries, "outputs": [_refs(tensor, names) for tensor in wanted]}


def _tensors(value: Any) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    return (
        [t for item in value for t in _tensors(item)]
        if isinstance(value, (list, tuple)) or hasattr(value, "__iter__")
        else []
    )


def _refs(value: Any, names: Mapping[int, str]) -> Any:
    if isinstance(value, Tensor):
        name = names[id(value.of)]
        return name if value.output is None else f"{name}[{value.output}]"
    return [_refs(item, names) for item in value]


def _positional(layer: Any, reads: Any) -> dict[str, Any]:
    given = reads if isinstance(reads, list) else [reads]
    return dict(zip(input_names(type(layer._layer))[0], given, strict=False))
