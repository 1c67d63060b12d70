"""The model as a Mermaid flowchart, which GitHub draws in Markdown, with the shapes on its edges."""

from __future__ import annotations

from shapecheck.report import Report
from shapecheck.writers.wiring import wiring

_SAFE = frozenset(" _-.,:/+*()=")


def write(report: Report) -> str:
    """`flowchart` with a box for each call of a layer, a rounded one for each output of the model."""
    boxes, arrows = wiring(report)
    lines = ["flowchart TD"]
    for box in boxes:
        name = _text(box.name)
        lines.append(f'  {box.key}["{name}<br/>{_text(box.kind)}"]' if box.kind else f'  {box.key}(["{name}"])')
    lines += [f'  {arrow.start} -->|"{_text(arrow.shape)}"| {arrow.end}' for arrow in arrows]
    return "\n".join(lines)


def _text(text: str) -> str:
    """Letters and digits as they are, anything that means something to Mermaid, Markdown or HTML as an entity."""
    return "".join(c if c.isalnum() or c in _SAFE else f"#{ord(c)};" for c in text)
