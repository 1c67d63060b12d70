"""Operations as Keras 3 saves them: where their classes stand, and how they are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shapecheck import layers
from shapecheck.conversion import plain as plain_values
from shapecheck.diagnostic import Refusal
from shapecheck.making import make
from shapecheck.modes import Semantics

PREFIX = "ops."

_PLACES = {
    "core": "AssociativeScan Cast Cond ConvertToTensor ForiLoop Map SaturateCast Scan Scatter ScatterUpdate Slice "
            "SliceUpdate StopGradient Switch Unstack VectorizedMap WhileLoop",
    "einops": "Rearrange",
    "image": "AffineTransform CropImages ElasticTransform ExtractPatches GaussianBlur HSVToRGB MapCoordinates "
             "PadImages PerspectiveTransform RGBToGrayscale RGBToHSV Resize SSIM ScaleAndTranslate SobelEdges",
    "linalg": "Cholesky CholeskyInverse Det Eig Eigh Inv JVP Lstsq LuFactor MatrixRank Norm Pinv Qr SVD Solve "
              "SolveTriangular",
    "math": "CDist Erf Erfc Erfinv ExtractSequences FFT FFT2 IFFT2 IRFFT ISTFT InTopK Logdet Logsumexp RFFT Rsqrt STFT "
            "SegmentMax SegmentMin SegmentProd SegmentSum TopK ViewAsComplex ViewAsReal",
    "nn": "AdaptiveAveragePool AdaptiveMaxPool AveragePool BatchNorm BinaryCrossentropy CTCDecode CTCLoss "
          "CategoricalCrossentropy Celu Conv ConvTranspose DepthToSpace DepthwiseConv DotProductAttention Elu Fold "
          "Gelu Glu HardShrink HardSigmoid HardSilu HardTanh LayerNorm LeakyRelu LogSigmoid LogSoftmax MaxPool Moments "
          "MultiHot Normalize OneHot PSNR Polar RMSNorm Relu Relu6 Selu SeparableConv Sigmoid Silu SoftShrink Softmax "
          "Softplus Softsign SpaceToDepth SparseCategoricalCrossentropy SparsePlus SparseSigmoid Sparsemax Squareplus "
          "TanhShrink Threshold Unfold",
}  # fmt: skip
_MODULE = {name: module for module, names in _PLACES.items() for name in names.split()}
"""The classes that do not stand in `keras.src.ops.numpy`, in Keras 3.15."""


def operation(kind: str, config: Mapping[str, Any], name: str, keras: Semantics) -> dict[str, Any]:
    """An operation with what its class is made of; what it is called on stands in its calls."""
    word = kind.removeprefix(PREFIX)
    cls: Any = layers.seek(kind)
    made: dict[str, Any] = {"name": name}
    if cls is None:
        made |= {key: plain_values.value_of(value, key) for key, value in config.items() if key != "name"}
    else:
        layer, _ = make(cls, config, keras)
        given = layer.given
        for parameter in cls.parameters.values():
            if parameter.name not in cls.called and parameter.name not in cls.operands and parameter.name != cls.star:
                value = given.get(parameter.name, parameter.default)
                made[parameter.name] = plain_values.value_of(value, parameter.name)
    module = f"keras.src.ops.{_MODULE.get(word, 'numpy')}"
    return {"module": module, "class_name": word, "config": made, "registered_name": word}


def arguments(
    kind: str, config: Mapping[str, Any], tensors: list[Any] | Mapping[str, list[Any]], keras: Semantics
) -> tuple[list[Any], dict[str, Any]]:
    """The arguments of a call: the tensors where they belong, and the constants among them."""
    cls: Any = layers.seek(kind)
    if cls is None:
        several = tensors if isinstance(tensors, list) else [tensor for item in tensors.values() for tensor in item]
        return [*several], {}
    layer, _ = make(cls, config, keras)
    if cls.star is not None:
        template = layer.__dict__.get(f"{cls.star}_")
        given = iter(tensors if isinstance(tensors, list) else [t for item in tensors.values() for t in item])
        items = [*given] if template is None else [next(given) if c is None else _constant(c) for c in template]
        return [items], {}
    found: dict[str, Any] = {}
    for name in cls.called:
        attribute = cls.parameters[name].attribute if name in cls.parameters else name
        value = layer.__dict__.get(attribute) if name in layer.given else None
        if value is not None:
            found[name] = _key(value) if name == "key" else _constant(value)
    if isinstance(tensors, list):
        free = [name for name in (cls.operands or cls.called) if name not in found]
        found.update(zip(free, tensors, strict=False))
    else:
        found.update({name: item[0] if len(item) == 1 else item for name, item in tensors.items()})
    args: list[Any] = []
    for name in cls.called:
        if name not in found:
            break
        args.append(found.pop(name))
    return args, found


def _constant(value: Any) -> Any:
    """A number or nested lists of them; with a dtype of its own a tensor."""
    dtype = getattr(value, "dtype", None)
    plain = plain_values.value_of(getattr(value, "value", value), "constant")
    return plain if dtype is None else {"class_name": "__tensor__", "config": {"value": plain, "dtype": dtype}}


def _key(items: Any) -> list[Any]:
    """The key of an index."""
    return [_item(item) for item in items]


def _item(item: Any) -> Any:
    if isinstance(item, slice):
        ends = {"start": item.start, "stop": item.stop, "step": item.step}
        return {"class_name": "__slice__", "config": ends}
    if item is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(item, str):
        raise Refusal("SC160", "key", given="an index that the model works out")
    return item
