"""Layers in Python: infer one, run one, or wire several into a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shapecheck import arguments, contract, dims, explain, layers, modes
from shapecheck.apply import Applied, apply
from shapecheck.contract import TensorSpec
from shapecheck.diagnostic import Diagnostic, Refusal, ShapecheckError, ShapeError, SpecError
from shapecheck.dims import Dim
from shapecheck.making import make
from shapecheck.report import error_of
from shapecheck.words import near, shown

Shape = tuple[Dim | None, ...]


class Inferred:
    """What a layer gives for inputs of known shapes.

    outputs   the output shapes; a None that passed through unchanged is a None again
    weights   path -> shape, in Keras's order
    params, trainable_params   ints, formulas in named sizes, or None where a size is not known
    masks     the shape of the mask of each output, or None
    dtypes    the dtype of each output
    requirements   what was assumed of the sizes, as conditions
    """

    __slots__ = ("dtypes", "masks", "opaque", "outputs", "params", "requirements", "trainable_params", "weights")

    def __init__(self, applied: Applied, trainable: bool, requirements: Any) -> None:
        self.outputs: list[Shape | None] = [_literal(spec.shape) for spec in applied.outputs]
        self.masks = [_literal(spec.mask) for spec in applied.outputs]
        self.dtypes = [spec.dtype for spec in applied.outputs]
        self.weights = {path: _literal(weight.shape) or () for path, weight in applied.weights.items()}
        self.params, self.trainable_params = count_params(applied, trainable)
        self.requirements = requirements
        self.opaque = applied.opaque

    def __repr__(self) -> str:
        return f"<Inferred {self.outputs}, {self.params} params>"


def count_params(applied: Applied, trainable: bool) -> tuple[Dim | None, Dim | None]:
    """All the weights of a call, and those that training changes; None where a size is not known."""
    total: Dim = 0
    trained: Dim = 0
    for weight in applied.weights.values():
        size = dims.product(weight.shape)
        total = total + size
        if trainable and weight.trainable:
            trained = trained + size
    return None if total is dims.UNKNOWN else total, None if trained is dims.UNKNOWN else trained


def _literal(shape: Any) -> Shape | None:
    """A shape with None where a None of the input stands unchanged."""
    if shape is None:
        return None
    return tuple(None if _is_none(size) else size for size in shape)


def _is_none(size: Dim) -> bool:
    if type(size) is int:
        return False
    symbols = dims.symbols_of(size)
    return len(symbols) == 1 and symbols[0].varies and size == dims.symbol(symbols[0].name, varies=True)


class UserLayer:
    """A configured layer: `.infer(shapes)`, `.run(arrays)`, `.config`; called on tensors it becomes part of a graph."""

    __slots__ = ("_keras", "_layer", "kind")

    def __init__(self, layer: contract.Layer, keras: int | None) -> None:
        self._layer = layer
        self._keras = keras
        self.kind = layer.kind

    @property
    def config(self) -> dict[str, Any]:
        """The parameters, defaults filled in: `shapecheck.layer(kind, **config)` is the same layer again."""
        return self._layer.config

    @property
    def name(self) -> str | None:
        return self._layer.name

    def __repr__(self) -> str:
        return repr(self._layer)

    def infer(self, *inputs: Any, mask: Any = None, dtype: Any = None, **named: Any) -> Inferred:
        """Output shapes, weights, masks and dtypes for inputs of these shapes.

        An input is a shape such as `(None, "T", 64)`, or a list of shapes for a layer that takes a list; call
        arguments may be named. `mask` and `dtype` have the structure of the inputs. Raises ShapeError where no size
        can satisfy the layer; what depends on a size is in `.requirements`.
        """
        from shapecheck import requirements

        semantics = modes.MODES[self._keras]
        kind = type(self._layer)
        given: Any = []
        try:
            by_call = {name: named.pop(name) for name in kind.calls if name in named}
            named, own_masks = contract.without_masks(kind, named)
            inputs, named = arguments.in_a_row(kind, inputs, named)
            given, listed = arguments.specs(kind, inputs, named, mask, dtype)
            for key, own in arguments.placed(kind, given, own_masks):
                given[key] = given[key]._replace(mask=arguments.mask_shape(own, given[key].shape))
            if self.kind == "InputLayer" and not given:
                return Inferred(self._as_input(), self._layer.trainable, requirements.solve([]))
            arguments.one_by_one(kind, given, listed)
            specs = given.values() if isinstance(given, dict) else given
            if any(spec.shape is None for spec in specs):
                applied = Applied((TensorSpec(None),), True, {}, [], "its input is not known")
            else:
                applied = apply(self._layer, given, listed, semantics, None, by_call)
        except Refusal as refusal:
            raise _error(refusal, self._layer, _rank(given)) from None
        return Inferred(applied, self._layer.trainable, requirements.solve(applied.obligations))

    def _as_input(self) -> Applied:
        shape: Any = self._layer.shape()  # type: ignore[call-arg]
        spec = TensorSpec(arguments.with_symbols(shape), self._layer.policy.compute)
        return Applied((spec,), True, {}, [])

    def run(
        self,
        *arrays: Any,
        weights: Any = None,
        mask: Any = None,
        training: bool = False,
        seed: int = 0,
        **named: Any,
    ) -> Any:
        """The outputs as arrays, with their masks and the penalties: `.outputs`, `.masks`, `.losses`.

        `weights` are arrays in Keras's order (or path -> array); without them they are initialised from `seed`.
        Raises ShapeError where the arrays do not fit.
        """
        from shapecheck.executors import numpy_layer

        semantics = modes.MODES[self._keras]
        kind = type(self._layer)
        specs: Any = []
        try:
            by_call = {name: named.pop(name) for name in kind.calls if name in named}
            named, own_masks = contract.without_masks(kind, named)
            arrays, named = arguments.in_a_row(kind, arrays, named)
            given, masks, listed = arguments.arrays(kind, arrays, named, mask)
            for key, own in arguments.placed(kind, given, own_masks):
                masks[key if isinstance(key, int) else [*given].index(key)] = arguments.mask_array(own)
            start = (arguments.whole(seed, "seed"),)
            values = list(given.values()) if isinstance(given, dict) else given
            specs = [
                TensorSpec(tuple(x.shape), arguments.dtype_of(x), None if m is None else tuple(m.shape))
                for x, m in zip(values, masks, strict=True)
            ]
            arguments.one_by_one(kind, specs, listed)
            structured: Any = dict(zip(given, specs, strict=True)) if isinstance(given, dict) else specs
            applied = apply(self._layer, structured, listed, semantics, None, by_call, True)
            made = (
                numpy_layer.start_weights(self._layer, applied.weights, start)
                if weights is None
                else numpy_layer.given_weights(self._layer, applied.weights, weights)
            )
            return numpy_layer.run_layer(
                self._layer, given, made, masks=masks, listed=listed, training=arguments.flag(training, "training"),
                seed=start, keras=semantics, call_with=by_call,
                frozen=numpy_layer.frozen(self._layer, applied.weights),
            )  # fmt: skip
        except Refusal as refusal:
            raise _error(refusal, self._layer, _rank(specs)) from None

    def __call__(self, *inputs: Any, **named: Any) -> Tensor:
        """Use the layer on tensors of a graph; `shapecheck.check(inputs=..., outputs=...)` judges the whole."""
        for given in (*inputs, *named.values()):
            for item in given if isinstance(given, (list, tuple)) else (given,):
                if not isinstance(item, Tensor):
                    refusal = Refusal("SC113", "inputs", expected="tensors of a graph", given=shown(item))
                    raise _error(refusal, self._layer, None)
        return Tensor(self, inputs[0] if len(inputs) == 1 else list(inputs), named)


class Tensor:
    """An output of a layer in a graph that is written in Python; `t[1]` is the second output of the same call."""

    __slots__ = ("inputs", "layer", "named", "of", "output")

    def __init__(
        self,
        layer: UserLayer,
        inputs: Any,
        named: Mapping[str, Any],
        output: int | None = None,
        of: Tensor | None = None,
    ) -> None:
        self.layer = layer
        self.inputs = inputs
        self.named = named
        self.output = output
        self.of = of or self

    def __getitem__(self, output: int) -> Tensor:
        return Tensor(self.layer, self.inputs, self.named, output, self.of)

    def __iter__(self) -> Any:
        raise TypeError("a tensor of a graph cannot be unpacked; take its outputs by number: t[0], t[1]")

    def __repr__(self) -> str:
        return f"<Tensor from {self.layer!r}>"


def layer(kind: str, /, *, keras: int | None = None, **config: Any) -> UserLayer:
    """A layer by Keras's class name and arguments. Raises SpecError, with did-you-mean, for what it does not take."""
    if keras is not None and (type(keras) is not int or keras not in modes.MODES):
        raise _plain_error("SC114", "layer", param="keras", expected="2, 3 or None", given=shown(keras))
    if keras == 2 and isinstance(kind, str):
        from shapecheck import legacy

        kind, renewed, _ = legacy.today(kind, config)
        config = {**renewed}
    found = layers.seek(kind) if isinstance(kind, str) else None
    if found is None:
        said = kind if isinstance(kind, str) else shown(kind)
        raise _plain_error("SC110", "layer", kind=said, near=near(kind, layers.names()))
    made, refusals = make(found, config, modes.MODES[keras])
    for refusal in refusals:
        raise _error(refusal, made, None)
    return UserLayer(made, keras)


