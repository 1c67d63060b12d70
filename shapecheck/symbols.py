"""The names of sizes in the parameters of a layer: those that nobody declares, and what the others stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shapecheck import dims
from shapecheck.contract import Layer
from shapecheck.diagnostic import Refusal


def undeclared(layer: Layer, names: Mapping[str, dims.Dim]) -> Iterator[Refusal]:
    """A refusal for each symbol in the parameters that no input declares."""
    if layer.kind == "InputLayer":
        return
    for name in layer.given:
        parameter = layer.parameters.get(name)
        value = layer.__dict__.get(parameter.attribute) if parameter else None
        several = type(value) is tuple
        items: Any = value if several else (value,)
        for index, item in enumerate(items):
            if isinstance(item, dims.Expr):
                for symbol in dims.symbols_of(item):
                    if symbol.name not in names:
                        yield _no_symbol(names, name, symbol.name, {"item": index} if several else {})
            elif isinstance(item, Layer):
                for refusal in undeclared(item, names):
                    yield _no_symbol(names, name, refusal.facts["name"], {})


def _no_symbol(names: Mapping[str, dims.Dim], param: str, name: str, item: dict[str, int]) -> Refusal:
    from shapecheck.words import near

    declared = sorted(names)
    return Refusal("SC205", param, name=name, declared=declared, near=near(name, declared), **item)


def put(layer: Layer, names: Mapping[str, dims.Dim]) -> None:
    """Put what they stand for in the place of the names in the parameters of a layer."""
    for name in layer.given:
        parameter = layer.parameters.get(name)
        if parameter is not None and layer.kind != "InputLayer":
            value = layer.__dict__.get(parameter.attribute)
            for item in value if type(value) is tuple else (value,):
                if isinstance(item, Layer):
                    put(item, names)
            if isinstance(value, dims.Expr):
                layer.__dict__[parameter.attribute] = dims.substitute(value, names)
            elif type(value) is tuple and any(isinstance(item, dims.Expr) for item in value):
                layer.__dict__[parameter.attribute] = tuple(
                    dims.substitute(item, names) if isinstance(item, dims.Expr) else item for item in value
                )
