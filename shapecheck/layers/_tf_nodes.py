"""The nodes of TensorFlow graphs that its Keras saved as layers until 2.3 (TensorFlowOpLayer), as operations.

A node has its inputs in order; those that are constants stand in `constants` by their place. Attributes come as
`{"keep_dims": {"b": true}}`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shapecheck.layers import _ops

_NODES: Mapping[str, str] = {
    **{name: f"{kind} x1 x2" for name, kind in (
        ("Add", "Add"), ("AddV2", "Add"), ("BiasAdd", "Add"), ("Sub", "Subtract"), ("Mul", "Multiply"),
        ("RealDiv", "TrueDivide"), ("Div", "TrueDivide"), ("DivNoNan", "DivideNoNan"), ("FloorDiv", "FloorDivide"),
        ("FloorMod", "Mod"), ("Pow", "Power"), ("Maximum", "Maximum"), ("Minimum", "Minimum"), ("Equal", "Equal"),
        ("NotEqual", "NotEqual"), ("Greater", "Greater"), ("GreaterEqual", "GreaterEqual"), ("Less", "Less"),
        ("LessEqual", "LessEqual"), ("LogicalAnd", "LogicalAnd"), ("LogicalOr", "LogicalOr"),
        ("SquaredDifference", "TFSquaredDifference"),
    )},
    **{name: f"{kind} x" for name, kind in (
        ("Abs", "Absolute"), ("Ceil", "Ceil"), ("Cos", "Cos"), ("Erf", "Erf"), ("Exp", "Exp"), ("Floor", "Floor"),
        ("Log", "Log"), ("Log1p", "Log1p"), ("LogicalNot", "LogicalNot"), ("Neg", "Negative"),
        ("Reciprocal", "Reciprocal"), ("Relu", "Relu"), ("Relu6", "Relu6"), ("Elu", "Elu"), ("Selu", "Selu"),
        ("Round", "Round"), ("Rsqrt", "Rsqrt"), ("Sigmoid", "Sigmoid"), ("Sign", "Sign"), ("Sin", "Sin"),
        ("Softplus", "Softplus"), ("Softsign", "Softsign"), ("Sqrt", "Sqrt"), ("Square", "Square"), ("Tanh", "Tanh"),
        ("Softmax", "Softmax"), ("LogSoftmax", "LogSoftmax"), ("Identity", "ConvertToTensor"),
        ("ZerosLike", "ZerosLike"), ("OnesLike", "OnesLike"), ("Shape", "TFShape"),
    )},
    "StopGradient": "StopGradient variable",
    **{name: f"{kind} x axis keep_dims=keepdims" for name, kind in (
        ("Mean", "Mean"), ("Sum", "Sum"), ("Max", "Max"), ("Min", "Min"), ("Prod", "Prod"), ("All", "All"),
        ("Any", "Any"),
    )},
    "ArgMax": "Argmax x axis",
    "ArgMin": "Argmin x axis",
    "LeakyRelu": "LeakyRelu x alpha=negative_slope",
    "Reshape": "TFReshape x newshape",
    "Transpose": "Transpose x axes",
    "ExpandDims": "ExpandDims x axis",
    "Squeeze": "Squeeze x squeeze_dims=axis",
    "ConcatV2": "Concatenate *xs axis",
    "Pack": "Stack *x axis=axis",
    "AddN": "TFAddN *xs",
    "Unpack": "Unstack x axis=axis num=num",
    "Split": "TFSplit axis x num_split=num_or_size_splits",
    "Tile": "Tile x repeats",
    "Pad": "Pad x pad_width",
    "PadV2": "Pad x pad_width constant_values",
    "Cast": "Cast x DstT=dtype",
    "Select": "Where condition x1 x2",
    "SelectV2": "Where condition x1 x2",
    "GatherV2": "TFGather x indices axis batch_dims=batch_dims",
    "OneHot": "TFOneHot x num_classes on off axis=axis",
    "ClipByValue": "Clip x x_min x_max",
    "MatMul": "TFMatmul a b transpose_a=transpose_a transpose_b=transpose_b",
    "BatchMatMul": "TFMatmul a b adj_x=transpose_a adj_y=transpose_b",
    "BatchMatMulV2": "TFMatmul a b adj_x=transpose_a adj_y=transpose_b",
    "ResizeBilinear": "Resize images size",
    "ResizeNearestNeighbor": "Resize images size",
    "Slice": "TFSlice x begin size",
    "StridedSlice": "GetItem x begin end strides",
    "DepthToSpace": "DepthToSpace x block_size=block_size",
    "SpaceToDepth": "SpaceToDepth x block_size=block_size",
}  # fmt: skip
_DTYPES = {
    "DT_FLOAT": "float32", "DT_DOUBLE": "float64", "DT_HALF": "float16", "DT_BFLOAT16": "bfloat16",
    "DT_INT8": "int8", "DT_INT16": "int16", "DT_INT32": "int32", "DT_INT64": "int64", "DT_UINT8": "uint8",
    "DT_BOOL": "bool", "DT_COMPLEX64": "complex64",
}  # fmt: skip


def bind(config: Mapping[str, Any], args: Sequence[Any]) -> tuple[str, Any, dict[str, Any]]:
    """As `_ops.bind`, and the kind of operation that stands for the node in `config`."""
    node = _node(config.get("node_def"))
    name = str(node.get("op"))
    unknown = f"ops.tf.{name}"
    row = _NODES.get(name)
    values = _inputs(config.get("constants"), args)
    attributes = {key: _attribute(value) for key, value in node.get("attr", {}).items()}
    if row is None:
        return unknown, *_ops.bind(unknown, args, {})
    kind, *words = row.split()
    places = [word for word in words if "=" not in word]
    made: dict[str, Any] = {}
    for word in places:
        if word.startswith("*"):
            after = len(places) - 1 - places.index(word)
            made[word[1:]] = values[: len(values) - after]
            values = values[len(values) - after :]
        elif values:
            made[word] = values.pop(0)
        else:  # what belongs there was not saved
            return unknown, *_ops.bind(unknown, args, {})
    for word in words:
        key, sign, own = word.partition("=")
        if sign and key in attributes:
            made[own] = attributes[key]
    if name == "StridedSlice":
        made = {"x": made.get("x"), "key": _key(made, attributes)}
    if name == "Squeeze" and not made.get("axis"):
        made["axis"] = None
    if name == "ResizeNearestNeighbor":
        made["interpolation"] = "nearest"
    for unused in ("on", "off"):
        made.pop(unused, None)
    if kind == "TFReshape":
        from shapecheck.layers._tf_functions import reshaping

        return f"ops.{kind}", *reshaping(made)
    return f"ops.{kind}", *_ops.bind(f"ops.{kind}", (), made)


def _node(value: Any) -> Mapping[str, Any]:
    """The node, which stands in a text of JSON or as a map; an empty one where it is malformed."""
    if isinstance(value, str):
        import json

        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    if not isinstance(value, Mapping) or not isinstance(value.get("attr", {}), Mapping):
        return {}
    return value


def _inputs(constants: Any, args: Sequence[Any]) -> list[Any]:
    """The inputs in order: tensors, with the constants at their places between them."""
    several = args[0] if len(args) == 1 and _ops.is_list(args[0]) else args
    made = list(several)
    items = constants.items() if isinstance(constants, Mapping) else ()
    known = sorted((int(place), value) for place, value in items if str(place).isdecimal() and len(str(place)) < 5)
    for place, value in known:
        made.insert(place, value)
    return made


def _attribute(value: Any) -> Any:
    """`{"b": true}`, `{"i": "2"}`, `{"type": "DT_FLOAT"}` or `{"list": {"i": ["1"]}}` as a value."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return None
    ((sort, inside),) = value.items()
    if sort == "type":
        return _DTYPES.get(str(inside))
    if sort == "i":
        return _whole(inside)
    if sort == "list" and isinstance(inside, Mapping):
        several = inside.get("i", [])
        return [_whole(item) for item in several] if isinstance(several, list) else None
    return inside


