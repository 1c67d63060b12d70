"""Layers inside layers: how an inner layer is written, and how a wrapper asks it for shapes, weights, cost and numbers.

An inner layer is written as

    {Dense: 10}    {LSTM: {units: 8}}    Flatten                       one key, or a bare name
    {class_name: Dense, config: {units: 10}}    {type: Dense, units: 10}    as Keras saves it, and its short form

or, in Python, given as a layer. All of its refusals are reported, under the name of its own kind.
"""

from contextvars import ContextVar
from typing import Annotated, Any

from shapecheck import layers, need, params
from shapecheck.apply import check_form, undescribed
from shapecheck.contract import Layer, TensorSpec, call, call_arguments
from shapecheck.diagnostic import Refusal, Refusals
from shapecheck.dtypes import autocast
from shapecheck.legacy import today
from shapecheck.making import make
from shapecheck.naming import Names, snake
from shapecheck.params import Reader
from shapecheck.words import near, shown

DEEPEST = 32
"""How many layers may stand inside one another."""

_level = ContextVar("level", default=0)
_NAMED_BY_KIND = ("SC113", "SC114", "SC118", "SC131", "SC305")  # whose message does not say the kind


# Reading ---------------------------------------------------------------------------------------------------------


def read(value, param, keras):
    """The inner layer that a value stands for; Refusals with all that is wrong with it."""
    given = getattr(value, "_layer", value)
    if isinstance(given, Layer):
        return _copied(_not_too_deep(given, param), {})
    if _level.get() >= DEEPEST:
        need.refuse("SC802", param, limit=DEEPEST)
    kind, config, path = _written(value, param)
    if keras.legacy_names and isinstance(config, dict):
        kind, config, _ = today(kind, config)
    found = layers.seek(kind)
    if found is None:
        if (close := near(kind, layers.names())) or not kind[:1].isupper():
            need.refuse("SC110", param, kind=kind, near=close)
        return undescribed(kind, config if isinstance(config, dict) else {})
    if found.kind == "InputLayer":
        need.refuse("SC110", param, kind=kind)
    if not isinstance(config, dict):
        first = next(iter(found.parameters), None)
        if first is None and config is not None:
            need.refuse("SC113", param, expected=f"no value for `{kind}`, which has no parameter", given=shown(config))
        config, alone = {} if config is None else {first: config}, True
    else:
        alone = False
    token = _level.set(_level.get() + 1)
    try:
        made, refusals = make(found, config, keras)
    finally:
        _level.reset(token)
    if refusals:
        raise Refusals([_outside(refusal, param, path, None if alone else config) for refusal in refusals])
    return _not_too_deep(made, param)


def _written(value, param):
    """(kind, configuration, path of the configuration) of a layer as it is written."""
    if isinstance(value, str):
        return value.strip(), None, ()
    if isinstance(value, dict):
        word = next((word for word in ("class_name", "type") if word in value), None)
        if word is None and len(value) == 1:
            ((kind, config),) = value.items()
            if isinstance(kind, str):
                return kind, config, (kind,)
        elif word and isinstance(value[word], str):
            if word == "type":
                return value[word], {key: item for key, item in value.items() if key != word}, ()
            config = value.get("config")
            if config is None or isinstance(config, dict):
                return value[word], config or {}, ("config",)
    raise Refusal("SC113", param, expected="a layer, such as `{Dense: 10}`", given=shown(value))


def _outside(refusal, param, path, config):
    """A refusal of an inner layer, as one about a parameter of the wrapper; `path` leads to it in what was written."""
    own = refusal.facts.get("path", ())
    if "item" in refusal.facts:
        own = (refusal.facts.pop("item"), *own)
    if config is not None:
        own = (refusal.param, *own) if refusal.param in config else ()
    refusal.facts["path"] = (*path, *own)
    name, kind = refusal.facts.get("param"), refusal.facts.get("kind")
    if refusal.code in _NAMED_BY_KIND and isinstance(name, str) and "." not in name:
        refusal.facts["param"] = f"{kind}.{name}"
    refusal.param = param
    return refusal


def each_of(values, read_one):
    """What `read_one` makes of each item of a list; Refusals with all that is wrong in it, where it stands."""
    made, found = [], []
    for item, value in enumerate(values):
        try:
            made.append(read_one(value))
        except Refusal as refusal:
            refusal.facts["path"] = (item,)
            found.append(refusal)
        except Refusals as several:
            for inner in several.found:
                inner.facts["path"] = (item, *inner.facts["path"])
                found.append(inner)
    if found:
        raise Refusals(found)
    return tuple(made)


def refusal(code, param, facts):
    """A refusal whose facts have names that a verb keeps for itself."""
    made = Refusal(code, param)
    made.facts.update(facts)
    return made


