"""RNN over any cell, and cells that are stacked into one."""

from typing import Annotated, Any

from shapecheck import need
from shapecheck.contract import layer
from shapecheck.diagnostic import Refusal, Refusals
from shapecheck.layers import _wrapping
from shapecheck.layers._recurrent import Cell, Recurrent
from shapecheck.params import Reader
from shapecheck.words import shown

MOST = 1000
"""How many cells may stand in one layer."""

_CELL = "a cell, such as `{LSTMCell: 8}`"


def _cell(value, param, keras):
    return _wrapping.kind_of(_wrapping.read(value, param, keras), Cell, param, _CELL)


def _cells(value, param, keras):
    """A list of cells."""
    if not isinstance(value, (list, tuple)):
        raise Refusal("SC113", param, expected=f"a list of cells, each {_CELL}", given=shown(value))
    if not 0 < len(value) <= MOST:
        raise Refusal("SC114", param, expected=f"a list of 1 to {MOST} cells", given=f"one of {len(value)}")
    return _wrapping.each_of(value, lambda cell: _cell(cell, param, keras))


def _cell_or_cells(value, param, keras):
    if not isinstance(value, (list, tuple)):
        return _cell(value, param, keras)
    try:
        return _wrapping.read({"type": "StackedRNNCells", "cells": value}, param, keras)
    except Refusals as several:
        for refusal in several.found:
            refusal.facts["path"] = refusal.facts["path"][1:]  # the list is written without the word `cells`
        raise


@layer
class StackedRNNCells(Cell):
    """Several cells as one: the output of each is the input of the next.

    The states are those of all the cells, in their order; the output is that of the last.
    """

    cells: Annotated[Any, Reader(f"a list of cells, each {_CELL}", _cells)]

    examples = (
        "cells: [{LSTMCell: 8}, {GRUCell: k}] | (n, 3), (n, 8), (n, 8), (n, k) -> (n, k), (n, 8), (n, 8), (n, k)",
        "cells: [{SimpleRNNCell: {units: 4, use_bias: false}}] | (n, 3), (n, 4) -> (n, 4), (n, 4)",
        "cells: [{LSTMCell: 8}, {GRUCell: 5}] | (n, 3), (n, 8), (n, 8) !! SC208",
        "cells: [{LSTMCell: 8}, {GRUCell: 5}] | (n, 3), (n, 8), (n, 8), (n, 6) !! SC301",
        "cells: [{LSTM: 8}] | (n, 3), (n, 8), (n, 8) !! SC113",
        "cells: [{LSTMCell: 0}] | (n, 3), (n, 8), (n, 8) !! SC114",
        "cells: [] | (n, 3), (n, 8) !! SC114",
    )

    def check(self):
        left, count = list(self.cells), 0
        while left:
            inner = left.pop().inner.values()
            count += not inner
            left.extend(inner)
            need.that(count + len(left) <= MOST, "SC804", "cells", limit=MOST)

    @property
    def inner(self):
        return _wrapping.named(self.cells)

    def chain(self):
        return [
            (f"{prefix}/{path}".rstrip("/"), cell)
            for prefix, inner in self.inner.items()
            for path, cell in inner.chain()
        ]


@layer
class RNN(Recurrent):
    """Any cell over the steps of a sequence; a list of cells is stacked.

    The weights are those of the cell, and the states as well, in the order of the cells.
    """

    cell: Annotated[Any, Reader(f"{_CELL}, or a list of them", _cell_or_cells)]

    examples = (
        "cell: {LSTMCell: 8} | (n, t, 3) -> (n, 8)",
        "cell: {GRUCell: {units: k, reset_after: false}}, return_sequences: true, return_state: true"
        " | (n, t, 3) -> (n, t, k), (n, k)",
        "cell: [{LSTMCell: 8}, {SimpleRNNCell: 5}], return_state: true, go_backwards: true, unroll: true"
        " | (n, t, 3) -> (n, 5), (n, 8), (n, 8), (n, 5)",
        "cell: {class_name: StackedRNNCells, config: {cells: [{class_name: GRUCell, config: {units: 4}},"
        " {LSTMCell: 6}]}}, return_sequences: true, stateful: true, zero_output_for_mask: true"
        " | (n, t, 3) -> (n, t, 6)",
        "cell: {LSTMCell: 8} | (n, t, 3), (n, 8), (n, 8) -> (n, 8)",
        "cell: {LSTMCell: 8} | (n, 3) !! SC302",
        "cell: {LSTMCell: 8} | (n, t, 3), (n, 8) !! SC208",
        "cell: {LSTMCell: {units: 8, unit: 3}} | (n, t, 3) !! SC111",
        "cell: {Dense: 8} | (n, t, 3) !! SC113",
        "cell: [] | (n, t, 3) !! SC114",
    )

    @property
    def inner(self):
        return _wrapping.named((self.cell,))

    def chain(self):
        ((prefix, cell),) = self.inner.items()
        return [(f"{prefix}/{path}".rstrip("/"), one) for path, one in cell.chain()]
