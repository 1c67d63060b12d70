"""The functions that TensorFlow's Keras 2 saves as layers (TFOpLambda), and the operations here that do the same.

A row is the name of an operation, then the arguments of the function in order; `axis=axes` is an argument that is
called `axes` here, and one that ends in `=` says nothing about shapes or numbers. One row for each, so the table is
longer than others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shapecheck.layers import _ops

_UNARY = """
abs:Absolute acos:Arccos acosh:Arccosh angle:Angle argsort: asin:Arcsin asinh:Arcsinh atan:Arctan atanh:Arctanh
ceil:Ceil conj:Conjugate cos:Cos cosh:Cosh erf:Erf erfc:Erfc erfinv:Erfinv exp:Exp expm1:Expm1 floor:Floor imag:Imag
is_finite:Isfinite is_inf:Isinf is_nan:Isnan log:Log log1p:Log1p log_sigmoid:LogSigmoid logical_not:LogicalNot
negative:Negative real:Real reciprocal:Reciprocal rint:Round round:Round rsqrt:Rsqrt sigmoid:Sigmoid sign:Sign sin:Sin
sinh:Sinh softplus:Softplus sqrt:Sqrt square:Square tan:Tan tanh:Tanh
"""
_BINARY = """
add:Add divide:Divide divide_no_nan:DivideNoNan equal:Equal floordiv:FloorDivide floormod:Mod
greater:Greater greater_equal:GreaterEqual less:Less less_equal:LessEqual logical_and:LogicalAnd logical_or:LogicalOr
logical_xor:LogicalXor maximum:Maximum minimum:Minimum mod:Mod multiply:Multiply not_equal:NotEqual pow:Power
subtract:Subtract truediv:TrueDivide
"""
_REDUCTIONS = "all:All any:Any max:Max mean:Mean min:Min prod:Prod sum:Sum std:Std variance:Var logsumexp:Logsumexp"
_OPERATORS = """
add:Add sub:Subtract mul:Multiply div:TrueDivide truediv:TrueDivide floordiv:FloorDivide mod:Mod pow:Power eq:Equal
ne:NotEqual gt:Greater ge:GreaterEqual lt:Less le:LessEqual and:LogicalAnd or:LogicalOr xor:LogicalXor
"""


def _pairs(text: str) -> list[tuple[str, str]]:
    found = (item.partition(":") for item in text.split())
    return [(name, kind) for name, _, kind in found if kind]


_ROWS: dict[str, str] = {
    **{f"math.{name}": f"{kind} x" for name, kind in _pairs(_UNARY)},
    **{name: f"{kind} x" for name, kind in _pairs("abs:Absolute exp:Exp square:Square sqrt:Sqrt sigmoid:Sigmoid "
                                                  "tanh:Tanh sin:Sin cos:Cos log:Log round:Round sign:Sign")},
    **{f"math.{name}": f"{kind} x=x1 y=x2" for name, kind in _pairs(_BINARY)},
    **{name: f"{kind} x=x1 y=x2" for name, kind in _pairs(_BINARY)},
    **{f"__operators__.{name}": f"{kind} x=x1 y=x2" for name, kind in _pairs(_OPERATORS)},
    **{f"math.reduce_{name}": f"{kind} input_tensor=x axis keepdims" for name, kind in _pairs(_REDUCTIONS)},
    **{f"reduce_{name}": f"{kind} input_tensor=x axis keepdims" for name, kind in _pairs(_REDUCTIONS)},
    **{f"compat.v1.reduce_{name}": f"{kind} input_tensor=x axis keepdims" for name, kind in _pairs(_REDUCTIONS)},
    "math.atan2": "Arctan2 y=x1 x=x2",
    "atan2": "Arctan2 y=x1 x=x2",
    "compat.v1.floor_div": "FloorDivide x=x1 y=x2",
    "__operators__.neg": "Negative x",
    "__operators__.abs": "Absolute x",
    "__operators__.invert": "LogicalNot x",
    "__operators__.getitem": "GetItem tensor=x slice_spec=key",
    "__operators__.matmul": "TFMatmul a b",
    "math.argmax": "Argmax input=x axis output_type=",
    "math.argmin": "Argmin input=x axis output_type=",
    "compat.v1.argmax": "Argmax input=x axis output_type= dimension=axis",
    "argmax": "Argmax input=x axis output_type=",
    "math.squared_difference": "TFSquaredDifference x=x1 y=x2",
    "math.add_n": "TFAddN inputs=xs",
    "add_n": "TFAddN inputs=xs",
    "math.cumsum": "TFCumsum x axis exclusive reverse",
    "math.cumprod": "TFCumprod x axis exclusive reverse",
    "math.top_k": "TopK input=x k sorted",
    "nn.top_k": "TopK input=x k sorted",
    "math.in_top_k": "InTopK targets predictions k",
    "math.l2_normalize": "TFL2Normalize x axis epsilon dim=axis",
    "nn.l2_normalize": "TFL2Normalize x axis epsilon dim=axis",
    "linalg.l2_normalize": "TFL2Normalize x axis epsilon dim=axis",
    "math.segment_sum": "SegmentSum data segment_ids",
    "math.unsorted_segment_sum": "SegmentSum data segment_ids num_segments",
    "math.softmax": "Softmax logits=x axis",
    # networks
    "nn.relu": "Relu features=x",
    "nn.relu6": "Relu6 features=x",
    "nn.elu": "Elu features=x alpha",
    "nn.selu": "Selu features=x",
    "nn.gelu": "Gelu features=x approximate",
    "nn.leaky_relu": "LeakyRelu features=x alpha=negative_slope",
    "nn.silu": "Silu features=x beta=",
    "nn.swish": "Silu features=x beta=",
    "nn.sigmoid": "Sigmoid x",
    "nn.tanh": "Tanh x",
    "nn.softplus": "Softplus features=x",
    "nn.softsign": "Softsign features=x",
    "nn.log_softmax": "LogSoftmax logits=x axis",
    "nn.softmax": "Softmax logits=x axis",
    "nn.depth_to_space": "DepthToSpace input=x block_size data_format",
    "nn.space_to_depth": "SpaceToDepth input=x block_size data_format",
    "nn.max_pool2d": "MaxPool input=inputs ksize=pool_size strides padding data_format",
    "nn.max_pool1d": "MaxPool input=inputs ksize=pool_size strides padding data_format",
    "nn.max_pool3d": "MaxPool input=inputs ksize=pool_size strides padding data_format",
    "nn.avg_pool2d": "AveragePool input=inputs ksize=pool_size strides padding data_format",
    "nn.avg_pool1d": "AveragePool input=inputs ksize=pool_size strides padding data_format",
    "nn.avg_pool3d": "AveragePool input=inputs ksize=pool_size strides padding data_format",
    "nn.conv2d": "Conv input=inputs filters=kernel strides padding data_format dilations=dilation_rate",
    "compat.v1.nn.conv2d": "Conv input=inputs filter=kernel strides padding use_cudnn_on_gpu= data_format "
                           "dilations=dilation_rate filters=kernel",
    "nn.moments": "Moments x axes shift= keepdims",
    "nn.dropout": "TFDropout x rate noise_shape= seed=",
    # shapes
    "reshape": "TFReshape tensor=x shape=newshape",
    "compat.v1.reshape": "TFReshape tensor=x shape=newshape",
    "transpose": "Transpose a=x perm=axes conjugate=",
    "compat.v1.transpose": "Transpose a=x perm=axes conjugate=",
    "expand_dims": "ExpandDims input=x axis",
    "compat.v1.expand_dims": "ExpandDims input=x axis dim=axis",
    "squeeze": "Squeeze input=x axis",
    "compat.v1.squeeze": "Squeeze input=x axis squeeze_dims=axis",
    "concat": "Concatenate values=xs axis",
    "stack": "Stack values=x axis",
    "unstack": "Unstack value=x num axis",
    "split": "TFSplit value=x num_or_size_splits axis num=",
    "tile": "Tile input=x multiples=repeats",
    "repeat": "Repeat input=x repeats axis",
    "roll": "Roll input=x shift axis",
    "reverse": "Flip tensor=x axis",
    "broadcast_to": "BroadcastTo input=x shape",
    "pad": "Pad tensor=x paddings=pad_width mode constant_values",
    "compat.v1.pad": "Pad tensor=x paddings=pad_width mode constant_values",
    "slice": "TFSlice input_=x begin size",
    "shape": "TFShape input=x out_type=dtype",
    "compat.v1.shape": "TFShape input=x out_type=dtype",
    "rank": "Ndim input=x",
    "size": "Size input=x out_type=",
    "compat.v1.size": "Size input=x out_type=",
    "gather": "TFGather params=x indices validate_indices= axis batch_dims",
    "compat.v1.gather": "TFGather params=x indices validate_indices= axis batch_dims",
    "sort": "TFSort values=x axis direction",
    "argsort": "TFArgsort values=x axis direction stable=",
    "sequence_mask": "TFSequenceMask lengths=x maxlen dtype",
    "one_hot": "TFOneHot indices=x depth=num_classes on_value= off_value= axis dtype",
    # values
    "cast": "Cast x dtype",
    "identity": "ConvertToTensor input=x",
    "stop_gradient": "StopGradient input=variable",
    "convert_to_tensor": "ConvertToTensor value=x dtype dtype_hint=",
    "clip_by_value": "Clip t=x clip_value_min=x_min clip_value_max=x_max",
    "where": "Where condition x=x1 y=x2",
    "compat.v1.where": "Where condition x=x1 y=x2",
    "zeros_like": "ZerosLike input=x dtype layout=",
    "ones_like": "OnesLike input=x dtype layout=",
    "compat.v1.zeros_like": "ZerosLike tensor=x dtype optimize=",
    "compat.v1.ones_like": "OnesLike tensor=x dtype optimize=",
    # products
    "linalg.matmul": "TFMatmul a b transpose_a transpose_b adjoint_a=transpose_a adjoint_b=transpose_b "
                     "a_is_sparse= b_is_sparse= output_type=",
    "matmul": "TFMatmul a b transpose_a transpose_b adjoint_a=transpose_a adjoint_b=transpose_b",
    "tensordot": "Tensordot a=x1 b=x2 axes",
    "linalg.tensordot": "Tensordot a=x1 b=x2 axes",
    "norm": "Norm tensor=x ord axis keepdims",
    "compat.v1.norm": "Norm tensor=x ord axis keepdims keep_dims=keepdims",
    "linalg.norm": "Norm tensor=x ord axis keepdims",
    "linalg.inv": "Inv input=x adjoint=",
    "linalg.det": "Det input=x",
    "linalg.cholesky": "Cholesky input=x",
    "linalg.trace": "TFTrace x",
    # images
    "image.resize": "Resize images size method=interpolation preserve_aspect_ratio= antialias",
    "image.rgb_to_grayscale": "RGBToGrayscale images",
    "image.rgb_to_hsv": "RGBToHSV images",
    "image.hsv_to_rgb": "HSVToRGB images",
}  # fmt: skip

_VALUES: Mapping[str, Mapping[Any, Any]] = {
    "data_format": {"NHWC": "channels_last", "NWC": "channels_last", "NDHWC": "channels_last",
                    "NCHW": "channels_first", "NCW": "channels_first", "NCDHW": "channels_first"},
    "ord": {"euclidean": None},
    "interpolation": {"lanczos3": "lanczos3"},
}  # fmt: skip
"""What values of TensorFlow's are called here."""


