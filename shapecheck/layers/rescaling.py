"""Rescaling: a linear function of each value."""

from typing import Any

from shapecheck import need, settings
from shapecheck.contract import PASS, Layer, layer
from shapecheck.diagnostic import Refusal
from shapecheck.layers._values import kind
from shapecheck.words import shown


def numbers(value, param, keras):
    """A number, or nested lists of numbers of one shape; an array of NumPy, also a saved one."""
    if isinstance(value, dict):
        config = value.get("config")
        value = config.get("value") if isinstance(config, dict) else None
    value = value.tolist() if hasattr(value, "tolist") else value
    if shape_of(value) is None:
        raise Refusal("SC113", param, expected="a number or a list of numbers", given=shown(value))
    return value


def shape_of(value):
    """The shape of nested lists of numbers, None where they have none."""
    shape = []
    level = [value]
    while level and isinstance(level[0], (list, tuple)):
        length = len(level[0])
        if not all(isinstance(item, (list, tuple)) and len(item) == length for item in level):
            return None
        shape.append(length)
        level = [item for inner in level for item in inner]
    return tuple(shape) if all(isinstance(item, (int, float)) for item in level) else None


Numbers: Any = kind("a number or a list of numbers", numbers)


def against(x, shape):
    """The shape x after an operation with a constant of this shape: it broadcasts, from the last axis on."""
    need.that(len(shape) <= len(x), "SC302", expected=f"rank {len(shape)} or more", rank=len(x), shape=x)
    first = len(x) - len(shape)
    sizes = (need.broadcast(a, b, axis=axis) for axis, (a, b) in enumerate(zip(x[first:], shape, strict=True), first))
    return *x[:first], *sizes


@layer
class Rescaling(Layer):
    """y = `scale` * x + `offset`, where both are numbers, or lists that broadcast against the last axes of x.

    Where images have their channels first, by the setting and not by a parameter, a list in `scale` goes along the
    channels. Keras infers the shape of the input also where a list widens it, or does not fit.
    """

    scale: Numbers
    offset: Numbers = 0.0

    mask = PASS
    examples = (
        "scale: 0.5, offset: 1 | (n, h, w, 3) -> (n, h, w, 3)",
        "scale: [1, 2, 3], offset: [0, 1, 0] | (n, h, w, 3) -> (n, h, w, 3)",
        "scale: [1, 2, 3] | (n, h, w, 1) -> (n, h, w, 3)",
        "scale: [1, 2, 3] | (n, h, w, 4) !! SC310",
    )

    def scale_shape(self):
        shape = shape_of(self.scale)
        first = bool(shape) and len(shape) < 3 and settings.image_data_format() == "channels_first"
        return (*shape, *(1,) * (3 - len(shape))) if first else shape

    def shape(self, x):
        return against(against(x, self.scale_shape()), shape_of(self.offset))

    def dtype(self, x):
        return self.policy.compute

    def run(self, np, x):
        x = x if x.dtype.kind == "f" else x.astype("float32")
        scale = np.asarray(self.scale, x.dtype).reshape(self.scale_shape())
        return x * scale + np.asarray(self.offset, x.dtype)
