"""The table of a model: what each layer puts out, what it costs, and what it reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shapecheck import dims
from shapecheck.dims import Dim
from shapecheck.report import LayerReport, NamedShape, Report, Shape
from shapecheck.writers import phrases
from shapecheck.writers.escape import escape
from shapecheck.writers.table import columns

HEAD = ("layer", "type", "output", "params", "MACs", "connected to")
_NUMBERS = (3,)
_LINE = 100
_NAMED = 5  # layers of unknown cost that are named


def write(report: Report, at: Mapping[str, int] | None = None) -> str:
    """One row for each call of a layer, and the totals. Formulas, or numbers where `at` gives the sizes.

    A number that is not known is `?`, in the rows and in the totals. Weights are counted at the first call of a layer.
    """
    sizes = at or {}
    body: list[Sequence[str]] = []
    macs: list[Dim | None] = []
    for earlier, call in phrases.calls_of(report):
        cost = _at(call.macs, sizes)
        macs.append(cost)
        body.append(_row(call, earlier, cost, sizes))
    total = ("total", "", "", phrases.amount(_at(report.params, sizes)), _total(macs), "")
    lines = columns([HEAD, *body, total], _NUMBERS)
    line = "-" * min(max(map(len, lines)), _LINE)
    table = [f" {row}" for row in (lines[0], line, *lines[1:-1], line, lines[-1])]
    return "\n".join([_head(report, sizes), "", *table, "", *_foot(report, macs, sizes)])


def _at(dim: Dim | None, sizes: Mapping[str, int]) -> Dim | None:
    return dim if dim is None or type(dim) is int or not sizes else dims.substitute(dim, sizes)


def _shape_at(shape: Shape | None, sizes: Mapping[str, int]) -> str:
    if shape is None or not sizes:
        return phrases.shape_text(shape)
    return phrases.shape_text(tuple(dims.substitute(dim, sizes) for dim in shape))


def _row(call: LayerReport, earlier: int, macs: Dim | None, sizes: Mapping[str, int]) -> Sequence[str]:
    output = ", ".join(_shape_at(shape, sizes) for shape in call.output_shapes) or "?"
    params = "shared" if earlier else phrases.amount(_at(call.params, sizes))
    reads = ", ".join(map(escape, call.inputs))
    return escape(call.name), escape(call.kind), output, params, phrases.amount(macs), reads


def _total(macs: Sequence[Dim | None]) -> str:
    """The sum of what is known, and `?` for the rest."""
    known = [cost for cost in macs if not _is_unknown(cost)]
    said = phrases.amount(dims.total([cost for cost in known if cost is not None])) if known else ""
    rest = "?" if len(known) < len(macs) else ""
    return " + ".join(filter(None, ("" if said == "0" and rest else said, rest))) or "0"


def _is_unknown(dim: Dim | None) -> bool:
    return dim is None or dim is dims.UNKNOWN


def _head(report: Report, sizes: Mapping[str, int]) -> str:
    return "   ".join(
        [escape(report.path), f"inputs: {_ends(report.inputs, sizes)}", f"outputs: {_ends(report.outputs, sizes)}"]
    )


def _ends(tensors: Sequence[NamedShape], sizes: Mapping[str, int]) -> str:
    return ", ".join(f"{escape(tensor.name)} {_shape_at(tensor.shape, sizes)}" for tensor in tensors) or "none"


def _foot(report: Report, macs: Sequence[Dim | None], sizes: Mapping[str, int]) -> list[str]:
    lines = []
    trainable, params = _at(report.trainable_params, sizes), _at(report.params, sizes)
    if not (_is_unknown(trainable) or _is_unknown(params)) and trainable != params:
        frozen = dims.total([params, dims.product([-1, trainable])])  # type: ignore[list-item]
        lines.append(f"params       {phrases.amount(trainable)} trainable, {phrases.amount(frozen)} not")
    lines.append("MACs         multiply-accumulates of one call, biases not counted; 1 MAC is 2 FLOPs")
    unknown = [escape(call.name) for (_, call), cost in zip(phrases.calls_of(report), macs, strict=True)
               if _is_unknown(cost) or _is_unknown(call.params)]  # fmt: skip
    if unknown:
        more = f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else ""
        lines.append(f"not known    {', '.join(unknown[:_NAMED])}{more}")
    if when := phrases.valid_when(report):
        lines.append(f"valid when   {when}")
    if sizes:
        lines.append(f"at           {', '.join(f'{escape(name)}={size}' for name, size in sizes.items())}")
    return [f" {line}" for line in lines]
