"""Attention, embeddings, noise, categories and augmentation against formulas written out here."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shapecheck
from shapecheck import layer
from shapecheck.layers._hashing import farmhash


def refused(code, call, *args, **kwargs):
    with pytest.raises(shapecheck.ShapecheckError) as caught:
        call(*args, **kwargs)
    assert caught.value.code == code, caught.value
    return caught.value


def arrays(*shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape).astype("float32") for shape in shapes]


def softmax(x):
    z = np.exp(x - x.max())
    return z / z.sum()


# Attention -------------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.booleans(), st.integers(0, 99))
def test_attention_is_its_definition_step_by_step(q, s, d, v, causal, seed):
    query, value, key = arrays((2, q, d), (2, s, v), (2, s, d), seed=seed)
    run = layer("Attention").run([query, value, key], use_causal_mask=causal, return_attention_scores=True)
    y, weights = run.outputs
    for n in range(2):
        for i in range(q):
            seen = [j for j in range(s) if not causal or j <= i]
            share = softmax(np.array([query[n, i] @ key[n, j] for j in seen]))
            assert np.allclose(weights[n, i, seen], share, atol=1e-5)
            assert np.allclose(y[n, i], sum(a * value[n, j] for a, j in zip(share, seen, strict=True)), atol=1e-5)
    inferred = layer("Attention").infer([query.shape, value.shape, key.shape], return_attention_scores=True)
    assert inferred.outputs == [(2, q, v), (2, q, s)]  # Keras says (2, q, q) for the weights of the heads below


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(1, 4), st.integers(1, 4))
def test_heads_attend_on_their_own(heads, features, inner, width, q, s):
    query, value = arrays((2, q, 3), (2, s, 4))
    made = layer("MultiHeadAttention", num_heads=heads, key_dim=features, value_dim=inner, output_shape=width)
    inferred = made.infer((2, q, 3), (2, s, 4), return_attention_scores=True)
    assert inferred.outputs == [(2, q, width), (2, heads, q, s)]
    shapes = inferred.weights
    w = dict(zip(shapes, arrays(*shapes.values(), seed=1), strict=True))
    y, weights = made.run(query, value, weights=w, return_attention_scores=True).outputs
    projected = {n: np.tensordot(x, w[f"{n}/kernel"], 1) + w[f"{n}/bias"] for n, x in (("query", query), ("key", value), ("value", value))}
    for n in range(2):
        for i in range(q):
            total = w["attention_output/bias"].copy()
            for h in range(heads):
                share = softmax(np.array([projected["query"][n, i, h] @ projected["key"][n, j, h] for j in range(s)]) / features**0.5)
                assert np.allclose(weights[n, h, i], share, atol=1e-4)
                seen = sum(a * projected["value"][n, j, h] for j, a in enumerate(share))
                total += seen @ w["attention_output/kernel"][h]
            assert np.allclose(y[n, i], total, atol=1e-3)


def test_masked_steps_get_no_weight_and_the_mask_of_the_query_goes_on():
    query, value = arrays((2, 3, 4), (2, 5, 4))
    keep = np.array([[1, 1, 0, 1, 0], [0, 1, 1, 1, 1]], bool)
    made = layer("Attention")
    _, weights = made.run([query, value], mask=[None, keep], return_attention_scores=True).outputs
    assert np.all(weights[~np.broadcast_to(keep[:, None], weights.shape)] == 0)
    run = made.run([query, value], mask=[np.array([[1, 0, 1], [1, 1, 1]], bool), keep])
    assert np.all(run.outputs[0][0, 1] == 0) and run.masks[0].tolist() == [[True, False, True], [True] * 3]
    heads = layer("MultiHeadAttention", num_heads=2, key_dim=3)
    run = heads.run(query=query, value=value, mask=[None, keep], return_attention_scores=True)
    assert np.all(run.outputs[1].transpose(1, 2, 0, 3)[:, :, ~keep] == 0)
    inferred = heads.infer((None, 3, 4), (None, 5, 4), mask=[(None, 3), None], return_attention_scores=True)
    assert inferred.masks == [(None, 3), None]
    refused("SC405", made.run, [query, value], mask=[None, np.ones((2, 4), bool)])


def test_roles_may_come_in_any_order():
    made = layer("MultiHeadAttention", num_heads=2, key_dim=3)
    assert made.infer(value=(None, 5, 6), query=(None, 3, 4)).outputs == [(None, 3, 4)]
    assert made.infer(value=(None, 5, 6), query=(None, 3, 4), mask=[(None, 5), None]).masks == [None]
    named = made.infer(query=(None, 3, 4), value=(None, 5, 6), attention_mask=(None, 3, 5))
    assert named.outputs == [(None, 3, 4)]
    refused("SC405", made.infer, query=(None, 3, 4), value=(None, 5, 6), attention_mask=(None, 3, 6))
    refused("SC114", made.infer, (2, 3, 4, 5), (2, 3, 4, 5), use_causal_mask=True)
    refused("SC113", made.infer, (2, 3, 4), (2, 3, 4), use_causal_mask="yes")


def test_grouped_heads_are_heads_that_share_keys():
    query, value = arrays((2, 3, 6), (2, 4, 6))
    grouped = layer("GroupQueryAttention", head_dim=3, num_query_heads=4, num_key_value_heads=2)
    shapes = grouped.infer((2, 3, 6), (2, 4, 6)).weights
    w = dict(zip(shapes, arrays(*shapes.values(), seed=1), strict=True))
    wide = {path: np.repeat(a, 2, axis=-2) if path.split("/")[0] in ("key", "value") else a for path, a in w.items()}
    heads = layer("MultiHeadAttention", num_heads=4, key_dim=3)
    assert np.allclose(grouped.run(query, value, weights=w).outputs[0], heads.run(query, value, weights=wide).outputs[0], atol=1e-4)


def test_sizes_that_attention_owes():
    result = layer("Attention").infer([("B", "T", 8), ("B", "S", 8), ("B", "R", 8)])
    assert "R" in str(result.requirements) and "S" in str(result.requirements)


# Features --------------------------------------------------------------------------------------------------------


def test_einsum_dense_says_which_axes_it_sums():
    x, kernel = arrays((2, 3, 4), (4, 5, 6))
    made = layer("EinsumDense", equation="abc,cde->abde", output_shape=[None, 5, 6])
    assert np.allclose(made.run(x, weights=[kernel]).outputs[0], np.tensordot(x, kernel, 1), atol=1e-5)
    assert str(made.infer((None, "T", 4)).outputs) == "[(None, T, 5, 6)]"
    long = layer("EinsumDense", equation="...x,xy->...y", output_shape=2).infer((None, 5, 6, 7, 3))
    assert long.outputs == [(None, 5, 6, 7, 2)]  # Keras infers (None, 7, 6, 5, 2) and computes this
    refused("SC308", layer("EinsumDense", equation="abc,bcd->abd", output_shape=[None, 2]).infer, (2, 3, 4))
    refused("SC114", layer("EinsumDense", equation="abc,cd->abd", output_shape=4).infer, (2, 3, 4))


@pytest.mark.parametrize("equation", ["ab,cd->ad", "ab,bc->ad", "a->a", "ab...,bcd->...acd", "ab,bc->ca", "ab,bb->ab", ""])
def test_equations_that_cannot_be_are_refused(equation):
    with pytest.raises(shapecheck.ShapecheckError) as caught:
        layer("EinsumDense", equation=equation, output_shape=5).infer((None, 4))
    assert caught.value.code == "SC114"


def test_embedding_looks_rows_up_and_masks_zeros():
    table = np.arange(12, dtype="float32").reshape(6, 2)
    run = layer("Embedding", input_dim=6, output_dim=2, mask_zero=True).run(np.array([[1, 0], [5, -1]]), weights=[table])
    assert run.outputs[0].tolist() == [[[2, 3], [0, 1]], [[10, 11], [10, 11]]]
    assert run.masks[0].tolist() == [[True, False], [True, True]]
    refused("SC301", layer("Embedding", keras=2, input_dim=6, output_dim=2, input_length=5).infer, (None, 4))
    back = layer("ReversibleEmbedding", input_dim=6, output_dim=2)
    x = np.ones((1, 3, 2), "float32")
    assert np.allclose(back.run(x, weights=[table], reverse=True).outputs[0], x @ table.T)
    assert back.infer((None, 3, 2), reverse=True).outputs == [(None, 3, 6)]
    refused("SC301", back.infer, (None, 3, 4), reverse=True)


@pytest.mark.parametrize("kind", ["Embedding", "ReversibleEmbedding"])
def test_rows_that_a_table_does_not_have_are_refused(kind):
    """Keras with TensorFlow on a CPU: "indices[0,1] = 10 is not in [0, 10)"; from -10 on it counts from the end."""
    text = f"layers:\n  - Input: {{shape: [t], dtype: int32, name: a}}\n  - {kind}: {{input_dim: 10, output_dim: 3, name: e}}\n"
    for outside in (10, -11):
        error = refused("SC504", shapecheck.run, text=text, arrays={"a": np.array([[3, outside]])})
        assert error.diagnostic.layer == "e"
        assert f"`e` cannot be run: it looks up {outside}," in str(error) and "`input_dim` is 10" in str(error)
    last, end = shapecheck.run(text=text, arrays={"a": np.array([[9, -1]])}).outputs[0][0]
    assert last.tolist() == end.tolist()


def test_softmax_leaves_masked_values_out():
    (x,) = arrays((2, 3))
    mask = np.array([[1, 0, 1], [0, 0, 0]], bool)
    y = layer("Softmax").run(x, mask=mask).outputs[0]
    assert np.allclose(y[0, [0, 2]], softmax(x[0, [0, 2]]), atol=1e-6) and y[0, 1] == 0 and np.all(y[1] == 0)
    refused("SC405", layer("Softmax").infer, (2, 4, 3), mask=(2, 4))
    assert layer("Softmax", keras=3).infer((2, 4, 3), mask=(2, 4)).masks == [(2, 4)]  # what Keras infers


def test_noise_has_the_moments_that_it_promises():
    x = np.ones((200, 200), "float32")
    for kind, config, mean, deviation in (
        ("GaussianNoise", {"stddev": 0.5}, 1, 0.5),
        ("GaussianDropout", {"rate": 0.2}, 1, 0.5),
    ):
        made = layer(kind, seed=1, **config)
        y = made.run(x, training=True).outputs[0]
        assert abs(y.mean() - mean) < 0.02 and abs(y.std() - deviation) < 0.02
        assert np.array_equal(made.run(x).outputs[0], x)
    (z,) = arrays((300, 300))
    y = layer("AlphaDropout", rate=0.3).run(z, training=True).outputs[0]
    assert abs(y.mean()) < 0.02 and abs(y.std() - 1) < 0.02  # it keeps both
    refused("SC114", layer("GaussianDropout", rate=1).run, x, training=True)
    refused("SC313", layer("AlphaDropout", rate=0.5, noise_shape=[None, 3]).infer, (2, 4))
    assert layer("AlphaDropout", keras=3, rate=0.5, noise_shape=[None, 3]).infer((2, 4)).outputs == [(2, 4)]


def test_a_kernel_of_spectral_norm_one():
    (kernel,) = arrays((6, 4))
    u = np.ones((1, 4), "float32")
    made = layer("SpectralNormalization", layer={"Dense": {"units": 4, "use_bias": False}}, power_iterations=60)
    y = made.run(np.eye(6, dtype="float32"), weights=[kernel, u], training=True).outputs[0]
    assert np.isclose(np.linalg.svd(y)[1][0], 1, atol=1e-4)
    assert np.allclose(made.run(np.eye(6, dtype="float32"), weights=[kernel, u]).outputs[0], kernel, atol=1e-6)


# Categories ------------------------------------------------------------------------------------------------------


def test_the_hash_is_that_of_tensorflow():
    # the examples in the documentation of tf.strings.to_hash_bucket_fast and of keras.layers.Hashing
    assert [farmhash(text) % 3 for text in (b"Hello", b"TensorFlow", b"2.x")] == [0, 2, 2]
    assert [farmhash(text) % 3 for text in (b"A", b"B", b"C", b"D", b"E")] == [1, 0, 1, 1, 2]


def test_vocabularies_number_their_words_after_the_unknown():
    x = np.array([[5, 3, 9]])
    assert layer("IntegerLookup", vocabulary=[3, 5, 7]).run(x).outputs[0].tolist() == [[2, 1, 0]]
    assert layer("IntegerLookup", vocabulary=[3, 5, 7], mask_token=9).run(x).outputs[0].tolist() == [[3, 2, 0]]
    two = layer("IntegerLookup", vocabulary=[3, 5], num_oov_indices=2)
    assert two.run(np.array([4, 5, 9])).outputs[0].tolist() == [0, 3, 1]
    hot = layer("IntegerLookup", vocabulary=[3, 5, 7], output_mode="count").run(np.array([[5, 5, 1]]))
    assert hot.outputs[0].tolist() == [[1, 0, 2, 0]]
    refused("SC504", layer("IntegerLookup", vocabulary=[3], num_oov_indices=0).run, x)
    unknown = layer("StringLookup").infer((None, 3))
    assert unknown.outputs == [(None, 3)]


def test_hashes_spread_over_the_bins_and_spare_one_for_the_mask():
    x = np.arange(600).reshape(20, 30)
    y = layer("Hashing", num_bins=4).run(x).outputs[0]
    assert {*y.ravel().tolist()} == {0, 1, 2, 3} and y.dtype == "int64"
    masked = layer("Hashing", num_bins=4, mask_value=7).run(x).outputs[0]
    assert np.array_equal(masked == 0, x == 7)


# Augmentation ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_training_changes_pictures_as_it_says(data_format):
    x = np.random.default_rng(0).random((64, 3, 3, 3)).astype("float32") * 200
    flipped = layer("RandomFlip", mode="horizontal", data_format=data_format, seed=1).run(x, training=True).outputs[0]
    axis = 2 if data_format == "channels_last" else 3
    turned = [np.array_equal(a, np.flip(b, axis - 1)) for a, b in zip(flipped, x, strict=True)]
    same = [np.array_equal(a, b) for a, b in zip(flipped, x, strict=True)]
    assert all(a or b for a, b in zip(turned, same, strict=True)) and 10 < sum(turned) < 54
    bright = layer("RandomBrightness", factor=[0.1, 0.1], data_format=data_format).run(x, training=True).outputs[0]
    assert np.allclose(bright, np.minimum(x + 25.5, 255), atol=1e-3)
    inverted = layer("RandomInvert", factor=[1, 1], data_format=data_format).run(x, training=True).outputs[0]
    assert np.allclose(inverted, 255 - x, atol=1e-3)
    grey = layer("RandomGrayscale", factor=1, data_format=data_format).run(x, training=True).outputs[0]
    assert np.allclose(np.ptp(grey, -1 if data_format == "channels_last" else 1), 0, atol=1e-3)
    crop = layer("RandomCrop", height=2, width=1, data_format=data_format).run(x, training=True).outputs[0]
    assert crop.shape == ((64, 2, 1, 3) if data_format == "channels_last" else (64, 3, 2, 1))
    assert np.isin(crop, x).all()


def projections(paths, run, weights, inputs):
    """The values of the projections of an attention, by the formula."""
    w = dict(zip(paths, weights, strict=True))
    for name, x in inputs.items():
        yield np.einsum("btd,dhk->bthk", x, w[f"{name}/kernel"]) + w[f"{name}/bias"]
    yield run.outputs[0]


@pytest.mark.parametrize(("kind", "config", "times"), [
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}, 1),  # of each projection; not of the layer itself
    ("GroupQueryAttention", {"head_dim": 3, "num_query_heads": 2, "num_key_value_heads": 1}, 2),
])  # fmt: skip
def test_each_projection_of_an_attention_pays_for_its_activities(kind, config, times):
    query, value = arrays((2, 3, 4), (2, 5, 4), seed=3)
    made = layer(kind, activity_regularizer="l2", **config)
    shapes = made.infer(query.shape, value.shape).weights
    weights = [np.sin(np.arange(np.prod(shape)) + 1).reshape(shape).astype("float32") for shape in shapes.values()]
    run = made.run(query, value, weights=weights)
    *inner, outer = (0.01 * np.sum(np.square(y)) / 2 for y in projections(
        shapes, run, weights, {"query": query, "key": value, "value": value}))  # fmt: skip
    assert np.isclose(sum(run.losses), sum(inner) + times * outer, rtol=1e-4)


def test_masks_of_an_attention_may_be_named():
    query, value = arrays((2, 3, 4), (2, 5, 4), seed=4)
    seen = np.arange(10).reshape(2, 5) % 3 > 0
    made = layer("MultiHeadAttention", num_heads=2, key_dim=3)
    weights = [np.cos(np.arange(np.prod(s))).reshape(s).astype("float32") for s in
               made.infer(query.shape, value.shape).weights.values()]  # fmt: skip
    named = made.run(query, value, value_mask=seen, weights=weights).outputs[0]
    assert np.allclose(named, made.run(query, value, mask=[None, seen], weights=weights).outputs[0])
    assert not np.allclose(named, made.run(query, value, weights=weights).outputs[0])
    assert made.infer(query=query.shape, value=value.shape, value_mask=(2, 5)).outputs == [(2, 3, 4)]
    with pytest.raises(shapecheck.ShapecheckError) as refused:
        made.infer(query.shape, value.shape, key_mask=(2, 5))
    assert refused.value.code == "SC208"
