"""Asks Keras 3 (3.15.1 with JAX 0.10.2 on a CPU made the file beside this one) for forward passes of random layers.

KERAS_BACKEND=jax python make_spatial_facts.py     # writes spatial_keras3.json.gz; needs keras, which the tests do not

A row has a class, its configuration, the shape of its input, and what Keras answers or the type of its refusal. Inputs
and weights are not written down: both sides make them with `values`.
"""

import gzip
import json
import pathlib
import random

import numpy as np

ROWS = 7  # answers for each class
LARGEST = 160  # values in an answer

rng = random.Random(3)


def values(shape, shift, *, positive=False):
    """Numbers without a pattern that a window could hide, the same on every machine."""
    x = np.sin(1.7 * np.arange(int(np.prod(shape))) + shift).reshape(shape)
    return (np.abs(x) + 0.1 if positive else x).astype("float32")


def start(path, shape, place):
    return values(shape, 10 * place + 1, positive=any(word in path for word in ("variance", "stddev")))


def mask_of(shape, data_format):
    """Every third step is left out."""
    steps = shape[2] if data_format == "channels_first" else shape[1]
    return np.arange(shape[0] * steps).reshape(shape[0], steps) % 3 != 1


def chance(share):
    return rng.random() < share


def each(rank, low, high):
    return rng.randint(low, high) if chance(0.4) else [rng.randint(low, high) for _ in range(rank)]


def data_format():
    return {"data_format": rng.choice(["channels_last", "channels_last", "channels_first"])}


def window(rank, causal=False):
    paddings = ["valid", "same", "causal"] if causal else ["valid", "same"]
    config = {"kernel_size": each(rank, 1, 3), "padding": rng.choice(paddings), "use_bias": chance(0.6), **data_format()}
    return config | ({"strides": each(rank, 1, 3)} if chance(0.5) else {"dilation_rate": each(rank, 1, 3)})


def activation():
    return {"activation": rng.choice(["relu", "tanh", "softmax"])} if chance(0.3) else {}


def conv(rank):
    groups = rng.choice([1, 1, 2, 3])
    config = window(rank, rank == 1) | activation() | {"filters": groups * rng.randint(1, 2), "groups": groups}
    return config | ({"lora_rank": 2, "lora_alpha": 3} if chance(0.15) else {}), groups * rng.randint(1, 2)


def conv_transpose(rank):
    config = window(rank) | activation() | {"filters": rng.randint(1, 3)}
    if chance(0.4):
        strides = config.get("strides", 1)
        strides = strides if isinstance(strides, list) else [strides] * rank
        config["output_padding"] = [rng.randint(0, stride - 1) for stride in strides]
    return config, rng.randint(1, 3)


def depthwise(rank):
    return window(rank) | activation() | {"depth_multiplier": rng.randint(1, 3)}, rng.randint(1, 3)


def separable(rank):
    return window(rank) | {"depth_multiplier": rng.randint(1, 2), "filters": rng.randint(1, 3)}, rng.randint(1, 3)


def pooling(rank):
    config = {"pool_size": each(rank, 1, 4), "padding": rng.choice(["valid", "same"]), **data_format()}
    return config | ({"strides": each(rank, 1, 4)} if chance(0.6) else {}), rng.randint(1, 3)


def global_pooling(rank):
    return {"keepdims": chance(0.5), **data_format()}, rng.randint(1, 3)


def adaptive(rank):
    return {"output_size": each(rank, 1, 5), **data_format()}, rng.randint(1, 2)


def margins(name, high):
    def config(rank):
        form = rng.choice(["int", "ints", "pairs"])
        pairs = [[rng.randint(0, high), rng.randint(0, high)] for _ in range(rank)]
        ints = [rng.randint(0, high) for _ in range(max(rank, 2))]
        value = {"int": ints[0], "ints": ints, "pairs": pairs if rank > 1 else pairs[0]}[form]
        return {name: value} | ({} if (name, rank) == ("cropping", 1) else data_format()), rng.randint(1, 2)

    return config


METHODS = ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"]


def upsampling(rank):
    config = {"size": rng.randint(1, 3)} if rank == 1 else {"size": each(rank, 1, 3), **data_format()}
    return config | ({"interpolation": rng.choice(METHODS)} if rank == 2 else {}), rng.randint(1, 2)


def resizing(rank):
    ratio = rng.choice([{}, {"crop_to_aspect_ratio": True}, {"pad_to_aspect_ratio": True, "fill_value": 1.5}])
    config = {"interpolation": rng.choice(METHODS), "antialias": chance(0.4), **ratio, **data_format()}
    return config | {"height": rng.randint(1, 8), "width": rng.randint(1, 8)}, 1


