"""Permute: the axes of each sample in another order."""

from shapecheck import need, params
from shapecheck.contract import Layer, layer


@layer
class Permute(Layer):
    """Reorder the axes of each sample; the batch axis stays first: out[i + 1] = in[dims[i]]."""

    dims: params.Axes  # counted from 1, the batch is not counted

    examples = (
        "dims: [2, 1]     | (n, 10, 64)   -> (n, 64, 10)",
        "dims: [3, 1, 2]  | (n, h, w, 3)  -> (n, 3, h, w)",
        "dims: [2, 2]     | (n, 10, 64)   !! SC305",
        "dims: [2, 1]     | (n, h, w, 3)  !! SC302",
    )

    def check(self):
        need.permutation(self.dims, 1, "dims")

    def shape(self, x):
        need.axes(x, "n" + " i" * len(self.dims))
        return x[0], *(x[d] for d in self.dims)

    def run(self, np, x):
        return np.transpose(x, (0, *self.dims))