_DEFAULTS: Mapping[str, Mapping[str, Any]] = {"Argmax": {"axis": 0}, "Argmin": {"axis": 0}}
"""Parameters that have another default here."""
_FREE_AXIS = ("All", "Any", "Max", "Mean", "Min", "Prod", "Sum", "Std", "Var", "Logsumexp", "Squeeze", "Norm", "Repeat")
"""Operations to which no axis means all of them, as in TensorFlow; others have a default of their own."""
_WINDOWS = ("MaxPool", "AveragePool", "Conv")


def bind(function: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[str, Any, dict[str, Any]]:
    """The operation that stands for a call of a function of TensorFlow, what it reads, and its parameters.

    As `_ops.bind`, with the arguments under TensorFlow's names. `math.reduce_mean` is `ops.Mean`; a function that
    nothing here stands for, or not with these arguments, is `ops.tf.image.flip`, a kind that nobody knows.
    """
    unknown = f"ops.tf.{function}"
    row = _ROWS.get(function)
    if not row:
        return unknown, *_ops.bind(unknown, args, kwargs)
    kind, *words = row.split()
    names = {word.partition("=")[0]: word.partition("=")[2] if "=" in word else word for word in words}
    order = [*names]
    given = {order[i] if i < len(order) else f"argument {i + 1}": value for i, value in enumerate(args)}
    given.update(kwargs)
    made: dict[str, Any] = {}
    for name, value in given.items():
        own = names.get(name, name)
        if name == "name" or value is None or (own in ("", name) and name not in names and not value):
            continue
        if (own == "" or name not in names) and value and name not in _ANY_VALUE:
            return unknown, *_ops.bind(unknown, args, kwargs)
        if own:
            table = _VALUES.get(own)
            made[own] = table.get(value, value) if table and isinstance(value, str) else value
    if kind == "Pad" and str(made.get("mode", "constant")).lower() != "constant":
        made.pop("constant_values", None)
    if kind in _WINDOWS:
        _without_ends(made)
    if kind in _FREE_AXIS:
        made.setdefault("axis", None)
    made = {**_DEFAULTS.get(kind, {}), **made}
    if kind == "TFReshape":
        return f"ops.{kind}", *reshaping(made)
    return f"ops.{kind}", *_ops.bind(f"ops.{kind}", (), made)


_ANY_VALUE = ("output_type", "out_type", "seed", "noise_shape", "validate_indices", "layout", "optimize",
              "use_cudnn_on_gpu", "dtype_hint", "on_value", "shift", "num", "stable")  # fmt: skip
"""Arguments that are passed over whatever they say: they change neither shapes nor, in inference, numbers."""


def _without_ends(made: dict[str, Any]) -> None:
    """Windows over the axes between batch and channels, where there is a number for each axis."""
    for own in ("pool_size", "strides", "dilation_rate"):
        value = made.get(own)
        if isinstance(value, (list, tuple)) and len(value) > 3:
            made[own] = list(value[2:] if made.get("data_format") == "channels_first" else value[1:-1])


def reshaping(made: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """A list of the tensor and of those that hold sizes."""
    shape: Any = made.get("newshape")
    if _ops.is_ref(shape):
        return [made.get("x")], {"newshape": "?"}
    sizes = list(shape) if _ops.is_list(shape) else [shape]
    read = [size for size in sizes if _ops.is_ref(size)]
    tensors = [tensor for tensor in (made.get("x"), *read) if _ops.is_ref(tensor)]
    return tensors or None, {"newshape": [None if _ops.is_ref(size) else size for size in sizes]}
