"""Highway and MaxoutDense of Keras 1, with the names of its arguments and weights."""

from shapecheck import dims, need, params
from shapecheck.contract import Layer, Weight, layer


class OldDense(Layer):
    """Matrices on samples of rank 2."""

    init: params.InitializerName = "glorot_uniform"
    W_regularizer: params.RegularizerName = None
    b_regularizer: params.RegularizerName = None
    activity_regularizer: params.RegularizerName = None
    W_constraint: params.ConstraintName = None
    b_constraint: params.ConstraintName = None
    bias: params.Flag = True
    input_dim: params.Anything = None

    def dtype(self, x):
        return self.policy.compute


@layer
class Highway(OldDense):
    """y = t * activation(x @ W + b) + (1 - t) * x, where t = sigmoid(x @ W_carry + b_carry) (Srivastava et al. 2015).

    W and W_carry (features, features), b and b_carry (features,); b_carry starts at 1.
    """

    activation: params.ActivationName = None

    examples = (
        "| (n, 8) -> (n, 8)",
        "bias: false, activation: relu | (n, k) -> (n, k)",
        "| (n, t, 8) !! SC302",
    )

    def shape(self, x):
        need.axes(x, "n c")
        kept = self.activation.out(x) == x
        need.that(kept, "SC114", "activation", expected="one that keeps the shape", given=f"`{self.activation.name}`")
        return x

    def weights(self, x):
        yield "W", Weight((x[1], x[1]), self.init)
        yield "W_carry", Weight((x[1], x[1]), self.init)
        if self.bias:
            yield "b", Weight((x[1],), "zeros")
            yield "b_carry", Weight((x[1],), "ones")

    def macs(self, x):
        return 2 * dims.product((*x, x[1]))

    def run(self, np, x, w):
        carried = 1 / (1 + np.exp(-(x @ w["W_carry"] + (w["b_carry"] if self.bias else 0))))
        return carried * self.activation(np, x @ w["W"] + (w["b"] if self.bias else 0)) + (1 - carried) * x


@layer
class MaxoutDense(OldDense):
    """y = max over k of (x @ W[k] + b[k]), with `nb_feature` matrices (Goodfellow et al. 2013).

    W (nb_feature, features, output_dim), b (nb_feature, output_dim).
    """

    output_dim: params.Count
    nb_feature: params.Positive = 4

    examples = (
        "output_dim: 5 | (n, 8) -> (n, 5)",
        "output_dim: 5, nb_feature: 3, bias: false | (n, 8) -> (n, 5)",
        "output_dim: 5 | (n, t, 8) !! SC302",
        "output_dim: 0 | (n, 8) !! SC114",
    )

    def shape(self, x):
        need.axes(x, "n c")
        return x[0], self.output_dim

    def weights(self, x):
        yield "W", Weight((self.nb_feature, x[1], self.output_dim), self.init)
        if self.bias:
            yield "b", Weight((self.nb_feature, self.output_dim), "zeros")

    def macs(self, x):
        return dims.product((*x, self.output_dim, self.nb_feature))

    def run(self, np, x, w):
        each = np.einsum("ni,kio->nko", x, w["W"]) + (w["b"] if self.bias else 0)
        return np.max(each, axis=1)
