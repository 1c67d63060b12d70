"""Load what `convert --to keras3` makes with real Keras, and note what it says: tests/data/converted_keras3.json.gz.

    python tests/converted_models.py | python-with-keras tests/data/make_converted_facts.py

Keras 3.15.1 with TensorFlow (and scipy, which STFTSpectrogram imports). For each model: a hash of the JSON, the shapes
and dtypes of the outputs, the shapes of all weights in any order, and the sizes of those that are trained; a text where
Keras did not load it.
"""

import gzip
import hashlib
import json
import math
import pathlib
import sys

import keras


def facts(text, functions):
    named = {name: eval(source, {"np": keras.ops}) for name, source in functions.items()}
    try:
        model = keras.models.model_from_json(text, custom_objects=named)
        return {
            "json": hashlib.sha256(text.encode()).hexdigest()[:16],
            "outputs": [[*output.shape] for output in model.outputs],
            "dtypes": [str(output.dtype) for output in model.outputs],
            "weights": sorted([*weight.shape] for weight in model.weights),
            "trained": sum(math.prod(weight.shape) for weight in model.trainable_weights),
        }
    except Exception as error:
        return f"{type(error).__name__}: {str(error).strip()[-200:]}"


found = {name: facts(text, functions) for name, text, functions in map(json.loads, sys.stdin)}
path = pathlib.Path(__file__).parent / "converted_keras3.json.gz"
with open(path, "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as file:
    file.write(json.dumps(found).encode())
print(f"{sum(isinstance(row, dict) for row in found.values())} of {len(found)} were loaded", file=sys.stderr)
for name, row in found.items():
    if isinstance(row, str):
        print(name[:100], row[-150:].replace("\n", " "), file=sys.stderr)
