"""What two definitions have to agree on to be the same model: everything that is inferred of them."""

import shapecheck
from shapecheck import checker, dims, dtypes
from shapecheck.apply import Undescribed
from shapecheck.contract import Layer
from shapecheck.layers.custom import Described
from shapecheck.model_layer import ModelLayer

SAID_ONCE = ("SC14", "SC7", "SC120", "SC126", "SC404")
"""What is said of a file of Keras alone, of a template once, and of a layer of which only its outputs are known."""


def facts(definition, **choices):
    """All that a check knows of a definition, as plain values; the names of sizes stand as texts."""
    report, found = checker.inferred(definition, **choices)
    assert found is not None, report.diagnostics
    nodes, opaque = [], set()
    for node, layer, applied in zip(found.graph.nodes, found.layers, found.applied, strict=True):
        if settings(layer) is None:
            opaque.add(node.name)
        nodes.append(
            {
                "name": node.name,
                "kind": None if settings(layer) is None else layer.kind,
                "owner": found.graph.nodes[node.owner].name,
                "inputs": _wiring(found, node),
                "settings": settings(layer),
                "outputs": [(_shape(out.shape), out.dtype, _shape(out.mask)) for out in applied.outputs],
                "weights": {path: (_shape(w.shape), w.trainable) for path, w in applied.weights.items()},
            }
        )
    return {
        "nodes": nodes,
        "inputs": [(end.name, _shape(end.shape)) for end in report.inputs],
        "outputs": [(end.name, _shape(end.shape)) for end in report.outputs],
        "params": (dims.text(report.params) if report.params is not None else None, str(report.trainable_params)),
        "requirements": report.requirements.text,
        "symbols": sorted(report.requirements.symbols),
        "warnings": sorted({found.code for found in report.diagnostics if not found.code.startswith(SAID_ONCE)}),
        "macs": [_text(call.macs) for call in report.layers.values() if call.name not in opaque],
    }


def settings(layer):
    """Every parameter of a layer as it was read, those of the layers inside it too."""
    if layer is None or isinstance(layer, (Undescribed, Described)):  # of which there is nothing but what it gives
        return None
    if layer.kind == "InputLayer":  # whose shape has two spellings
        return {"shape": _value(layer.shape()), "dtype": layer.policy, "sparse": layer.sparse, "ragged": layer.ragged}
    given = {name: _value(value) for name, value in layer.__dict__.items() if name not in ("given", "name")}
    return given | ({"renorm_clipping": given["renorm_clipping"][1] or None} if "renorm_clipping" in given else {})


def _value(value):
    if isinstance(value, Layer):
        if isinstance(value, ModelLayer):
            return value.kind, [(item.kind, item.name) for item in value.spec.layers]
        return value.kind, value.name, settings(value)
    if isinstance(value, (list, tuple)) and not isinstance(value, dtypes.Policy):
        return isinstance(value, tuple), [_value(item) for item in value]
    if isinstance(value, dims.Expr):
        return dims.text(value)
    if hasattr(value, "text") and callable(value):  # a restricted expression
        return value.text
    return type(value), value


def _text(dim):
    return None if dim is None else dims.text(dim)


def _shape(shape):
    return None if shape is None else tuple(map(dims.text, shape))


def _wiring(found, node):
    def ref(edge):
        applied = found.applied[edge.node]
        whole = edge.output is None or (applied is not None and applied.single)
        return found.graph.nodes[edge.node].name, None if whole else edge.output

    if isinstance(node.inputs, dict):
        return {role: [ref(e) for e in item] if isinstance(item, list) else ref(item) for role, item in node.inputs.items()}
    return node.listed, [ref(edge) for edge in node.inputs]


def converts(definition=None, **choices):
    """The YAML of a definition, after it was held to be the same model."""
    text = shapecheck.convert(definition, **choices)
    back = {"text": text, "path": "converted.yaml", "allow_import": choices.get("allow_import", ())}
    assert facts(None, **back) == facts(definition, **choices), text
    assert shapecheck.convert(**back) == text  # a second time nothing changes
    return text
