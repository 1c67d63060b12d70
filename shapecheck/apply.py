"""One call of a layer on what is known of its inputs: shapes, dtypes and masks in, the same and its weights out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from shapecheck import dims, dtypes, need
from shapecheck.contract import (
    DROP,
    END,
    NO_ARGUMENTS,
    PASS,
    Layer,
    TensorSpec,
    Weight,
    call,
    call_arguments,
    governing,
    in_order,
    input_names,
    takes_list,
)
from shapecheck.diagnostic import Refusal
from shapecheck.making import make
from shapecheck.modes import Semantics
from shapecheck.need import Obligation, Shape

Inputs = list[TensorSpec] | dict[str, TensorSpec]


class Opaque(Exception):
    """A layer cannot tell its outputs; inference goes on without them."""


class Undescribed(Layer):
    """A layer of which nothing is known, nor of what it gives; see `undescribed`."""

    takes_one_or_list = True
    said = True
    """Whether whoever read the definition, or wired it, has said so."""

    def shape(self, *xs: Any) -> Any:
        raise Opaque(f"nothing is known of the layer `{self.kind}`")

    def weights(self, *xs: Any) -> Iterable[tuple[str, Weight]]:
        return ()


def undescribed(kind: str, config: Mapping[str, Any]) -> Undescribed:
    """A layer of an unknown kind; whatever is written as its parameters is taken."""
    made, _ = make(Undescribed, {})
    made.__dict__.update(kind=kind, given=dict(config))
    return made


class Applied(NamedTuple):
    """What a call of a layer gives. `single` is false where the layer gives a list of outputs."""

    outputs: tuple[TensorSpec, ...]
    single: bool
    weights: Mapping[str, Weight]
    obligations: list[Obligation]
    opaque: str | None = None


NO_WEIGHTS: Mapping[str, Weight] = {}


def apply(
    layer: Layer,
    inputs: Inputs,
    listed: bool,
    keras: Semantics,
    built: Mapping[str, Weight] | None = None,
    arguments: Mapping[str, Any] = NO_ARGUMENTS,
    eager: bool = False,
) -> Applied:
    """Call `layer` on `inputs`: in order or by role, `listed` when they come as one list.

    `built` holds the weights of an earlier call of the same layer, whose sizes this call has to share;
    `arguments` are those of the call that are no tensors. `eager` says that arrays are at hand.
    Raises Refusal for what no size can satisfy; what is undecided is in `.obligations`.
    """
    kind = type(layer)
    if isinstance(inputs, dict):
        inputs = in_order(kind, inputs)
    values = list(inputs.values()) if isinstance(inputs, dict) else inputs
    if isinstance(layer, Undescribed):  # whatever it is called with, it may have
        inputs, arguments = values, NO_ARGUMENTS
    if kind.each_of_a_list and listed and not isinstance(inputs, dict):
        return _one_by_one(layer, inputs, keras)
    if not isinstance(layer, Undescribed):
        check_form(kind, inputs, listed)
    shapes: Any = tuple([spec.shape for spec in values])
    masks_in = [spec.mask for spec in values]
    masked = any(mask is not None for mask in masks_in) if len(values) > 1 else masks_in not in ([], [None])
    if masked and keras.unsupported_mask_is_refused and layer.mask_rule is DROP and kind.refuses_mask:
        raise Refusal("SC402", input=0)
    compute = layer.policy.compute
    cast = tuple([dtypes.autocast(spec.dtype, compute) if layer.autocast else spec.dtype for spec in values])
    if isinstance(inputs, dict):
        shapes = dict(zip(inputs, shapes, strict=True))
    offers = {"keras": keras, "listed": listed, "dtypes": cast, "mask": masks_in,
              "call": call_arguments(kind, arguments, keras), "eager": eager}  # fmt: skip
    obligations: list[Obligation] = []
    token = need.begin(obligations)
    try:
        answer = call(layer.shape, shapes, offers)
        weights = _weights(layer, shapes, offers, built)
        single = not isinstance(answer, list)
        answers = (answer,) if single else tuple(answer)
        dtype = call(layer.dtype, cast, offers) if values else compute
        masks, lost = _masks(layer, values, len(answers), listed, masked, offers)
    except Opaque as reason:
        lost = next((spec.lost for spec in values if spec.lost), None)
        return Applied((TensorSpec(None, lost=lost),), True, NO_WEIGHTS, obligations, str(reason))
    except OverflowError:
        raise Refusal("SC807", given="a size that it makes", limit="2^20 bits") from None
    finally:
        need.end(token)
    outputs = [
        answer._replace(mask=mask, lost=lost)
        if isinstance(answer, TensorSpec)
        else TensorSpec(answer, dtype, mask, lost)
        for answer, mask in zip(answers, masks, strict=True)
    ]
    return Applied(tuple(outputs), single, weights, obligations)


def _one_by_one(layer: Layer, inputs: Sequence[TensorSpec], keras: Semantics) -> Applied:
    answers = [apply(layer, [spec], False, keras) for spec in inputs]
    outputs = tuple(spec for answer in answers for spec in answer.outputs)
    return Applied(outputs, False, NO_WEIGHTS, [owed for answer in answers for owed in answer.obligations])


def check_form(kind: type[Layer], inputs: Inputs, listed: bool) -> None:
    """Refuse inputs that are too few, too many, or not in the form that the layer takes."""
    names, least, star = input_names(kind)
    count = len(inputs)
    if isinstance(inputs, dict):
        unknown = next((name for name in inputs if name not in names and name != star), None)
        if unknown is not None:
            from shapecheck.words import near

            raise Refusal("SC212", name=unknown, near=near(unknown, names))
        if missing := [name for name in names[:least] if name not in inputs]:
            raise Refusal("SC208", expected=f"an input `{missing[0]}`", given=f"{count} others")
    elif star and not names:
        if kind.takes_one_or_list:
            if count == 1 or (listed and count):
                return
            raise Refusal("SC208", expected="an input or a list of inputs", given=count or "none")
        if not listed:
            raise Refusal("SC208", expected="a list of inputs", given="a single one")
        if not count:
            raise Refusal("SC208", expected="a list of inputs", given="an empty one")
    elif count < least or not (star or count <= len(names)):
        many = f"{least}" if least == len(names) else f"{least} to {len(names)}"
        raise Refusal("SC208", expected=f"{many} input{'s' * (len(names) != 1)}", given=count)


def _weights(
    layer: Layer, shapes: Any, offers: Mapping[str, Any], built: Mapping[str, Weight] | None
) -> Mapping[str, Weight]:
    """The weights for inputs of these shapes; none may depend on a size that varies between calls."""
    if type(layer).weights is Layer.weights:
        return NO_WEIGHTS
    made = dict(call(layer.weights, shapes, offers))
    for path, weight in made.items():
        _check_start(layer, path, weight)
        for axis, size in enumerate(weight.shape):
            if type(size) is not int and dims.varies(size):
                raise Refusal("SC308", weight=path, dim=size, axis=axis)
        if built and path in built:
            for axis, (before, now) in enumerate(zip(built[path].shape, weight.shape, strict=False)):
                need.equal(before, now, "SC215", built=before, got=now, axis=axis, weight=path)
    return built or made


def _check_start(layer: Layer, path: str, weight: Weight) -> None:
    """Refuse an initializer that is not defined for the shape of its weight."""
    if hasattr(weight.init, "fits"):
        try:
            weight.init.fits(weight.shape)
        except Refusal as refusal:
            if refusal.param is None:
                maker, name = governing(layer, path, "initializer")
                refusal.param = name if maker is layer else None
            raise


def _masks(
    layer: Layer, inputs: Sequence[TensorSpec], count: int, listed: bool, masked: bool, offers: Mapping[str, Any]
) -> tuple[Sequence[Shape | None], Any]:
    """The masks of the outputs, and who dropped the one that they would have had."""
    rule = layer.mask_rule
    lost = next((spec.lost for spec in inputs if spec.lost is not None), None) if len(inputs) != 1 else inputs[0].lost
    if rule is PASS:
        mask = inputs[0].mask if inputs else None
        return (mask, *(None,) * (count - 1)), lost if mask is None else None
    if rule is DROP:
        return (None,) * count, (DROP if masked else lost)
    if rule is END or not (masked or layer.emits_mask):
        return (None,) * count, lost
    masks = _traced_masks(layer, inputs, count, listed, offers)
    return masks, DROP if masked and all(mask is None for mask in masks) else lost


def _traced_masks(
    layer: Layer, inputs: Sequence[TensorSpec], count: int, listed: bool, offers: Mapping[str, Any]
) -> Sequence[Shape | None]:
    """Run a layer's mask rule on arrays that answer with shapes."""
    from shapecheck import tracing

    trace = tracing.Trace(need.record)
    arrays = [tracing.TracedArray(spec.shape or (), spec.dtype, trace) for spec in inputs]
    masks = [None if spec.mask is None else tracing.TracedArray(spec.mask, "bool", trace) for spec in inputs]
    offered = masks if takes_list(type(layer)) and listed else masks[0]
    try:
        made = call(layer.mask, arrays, {**offers, "np": tracing.TracedNumpy(trace), "mask": offered})
    except tracing.TraceMismatch as mismatch:
        raise Refusal("SC405", problem=str(mismatch)) from None
    except tracing.Untraceable:
        return (None,) * count
    made = list(made) if isinstance(made, (list, tuple)) else [made]
    made = [*made, *[None] * count][:count]  # a single mask is that of the first output
    return [None if mask is None else tracing.sizes_of(mask) for mask in made]
