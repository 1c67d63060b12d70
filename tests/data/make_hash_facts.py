"""Ask Keras (3.15, on TensorFlow) for the buckets of Hashing and HashedCrossing, and TensorFlow for those of texts.

python tests/data/make_hash_facts.py        (writes hash_keras3.json.gz)
"""

import gzip
import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf

MOST = (1 << 63) - 1


def main():
    rng = np.random.default_rng(3)
    texts = [
        "".join(map(chr, rng.integers(32, 127, n))) for n in [*range(70), 95, 96, 97, 127, 128, 129, 192, 193, 500]
    ]
    facts = {"fast": [texts, tf.strings.to_hash_bucket_fast(texts, MOST).numpy().tolist()]}
    facts["strong"] = [
        [texts, key, tf.strings.to_hash_bucket_strong(texts, MOST, key=key).numpy().tolist()]
        for key in ([1, 2], [0, 0], [-5, 123456789012345])
    ]
    numbers = [*rng.integers(-50, 50, 20).tolist(), 0, 2**62, -(2**63), 2**63 - 1]
    facts["layers"] = []
    for config in ({"num_bins": 11}, {"num_bins": 97, "salt": 7}, {"num_bins": 97, "salt": [133, 137], "mask_value": 0},
                   {"num_bins": 1, "mask_value": 0}):  # fmt: skip
        y = keras.layers.Hashing(**config)(np.array(numbers))
        facts["layers"].append(["Hashing", config, [numbers], np.asarray(y).tolist()])
    others = rng.permutation(numbers).tolist()
    for config in ({"num_bins": 10}, {"num_bins": 2**40}, {"num_bins": 5, "output_mode": "one_hot"}):
        y = keras.layers.HashedCrossing(**config)((np.array(numbers), np.array(others)))
        facts["layers"].append(["HashedCrossing", config, [numbers, others], np.asarray(y).tolist()])
    path = pathlib.Path(__file__).parent / "hash_keras3.json.gz"
    path.write_bytes(gzip.compress(json.dumps(facts).encode(), mtime=0))


if __name__ == "__main__":
    main()
