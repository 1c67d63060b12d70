"""The spec language: plain values, from YAML or from Python, -> ModelSpec. Every finding is collected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shapecheck import layers
from shapecheck.findings import dotted
from shapecheck.readers import sections, wrapped
from shapecheck.readers.blocks import Block, check_param, entries_of, read_block, read_names
from shapecheck.readers.entries import read_entry, read_inputs
from shapecheck.readers.expand import Expander
from shapecheck.readers.foreign import not_a_model
from shapecheck.readers.frames import Budget
from shapecheck.readers.scope import OverBudget, Reading, Scope, inside
from shapecheck.readers.sizes import Sizes
from shapecheck.source import Document, Place, Source
from shapecheck.spec import ModelSpec

KEYS = (
    "name", "params", "dims", "blocks", "models", "inputs", "layers", "outputs", "assert", "custom", "keras",
    "data_format",
)  # fmt: skip
_MODEL = ("name", "inputs", "layers", "outputs")


def read_model(root: object, source: Source, document: Document | None) -> ModelSpec:
    """The definition that `root` holds: a map with `layers`, or a list of layers.

    `root` may come from YAML, with its `document`, or from Python, with None; then values may be callables, sympy
    expressions and dims. Never raises: what is wrong is in `.findings`, and a malformed entry leaves a layer of the
    kind "" in its place, so that only its own mistake is reported.
    """
    reading = Reading(source, document)
    spec = ModelSpec(source, [], place=reading.place())
    spec.findings = reading.findings
    settings = wrapped.of_settings(root) if isinstance(root, dict) and "layers" not in root else None
    if settings is not None:
        spec.free = settings.free
        if settings.others:
            paths = [dotted(path) for path in settings.others[:3]]
            more = f" and {len(settings.others) - 3} more" if len(settings.others) > 3 else ""
            reading.say("SC158", reading.place(*settings.path), at_key=True, paths=", ".join(paths) + more)
        try:
            _read(reading, {"layers": settings.layers}, spec, reading.place(*settings.path))
        except OverBudget:
            spec.layers = []
        return spec
    foreign = not_a_model(root)
    if foreign is not None:
        first = next(iter(root), None) if isinstance(root, dict) else 0 if isinstance(root, (list, tuple)) else None
        place = reading.place() if first is None else inside(reading.place(), first)
        code = "SC103" if root is None else "SC104"
        reading.say(code, place, at_key=isinstance(root, dict), problem=foreign[0], help=foreign[1])
        return spec
    definition: Mapping[Any, Any] = root if isinstance(root, dict) else {"layers": root}
    for key in definition:
        if key not in KEYS and not (isinstance(key, str) and key.startswith("x-")):
            reading.unknown_key("definition", key, KEYS, reading.place())
    sections.read(reading, definition, spec)
    try:
        with layers.also(spec.kinds):
            _read(reading, definition, spec, reading.place("layers") if definition is root else reading.place())
    except OverBudget:
        spec.layers, spec.models, spec.outputs, spec.inputs = [], {}, None, None
    return spec


def _read(reading: Reading, definition: Mapping[Any, Any], spec: ModelSpec, place: Place) -> None:
    """Everything in which names are replaced. Raises OverBudget."""
    scope = Scope(_params(reading, definition.get("params")))
    sections.read_promises(reading, definition, spec, scope)
    blocks: dict[str, Block] = {}
    for name, body in read_names(reading, definition.get("blocks"), "blocks", "block", {}):
        blocks[name] = read_block(reading, name, body, reading.place("blocks", name))
    spec.words = tuple(blocks)
    models = dict(read_names(reading, definition.get("models"), "models", "model", blocks))
    budget = Budget(Sizes(blocks))
    for name, body in models.items():
        expander = Expander(reading, blocks, models, scope, budget)
        spec.models[name] = _model(reading, name, body, spec.source, expander)
    _layers(reading, spec, definition, place, Expander(reading, blocks, models, scope, budget))
    if spec.models:
        from shapecheck.readers.wrapped_models import put_in

        put_in(reading, spec)
    for name, block in blocks.items():
        if name not in budget.used:  # nothing is known of its parameters, but its entries have to be entries
            for index, item in enumerate(block.entries):
                read_entry(reading, item, block.path.at(index), ())


def _params(reading: Reading, raw: Any) -> dict[str, Any]:
    """The parameters of the definition; each may use those above it."""
    place = reading.place("params")
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        reading.malformed(place, "`params`", "a map of names and values", raw)
        return {}
    scope = Scope({})
    for name, value in raw.items():
        if check_param(reading, name, place):
            scope.names[name] = reading.fill(value, place.at(name), scope)
    return scope.names


def _layers(reading: Reading, spec: ModelSpec, raw: Mapping[str, Any], place: Place, expander: Expander) -> None:
    """Write out the layers of a definition or of a model, which stand at `place`, into `spec`."""
    home = spec.place or reading.place()
    inputs = raw.get("inputs")
    if isinstance(inputs, dict):
        help = ["write each input as a layer, such as `- Input: {name: image, shape: [H, W, 3]}`"]
        reading.malformed(home.at("inputs"), "`inputs`", "a list of the names of Input layers", inputs, help=help)
    else:
        spec.inputs = read_inputs(reading, inputs, home.at("inputs"), expander.scope, ())
    outputs = read_inputs(reading, raw.get("outputs"), home.at("outputs"), expander.scope, (), "`outputs`")
    given = raw.get("layers")
    if given is None or (isinstance(given, (list, tuple)) and not given):
        reading.say("SC209", place, what="layers")
        return
    entries = entries_of(reading, given, place, "`layers`")
    if entries is not None:
        expander.expand(entries, place)
    spec.layers = expander.layers
    spec.outputs = expander.finish(outputs)
    spec.words = (*spec.words, *expander.uses())


def _model(reading: Reading, name: str, raw: Any, source: Source, expander: Expander) -> ModelSpec:
    """A model under `models:`, on its own."""
    place = reading.place("models", name)
    spec = ModelSpec(source, [], name=name, place=place)
    if isinstance(raw, (list, tuple)):
        _layers(reading, spec, {"layers": raw}, place, expander)
    elif not isinstance(raw, dict):
        reading.malformed(place, f"model `{name}`", "a map with `layers`", raw)
    else:
        for key in raw:
            if key not in _MODEL:
                reading.unknown_key("model", key, _MODEL, place)
        _layers(reading, spec, raw, place.at("layers"), expander)
    return spec
