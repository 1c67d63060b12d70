"""Normalization: moments, training, masks and batch renormalization against plain formulas."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shapecheck
from shapecheck import layer


def refused(code, call, *args, **kwargs):
    with pytest.raises(shapecheck.ShapecheckError) as caught:
        call(*args, **kwargs)
    assert caught.value.code == code, caught.value
    return caught.value


def arrays(*shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape).astype("float32") for shape in shapes]


def run(kind, config, x, weights=(), **call):
    return layer(kind, **config).run(x, weights=weights, **call).outputs[0]


# BatchNormalization ----------------------------------------------------------------------------------------------


def test_inference_uses_the_moving_statistics_feature_by_feature():
    x, gamma, beta, mean = arrays((2, 3, 4, 5), (5,), (5,), (5,))
    variance = np.arange(1, 6, dtype="float32")
    y = run("BatchNormalization", {"epsilon": 0.1}, x, [gamma, beta, mean, variance])
    for c in range(5):
        assert np.allclose(y[..., c], gamma[c] * (x[..., c] - mean[c]) / np.sqrt(variance[c] + 0.1) + beta[c], atol=1e-5)
    turned = run("BatchNormalization", {"epsilon": 0.1, "axis": 1}, np.moveaxis(x, -1, 1), [gamma, beta, mean, variance])
    assert np.allclose(np.moveaxis(turned, 1, -1), y, atol=1e-5)


def test_training_brings_every_feature_to_mean_0_and_variance_1():
    (x,) = arrays((8, 6, 3))
    x = x * [1, 5, 0.2] + [3, -8, 0]
    y = run("BatchNormalization", {"epsilon": 0}, x.astype("float32"), [np.ones(3), np.zeros(3), np.ones(3), np.ones(3)], training=True)
    assert np.allclose(y.mean((0, 1)), 0, atol=1e-4)
    assert np.allclose(y.var((0, 1)), 1, atol=1e-3)
    frozen = run("BatchNormalization", {"epsilon": 0, "trainable": False}, x.astype("float32"),
                 [np.ones(3), np.zeros(3), np.zeros(3), np.ones(3)], training=True)  # fmt: skip
    assert np.allclose(frozen, x, atol=1e-4)


def test_masked_steps_do_not_count_in_training():
    (x,) = arrays((2, 4, 3))
    mask = np.array([[1, 1, 0, 1], [1, 0, 0, 1]], bool)
    weights = [np.ones(3), np.zeros(3), np.zeros(3), np.ones(3)]
    y = run("BatchNormalization", {"epsilon": 0.01}, x, weights, mask=mask, training=True)
    kept = x[mask]
    assert np.allclose(y, (x - kept.mean(0)) / np.sqrt(kept.var(0) + 0.01), atol=1e-4)
    assert layer("BatchNormalization").infer((None, 4, 3), mask=(None, 4)).masks == [(None, 4)]
    refused("SC405", layer("BatchNormalization").run, np.zeros((2, 4, 3, 5), "float32"), mask=np.ones((2, 4), bool))


def test_renormalization_corrects_towards_the_moving_statistics():
    x, gamma, beta = arrays((6, 3), (3,), (3,))
    mean, moving_mean, stddev = np.array([0.1, -0.2, 0.3]), np.zeros(3), np.array([0.8, 1.1, 2.0])
    weights = [gamma, beta, moving_mean, np.ones(3), np.ones(3), mean, stddev]
    y = run("BatchNormalization", {"renorm": True, "epsilon": 0.01}, x, weights, training=True)
    # with nothing cut off the correction undoes the statistics of the batch altogether
    assert np.allclose(y, gamma * (x - mean) / stddev + beta, atol=1e-4)
    cut = {"renorm": True, "epsilon": 0.01, "renorm_clipping": {"rmax": 1, "rmin": 1, "dmax": 0}}
    plain = run("BatchNormalization", {"epsilon": 0.01}, x, weights[:4], training=True)
    assert np.allclose(run("BatchNormalization", cut, x, weights, training=True), plain, atol=1e-4)
    names = list(layer("BatchNormalization", renorm=True).infer((None, 3)).weights)
    assert names == ["gamma", "beta", "moving_mean", "moving_variance", "moving_stddev", "renorm_mean", "renorm_stddev"]


def test_the_moving_statistics_are_not_trained():
    result = layer("BatchNormalization").infer((None, 8, 8, 5))
    assert (result.params, result.trainable_params) == (20, 10)
    without = layer("BatchNormalization", center=False, scale=False).infer((None, 8, 8, 5))
    assert (without.params, without.trainable_params) == (10, 0)


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ({"axis": [1, 2]}, "SC113"),
        ({"axis": None}, "SC113"),
        ({"axis": "a"}, "SC113"),
        ({"renorm": True, "renorm_clipping": {"r": 1}}, "SC113"),
        ({"renorm": True, "renorm_clipping": {"dmax": -1}}, "SC114"),
        ({"renorm": True, "renorm_clipping": {"rmax": 1, "rmin": 2}}, "SC114"),
        ({"epsilon": None}, "SC113"),
    ],
)
def test_wrong_parameters_are_refused(config, code):
    refused(code, layer, "BatchNormalization", **config)


@pytest.mark.parametrize("kind", ["BatchNormalization", "LayerNormalization", "RMSNormalization", "GroupNormalization"])
def test_features_of_unknown_number_have_no_weights(kind):
    config = {"groups": 1} if kind[0] == "G" else {}
    refused("SC308", layer(kind, **config).infer, (None, 4, None))
    for axis in (3, -4):
        refused("SC309", layer(kind, axis=axis, **config).infer, (None, 4, 3))
    named = layer(kind, **config).infer((None, None, "C"))
    assert str(next(iter(named.weights.values()))) == "(C,)"


# Others ----------------------------------------------------------------------------------------------------------


@given(st.sampled_from([-1, 1, 2, [1, 2], [2, 1], [-1]]), st.booleans(), st.booleans())
@settings(max_examples=20, deadline=None)
def test_layer_normalization_takes_the_moments_of_each_sample(axis, center, scale):
    (x,) = arrays((3, 4, 5))
    axes = tuple(a % 3 for a in (axis if isinstance(axis, list) else [axis]))
    made = layer("LayerNormalization", axis=axis, center=center, scale=scale, epsilon=0.1)
    weights = made.infer(x.shape).weights
    assert list(weights) == ["gamma"] * scale + ["beta"] * center
    sizes = tuple(x.shape[a] for a in sorted(axes))
    assert all(shape == sizes for shape in weights.values())
    values = dict(zip(weights, arrays(*weights.values(), seed=1), strict=True))
    along = tuple(n if i in axes else 1 for i, n in enumerate(x.shape))
    expected = (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + 0.1)
    expected = expected * values.get("gamma", np.ones(sizes)).reshape(along)
    expected = expected + values.get("beta", np.zeros(sizes)).reshape(along)
    assert np.allclose(made.run(x, weights=values).outputs[0], expected, atol=1e-5)


def test_axes_are_not_repeated():
    for kind in ("LayerNormalization", "UnitNormalization", "RMSNormalization"):
        refused("SC114", layer(kind, axis=[1, -2]).infer, (None, 4, 3))


@pytest.mark.parametrize(("groups", "axis"), [(1, -1), (2, -1), (6, -1), (-1, -1), (2, 1), (4, 1), (-1, 1)])
def test_group_normalization_takes_the_moments_of_each_sample_and_group(groups, axis):
    (x,) = arrays((2, 4, 5, 6))
    count = x.shape[axis] if groups == -1 else groups
    gamma, beta = arrays((x.shape[axis],), (x.shape[axis],), seed=1)
    y = run("GroupNormalization", {"groups": groups, "axis": axis, "epsilon": 0.1}, x, [gamma, beta])
    features, found = np.moveaxis(x, axis, -1), np.moveaxis(y, axis, -1)
    size = x.shape[axis] // count
    for n in range(2):
        for g in range(count):
            part = features[n, ..., g * size : (g + 1) * size]
            expected = (part - part.mean()) / np.sqrt(part.var() + 0.1)
            expected = expected * gamma[g * size : (g + 1) * size] + beta[g * size : (g + 1) * size]
            assert np.allclose(found[n, ..., g * size : (g + 1) * size], expected, atol=1e-5)


def test_groups_divide_the_features():
    error = refused("SC303", layer("GroupNormalization", groups=3).infer, (None, 4, 8))
    assert "axis 2 to be a multiple of 3, and it is 8" in str(error)
    refused("SC303", layer("GroupNormalization").infer, (None, 8))
    refused("SC306", layer("GroupNormalization", groups=1).infer, (3, 0))
    refused("SC114", layer, "GroupNormalization", groups=-2)
    refused("SC113", layer, "GroupNormalization", groups=2.0)
    assert [c.text for c in layer("GroupNormalization", groups=4).infer((None, "C")).requirements] == ["C % 4 == 0"]


def test_rms_normalization_divides_by_the_root_of_the_mean_square():
    x, scale = arrays((2, 3, 4), (4,))
    y = run("RMSNormalization", {"epsilon": 0.1}, x, [scale])
    assert np.allclose(y, scale * x / np.sqrt((x**2).mean(-1, keepdims=True) + 0.1), atol=1e-5)
    both, (scale,) = {"axis": [1, 2]}, arrays((3, 4), seed=1)
    y = run("RMSNormalization", both, x, [scale])
    assert np.allclose(y, scale * x / np.sqrt((x**2).mean((1, 2), keepdims=True) + 1e-6), atol=1e-5)


def test_rms_normalization_is_refused_where_keras_cannot_multiply():
    refused("SC310", layer("RMSNormalization", axis=1).infer, (None, 4, 3))
    x, scale = arrays((2, 3, 3), (3,))
    # of equal sizes it multiplies with the last axis, whichever the mean was taken along
    y = run("RMSNormalization", {"axis": 1}, x, [scale])
    assert np.allclose(y, scale * x / np.sqrt((x**2).mean(1, keepdims=True) + 1e-6), atol=1e-5)


def test_rms_normalization_stretches_an_axis_of_1_to_its_scale():
    x, scale = arrays((2, 3, 1), (3,))
    y = run("RMSNormalization", {"axis": 1}, x, [scale])
    assert y.shape == (2, 3, 3)  # Keras infers (2, 3, 1), and gives this
    assert np.allclose(y, scale * x / np.sqrt((x**2).mean(1, keepdims=True) + 1e-6), atol=1e-5)
    sizes = layer("RMSNormalization", axis=1).infer((None, 9, "C")).requirements
    assert str(sizes) == "C in {1, 9}"


def test_unit_normalization_gives_unit_vectors_and_leaves_zeros():
    (x,) = arrays((2, 3, 4))
    x[0, 0] = 0
    y = run("UnitNormalization", {}, x)
    assert np.allclose(np.linalg.norm(y, axis=-1).ravel()[1:], 1, atol=1e-5)
    assert not y[0, 0].any()
    assert np.allclose(np.linalg.norm(run("UnitNormalization", {"axis": [1, 2]}, x).reshape(2, -1), axis=-1), 1, atol=1e-5)
    assert layer("UnitNormalization").infer((None, 3)).weights == {}


@pytest.mark.parametrize(
    ("kind", "passes"),
    [("BatchNormalization", True), ("LayerNormalization", True), ("GroupNormalization", True),
     ("UnitNormalization", True), ("RMSNormalization", False)],
)  # fmt: skip
def test_masks(kind, passes):
    config = {"groups": 1} if kind[0] == "G" else {}
    assert layer(kind, **config).infer((None, 4, 3), mask=(None, 4)).masks == [(None, 4) if passes else None]


def test_half_precision_is_normalized_in_single_precision():
    x = np.full((1, 300), 200, "float16")
    x[0, :150] = 0  # the sum of squares is far over the range of float16
    for kind in ("LayerNormalization", "GroupNormalization", "RMSNormalization"):
        config = {"groups": 1} if kind[0] == "G" else {}
        y = layer(kind, dtype="float16", **config).run(x).outputs[0]
        assert y.dtype.name == "float16"
        assert np.isfinite(y).all()
        assert np.allclose(np.abs(y).max(), 1 if kind[0] != "R" else 2**0.5, atol=1e-2)
