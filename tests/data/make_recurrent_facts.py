"""Asks Keras 3 (3.15.1 with JAX 0.10.2 on a CPU made the file beside this one) for forward passes of recurrent layers.

KERAS_BACKEND=jax python make_recurrent_facts.py     # writes recurrent_keras3.json.gz; needs keras, which the tests do not

A row has a class, its configuration, the shapes of its inputs (the sequence first, then states), and what Keras
answers, its weights and penalties, or the type of its refusal. Inputs and weights are not written down: both sides make
them with `values`.
"""

import gzip
import json
import pathlib
import random

import numpy as np

ROWS = 12  # answers for each class
LARGEST = 200  # values in an answer

rng = random.Random(7)


def values(shape, shift, scale=1.0):
    """Numbers without a pattern that a step could hide, the same on every machine."""
    return (scale * np.sin(1.7 * np.arange(int(np.prod(shape))) + shift)).reshape(shape).astype("float32")


def start(shape, place):
    return values(shape, 10 * place + 1, 0.6)


def mask_of(shape):
    """Every third step is left out."""
    return np.arange(shape[0] * shape[1]).reshape(shape[:2]) % 3 != 1


def chance(share):
    return rng.random() < share


def named(kind, **config):
    return {"class_name": kind, "config": config}


def flags(*names):
    return {name: True for name in names if chance(0.4)}


def loop():
    chosen = flags("return_sequences", "return_state", "go_backwards", "zero_output_for_mask", "unroll")
    if "unroll" in chosen:  # where JAX, unlike the other backends, does not look at zero_output_for_mask
        chosen.pop("zero_output_for_mask", None)
    return chosen


def gates(kind):
    config = {"units": rng.randint(1, 4)} | ({"use_bias": False} if chance(0.3) else {})
    if chance(0.4):
        config["activation"] = rng.choice(["relu", "softmax", "linear"])
    if kind.startswith(("LSTM", "GRU")) and chance(0.4):
        config["recurrent_activation"] = rng.choice(["hard_sigmoid", "softmax", "tanh"])
    if kind.startswith("GRU") and chance(0.5):
        config["reset_after"] = False
    if kind.startswith(("LSTM", "GRU")) and chance(0.2):
        config["implementation"] = 1
    return config


def penalties():
    some = {"kernel_regularizer": "l2", "recurrent_regularizer": "l1", "activity_regularizer": "l2"}
    return {name: value for name, value in some.items() if chance(0.3)}


def sequence():
    return [rng.randint(1, 3), rng.randint(1, 5), rng.randint(1, 3)]


def states_of(kind, config, batch):
    """The shapes of the states of a layer over vectors."""
    if kind == "RNN":
        return states_of(config["cell"]["class_name"], config["cell"]["config"], batch)
    if kind == "StackedRNNCells":
        return [s for cell in config["cells"] for s in states_of(cell["class_name"], cell["config"], batch)]
    return [[batch, config["units"]]] * (2 if kind.startswith("LSTM") else 1)


def vectors(kind):
    config, shape = gates(kind) | loop() | penalties(), sequence()
    states = states_of(kind, config, shape[0]) if chance(0.3) else []
    return config, [shape, *states], not states and chance(0.5)


def cell():
    kind = rng.choice(["SimpleRNNCell", "LSTMCell", "GRUCell"])
    return named(kind, **gates(kind))


def stacked():
    return named("StackedRNNCells", cells=[cell() for _ in range(rng.randint(2, 3))])


def rnn(kind):
    config = {"cell": stacked() if chance(0.6) else cell()} | loop()
    return config, [sequence()], chance(0.4) and "unroll" not in config


def one_step(kind):
    config, (batch, _, features) = gates(kind), sequence()
    return config, [[batch, features], *states_of(kind, config, batch)], False


