"""A definition that was inferred -> the configuration that Keras 3 saves, as plain values for JSON.

A model is written as a Sequential where one layer follows another, else as a Functional; the models that it calls stand
among its layers. Masks are not written out: Keras works them out again when it calls the layers.
"""

from __future__ import annotations

from typing import Any

from shapecheck import dims, layers
from shapecheck.conversion import keras3_ops
from shapecheck.conversion import keras3_values as values
from shapecheck.diagnostic import Refusal
from shapecheck.findings import Context, finding
from shapecheck.inference import Inference
from shapecheck.model_layer import ModelLayer
from shapecheck.naming import Names
from shapecheck.report import error_of
from shapecheck.spec import LayerSpec
from shapecheck.wiring import Plan, Read

FUNCTIONAL = {"module": "keras.src.models.functional", "class_name": "Functional", "registered_name": "Functional"}
SEQUENTIAL = {"module": "keras", "class_name": "Sequential", "registered_name": None}


def model(found: Inference) -> tuple[dict[str, Any], Writing]:
    """The model, and what was lost in writing it.

    Raises SpecError: SC160 for what no file can hold, SC161 for a size that Keras needs as a number.
    """
    spec = found.graph.spec
    with layers.also(spec.kinds):
        writing = Writing(found)
        made = _Model(writing, Plan(spec, Context(spec, [])), "").made(spec.name or "model")
    return made, writing


class Writing:
    """One definition on its way to Keras, and what is lost on it."""

    def __init__(self, found: Inference) -> None:
        self.found = found
        self.lost: dict[str, list[str]] = {}
        self.functions: dict[str, str] = {}
        self.at = {node.name: node.index for node in found.graph.nodes}
        self._models: dict[str, _Model] = {}
        self._hold_sizes()

    def lose(self, what: str, name: str) -> None:
        names = self.lost.setdefault(what, [])
        if name not in names:
            names.append(name)

    def told(self) -> list[str]:
        """What was lost, one line for each sort."""
        spec = self.found.graph.spec
        if spec.contracts or spec.asserts:
            self.lose("the promises about sizes stay behind: {}", "`dims` and `assert`")
        if self.functions:
            said = ", ".join(f'"{name}": {text}' for name, text in self.functions.items())
            self.lose("functions have to be given when it is loaded: custom_objects={{{}}}", said)
        return [what.format(", ".join(names)) for what, names in self.lost.items()]

    def _hold_sizes(self) -> None:
        """Refuse a model in which the size of a weight is no number."""
        for node, applied in zip(self.found.graph.nodes, self.found.applied, strict=True):
            if node.owner != node.index or applied is None:
                continue
            for path, weight in applied.weights.items():
                for size in weight.shape:
                    if isinstance(size, dims.Expr):
                        self.refuse(Refusal("SC161", path, given=dims.text(size)), node.name, node.spec)
        for name, size in self.found.symbols.items():
            if isinstance(size, dims.Expr) and not dims.varies(size) and name != "B":
                self.lose("sizes that are names become null, which Keras does not hold together: {}", name)

    def refuse(self, refusal: Refusal, name: str, item: LayerSpec) -> None:
        place = item.place
        if place is not None and refusal.param in item.config:
            place = place.at(refusal.param or "")
        facts = {"param": refusal.param, **refusal.facts}
        raise error_of(finding(refusal.code, place, layer=name, **facts)) from None

    def inside(self, made: ModelLayer) -> dict[str, Any]:
        """A model that stands for a layer inside another."""
        found = next(iter(made.known.values()))
        inner = Writing(found)
        model = _Model(inner, Plan(made.spec, Context(made.spec, [])), "").made(made.spec.name or "model")
        for what, names in inner.lost.items():
            for name in names:
                self.lose(what, name)
        self.functions.update(inner.functions)
        return model

    def called(self, model: str, prefix: str) -> _Model:
        """One of the models as it is called where `prefix` leads to its layers."""
        if prefix not in self._models:
            spec = self.found.graph.spec
            self._models[prefix] = _Model(self, Plan(spec.models[model], Context(spec, [])), prefix)
        return self._models[prefix]