def _whole(value: Any) -> Any:
    text = str(value)
    return int(text) if text.removeprefix("-").isdecimal() and len(text) < 20 else value


def _key(made: Mapping[str, Any], attributes: Mapping[str, Any]) -> Any:
    """The key of a slice from its beginning, end and steps, whose masks say by bits which of them count."""
    begin, end, strides = (made.get(name) for name in ("begin", "end", "strides"))
    parts = [list(one) for one in (begin, end, strides) if isinstance(one, (list, tuple))]
    if len(parts) != 3 or len({*map(len, parts)}) != 1:
        return "?"
    names = ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    masks = {name: attributes.get(f"{name}_mask") or 0 for name in names}
    if not all(isinstance(mask, int) for mask in masks.values()):
        return "?"
    key: list[Any] = []
    for bit, (start, stop, step) in enumerate(zip(*parts, strict=True)):
        if masks["ellipsis"] >> bit & 1:
            key.append(...)
        elif masks["new_axis"] >> bit & 1:
            key.append(None)
        elif masks["shrink_axis"] >> bit & 1:
            key.append(start)
        else:
            ends = (None if masks["begin"] >> bit & 1 else start, None if masks["end"] >> bit & 1 else stop)
            key.append(slice(*ends, None if step == 1 else step))
    return key