def bidirectional(kind):
    both = flags("return_sequences", "return_state")
    inner = rng.choice(["LSTM", "GRU", "SimpleRNN"])
    config = {"layer": named(inner, **gates(inner), **both, **penalties())}
    if chance(0.8):
        config["merge_mode"] = rng.choice(["concat", "sum", "mul", "ave", None])
    if chance(0.3):
        other = rng.choice(["LSTM", "GRU"])
        units = config["layer"]["config"]["units"]
        if config.get("merge_mode", "concat") in ("concat", None) and chance(0.6):
            units += 1
        config["backward_layer"] = named(other, **gates(other) | both | {"units": units, "go_backwards": True})
    return config, [sequence()], chance(0.4)


def time_distributed(kind):
    inner, further = rng.choice([
        (named("Dense", units=3, activation="relu", kernel_regularizer="l2"), []), (named("Flatten"), [2, 2]),
        (named("Conv1D", filters=2, kernel_size=2), [4]), (named("LSTM", units=2, return_sequences=True), [3]),
        (named("LayerNormalization"), []), (named("Bidirectional", layer=named("GRU", units=2)), [3]),
        (named("TimeDistributed", layer=named("Dense", units=2)), [2]), (named("MaxPooling1D", pool_size=2), [4]),
        (named("RNN", cell=named("StackedRNNCells", cells=[cell(), cell()])), [3]),
    ])  # fmt: skip
    batch, steps, features = sequence()
    return {"layer": inner}, [[batch, steps, *further, features]], inner["class_name"] == "Dense" and chance(0.5)


def conv_lstm(kind):
    rank = int(kind[8])
    sizes = [rng.randint(2, 4) for _ in range(rank)]
    config = {"filters": rng.randint(1, 2), "kernel_size": rng.choice([1, 2, [2] * rank])} | loop()
    config |= {"padding": rng.choice(["valid", "same"]), "use_bias": chance(0.7)} | penalties()
    config |= rng.choice([{}, {"strides": 2}, {"dilation_rate": 2}, {"activation": "softmax"}])
    batch, steps, channels = rng.randint(1, 2), rng.randint(1, 3), rng.randint(1, 2)
    if chance(0.4):
        return config | {"data_format": "channels_first"}, [[batch, steps, channels, *sizes]], False
    return config, [[batch, steps, *sizes, channels]], False


KINDS = {
    "SimpleRNN": vectors, "LSTM": vectors, "GRU": vectors, "RNN": rnn, "SimpleRNNCell": one_step, "LSTMCell": one_step,
    "GRUCell": one_step, "Bidirectional": bidirectional, "TimeDistributed": time_distributed, "ConvLSTM1D": conv_lstm,
    "ConvLSTM2D": conv_lstm, "ConvLSTM3D": conv_lstm,
}  # fmt: skip

LSTM4 = named("LSTM", units=4)
REFUSED = [
    ("LSTM", {"units": 4, "use_cudnn": "x"}, [[2, 5, 3]]),
    ("LSTM", {"units": 4, "dropout": "0.2"}, [[2, 5, 3]]),
    ("LSTM", {"units": 4}, [[2, 5, 3], [2, 4]]),
    ("GRU", {"units": 4}, [[2, 5, 3], [2, 5]]),
    ("GRU", {"units": 4}, [[2, 5, 3], [1, 4]]),
    ("SimpleRNN", {"units": 4, "activation": "glu"}, [[2, 5, 3]]),
    ("RNN", {"cell": named("Dense", units=3)}, [[2, 5, 3]]),
    ("RNN", {"cell": LSTM4}, [[2, 5, 3]]),
    ("RNN", {"cell": named("LSTMCell", units=3)}, [[2, 5, 6, 3]]),
    ("RNN", {"cell": named("GRUCell", units=3)}, [[2, 5]]),
    ("Bidirectional", {"layer": named("Dense", units=3)}, [[2, 5, 3]]),
    ("Bidirectional", {"layer": LSTM4, "merge_mode": "max"}, [[2, 5, 3]]),
    ("Bidirectional", {"layer": LSTM4, "backward_layer": LSTM4}, [[2, 5, 3]]),
    ("Bidirectional", {"layer": named("LSTM", units=4, go_backwards=True)}, [[2, 5, 3]]),
    ("Bidirectional", {"layer": LSTM4, "merge_mode": "sum",
                       "backward_layer": named("LSTM", units=6, go_backwards=True)}, [[2, 5, 3]]),
    ("Bidirectional", {"layer": named("Bidirectional", layer=LSTM4)}, [[2, 5, 3]]),
    ("Bidirectional", {"layer": named("TimeDistributed", layer=named("Dense", units=3))}, [[2, 5, 3]]),
    ("TimeDistributed", {"layer": named("Dense", units=3)}, [[2, 5]]),
    ("TimeDistributed", {"layer": named("Conv2D", filters=2, kernel_size=2)}, [[2, 5, 4, 3]]),
    ("TimeDistributed", {"layer": named("Add")}, [[2, 5, 3]]),
    ("ConvLSTM1D", {"filters": 2, "kernel_size": 2, "strides": 2, "dilation_rate": 2}, [[2, 5, 6, 3]]),
    ("ConvLSTM1D", {"filters": 2, "kernel_size": 9}, [[2, 5, 6, 3]]),
    ("ConvLSTM1D", {"filters": 2, "kernel_size": 2, "padding": "causal"}, [[2, 5, 6, 3]]),
    ("ConvLSTM1D", {"filters": 2.5, "kernel_size": 2}, [[2, 5, 6, 3]]),
    ("ConvLSTM2D", {"filters": 2, "kernel_size": 2}, [[2, 5, 6, 3]]),
]  # fmt: skip


