"""The model as a graph in the DOT language of Graphviz, with the shapes on its edges."""

from __future__ import annotations

from shapecheck.report import Report
from shapecheck.writers.escape import escape
from shapecheck.writers.wiring import wiring


def write(report: Report) -> str:
    """`digraph` with a box for each call of a layer, a rounded one for each output of the model."""
    boxes, arrows = wiring(report)
    lines = [f"digraph {_quoted(report.name or report.path)} {{", "  node [shape=box];"]
    for box in boxes:
        label = f"{_text(box.name)}\\n{_text(box.kind)}" if box.kind else _text(box.name)
        lines.append(f'  {box.key} [label="{label}"{"" if box.kind else ", style=rounded"}];')
    lines += [f'  {arrow.start} -> {arrow.end} [label="{_text(arrow.shape)}"];' for arrow in arrows]
    return "\n".join([*lines, "}"])


def _quoted(text: str) -> str:
    return f'"{_text(escape(text))}"'


def _text(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
