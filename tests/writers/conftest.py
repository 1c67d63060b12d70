"""Reports built by hand, so that the writers are tested without the engine."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from shapecheck import dims
from shapecheck.diagnostic import Diagnostic
from shapecheck.report import LayerReport, NamedShape, Report
from shapecheck.source import Source, Span

UNET = """\
name: unet
layers:
  - Input: {name: image, shape: [H, W, 1]}
  - Conv2D: {filters: 8, kernel_size: 3, padding: same, name: enc0}
  - MaxPooling2D: {pool_size: 2, name: pool0}
  - Conv2D: {filters: 16, kernel_size: 3, padding: same, name: enc1}
  - MaxPooling2D: {pool_size: 2, name: pool1}
  - Conv2D: {filters: 32, kernel_size: 3, padding: same, name: enc2}
  - MaxPooling2D: {pool_size: 2, name: pool2}
  - Conv2D: {filters: 64, kernel_size: 3, padding: same, name: deep}
  - Conv2DTranspose: {filters: 32, kernel_size: 2, strides: 2, name: up2}
  - Concatenate: {inputs: [up2, enc2], name: skip2}
"""

HOSTILE = [
    "\x1b[31mred\x1b[0m", "\x9b31m", "a\nb", "a\r\nb", "\t", "\u202eevil\u202c", "\u2066x\u2069", "]]>", "100%",
    "%0A::error::x", "::error file=x::y", "##[error]z", "\ud800", "\u2028", "\x00", "<script>alert(1)</script>",
    '"quoted"', "`tick`", "$x$", "日本語", "e\u0301", "👩‍👩‍👧", "back\\slash", "a" * 5000, "", " ",
    "#35;", "--> x", "*/", "&amp;",
]  # fmt: skip


class Make:
    """What the tests build reports from."""

    UNET = UNET
    HOSTILE = HOSTILE

    @staticmethod
    def span(source: Source, words: str, nth: int = 0) -> Span:
        """The span of some words in a source."""
        at = -1
        for _ in range(nth + 1):
            at = source.text.index(words, at + 1)
        line = source.text.count("\n", 0, at) + 1
        column = at - (source.text.rfind("\n", 0, at) + 1) + 1
        return Span(source, line, column, line, column + len(words))

    @staticmethod
    def report(text: str = UNET, path: str = "unet.yaml", *findings: Diagnostic) -> Report:
        report = Report(path, Source(path, text))
        report.diagnostics = list(findings)
        return report

    @staticmethod
    def layer(
        name: str,
        kind: str,
        inputs: str = "",
        shapes: object = ((1,),),
        params: object = 0,
        macs: object = 0,
        place: object = None,
    ) -> LayerReport:
        """`shapes` are given as a tuple of shapes, a shape as text such as `B, H, 3`, or as None."""
        made = tuple(Make.shape(shape) for shape in shapes)
        return LayerReport(name, kind, tuple(inputs.split()), made, params, params, {}, (), (), lambda: macs, place)

    @staticmethod
    def shape(text: str | None) -> tuple | None:
        if text is None or isinstance(text, tuple):
            return text
        sizes = [size.strip() for size in text.split(",")]
        return tuple(dims.UNKNOWN if size == "?" else dims.parse(size) for size in sizes if size)

    @staticmethod
    def model(*layers: LayerReport, path: str = "cnn.yaml", outputs: str = "", requires: tuple[str, ...] = ()):
        report = Make.report("", path)
        for layer in layers:
            report.layers[layer.name] = layer
            report.calls[layer.name] = [layer]
            report.size += 1
        report.inputs = [NamedShape(x.name, x.output_shapes[0]) for x in layers if x.kind == "InputLayer"]
        names = outputs.split() or ([layers[-1].name] if layers else [])
        report.outputs = [NamedShape(name, report.layers[name].output_shapes[0]) for name in names]
        counts = [layer.params for layer in layers]
        report.params = report.trainable_params = None if None in counts else dims.total(counts)
        report.requirements = [SimpleNamespace(text=text) for text in requires]
        return report


@pytest.fixture(scope="session")
def make() -> type[Make]:
    return Make
