"""What all pooling does with the values that it takes together, whichever they are: their largest, or their mean."""

from shapecheck.layers._channels import Spatial
from shapecheck.layers._windows import least_value


class Mean(Spatial):
    """A mean is a float, also that of whole numbers."""

    def dtype(self, x):
        return x if "float" in x else self.policy.compute

    def floats(self, x):
        return x if x.dtype.kind == "f" else x.astype("float32")


class Windows(Spatial):
    """Pooling that takes together what is under a window."""

    def pooled(self, np, x, combine, start):
        """`combine` over each window of x; `start` is what stands where there is no value."""
        raise NotImplementedError


class MeanOfWindows(Mean, Windows):
    """The sum under a window, divided by how many values of x are under it."""

    def computed(self, np, x, w):
        x = self.floats(x)
        return self.pooled(np, x, np.add, 0) / self.pooled(np, np.ones((1, *x.shape[1:-1], 1), x.dtype), np.add, 0)


class LargestOfWindows(Windows):
    """The largest value under a window; of none, the least number."""

    def computed(self, np, x, w):
        return self.pooled(np, x, np.maximum, least_value(np, x.dtype))
