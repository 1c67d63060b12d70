"""RepeatVector: one vector, as every step of a sequence."""

from shapecheck import need, params
from shapecheck.contract import Layer, layer


@layer
class RepeatVector(Layer):
    """(n, f) to (n, `n`, f): y[:, i, :] = x for each i."""

    n: params.StrictCount

    examples = (
        "n: 3 | (n, 32) -> (n, 3, 32)",
        "n: t | (n, f) -> (n, t, f)",
        "n: 3 | (n, t, 32) !! SC302",
        "n: 0 | (n, 32) !! SC114",
    )

    def shape(self, x):
        need.axes(x, "n f")
        return x[0], self.n, x[1]

    def run(self, np, x):
        return np.repeat(x[:, np.newaxis, :], self.n, axis=1)
