"""run(): a definition, arrays and weights in; the numbers of a forward pass out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from shapecheck import checker, explain, infer
from shapecheck.diagnostic import Diagnostic, Refusal
from shapecheck.inference import Inference
from shapecheck.report import Report, error_of
from shapecheck.words import near, shown


def run(
    definition: Any = None,
    arrays: Mapping[str, Any] | None = None,
    *,
    text: str | bytes | None = None,
    inputs: Any = None,
    outputs: Any = None,
    at: Mapping[str, int] | None = None,
    training: bool = False,
    seed: int = 0,
    weights: Mapping[str, Any] | str | os.PathLike[str] | None = None,
    save_weights: str | os.PathLike[str] | None = None,
    keras: int | None = None,
    data_format: str | None = None,
    allow_import: Iterable[str] = (),
) -> Any:
    """A forward pass with NumPy: the definition as for `check`, arrays by input name, sizes of symbols in `at`.

    Missing arrays are drawn from `seed`; symbols that are not set take the smallest valid size of at least 2.
    `weights` maps layer names to arrays in Keras's order, or to path -> array, or it is a file: `.weights.h5`, `.h5`,
    `.keras` or `.npz`. Without it, those that the file of the model holds are taken, or else weights are initialised.
    They are written to `save_weights`, as `Model.load_weights` reads them. Raises SpecError or ShapeError when the
    definition has errors, or an array or a stored weight does not fit. `inputs` and `outputs` are tensors of a graph.
    """
    if inputs is not None and outputs is None:
        expected = "tensors of a graph, beside its `outputs` (arrays are the second argument, `arrays`)"
        raise checker.usage_error("SC113", param="inputs", expected=expected, given=shown(inputs))
    return run_report(definition, arrays, text=text, inputs=inputs, outputs=outputs, at=at, training=training,
                      seed=seed, weights=weights, save_weights=save_weights, keras=keras, data_format=data_format,
                      allow_import=allow_import)[1]  # fmt: skip


def run_report(
    definition: Any = None,
    arrays: Mapping[str, Any] | None = None,
    *,
    at: Mapping[str, int] | None = None,
    training: bool = False,
    seed: int = 0,
    weights: Mapping[str, Any] | str | os.PathLike[str] | None = None,
    save_weights: str | os.PathLike[str] | None = None,
    **choices: Any,
) -> tuple[Report, Any]:
    """The report of the check, and the run; `choices` are those of the check."""
    checker.check_sizes(at)
    given = dict(checker.mapping(arrays, "arrays", "arrays by the names of inputs"))
    file = _weights_file(definition, weights)
    own = {} if file is not None else checker.mapping(weights, "weights", "arrays by the names of layers")
    report, found = checker.inferred(definition, **choices)
    report.raise_for_errors()
    if found is None:
        raise error_of(Diagnostic("SC104", "there is no model to run"))
    from shapecheck import arguments
    from shapecheck.executors import numpy_model, sizes

    checker.check_symbols(at, found)
    _check_names(found, given, own)
    try:
        start, train = arguments.whole(seed, "seed"), arguments.flag(training, "training")
        given = {name: arguments.array(array, name, texts=True) for name, array in given.items()}
    except Refusal as refusal:
        raise checker.usage_error(refusal.code, param=refusal.param, **refusal.facts) from None
    chosen = sizes.choose(found, report.requirements, at or {}, {name: array.shape for name, array in given.items()})
    numeric = infer.infer(found.graph, chosen)
    for finding in numeric.findings:
        if finding.severity == "error":
            raise error_of(finding)
    if file is not None:
        own = _loaded(file, numeric, report)
    try:
        numpy_model.hold_symbols(found, numeric, chosen)
        done = numpy_model.run_model(numeric, given, chosen, training=train, seed=start, weights=own)
    except numpy_model.NodeRefusal as failed:
        raise error_of(explain.finding(found, failed.node, failed.refusal)) from None
    if save_weights is not None:
        from shapecheck import weights_io

        weights_io.save(os.fspath(save_weights), numeric, done.weights)
    return report, done


def _check_names(found: Inference, arrays: Mapping[str, Any], weights: Mapping[str, Any]) -> None:
    """Refuse arrays for what is no input, and weights for what is no layer."""
    nodes = found.graph.nodes
    inputs = sorted({nodes[index].name for index in found.graph.inputs})
    for name in arrays:
        if name not in inputs:
            raise checker.usage_error("SC503", name=shown(name).strip("`"), near=near(name, inputs), known=inputs)
    owners = {node.name for node in nodes if node.owner == node.index}
    for name in weights:
        if name not in owners:
            raise checker.usage_error("SC201", layer="weights", name=shown(name).strip("`"), near=near(name, owners))


def _weights_file(definition: Any, weights: Any) -> str | None:
    """The file that the weights are in: the one that was named, or that of the definition, where it holds some."""
    if isinstance(weights, (str, os.PathLike)):
        return os.fspath(weights)
    if weights is not None or not isinstance(definition, (str, os.PathLike)):
        return None
    from shapecheck import weights_io

    path = os.fspath(definition)
    return path if weights_io.holds_weights(path) else None


def _loaded(file: str, numeric: Inference, report: Report) -> Mapping[str, Any]:
    """The weights in a file; raises SpecError with all that is wrong with them, and adds warnings to the report."""
    from shapecheck import weights_io

    loaded = weights_io.load(file, numeric)
    wrong = [finding for finding in loaded.findings if finding.severity == "error"]
    if wrong:
        error = error_of(wrong[0])
        error.others = wrong[1:]
        raise error
    report.diagnostics.extend(loaded.findings)
    return loaded.arrays
