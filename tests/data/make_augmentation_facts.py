"""Ask Keras (3.15, on TensorFlow) what its augmentation makes of pictures when the random numbers are given.

    python tests/data/make_augmentation_facts.py        (writes augmentation_keras3.json.gz)

Each fact has a layer and its configuration, the random numbers under the names that this project gives them, pictures,
and what became of them. `bent` are answers of `keras.ops.image.map_coordinates`.
"""

import gzip
import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

RNG = np.random.default_rng(7)
FACTS = []


def pictures(shape=(2, 5, 7, 3), low=0, high=255):
    return RNG.uniform(low, high, shape).round(3).astype("float32")


def add(kind, config, drawn, x, y):
    plain = {name: np.asarray(value).tolist() for name, value in drawn.items()}
    FACTS.append({"kind": kind, "config": config, "drawn": plain, "x": x.tolist(), "y": np.asarray(y).tolist()})


def each(values, x):
    return np.broadcast_to(np.reshape(np.asarray(values, "float64"), (-1, 1, 1, 1)), (len(x), 1, 1, 1))


def moved():
    for fill in ("constant", "nearest", "wrap", "reflect"):
        for interpolation in ("bilinear", "nearest"):
            own = {"fill_mode": fill, "interpolation": interpolation, "fill_value": 9.0}
            for shape in ((2, 5, 7, 3), (1, 6, 4, 1)):
                x = pictures(shape)
                for turn in (0.13, -0.4, 0.25):
                    layer = keras.layers.RandomRotation((turn, turn), **own)
                    add("RandomRotation", {"factor": [turn, turn], **own}, {"turns": each(turn, x)}, x,
                        layer(x, training=True))  # fmt: skip
                for down, right in ((0.21, -0.37), (-0.9, 1.0)):
                    layer = keras.layers.RandomTranslation((down, down), (right, right), **own)
                    add("RandomTranslation", {"height_factor": [down, down], "width_factor": [right, right], **own},
                        {"down": each(down, x), "right": each(right, x)}, x, layer(x, training=True))  # fmt: skip
                for high, wide in ((0.6, -0.4), (-0.3, 0.8)):
                    layer = keras.layers.RandomZoom((high, high), (wide, wide), **own)
                    add("RandomZoom", {"height_factor": [high, high], "width_factor": [wide, wide], **own},
                        {"height": each(1 + high, x), "width": each(1 + wide, x)}, x, layer(x, training=True))  # fmt: skip
                shears = RNG.uniform(-1, 1, (len(x), 2)).astype("float32")
                layer = keras.layers.RandomShear(1.0, 1.0, **own)
                y = layer._transform_images(x, {"shear_factor": shears}, interpolation)
                add("RandomShear", {"x_factor": 1.0, "y_factor": 1.0, **own},
                    {"across": each(shears[:, 0], x), "down": each(shears[:, 1], x)}, x, y)  # fmt: skip


def perspective():
    for interpolation in ("bilinear", "nearest"):
        x = pictures((3, 6, 5, 2))
        change = RNG.uniform(-0.4, 0.4, (3, 4, 2)).astype("float32")
        start = np.repeat(np.array([[[0, 0], [4, 0], [0, 5], [4, 5]]], "float32"), 3, 0)
        chosen = np.array([True, False, True])
        layer = keras.layers.RandomPerspective(interpolation=interpolation, fill_value=2.0)
        drawn = {"apply_perspective": chosen, "start_points": start, "end_points": start + start * change}
        y = layer._transform_images(x, drawn, interpolation)
        add("RandomPerspective", {"interpolation": interpolation, "fill_value": 2.0},
            {"chosen": chosen.reshape(-1, 1, 1, 1), "moved": change}, x, y)  # fmt: skip


