"""A package that offers a layer to shapecheck: an entry point in the group `shapecheck.layers` names its class.

In a `pyproject.toml` that is

    [project.entry-points."shapecheck.layers"]
    Squash = "example_layers:Squash"
"""

from shapecheck import params
from shapecheck.contract import PASS, Layer, Weight, layer


@layer
class Squash(Layer):
    """y = scale * x / (1 + |x|), with one scale for each entry of the last axis."""

    limit: params.Count
    use_scale: params.Flag = True

    mask = PASS
    examples = (
        "limit: 3 | (n, t, 8) -> (n, t, 8)",
        "limit: 2, use_scale: false | (n, 8) -> (n, 8)",
        "limit: 0 | (n, 8) !! SC114",
    )

    def weights(self, x):
        if self.use_scale:
            yield "scale", Weight((x[-1],), "ones")

    def run(self, np, x, w):
        y = np.clip(x / (1 + np.abs(x)), -self.limit, self.limit)
        return y * w["scale"] if self.use_scale else y
