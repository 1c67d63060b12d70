"""The hashes of TensorFlow, of texts and of numbers."""

import gzip
import json
import pathlib

import numpy as np
import pytest

import shapecheck
from shapecheck.layers._hashing import farmhash, siphash

FACTS = json.loads(
    gzip.decompress((pathlib.Path(__file__).parent.parent / "data" / "hash_keras3.json.gz").read_bytes())
)
MOST = (1 << 63) - 1


def test_farmhash_is_that_of_tensorflow_at_every_length():
    texts, buckets = FACTS["fast"]
    assert [farmhash(text.encode()) % MOST for text in texts] == buckets


def test_siphash_is_that_of_tensorflow_under_every_key():
    for texts, key, buckets in FACTS["strong"]:
        assert [siphash(text.encode(), key) % MOST for text in texts] == buckets


def test_siphash_of_its_own_paper():
    key = tuple(int.from_bytes(bytes(range(start, start + 8)), "little") for start in (0, 8))
    assert siphash(bytes(range(15)), key) == 0xA129CA6149BE45E5


@pytest.mark.parametrize(("kind", "config", "inputs", "y"), FACTS["layers"])
def test_layers_have_the_buckets_of_keras(kind, config, inputs, y):
    given = [np.array(x, "int64") for x in inputs]
    made = shapecheck.layer(kind, **config).run(*(given if kind == "Hashing" else [given])).outputs[0]
    np.testing.assert_array_equal(made, y)


def test_a_crossing_of_fractions_is_refused():
    with pytest.raises(shapecheck.ShapecheckError) as refused:
        shapecheck.layer("HashedCrossing", num_bins=5).run([np.array([0.5]), np.array([1.5])])
    assert refused.value.code == "SC504"
