"""Layers that read texts, given as NumPy has them; the numbers are those of Keras 3.15.1 with TensorFlow 2.21."""

import numpy as np
import pytest

import shapecheck
from shapecheck import layer

WORDS = [["cat", "dog"], ["über", "zzz"]]
BYTES = [[word.encode() for word in row] for row in WORDS]
FORMS = [np.asarray(WORDS), np.asarray(BYTES), np.asarray(WORDS, object), np.asarray(BYTES, object)]
ANSWERS = [
    ("Hashing", {"num_bins": 7}, [[0, 5], [6, 2]]),
    ("Hashing", {"num_bins": 7, "mask_value": "dog"}, [[3, 0], [4, 1]]),
    ("Hashing", {"num_bins": 7, "salt": 133}, [[4, 1], [4, 1]]),
    ("StringLookup", {"vocabulary": ["dog", "über"]}, [[0, 1], [2, 0]]),
]


@pytest.mark.parametrize("texts", FORMS, ids=lambda texts: f"{texts.dtype.kind} {type(texts.flat[0]).__name__}")
def test_texts_in_every_form(texts):
    for kind, config, answer in ANSWERS:
        assert layer(kind, **config).run(texts).outputs[0].tolist() == answer
    assert layer("TextVectorization", vocabulary=["dog", "über"]).run(texts[:, 0]).outputs[0].tolist() == [[1], [3]]
    assert layer("HashedCrossing", num_bins=5).run([texts[:, 0], texts[:, 1]]).outputs[0].tolist() == [2, 0]


def test_numbers_cross_texts():
    crossed = layer("HashedCrossing", num_bins=5).run([np.asarray([1, 2]), np.asarray(["a", "b"])])
    assert crossed.outputs[0].tolist() == [0, 4]


MODEL = """
layers:
- Input: {shape: [1], dtype: string, name: word}
- StringLookup: {vocabulary: [dog, cat], name: number}
"""


def test_a_model_of_texts_runs():
    done = shapecheck.run(None, {"word": np.asarray([["cat"], ["x"]])}, text=MODEL)
    assert done.arrays["number"].tolist() == [[2], [0]]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: layer("Dense", units=3).run(np.asarray([["a", "b"]])),
        lambda: layer("StringLookup", vocabulary=["a"]).run(np.asarray([["a", 1]], object)),
        lambda: shapecheck.run(None, {"word": np.asarray([[1], [2]])}, text=MODEL),
        lambda: shapecheck.run(None, {"word": np.asarray([["a"]])}, text=MODEL.replace("dtype: string, ", "")),
    ],
)
def test_texts_where_numbers_belong_and_the_other_way_round(wrong):
    with pytest.raises(shapecheck.ShapeError) as caught:
        wrong()
    assert caught.value.code == "SC501"
