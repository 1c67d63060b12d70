"""What a forward pass gave: a row for each layer with a few statistics, the sizes it was run at, and the losses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from shapecheck import dims
from shapecheck.report import Report
from shapecheck.writers import phrases
from shapecheck.writers.escape import escape
from shapecheck.writers.table import columns

HEAD = ("layer", "type", "shape", "dtype", "mean", "min", "max")
_NUMBERS = (4, 5, 6)


def write(
    report: Report,
    run: Any,
    *,
    at: Mapping[str, int] | None = None,
    given: Collection[str] = (),
    training: bool = False,
    seed: int = 0,
) -> str:
    """The table of a run (`executors.numpy_model.ModelRun`); `given` names the inputs whose arrays were given."""
    body: list[Sequence[str]] = []
    for _, call in phrases.calls_of(report):
        if call.name in run.arrays:
            for name, array in _named(call.name, run.arrays[call.name]):
                body.append((escape(name), escape(call.kind), *_statistics(array)))
    lines = columns([HEAD, *body], _NUMBERS)
    lines.insert(1, "-" * min(max(map(len, lines)), 100))
    head = f"{escape(report.path)}   {'training' if training else 'inference'}, seed {seed}"
    return "\n".join(
        [head, *_sizes(report, run, at or {}, given), "", *(f" {line}" for line in lines), "", *_foot(run)]
    )


def _named(name: str, value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, (list, tuple)):
        return [(f"{name}[{index}]", array) for index, array in enumerate(value)]
    return [(name, value)]


def _statistics(array: Any) -> tuple[str, ...]:
    import numpy as np

    found = np.asarray(array)
    said = (phrases.shape_text(found.shape), str(found.dtype))
    if not found.size:
        return (*said, "-", "-", "-")
    with np.errstate(all="ignore"):
        values = found.astype(np.float64)
        return (*said, *(f"{number:.4g}" for number in (values.mean(), values.min(), values.max())))


def _sizes(report: Report, run: Any, at: Mapping[str, int], given: Collection[str]) -> list[str]:
    """Which size stands for each symbol, and who chose it."""
    of_arrays = {
        symbol.name
        for tensor in report.inputs
        if tensor.name in given
        for size in tensor.shape or ()
        if type(size) is not int
        for symbol in dims.symbols_of(size)
    }
    groups: dict[str, list[str]] = {}
    for name, size in sorted(run.sizes.items()):
        who = "set" if name in at else "from the arrays" if name in of_arrays else "the smallest that is valid"
        groups.setdefault(who, []).append(f"{escape(name)}={size}")
    lines = [f" sizes   {', '.join(sizes)}   {who}" for who, sizes in groups.items()]
    drawn = [escape(tensor.name) for tensor in report.inputs if tensor.name not in given]
    return [*lines, *([f" drawn   {', '.join(drawn)}"] if drawn else [])]


def _foot(run: Any) -> list[str]:
    import numpy as np

    shapes = ", ".join(phrases.shape_text(np.asarray(array).shape) for array in run.outputs) or "none"
    return [f" outputs               {shapes}", f" regularization loss   {float(run.regularization_loss):.6g}"]