def coloured():
    x = pictures()
    x[0, 0] = 100  # grey
    small = pictures(low=0, high=1)
    for values, data in (([0, 255], x), ([0, 1], small)):
        turns = np.array([0.2, -0.31], "float32")
        layer = keras.layers.RandomHue(0.5, value_range=values)
        add("RandomHue", {"factor": 0.5, "value_range": values}, {"turn": each(turns, data)}, data,
            layer.transform_images(data, {"factor": turns}))  # fmt: skip
        times = np.array([0.3, 2.5], "float32")
        layer = keras.layers.RandomSaturation(0.5, value_range=values)
        add("RandomSaturation", {"factor": 0.5, "value_range": values}, {"times": each(times, data)}, data,
            layer.transform_images(data, {"factor": times}))  # fmt: skip
        shares = np.array([0.9, 0.1], "float32")
        layer = keras.layers.RandomSharpness(0.5, value_range=values)
        add("RandomSharpness", {"factor": 0.5, "value_range": values}, {"share": each(shares, data)}, data,
            layer.transform_images(data, {"factor": shares}))  # fmt: skip
        layer = keras.layers.RandomColorDegeneration(0.5, value_range=values)
        add("RandomColorDegeneration", {"factor": 0.5, "value_range": values}, {"share": each(shares, data)}, data,
            layer.transform_images(data, {"factor": shares.reshape(-1, 1, 1, 1)}))  # fmt: skip
        bits = np.array([3, 6], "uint8")
        layer = keras.layers.RandomPosterization(8, value_range=values)
        add("RandomPosterization", {"factor": 8, "value_range": values}, {"bits": each(bits, data)}, data,
            layer.transform_images(data, {"shift_factor": 8 - bits}))  # fmt: skip
        for a, t in (([0, 30], [255, 100]), ([100, 3], [20, 128])):
            layer = keras.layers.Solarization(value_range=values)
            given = {"additions": each(a, data).astype("float32"), "thresholds": each(t, data).astype("float32")}
            add("Solarization", {"value_range": values}, {"addition": each(a, data), "threshold": each(t, data)}, data,
                layer.transform_images(data, given))  # fmt: skip
        layer = keras.layers.RandomContrast(0.5, value_range=values)
        add("RandomContrast", {"factor": 0.5, "value_range": values}, {"contrast": each([0.4, 1.9], data)}, data,
            layer.transform_images(data, {"contrast_factor": each([0.4, 1.9], data).astype("float32")}))  # fmt: skip
    for size, widths in ((3, [0.7, 0.7]), ([3, 5], [0.9, 0.4]), (5, [1e-6, 0.5])):
        layer = keras.layers.RandomGaussianBlur(kernel_size=size)
        chosen = np.array([True, False])
        y = layer.transform_images(x, {"blur_factor": np.array(widths, "float32"), "should_apply_blur": chosen})
        add("RandomGaussianBlur", {"kernel_size": size}, {"chosen": chosen.reshape(-1, 1, 1, 1), "widths": widths}, x, y)
    weight = np.array([0.3, 0.8], "float32")
    y = keras.layers.MixUp().transform_images(x, {"mix_weight": weight, "permutation_order": np.array([1, 0])})
    add("MixUp", {}, {"order": [1, 0], "share": each(weight, x)}, x, y)


def spread():
    for shape, values in (((2, 6, 7, 3), [0, 255]), ((2, 9, 8, 1), [0, 1]), ((1, 5, 16, 2), [-1, 1])):
        x = pictures(shape, *values)
        x[..., 0] = (x[..., 0] - values[0]) / 3 + values[0]
        for bins in (256, 8, 2):
            layer = keras.layers.Equalization(value_range=values, bins=bins)
            add("Equalization", {"value_range": values, "bins": bins}, {}, x, layer(x, training=True))
        for grid, limit in (((8, 8), 4.0), ((2, 3), 1.5), ((4, 2), 0.0), ((1, 1), 40.0)):
            if any((-(-n // g) * g - n) > n for n, g in zip(shape[1:3], grid, strict=True)):
                continue
            layer = keras.layers.ContrastLimitedAdaptiveHistogramEqualization(
                value_range=values, tile_grid_size=grid, clip_limit=limit)  # fmt: skip
            add("ContrastLimitedAdaptiveHistogramEqualization",
                {"value_range": values, "tile_grid_size": list(grid), "clip_limit": limit}, {}, x, layer(x))  # fmt: skip
    still = np.full((2, 4, 4, 2), 50, "float32")
    add("Equalization", {}, {}, still, keras.layers.Equalization()(still, training=True))


def bent():
    x = pictures((5, 6))
    at = RNG.uniform(-9, 12, (2, 5, 6)).round(1).astype("float32")
    at[:, 0] = [[-1, -0.5, 0, 0.5, 4.5, 5]] * 2
    for fill in ("constant", "nearest", "wrap", "reflect"):
        for order, interpolation in enumerate(("nearest", "bilinear")):
            y = keras.ops.image.map_coordinates(x, at, order, fill_mode=fill, fill_value=9.0)
            add("bent", {"fill_mode": fill, "interpolation": interpolation, "fill_value": 9.0}, {"at": at}, x, y)


if __name__ == "__main__":
    for part in (moved, perspective, coloured, spread, bent):
        part()
    path = pathlib.Path(__file__).parent / "augmentation_keras3.json.gz"
    path.write_bytes(gzip.compress(json.dumps(FACTS).encode(), mtime=0))
    print(len(FACTS), path.stat().st_size)
