"""Layers that a definition describes itself, by a rule under `custom:`.

    custom:
      PixelShuffle: {params: [r], rule: "(n, h, w, c) -> (n, h*r, w*r, c//(r*r))", weights: {kernel: [c, 8]}}

Left of the arrow stands a shape for each input, the batch included. A name there is whatever size the input has, and
the same size wherever it stands again; `?` is any size; a number or a parameter is the size that there must be; an
expression such as `2*k` is solved for the one name in it that is not known otherwise. `...` stands for any number of
axes, the same ones wherever it stands. Right of the arrow stands a shape for each output, in which a `?` is a size that
is not known.

A `//` divides without a remainder, as who writes `c//(r*r)` means it to: that there is none is owed, and a size that
leaves one is refused. `floor(h/2)` and `ceil(h/2)` round.

Such a layer keeps the dtype and drops the mask. Its weights are those under `weights`, path -> sizes; where there is
no `weights`, they are not known, and neither is the number of parameters. It cannot be run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from shapecheck import dims, need, params
from shapecheck.contract import Layer, Parameter, Weight
from shapecheck.diagnostic import Refusal
from shapecheck.dims import Dim
from shapecheck.layers._rules import ANY, BLANK, REST, Rule, Size, line, rule_of
from shapecheck.modes import STRICT, Semantics
from shapecheck.words import shown

TAKEN = ("name", "dtype", "trainable", "activity_regularizer", "autocast", "inputs", "call")
"""What every layer takes already, and what stands among the parameters of an entry."""


# Layers ----------------------------------------------------------------------------------------------------------


class Described(Layer):
    """A layer that a definition describes: it has shapes, and no numbers."""

    rule: ClassVar[Rule]

    def shape(self, x: Any) -> Any:
        return _outputs(self, (x,))

    def weights(self, *xs: Any) -> Iterator[tuple[str, Weight]]:
        if self.rule.weights is None:
            yield "?", Weight((dims.UNKNOWN,))
            return
        with need.recording([]):  # what the inputs owe was said of the shape
            values = _matched(self, xs)[0]
        for path, sizes in self.rule.weights.items():
            yield path, Weight(tuple([size.at(values) for size in sizes]))

    def macs(self, *xs: Any) -> Dim:
        return dims.UNKNOWN

    def run(self, *xs: Any) -> Any:
        raise Refusal("SC504", problem="its rule tells shapes, and no numbers")


class DescribedOnSeveral(Described):
    """The same on any number of inputs but one."""

    takes_one_or_list = True

    def shape(self, *xs: Any) -> Any:
        return _outputs(self, xs)


# Shapes ----------------------------------------------------------------------------------------------------------


def _outputs(layer: Described, xs: tuple[Any, ...]) -> Any:
    values, rest = _matched(layer, xs)
    made = []
    for sizes in layer.rule.outputs:
        shape: list[Dim] = []
        for size in sizes:
            if size.text == REST:
                shape.extend(rest)
                continue
            shape.append(size.at(values))
            if size.text not in values and size.text != ANY:
                need.at_least(shape[-1], 0, f"`{size.text}`")
        made.append(tuple(shape))
    return made[0] if len(made) == 1 else made


def _matched(layer: Described, xs: tuple[Any, ...]) -> tuple[dict[str, Dim], tuple[Dim, ...]]:
    """What the names of a rule stand for in these shapes, and the axes that its `...` stands for."""
    rule = layer.rule
    if len(xs) != len(rule.inputs):
        count = len(rule.inputs)
        raise Refusal("SC208", expected=f"{count} input{'s' * (count != 1)}", given=len(xs))
    values: dict[str, Dim] = {p.name: getattr(layer, p.attribute) for p in layer.parameters.values()}
    rest: tuple[Dim, ...] | None = None
    placed: list[list[tuple[int, Dim]]] = []
    for number, (x, sizes) in enumerate(zip(xs, rule.inputs, strict=True)):
        placed.append(_placed(x, sizes, number))
        start = next((entry for entry, size in enumerate(sizes) if size.text == REST), None)
        if start is not None:
            axes = x[start : start + len(x) - len(sizes) + 1]
            rest = axes if rest is None else _same_rest(rest, axes, number, start)
        for size, (axis, given) in zip(sizes, placed[-1], strict=True):
            if size.text.isidentifier():
                values[size.text] = _one(values.get(size.text, given), given, size.text, number, axis)
    for number, entry, name in rule.order:
        size, (axis, given) = rule.inputs[number][entry], placed[number][entry]
        if name is None:
            need.equal(given, size.at(values), verb="cannot match", input=number, axis=axis)
        else:
            values[name] = _solved(size, name, values, given, number, axis)
    return values, rest or ()


def _placed(x: Any, sizes: tuple[Size, ...], number: int) -> list[tuple[int, Dim]]:
    """(axis, size) of the input for each size of the rule; what stands for `...` is left out of account."""
    least = sum(size.text != REST for size in sizes)
    open_ = least < len(sizes)
    if len(x) < least or (len(x) > least and not open_):
        expected = f"rank {least}{' or more' * open_}"
        raise Refusal("SC302", input=number, rank=len(x), shape=x, expected=expected)
    placed, axis = [], 0
    for size in sizes:
        placed.append((axis, x[axis] if axis < len(x) else 0))
        axis += len(x) - least if size.text == REST else 1
    return placed


def _one(known: Dim, given: Dim, name: str, number: int, axis: int) -> Dim:
    return need.equal(given, known, verb=f"takes one `{name}`, not", input=number, axis=axis)


def _same_rest(known: tuple[Dim, ...], axes: tuple[Dim, ...], number: int, start: int) -> tuple[Dim, ...]:
    if len(known) != len(axes):
        raise Refusal("SC302", input=number, rank=len(axes), shape=axes, expected=f"{len(known)} axes for its `...`")
    return tuple([_one(a, b, REST, number, start + at) for at, (a, b) in enumerate(zip(known, axes, strict=True))])


def _solved(size: Size, name: str, values: Mapping[str, Dim], given: Dim, number: int, axis: int) -> Dim:
    """What the name has to be for the expression to give the size of the input."""
    found = line(dims.parse(size.text, {**values, name: dims.symbol(BLANK)}))
    if found is None or found[0] == 0:
        raise Refusal("SC116", text=size.text, problem=f"it cannot be solved for `{name}`")
    slope, start = found
    left = given - start
    if dims.at_least(slope, 0) is False:
        slope, left = -slope, -left
    need.at_least(left, 0, f"`{slope}*{name}`", input=number, axis=axis)
    need.divides(slope, left, f"`{slope}*{name}`", input=number, axis=axis)
    exact = dims.exact_quotient(left, slope)
    return left // slope if exact is None else exact


# Making ------------------------------------------------------------------------------------------------------------


def described(
    name: str, parameters: Mapping[str, Any], rule: str, weights: Mapping[str, Any] | None, needed: object
) -> type[Layer]:
    """The class of a layer by its rule; a parameter whose default is `needed` has none.

    Raises Refusal (SC114, SC115, SC116) with `param` the part that is malformed: `params`, `rule` or `weights`.
    """
    made = rule_of(name, parameters, rule, weights)
    used = {one for shape in (*made.inputs, *made.outputs, *(made.weights or {}).values()) for size in shape
            for one in size.names}  # fmt: skip
    own = {}
    for word, default in parameters.items():
        if word in TAKEN:
            raise Refusal("SC214", "params", name=word, what="what every layer takes")
        reader = SIZE if word in used else params.Anything.__metadata__[0]
        if default is not needed:
            reader.read(default, word, STRICT)
        own[word] = Parameter(word, f"{word}_", reader, default is needed, None if default is needed else default)
    base = Described if len(made.inputs) == 1 else DescribedOnSeveral
    return type(name, (base,), {"__doc__": rule, "rule": made, "parameters": own, "kind": name})


def _read_size(value: Any, param: str, keras: Semantics) -> Dim:
    refusal = Refusal("SC113", param, expected=SIZE.expected, given=shown(value))
    if isinstance(value, (bool, float)) or value is None:
        raise refusal
    try:
        dim = dims.as_dim(value)
    except (TypeError, ValueError):
        raise refusal from None
    if type(dim) is int and abs(dim) > params.MAX_SIZE:
        raise Refusal("SC807", param, given=shown(dim), limit="2^48")
    return dim


SIZE = params.Reader("an integer, or a size such as `2*T`", _read_size)
