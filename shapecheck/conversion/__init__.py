"""A definition in one form, written in another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shapecheck import checker
from shapecheck.report import Report

FORMS = ("yaml", "keras3")


def convert(
    definition: Any = None,
    to: str = "yaml",
    *,
    text: str | bytes | None = None,
    path: str | None = None,
    inputs: Any = None,
    outputs: Any = None,
    at: Mapping[str, int] | None = None,
    keras: int | None = None,
    data_format: str | None = None,
    allow_import: Iterable[str] = (),
) -> str:
    """The text of a definition in another form: `yaml`, the spec language; `keras3`, JSON that Keras 3 loads.

    The definition is given as for `check`. Names, order, weights, shapes and masks are kept; blocks, repetitions and
    parameters are written out, and so are the names of sizes in YAML, while Keras has a null for each. Raises SpecError
    or ShapeError where the definition has errors, or where the form cannot hold it.
    """
    report, made = converted(definition, to, text=text, path=path, inputs=inputs, outputs=outputs, at=at, keras=keras,
                             data_format=data_format, allow_import=allow_import)  # fmt: skip
    report.raise_for_errors()
    return made.text


class Converted:
    """A definition in its new form; `lost` says in words what that form cannot hold.

    `functions` holds the restricted expressions that have to be given when the model is loaded, by their names.
    """

    __slots__ = ("functions", "lost", "text")

    def __init__(self, text: str, lost: Iterable[str] = (), functions: Mapping[str, str] | None = None) -> None:
        self.text = text
        self.lost = tuple(lost)
        self.functions = dict(functions or {})


def converted(definition: Any = None, to: str = "yaml", **choices: Any) -> tuple[Report, Converted]:
    """The report of the check, and the definition in its new form; an empty text where there are errors."""
    report, found = checker.inferred(definition, **choices)
    if found is None or not report.ok:
        return report, Converted("")
    if to == "keras3":
        import json

        from shapecheck.conversion import keras3

        model, writing = keras3.model(found)
        return report, Converted(json.dumps(model, indent=1) + "\n", writing.told(), writing.functions)
    from shapecheck.conversion import definition as as_plain
    from shapecheck.writers import yaml_definition

    return report, Converted(yaml_definition.write(as_plain.definition(found)))
