"""A small language of functions: `"lambda s: (s[0], 2*s[1])"` or `"lambda x: np.sum(x, axis=1)"`, never evaluated.

A text is parsed once, within limits, and turned into functions of our own. It can say arithmetic, comparisons,
indexing, if-expressions, lists and comprehensions over `range`, a few attributes and methods of arrays, and the pure
array functions of NumPy, by the names of NumPy (`np.`), Keras (`K.`, `ops.`) and TensorFlow (`tf.`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shapecheck.diagnostic import Refusal
from shapecheck.dims.asked import bare
from shapecheck.restricted.guard import Fraction, Overrun, Run, is_array, shadow
from shapecheck.restricted.reading import Text
from shapecheck.restricted.tree import Frame, Program, program
from shapecheck.tracing import Trace, TracedArray, TracedNumpy, Untraceable, trace_of

__all__ = ["RestrictedFunction", "restricted"]


class RestrictedFunction:
    """A function that was read from a text. It is called with traced arrays, with real ones, or with dims.

    `text` is what was read, `parameters` the names of its arguments. Calling it raises Refusal SC131 where it would
    make too much, TypeError for arguments that it does not take, and whatever the operations raise.
    """

    __slots__ = ("_program", "_source", "parameters", "text")

    def __init__(self, text: str, param: str = "function") -> None:
        self.text = text
        self._source = Text(text, param)
        self._program: Program = program(self._source)
        self.parameters = self._program.parameters

    def takes(self, name: str) -> bool:
        """Whether it has an argument of this name."""
        return name in self.parameters

    def __call__(self, *args: Any, np: Any = None, **keywords: Any) -> Any:
        """The result. `np` is the namespace to run in; without it NumPy for NumPy's arrays, shapes for all else."""
        bound = {name: bare(value) for name, value in self._program.bind(args, keywords).items()}
        namespace = _namespace(list(bound.values())) if np is None else np
        if not isinstance(namespace, TracedNumpy):  # on shapes first, which shows what would be too much
            try:
                self._run(TracedNumpy(Trace()), {name: shadow(value) for name, value in bound.items()})
            except Refusal:
                raise
            except Exception:
                pass  # what hangs on values is for the real run to say, under the same limits
        if not hasattr(namespace, "errstate"):
            return self._run(namespace, bound)
        with namespace.errstate(all="ignore"):  # a division by zero is a number here, as in a framework
            return self._run(namespace, bound)

    def _run(self, np: Any, bound: dict[str, Any]) -> Any:
        try:
            made = self._program.body(Frame(Run(np, list(bound.values())), bound))
        except Overrun as limit:
            self._source.refuse(f"it makes {limit}")
        except RecursionError:
            self._source.refuse("it nests too deep")
        if isinstance(made, Fraction):
            raise Untraceable("a result that is a fraction of a symbolic size")
        return made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RestrictedFunction) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"restricted({self.text!r})"


def restricted(text: str, param: str = "function") -> RestrictedFunction:
    """The function that a text says; raises Refusal SC131 with `problem`, `given` and `offset` (code points)."""
    return RestrictedFunction(text, param)


def _namespace(values: Sequence[Any]) -> Any:
    """NumPy where there is an array of numbers and none of shapes; it is imported only then."""
    real, stack = False, list(values)
    while stack:
        value = stack.pop()
        if isinstance(value, TracedArray):
            return TracedNumpy(trace_of(_flat(values), Trace()))
        if isinstance(value, (list, tuple)):
            stack += value
        else:
            real = real or is_array(value)
    if not real:
        return TracedNumpy(Trace())
    import numpy

    return numpy


def _flat(values: Sequence[Any]) -> list[Any]:
    return [item for value in values for item in (value if isinstance(value, (list, tuple)) else (value,))]
