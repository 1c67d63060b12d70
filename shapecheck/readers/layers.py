"""An entry that is a layer, a call of a model, or another call of a layer -> LayerSpec, with its values filled in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from shapecheck import layers
from shapecheck.readers.entries import Entry, plain_keys, read_inputs, read_ref
from shapecheck.readers.scope import Reading, Scope
from shapecheck.readers.spaces import Malformed
from shapecheck.spec import LayerSpec, Use

_CALL = ("layer", "inputs", "name", "call")


def layer(
    reading: Reading, entry: Entry, scope: Scope, trail: tuple[Use, ...], models: Collection[str]
) -> LayerSpec:
    """A layer, or the call of one of `models`; malformed where its values are, so that they are judged once."""
    before = reading.said
    model = entry.kind if entry.kind in models else None
    spec = LayerSpec(
        "InputLayer" if entry.kind == "Input" else entry.kind,
        _configuration(reading, entry, scope, trail) if not model else _no_parameters(reading, entry, trail),
        call=_arguments(reading, entry, scope, trail) if entry.call is not None else None,
        model=model,
        place=entry.place,
        kind_place=entry.kind_place,
        trail=trail,
    )
    if reading.said != before:
        return Malformed(entry.kind, entry.place, trail)
    if entry.inputs is not None:
        spec.inputs = read_inputs(reading, entry.inputs, entry.side.at("inputs"), scope, trail)
    return spec


def layer_again(reading: Reading, entry: Entry, scope: Scope, trail: tuple[Use, ...]) -> LayerSpec:
    """`call: {layer: sum, inputs: [p, q]}`, or `call: sum`."""
    given = dict(entry.config) if entry.value is None else {"layer": entry.value}
    for key in given:
        if key != "layer":
            reading.unknown_key("call", key, _CALL, entry.place, trail)
    place = entry.place.at("layer")
    name = reading.fill(given.get("layer"), place, scope, trail, bare=False)
    if isinstance(name, str) and name.strip():
        ref = read_ref(reading, name, place, trail)
        spec = LayerSpec("call", {}, place=entry.place, kind_place=entry.kind_place, trail=trail)
        spec.again = ref.name if ref.output is None else name.strip()
        spec.call = _arguments(reading, entry, scope, trail)
        spec.inputs = read_inputs(reading, entry.inputs, entry.side.at("inputs"), scope, trail)
        return spec
    if given.get("layer") is None:
        reading.say("SC112", entry.kind_place or entry.at, at_key=entry.kind_place is not None, kind="call",
                    param="layer", trail=trail)  # fmt: skip
    else:
        reading.malformed(place, "`layer`", "the name of a layer", name, trail=trail)
    return Malformed("", entry.place, trail)


def _configuration(reading: Reading, entry: Entry, scope: Scope, trail: Sequence[Use]) -> Mapping[str, Any]:
    """The parameters with names replaced; a scalar or a list goes to the first parameter that the layer declares."""
    if entry.value is None:
        filled = reading.fill(entry.config, entry.place, scope, trail)
        return filled if isinstance(filled, dict) else {}
    value = reading.fill(entry.value, entry.place, scope, trail)
    kind = layers.seek(entry.kind)
    if kind is None:
        return {}
    first = next(iter(kind.parameters), None)
    if first is None:
        example = f"{{inputs: {entry.value}}}" if isinstance(entry.value, str) else "{inputs: [...]}"
        help = [f"write `{entry.kind}: {example}` for what it reads"] if isinstance(value, (str, list, tuple)) else []
        reading.malformed(entry.place, f"`{entry.kind}`", "a map, as it has no parameter of its own", value, help=help,
                          trail=trail)  # fmt: skip
        return {}
    return {first: value}


def _no_parameters(reading: Reading, entry: Entry, trail: Sequence[Use]) -> Mapping[str, Any]:
    """A model has no parameters: what stands where a layer has some is a finding."""
    for name in entry.config:
        close = reading.near(name, ("inputs", "name"))
        reading.say("SC111", entry.place.at(name), at_key=True, kind=entry.kind, param=name, near=close, trail=trail)
    if entry.value is not None:
        expected, help = "a map, as a model has no parameters", ["write `inputs:` for what it reads"]
        reading.malformed(entry.place, f"`{entry.kind}`", expected, entry.value, trail=trail, help=help)
    return {}


def _arguments(reading: Reading, entry: Entry, scope: Scope, trail: Sequence[Use]) -> Mapping[str, Any]:
    """The keyword arguments of the call."""
    if entry.call is None:
        return {}
    place = entry.side.at("call")
    filled = reading.fill(entry.call, place, scope, trail)
    if not isinstance(filled, dict):
        reading.malformed(place, "`call`", "a map of call arguments", filled, trail=trail)
        return {}
    return plain_keys(reading, filled, place, trail)
