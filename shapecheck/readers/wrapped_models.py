"""Models that stand for a layer inside another, as in `TimeDistributed: {layer: encoder}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shapecheck.findings import related
from shapecheck.readers.scope import Reading
from shapecheck.spec import LayerSpec, ModelSpec

INNER = ("layer", "forward_layer", "backward_layer", "cell", "cells", "layers")
"""Parameters that hold a layer, or a list of them."""


def put_in(reading: Reading, spec: ModelSpec) -> None:
    """Put the model for its name into every configuration that names one where a layer is expected.

    A model that would hold itself that way is a finding, and its name stays.
    """
    reads: dict[str, set[str]] = {name: set() for name in spec.models}
    uses: list[tuple[str | None, LayerSpec, set[str]]] = []
    for name, model in ((None, spec), *spec.models.items()):
        for item in model.layers:
            if name is not None and item.model in reads:
                reads[name].add(item.model or "")
            found = _named(item.config, spec.models)
            if found:
                uses.append((name, item, found))
                if name is not None:
                    reads[name] |= found
    if not uses:
        return
    for home, item, found in uses:
        for held in sorted(found):
            if home is not None and _leads(reads, held, home):
                labels = related(spec.models[held].place, "the model", at_key=True)
                reading.say("SC213", item.place or reading.place(), name=held, labels=labels)
                return
    for model_ in spec.models.values():
        model_.custom, model_.models = spec.custom, spec.models
        model_.generation, model_.data_format, model_.holds_models = spec.generation, spec.data_format, True
    spec.holds_models = True
    for _, item, _ in uses:
        item.config = _filled(item.config, spec.models)


def _named(config: Mapping[str, Any], models: Mapping[str, ModelSpec]) -> set[str]:
    """The models that a configuration names where a layer is expected."""
    found: set[str] = set()
    for param in INNER:
        value = config.get(param)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str) and item in models:
                found.add(item)
            elif isinstance(item, dict):
                for inner in (item, *item.values()):
                    if isinstance(inner, dict):
                        found |= _named(inner, models)
    return found


def _filled(value: Any, models: Mapping[str, ModelSpec], inside: bool = False) -> Any:
    if isinstance(value, str):
        return models.get(value, value) if inside else value
    if isinstance(value, list):
        return [_filled(item, models, inside) for item in value]
    if isinstance(value, dict):
        return {key: _filled(item, models, key in INNER) for key, item in value.items()}
    return value


def _leads(reads: Mapping[str, set[str]], start: str, end: str) -> bool:
    """Whether a model holds or calls another one, over any number of steps."""
    seen, stack = {start}, [start]
    while stack:
        name = stack.pop()
        if name == end:
            return True
        for other in reads.get(name, ()):
            if other not in seen:
                seen.add(other)
                stack.append(other)
    return False
