"""Models as Keras 3 saves them, held against what Keras makes of them (see `data/make_keras_models.py`)."""

import json
import lzma
import pathlib
import random

import fuzz_keras
import pytest

import shapecheck

DATA = pathlib.Path(__file__).parent.parent / "data" / "keras_models.jsonl.xz"
ROWS = {row["name"]: row for row in map(json.loads, lzma.decompress(DATA.read_bytes()).splitlines())}

# Where Keras builds a model that cannot be run at any size: the code with which it is refused here.
SHARPER = {
    "models/random_0_024": "SC310",  # 8*H - 2 and 8*H: never equal
    "models_edited_valid/mut_0_023_shared_lstm": "SC215",  # one kernel for 26 and for 1 features
    **dict.fromkeys(  # the average of unequal outputs of both directions
        [f"models_edited_valid/mut_0_{which}_bi_merge_modes" for which in ("024", "093", "142", "334")]
        + ["models_edited_valid/mut_0_280_random_0_002"],
        "SC310",
    ),
    "models_edited_valid/mut_0_100_triplet": "SC114",  # a product along the batch
    "models_edited_valid/mut_0_141_unet_none": "SC301",
    "models_edited_valid/mut_0_360_unet_none": "SC301",
    "models_edited_valid/mut_0_281_random_0_024": "SC310",
    "models_edited_valid/mut_0_422_random_0_024": "SC310",
    "models_stale_build_config/sta_0_027_unet": "SC301",  # a batch twice as large as another
    "models_stale_build_config/sta_0_395_unet_none": "SC301",
}

# Keras says twice the forward units, and gives forward and backward units when it is run.
UNEQUAL = {f"models_edited_valid/mut_0_{which}" for which in (
    "049_random_0_000", "143_bilstm_tagger", "226_bi_state", "417_bi_state",
)}  # fmt: skip

# Keras does not run code of another Python; here it is never run, and the saved shapes are taken.
CODE = {"models/lambda_outshape", "models/lambda_slice"}


def differs(keras, ours):
    """Whether a shape is not the one that Keras says: where Keras knows a size, it is that size."""
    if ours is None or len(keras) != len(ours):
        return True
    return any(k is not None and k != o for k, o in zip(keras, ours, strict=True))


@pytest.mark.parametrize("name", ROWS)
def test_a_model_is_to_us_what_it_is_to_keras(name):
    row = ROWS[name]
    report = shapecheck.check(text=json.dumps(row["model"]), path="model.json")
    errors = [found for found in report.diagnostics if found.severity == "error"]
    if name in CODE:
        assert report.ok and {found.code for found in report.diagnostics} == {"SC141"} and None not in report.shapes
        return
    if "refused" in row or name in SHARPER:
        assert errors and all(found.span is not None for found in errors)
        assert "refused" in row or errors[0].code == SHARPER[name]
        return
    assert not errors
    for layer, shapes, params in row["layers"]:
        ours = report.layers[layer]
        if name in UNEQUAL and ours.kind == "Bidirectional":
            units = [shape[0] for path, shape in ours.weights.items() if path.endswith("recurrent_kernel")]
            assert ours.output_shapes[0][-1] == sum(units) and params == ours.params
            return  # what follows goes by that
        assert not any(map(differs, shapes, ours.output_shapes)), (layer, shapes, ours.output_shapes)
        assert params == ours.params, layer
    assert report.params == row["params"]


@pytest.mark.parametrize(
    "name, least", [("Xception", 7), ("DenseNet121", 29), ("MobileNetV2", 31), ("InceptionV3", 75), ("VGG16", 32)]
)
def test_the_smallest_picture_that_a_network_takes(name, least):
    model = ROWS[f"applications/{name}__notop_none"]["model"]
    report = shapecheck.check(text=json.dumps(model))
    assert {str(condition.text) for condition in report.requirements} == {f"H >= {least}", f"W >= {least}"}


def test_a_few_hundred_files_that_are_broken():
    texts, chance = fuzz_keras.samples(), random.Random(1)
    for _ in range(300):
        text = fuzz_keras.mutated(chance.choice(texts), chance)
        assert fuzz_keras.tried(text) is None, text[:500]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_ten_thousand_files_that_are_broken(seed):
    assert not fuzz_keras.main(10_000, seed)