def input(
    shape: Sequence[Any] | None = None, name: str | None = None, dtype: str | None = None, **config: Any
) -> Tensor:
    """The start of a graph: a tensor of this shape, the batch included, as in `input((None, "T", 64))`."""
    given: dict[str, Any] = {
        k: v for k, v in {"batch_shape": shape, "name": name, "dtype": dtype}.items() if v is not None
    }
    return Tensor(layer("InputLayer", **given, **config), [], {})


def _plain_error(code: str, name: str, **facts: Any) -> ShapecheckError:
    message, help = explain.worded(Refusal(code, **facts), name)
    return error_of(Diagnostic(code, message, help=help, facts=facts))


def _rank(given: Any) -> int | None:
    """The highest rank among tensor specs, None where there is none."""
    specs = given.values() if isinstance(given, dict) else given
    return max((len(spec.shape) for spec in specs if spec.shape is not None), default=None)


def _error(refusal: Refusal, layer: contract.Layer, rank: int | None) -> ShapecheckError:
    """The exception for a refusal outside any definition."""
    first_format = getattr(layer, "data_format", None) == "channels_first"
    message, help = explain.worded(refusal, layer.name or layer.kind, rank, first_format)
    found = Diagnostic(refusal.code, message, layer=layer.name, help=help, facts=refusal.facts)
    return (SpecError if refusal.code < "SC3" else ShapeError)(found)
