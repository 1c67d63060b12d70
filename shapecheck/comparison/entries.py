"""The calls of a definition as they are compared: what each layer is, reads, gives and holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from shapecheck import dims, layers
from shapecheck.conversion import plain
from shapecheck.diagnostic import Refusal, Refusals
from shapecheck.graph import Edge, Node
from shapecheck.inference import Inference
from shapecheck.naming import snake

_SHAPES = ("shape", "batch_shape", "batch_size", "input_shape", "batch_input_shape", "input_dim")


class Change(NamedTuple):
    """One difference: a parameter by its name, or `kind`, `inputs`, `shapes`, `dtypes`, `masks`, `weights`, `params`.

    `follows` says that it comes of what the layer is handed, and not of how the layer itself is described.
    """

    what: str
    before: Any
    after: Any
    follows: bool = False


class Entry(NamedTuple):
    """One call of a layer. Shapes stand as texts; `settings` is without what is taken for granted."""

    name: str
    kind: str
    settings: Mapping[str, Any]
    inputs: Any
    shapes: tuple[str, ...]
    dtypes: tuple[str, ...]
    masks: tuple[str, ...]
    weights: Mapping[str, str]
    params: Any
    shared: str | None

    @property
    def key(self) -> str:
        """What two layers have in common that may be the same."""
        return f"{self.kind} {sorted(self.settings.items(), key=str)} {self.shared is not None}"

    @property
    def reads(self) -> Any:
        """The names of what it reads: one, a list, or a map by call argument."""
        given = refs(self.inputs)
        return given[0] if isinstance(given, list) and len(given) == 1 else given

    @property
    def is_numbered(self) -> bool:
        """Whether the name is one that nobody gave: `dense`, `dense_1`."""
        base, name = snake(self.kind), self.name.rpartition("/")[2]
        rest = name.removeprefix(base)
        return name.startswith(base) and (not rest or (rest[0] == "_" and rest[1:].isdigit()))


def entries_of(found: Inference | None) -> list[Entry]:
    """Every call of a definition, in the order of the wiring."""
    if found is None:
        return []
    with layers.also(found.graph.spec.kinds):
        return [_entry(found, node) for node in found.graph.nodes]


def _entry(found: Inference, node: Node) -> Entry:
    applied, layer = found.applied[node.index], found.layers[node.index]
    outputs = applied.outputs if applied else ()
    weights = applied.weights if applied and node.owner == node.index else {}
    sizes = [dims.product(weight.shape) for weight in weights.values()]
    unknown = applied is None or any(size is dims.UNKNOWN for size in sizes)
    kind = layer.kind if layer is not None else node.spec.kind
    return Entry(
        node.name,
        kind,
        _settings(found, node, kind),
        _inputs(found, node),
        tuple(_shape(spec.shape) for spec in outputs),
        tuple(spec.dtype for spec in outputs),
        tuple("" if spec.mask is None else _shape(spec.mask) for spec in outputs),
        {path: _shape(weight.shape) for path, weight in weights.items()},
        None if unknown else dims.total(sizes),
        None if node.owner == node.index else found.graph.nodes[node.owner].name,
    )


def _settings(found: Inference, node: Node, kind: str) -> dict[str, Any]:
    spec, config = found.graph.spec, node.spec.config
    try:
        made = plain.settings(kind, config, found.semantics, spec.data_format)
    except (Refusal, Refusals):  # a value that is not valid, or that no file can hold: as it was written
        made = {name: _written(value) for name, value in config.items() if name != "name"}
    cls = layers.find(kind)
    if cls is not None and found.semantics.generation == 2:
        made = {**cls.older, **made}
    if kind in ("InputLayer", "Identity"):
        made = {name: value for name, value in made.items() if name not in _SHAPES}
    if node.spec.call:
        made["call"] = {name: _written(value) for name, value in node.spec.call.items()}
    return made


def _written(value: Any) -> Any:
    try:
        return plain.value_of(value, "")
    except Refusal:
        return getattr(value, "__name__", type(value).__name__)


def _inputs(found: Inference, node: Node) -> Any:
    """The names of what a call reads: a list, or a map by call argument."""
    if isinstance(node.inputs, dict):
        return {role: [_ref(found, edge) for edge in (item if isinstance(item, list) else [item])]
                for role, item in node.inputs.items()}  # fmt: skip
    return [_ref(found, edge) for edge in node.inputs]


def _ref(found: Inference, edge: Edge) -> tuple[str, int | None]:
    applied = found.applied[edge.node]
    whole = edge.output is None or (applied is not None and applied.single)
    return found.graph.nodes[edge.node].name, None if whole else edge.output


def _shape(shape: Any) -> str:
    if shape is None:
        return "?"
    sizes = ", ".join(map(dims.text, shape))
    return f"({sizes},)" if len(shape) == 1 else f"({sizes})"


# Two of them ---------------------------------------------------------------------------------------------------------


def changes(before: Entry, after: Entry, names: Mapping[str, str]) -> tuple[Change, ...]:
    """What is different; `names` holds the names that the layers of the first definition have in the second."""
    found: list[Change] = []
    if before.kind != after.kind:
        found.append(Change("kind", before.kind, after.kind))
    for name in {**before.settings, **after.settings}:
        was, now = value_of(before, name), value_of(after, name)
        if not plain.same(_loose(was), _loose(now)):
            found.append(Change(name, was, now))
    if moved(before.inputs, names) != after.inputs:
        found.append(Change("inputs", refs(before.inputs), refs(after.inputs)))
    for what in ("shapes", "dtypes", "masks"):
        was, now = getattr(before, what), getattr(after, what)
        if was != now:
            found.append(Change(what, list(was), list(now), bool(before.inputs or after.inputs)))
    paths = {**before.weights, **after.weights}
    weights = {path: (before.weights.get(path), after.weights.get(path)) for path in paths}
    different = {path: pair for path, pair in weights.items() if pair[0] != pair[1]}
    if different:
        found.append(Change("weights", {path: was for path, (was, _) in different.items()},
                            {path: now for path, (_, now) in different.items()}, True))  # fmt: skip
        if _amount(before.params) != _amount(after.params):
            found.append(Change("params", before.params, after.params, True))
    return tuple(found)


def _amount(params: Any) -> str:
    return "?" if params is None else dims.text(params)


def value_of(entry: Entry, name: str) -> Any:
    """A parameter of a layer, its default where nothing is said."""
    if name in entry.settings:
        return entry.settings[name]
    cls = layers.find(entry.kind)
    parameter = cls.parameters.get(name) if cls is not None else None
    if parameter is None:
        return {"trainable": True, "autocast": True, "dtype": "float32"}.get(name)
    return plain.default_of(parameter)


def _loose(value: Any) -> Any:
    """A value in which 1 and 1.0 are the same."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        return float(value) if abs(value) < 1 << 53 else value
    if isinstance(value, (list, tuple)):
        return [_loose(item) for item in value]
    return {key: _loose(item) for key, item in value.items()} if isinstance(value, dict) else value


def moved(inputs: Any, names: Mapping[str, str]) -> Any:
    """What a layer reads, under the names of the second definition."""
    if isinstance(inputs, dict):
        return {role: moved(item, names) for role, item in inputs.items()}
    return [(names.get(name, f"{name} of the first"), output) for name, output in inputs]


def refs(inputs: Any) -> Any:
    """What a layer reads, as a definition writes it."""
    if isinstance(inputs, dict):
        return {role: refs(item) for role, item in inputs.items()}
    return [name if output is None else f"{name}[{output}]" for name, output in inputs]
