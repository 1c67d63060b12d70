"""Layers of a file whose code is not at hand -> custom rules that give what the file says they give."""

from __future__ import annotations

from typing import Any

from shapecheck import infer, layers
from shapecheck.inference import Inference
from shapecheck.layers._rules import ANY
from shapecheck.layers._saved import Saved, SavedCustom
from shapecheck.naming import Names
from shapecheck.spec import LayerSpec


class SavedLayers:
    """The rules that were found so far; layers with the same rule are of one kind."""

    def __init__(self, found: Inference, names: Names) -> None:
        self.found = found
        self.names = names
        self.rules: dict[str, Any] = {}
        self._known: dict[tuple[str, str], str] = {}
        self._nodes = {id(node.spec.config): node for node in found.graph.nodes if self.is_saved(node.spec.kind)}

    def is_saved(self, kind: str) -> bool:
        """Whether a kind is that of a layer of which only the file tells."""
        cls = layers.find(kind)
        return cls is not None and issubclass(cls, Saved)

    def kind_of(self, item: LayerSpec) -> str | None:
        """The kind under which such a layer is written; None for any other."""
        cls = layers.find(item.kind) if ">" in item.kind else None
        if cls is None or not issubclass(cls, Saved):
            return None
        word = "".join(c if c.isalnum() or c == "_" else "_" for c in item.kind.rpartition(">")[2]) or "Custom"
        rule = self._rule(item)
        key = word, rule
        if key not in self._known:
            base = f"Saved{word}" if layers.find(word) is not None else word
            name = self._known[key] = self.names.fresh(base)
            body: dict[str, Any] = {"rule": rule} if rule else {}
            if not issubclass(cls, SavedCustom):
                body["weights"] = {}
            self.rules[name] = body.get("rule") if len(body) < 2 and "weights" not in body else body
        return self._known[key]

    def _rule(self, item: LayerSpec) -> str:
        """What the layer gives, as a rule; empty where that is not known."""
        node = self._nodes.get(id(item.config))
        gives = item.config.get("gives")
        applied = None if node is None else self.found.applied[node.index]
        if node is None or applied is None or applied.opaque or not gives:
            return ""
        specs = infer.input_specs(self.found, node)
        given = list(specs.values()) if isinstance(specs, dict) else specs or []
        sizes = [gives.get(number) for number in range(1 + max(gives))]
        if not given or any(spec.shape is None for spec in given) or any(one is None for one in sizes):
            return ""
        if len(given) == 1:
            left = ["(n, ...)"] if given[0].shape else ["()"]
        else:
            ranks = [len(spec.shape) for spec in given]
            left = [_shape(["n" if not number else ANY, *[ANY] * (rank - 1)] if rank else [])
                    for number, rank in enumerate(ranks)]  # fmt: skip
        named = "n" in left[0]
        right = [_shape(["n" if axis == 0 and size is None and named else ANY if size is None else str(size)
                         for axis, size in enumerate(one)]) for one in sizes]  # fmt: skip
        return f"{', '.join(left)} -> {', '.join(right)}"


def _shape(sizes: list[str]) -> str:
    return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"
