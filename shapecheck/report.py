"""The result of a check, as data that answers questions; how it is shown is handed in by the checker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from shapecheck.diagnostic import Diagnostic, ShapecheckError, ShapeError, SpecError
from shapecheck.dims import Dim
from shapecheck.source import Place, Source

Shape = tuple[Dim, ...]


class NamedShape(NamedTuple):
    """An input or an output of the model; the shape is None where not even the rank is known."""

    name: str
    shape: Shape | None


class LayerReport(NamedTuple):
    """One call of a layer. `params` counts the weights at their only place: the first call of a shared layer.

    `params` and `trainable_params` are ints, formulas in named sizes, or None where nothing is known;
    `macs` are multiply-accumulates of one call (1 MAC is 2 FLOPs, a bias is not counted), as a formula.
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    output_shapes: tuple[Shape | None, ...]
    params: Dim | None
    trainable_params: Dim | None
    weights: Mapping[str, Shape]
    dtypes: tuple[str, ...]
    masks: tuple[Shape | None, ...]
    cost: Callable[[], Dim | None]
    place: Place | None

    @property
    def macs(self) -> Dim | None:
        """Multiply-accumulates of this call as a formula, worked out when asked."""
        return self.cost()


class Stated(NamedTuple):
    """A requirement of a report that came from another process: its words."""

    text: str


def _unknown() -> None:
    return None


class Report:
    """What a check found in one definition.

    ok            no finding of severity error
    diagnostics   the findings, in the order of the text
    inputs, outputs   lists of NamedShape
    size          how many layers there are, each counted once
    layers        name -> LayerReport, in order of the wiring; a shared layer stands once. A model that is called is
                  written out as its layers, `enc/conv1`; asked for by its own name, it answers as one layer
    calls         name -> every LayerReport of that layer
    shapes        name -> shape of the first call: a tuple, or a list for several outputs
    params        all weights, each counted once: an int or a formula
    requirements  the conditions on the sizes under which the model is valid
    """

    __slots__ = (
        "_called",
        "_calls",
        "_entries",
        "_graph",
        "_layers",
        "_write",
        "diagnostics",
        "inputs",
        "name",
        "outputs",
        "params",
        "path",
        "requirements",
        "size",
        "source",
        "trainable_params",
        "truncated",
    )  # fmt: skip

    def __init__(self, path: str, source: Source | None = None) -> None:
        self.path = path
        self.source = source
        self.name: str | None = None
        self.diagnostics: list[Diagnostic] = []
        self.inputs: list[NamedShape] = []
        self.outputs: list[NamedShape] = []
        self.size = 0
        self._entries: Callable[[], Iterator[tuple[str, LayerReport]]] = lambda: iter(())
        self._layers: Layers | None = None
        self._called: Callable[[], Iterator[tuple[str, LayerReport]]] = lambda: iter(())
        self._calls: dict[str, list[LayerReport]] = {}
        self.params: Dim | None = 0
        self.trainable_params: Dim | None = 0
        self.requirements: Any = ()
        self.truncated = 0  # how many findings got no hints, because there were so many
        self._graph: Callable[[], Any] | None = None
        self._write: Callable[[str, Report], str] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """What another process gets: the findings and what the model is, with the layers if somebody asked for them.

        Their formulas of cost stay behind, and so does everything that would be worked out only when asked for.
        """
        kept = ("path", "source", "diagnostics", "inputs", "name", "outputs", "params", "size", "trainable_params",
                "truncated")  # fmt: skip
        state = {name: getattr(self, name) for name in kept}
        state["requirements"] = tuple(Stated(condition.text) for condition in self.requirements)
        if self._layers is not None:
            sent = {id(entry): entry._replace(cost=_unknown, place=None) for entries in self._calls.values()
                    for entry in entries}  # fmt: skip
            layers = Layers()
            layers.update({name: sent[id(entry)] for name, entry in self._layers.items()})
            layers.models.update({name: sent[id(entry)] for name, entry in self._layers.models.items()})
            state["_layers"] = layers
            state["_calls"] = {name: [sent[id(entry)] for entry in several] for name, several in self._calls.items()}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        Report.__init__(self, state["path"])
        for name, value in state.items():
            setattr(self, name, value)

    @property
    def ok(self) -> bool:
        return not any(found.severity == "error" for found in self.diagnostics)

    @property
    def layers(self) -> dict[str, LayerReport]:
        """Name -> LayerReport; made when first asked, as a check that only says ok needs none of it."""
        if self._layers is None:
            self._layers = Layers()
            for owner, entry in self._entries():
                self._layers[entry.name] = entry
                self._calls.setdefault(owner, []).append(entry)
            for owner, entry in self._called():
                self._layers.models.setdefault(entry.name, entry)
                self._calls.setdefault(owner, []).append(entry)
        return self._layers

    @property
    def calls(self) -> dict[str, list[LayerReport]]:
        """Name -> the LayerReport of every call of that layer."""
        assert self.layers is not None
        return self._calls

    @property
    def shapes(self) -> Mapping[str, Any]:
        return _Shapes(self.layers)

    @property
    def graph(self) -> Any:
        """The model as a `networkx.MultiDiGraph` with shapes on its edges; networkx is imported here."""
        return self._graph() if self._graph else None

    def raise_for_errors(self) -> None:
        """Raise SpecError or ShapeError for the first error, if there is one."""
        for found in self.diagnostics:
            if found.severity == "error":
                raise error_of(found)

    def summary(self) -> str:
        """A table of the layers with output shapes, parameters and multiply-accumulates as formulas."""
        return self._write("summary", self) if self._write else repr(self)

    def __str__(self) -> str:
        return self._write("text", self) if self._write else repr(self)

    def _repr_html_(self) -> str:
        return self._write("html", self) if self._write else ""

    def __repr__(self) -> str:
        errors = sum(found.severity == "error" for found in self.diagnostics)
        state = "ok" if self.ok else f"{errors} error{'s' * (errors != 1)}"
        return f"<Report {self.path}: {state}, {self.size} layers>"


class Layers(dict[str, LayerReport]):
    """The layers by name; `models` holds the calls of models, which are found by name and not counted."""

    def __init__(self) -> None:
        super().__init__()
        self.models: dict[str, LayerReport] = {}

    def __missing__(self, name: str) -> LayerReport:
        return self.models[name]


class _Shapes(Mapping[str, Any]):
    """Name -> shape, or a list of shapes where the layer has several outputs."""

    def __init__(self, layers: Mapping[str, LayerReport]) -> None:
        self._layers = layers

    def __getitem__(self, name: str) -> Any:
        shapes = self._layers[name].output_shapes
        return shapes[0] if len(shapes) == 1 else list(shapes)

    def __iter__(self) -> Iterator[str]:
        return iter(self._layers)

    def __len__(self) -> int:
        return len(self._layers)

    def __repr__(self) -> str:
        return repr(dict(self))


def error_of(found: Diagnostic) -> ShapecheckError:
    """The exception for a finding: SpecError while reading and wiring, ShapeError afterwards."""
    early = found.code[:3] in ("SC1", "SC2") or found.code[:3] == "SC8"
    return SpecError(found) if early else ShapeError(found)
