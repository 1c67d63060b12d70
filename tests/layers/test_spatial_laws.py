"""Random configurations of the spatial layers: what symbols say, what ints say and what arrays do is one and the same."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import shapecheck
from shapecheck import dims
from shapecheck.apply import apply
from shapecheck.contract import TensorSpec
from shapecheck.layers import found
from shapecheck.making import make
from shapecheck.modes import STRICT

NAMES = ("h", "w", "d")


def per_axis(rank, low, high):
    few = st.integers(low, high)
    return few | st.lists(few, min_size=rank, max_size=rank)


def margin(rank):
    few = st.integers(0, 3)
    pair = st.lists(few, min_size=2, max_size=2)
    if rank == 1:
        return few | pair
    return few | st.lists(few, min_size=rank, max_size=rank) | st.lists(pair, min_size=rank, max_size=rank)


@st.composite
def spatial_layers(draw):
    """(kind, configuration, rank), legal or not."""
    rank = draw(st.integers(1, 3))
    family = draw(st.sampled_from(
        ["Conv", "Transpose", "Depthwise", "Separable", "Pooling", "Global", "Adaptive", "Zero", "Crop", "Up"]
    ))  # fmt: skip
    if family in ("Depthwise", "Separable"):
        rank = min(rank, 2)
    mode = draw(st.sampled_from(["Max", "Average"]))
    config = {}
    if (family, rank) not in (("Crop", 1), ("Up", 1)):
        config["data_format"] = draw(st.sampled_from(["channels_last", "channels_first"]))
    if family in ("Conv", "Transpose", "Depthwise", "Separable"):
        config["kernel_size"] = draw(per_axis(rank, 1, 4))
        config[draw(st.sampled_from(["strides", "dilation_rate"]))] = draw(per_axis(rank, 1, 3))
        config["padding"] = draw(st.sampled_from(["valid", "same", "causal"] if family == "Conv" else ["valid", "same"]))
        if family != "Depthwise":
            config["filters"] = draw(st.sampled_from([2, 4]))
        if family == "Conv":
            config["groups"] = draw(st.sampled_from([1, 2, 3]))
        if family == "Transpose":
            config["output_padding"] = draw(st.none() | per_axis(rank, 0, 2))
    elif family == "Pooling":
        config |= {"pool_size": draw(per_axis(rank, 1, 4)), "strides": draw(st.none() | per_axis(rank, 1, 4))}
        config["padding"] = draw(st.sampled_from(["valid", "same"]))
    elif family == "Global":
        config["keepdims"] = draw(st.booleans())
    elif family == "Adaptive":
        config["output_size"] = draw(per_axis(rank, 1, 4))
    elif family == "Up":
        config["size"] = draw(st.integers(1, 3) if rank == 1 else per_axis(rank, 1, 3))
        if rank == 2:
            config["interpolation"] = draw(st.sampled_from(["nearest", "bilinear", "lanczos3"]))
    else:
        config["padding" if family == "Zero" else "cropping"] = draw(margin(rank))
    kind = {
        "Conv": "Conv{}D", "Transpose": "Conv{}DTranspose", "Depthwise": "DepthwiseConv{}D",
        "Separable": "SeparableConv{}D", "Pooling": mode + "Pooling{}D", "Global": f"Global{mode}Pooling{{}}D",
        "Adaptive": f"Adaptive{mode}Pooling{{}}D", "Zero": "ZeroPadding{}D", "Crop": "Cropping{}D", "Up": "UpSampling{}D",
    }[family].format(rank)  # fmt: skip
    return kind, config, rank


def placed(config, sizes, channels):
    """A shape with a batch of 2 in the data format of the configuration."""
    return (2, channels, *sizes) if config.get("data_format") == "channels_first" else (2, *sizes, channels)


@given(spatial_layers(), st.lists(st.integers(1, 9), min_size=3, max_size=3), st.sampled_from([2, 3]))
@settings(max_examples=250, deadline=None)
def test_symbols_ints_and_arrays_agree(case, sizes, channels):
    kind, config, rank = case
    made, refusals = make(found(kind), config, STRICT)
    assert all(refusal.code in ("SC114", "SC303") for refusal in refusals)
    if refusals:
        return
    sizes = dict(zip(NAMES[:rank], sizes, strict=False))
    ints = placed(config, sizes.values(), channels)
    try:
        symbolic = apply(made, [TensorSpec(placed(config, map(dims.symbol, sizes), channels))], False, STRICT)
    except shapecheck.diagnostic.Refusal as refusal:
        assert refusal.code == "SC303"  # the channels, which are an int
        return
    holds = all(dims.evaluate(owed.a, sizes) >= dims.evaluate(owed.b, sizes) for owed in symbolic.obligations)
    assert all(owed.kind == "at_least" and owed.axis is not None for owed in symbolic.obligations)
    layer = shapecheck.layer(kind, **config)
    try:
        result = layer.infer(ints)
    except shapecheck.ShapeError as error:
        assert error.code == "SC306"
        assert not holds
        return
    assert holds
    assert result.outputs == [tuple(dims.substitute(size, sizes) for size in symbolic.outputs[0].shape)]
    (y,) = layer.run(np.random.default_rng(0).standard_normal(ints).astype("float32")).outputs
    assert result.outputs == [y.shape]
    assert result.dtypes == [y.dtype.name]
    assert np.isfinite(y).all()


FAMILY = [
    "AdaptiveMaxPooling2D", "AveragePooling1D", "BatchNormalization", "CenterCrop", "Conv1D", "Conv2D", "Conv3DTranspose",
    "Cropping1D", "Cropping3D", "DepthwiseConv2D", "GlobalAveragePooling1D", "GroupNormalization", "LayerNormalization",
    "MaxPooling2D", "RMSNormalization", "Resizing", "SeparableConv1D", "UnitNormalization", "UpSampling1D",
    "UpSampling2D", "ZeroPadding1D", "ZeroPadding2D",
]  # fmt: skip
NEEDED = {"filters": 2, "kernel_size": 2, "pool_size": 2, "output_size": 2, "height": 2, "width": 2}
small = st.integers(-2, 3)
anything = st.recursive(
    st.none() | st.booleans() | small | st.just(10**30) | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)


@given(st.data(), st.sampled_from(FAMILY), st.sampled_from([None, 2, 3]))
@settings(max_examples=400, deadline=None)
def test_whatever_is_written_is_accepted_or_refused(data, kind, keras):
    cls = found(kind)
    names = sorted(cls.parameters)
    config = {name: value for name, value in NEEDED.items() if name in names}
    for name in data.draw(st.lists(st.sampled_from(names), max_size=2)):
        config[name] = data.draw(anything)
    shape = tuple(data.draw(st.lists(st.none() | st.integers(0, 6), max_size=5)))
    try:
        shapecheck.layer(kind, keras=keras, **config).infer(shape)
    except shapecheck.ShapecheckError as error:
        assert error.code < "SC9"
