"""SpectralNormalization: a layer whose kernel is kept at spectral norm 1."""

from shapecheck import initializers, need, params
from shapecheck.contract import DROP, PASS, Layer, Weight, layer
from shapecheck.layers._windows import matrix
from shapecheck.layers._wrapping import Inner, ask, named, part, run_called, shape_of, weights_of


@layer
class SpectralNormalization(Layer):
    """A layer whose kernel is divided by its largest singular value in training (Miyato et al. 2018).

    The value is estimated by `power_iterations` steps from vector_u (1, last size of the kernel), which training does
    not change: v = u @ W^T / |u @ W^T|, u = v @ W / |v @ W|, and the value is v @ W @ u^T, where W has the kernel as a
    matrix of its last axis. The kernel is `kernel`, or else `embeddings`, and comes first among the weights. Keras
    warns that it drops the mask, and passes on that of the layer inside when it runs.
    """

    layer: Inner
    power_iterations: params.Positive = 1

    examples = (
        "layer: {Dense: 10} | (n, 64) -> (n, 10)",
        "layer: {Conv2D: {filters: 4, kernel_size: 3}}, power_iterations: 2 | (n, h, w, 3) -> (n, h - 2, w - 2, 4)",
        "layer: {Embedding: {input_dim: 10, output_dim: 4}} | (n, t) -> (n, t, 4)",
        "layer: Flatten | (n, 6) !! SC113",
        "layer: {Dense: 10}, power_iterations: 0 | (n, 64) !! SC114",
    )

    @property
    def mask_rule(self):
        return PASS if self.layer.mask_rule is PASS else DROP

    @property
    def inner(self):
        return named((self.layer,))

    @property
    def only(self):
        """The prefix of the weights, and the layer."""
        ((prefix, inner),) = self.inner.items()
        return prefix, inner

    def shape(self, x, keras, dtypes):
        return shape_of(self.layer, x, keras=keras, dtypes=dtypes)

    def weights(self, x, keras, dtypes):
        prefix, inner = self.only
        made = dict(weights_of(inner, prefix, (x,), keras=keras, dtypes=dtypes))
        kernel = next((path for path in (f"{prefix}/kernel", f"{prefix}/embeddings") if path in made), None)
        if kernel is None:
            need.refuse("SC113", "layer", expected="a layer with a kernel or embeddings", given=f"`{inner.kind}`")
        first = made.pop(kernel)
        start = initializers.get({"class_name": "TruncatedNormal", "config": {"stddev": 0.02}})
        yield kernel, first
        yield "vector_u", Weight((1, first.shape[-1]), start, trainable=False)
        yield from made.items()

    def macs(self, x, w, y, keras):
        prefix, inner = self.only
        return ask(inner, "macs", (x,), w=part(w, prefix), y=y, keras=keras)

    def run(self, np, x, w, training, rng, keras, losses):
        prefix, inner = self.only
        kernel = next(iter(w))
        if training and np.any(w[kernel]):
            w = {**w, kernel: w[kernel] / self.largest(np, w[kernel], w["vector_u"])}
        offers = {"np": np, "training": training, "rng": rng, "keras": keras, "losses": losses, "mask": None}
        return run_called(inner, prefix, [x], w, **offers)[0].astype(x.dtype, copy=False)

    def largest(self, np, kernel, u):
        """The estimate of the largest singular value of the kernel as a matrix."""
        rows = matrix(kernel)
        for _ in range(self.power_iterations):
            v = unit(np, u @ rows.T)
            u = unit(np, v @ rows)
        return (v @ rows @ u.T).item()


def unit(np, x):
    """x scaled to length 1."""
    return x / np.sqrt(np.maximum(np.sum(np.square(x)), 1e-12))
