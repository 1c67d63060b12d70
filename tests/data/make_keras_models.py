"""What Keras makes of the models in `keras_models.jsonl.xz`, asked again; run with Keras 3.15.1 and TensorFlow.

Each row holds a model as Keras 3 saves it: networks of many kinds, networks drawn at random, and both of them edited
at one place. Keras loads it without its `build_config`s, which it would believe more than the model, and says the
shapes that each layer gives at its first call, and its parameters; or it refuses. Lambdas are its own.
"""

import json
import lzma
import pathlib
import sys

import keras

FILE = pathlib.Path(__file__).with_name("keras_models.jsonl.xz")
keras.config.enable_unsafe_deserialization()


def without_build(value):
    if isinstance(value, dict):
        kept = (key for key in value if key not in ("build_config", "build_input_shape"))
        return {key: without_build(value[key]) for key in kept}
    return [without_build(item) for item in value] if isinstance(value, list) else value


def shapes(layer):
    outputs = keras.tree.flatten(layer._inbound_nodes[0].output_tensors)
    return [list(tensor.shape) for tensor in outputs]


def answer(model):
    keras.backend.clear_session()
    try:
        made = keras.models.model_from_json(json.dumps(without_build(model)))
        return {"params": made.count_params(), "layers": [[x.name, shapes(x), x.count_params()] for x in made.layers]}
    except Exception as error:
        return {"refused": type(error).__name__}


rows = [json.loads(line) for line in lzma.decompress(pathlib.Path([*sys.argv, FILE][1]).read_bytes()).splitlines()]
lines = [json.dumps({"name": row["name"], "model": row["model"], **answer(row["model"])}, separators=(",", ":"))
         for row in rows]  # fmt: skip
FILE.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9))
