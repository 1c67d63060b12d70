"""Pipeline: layers one after the other."""

from typing import Any

from shapecheck.contract import DROP, Layer, layer
from shapecheck.diagnostic import Refusal, Refusals
from shapecheck.layers._values import kind
from shapecheck.layers._wrapping import ask, dtype_of, named, part, read, run_inside, shape_of, weights_of
from shapecheck.words import shown


def _layers(value, param, keras):
    if not isinstance(value, (list, tuple)) or not value:
        raise Refusal("SC113", param, expected="a list of layers", given=shown(value))
    made, refusals = [], []
    for item, one in enumerate(value):
        try:
            made.append(read(one, param, keras))
        except Refusal as refusal:
            refusal.facts.setdefault("item", item)
            refusals.append(refusal)
        except Refusals as several:
            for inner in several.found:
                inner.facts["path"] = (item, *inner.facts.get("path", ()))
            refusals.extend(several.found)
    if refusals:
        raise Refusals(refusals)
    return tuple(made)


Layers: Any = kind("a list of layers", _layers)


@layer
class Pipeline(Layer):
    """The layers of a list, each on the output of the one before."""

    layers: Layers

    mask = DROP
    examples = (
        "layers: [{Resizing: {height: 4, width: 5}}, {Rescaling: 0.1}] | (n, h, w, 3) -> (n, 4, 5, 3)",
        "layers: [{Dense: 8}, {Dense: {units: 4, use_bias: false}}] | (n, 3) -> (n, 4)",
        "layers: [Flatten, {Dense: 2}] | (n, 4, 5) -> (n, 2)",
        "layers: [] | (n, 3) !! SC113",
        "layers: [{Dens: 8}] | (n, 3) !! SC110",
        "layers: [Flatten, {CenterCrop: {height: 4, width: 5}}] | (n, 3) !! SC302",
    )

    @property
    def inner(self):
        return named(self.layers)

    def steps(self, x, dtype, keras):
        """(prefix, layer, shape before it, dtype before it) of each layer, and the same after the last."""
        for prefix, inner in self.inner.items():
            yield prefix, inner, x, dtype
            x, dtype = shape_of(inner, x, keras=keras, dtypes=(dtype,)), dtype_of(inner, dtype, keras=keras)
        yield "", None, x, dtype

    def shape(self, x, keras, dtypes):
        *_, (_, _, y, _) = self.steps(x, dtypes[0], keras)
        return y

    def dtype(self, x, keras):
        for inner in self.layers:
            x = dtype_of(inner, x, keras=keras)
        return x

    def weights(self, x, keras, dtypes):
        for prefix, inner, before, dtype in self.steps(x, dtypes[0], keras):
            if inner is not None:
                yield from weights_of(inner, prefix, (before,), keras=keras, dtypes=(dtype,))

    def macs(self, x, w, keras):
        total = 0
        for prefix, inner, before, dtype in self.steps(x, self.policy.compute, keras):
            if inner is not None:
                after = shape_of(inner, before, keras=keras, dtypes=(dtype,))
                total = total + ask(inner, "macs", (before,), w=part(w, prefix), y=after, keras=keras)
        return total

    def run(self, np, x, w, training, rng, keras, losses):
        offers = {"np": np, "training": training, "rng": rng, "keras": keras, "losses": losses, "mask": None}
        for prefix, inner in self.inner.items():
            x = run_inside(inner, prefix, [x], w, **offers)[0]
        return x
