"""Layers of a Keras file whose code is not at hand: what the file itself tells of them, and what is said of them."""

from __future__ import annotations

from typing import Any

from shapecheck import layers
from shapecheck.findings import finding
from shapecheck.layers.index import MODULES
from shapecheck.readers.keras_entries import Entry, is_shape
from shapecheck.source import Place
from shapecheck.spec import CustomRule, LayerSpec, ModelSpec


class SavedCode:
    """The stand-ins of a file for code that is not at hand; their rules go to the `custom` of its root."""

    def __init__(self, root: ModelSpec) -> None:
        self._root = root

    def _say(self, code: str, place: Place, **more: Any) -> None:
        self._root.findings.append(finding(code, place, **more))

    def offered(self, entry: Entry) -> bool:
        """Whether an installed package describes this custom layer."""
        name = entry.kind.rpartition(">")[2]
        return entry.is_custom and name not in MODULES and layers.seek(name) is not None

    def kind(self, entry: Entry) -> str:
        """The kind of a layer of which only the file itself can tell something."""
        registered = entry.raw.get("registered_name")
        name = registered if entry.is_custom and isinstance(registered, str) else entry.kind
        if entry.is_custom and name in MODULES:
            name = f"custom {name}"  # which is not Keras's own
        key = f"saved>{name}"
        if key not in self._root.custom:
            from shapecheck.layers._saved import saved

            self._root.custom[key] = CustomRule((), "", None, saved(name, entry.is_custom))
        return key

    def unknown_input(self, entry: Entry) -> LayerSpec:
        """An input of which nothing is known, for a model that was saved before it was built."""
        from shapecheck.layers._saved import NOT_BUILT, saved

        self._root.custom.setdefault(NOT_BUILT, CustomRule((), "", None, saved("Input", custom=False)))
        self._say("SC148", entry.kind_place, layer=entry.name or entry.kind)
        name = f"{entry.name or entry.kind.lower()}_input"
        return LayerSpec(NOT_BUILT, {}, name=name, inputs=[], place=entry.place, kind_place=entry.kind_place)

    def settle(self, entry: Entry) -> None:
        """Say of a layer of unknown code that it is one, and hold on to what the file tells of it."""
        item = entry.item
        if item is None or not item.kind.startswith("saved>"):
            return
        gives = {number: shape for number, shape in entry.gives.items() if is_shape(shape)}
        written = entry.config.get("output_shape")
        read = entry.read
        if not entry.is_custom and is_shape(written):
            gives, read, note = {0: [None, *(written or ())]}, None, "what it gives is taken from its `output_shape`"
        elif gives:
            note = "what it gives is taken from the shapes that the file was saved with"
        else:
            note = "what it gives is not known, and neither is what follows from it"
        if gives:
            known = read is not None and all(shape is None or is_shape(shape) for shape in read)
            item.config = {"gives": gives, "read": read if known else None}
        code = "SC144" if entry.is_custom else "SC141"
        self._say(code, entry.kind_place, layer=entry.name, kind=item.kind.removeprefix("saved>"), notes=[note])
