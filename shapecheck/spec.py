"""A definition as it was parsed: placed, and not yet believed. Readers make it, the graph is built from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from shapecheck.contract import Layer
from shapecheck.diagnostic import Diagnostic
from shapecheck.source import Place, Source

MAX_LAYERS = 50_000
"""The most layers that a definition may come to, with blocks, repetitions and models written out."""


class Ref(NamedTuple):
    """An output of a named layer: `enc`, or `state[1]` for its second output. `output` None: all of them."""

    name: str
    output: int | None = None
    place: Place | None = None


Inputs = Ref | Sequence["Ref"] | Mapping[str, Any] | None
"""One tensor, a list of them, tensors by call argument, or the previous layer."""


class Use(NamedTuple):
    """Why a template line counts here: the use of a block or the turn of a repetition, in words, and where."""

    text: str
    place: Place | None


class LayerSpec:
    """One entry of a definition: a layer to make and call, a layer to call again, or a model to call."""

    __slots__ = (
        "again", "built", "call", "config", "inputs", "kind", "kind_place", "model", "name", "place", "side", "trail",
        "written",
    )  # fmt: skip

    def __init__(
        self,
        kind: str,
        config: Mapping[str, Any],
        *,
        name: str | None = None,
        inputs: Inputs = None,
        call: Mapping[str, Any] | None = None,
        again: str | None = None,
        model: str | None = None,
        place: Place | None = None,
        kind_place: Place | None = None,
        trail: tuple[Use, ...] = (),
    ) -> None:
        self.kind = kind
        self.config = config
        self.name = name
        self.inputs = inputs
        self.call = call or {}
        self.again = again  # the name of a layer or model that is called once more, with the same weights
        self.model = model  # the name of a model under `models:` that is called
        self.place = place  # of the configuration: `place.at("filters")` is the place of that value
        self.kind_place = kind_place  # of the word that names the kind
        self.side: Place | None = None  # of what it reads, where that does not stand beside the parameters
        self.trail = trail
        self.built: Any = None  # the shape, or shapes, of its inputs when the file was saved
        self.written: Mapping[str, str] = {}  # an argument -> the name of Keras 1 or 2 under which it stands

    @property
    def inputs_place(self) -> Place | None:
        """Where it stands what the layer reads, if it says so."""
        return self.side or (self.place.at("inputs") if self.place else None)

    def but(self, **changes: Any) -> LayerSpec:
        """A copy with some of its attributes changed."""
        made = object.__new__(LayerSpec)
        for slot in LayerSpec.__slots__:
            setattr(made, slot, changes.get(slot, getattr(self, slot)))
        return made

    def __repr__(self) -> str:
        return f"<LayerSpec {self.kind} {self.name or ''}>"


class Contract(NamedTuple):
    """What a definition promises of a size: a set of values, to be proved or refuted afterwards."""

    least: int | None
    most: int | None
    multiple_of: int | None
    values: tuple[int, ...] | None
    place: Place | None


class Assertion(NamedTuple):
    """A line under `assert:`, as text."""

    text: str
    place: Place | None


class CustomRule(NamedTuple):
    """A layer that the definition describes by a rule such as `(n, h, w, c) -> (n, h*r, w*r, c//(r*r))`.

    `kind` is the class that was made of it; None where it is malformed, and its uses are then silent. `written` is the
    whole description as it was read.
    """

    params: tuple[str, ...]
    rule: str
    place: Place | None
    kind: type[Layer] | None = None
    written: Any = None


class StoredWeight(NamedTuple):
    """A weight of which the file of the definition tells the shape, though the numbers are in another file."""

    name: str
    shape: tuple[int, ...]
    place: Place


class ModelSpec:
    """A whole definition. `findings` holds what was already found wrong while reading."""

    __slots__ = (
        "asserts", "contracts", "custom", "data_format", "findings", "free", "generation", "holds_models", "inputs",
        "layers", "models", "name", "outputs", "place", "source", "stored", "words",
    )  # fmt: skip

    def __init__(
        self,
        source: Source,
        layers: list[LayerSpec],
        *,
        name: str | None = None,
        outputs: Inputs = None,
        place: Place | None = None,
    ) -> None:
        self.source = source
        self.name = name
        self.layers = layers
        self.outputs = outputs
        self.place = place
        self.models: dict[str, ModelSpec] = {}
        self.custom: dict[str, CustomRule] = {}
        self.contracts: dict[str, Contract] = {}
        self.asserts: list[Assertion] = []
        self.generation: int | None = None  # `keras: 2`, `keras: 3`, or strict
        self.data_format: str | None = None
        self.findings: list[Diagnostic] = []
        self.inputs: Inputs = None  # the names of the Inputs, where the definition lists them
        self.holds_models = False  # whether a ModelSpec stands for a layer inside another, in some configuration
        self.stored: Sequence[StoredWeight] = ()
        self.free: tuple[str, ...] = ()  # names of sizes that whoever uses the definition sets, beside those of inputs
        self.words: tuple[str, ...] = ()  # blocks and their uses: what else a mistyped name may have meant

    @property
    def kinds(self) -> dict[str, type[Layer]]:
        """The layers that the definition describes itself."""
        return {name: rule.kind for name, rule in self.custom.items() if rule.kind is not None}
