"""Ask Keras 3.15.1: models with weights as it saves them, and what they answer. Writes `weights_keras3.zip`.

    KERAS_BACKEND=tensorflow python tests/data/make_weights_facts.py

A model `m` is `m.keras` (with the weights in it), `m.h5` (the older format) and `m.npz`: its inputs as `x0`, `x1`, ...,
and its outputs as `y0`, `y1`, ...
"""

import io
import pathlib
import random
import tempfile
import zipfile

import keras
import numpy as np
from keras import layers as kl

OUT = pathlib.Path(__file__).parent / "weights_keras3.zip"
MADE = {}


def model(make):
    MADE[make.__name__] = make
    return make


def sequential(shape, *layers, dtype=None):
    return keras.Sequential([keras.Input(shape, dtype=dtype), *layers])


@model
def images():
    return sequential(
        (8, 8, 3),
        kl.Conv2D(4, 3, padding="same", use_bias=False),
        kl.BatchNormalization(),
        kl.ReLU(),
        kl.MaxPooling2D(),
        kl.Conv2D(6, 3, strides=2, padding="same", activation="relu"),
        kl.BatchNormalization(scale=False),
        kl.Conv2D(4, 1),
        kl.BatchNormalization(center=False),
        kl.Flatten(),
        kl.Dense(5, activation="softmax"),
    )


@model
def separable():
    x = inputs = keras.Input((9, 9, 4))
    x = kl.SeparableConv2D(6, 3, depth_multiplier=2)(x)
    x = kl.DepthwiseConv2D(3, padding="same")(x)
    return keras.Model(inputs, kl.Dense(3)(kl.GlobalAveragePooling2D()(x)))


@model
def lines():
    return sequential(
        (12, 3),
        kl.Conv1D(4, 3, padding="causal", dilation_rate=2),
        kl.SeparableConv1D(5, 3),
        kl.DepthwiseConv1D(3, depth_multiplier=2),
        kl.Conv1DTranspose(4, 3, strides=2),
    )


@model
def volumes():
    return sequential((4, 6, 5, 2), kl.Conv3D(3, 2), kl.Conv3DTranspose(2, 2, strides=2), kl.GlobalMaxPooling3D())


@model
def grown():
    return sequential((5, 4, 2), kl.Conv2DTranspose(3, 3, strides=2, padding="same"), kl.UpSampling2D(2), kl.Conv2D(1, 3))


@model
def recurrent():
    return sequential(
        (6, 3),
        kl.LSTM(4, return_sequences=True),
        kl.GRU(3, return_sequences=True),
        kl.GRU(3, return_sequences=True, reset_after=False),
        kl.LSTM(4, return_sequences=True, use_bias=False, go_backwards=True),
        kl.SimpleRNN(5),
        kl.Dense(2),
    )


@model
def both_ways():
    return sequential(
        (6, 3),
        kl.Bidirectional(kl.LSTM(4, return_sequences=True)),
        kl.Bidirectional(kl.GRU(3, return_sequences=True), merge_mode="sum"),
        kl.Bidirectional(kl.LSTM(3), backward_layer=kl.LSTM(3, go_backwards=True, use_bias=False)),
        kl.Dense(2),
    )


@model
def cells():
    stacked = kl.RNN([kl.LSTMCell(4), kl.GRUCell(3), kl.SimpleRNNCell(2)], return_sequences=True)
    return sequential((5, 3), stacked, kl.RNN(kl.GRUCell(3), return_sequences=True), kl.Bidirectional(kl.RNN(kl.LSTMCell(2))))


@model
def masked():
    return sequential((7,), kl.Embedding(11, 4, mask_zero=True), kl.LSTM(5, return_sequences=True), kl.GRU(3), dtype="int32")


@model
def transformer():
    x = inputs = keras.Input((6, 8))
    y = kl.MultiHeadAttention(2, 4, name="attention")(x, x)
    x = kl.LayerNormalization()(kl.Add()([x, kl.Dropout(0.1)(y)]))
    y = kl.Dense(8)(kl.Dense(16, activation="gelu")(x))
    return keras.Model(inputs, kl.LayerNormalization()(kl.Add()([x, y])))


