"""Running sums and orders along an axis, as TensorFlow has them."""

from typing import Any, ClassVar

from shapecheck import need, params
from shapecheck.layers import _op_params as of
from shapecheck.layers._op import Op, derived, numbers

Direction: Any = params.one_of("ASCENDING", "DESCENDING")


class TFRunning(Op):
    """Along `axis`: up to here, before here with `exclusive`, and from the end with `reverse`."""

    axis: of.Int = 0
    exclusive: params.Flag = False
    reverse: params.Flag = False

    examples: ClassVar[tuple[str, ...]] = (
        "axis: 1 | (n, h) -> (n, h)",
        "exclusive: true | (n, h) -> (n, h)",
        "reverse: true, axis: -1 | (n, h) -> (n, h)",
        "axis: 2 | (n, h) !! SC309",
    )

    def rule(self, np, x):
        along = need.axis(self.axis, x.ndim)
        if not numbers(np):
            return x
        x = np.moveaxis(x, along, 0)
        x = x[::-1] if self.reverse else x
        y = getattr(np, self.formula)(x, axis=0)
        if self.exclusive and len(x):
            y = np.concatenate([np.full_like(x[:1], self.formula == "cumprod"), y[:-1]])
        return np.moveaxis(y[::-1] if self.reverse else y, 0, along)


derived(globals(), TFRunning, "TFCumsum", "The sum of all values up to here.", formula="cumsum")
derived(globals(), TFRunning, "TFCumprod", "The product of all values up to here.", formula="cumprod")


class TFOrder(Op):
    """In rising or in falling order along `axis`."""

    axis: of.Int = -1
    direction: Direction = "ASCENDING"

    examples: ClassVar[tuple[str, ...]] = (
        "| (n, h) -> (n, h)",
        "direction: DESCENDING, axis: 0 | (n, h) -> (n, h)",
        "direction: UP | (n, h) !! SC114",
        "axis: 2 | (n, h) !! SC309",
    )

    def rule(self, np, x):
        need.axis(self.axis, x.ndim)
        if not numbers(np):
            return x
        falls = self.direction == "DESCENDING"
        places = np.argsort(-x if falls else x, axis=self.axis, kind="stable")
        return places if self.formula == "argsort" else np.take_along_axis(x, places, axis=self.axis)


derived(globals(), TFOrder, "TFSort", "The values in order.", formula="sort")
derived(
    globals(),
    TFOrder,
    "TFArgsort",
    "The places of the values in order.",
    formula="argsort",
    gives=lambda self, x: "int32",
)
