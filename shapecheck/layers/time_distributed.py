"""TimeDistributed: a layer on each step of a sequence."""

from shapecheck import need
from shapecheck.contract import PASS, Layer, layer
from shapecheck.layers._wrapping import Inner, ask, dtype_of, named, part, run_inside, shape_of, weights_of


@layer
class TimeDistributed(Layer):
    """The same layer, with one set of weights, on each step of (n, t, ...).

    The mask is passed on, with axes that the inner layer may have summed up. The inner layer sees a step of it; of a
    mask (n, t) that is (n), which no layer that looks at masks can use, and which is kept from it when it runs.
    """

    layer: Inner

    mask = PASS
    examples = (
        "layer: {Dense: 10} | (n, t, 64) -> (n, t, 10)",
        "layer: {Dense: {units: k, use_bias: false}} | (n, t, 7, 64) -> (n, t, 7, k)",
        "layer: {Conv2D: {filters: 4, kernel_size: 3}} | (n, t, h, w, 3) -> (n, t, h - 2, w - 2, 4)",
        "layer: Flatten | (n, t, 4, 5) -> (n, t, 20)",
        "layer: {class_name: Dropout, config: {rate: 0.5}} | (n, t, 5) -> (n, t, 5)",
        "layer: {LSTM: {units: 8, return_sequences: true}} | (n, t, s, 3) -> (n, t, s, 8)",
        "layer: {TimeDistributed: {layer: {Dense: 4}}} | (n, t, s, 3) -> (n, t, s, 4)",
        "layer: {Bidirectional: {layer: {GRU: 4}}} | (n, t, s, 3) -> (n, t, 8)",
        "layer: {type: BatchNormalization, scale: false} | (n, t, 5) -> (n, t, 5)",
        "layer: {Dense: 10} | (n, t) !! SC302",
        "layer: {Dense: 0} | (n, t, 64) !! SC114",
        "layer: {Dense: {units: 3, unit: 3}} | (n, t, 64) !! SC111",
        "layer: {Dens: 10} | (n, t, 64) !! SC110",
        "layer: 10 | (n, t, 64) !! SC113",
        "layer: {Conv2D: {filters: 4, kernel_size: 3}} | (n, t, 8, 3) !! SC302",
        "layer: {Conv1D: {filters: 4, kernel_size: 3}} | (n, t, 2, 3) !! SC306",
        "layer: {LSTM: {units: 8, return_state: true}} | (n, t, s, 3) !! SC113",
        "layer: Add | (n, t, 3) !! SC208",
    )

    @property
    def inner(self):
        return named((self.layer,))

    @property
    def only(self):
        """The prefix of the weights, and the layer."""
        ((prefix, inner),) = self.inner.items()
        return prefix, inner

    def shape(self, x, keras, dtypes, mask):
        need.that(len(x) > 2, "SC302", rank=len(x), shape=x, expected="rank 3 or more")
        seen = [step(mask[0])] if mask and mask[0] is not None and len(mask[0]) > 1 else None
        batch, *rest = shape_of(self.layer, step(x), 1, keras=keras, dtypes=dtypes, mask=seen)
        return batch, x[1], *rest

    def dtype(self, x, keras):
        return dtype_of(self.layer, x, keras=keras)

    def weights(self, x, keras, dtypes):
        prefix, inner = self.only
        return weights_of(inner, prefix, (step(x),), 1, keras=keras, dtypes=dtypes)

    def macs(self, x, w, y, keras):
        prefix, inner = self.only
        return x[1] * ask(inner, "macs", (step(x),), 1, w=part(w, prefix), y=step(y), keras=keras)

    def run(self, np, x, w, mask, training, rng, keras, losses):
        prefix, inner = self.only
        if mask is not None and mask.shape[:2] != x.shape[:2]:
            need.refuse("SC405", problem=f"a mask of {mask.shape} for {x.shape[0]} samples of {x.shape[1]} steps")
        offers = {"np": np, "training": training, "rng": rng, "keras": keras, "losses": losses}

        def at(t):
            seen = None if mask is None or mask.ndim < 3 else mask[:, t]
            return run_inside(inner, prefix, [x[:, t]], w, mask=seen, **offers)[0]

        if not x.shape[1]:
            y = run_inside(inner, prefix, [np.zeros(step(x.shape), x.dtype)], w, mask=None, **offers)[0]
            return np.zeros((len(y), 0, *y.shape[1:]), y.dtype)
        return np.stack([at(t) for t in range(x.shape[1])], axis=1)


def step(shape):
    """The shape of one step."""
    return shape[0], *shape[2:]
