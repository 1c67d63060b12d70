"""The short sections of a definition: name, semantics, contracts, assertions and custom rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shapecheck.diagnostic import Refusal
from shapecheck.layers.index import MODULES
from shapecheck.readers.blocks import NEEDED, RESERVED, read_params
from shapecheck.readers.scope import Reading, Scope, inside
from shapecheck.readers.values import shown_key, whole
from shapecheck.source import Place
from shapecheck.spec import Assertion, Contract, CustomRule, ModelSpec

MAX_NAME = 200
_CONTRACT = ("min", "max", "multiple_of", "values")
_CUSTOM = ("params", "rule", "weights")
_FORMATS = ("channels_last", "channels_first")


def read(reading: Reading, definition: Mapping[Any, Any], spec: ModelSpec) -> None:
    """`name`, `keras`, `data_format` and `custom`."""
    name = definition.get("name")
    if isinstance(name, str) and name.strip():
        spec.name = name.strip()[:MAX_NAME]
    elif name is not None:
        reading.malformed(reading.place("name"), "`name`", "a text", name)
    generation = definition.get("keras")
    if type(generation) is int and generation in (2, 3):
        spec.generation = generation
    elif generation is not None:
        reading.malformed(reading.place("keras"), "`keras`", "2 or 3", generation)
    data_format = definition.get("data_format")
    if isinstance(data_format, str) and data_format in _FORMATS:
        spec.data_format = data_format
    elif data_format is not None:
        reading.malformed(reading.place("data_format"), "`data_format`", "`channels_last` or `channels_first`",
                          data_format, near=reading.near(data_format, _FORMATS))  # fmt: skip
    for name, body, place in _items(reading, definition.get("custom"), "custom", "custom layers"):
        if name in RESERVED or name in MODULES:
            what = RESERVED.get(name, "one of Keras's layers")
            reading.say("SC214", place, at_key=True, name=name, what=what)
            continue
        others = (definition.get(section) for section in ("blocks", "models"))
        if any(isinstance(other, dict) and name in other for other in others):
            notes = ["one is a custom layer, the other a block or a model"]
            reading.say("SC202", place, at_key=True, name=name, notes=notes)
        else:
            spec.custom[name] = _custom(reading, name, body, place)


def _items(reading: Reading, raw: Any, section: str, what: str) -> list[tuple[str, Any, Place]]:
    """The named bodies of a section, with a finding for whatever is no map, or no name."""
    place = reading.place(section)
    if raw is None:
        return []
    if not isinstance(raw, dict):
        reading.malformed(place, f"`{section}`", f"a map of {what}", raw)
        return []
    found = []
    for name, body in raw.items():
        if isinstance(name, str) and name:
            found.append((name, body, place.at(name)))
        else:
            given = shown_key(name)
            reading.malformed(inside(place, name), "a name here", "a text", name, given=given, at_key=True, param=given)
    return found


def _custom(reading: Reading, name: str, body: Any, place: Place) -> CustomRule:
    """A layer by its rule; one that is malformed, or has none, is known by its name alone."""
    before = reading.said
    if body is None or body == {"weights": {}}:
        from shapecheck.layers._saved import saved

        return CustomRule((), "", place, saved(name, body is None), body)
    if isinstance(body, str):
        body, written = {"rule": body}, place
    else:
        written = place.at("rule")
    if not isinstance(body, dict):
        reading.malformed(place, f"custom layer `{name}`", "a map with `rule`", body)
        return CustomRule((), "", place)
    for key in body:
        if key not in _CUSTOM:
            reading.unknown_key("custom layer", key, _CUSTOM, place)
    params = read_params(reading, body.get("params"), place.at("params"))
    rule: Any = body.get("rule")
    weights = body.get("weights")
    if not isinstance(rule, str) or not rule.strip():
        reading.malformed(written, "`rule`", "a text such as `(n, h) -> (n, 2*h)`", rule)
    if weights is not None and not isinstance(weights, dict):
        expected = "a map of names and sizes, such as `{kernel: [c, 8]}`"
        reading.malformed(place.at("weights"), f"`weights` of `{name}`", expected, weights)
    if reading.said != before:
        return CustomRule(tuple(params), "", place)
    from shapecheck.layers import custom

    try:
        kind = custom.described(name, params, rule, weights, NEEDED)
    except Refusal as refusal:
        facts = {"param": refusal.param, **refusal.facts}
        reading.say(refusal.code, written if refusal.param == "rule" else _part(place, refusal), **facts)
        return CustomRule(tuple(params), rule, place)
    return CustomRule(tuple(params), rule, place, kind, body)


def _part(place: Place, refusal: Refusal) -> Place:
    """Where the part of a custom layer stands that is refused."""
    part = refusal.param if refusal.param in ("weights", "params") else "params"
    return place.at(part)


# What a definition promises ----------------------------------------------------------------------------------------


def read_promises(reading: Reading, definition: Mapping[Any, Any], spec: ModelSpec, scope: Scope) -> None:
    """`dims` and `assert`."""
    for name, body, place in _items(reading, definition.get("dims"), "dims", "sizes"):
        contract = _contract(reading, name, reading.fill(body, place, scope), place)
        if contract is not None:
            spec.contracts[name] = contract
    raw = definition.get("assert")
    place = reading.place("assert")
    several = list(raw) if isinstance(raw, (list, tuple)) else [] if raw is None else [raw]
    for index, item in enumerate(several):
        where = place.at(index) if isinstance(raw, (list, tuple)) else place
        text = reading.fill(item, where, scope, bare=False)
        if isinstance(text, str) and text.strip():
            spec.asserts.append(Assertion(text, where))
        else:
            reading.malformed(where, "an assertion", "a text such as `output == image`", text)


def _contract(reading: Reading, name: str, body: Any, place: Place) -> Contract | None:
    """An int, or a map of `min`, `max`, `multiple_of` and `values`."""
    size = _size(body)
    if size is not None:
        return Contract(None, None, None, (size,), place)
    if not isinstance(body, dict) or not body:
        expected = "a size, or a map of `min`, `max`, `multiple_of` or `values`"
        reading.malformed(place, f"the contract on `{name}`", expected, body)
        return None
    read: dict[str, Any] = {}
    for key, value in body.items():
        if key not in _CONTRACT:
            reading.unknown_key("contract", key, _CONTRACT, place)
            continue
        several = value if key == "values" else [value]
        sizes = [_size(item) for item in several] if isinstance(several, (list, tuple)) else []
        if sizes and None not in sizes:
            read[key] = tuple(sizes) if key == "values" else sizes[0]
        else:
            expected = "a list of sizes" if key == "values" else "a size"
            reading.malformed(place.at(key), f"`{key}` of `{name}`", expected, value)
    least, most = read.get("min"), read.get("max")
    if least is not None and most is not None and least > most:
        reading.malformed(place.at("min"), f"`min` of `{name}`", f"at most its `max` {most}", least)
        return None
    return Contract(least, most, read.get("multiple_of"), read.get("values"), place) if read else None


def _size(value: Any) -> int | None:
    size = whole(value)
    return size if size is not None and 1 <= size <= 1 << 62 else None