def made(value):
    """A configuration with Keras's layers for the maps in it."""
    from keras import layers

    if isinstance(value, list):
        return [made(item) for item in value]
    if isinstance(value, dict):
        config = {key: made(item) for key, item in value.get("config", value).items()}
        return getattr(layers, value["class_name"])(**config) if "class_name" in value else config
    return value


def flat(answer):
    if isinstance(answer, (list, tuple)):
        return [y for item in answer for y in flat(item)]
    return [np.asarray(answer)]


def answer(row):
    from keras import layers

    x, *states = (values(shape, 3 * place) for place, shape in enumerate(row["shapes"]))
    layer = getattr(layers, row["kind"])(**made(row["config"]))
    with_states = {}
    if states:
        with_states = {"states" if row["kind"].endswith("Cell") else "initial_state": states}
    layer(x, **with_states)
    for place, weight in enumerate(layer.weights):
        weight.assign(start(weight.shape, place))
    outputs = flat(layer(x, **with_states, **({"mask": mask_of(row["shapes"][0])} if row["masked"] else {})))
    return {
        "outputs": [list(y.shape) for y in outputs],
        "y": [float(f"{v:.5g}") for y in outputs for v in y.ravel()],
        "weights": [[weight.path.split("/", 1)[-1], list(weight.shape)] for weight in layer.weights],
        "loss": float(f"{sum(map(float, layer.losses)):.5g}"),
    }


def rows(kind):
    answers = 0
    for _ in range(20 * ROWS):
        config, shapes, masked = KINDS[kind](kind)
        row = {"kind": kind, "config": config, "shapes": shapes, "masked": masked}
        try:
            row |= answer(row)
        except Exception as error:
            print("refused:", kind, config, shapes, masked, str(error)[:100])
            continue
        if len(row["y"]) <= LARGEST:
            answers += 1
            yield row
        if answers == ROWS:
            return


def refused():
    for kind, config, shapes in REFUSED:
        row = {"kind": kind, "config": config, "shapes": shapes, "masked": False}
        try:
            answer(row)
        except Exception as error:
            yield row | {"error": type(error).__name__}
        else:
            raise AssertionError(f"Keras accepts {row}")


if __name__ == "__main__":
    text = "\n".join(json.dumps(row, separators=(",", ":")) for kind in KINDS for row in rows(kind))
    text += "\n" + "\n".join(json.dumps(row, separators=(",", ":")) for row in refused())
    with gzip.GzipFile(pathlib.Path(__file__).with_name("recurrent_keras3.json.gz"), "wb", mtime=0) as file:
        file.write(text.encode())
