"""A definition that was read -> the same definition as plain values, in the spec language.

The values can be checked as they are, and written as YAML or JSON. Blocks, repetitions and parameters are written out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from shapecheck import layers
from shapecheck.conversion import plain
from shapecheck.conversion.names import HOLE, mended, model_names, sound_names
from shapecheck.conversion.saved_layers import SavedLayers
from shapecheck.diagnostic import Refusal
from shapecheck.findings import Context, finding
from shapecheck.inference import Inference
from shapecheck.naming import Names, snake
from shapecheck.report import error_of
from shapecheck.spec import Contract, Inputs, LayerSpec, ModelSpec, Ref
from shapecheck.wiring import Plan, reads_of, refs_of

DOLLAR = "dollar"
"""The parameter that stands for a `$` before a `{`, which would begin an expression otherwise."""

_NUMBERED = re.compile(r"_\d+$")


def definition(found: Inference) -> dict[str, Any]:
    """The whole definition. Raises SpecError (SC160) where a value cannot stand in a file."""
    spec = found.graph.spec
    with layers.also(spec.kinds):
        return _Writing(found, spec).definition()


class _Writing:
    """One definition being written; `names` are the names of its models where they had to be changed."""

    def __init__(self, found: Inference, spec: ModelSpec) -> None:
        self.found = found
        self.spec = spec
        models, self.fresh = model_names(spec)
        self.names = {id(spec.models): models}  # of the models that stand at home in a definition
        self.saved = SavedLayers(found, self.fresh)
        self.inside: list[tuple[str, ModelSpec, ModelSpec]] = []
        self._wrapped = {id(spec.models[name]): word for name, word in models.items()}
        self.single: dict[tuple[int, str], bool] = {}
        for node, applied in zip(found.graph.nodes, found.applied, strict=True):
            key = id(node.spec.config), node.spec.kind
            single = applied is not None and applied.single
            self.single[key] = self.single.get(key, True) and single

    def definition(self) -> dict[str, Any]:
        spec = self.spec
        made: dict[str, Any] = {}
        if spec.name is not None:
            made["name"] = spec.name
        if spec.generation is not None:
            made["keras"] = spec.generation
        if spec.data_format is not None:
            made["data_format"] = spec.data_format
        if spec.contracts:
            made["dims"] = {name: _contract(contract) for name, contract in spec.contracts.items()}
        if spec.custom:
            made["custom"] = {name: _rule(rule.written) for name, rule in spec.custom.items() if ">" not in name}
        names = self.names[id(spec.models)]
        made["models"] = {names[name]: self.model(model, spec) for name, model in spec.models.items()}
        made |= self.model(spec, spec)
        self._add_what_was_found(made)
        if spec.asserts:
            made["assert"] = [line.text for line in spec.asserts]
        if _holds(made, HOLE):
            made = {"params": {DOLLAR: "$"}, **_without_holes(made)}
        return made

    def _add_what_was_found(self, made: dict[str, Any]) -> None:
        """The layers and models that only their uses showed, and the sections in their order."""
        made["custom"] = {**made.get("custom", {}), **self.saved.rules}
        while self.inside:  # a model in which a wrapper holds another one adds that one
            name, model, home = self.inside.pop(0)
            made["models"][name] = self.model(model, home)
        order = ("name", "keras", "data_format", "dims", "custom", "models", "inputs", "layers", "outputs")
        known = {name: made.pop(name) for name in order if name in made and made[name] not in ({}, None)}
        for name in ("custom", "models"):
            made.pop(name, None)
        made.update(known)

    def wrapped(self, model: ModelSpec) -> str:
        """The name of a model that stands for a layer inside another; it is written among the models."""
        if id(model) not in self._wrapped:
            self._wrapped[id(model)] = self._add(model, model)
            if id(model.models) not in self.names:  # it calls models of its own
                self.names[id(model.models)] = {name: self._add(one, model) for name, one in model.models.items()}
        return self._wrapped[id(model)]

    def _add(self, model: ModelSpec, home: ModelSpec) -> str:
        name = self.fresh.fresh(mended(model.name or "model").replace(HOLE, "_"))
        self.inside.append((name, model, home))
        return name

    def model(self, spec: ModelSpec, home: ModelSpec) -> dict[str, Any]:
        """The `layers`, and the `inputs` and `outputs` where they are not what they would be anyway.

        The models that are called stand in `home`.
        """
        plan = Plan(spec, Context(home, []))
        writer = _Layers(self, plan, spec, home)
        made: dict[str, Any] = {}
        if spec.inputs is not None and _inputs_are_listed(plan, spec):
            made["inputs"] = writer.inputs(spec.inputs)
        made["layers"] = writer.entries()
        if spec.outputs is not None and not _is_last(plan, spec):
            made["outputs"] = writer.inputs(spec.outputs)
        return made


class _Layers:
    """The layers of a definition, or of one of its models, on their way to entries."""

    def __init__(self, writing: _Writing, plan: Plan, spec: ModelSpec, home: ModelSpec) -> None:
        self.writing = writing
        self.home = home
        self.models = writing.names[id(home.models)]
        self.spec = spec
        self.plan = plan
        self.first = len(plan.items) - len(spec.layers)  # 1 where first-layer arguments made an Input
        self.names = sound_names(plan.names)
        self.implied = self._implied()

    def entries(self) -> list[Any]:
        return [self._entry(position, item) for position, item in enumerate(self.plan.items) if position >= self.first]

    def _entry(self, position: int, item: LayerSpec) -> Any:
        config = {} if item.again is not None or item.model is not None else self._settings(position, item)
        own: dict[str, Any] = {}
        if item.inputs is not None and not self._is_previous(position, item.inputs):
            own["inputs"] = self.inputs(item.inputs)
        if item.call:
            own["call"] = plain.value_of(item.call, "call")
        if position not in self.implied:
            own["name"] = self.names[position]
        if item.again is not None:
            target = self.plan.at.get(item.again)
            layer = self.models.get(item.again) if target is None else self.names[target]
            return {"call": {"layer": layer, **own}}
        if item.model is not None:
            model = self.models[item.model]
            return {model: own} if own else model
        if item.kind == "InputLayer":
            return {"Input": {**own, **config}}
        kind = self.writing.saved.kind_of(item) or item.kind
        if own and any(name in ("name", "inputs", "call") for name in config):  # parameters of a layer that is opaque
            config = {name: value for name, value in config.items() if name not in ("name", "inputs", "call")}
        return plain.entry(kind, {**config, **own})

    def _settings(self, position: int, item: LayerSpec) -> dict[str, Any]:
        found = self.writing.found
        if item.kind in found.graph.spec.kinds and self.writing.saved.is_saved(item.kind):
            return {}
        try:
            config = item.config
            if found.graph.spec.holds_models:
                config = self._with_names(config)
            return plain.settings(item.kind, config, found.semantics, self.writing.spec.data_format)
        except Refusal as refusal:
            name = self.plan.names[position]
            place = item.place.at(refusal.param) if item.place and refusal.param else item.place
            raise error_of(finding(refusal.code, place, layer=name, param=refusal.param, **refusal.facts)) from None

    def _with_names(self, value: Any) -> Any:
        """A configuration in which a model is known by its name, and a layer of unknown code by its rule."""
        if isinstance(value, ModelSpec):
            return plain.ModelName(self.writing.wrapped(value))
        if isinstance(value, dict):
            return {name: self._with_names(item) for name, item in value.items()}
        return [self._with_names(item) for item in value] if isinstance(value, list) else value

    # References -----------------------------------------------------------------------------------------------------

    def inputs(self, given: Inputs) -> Any:
        """What a layer reads, as it is written."""
        if isinstance(given, Ref):
            return self._ref(given)
        if isinstance(given, Mapping):
            return {role: self.inputs(item) for role, item in given.items()}
        return [self.inputs(item) for item in given or ()]

    def _ref(self, ref: Ref) -> str:
        position = self.plan.at.get(ref.name)
        if position is None:  # of a call that means nothing, which the check passed over
            return ref.name
        name = self.names[position]
        return name if ref.output is None or self._is_only(position, ref.output) else f"{name}[{ref.output}]"

    def _is_only(self, position: int, output: int) -> bool:
        """Whether this output of a layer is all that it gives."""
        model = self.plan.model_of(position)
        if output != 0:
            return False
        if model is not None:
            return len(refs_of(self.home.models[model].outputs)) == 1
        item = self.plan.items[self.plan.made[position]]
        return self.writing.single.get((id(item.config), item.kind), False)

    def _is_previous(self, position: int, given: Inputs) -> bool:
        """Whether what a layer reads is the layer before it, which need not be said."""
        if not isinstance(given, Ref) or self.plan.at.get(given.name) != position - 1 or position == self.first:
            return False
        return given.output is None or self._is_only(position - 1, given.output)

    # Names ----------------------------------------------------------------------------------------------------------

    def _implied(self) -> set[int]:
        """The layers whose name they would have anyway, and that nobody names."""
        items, names = self.plan.items, self.names
        named = {item.again for item in items if item.again}
        for position, item in enumerate(items):
            if not self._is_previous(position, item.inputs):
                named.update(ref.name for ref in refs_of(item.inputs))
        if not _is_last(self.plan, self.spec):
            named.update(ref.name for ref in refs_of(self.spec.outputs))
        said = " ".join(line.text for line in self.spec.asserts)
        free = {
            position
            for position in range(self.first, len(items))
            if items[position].kind != "InputLayer"
            and ">" not in items[position].kind
            and names[position] == self.plan.names[position]
            and _NUMBERED.sub("", names[position]) == self._base(items[position])
            and names[position] not in named
            and not (said and names[position] in said)
        }
        while True:
            fresh = Names(name for position, name in enumerate(names) if position not in free)
            wrong = {
                position
                for position in sorted(free)
                if fresh.fresh(self._base(items[position]), int(items[position].again is not None)) != names[position]
            }
            if not wrong:
                return free
            free -= wrong

    def _base(self, item: LayerSpec) -> str:
        """What a name begins with that the reader gives."""
        if item.again:
            return item.again.rpartition("/")[2] or "call"
        return snake(self.models[item.model] if item.model else item.kind)


def _is_last(plan: Plan, spec: ModelSpec) -> bool:
    """Whether the output of a model is its last layer, the only one that nobody reads; that need not be said."""
    if spec.outputs is None:
        return True
    last = len(plan.items) - 1
    if [position for position, _ in plan.outputs] != [last] or plan.outputs[0][1] not in (None, 0):
        return False
    read = {position for reads in plan.reads for position, _ in reads_of(reads)}
    return last not in read and len(read) == last and plan.items[last].kind != "InputLayer"


def _inputs_are_listed(plan: Plan, spec: ModelSpec) -> bool:
    """Whether the order of the inputs is another than that of the Inputs."""
    return plan.inputs != sorted(plan.inputs)


def _rule(written: Any) -> Any:
    """A custom layer as it was described; a rule that is all there is stands alone."""
    return written["rule"] if isinstance(written, dict) and [*written] == ["rule"] else written


def _contract(contract: Contract) -> Any:
    if contract.values is not None and len(contract.values) == 1:
        return contract.values[0]
    several = None if contract.values is None else list(contract.values)
    parts = {"min": contract.least, "max": contract.most, "multiple_of": contract.multiple_of, "values": several}
    return {name: value for name, value in parts.items() if value is not None}


def _holds(value: Any, text: str) -> bool:
    """Whether a text stands anywhere in a value."""
    if isinstance(value, str):
        return text in value
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_holds(item, text) for item in items)


def _without_holes(value: Any) -> Any:
    """The value with every `${` written so that it is no expression."""
    if isinstance(value, str):
        return value.replace(HOLE, f"${{{DOLLAR}}}{{")
    if isinstance(value, dict):
        return {key: _without_holes(item) for key, item in value.items()}
    return [_without_holes(item) for item in value] if isinstance(value, list) else value
