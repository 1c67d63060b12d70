"""Ask Keras 3.15.1 and tf-keras 2.21: models put together at random, saved. Writes `weights_shuffled.zip`.

    python tests/data/make_shuffled_weights.py

Layers are called in another order than they were made, some several times, and models stand inside models. A model is
`NAME.keras` or `NAME.h5`, and `NAME.npz` has its input `x0` and its output `y0`. `keras213_*` are written by tf-keras
with the walk of Keras 2.13, which lists each layer with weights twice.
"""

import os
import pathlib
import random
import subprocess
import sys
import zipfile

import numpy as np

OUT = pathlib.Path(__file__).parent / "weights_shuffled.zip"
STEPS, WIDTH = 5, 4
CHOSEN = {"keras3": (0, 2, 3, 9, 17, 21), "keras2": (2, 3), "keras213": (0, 1, 2, 3)}


def library(flavour):
    if flavour == "keras3":
        os.environ["KERAS_BACKEND"] = "tensorflow"
        import keras

        return keras
    import tf_keras

    if flavour == "keras213":
        walk_as_keras_213()
    return tf_keras


def walk_as_keras_213():
    from tf_keras.src.saving import saving_lib
    from tf_keras.src.utils import generic_utils

    skipped = saving_lib.ATTR_SKIPLIST - {"_layer_checkpoint_dependencies"}

    def walk(item):
        for name in sorted(dir(item)):
            if not name.startswith("__") and name not in skipped:
                try:
                    yield name, getattr(item, name)
                except Exception:
                    continue

    def save_container(container, weights_store, assets_store, inner_path, visited_trackables):
        used = {}
        for item in list(container.values()) if isinstance(container, dict) else container:
            if saving_lib._is_keras_trackable(item):
                name = generic_utils.to_snake_case(type(item).__name__)
                used[name] = used.get(name, -1) + 1
                numbered = f"{name}_{used[name]}" if used[name] else name
                saving_lib._save_state(item, weights_store, assets_store, f"{inner_path}/{numbered}", visited_trackables)

    saving_lib._walk_trackable = walk
    saving_lib._save_container_state = save_container


class Maker:
    def __init__(self, keras, rng):
        self.keras, self.kl, self.rng = keras, keras.layers, rng

    def layer(self):
        kl, rng = self.kl, self.rng
        makers = [
            lambda: kl.Dense(WIDTH, activation=rng.choice(["tanh", "relu", None]), use_bias=rng.random() < 0.8),
            lambda: kl.Dense(WIDTH, activation="tanh"),
            lambda: kl.Dense(WIDTH, trainable=False),
            lambda: kl.Conv1D(WIDTH, 3, padding="same"),
            lambda: kl.SeparableConv1D(WIDTH, 3, padding="same"),
            lambda: kl.LSTM(WIDTH, return_sequences=True),
            lambda: kl.GRU(WIDTH, return_sequences=True),
            lambda: kl.RNN([kl.LSTMCell(3), kl.LSTMCell(2), kl.GRUCell(WIDTH)], return_sequences=True),
            lambda: kl.Bidirectional(kl.LSTM(WIDTH // 2, return_sequences=True)),
            lambda: kl.TimeDistributed(kl.Dense(WIDTH)),
            lambda: kl.TimeDistributed(kl.BatchNormalization()),
            kl.BatchNormalization,
            kl.LayerNormalization,
            lambda: kl.EinsumDense("abc,cd->abd", (None, WIDTH), bias_axes="d"),
            lambda: kl.PReLU(shared_axes=[1]),
            kl.ReLU,
            lambda: kl.Dropout(0.2),
        ]
        return rng.choice(makers)()

    def model(self, depth=0):
        rng, keras = self.rng, self.keras
        if depth and rng.random() < 0.4:
            inner = [self.layer() for _ in range(rng.randint(1, 4))]
            return keras.Sequential([keras.Input((STEPS, WIDTH)), *inner])
        parts = [self.layer() for _ in range(rng.randint(3, 6))]
        if depth < 2:
            parts += [self.model(depth + 1) for _ in range(rng.choice([1, 1, 2]) if not depth else rng.choice([0, 1]))]
        rng.shuffle(parts)
        start = keras.Input((STEPS, WIDTH))
        made = [start]
        for part in [*parts, *(rng.choice(parts) for _ in range(rng.randint(0, 3)))]:
            made.append(part(rng.choice(made[-3:])))
        return keras.Model(start, self.kl.Add()(made[-rng.randint(2, 4) :]))


def filled(variable, rng):
    name = getattr(variable, "path", variable.name)
    if "seed" in name:
        return None
    values = np.round(rng.normal(0, 0.5, tuple(variable.shape)) * 64) / 64
    return np.abs(values) + 0.5 if "variance" in name else values


def make(flavour, folder):
    keras = library(flavour)
    for number in CHOSEN[flavour]:
        keras.backend.clear_session()
        keras.utils.set_random_seed(number)
        model = Maker(keras, random.Random(number)).model()
        rng = np.random.default_rng(number)
        for variable in model.weights:
            values = filled(variable, rng)
            if values is not None:
                variable.assign(values)
        given = rng.normal(0, 1, (2, STEPS, WIDTH)).astype("float32")
        answer = np.asarray(model(given, training=False))
        name = f"{flavour}_{number}"
        np.savez(folder / f"{name}.npz", x0=given, y0=answer)
        for ending in ("keras",) if flavour == "keras213" else ("keras", "h5"):
            model.save(folder / f"{name}.{ending}")
        print(name, len(model.weights))


def main():
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        for flavour in CHOSEN:
            subprocess.run([sys.executable, __file__, flavour, folder], check=True)
        with zipfile.ZipFile(OUT, "w", zipfile.ZIP_LZMA) as archive:
            for path in sorted(pathlib.Path(folder).iterdir()):
                archive.writestr(zipfile.ZipInfo(path.name), path.read_bytes(), zipfile.ZIP_LZMA)
    print(OUT.stat().st_size)


if __name__ == "__main__":
    make(sys.argv[1], pathlib.Path(sys.argv[2])) if len(sys.argv) > 1 else main()
