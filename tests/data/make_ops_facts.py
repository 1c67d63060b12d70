"""Asks Keras 3.15.1 with TensorFlow 2.21 on a CPU about operations: python make_ops_facts.py writes ops_keras3.json.gz.

A row is a call with random arguments, many of them not legal: the operation, its configuration, and its arguments, in
which {"shape", "dtype"} is a tensor. `spec` is what `compute_output_spec` says, `got` what the operation gives when it
runs on `values`; either is {"error": type} where it is refused. The tests read the answers only.
"""

import gzip
import json
import os
import pathlib
import random

import numpy as np

FLOATS, INTS = ("float32", "float16", "float64"), ("int32", "int64", "uint8", "bool")


def values(shape, dtype, shift):
    """Waves; whole numbers from 0 to 3; booleans."""
    wave = np.sin(1.7 * np.arange(int(np.prod(shape))) + shift).reshape(shape)
    if dtype == "bool":
        return wave > 0
    return wave.astype(dtype) if dtype.startswith(("f", "c")) else (np.abs(wave * 3.9)).astype(dtype)


def tensor(shape, dtype="float32"):
    return {"shape": list(shape), "dtype": dtype}


def sizes(r, least=0, most=4):
    return [r.choice((1, 2, 3, 4, 5)) for _ in range(r.randint(least, most))]


def another(r, shape):
    """A shape that broadcasts with this one, mostly."""
    made = [size if r.random() < 0.7 else 1 for size in shape][r.randint(0, max(len(shape) - 1, 0)) if r.random() < 0.3 else 0 :]
    if made and r.random() < 0.15:
        made[r.randrange(len(made))] += 1
    return made


def dtype_of(r):
    return r.choice(FLOATS) if r.random() < 0.6 else r.choice(INTS)


def an_axis(r, rank):
    return r.randint(-rank, rank - 1) if rank and r.random() < 0.85 else r.choice((rank, -rank - 1, 0))


def axes(r, rank):
    if r.random() < 0.25:
        return None
    if r.random() < 0.6:
        return an_axis(r, rank)
    return [an_axis(r, rank) for _ in range(r.randint(1, 2))]


UNARY = """Abs Absolute Arccos Arccosh Arcsin Arcsinh Arctan Arctanh BitwiseInvert BitwiseNot Cbrt Ceil Conj Conjugate Copy
Cos Cosh Deg2rad Erf Erfc Erfinv Exp Exp2 Expm1 Fabs Floor I0 Imag Isfinite Isinf Isnan Isneginf Isposinf Isreal Log Log10
Log1p Log2 LogicalNot NanToNum Negative Rad2deg Real Reciprocal Round Rsqrt Sign Signbit Sin Sinc Sinh Sqrt Square
StopGradient Tan Tanh Trunc Relu Relu6 Sigmoid SparseSigmoid Softplus Softsign SoftShrink SparsePlus Silu Squareplus
LogSigmoid LeakyRelu HardSigmoid HardSilu Elu Selu Gelu Celu TanhShrink HardTanh HardShrink ZerosLike OnesLike Ravel Size
Fliplr Flipud Angle""".split()  # noqa: SIM905
BINARY = """Add Subtract Multiply Divide TrueDivide DivideNoNan FloorDivide Mod Fmod Power Maximum Minimum Fmax Fmin
Arctan2 Logaddexp Logaddexp2 Hypot Heaviside Nextafter Equal NotEqual Greater GreaterEqual Less LessEqual LogicalAnd
LogicalOr LogicalXor Gcd Lcm BitwiseAnd BitwiseOr BitwiseXor LeftShift RightShift Isclose AllClose""".split()  # noqa: SIM905
REDUCTIONS = """All Any Sum Prod Mean Std Var Median Max Min Amax Amin Ptp Nansum Nanmean Nanmax Nanmin Nanvar Nanstd
Logsumexp CountNonzero""".split()  # noqa: SIM905
ALONG = ("Argmax", "Argmin", "Cumsum", "Cumprod", "Sort", "Argsort")


