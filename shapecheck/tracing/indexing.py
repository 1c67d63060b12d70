"""What `x[...]` makes of a shape: Python's and NumPy's indexing rules on sizes that may be symbols."""

from __future__ import annotations

from typing import Any, NamedTuple

from shapecheck import dims
from shapecheck.dims import UNKNOWN, Dim
from shapecheck.tracing.dtypes import Untraceable
from shapecheck.tracing.rules import Shape, Trace, broadcast, refuse, size


class Chosen(NamedTuple):
    """An array of indices: its sizes, and the least and greatest index in it where they are known."""

    sizes: Shape
    low: int | None = None
    high: int | None = None


class Place(NamedTuple):
    """An end of a slice, counted from the front or from the back of its axis; `at` is at least 0."""

    back: bool
    at: Dim


def index(trace: Trace, shape: Shape, key: Any, what: str = "index") -> Shape:
    """The shape of `x[key]`. Index arrays come as `Chosen`."""
    items = list(key) if isinstance(key, tuple) else [key]
    dots = [k for k, item in enumerate(items) if item is Ellipsis]
    if len(dots) > 1:
        refuse("argument", "two `...`", "at most one", what)
    used = sum(item is not None and item is not Ellipsis for item in items)
    if used > len(shape):
        refuse("rank", len(shape), f"at least {used}", what)
    whole: list[Any] = [slice(None)] * (len(shape) - used)
    arrays = any(isinstance(item, Chosen) and item.sizes for item in items)
    if dots:
        items[dots[0] : dots[0] + 1] = [Ellipsis, *whole] if arrays else whole
    else:
        items += whole
    found: list[Dim] = []
    chosen: list[Shape] = []
    runs: list[int] = []  # where each run of index arrays starts in the result
    axis, running = 0, False
    for item in items:
        picks = not (item is None or item is Ellipsis or isinstance(item, slice))
        if picks and arrays and not running:
            runs.append(len(found))
        running = picks
        if item is None:
            found.append(1)
        elif item is not Ellipsis:
            if isinstance(item, slice):
                found.append(length(trace, shape[axis], item, what))
            elif isinstance(item, Chosen):
                _within(trace, shape[axis], item, what)
                chosen.append(item.sizes)
            else:
                _reach(trace, shape[axis], item, what)
            axis += 1
    if arrays:
        at = runs[0] if len(runs) == 1 else 0
        found[at:at] = broadcast(trace, chosen, what)
    return tuple(found)


def _reach(trace: Trace, n: Dim, item: Any, what: str) -> None:
    """One index: -n <= item < n."""
    if isinstance(item, bool):
        raise Untraceable("an index that is true or false")
    k = size(item, what)
    if isinstance(k, int):
        trace.at_least(n, k + 1 if k >= 0 else -k, what)
    else:
        trace.at_least(n - k, 1, what)
        trace.at_least(n + k, 0, what)


def _within(trace: Trace, n: Dim, item: Chosen, what: str) -> None:
    if item.low is not None and item.low < 0:
        trace.at_least(n, -item.low, what)
    if item.high is not None and item.high >= 0:
        trace.at_least(n, item.high + 1, what)
    if item.low is None:  # whatever the indices are, there is something to choose from where there are any
        trace.at_least(n + 1 - dims.minimum(dims.product(item.sizes), 1), 1, what)


def length(trace: Trace, n: Dim, given: slice, what: str = "slice") -> Dim:
    """How many values a slice picks from `n`, as Python counts them; no slice is out of range."""
    step: Dim = 1 if given.step is None else size(given.step, what)
    if step == 0:
        refuse("argument", "a step of 0", "a step", what)
    forward = dims.at_least(step, 0)
    if forward is None and not dims.at_least(-step, 0):
        raise Untraceable(f"a slice with step {step}, of either sign")
    trace.at_least(step if forward else -step, 1, what)
    if given.start is None and given.stop is None:
        return dims.ceil_div(n, step if forward else -step)
    if UNKNOWN in (n, step, given.start, given.stop):
        return UNKNOWN
    if forward:
        low = Place(False, 0) if given.start is None else _place(n, given.start, 0, what)
        high = Place(True, 0) if given.stop is None else _place(n, given.stop, 0, what)
        return dims.ceil_div(_between(n, low, high), step)
    # Backwards, the slice holds as many values as the one forward between its ends moved up by one.
    high = Place(True, 0) if given.start is None else _place(n, given.start, 1, what)
    low = Place(False, 0) if given.stop is None else _place(n, given.stop, 1, what)
    return dims.ceil_div(_between(n, low, high), -step)


def _place(n: Dim, given: Any, shift: int, what: str) -> Place:
    k = size(given, what)
    front = dims.at_least(k, 0)
    if front:
        return Place(False, k + shift)
    if front is False:
        return Place(True, -(k + shift))
    from_front = dims.minimum(dims.maximum(k + 1, 0), 1)  # 1 where k >= 0, and 0 where it is negative
    here = dims.minimum(dims.maximum(k, 0) + shift, n)
    return Place(False, from_front * here + (1 - from_front) * dims.maximum(n + k + shift, 0))


def _between(n: Dim, low: Place, high: Place) -> Dim:
    """max(high - low, 0) with both clipped to 0..n, written as short as the case allows."""
    if low.back and high.back:
        return dims.maximum(dims.minimum(n, low.at) - high.at, 0)
    if low.back:
        return dims.maximum(dims.minimum(high.at, n) - dims.maximum(n - low.at, 0), 0)
    end = n - high.at if high.back else dims.minimum(high.at, n)
    return dims.maximum(end - low.at, 0)
