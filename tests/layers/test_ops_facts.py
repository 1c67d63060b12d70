"""Operations held against 1,515 calls with random arguments, legal and not, that Keras 3 was asked about."""

import gzip
import json
import pathlib
import sys

import numpy as np
import pytest

from shapecheck import layers
from shapecheck.apply import apply
from shapecheck.contract import TensorSpec
from shapecheck.diagnostic import Refusal
from shapecheck.executors.numpy_layer import run_layer
from shapecheck.layers import _ops
from shapecheck.making import make
from shapecheck.modes import KERAS3
from shapecheck.spec import Ref

DATA = pathlib.Path(__file__).parent.parent / "data"
sys.path.insert(0, str(DATA))

from make_ops_facts import arguments, array  # noqa: E402

ROWS = json.loads(gzip.decompress((DATA / "ops_keras3.json.gz").read_bytes()))


def answer(row):
    """What is inferred of a call, and what it gives: (specs, arrays), or the code of the refusal."""
    tensors = []

    def ref(value, place):
        tensors.append((value, place))
        return Ref(f"t{place}")

    inputs, more = _ops.bind(f"ops.{row['op']}", arguments(row["args"], ref), {})
    of = {f"t{place}": (TensorSpec(tuple(value["shape"]), value["dtype"]), array(value, place)) for value, place in tensors}
    made, refusals = make(layers.find(f"ops.{row['op']}"), {**row["config"], **more}, KERAS3)
    if refusals:
        return refusals[0].code
    listed = isinstance(inputs, list)
    if isinstance(inputs, dict):
        specs, arrays = ({role: of[one.name][i] for role, one in inputs.items()} for i in (0, 1))
    else:
        several = inputs if listed else [inputs]
        specs, arrays = ([of[one.name][i] for one in several] for i in (0, 1))
    try:
        applied = apply(made, specs, listed, KERAS3)
    except Refusal as refusal:
        return refusal.code
    assert not applied.opaque
    run = run_layer(made, arrays, {}, masks=[None] * len(arrays), listed=listed, training=False, seed=[0], keras=KERAS3)
    return applied.outputs, run.outputs


def name_of(row):
    return f"{row['op']} {json.dumps(row['config'])} {json.dumps(row['args'])}"[:150]


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_an_operation_answers_as_keras_does(row):
    spec, got = row["spec"], row["got"]
    found = answer(row)
    if "error" in got and "error" in spec:
        assert isinstance(found, str)
        return
    if "error" in got or "error" in spec:
        return  # Keras contradicts itself: what it says of shapes and what it does
    assert not isinstance(found, str), found
    outputs, arrays = found
    assert [list(one.shape) for one in outputs] == got["shapes"]
    assert [list(y.shape) for y in arrays] == got["shapes"]
    for one, said, given in zip(outputs, spec["dtypes"], got["dtypes"], strict=True):
        assert one.dtype in (said, given)
    if row["op"] in ("Inv", "Slogdet") and np.linalg.cond(array(row["args"][0], 0)).max() > 1e4:
        return  # all but singular: what is left is rounding
    for y, numbers in zip(arrays, got.get("numbers", ()), strict=False):
        near = 2e-2 if "float16" in got["dtypes"] else 2e-3
        if row["op"] == "Qr":  # the signs of vectors are free
            y, numbers = np.abs(y), np.abs(numbers)
        if row["op"] == "SVD" and y.ndim > 1:  # and so are vectors of which nothing comes
            continue
        np.testing.assert_allclose(y.astype("float64").ravel(), numbers, atol=near, rtol=near)


