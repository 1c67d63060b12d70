"""Names that Keras does not take."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._view import Model, Rule


class Names(Rule):
    """A layer's name that Keras refuses when it builds the model, or when it saves it.

    Keras 3 takes no `/`. Keras 2 makes a scope of TensorFlow of each name, which begins with a letter, a digit or a
    point, and goes on with those, `_`, `-`, `>`, `/` and `\\`. No group of an HDF5 file is called `.` or `..`.
    """

    code = "SC725"

    def check_model(self, model: Model) -> Iterator[Diagnostic]:
        generation = model.found.graph.spec.generation
        for node in model.found.graph.nodes:
            name = node.spec.name
            if name is None or node.owner != node.index or (name.replace("_", "a").isalnum() and name.isascii()):
                continue
            call = model.call(node.index)
            written = call.written.get("name")
            if not isinstance(written, str):
                continue
            own = written if "$" not in written else name.rpartition("/")[2]
            if problem := _problem(own, generation):
                yield call.finding(self.code, "name", name=own, problem=problem)


def _problem(name: str, generation: int | None) -> str:
    if name in (".", ".."):
        return "no group of an HDF5 file has that name"
    if "/" in name and generation != 2:
        return "Keras 3 takes no `/` in it"
    scope = (
        name.isascii() and all(c.isalnum() or c in "_.\\/>-" for c in name) and (name[0].isalnum() or name[0] == ".")
    )
    return "" if scope or generation == 3 else "Keras 2 can make no scope of TensorFlow of it"
