"""A module of layers: an entry point may name it as a whole."""

from shapecheck.contract import Layer, layer


@layer
class FirstStep(Layer):
    """The first entry of axis 1."""

    examples = ("(n, t, 8) -> (n, 8)",)

    def shape(self, x):
        return x[0], *x[2:]

    def run(self, x):
        return x[:, 0]
