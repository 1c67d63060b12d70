"""The core layers held against answers of real Keras; data/make_core_facts.py says how they were made.

A row passes when what Keras answers we answer, and every size that it knows is the same int (where it says None, an int
or a formula is sharper, not wrong), with its weights, counts, dtypes and masks; and what it refuses we refuse.
"""

import gzip
import json
import pathlib

import numpy as np
import pytest

from shapecheck import ShapecheckError, layer

DATA = pathlib.Path(__file__).parent.parent / "data"


def rows(name):
    with gzip.open(DATA / name, "rt") as file:
        return json.load(file)


EXCEPTIONS = {
    # Keras 3 accepts without a look; executed, it refuses whatever the sizes are
    "k3-0-670": "no size of the -1 gives values in (-1, 0)",
    "k3-0-671": "no size of the -1 gives values in (-1, 0)",
    "k3-0-672": "no size of the -1 gives values in (-1, 0)",
    "k3-0-3318": "a product over the batch is refused when executed",
    "k3-0-3319": "a product over the batch is refused when executed",
    # Keras 2.2.4 does not look, and nobody would want the answer
    "k224-0-821": "foo is no dtype",
    "k224-0-374": "a pattern of no values is drawn for (?, 4, 3)",
    "k224-0-376": "a pattern of -1 values is drawn for (?, 4, 3)",
    "k224-0-768": "a vector is repeated None times",
    "k224-0-769": "a vector is repeated None times",
    "k224-0-770": "a vector is repeated None times",
    "k224-0-558": "two sizes of -1",
    "k224-0-559": "two sizes of -1",
    "k224-0-560": "two sizes of -1",
    "k224-0-4285": "two sizes of -1",
    # and here it refuses what we accept on every layer: `input_dim` makes the Input
    "k224-0-4799": "`input_dim` of RepeatVector",
}


def with_functions(value):
    """A configuration with the functions whose source it holds; the data is our own."""
    if isinstance(value, str) and value.lstrip().startswith("lambda"):
        return eval(value, {"np": np, "ops": np})
    if isinstance(value, dict):
        return {key: with_functions(item) for key, item in value.items()}
    return [with_functions(item) for item in value] if isinstance(value, list) else value


def shape(value):
    return None if value is None else tuple(value)


def call_of(form, inputs):
    """The arguments of a call: the input, one list of them, or none."""
    return {"single": inputs[:1], "list": [inputs], "args": inputs}.get(form, [])


def agrees(want, got):
    """Whether every size that Keras knows is ours."""
    if want is None:
        return True
    return got is not None and len(want) == len(got) and all(w is None or w == g for w, g in zip(want, got, strict=True))


def last_word(path):
    return path.rsplit("/", 1)[-1].split(":")[0]


def wrong(row, keras):
    """What differs from Keras's answer in a row; None where nothing does."""
    _, kind, config, form, shapes, answer = row
    given = [shape(s) for s in shapes]
    try:
        made = layer(kind, keras=keras, **with_functions(config))
        got = made.infer(*call_of(form, given))
    except ShapecheckError as error:
        return None if answer is None else f"refused: {error}"
    if answer is None:
        return f"accepted as {got.outputs}"
    if len(answer["output_shapes"]) != len(got.outputs) or not all(map(agrees, answer["output_shapes"], got.outputs)):
        return f"{got.outputs}, not {answer['output_shapes']}"
    if "weights" in answer:
        want = [(last_word(path) if keras == 3 else "", tuple(s)) for path, s in answer["weights"]]
        if want != [(last_word(path) if keras == 3 else "", s) for path, s in got.weights.items()]:
            return f"weights {got.weights}, not {want}"
        for count in ("params", "trainable_params"):
            if count in answer and answer[count] != getattr(got, count):
                return f"{count} {getattr(got, count)}, not {answer[count]}"
    if keras == 3 and answer.get("output_dtypes", got.dtypes) != got.dtypes:
        return f"dtypes {got.dtypes}, not {answer['output_dtypes']}"
    if "mask_out" in answer and form in ("single", "list") and all(s is not None and len(s) >= 2 for s in given):
        masks = [s[:2] for s in given]
        emitted = made.infer(*call_of(form, given), mask=masks if form == "list" else masks[0]).masks
        for w, g in zip(answer["mask_out"], emitted, strict=True):
            if (w is None) != (g is None) or not agrees(w, g):
                return f"mask {g}, not {w}"
    return None


@pytest.mark.parametrize(("name", "keras"), [("keras3_core.json.gz", 3), ("keras2_core.json.gz", 2)])
def test_shapes_weights_dtypes_and_masks(name, keras):
    differing = {row[0]: words for row in rows(name) if (words := wrong(row, keras)) is not None}
    assert {id: words for id, words in differing.items() if id not in EXCEPTIONS} == {}
    prefix = "k3-" if keras == 3 else "k224-"
    assert {id for id in EXCEPTIONS if id.startswith(prefix)} == set(differing)  # an exception that is none any more


@pytest.mark.parametrize("row", rows("numeric_core.json.gz"), ids=lambda row: f"{row[0]} {row[1]}")
def test_numbers(row):
    _, kind, config, form, inputs, answer = row
    arrays = [np.asarray(x, dtype) for x, dtype in zip(inputs, answer["input_dtypes"], strict=True)]
    weights = [np.asarray(w[-1] if w and isinstance(w[0], str) else w, "float32") for w in answer.get("weights", [])]
    mask = np.asarray(answer["mask_in"], bool) if "mask_in" in answer else None
    run = layer(kind, keras=3, **with_functions(config)).run(*call_of(form, arrays), weights=weights, mask=mask)
    assert len(run.outputs) == len(answer["outputs"])
    for want, got in zip(answer["outputs"], run.outputs, strict=True):
        assert np.shape(want) == got.shape
        assert np.allclose(np.asarray(want, "float64"), got, rtol=2e-4, atol=2e-5, equal_nan=True)
    for want, got in zip(answer.get("masks_out", []), run.masks, strict=False):
        assert want is None or np.array_equal(np.asarray(want, bool), got)
    if "losses" in answer:
        assert sum(run.losses) == pytest.approx(sum(answer["losses"]), rel=2e-4)