def _not_too_deep(layer, param):
    """The layer, if no more than DEEPEST layers stand inside one another in it."""
    level = [layer]
    for _ in range(DEEPEST):
        level = list({id(inner): inner for outer in level for inner in outer.inner.values()}.values())
        if not level:
            return layer
    raise Refusal("SC802", param, limit=DEEPEST)


Inner = Annotated[Any, Reader("a layer, such as `{Dense: 10}`", read)]
MaybeInner = params.optional(Inner)


def kind_of(value, kind, param, expected):
    """The layer, if it is of one kind; SC113 otherwise."""
    need.that(isinstance(value, kind), "SC113", param, expected=expected, given=value.kind)
    return value


def changed(layer, **attributes):
    """A copy of a layer with some of its parameters changed."""
    made = object.__new__(type(layer))
    made.__dict__.update(layer.__dict__, **attributes)
    return made


def _copied(layer, known):
    """A copy of a layer and of those inside it, so that sizes which are put in change nothing outside."""
    if id(layer) not in known:
        made = known[id(layer)] = changed(layer)
        for name, value in layer.__dict__.items():
            if isinstance(value, Layer):
                made.__dict__[name] = _copied(value, known)
            elif type(value) is tuple and any(isinstance(item, Layer) for item in value):
                made.__dict__[name] = tuple(_copied(item, known) for item in value)
    return known[id(layer)]


def named(inner):
    """Each of several inner layers under its own name, or one made from its kind as Keras makes it."""
    names = Names()
    return {names.fresh(layer.name or snake(layer.kind)): layer for layer in inner}


# Asking ----------------------------------------------------------------------------------------------------------


def ask(inner, method, inputs, shift=0, **offers):
    """Call a method of an inner layer with its inputs and, of the rest, with what it asks for.

    Its axes are those of the wrapper from axis `shift` on: what it refuses or leaves undecided is moved there.
    """
    owed: list[Any] = []
    token = need.begin(owed)
    try:
        called = call_arguments(type(inner), {}, None)
        alone = {"listed": False, "call": called, "masks": {}, "mask": None, "eager": False}
        return call(getattr(inner, method), inputs, {**alone, **offers})
    except Refusal as refusal:
        refusal.facts.setdefault("layer", inner.name or inner.kind)
        refusal.axis = _moved(refusal.axis, shift)
        raise
    finally:
        need.end(token)
        for obligation in owed:
            obligation.axis = _moved(obligation.axis, shift)
        need.owe(owed)


def _moved(axis, shift):
    return axis if axis is None or axis < 1 else axis + shift


def shape_of(inner, x, shift=0, **offers):
    """The one output shape of an inner layer on one input; refuses a layer that takes or gives several."""
    check_form(type(inner), [TensorSpec(x)], False)
    answer = ask(inner, "shape", (x,), shift, **offers)
    if isinstance(answer, list):
        expected, given = "a layer with one output", f"one with {len(answer)}"
        need.refuse("SC113", "layer", expected=expected, given=given)
    return answer.shape if isinstance(answer, TensorSpec) else tuple(answer)


def dtype_of(inner, *given, **offers):
    """The dtype of the outputs of an inner layer."""
    compute = inner.policy.compute
    cast = tuple(autocast(dtype, compute) if inner.autocast else dtype for dtype in given)
    return ask(inner, "dtype", cast, **offers)


def weights_of(inner, prefix, inputs, shift=0, **offers):
    """The weights of an inner layer below a prefix; a layer that is not trainable has none that are."""
    for path, weight in ask(inner, "weights", inputs, shift, **offers):
        yield f"{prefix}/{path}", weight._replace(trainable=weight.trainable and inner.trainable)


def part(w, prefix):
    """What stands below a prefix in a mapping from paths."""
    start = f"{prefix}/"
    return {path[len(start) :]: value for path, value in w.items() if path.startswith(start)}


def run_inside(inner, prefix, inputs, w, **offers):
    """The outputs of an inner layer as a list of arrays, in the dtype of its own arithmetic."""
    wide = {"bfloat16": "float32"}.get(inner.policy.compute, inner.policy.compute)

    def cast(np, x):
        return x.astype(wide, copy=False) if inner.autocast and x.dtype.kind == "f" else x

    np = offers["np"]
    own = {path: cast(np, array) for path, array in part(w, prefix).items()}
    answer = ask(inner, "run", [cast(np, x) for x in inputs], w=own, **offers)
    return list(answer) if isinstance(answer, (list, tuple)) else [answer]


def run_called(inner, prefix, inputs, w, losses, **offers):
    """The same, as a call of the layer: the penalty of its activities is added to `losses`."""
    outputs = run_inside(inner, prefix, inputs, w, losses=losses, **offers)
    if inner.activity_regularizer is not None:
        for y in outputs:
            batch = max(len(y), 1) if offers["keras"].activity_loss_per_sample else 1
            losses.append((prefix, inner.activity_regularizer(offers["np"], y) / batch))
    return outputs
