"""Layers over the axes between the batch and the channels; where the channels stand is handled here, once."""

from typing import ClassVar

from shapecheck import axes, need
from shapecheck.contract import Layer


class Spatial(Layer):
    """A layer over `rank` spatial axes. Formulas are written for channels last.

    With channels_first the channels stand at axis -(rank + 1): shapes and arrays are turned on the way in and out, and
    messages count the axes as the user does. A family gives `along`, the size of one spatial axis, `filters_of`, the
    number of channels, and `computed`, the arrays.
    """

    rank: ClassVar[int]

    @property
    def first(self):
        """Whether the channels stand before the spatial axes."""
        return getattr(self, "data_format", None) == "channels_first"

    def last(self, shape):
        """A shape as the user has it, with the channels last."""
        if not self.first:
            return tuple(shape)
        at = len(shape) - self.rank - 1
        return *shape[:at], *shape[at + 1 :], shape[at]

    def back(self, shape):
        """A shape with the channels last, as the user has it."""
        if not self.first:
            return tuple(shape)
        at = len(shape) - self.rank - 1
        return *shape[:at], shape[-1], *shape[at:-1]

    @property
    def channel_axis(self):
        """The number of the channel axis in the user's shape."""
        return 1 if self.first else self.rank + 1

    def place(self, i):
        """The number of spatial axis i in the user's shape, as a keyword of a refusal, and its name in messages."""
        axis = i + 1 + self.first
        return {"axis": axis, "what": f"axis {axes.described(axis, self.rank + 2, self.first)}"}

    def shape(self, x):
        need.axes(x, "n" + " i" * self.rank + " c")
        batch, *sizes, channels = self.last(x)
        outside = self.filters_of(channels)
        return self.back((batch, *(self.along(i, n) for i, n in enumerate(sizes)), outside))

    def along(self, i, n):
        """The size of spatial axis i after the layer, from its size n before."""
        return n

    def filters_of(self, channels):
        """The number of channels after the layer, from their number before."""
        return channels

    def computed(self, np, x, w):
        """The output, from an input with the channels last."""
        return x

    def run(self, np, x, w):
        if not self.first:
            return self.computed(np, x, w)
        at = -(self.rank + 1)
        return np.moveaxis(self.computed(np, np.moveaxis(x, at, -1), w), -1, at)
