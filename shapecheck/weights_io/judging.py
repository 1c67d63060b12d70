"""What is stored, held against what the model needs: which array is which weight, and what does not fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from shapecheck import codes, dims, places
from shapecheck.diagnostic import Diagnostic
from shapecheck.inference import Inference
from shapecheck.need import Shape
from shapecheck.weights_io.layout import Held
from shapecheck.words import listing, shape_text

SHOWN = 5


class Loaded:
    """Arrays by the name of their layer and the path of their weight, and what is wrong with the file.

    `file` is how messages call it.
    """

    def __init__(self, found: Inference, file: str) -> None:
        self.found = found
        self.file = file
        self.arrays: dict[str, dict[str, Any]] = {}
        self.findings: list[Diagnostic] = []
        self._specs = {node.name: node.spec for node in found.graph.nodes}

    def say(self, code: str, held: Held | None, notes: Sequence[str] = (), **facts: Any) -> None:
        facts["file"] = self.file
        span = None
        if held is not None:
            facts["layer"] = held.name
            span = places.kind_span(self._specs[held.name])
        said = codes.message(code, facts)
        self.findings.append(
            Diagnostic(code, said, severity=codes.CODES[code].severity, layer=held.name if held else None, span=span,
                       notes=notes, facts=facts)
        )  # fmt: skip

    def take(self, held: Held, path: str, shape: Sequence[int], read: Callable[[], Any], stored: str) -> None:
        """Read the array of a weight, if its shape is the one that is needed; `stored` is its name in the file."""
        expected = tuple(held.weights[path].shape)
        if not fits(shape, expected):
            notes = (f"it is `{stored}` in the file",)
            self.say("SC154", held, notes, weight=path, expected=shape_text(expected), given=shape_text(tuple(shape)))
            return
        array = read()
        if array is not None and array.dtype.kind in "iub" and array.dtype.itemsize == 1:
            problem = f"it holds {array.dtype.name}, as quantized weights do, which are not run"
            self.say("SC157", held, name=stored, problem=problem)
            return
        self.arrays.setdefault(held.name, {})[path] = array

    def missing(self, held: Held, paths: Sequence[str]) -> None:
        several = listing([f"`{path}` {shape_text(tuple(held.weights[path].shape))}" for path in paths[:SHOWN]])
        more = f", and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
        self.say("SC155", held, weights=several + more)

    def left_over(self, name: str, shape: Sequence[int], held: Held | None = None) -> None:
        owner = f"`{held.name}` has no weight for it" if held else "no layer of the model has weights there"
        self.say("SC156", held, weight=name, shape=shape_text(tuple(shape)), problem=owner)


def fits(shape: Sequence[int], expected: Shape) -> bool:
    """Whether an array of this shape can be a weight of the expected one."""
    return len(shape) == len(expected) and all(
        dims.same(a, b) is not False for a, b in zip(shape, expected, strict=True)
    )
