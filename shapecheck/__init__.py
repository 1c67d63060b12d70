"""shapecheck: type-check a neural network before building it."""

from __future__ import annotations

from shapecheck.about import VERSION
from shapecheck.checker import check
from shapecheck.comparison import diff
from shapecheck.conversion import convert
from shapecheck.diagnostic import Diagnostic, Label, ShapecheckError, ShapeError, SpecError
from shapecheck.python_layers import Inferred, Tensor, UserLayer, input, layer
from shapecheck.report import LayerReport, Report
from shapecheck.running import run

__version__ = VERSION

__all__ = [
    "Diagnostic",
    "Inferred",
    "Label",
    "LayerReport",
    "Report",
    "ShapeError",
    "ShapecheckError",
    "SpecError",
    "Tensor",
    "UserLayer",
    "__version__",
    "check",
    "convert",
    "diff",
    "input",
    "layer",
    "run",
]