@model
def crossed():
    query, memory = keras.Input((4, 6), name="query"), keras.Input((5, 3), name="memory")
    y = kl.MultiHeadAttention(3, 2, value_dim=5, output_shape=7, use_bias=False)(query, memory)
    z = kl.GroupQueryAttention(4, 4, 2)(y, y)
    return keras.Model([query, memory], z)


@model
def attention():
    query, memory = keras.Input((4, 6)), keras.Input((5, 6))
    a = kl.Attention(use_scale=True)([query, memory])
    b = kl.AdditiveAttention()([query, memory])
    return keras.Model([query, memory], [a, b])


def encoder(units, name):
    inputs = keras.Input((8,))
    x = kl.BatchNormalization()(kl.Dense(units, activation="tanh")(inputs))
    return keras.Model(inputs, kl.Dense(4)(x), name=name)


@model
def nested():
    inputs = keras.Input((8,))
    x = kl.Dense(8, activation="relu")(inputs)
    x = encoder(6, "encoder")(x)
    inner = keras.Sequential([keras.Input((4,)), kl.Dense(3), kl.Dense(2)], name="head")
    return keras.Model(inputs, kl.Dense(2)(inner(x)))


@model
def twins():
    inner = encoder(5, "twin")
    left, right = keras.Input((8,), name="left"), keras.Input((8,), name="right")
    return keras.Model([left, right], kl.Dot(1, normalize=True)([inner(left), inner(right)]))


@model
def deep_nesting():
    inputs = keras.Input((8,))
    inner = encoder(5, "inner")
    middle = keras.Model(inputs, kl.Dense(8)(inner(kl.Dense(8)(inputs))), name="middle")
    outer = keras.Sequential([keras.Input((8,)), middle, kl.Dense(3)], name="outer")
    again = keras.Input((8,))
    return keras.Model(again, kl.Concatenate()([outer(again), inner(again)]))


@model
def shared():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    same = kl.Dense(3, name="same")
    return keras.Model([a, b], [kl.Subtract()([same(a), same(b)]), kl.Dense(2)(same(b))])


@model
def branches():
    """Layers of one class whose order in the graph is not the one in which they were made."""
    inputs = keras.Input((5,))
    late, early, middle = kl.Dense(4), kl.Dense(5), kl.Dense(4)
    x = early(inputs)
    return keras.Model(inputs, kl.Add()([late(middle(x)), kl.Dense(4)(inputs)]))


@model
def distributed():
    return sequential(
        (3, 6, 6, 2),
        kl.TimeDistributed(kl.Conv2D(3, 3)),
        kl.TimeDistributed(kl.BatchNormalization()),
        kl.TimeDistributed(kl.Flatten()),
        kl.TimeDistributed(kl.Dense(4)),
        kl.LSTM(3),
    )


@model
def distributed_model():
    inner = keras.Sequential([keras.Input((4, 4, 1)), kl.Conv2D(2, 3), kl.Flatten(), kl.Dense(3)])
    return sequential((3, 4, 4, 1), kl.TimeDistributed(inner), kl.GRU(2))


@model
def spectral():
    return sequential((6, 6, 2), kl.SpectralNormalization(kl.Conv2D(3, 3)), kl.Flatten(), kl.SpectralNormalization(kl.Dense(2)))


@model
def normalized():
    layer = kl.Normalization()
    layer.adapt(np.random.default_rng(0).normal(3, 2, (50, 4)))
    return sequential((4,), layer, kl.Dense(3), kl.Rescaling(0.5), kl.Dense(2))


@model
def normalizations():
    return sequential(
        (5, 4),
        kl.GroupNormalization(2),
        kl.LayerNormalization(center=False),
        kl.RMSNormalization(),
        kl.UnitNormalization(),
        kl.PReLU(shared_axes=[1]),
        kl.LayerNormalization(axis=[1, 2]),
    )


@model
def einsum():
    return sequential((4, 6), kl.EinsumDense("abc,cd->abd", (None, 5), bias_axes="d"), kl.EinsumDense("abc,cd->abd", (None, 3)))


@model
def moving_pictures():
    return sequential((3, 6, 6, 2), kl.ConvLSTM2D(3, 3, return_sequences=True), kl.ConvLSTM2D(2, 3, padding="same"))


