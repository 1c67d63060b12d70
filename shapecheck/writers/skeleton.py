"""The file of a new layer: a whole layer that works, to be changed into the one that is meant."""

from __future__ import annotations

_TEXT = '''"""{name}: what it does, in one line."""

from shapecheck import dims, need, params
from shapecheck.contract import PASS, Layer, Weight, layer


@layer
class {name}(Layer):
    """y = scale * x, each entry of the last axis `times` times; the first sentence says the formula.

    Then what it leaves open: the weights and their shapes, what is refused, and where the formula comes from.
    """

    times: params.Count
    use_scale: params.Flag = True

    mask = PASS
    examples = (
        "times: 3 | (n, t, 8) -> (n, t, 24)",
        "times: 2, use_scale: false | (n, h, w, c) -> (n, h, w, 2*c)",
        "times: 0 | (n, 8) !! SC114",
        "times: 2 | (n) !! SC302",
    )

    def shape(self, x):
        need.axes(x, "n ... c")
        return *x[:-1], self.times * x[-1]

    def weights(self, x):
        if self.use_scale:
            yield "scale", Weight((x[-1],), "ones")

    def macs(self, x):
        return dims.product(x) if self.use_scale else 0

    def run(self, np, x, w):
        return np.repeat(x * w["scale"] if self.use_scale else x, self.times, axis=-1)
'''


def write(name: str) -> str:
    """The text of the file; `name` is the name of the class."""
    return _TEXT.format(name=name)