def questions(r):
    for name in UNARY:
        for _ in range(3):
            yield name, {}, [tensor(sizes(r), dtype_of(r))]
    for name in BINARY:
        for _ in range(7):
            shape, dtype = sizes(r, 0, 3), dtype_of(r)
            if name in ("Gcd", "Lcm") or name.startswith("Bitwise") or "Shift" in name:
                dtype = r.choice(INTS)
            other = tensor(another(r, shape), dtype if r.random() < 0.5 else dtype_of(r))
            if r.random() < 0.2 and name not in ("Hypot", "Heaviside", "BitwiseAnd", "BitwiseOr", "BitwiseXor"):
                other = r.choice((2, 2.5, 1))
            yield name, {}, [tensor(shape, dtype), other]
    for name in REDUCTIONS:
        for _ in range(7):
            shape = sizes(r, 0, 3)
            config = {"axis": axes(r, len(shape))}
            if name != "CountNonzero" and r.random() < 0.5:
                config["keepdims"] = True
            yield name, config, [tensor(shape, "float32" if r.random() < 0.5 else dtype_of(r))]
    for name in ALONG:
        for _ in range(7):
            shape = sizes(r, 1, 3)
            yield name, {"axis": None if r.random() < 0.2 else an_axis(r, len(shape))}, [tensor(shape, dtype_of(r))]
    for _ in range(14):
        shape = sizes(r, 1, 3)
        rank, total = len(shape), int(np.prod(shape))
        x = tensor(shape, dtype_of(r))
        divisor = r.choice([d for d in range(1, total + 1) if total % d == 0] + [7])
        yield "Reshape", {"newshape": r.choice(([-1, divisor], [divisor, -1], [total // divisor, divisor], [-1], [total, 1, 1]))}, [x]
        order = list(range(rank))
        r.shuffle(order)
        yield "Transpose", {"axes": r.choice((order, None, order[::-1], [*order[:-1], 0]))}, [x]
        yield "ExpandDims", {"axis": r.randint(-rank - 2, rank + 1)}, [x]
        ones = [1 if r.random() < 0.6 else n for n in shape]
        yield "Squeeze", {"axis": r.choice((None, an_axis(r, rank), [an_axis(r, rank)]))}, [tensor(ones)]
        yield "Moveaxis", {"source": an_axis(r, rank), "destination": an_axis(r, rank)}, [x]
        yield "Swapaxes", {"axis1": an_axis(r, rank), "axis2": an_axis(r, rank)}, [x]
        yield "Flip", {"axis": r.choice((None, an_axis(r, rank)))}, [x]
        yield "Roll", {"shift": r.randint(-3, 3), "axis": r.choice((None, an_axis(r, rank)))}, [x]
        yield "Repeat", {"repeats": r.choice((2, 3, 1)), "axis": r.choice((None, an_axis(r, rank)))}, [x]
        yield "Tile", {"repeats": r.choice((2, [1, 2], [2, 1, 3], [3]))}, [x]
        yield "BroadcastTo", {"shape": r.choice(([2, *shape], shape, [n + 1 for n in shape], shape[1:] or [2]))}, [tensor([n if r.random() < 0.7 else 1 for n in shape])]
        yield "Pad", {"pad_width": r.choice(([[r.randint(0, 2), r.randint(0, 2)] for _ in shape], [[1, 2]], [[0, 1]] * (rank + 1)))}, [tensor(shape)]
        also = [n if r.random() < 0.85 else n + 1 for n in shape]
        yield "Concatenate", {"axis": an_axis(r, rank)}, [[x, tensor(also, dtype_of(r))]]
        yield "Stack", {"axis": r.randint(-rank - 2, rank + 1)}, [[x, tensor(also, dtype_of(r))]]
        yield "Append", {"axis": r.choice((None, an_axis(r, rank)))}, [tensor(shape), tensor(also)]
        yield "Split", {"indices_or_sections": r.choice((1, 2, 3, [1], [1, 2])), "axis": an_axis(r, rank)}, [x]
        yield "Unstack", {"axis": an_axis(r, rank)}, [x]
        yield "Take", {"axis": r.choice((None, an_axis(r, rank)))}, [x, r.choice((tensor(sizes(r, 0, 2), "int32"), 0))]
        yield "TakeAlongAxis", {"axis": an_axis(r, rank)}, [x, tensor([n if r.random() < 0.8 else 1 for n in shape], "int32")]
        key = [r.choice((0, -1, None, "...", [None, None, None], [1, None, None], [None, -1, None], [None, None, 2], [None, None, -1])) for _ in range(r.randint(1, rank + 1))]
        yield "GetItem", {}, [x, {"key": key}]
        yield "Where", {}, [tensor(another(r, shape), "bool"), x, r.choice((tensor(another(r, shape), dtype_of(r)), 1.0, 2))]
        yield "Clip", {"x_min": 0, "x_max": 1}, [x]
        yield "Cast", {"dtype": dtype_of(r)}, [x]
        yield "FullLike", {"dtype": r.choice((None, dtype_of(r)))}, [x, 3]
        yield "OneHot", {"num_classes": 4, "axis": r.choice((-1, 0, 1, 2))}, [tensor(shape, "int32")]
        yield "Softmax", {"axis": r.choice((an_axis(r, rank), None))}, [tensor(shape)]
        yield "LogSoftmax", {"axis": an_axis(r, rank)}, [tensor(shape)]
        yield "Glu", {"axis": an_axis(r, rank)}, [tensor(shape)]
        yield "Moments", {"axes": [an_axis(r, rank)], "keepdims": r.random() < 0.5}, [tensor(shape)]
        yield "Normalize", {"axis": an_axis(r, rank), "order": r.choice((1, 2))}, [tensor(shape)]
        yield "Norm", {"axis": r.choice((None, an_axis(r, rank))), "ord": r.choice((None, 1, 2)), "keepdims": r.random() < 0.5}, [tensor(shape)]
        yield "Diff", {"n": r.choice((1, 2)), "axis": an_axis(r, rank)}, [tensor([n + 2 for n in shape])]
        yield "TopK", {"k": r.choice((1, 2, 4))}, [tensor([*shape[:-1], shape[-1] + 1])]
        k = r.choice((2, 3))
        yield "Matmul", {}, [tensor([*shape[:-1], k], dtype_of(r)), tensor([*shape[:-2], r.choice((k, k, 4)), 5], r.choice(FLOATS))]
        yield "Dot", {}, [tensor([*shape[:-1], k]), tensor([r.choice((k, k, 4)), 2])]
        yield "Tensordot", {"axes": r.choice((1, 0))}, [tensor([*shape, k]), tensor([r.choice((k, k, 4)), 2])]
        yield "Outer", {}, [tensor(shape), tensor([k])]
        yield "Meshgrid", {"indexing": r.choice(("xy", "ij"))}, [tensor([k]), tensor([3]), *([tensor([2])] if r.random() < 0.5 else [])]
        a, b = r.choice((("ij,jk->ik", 2), ("bij,bjk->bik", 3), ("bij->bji", 3), ("...i,i->...", 2), ("ij,ij->", 2)))
        first = sizes(r, b, b)
        second = {"ij,jk->ik": [first[-1], 3], "bij,bjk->bik": [first[0], first[-1], 3], "...i,i->...": first[-1:], "ij,ij->": first}.get(a)
        if second is not None and r.random() < 0.2:
            second = [n + 1 for n in second]
        yield "Einsum", {"subscripts": a}, [tensor(first)] + ([tensor(second)] if second is not None else [])
    for _ in range(14):
        rank = r.choice((1, 2))
        space, c = [r.randint(2, 7) for _ in range(rank)], r.choice((2, 4))
        first = r.random() < 0.2
        form = {"data_format": "channels_last"}
        x = tensor([2, *space, c])
        padding = r.choice(("valid", "same"))
        yield "MaxPool", {"pool_size": r.choice((2, 3)), "strides": r.choice((None, 1, 2)), "padding": padding, **form}, [x]
        yield "AveragePool", {"pool_size": r.choice((2, 3)), "strides": r.choice((None, 1, 2)), "padding": padding, **form}, [x]
        kernel = [r.choice((1, 2, 3)) for _ in range(rank)]
        d = r.choice((1, 1, 2))
        yield "Conv", {"strides": 1 if d > 1 else r.choice((1, 2)), "padding": padding, "dilation_rate": d, **form}, [x, tensor([*kernel, r.choice((c, c, 2, 3)), 4])]
        yield "DepthwiseConv", {"strides": r.choice((1, 2)), "padding": padding, **form}, [x, tensor([*[kernel[0]] * rank, c, 2])]
        yield "SeparableConv", {"strides": 1, "padding": padding, **form}, [x, tensor([*kernel, c, 2]), tensor([*[1] * rank, 2 * c, 3])]
        yield "ConvTranspose", {"strides": r.choice((1, 2)), "padding": padding, **form}, [x, tensor([*kernel, 3, r.choice((c, c, 3))])]
        yield "BatchNorm", {"axis": -1}, [x, tensor([c]), {**tensor([r.choice((c, c, 3))]), "positive": True}]
        yield "LayerNorm", {"axis": -1}, [x, tensor([c]), tensor([c])]
        yield "RMSNorm", {"axis": -1}, [x, tensor([c])]
        image = tensor([*([2] if r.random() < 0.7 else []), r.randint(3, 6), r.randint(3, 6), 3])
        yield "Resize", {"size": [r.randint(1, 7), r.randint(1, 7)], "interpolation": r.choice(("bilinear", "nearest")), **form}, [image]
        yield "RGBToGrayscale", form, [image]
        yield "PadImages", {"top_padding": 1, "left_padding": r.choice((0, 2)), "bottom_padding": 1, "right_padding": 1, **form}, [image]
        yield "CropImages", {"top_cropping": 1, "left_cropping": r.choice((0, 3)), "target_height": r.choice((1, 2)), "target_width": r.choice((1, 2)), **form}, [image]
        yield "ExtractPatches", {"size": r.choice((2, 3)), "padding": padding, **form}, [image]
        yield "DepthToSpace", {"block_size": 2}, [tensor([2, 3, 3, r.choice((4, 8, 6))])]
        yield "SpaceToDepth", {"block_size": 2}, [tensor([2, r.choice((4, 3)), 4, 3])]
        t, s, heads, h = r.randint(1, 4), r.randint(1, 4), r.choice((1, 2)), r.choice((2, 3))
        yield "DotProductAttention", {"is_causal": r.random() < 0.3}, [tensor([2, t, heads, h]), tensor([2, s, heads, r.choice((h, h, 4))]), tensor([2, s, heads, h])]
        n = r.choice((2, 3))
        square = tensor([*([2] if r.random() < 0.5 else []), n, r.choice((n, n, n + 1))])
        for name in ("Det", "Inv", "Slogdet"):
            yield name, {}, [square]
        yield "Qr", {"mode": r.choice(("reduced", "complete"))}, [tensor([3, r.choice((2, 3, 4))])]
        yield "SVD", {"full_matrices": r.random() < 0.5, "compute_uv": r.random() < 0.7}, [tensor([3, r.choice((2, 3, 4))])]
        yield "SegmentSum", {"num_segments": 4}, [tensor([5, 2]), tensor([r.choice((5, 5, 4))], "int32")]
        yield "RFFT", {"fft_length": r.choice((None, 6))}, [tensor([2, r.choice((5, 8))])]
        yield "CDist", {}, [tensor([3, 4]), tensor([2, r.choice((4, 4, 5))])]
        yield "BinaryCrossentropy", {"from_logits": True}, [tensor([2, 3]), tensor([2, r.choice((3, 3, 4))])]
        yield "CategoricalCrossentropy", {"from_logits": True}, [tensor([2, 3]), tensor([2, r.choice((3, 3, 4))])]
        yield "SparseCategoricalCrossentropy", {"from_logits": True}, [tensor([r.choice((2, 3))], "int32"), tensor([2, 4])]
        yield "Cross", {}, [tensor([2, r.choice((2, 3))]), tensor([2, r.choice((2, 3, 4))])]
        yield "Trace", {"offset": r.choice((0, 1))}, [tensor([3, 4, 2], dtype_of(r))]
        yield "Diag", {"k": r.choice((0, 1, -1))}, [tensor(r.choice(([3], [3, 4], [2, 2, 2])))]
        yield "Tril", {"k": r.choice((0, 1))}, [tensor([2, 3, 4])]
        yield "Quantile", {"axis": r.choice((None, 0, 1))}, [tensor([3, 4]), r.choice((0.5, 0.25))]


def key_of(items):
    return tuple(... if item == "..." else slice(*item) if isinstance(item, list) else item for item in items)


def arguments(args, of):
    """The arguments of a call, with what `of` makes of each tensor."""
    count = iter(range(100))

    def one(value):
        if isinstance(value, dict) and "key" in value:
            return key_of(value["key"])
        if isinstance(value, dict):
            return of(value, next(count))
        return [one(item) for item in value] if isinstance(value, list) else value

    return [one(value) for value in args]


def array(value, place):
    made = values(value["shape"], value["dtype"], place)
    return np.abs(made) + 0.1 if value.get("positive") else made


def ask():
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import importlib

    import keras

    modules = [importlib.import_module(f"keras.src.ops.{name}") for name in ("numpy", "nn", "core", "math", "linalg", "image")]
    rows, seen = [], set()
    for name, config, args in questions(random.Random(7)):
        key = json.dumps([name, config, args])
        if key in seen:
            continue
        seen.add(key)
        cls = next(getattr(module, name) for module in modules if hasattr(module, name))
        row = {"op": name, "config": config, "args": args}
        for kind in ("spec", "got"):
            try:
                own = {k: tuple(v) if isinstance(v, list) else v for k, v in config.items()}
                op = cls(**own)
                if kind == "spec":
                    answer = op.compute_output_spec(*arguments(args, lambda v, _: keras.KerasTensor(v["shape"], v["dtype"])))
                else:
                    answer = op.call(*arguments(args, lambda v, place: keras.ops.convert_to_tensor(array(v, place))))
                several = answer if isinstance(answer, (list, tuple)) else [answer]
                row[kind] = {"shapes": [list(one.shape) for one in several], "dtypes": [keras.backend.standardize_dtype(one.dtype) for one in several]}
                if kind == "got":
                    plain = [np.asarray(keras.ops.convert_to_numpy(one)) for one in several]
                    if all(one.dtype.kind in "biuf" and one.size <= 64 for one in plain):
                        row[kind]["numbers"] = [np.round(one.astype("float64"), 4).ravel().tolist() for one in plain]
            except Exception as error:
                row[kind] = {"error": type(error).__name__}
        rows.append(row)
    return rows


if __name__ == "__main__":
    path = pathlib.Path(__file__).with_name("ops_keras3.json.gz")
    with gzip.GzipFile(path, "wb", mtime=0) as file:
        file.write(json.dumps(ask(), separators=(",", ":")).encode())
