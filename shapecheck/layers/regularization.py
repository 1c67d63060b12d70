"""ActivityRegularization: a penalty on what passes through."""

from shapecheck import need, params
from shapecheck.contract import PASS, Layer, layer


@layer
class ActivityRegularization(Layer):
    """The input, unchanged, at the price of l1 * sum|x| + l2 * sum(x^2)."""

    l1: params.Penalty = 0.0
    l2: params.Penalty = 0.0

    mask = PASS
    examples = (
        "l1: 0.1, l2: 0.2 | (n, t, 8) -> (n, t, 8)",
        "l1: -1 | (n, 8) !! SC114",
    )

    def check(self):
        need.that(self.activity_regularizer is None, "SC118", "activity_regularizer", other="l1")

    def loss(self, np, y):
        return self.l1 * np.sum(np.abs(y)) + self.l2 * np.sum(np.square(y))
