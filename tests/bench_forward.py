"""How long a forward pass takes against the matrix products in it alone.

    OPENBLAS_NUM_THREADS=1 python tests/bench_forward.py

prints CPU seconds, the least of several turns each, the two taken by turns. One thread, as several of them wait for one
another in ways that say nothing of the code.
"""

import json
import time

import numpy as np

import shapecheck
from shapecheck import graph, infer, readers
from shapecheck.executors import numpy_model

BLOCKS = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))


def mobilenet(size=224):
    """MobileNetV2 (Sandler et al. 2018): inverted residuals with a depthwise 3x3 convolution in the middle."""
    layers = [{"Input": {"shape": [size, size, 3], "name": "image"}}]

    def convolution(filters, kernel, strides=1, name=None):
        layers.append({"Conv2D": {"filters": filters, "kernel_size": kernel, "strides": strides, "padding": "same",
                                  "use_bias": False}})  # fmt: skip
        layers.append({"BatchNormalization": {"name": name} if name else None})

    convolution(32, 3, 2)
    layers.append({"Activation": {"activation": "relu6", "name": "b0"}})
    channels, last, count = 32, "b0", 0
    for expansion, filters, repeats, first in BLOCKS:
        for turn in range(repeats):
            strides = first if turn == 0 else 1
            count += 1
            if expansion > 1:
                convolution(channels * expansion, 1)
                layers.append({"Activation": "relu6"})
            layers.append({"DepthwiseConv2D": {"kernel_size": 3, "strides": strides, "padding": "same", "use_bias": False}})
            layers.extend([{"BatchNormalization": None}, {"Activation": "relu6"}])
            convolution(filters, 1, name=f"p{count}")
            if strides == 1 and channels == filters:
                layers.append({"Add": {"inputs": [last, f"p{count}"], "name": f"b{count}"}})
            last = f"b{count}" if strides == 1 and channels == filters else f"p{count}"
            channels = filters
    convolution(1280, 1)
    layers += [{"Activation": "relu6"}, "GlobalAveragePooling2D", {"Dense": 1000}]
    return {"layers": layers}


def recurrent(steps=200, units=256, features=256):
    return {"layers": [{"Input": {"shape": [steps, features], "name": "image"}}, {"LSTM": units}]}


def inferred(definition, batch):
    return infer.infer(graph.build(readers.read_plain(definition, "bench")[1]), {"B": batch})


def products(found):
    """The matrix products of a model: (count, rows, inner, columns), `count` of them in a stack or one by one."""
    for layer, applied in zip(found.layers, found.applied, strict=True):
        shapes = {path.rpartition("/")[2]: weight.shape for path, weight in applied.weights.items()}
        rows = int(np.prod(applied.outputs[0].shape[:-1]))
        if layer.kind == "DepthwiseConv2D":
            height, width, channels, _ = shapes["kernel"]
            yield "stack", channels, rows, height * width, 1
        elif layer.kind in ("Conv2D", "Dense"):
            yield "one", 1, rows, int(np.prod(shapes["kernel"][:-1])), shapes["kernel"][-1]
        elif layer.kind == "LSTM":
            steps = found.applied[0].outputs[0].shape[1]
            yield "one", 1, rows * steps, *shapes["kernel"]
            yield "by turns", steps, rows, *shapes["recurrent_kernel"]


def bare(found):
    """A function that does the matrix products alone."""
    rng = np.random.default_rng(0)
    work = []
    for how, count, rows, inner, columns in products(found):
        stack = (count,) if how == "stack" else ()
        a, b = (rng.standard_normal((*stack, *shape)).astype("float32") for shape in ((rows, inner), (inner, columns)))
        work += [(a, b)] * (count if how == "by turns" else 1)

    def done():
        for a, b in work:
            np.matmul(a, b)

    return done


def measured(definition, batch=1, turns=7):
    """(seconds of the forward pass, seconds of its matrix products)."""
    found = inferred(definition, batch)
    x = np.random.default_rng(1).standard_normal(found.applied[0].outputs[0].shape).astype("float32")
    start = numpy_model.run_model(found, {"image": x}, {"B": batch})
    weights = {name: arrays for name, arrays in start.weights.items() if arrays}
    tasks = (lambda: numpy_model.run_model(found, {"image": x}, {"B": batch}, weights=weights), bare(found))
    best = [float("inf")] * len(tasks)
    for _ in range(turns):
        for number, task in enumerate(tasks):
            before = time.process_time()
            task()
            best[number] = min(best[number], time.process_time() - before)
    return best


if __name__ == "__main__":
    assert shapecheck.check(mobilenet()).params == 3_538_984  # as Keras counts MobileNetV2 with its 1,000 classes
    print(json.dumps({
        "MobileNetV2 at 224x224, batch 1": measured(mobilenet()),
        "LSTM of 256 units over 200 steps, batch 1": measured(recurrent()),
        "LSTM of 256 units over 200 steps, batch 32": measured(recurrent(), 32, 3),
    }, indent=1))  # fmt: skip