def center_crop(rank):
    return {"height": rng.randint(1, 8), "width": rng.randint(1, 8), **data_format()}, 2


def scaled(**more):
    def config(rank):
        made = {"epsilon": rng.choice([1e-3, 0.1]), "center": chance(0.7), "scale": chance(0.7)}
        return made | {name: rng.choice(choices) for name, choices in more.items()}, rng.choice([2, 4])

    return config


CLIPPINGS = [None, {"rmax": 1.5, "rmin": 0.6, "dmax": 0.3}, {"rmax": 1.2}]
KINDS = {
    **{f"Conv{rank}D": (conv, rank) for rank in (1, 2, 3)},
    **{f"Conv{rank}DTranspose": (conv_transpose, rank) for rank in (1, 2, 3)},
    **{f"DepthwiseConv{rank}D": (depthwise, rank) for rank in (1, 2)},
    **{f"SeparableConv{rank}D": (separable, rank) for rank in (1, 2)},
    **{f"{mode}Pooling{rank}D": (pooling, rank) for mode in ("Max", "Average") for rank in (1, 2, 3)},
    **{f"Global{mode}Pooling{rank}D": (global_pooling, rank) for mode in ("Max", "Average") for rank in (1, 2, 3)},
    **{f"Adaptive{mode}Pooling{rank}D": (adaptive, rank) for mode in ("Max", "Average") for rank in (1, 2, 3)},
    **{f"ZeroPadding{rank}D": (margins("padding", 3), rank) for rank in (1, 2, 3)},
    **{f"Cropping{rank}D": (margins("cropping", 2), rank) for rank in (1, 2, 3)},
    **{f"UpSampling{rank}D": (upsampling, rank) for rank in (1, 2, 3)},
    "Resizing": (resizing, 2),
    "CenterCrop": (center_crop, 2),
    "BatchNormalization": (scaled(axis=[-1, 1], renorm=[True, False], renorm_clipping=CLIPPINGS), 1),
    "LayerNormalization": (scaled(axis=[-1, 1, [1, 2], [-1, 1]], rms_scaling=[False, False, True]), 1),
    "GroupNormalization": (scaled(groups=[1, 2, -1]), 2),
    "RMSNormalization": (lambda rank: ({"epsilon": rng.choice([1e-6, 0.1]), "axis": rng.choice([-1, [1, 2]])}, 3), 1),
    "UnitNormalization": (lambda rank: ({"axis": rng.choice([-1, 1, [1, 2]])}, 3), 1),
}


def answer(row):
    from keras import layers

    kind, config, shape = row["kind"], row["config"], row["shape"]
    layer = getattr(layers, kind)(**config)
    layer.build(tuple(shape))
    layer.compute_output_shape(tuple(shape))  # eager pooling runs into an empty array where this refuses
    for place, weight in enumerate(layer.weights):
        weight.assign(start(weight.name, weight.shape, place))
    call = {"training": True} if row["training"] else {}
    if row["masked"]:
        call["mask"] = mask_of(shape, config.get("data_format"))
    y = np.asarray(layer(values(shape, 0), **call))
    return {"y": [float(f"{v:.5g}") for v in y.ravel()], "output": list(y.shape), "dtype": y.dtype.name}


def rows(kind):
    config_of, rank = KINDS[kind]
    answers = refusals = 0
    for _ in range(20 * ROWS):
        config, channels = config_of(rank)
        sizes = [rng.randint(1, 7 if rank < 3 else 4) for _ in range(rank)]
        shape = [2, channels, *sizes] if config.get("data_format") == "channels_first" else [2, *sizes, channels]
        masked = kind in ("BatchNormalization", "GlobalAveragePooling1D") and shape[1] > 1 and chance(0.4)
        row = {"kind": kind, "config": config, "shape": shape, "masked": masked}
        row["training"] = kind == "BatchNormalization" and chance(0.7)
        try:
            row |= answer(row)
        except Exception as error:
            row["error"] = type(error).__name__
            refusals += 1
            if refusals <= 2:
                yield row
        else:
            if len(row["y"]) <= LARGEST:
                answers += 1
                yield row
        if answers == ROWS:
            return


if __name__ == "__main__":
    made = [row for kind in KINDS for row in rows(kind)]
    text = "\n".join(json.dumps(row, separators=(",", ":")) for row in made)
    with gzip.GzipFile(pathlib.Path(__file__).with_name("spatial_keras3.json.gz"), "wb", mtime=0) as file:
        file.write(text.encode())
