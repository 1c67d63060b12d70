"""The wiring of one definition, or of one of its models, on its own: names, what each layer reads, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shapecheck import layers
from shapecheck.findings import Context, related
from shapecheck.naming import Names, snake
from shapecheck.source import Place
from shapecheck.spec import Inputs, LayerSpec, ModelSpec, Ref
from shapecheck.words import shown

LABELLED = 5

Read = tuple[int, int | None]
"""A layer by its position, and one of its outputs; None for all of them."""


class Reads:
    """What a layer reads: a list in order, or a map by call argument. `listed` where `inputs` is a list."""

    __slots__ = ("by_role", "given", "listed")

    def __init__(self, given: list[Read], listed: bool, by_role: dict[str, Any] | None = None) -> None:
        self.given = given
        self.listed = listed
        self.by_role = by_role


class Plan:
    """A definition or a model with every reference resolved to the position of a layer.

    `items` are its layers, with the Input that first-layer arguments make; `made` holds for each the position of the
    layer whose weights it has, itself for most. `reads` is None where nothing is read.
    """

    __slots__ = (
        "at", "broken", "context", "entered", "inputs", "items", "made", "names", "outputs", "reads", "spec",
    )  # fmt: skip

    def __init__(self, spec: ModelSpec, context: Context) -> None:
        self.spec = spec
        self.context = context
        self.entered = False  # whether the first layer reads what a call of this model reads
        self.items = list(spec.layers)
        self.broken = bytearray(len(self.items))
        first = _made_input(self)
        if first is not None:
            self.items.insert(0, first[0])
            self.broken.insert(0, not first[1])
        self.at: dict[str, int] = {}
        self.names = self._named()
        self.made = list(range(len(self.items)))
        self._settle_calls()
        for position, item in enumerate(self.items):
            self._judge_kind(position, item)
        self.reads = [self._reads(position, item) for position, item in enumerate(self.items)]
        self.inputs = self._inputs()
        self.outputs = self._outputs()

    # Names --------------------------------------------------------------------------------------------------------

    def _named(self) -> list[str]:
        """A name for each layer that no other has; two that were given the same one are a finding."""
        names: list[str] = []
        again: dict[str, list[int]] = {}
        for position, item in enumerate(self.items):
            if item.name is not None and self.at.setdefault(item.name, position) != position:
                again.setdefault(item.name, []).append(position)
        fresh = Names(self.at)
        for position, item in enumerate(self.items):
            if item.name is not None and self.at[item.name] == position:
                names.append(item.name)
                continue
            name = fresh.fresh(item.name or item.again or snake(item.model or item.kind), int(item.again is not None))
            self.at[name] = position
            names.append(name)
        for name, positions in again.items():
            self._twice(name, positions)
        return names

    def _twice(self, name: str, positions: Sequence[int]) -> None:
        first, item = self.items[self.at[name]], self.items[positions[0]]
        labels = related(_name_place(first), "the first one")
        for position in positions[1:LABELLED]:
            labels += related(_name_place(self.items[position]), "and again")
        more = len(positions) - LABELLED
        notes = [f"and in {more:,} more places"] if more > 0 else []
        self.context.say("SC202", _name_place(item), item, layer=name, name=name, labels=labels, notes=notes)

    # Kinds --------------------------------------------------------------------------------------------------------

    def _settle_calls(self) -> None:
        """Find the layer behind every `call`, through calls of calls, each step once."""
        settled = bytearray(len(self.items))
        for start in range(len(self.items)):
            way: list[int] = []
            position: int | None = start
            while position is not None and not settled[position]:
                settled[position] = 1
                again = self.items[position].again
                if again is None:
                    break
                way.append(position)
                position = self.at.get(again)
            if way:
                self._settle(way, None if position in set(way) else position)

    def _settle(self, way: Sequence[int], end: int | None) -> None:
        """The layer at the end of a way of calls is what all of them call; None where there is no end."""
        last, models = way[-1], self.context.root.models
        if end is not None:
            target = self.made[end]
            sound = self.items[target].again is None or self.items[target].again in models
        else:
            target, sound = last, self.items[last].again in models
            name = self.items[last].again or ""
            if not sound and name in self.at:
                name = self.items[way[0]].again or ""
                self._fail(way[0], "SC210", "layer", name=name, problem="it calls itself")
            elif not sound:
                problem = "no layer or model has that name"
                self._fail(last, "SC210", "layer", name=name, problem=problem, near=self._near(name))
        for position in way:
            self.made[position] = target
            if not sound:
                self.broken[position] = 1
            elif self.items[target].kind == "InputLayer":
                name = self.items[position].again or ""
                self._fail(position, "SC208", "layer", layer=name, expected="no inputs", given=1)

    def _judge_kind(self, position: int, item: LayerSpec) -> None:
        kind, root = item.kind, self.context.root
        if not kind:
            self.broken[position] = 1
        elif item.again is not None or item.model is not None or layers.seek(kind) is not None:
            return
        elif kind in root.custom:
            self.broken[position] = 1
        else:
            self.broken[position] = self.context.unknown_kind(item, self.names[position])

    def model_of(self, position: int) -> str | None:
        """The name of the model that is called here, or None."""
        item = self.items[self.made[position]]
        return item.model or (item.again if item.again in self.context.root.models else None)

    # References ---------------------------------------------------------------------------------------------------

    def _fail(self, position: int, code: str, key: str, **facts: Any) -> None:
        item = self.items[position]
        self.broken[position] = 1
        place = item.inputs_place if key == "inputs" else item.place.at(key) if item.place else None
        self.context.say(code, place, item, **facts)

    def _near(self, name: str) -> str | None:
        return self.context.near(name, lambda: [*self.at, *self.context.root.words, *self.context.root.models])

    def _reads(self, position: int, item: LayerSpec) -> Reads | None:
        given = item.inputs
        if item.kind == "InputLayer" and item.again is None:
            if given is not None:
                self._fail(position, "SC208", "inputs", layer=self.names[position], expected="no inputs",
                           given=1 if isinstance(given, Ref) else len(given))  # fmt: skip
            return None
        if given is None:
            if position > 0:
                return Reads([(position - 1, None)], False)
            self.entered = True
            return None
        if isinstance(given, Ref):
            return Reads(self._found([given], position, item), False)
        if not isinstance(given, Mapping):
            return Reads(self._found(given, position, item), True)
        roles: dict[str, Any] = {}
        for role, one in given.items():
            found = self._found([one] if isinstance(one, Ref) else one, position, item)
            roles[role] = found if not isinstance(one, Ref) or len(found) != 1 else found[0]
        return Reads([], False, roles)

    def _found(self, refs: Iterable[Ref], position: int, item: LayerSpec) -> list[Read]:
        """The positions that references mean; the layer is broken where one of them means nothing."""
        found = []
        for ref in refs:
            target = self.at.get(ref.name)
            if target is not None:
                found.append((target, ref.output))
                continue
            self.broken[position] = 1
            if ref.name:
                self.unknown(ref, self.names[position], item)
        return found

    def unknown(self, ref: Ref, reader: str, item: LayerSpec | None) -> None:
        place = ref.place or (item.place if item else None)
        close = self._near(ref.name)
        self.context.say("SC201", place, item, layer=reader, name=ref.name, near=close)

    # The ends -----------------------------------------------------------------------------------------------------

    def _inputs(self) -> list[int]:
        """The Inputs, in the order of the `inputs` of the definition where it lists them."""
        known = [position for position, item in enumerate(self.items) if item.kind == "InputLayer" and not item.again]
        first: list[int] = []
        chosen: set[int] = set()
        for ref in refs_of(self.spec.inputs):
            target = self.at.get(ref.name)
            if target is None and ref.name:
                self.unknown(ref, "inputs", None)
            elif target is not None and self.items[target].kind not in ("InputLayer", ""):
                self.context.say("SC115", ref.place, what="`inputs`", expected="names of Input layers",
                                 given=shown(ref.name), name=ref.name)  # fmt: skip
            elif target is not None and target not in chosen and self.items[target].kind:
                chosen.add(target)
                first.append(target)
        return [*first, *(position for position in known if position not in chosen)]

    def _outputs(self) -> list[Read]:
        """What the definition gives: as it says, or else every layer that nobody reads."""
        if self.spec.outputs is not None:
            found = []
            for ref in refs_of(self.spec.outputs):
                target = self.at.get(ref.name)
                if target is not None:
                    found.append((target, ref.output))
                elif ref.name:
                    self.unknown(ref, "outputs", None)
            return found
        read = bytearray(len(self.items))
        for reads in self.reads:
            for position, _ in reads_of(reads):
                read[position] = 1
        ends = [position for position in range(len(self.items)) if not read[position]]
        kept = [position for position in ends if self.items[position].kind != "InputLayer"]
        return [(position, None) for position in kept or ends]


def reads_of(reads: Reads | None) -> Iterable[Read]:
    """Everything that is read, whatever its structure."""
    if reads is None:
        return ()
    if reads.by_role is None:
        return reads.given
    return [one for item in reads.by_role.values() for one in (item if isinstance(item, list) else [item])]


def refs_of(given: Inputs) -> list[Ref]:
    """The references in the `inputs` or `outputs` of a definition."""
    if given is None:
        return []
    if isinstance(given, Ref):
        return [given]
    several = given.values() if isinstance(given, Mapping) else given
    return [ref for item in several for ref in ([item] if isinstance(item, Ref) else item)]


def _name_place(item: LayerSpec) -> Place | None:
    return item.place.at("name") if item.place else None


# First-layer arguments -----------------------------------------------------------------------------------------------


def _made_input(plan: Plan) -> tuple[LayerSpec, bool] | None:
    """The Input that `input_shape` and its kin make on the first layer, and whether it is sound."""
    if not plan.items:
        return None
    item = plan.items[0]
    if item.inputs is not None or item.kind == "InputLayer" or item.again or item.model:
        return None
    kind = layers.seek(item.kind)
    own = kind.parameters if kind is not None else {}
    for param in ("batch_input_shape", "input_shape", "input_dim"):
        value = item.config.get(param)
        if value is not None and param not in own:
            return _input_from(plan.context, item, param, value)
    if item.kind == "Embedding" and plan.context.root.generation == 2:  # it always reads rows of some length there
        return _input_from(plan.context, item, "input_length", [item.config.get("input_length")])
    return None


def _input_from(context: Context, item: LayerSpec, param: str, value: Any) -> tuple[LayerSpec, bool]:
    place = item.place.at(param) if item.place else None
    batch = item.config.get("batch_size")
    config: dict[str, Any] = {"shape": []}
    sound = param == "input_dim" or isinstance(value, (list, tuple))
    if param == "input_dim":
        config = {"batch_shape": [batch, value]}
    elif sound:
        config = {"batch_shape": [*value] if param == "batch_input_shape" else [batch, *value]}
    else:
        given = shown(value)
        context.say("SC113", place, item, layer=item.name, param=param, expected="a list of sizes", given=given)
    dtype = item.config.get("input_dtype", item.config.get("dtype"))
    if isinstance(dtype, str) and not dtype.startswith("mixed_") and context.root.generation != 3:
        config["dtype"] = dtype
    return LayerSpec("InputLayer", config, place=place, trail=item.trail), sound