class _Model:
    """The definition, or one of its models, being written; `prefix` leads to its layers where it is called."""

    def __init__(self, writing: Writing, plan: Plan, prefix: str) -> None:
        self.writing = writing
        self.found = writing.found
        self.plan = plan
        self.prefix = prefix
        fresh = Names()
        self.names = [fresh.fresh(name.replace("/", "_")) for name in plan.names]
        for before, now in zip(plan.names, self.names, strict=True):
            if before != now:
                writing.lose("names in which Keras allows no `/` are changed: {}", f"`{before}` is `{now}`")
        self.owner: list[int] = []  # of each position, that of the layer or model that is called there
        self.call: list[int] = []  # and which of its calls it is
        models: dict[str, int] = {}
        counts: dict[int, int] = {}
        for position in range(len(plan.items)):
            called = plan.model_of(position)
            own = plan.made[position] if called is None else models.setdefault(called, position)
            self.owner.append(own)
            self.call.append(counts.get(own, 0))
            counts[own] = self.call[-1] + 1
        self.outputs: list[list[values.Tensor]] = [self._tensors(position) for position in range(len(plan.items))]

    def made(self, name: str) -> dict[str, Any]:
        """The model as Keras writes it."""
        made = self._sequential() if self._is_chain() else self._functional()
        made["config"] = {"name": name.replace("/", "_"), "trainable": True, **made["config"]}
        return made

    def _inner(self, position: int) -> _Model | None:
        """The model that is called here."""
        model = self.plan.model_of(position)
        return None if model is None else self.writing.called(model, f"{self.prefix}{self.plan.names[position]}/")

    # What is known ---------------------------------------------------------------------------------------------------

    def _applied(self, position: int) -> Any:
        index = self.writing.at.get(self.prefix + self.plan.names[position])
        return None if index is None else self.found.applied[index]

    def _tensors(self, position: int) -> list[values.Tensor]:
        """What a call gives."""
        inner = self._inner(position)
        name, call = self.names[self.owner[position]], self.call[position]
        if inner is None:
            applied = self._applied(position)
            specs: Any = [] if applied is None else applied.outputs
        else:
            specs = inner.given()
        return [values.Tensor(name, call, output, spec.shape, spec.dtype) for output, spec in enumerate(specs)]

    def given(self) -> list[values.Tensor]:
        """The outputs of the model."""
        return [tensor for read in self.plan.outputs for tensor in self._read(read)]

    def _read(self, read: Read) -> list[values.Tensor]:
        position, output = read
        tensors = self.outputs[position]
        return tensors if output is None else tensors[output : output + 1]

    # Sequential -------------------------------------------------------------------------------------------------------

    def _is_chain(self) -> bool:
        """Whether each layer reads the one before it and nothing else, once."""
        plan = self.plan
        last = len(plan.items) - 1
        if [position for position, _ in plan.outputs] != [last] or last == 0 or len(set(self.owner)) <= last:
            return False
        for position, item in enumerate(plan.items):
            if position == 0:
                if (item.kind != "InputLayer" or item.again) and not _stands_in(item):
                    return False
            elif not self._follows(position):
                return False
            if len(self.outputs[position]) != 1:
                return False
        return True

    def _follows(self, position: int) -> bool:
        """Whether a layer is called on the one before it, and on nothing else."""
        item, reads = self.plan.items[position], self.plan.reads[position]
        if reads is None or reads.by_role is not None or reads.listed or item.call:
            return False
        one = [source for source, _ in reads.given] == [position - 1]
        return one and not item.kind.startswith(keras3_ops.PREFIX)

    def _sequential(self) -> dict[str, Any]:
        entries = [self._layer(position) for position, item in enumerate(self.plan.items) if not _stands_in(item)]
        config = {"dtype": values.policy("float32"), "layers": entries}
        return {**SEQUENTIAL, "config": config}

    # Functional -------------------------------------------------------------------------------------------------------

    def _functional(self) -> dict[str, Any]:
        plan = self.plan
        entries: list[dict[str, Any]] = []
        by_owner: dict[int, dict[str, Any]] = {}
        entered = self._entered() if plan.entered else None
        if entered is not None:
            entries.append(self._input_entry(entered))
        for position, item in enumerate(plan.items):
            own = self.owner[position]
            if own == position or own not in by_owner:
                entry = by_owner[own] = {**self._layer(own), "name": self.names[own], "inbound_nodes": []}
                entries.append(entry)
            if item.kind != "InputLayer" or item.again:
                node = {"args": [entered.as_json()], "kwargs": {}} if plan.reads[position] is None and entered else (
                    self._node(position))  # fmt: skip
                by_owner[own]["inbound_nodes"].append(node)
        inputs = [self.outputs[position][0].history for position in plan.inputs]
        if entered is not None:
            inputs.insert(0, entered.history)
        outputs = [tensor.history for tensor in self.given()]
        config = {"layers": entries, "input_layers": inputs[0] if len(inputs) == 1 else inputs,
                  "output_layers": outputs[0] if len(outputs) == 1 else outputs}  # fmt: skip
        return {**FUNCTIONAL, "config": config}

    def _entered(self) -> values.Tensor:
        """The Input of a model that begins with another layer: what its first call reads."""
        index = self.writing.at.get(self.prefix + self.plan.names[0])
        node = None if index is None else self.found.graph.nodes[index]
        name = Names(self.names).fresh("input")
        if node is None or not isinstance(node.inputs, list) or not node.inputs:
            return values.Tensor(name, 0, 0, None, "float32")
        edge = node.inputs[0]
        applied = self.found.applied[edge.node]
        spec = None if applied is None else applied.outputs[edge.output or 0]
        if spec is None:
            return values.Tensor(name, 0, 0, None, "float32")
        return values.Tensor(name, 0, 0, spec.shape, spec.dtype)

    def _input_entry(self, tensor: values.Tensor) -> dict[str, Any]:
        config = {"batch_shape": values.shape(tensor.shape), "dtype": tensor.dtype, "sparse": False, "ragged": False,
                  "name": tensor.layer}  # fmt: skip
        return {**values.saved("keras.layers", "InputLayer", config), "name": tensor.layer, "inbound_nodes": []}

    def _node(self, position: int) -> dict[str, Any]:
        """The arguments of a call, as Keras 3 writes them."""
        item, reads = self.plan.items[position], self.plan.reads[position]
        kwargs = {name: values.plain(value) for name, value in item.call.items()}
        if reads is None:
            return {"args": [], "kwargs": kwargs}
        target = self.plan.items[self.owner[position]]
        cls = None if self.plan.model_of(position) is not None else layers.seek(target.kind)
        roles = None if reads.by_role is None else {
            role: self._as_json(one if isinstance(one, list) else [one]) for role, one in reads.by_role.items()
        }  # fmt: skip
        if target.kind.startswith(keras3_ops.PREFIX):
            given = self._as_json(reads.given) if roles is None else roles
            args, more = keras3_ops.arguments(target.kind, target.config, given, self.found.semantics)
        elif roles is None:
            args, more = values.arguments(cls, self._as_json(reads.given), reads.listed)
        else:
            inner = self._inner(position)
            names = [] if inner is None else [inner.plan.names[number] for number in inner.plan.inputs]
            args, more = values.arguments_by_role(cls, roles, names)
        return {"args": args, "kwargs": {**more, **kwargs}}

    def _as_json(self, reads: list[Read]) -> list[Any]:
        return [tensor.as_json() for read in reads for tensor in self._read(read)]

    # Layers -----------------------------------------------------------------------------------------------------------

    def _layer(self, position: int) -> dict[str, Any]:
        """A layer or a model, without its calls."""
        item, name = self.plan.items[position], self.names[position]
        inner = self._inner(position)
        if inner is not None:
            return inner.made(name)
        gives = self.outputs[position]
        index = self.writing.at.get(self.prefix + self.plan.names[position])
        made = None if index is None else self.found.layers[index]
        if made is not None and made.kind != item.kind:  # the Input of a model that is called passes on what it gets
            made = None
        try:
            return values.layer(item, made, name, gives[0].shape if len(gives) == 1 else None, self.writing)
        except Refusal as refusal:
            self.writing.refuse(refusal, self.plan.names[position], item)
            raise


def _stands_in(item: LayerSpec) -> bool:
    """Whether it stands for the Input of a Sequential that says nothing of what it takes."""
    return item.kind == "saved>Input"