@model
def frozen():
    inner = encoder(5, "inner")
    inner.trainable = False
    still = kl.Dense(8)
    still.trainable = False
    norm = kl.BatchNormalization()
    norm.trainable = False
    both = kl.Bidirectional(kl.LSTM(3))
    both.trainable = False
    return sequential((4, 8), kl.LSTM(8), still, norm, inner, kl.Reshape((2, 2)), both, kl.Dense(2))


@model
def noisy():
    return sequential(
        (6, 4),
        kl.GaussianNoise(0.1),
        kl.Dropout(0.5, seed=3),
        kl.LSTM(3, dropout=0.2, recurrent_dropout=0.1, return_sequences=True),
        kl.SpatialDropout1D(0.3),
        kl.Bidirectional(kl.GRU(3, dropout=0.1)),
        kl.AlphaDropout(0.2),
        kl.Dense(2),
    )


@model
def half_precision():
    policy = keras.DTypePolicy("mixed_float16")
    return sequential((6,), kl.Dense(5, dtype=policy), kl.BatchNormalization(dtype=policy), kl.Dense(3, dtype="float32"))


@model
def words():
    a, b = keras.Input((5,), dtype="int32", name="a"), keras.Input((3,), dtype="int32", name="b")
    table = kl.Embedding(9, 4)
    x = kl.Concatenate(axis=1)([table(a), table(b), kl.Embedding(9, 4)(b)])
    return keras.Model({"a": a, "b": b}, {"mean": kl.GlobalAveragePooling1D()(x), "top": kl.GlobalMaxPooling1D()(x)})


@model
def operations():
    inputs = keras.Input((4, 5))
    x = kl.Dense(6)(inputs) * 2.0 + 1.0
    x = keras.ops.relu(x) - keras.ops.mean(x, axis=-1, keepdims=True)
    return keras.Model(inputs, kl.Dense(3)(x[:, 0]))


@model
def unnamed_families():
    """Names that a class does not suggest, and one class under many names."""
    x = inputs = keras.Input((4,))
    for name in ("zebra", "dense_1", "dense", "kernel"):
        x = kl.Dense(4, activation="tanh", name=name)(x)
    return keras.Model(inputs, x)


def filled(variable, rng):
    shape = tuple(variable.shape)
    if "seed" in variable.path:
        return variable.numpy()
    values = rng.normal(0, 0.4, shape)
    if "variance" in variable.path or variable.name == "u":
        values = np.abs(values) + 0.5
    return np.round(values * 64) / 64


def example(tensor, rng):
    shape = (2, *tensor.shape[1:])
    return rng.integers(0, 9, shape).astype("int32") if "int" in tensor.dtype else rng.normal(0, 1, shape).astype("float32")


def main():
    with zipfile.ZipFile(OUT, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive, tempfile.TemporaryDirectory() as folder:
        for name, make in MADE.items():
            keras.utils.clear_session()
            random.seed(0)
            keras.utils.set_random_seed(1)
            built = make()
            rng = np.random.default_rng(len(name))
            if name != "normalized":
                for variable in built.weights:
                    variable.assign(filled(variable, rng))
            arrays = [example(tensor, rng) for tensor in built.inputs]
            answers = built.predict(arrays if len(arrays) > 1 else arrays[0], verbose=0)
            answers = list(answers.values()) if isinstance(answers, dict) else answers if isinstance(answers, list) else [answers]
            path = pathlib.Path(folder) / "model"
            for ending in (".keras", ".h5"):
                try:
                    built.save(f"{path}{ending}")
                except Exception as error:
                    print(f"{name}{ending}: {error}")
                    continue
                archive.writestr(zipfile.ZipInfo(f"{name}{ending}"), pathlib.Path(f"{path}{ending}").read_bytes(), zipfile.ZIP_DEFLATED, 9)
            file = io.BytesIO()
            named = {f"x{index}": array for index, array in enumerate(arrays)}
            np.savez(file, **named, **{f"y{index}": answer for index, answer in enumerate(answers)})
            archive.writestr(zipfile.ZipInfo(f"{name}.npz"), file.getvalue(), zipfile.ZIP_DEFLATED, 9)
            print(name, [answer.shape for answer in answers], len(built.weights))
    print(OUT.stat().st_size)


if __name__ == "__main__":
    main()