CLASSES = """
Abs Absolute AdaptiveAveragePool AdaptiveMaxPool Add AffineTransform All AllClose Amax Amin Angle Any Append
Arange Arccos Arccosh Arcsin Arcsinh Arctan Arctan2 Arctanh Argmax Argmin Argpartition Argsort Array ArraySplit
AssociativeScan Average AveragePool BatchNorm BinaryCrossentropy Bincount BitwiseAnd BitwiseInvert
BitwiseLeftShift BitwiseNot BitwiseOr BitwiseRightShift BitwiseXor BroadcastTo CDist CTCDecode CTCLoss Cast
CategoricalCrossentropy Cbrt Ceil Celu Cholesky CholeskyInverse Clip Concatenate Cond Conj Conjugate Conv
ConvTranspose ConvertToTensor Copy Corrcoef Correlate Cos Cosh CountNonzero CropImages Cross Cumprod Cumsum
Deg2rad DepthToSpace DepthwiseConv Det Diag Diagflat Diagonal Diff Digitize Divide DivideNoNan Dot
DotProductAttention Dsplit Dstack Eig Eigh Einsum ElasticTransform Elu EmptyLike Equal Erf Erfc Erfinv Exp Exp2
ExpandDims Expm1 ExtractPatches ExtractSequences FFT FFT2 Fabs Flip Fliplr Flipud Floor FloorDivide Fmax Fmin
Fmod Fold ForiLoop Full FullLike GaussianBlur Gcd Gelu Geomspace GetItem Glu Greater GreaterEqual HSVToRGB
HardShrink HardSigmoid HardSilu HardTanh Heaviside Histogram Hsplit Hstack Hypot I0 IFFT2 IRFFT ISTFT Imag
InTopK Inner Inv IsIn Isclose Isfinite Isinf Isnan Isneginf Isposinf Isreal JVP Kron LayerNorm Lcm Ldexp
LeakyRelu LeftShift Less LessEqual Linspace Log Log10 Log1p Log2 LogSigmoid LogSoftmax Logaddexp Logaddexp2
Logdet LogicalAnd LogicalNot LogicalOr LogicalXor Logspace Logsumexp Lstsq LuFactor Map MapCoordinates Matmul
MatrixRank Max MaxPool Maximum Mean Median Meshgrid Min Minimum Mod Moments Moveaxis MultiHot Multiply NanToNum
Nanargmax Nanargmin Nancumprod Nancumsum Nanmax Nanmean Nanmedian Nanmin Nanpercentile Nanprod Nanquantile
Nanstd Nansum Nanvar Ndim Negative Nextafter Nonzero Norm Normalize NotEqual OneHot OnesLike Outer PSNR Pad
PadImages Percentile PerspectiveTransform Pinv Polar Power Prod Ptp Qr Quantile RFFT RGBToGrayscale RGBToHSV
RMSNorm Rad2deg Ravel Real Reciprocal Relu Relu6 Repeat Reshape Resize RightShift Roll Rot90 Round Rsqrt SSIM
STFT SVD SaturateCast ScaleAndTranslate Scan Scatter ScatterUpdate SearchSorted SegmentMax SegmentMin
SegmentProd SegmentReduction SegmentSum Select Selu SeparableConv Sigmoid Sign Signbit Silu Sin Sinc Sinh Size
Slice SliceUpdate Slogdet SobelEdges SoftShrink Softmax Softplus Softsign Solve SolveTriangular Sort
SpaceToDepth SparseCategoricalCrossentropy SparsePlus SparseSigmoid Sparsemax Split Sqrt Square Squareplus
Squeeze Stack Std StopGradient Subtract Sum Swapaxes Switch Take TakeAlongAxis Tan Tanh TanhShrink Tensordot
Threshold Tile TopK Trace Transpose Trapezoid Tril Triu TrueDivide Trunc Unfold Unique UnravelIndex Unstack
Vander Var Vdot VectorizedMap View ViewAsComplex ViewAsReal Vsplit Vstack Where WhileLoop ZerosLike
"""
"""Every subclass of Operation in numpy, nn, core, math, linalg and image of keras.src.ops in Keras 3.15.1."""


def test_every_operation_of_keras_is_known_or_named_with_a_reason():
    known = {name.removeprefix("ops.") for name in layers.operations() if not name.startswith("ops.TF")}
    assert known | {*_ops.OPAQUE} == {*CLASSES.split()}
    assert not known & {*_ops.OPAQUE}
