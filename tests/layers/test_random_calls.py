"""Every layer of the registry under random configurations: what is inferred is what runs, and nothing crashes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_calls import KINDS, call_of

import shapecheck
from shapecheck import dims

LATE = {"SC504"}
"""What may only be said when a layer runs: that it is not worked out for such numbers."""
IN_TRAINING = {*LATE, "SC113", "SC114", "SC313"}
"""Rates and patterns of dropout, at which Keras looks when it draws."""
EAGER = {"TextVectorization": {"SC301"}, "MultiHeadAttention": {"SC301"}, "GroupQueryAttention": {"SC301"}}
"""Layers that find out more where arrays are at hand."""


def held(kind, random, keras):
    """Infer and run a layer; True where it was accepted."""
    config, call = call_of(random, kind)
    try:
        layer = shapecheck.layer(kind, keras=keras, **config)
        inferred = layer.infer(*call)
    except shapecheck.ShapecheckError:
        return False
    if kind == "InputLayer" or inferred.opaque:
        return True
    rng = np.random.default_rng(random.randint(0, 9))
    arrays = [
        [rng.standard_normal(shape).astype("float32") for shape in item] if isinstance(item, list)
        else rng.standard_normal(item).astype("float32") for item in call
    ]  # fmt: skip
    promised = kind == "Lambda" and "output_shape" in config  # whoever gives it is trusted
    for training, late in ((False, LATE), (True, IN_TRAINING)):
        try:
            run = layer.run(*arrays, training=training)
        except shapecheck.ShapecheckError as refused:
            own = {"SC312", "SC315"} if promised else EAGER.get(kind, set())
            assert refused.code in late | own, (config, call, refused)
            continue
        for y, shape in zip(run.outputs, inferred.outputs, strict=not promised):
            fits = len(shape) == y.ndim and all(a in (b, dims.UNKNOWN) for a, b in zip(shape, y.shape, strict=True))
            assert fits or promised, (config, call, training)
        assert [y.dtype.name for y in run.outputs] == inferred.dtypes, (config, call, training)
    return True


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=12, deadline=None)
@given(random=st.randoms(use_true_random=False), keras=st.sampled_from([None, None, 2, 3]))
def test_what_is_inferred_is_what_runs(kind, random, keras):
    held(kind, random, keras)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=1500, deadline=None)
@given(random=st.randoms(use_true_random=False), keras=st.sampled_from([None, 2, 3]))
def test_what_is_inferred_is_what_runs_at_length(kind, random, keras):
    held(kind, random, keras)
