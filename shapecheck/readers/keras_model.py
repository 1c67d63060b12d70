"""A model as Keras saves it -> ModelSpec, with the models that it calls under `models`. Nothing is ever imported.

A Sequential is its list of layers; a Functional names for each layer the calls of it, and its ends. A model among the
layers is read the same way and called; all is done without recursion.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shapecheck.readers import keras_calls, keras_dialect
from shapecheck.readers.keras_binding import bound
from shapecheck.readers.keras_entries import Entry, input_layer
from shapecheck.readers.keras_file import KerasFile, Unread
from shapecheck.source import Document, Key, Place, Source
from shapecheck.spec import LayerSpec, ModelSpec, Ref
from shapecheck.words import near

_NOWHERE = Ref("")


def read_model(
    root: Any, source: Source, document: Document, at: tuple[Key, ...] = (), version: str | None = None
) -> ModelSpec:
    """The model that `root` holds, which stands at the path `at` of its document.

    It is a whole file of Keras 1, 2 or 3, the bare configuration in it, or a list of layers. `version` is what its
    container says of the Keras that saved it. Never raises: what is wrong is in `.findings`.
    """
    place = Place(document, at)
    spec = ModelSpec(source, [], place=place)
    dialect = keras_dialect.of(root, version)
    spec.generation = dialect.generation
    file = KerasFile(spec, dialect)
    if isinstance(root, dict) and isinstance(root.get("class_name"), str) and "config" in root:
        file.models.append(Unread(spec, spec, root, place))
    else:
        _read(file, spec, "", root, place)
    for model in file.models:  # which grows meanwhile
        file.home = model.home
        _check_class(file, model.entry, model.place)
        _read(file, model.spec, model.entry["class_name"], model.entry.get("config"), model.place.at("config"))
        if model.entry.get("compile_config"):
            _say_code(file, model.entry["compile_config"], model.place.at("compile_config"))
    return spec


def _say_code(file: KerasFile, compiled: Any, place: Place) -> None:
    """Code and names in what a model was compiled with: never decoded, never imported, and of no shape."""
    from shapecheck.readers.keras_training import foreign

    for setting, name, where in foreign(compiled, place):
        if name is None:
            file.say("SC141", where, layer=setting)
        else:
            file.say("SC145", where, param=setting, name=name)


def _check_class(file: KerasFile, entry: Mapping[str, Any], place: Place) -> None:
    """Refuse the class of a model that is Keras's by its module, or nearly by its name, and that Keras does not have.

    Any other class is somebody's own, and is read as the model that its configuration describes.
    """
    kind, module = entry["class_name"], entry.get("module")
    if kind not in keras_dialect.MODELS:
        known = sorted(keras_dialect.MODELS)
        ours = isinstance(module, str) and module.partition(".")[0] in keras_dialect.PACKAGES
        meant = near(kind, known) if ours or module is None else None
        if ours or meant is not None:
            file.say("SC110", place.at("class_name"), kind=kind, near=meant)


def _read(file: KerasFile, spec: ModelSpec, kind: str, config: Any, place: Place) -> None:
    layers, where = config, place
    if isinstance(config, dict):
        if isinstance(config.get("name"), str):
            spec.name = config["name"] if spec is file.root else spec.name
        layers, where = config.get("layers"), place.at("layers")
    if not isinstance(layers, list):
        file.malformed(where, "`layers` of a model", "a list of layers", layers)
        return
    if not layers:
        file.say("SC209", where, what="layers")
        return
    entries = [made for index, item in enumerate(layers) if (made := file.entry(item, where.at(index)))]
    if kind != "Sequential" and isinstance(config, dict) and (
        kind in ("Functional", "Model") or "input_layers" in config or any(entry.nodes is not None for entry in entries)
    ):  # fmt: skip
        _functional(file, spec, config, place, entries)
    else:
        _sequential(file, spec, config if isinstance(config, dict) else {}, place, entries)


# Sequential --------------------------------------------------------------------------------------------------------


def _sequential(
    file: KerasFile, spec: ModelSpec, config: Mapping[str, Any], place: Place, entries: list[Entry]
) -> None:
    """Layers that follow one another. The first layer says what comes in, unless whoever calls the model does."""
    merged = _branches(file, entries[0]) if entries and entries[0].kind == "Merge" else []
    named = entries and entries[0].kind == "InputLayer"
    made = _first_input(entries[0], config, place, not file.dialect.keras3) if entries and not named else None
    if merged:
        spec.layers.extend(merged)
    elif made is not None:
        spec.layers.append(made)
    elif entries and spec is file.home and entries[0].kind != "InputLayer":
        spec.layers.append(file.code.unknown_input(entries[0]))
    for number, entry in enumerate(entries):
        spec.layers.append(file.layer_spec(entry))
        if merged and number == 0:
            spec.layers[-1].inputs = [Ref(item.name or "") for item in merged if item.model is not None]
        if entry.is_opaque:
            entry.read = [entry.built]
            entry.gives = {0: entries[number + 1].built} if number + 1 < len(entries) else {}
            file.code.settle(entry)
        if entry.config.get("return_state") is True and number + 1 < len(entries):
            after = entries[number + 1]
            file.say("SC208", after.kind_place, layer=after.name or after.kind, expected="one tensor",
                     given=f"the output and the states of `{entry.name or entry.kind}`")  # fmt: skip


def _branches(file: KerasFile, merge: Entry) -> list[LayerSpec]:
    """The models that a Merge of Keras 1 puts together at the start of a Sequential, each with its Input."""
    made: list[LayerSpec] = []
    given = merge.config.get("layers")
    for index, raw in enumerate(given if isinstance(given, list) else ()):
        branch = file.entry(raw, merge.place.at("layers", index))
        if branch is None or not branch.is_model:
            continue
        branch.name = branch.name or f"branch_{index + 1}"
        first = _first_input(branch, {}, branch.place, old=True)
        if first is not None:
            first.name = f"{branch.name}_input"
            item = file.layer_spec(branch)
            item.inputs = Ref(first.name)
            made += first, item
    return made


def _first_input(first: Entry, config: Mapping[str, Any], place: Place, old: bool) -> LayerSpec | None:
    """The Input that the arguments of the first layer make, or those of the first layer inside it.

    Otherwise the one for which the model was built, and None where nothing is said. `old`: Keras 1 or 2 wrote it.
    """
    name = f"{first.name or first.kind.lower()}_input"
    raw: Any = first.raw
    where = first.at
    while isinstance(raw, dict):
        inner, where = raw.get("config"), where.at("config")
        if isinstance(inner, dict):
            if any(inner.get(key) is not None for key in ("batch_input_shape", "batch_shape")):
                dtype = inner.get("dtype")
                given = inner if isinstance(dtype, str) and not dtype.startswith("mixed") else {**inner, "dtype": None}
                return input_layer(given, name, where, first.kind_place)
            if raw.get("class_name") == "Embedding" and old:  # it always reads rows of some length there
                made = input_layer({"batch_shape": [None, inner.get("input_length")]}, name, where, first.kind_place)
                made.written = {"batch_shape": "input_length"}
                return made
            inner, where = inner.get("layers"), where.at("layers")
        raw = inner[0] if isinstance(inner, list) and inner else None
        where = where.at(0)
    if config.get("build_input_shape") is None:
        return None
    given = {"batch_shape": config["build_input_shape"]}
    made = input_layer(given, name, place, place.at("build_input_shape"))
    made.written = {"batch_shape": "build_input_shape"}
    return made


# Functional --------------------------------------------------------------------------------------------------------


def _functional(
    file: KerasFile, spec: ModelSpec, config: Mapping[str, Any], place: Place, entries: list[Entry]
) -> None:
    """Layers with the calls of each, and the tensors that go in and come out."""
    known = {entry.name: entry for entry in entries if entry.name is not None}
    shifted = _shifted(config, entries)
    names = _call_names(known)
    shapes: list[Any] = []  # those of the tensors of one call, when the file was saved

    def resolve(name: str, number: int, output: int, where: Place, shape: Any = None) -> Ref:
        entry = known.get(name)
        if entry is None:
            return Ref(name, output, where)
        number -= name in shifted
        if not 0 <= number < entry.calls:
            file.say("SC142", where, name=name, count=entry.calls, number=number + (name in shifted))
            return _NOWHERE
        shapes.append(shape)
        if shape is not None and number == 0:
            entry.gives.setdefault(output, shape)
        return Ref(name if number == 0 else names[name, number], output, where)

    again: list[LayerSpec] = []
    for entry in entries:
        spec.layers.extend(_calls(file, entry, known, names, resolve, again))
        entry.read, shapes[:] = [*shapes], ()
    spec.layers.extend(again)
    for entry in entries:
        if entry.is_opaque:
            file.code.settle(entry)
    for end, into in (("input_layers", "inputs"), ("output_layers", "outputs")):
        where = place.at(end)
        try:
            ends = keras_calls.ends(config.get(end), where, resolve)
        except keras_calls.Malformed as wrong:
            file.malformed(wrong.place, f"`{end}`", wrong.expected, wrong.given)
            continue
        if ends:
            setattr(spec, into, ends)
        elif end == "output_layers":
            file.say("SC209", where if end in config else place, what="outputs")


def _shifted(config: Mapping[str, Any], entries: list[Entry]) -> set[str]:
    """The models of which the calls are counted from 1: every call of a model is read, so 0 is named unless it is."""
    models = {entry.name: False for entry in entries if entry.is_model and entry.name is not None}
    if not models:
        return set()
    stack: list[Any] = [config.get("output_layers"), *(entry.nodes for entry in entries)]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            if keras_calls.is_reference(item) and item[0] in models and item[1] == 0:
                models[item[0]] = True
            stack.extend(item)
        elif isinstance(item, dict):
            stack.extend(item.values())
    return {name for name, begins_at_0 in models.items() if not begins_at_0}


def _call_names(known: Mapping[str, Entry]) -> dict[tuple[str, int], str]:
    """A name for each further call of a layer."""
    names: dict[tuple[str, int], str] = {}
    taken = set(known)
    for name, entry in known.items():
        for number in range(1, entry.calls):
            fresh = f"{name}#{number + 1}"
            while fresh in taken:
                fresh += "'"
            taken.add(fresh)
            names[name, number] = fresh
    return names


def _calls(
    file: KerasFile,
    entry: Entry,
    known: Mapping[str, Entry],
    names: Mapping[tuple[str, int], str],
    resolve: keras_calls.Resolve,
    again: list[LayerSpec],
) -> Iterator[LayerSpec]:
    """The layer with its first call; its further calls go to `again`."""
    nodes, where = entry.nodes, entry.at.at("inbound_nodes")
    if entry.kind != "InputLayer" and nodes == []:
        file.say("SC143", entry.kind_place, layer=entry.name, name=entry.name)
        return
    item = file.layer_spec(entry)
    if entry.kind == "InputLayer":
        yield item
        return
    if not isinstance(nodes, list):
        file.malformed(where, "`inbound_nodes`", "a list of calls", nodes)
        nodes = [None]
    for number, node in enumerate(nodes):
        if number > 0:
            name = names.get((entry.name or "", number))
            if entry.is_operation:  # which has no weights, and whose arguments may differ from call to call
                item = file.layer_spec(entry).but(name=name)
            else:
                item = LayerSpec(entry.kind, {}, name=name, again=entry.name, place=entry.place,
                                 kind_place=entry.kind_place)  # fmt: skip
            again.append(item)
        item.inputs, item.side = _NOWHERE, where.at(number)
        if node is not None:
            try:
                arguments = keras_calls.read(node, where.at(number), known, resolve)
                bound(file, entry, item, arguments, where.at(number))
            except keras_calls.Malformed as wrong:
                file.malformed(wrong.place, "a call", wrong.expected, wrong.given)
        if number == 0:
            yield item
