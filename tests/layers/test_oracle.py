"""The core layers held against answers of real Keras; data/make_core_facts.py says how they were made.

A row passes when what Keras answers we answer, and every size that it knows is the same int (where it says None, an int
or a formula is sharper, not wrong), with its weights, counts, dtypes and masks; and what it refuses we refuse.
"""

import numpy as np
import pytest
from answers import call_of, differing, differing_masks, differing_numbers, mask_of, rows, weights_of, with_functions

from shapecheck import ShapecheckError, layer

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


def wrong(row, keras):
    """What differs from Keras's answer in a row; None where nothing does."""
    _, kind, config, form, shapes, answer = row
    given = [None if shape is None else tuple(shape) for shape in shapes]
    try:
        made = layer(kind, keras=keras, **with_functions(config))
        got = made.infer(*call_of(form, given))
    except ShapecheckError as error:
        return None if answer is None else f"refused: {error}"
    if answer is None:
        return f"accepted as {got.outputs}"
    return differing(answer, got, keras=keras) or differing_masks(answer, made, form, given)


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
    made = layer(kind, keras=3, **with_functions(config))
    run = made.run(*call_of(form, arrays), weights=weights_of(answer), mask=mask_of(answer))
    assert differing_numbers(answer, run) is None
