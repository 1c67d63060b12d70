"""What a layer is, in words made from its class: formula, parameters, weights, mask, examples."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from shapecheck import dims, legacy, modes
from shapecheck.apply import Opaque, apply
from shapecheck.contract import DROP, END, PASS, Layer, TensorSpec, input_names
from shapecheck.diagnostic import Refusal
from shapecheck.making import COMMON, make
from shapecheck.source import Source
from shapecheck.writers import phrases
from shapecheck.writers.families import in_families
from shapecheck.writers.table import columns

_SHAPE = re.compile(r"\(([^()]*)\)")
_MASKS = {PASS: "passed on", DROP: "dropped", END: "used, and not passed on"}


def listing(kinds: Iterable[type[Layer]]) -> str:
    """Each layer with the first sentence of its documentation, in families."""
    families = in_families(kinds)
    rows = iter(_rows([(kind.kind, _summary(kind)) for _, several in families for kind in several]))
    return "\n\n".join("\n".join([family, *islice(rows, len(several))]) for family, several in families)


def operations(names: Iterable[str]) -> str:
    """The names of operations, in columns of text under one heading."""
    from textwrap import fill

    words = ", ".join(name.removeprefix("ops.") for name in names)
    return "operations, such as `ops.Mean`\n" + fill(words, 118, initial_indent="  ", subsequent_indent="  ")


def write(kind: type[Layer]) -> str:
    """The page of a layer."""
    blocks = [f"{kind.kind}{_signature(kind)}", _indented(_documentation(kind))]
    parameters = [
        (p.name, "required" if p.required else f"default {_written(p.default)}", p.reader.expected)
        for p in kind.parameters.values()
    ]
    if parameters:
        blocks.append("\n".join(["Parameters", *_rows(parameters)]))
    if kind.kind.startswith("ops."):
        blocks.append("Every operation also takes\n  name")
    else:
        common = [name for name in COMMON if name not in kind.parameters]
        blocks.append(f"Every layer also takes\n  {', '.join(common)}")
    if renamed := legacy.RENAMED.get(kind.kind):
        rows = [(old, f"now {new}") for old, new in renamed.items()]
        blocks.append("\n".join(["Names of older Keras generations", *_rows(rows)]))
    if weights := _weights(kind):
        blocks.append("\n".join(["Weights", *weights]))
    blocks.append(f"Mask\n  {_mask(kind)}")
    if kind.examples:
        blocks.append("\n".join(["Examples", *_rows(map(_example, kind.examples))]))
    return "\n\n".join(blocks)


def _rows(rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [f"  {line}" for line in columns(list(rows))]


def _documentation(kind: type[Layer]) -> str:
    """Its own words, and those of its family: of the bases in the same file that are no layers themselves."""
    family = [base for base in kind.__mro__[1:] if base.__module__ == kind.__module__ and "kind" not in base.__dict__]
    return "\n\n".join(_dedented(base) for base in (kind, *family) if base.__dict__.get("__doc__"))


def _dedented(kind: type[Layer]) -> str:
    lines = (kind.__doc__ or "").strip().splitlines()
    return "\n".join(line.removeprefix("    ") for line in lines)


def _summary(kind: type[Layer]) -> str:
    return _documentation(kind).partition("\n")[0]


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.splitlines())


def _signature(kind: type[Layer]) -> str:
    """The call arguments, in order."""
    names, least, star = input_names(kind)
    said = [name if index < least else f"{name}=None" for index, name in enumerate(names)]
    return f"({', '.join([*said, *([f'*{star}'] if star else [])])})"


def _written(value: object) -> str:
    """A default as it would stand in YAML."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(list(value)) if isinstance(value, tuple) else str(value)


def _mask(kind: type[Layer]) -> str:
    said = _MASKS.get(kind.mask) or (getattr(kind.mask, "__doc__", "") or "made anew").strip().rstrip(".")
    return f"{said}; the layer uses the mask of its input" if kind.wants_mask else said


def _weights(kind: type[Layer]) -> list[str]:
    """The weights in the first example that is accepted."""
    if kind.weights is Layer.weights:
        return []
    for example in kind.examples:
        config, inputs, _ = _example(example)
        if "->" not in example:
            continue
        try:
            layer, refusals = make(kind, _config(config))
            shapes = list(_shapes(inputs))
            applied = apply(layer, [TensorSpec(shape) for shape in shapes], len(shapes) > 1, modes.STRICT)
        except (Refusal, Opaque, dims.DimSyntaxError):
            continue
        if not refusals and applied.weights:
            frozen = "not trainable"
            rows = [(path, phrases.shape_text(weight.shape), "" if weight.trainable else frozen)
                    for path, weight in applied.weights.items()]  # fmt: skip
            return [f"  with {config or 'the defaults'} on {inputs}", *_rows(rows)]
    return []


def _example(line: str) -> tuple[str, str, str]:
    """An example as configuration, inputs, and outputs or refusal."""
    sign = "->" if "->" in line else "!!"
    left, _, outputs = line.partition(sign)
    config, bar, inputs = left.rpartition("|")
    if not bar:
        config, inputs = left, ""
    said = f"-> {outputs.strip()}" if sign == "->" else f"refused, {outputs.strip()}"
    return config.strip(), inputs.strip(), said


def _config(text: str) -> dict[str, object]:
    from shapecheck.readers import yaml_text

    document, _ = yaml_text.compose(Source("<example>", f"{{{text}}}"))
    return dict(document.root) if document and isinstance(document.root, dict) else {}


def _shapes(text: str) -> Iterator[tuple[dims.Dim, ...]]:
    for found in _SHAPE.finditer(text):
        yield tuple(dims.parse(size) for size in found.group(1).split(",") if size.strip())
