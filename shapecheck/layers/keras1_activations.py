"""SReLU and ParametricSoftplus of Keras 1: functions of each value whose parameters are learned for each place."""

from shapecheck import initializers, params
from shapecheck.contract import Weight, layer
from shapecheck.layers.activation_layers import PerPlace, SharedAxes


@layer
class SReLU(PerPlace):
    """y = x from t_left to t_right', t_right' + a_right * (x - t_right') above, t_left + a_left * (x - t_left) below.

    Where t_right' = t_left + |t_right| (Jin et al. 2015). t_left, a_left, t_right and a_right have the shape of a
    sample, with 1 on the `shared_axes`, which are counted from 1.
    """

    t_left_init: params.InitializerName = "zeros"
    a_left_init: params.InitializerName = "glorot_uniform"
    t_right_init: params.InitializerName = "glorot_uniform"
    a_right_init: params.InitializerName = "ones"
    shared_axes: SharedAxes = None

    examples = (
        "| (n, 4, 8) -> (n, 4, 8)",
        "shared_axes: [1, 2] | (n, h, w, 8) -> (n, h, w, 8)",
        "shared_axes: 2, t_left_init: ones, a_left_init: ones, t_right_init: ones | (n, 4, t) -> (n, 4, t)",
        "shared_axes: [3] | (n, 4, 8) !! SC309",
    )

    def weights(self, x):
        sizes = self.sizes(x)
        for name in ("t_left", "a_left", "t_right", "a_right"):
            yield name, Weight(sizes, getattr(self, f"{name}_init"))

    def run(self, np, x, w):
        left = w["t_left"]
        right = left + np.abs(w["t_right"])
        below, above = np.minimum(x - left, 0), np.maximum(x - right, 0)
        return np.clip(x, left, right) + w["a_left"] * below + w["a_right"] * above


@layer
class ParametricSoftplus(PerPlace):
    """y = alpha * log(1 + exp(beta * x)).

    alphas and betas have the shape of a sample, with 1 on the `shared_axes`, which are counted from 1; they start at
    `alpha_init` and `beta_init`.
    """

    alpha_init: params.Number = 0.2
    beta_init: params.Number = 5.0
    shared_axes: SharedAxes = None

    examples = (
        "| (n, 4, 8) -> (n, 4, 8)",
        "shared_axes: [1, 2], alpha_init: 0.5, beta_init: 2 | (n, h, w, 8) -> (n, h, w, 8)",
        "shared_axes: [3] | (n, 4, 8) !! SC309",
    )

    def weights(self, x):
        sizes = self.sizes(x)
        yield "alphas", Weight(sizes, constant(self.alpha_init))
        yield "betas", Weight(sizes, constant(self.beta_init))

    def run(self, np, x, w):
        return w["alphas"] * np.logaddexp(0, w["betas"] * x)


def constant(value):
    return initializers.get({"class_name": "Constant", "config": {"value": value}})
