"""Activation: a function of each value, or of the values along one axis."""

from shapecheck import params
from shapecheck.contract import PASS, Layer, layer


@layer
class Activation(Layer):
    """y = activation(x); the shape stays, except that `glu` halves the last axis.

    Keras 3.15 infers an unchanged shape for `glu` as well; its own execution halves it.
    """

    activation: params.ActivationName

    mask = PASS
    examples = (
        "activation: relu | (n, t, 8) -> (n, t, 8)",
        "activation: glu  | (n, t, 8) -> (n, t, 4)",
        "activation: reul | (n, 8) !! SC121",
    )

    def shape(self, x):
        return self.activation.out(x)

    def inferred_by_keras(self, x):
        return x

    def dtype(self, x):
        return self.activation.dtype(x)

    def run(self, np, x):
        return self.activation(np, x)
