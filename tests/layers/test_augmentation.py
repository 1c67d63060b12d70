"""Augmentation: against Keras where the random numbers are given, and by its laws where they are drawn."""

import gzip
import json
import pathlib

import numpy as np
import pytest

import shapecheck
from shapecheck.layers import _sampling

FACTS = json.loads(
    gzip.decompress((pathlib.Path(__file__).parent.parent / "data" / "augmentation_keras3.json.gz").read_bytes())
)


@pytest.mark.parametrize("fact", FACTS, ids=[f"{number}-{fact['kind']}" for number, fact in enumerate(FACTS)])
def test_pictures_are_those_of_keras_for_the_same_random_numbers(fact):
    x = np.array(fact["x"], "float32")
    drawn = {name: np.array(value) for name, value in fact["drawn"].items()}
    if fact["kind"] == "bent":
        y = _sampling.bent(np, x[None, :, :, None], *drawn["at"][:, None], **fact["config"])[0, :, :, 0]
    else:
        y = shapecheck.layer(fact["kind"], **fact["config"])._layer.changed(np, x, **drawn)
    value_range = fact["config"].get("value_range", [0, 255])
    np.testing.assert_allclose(y, fact["y"], rtol=2e-4, atol=3e-4 * (value_range[1] - value_range[0]) / 100)


# Laws of what is drawn ------------------------------------------------------------------------------------------------

KINDS = {
    "RandomRotation": {"factor": 0.2},
    "RandomTranslation": {"height_factor": 0.3, "width_factor": 0.2},
    "RandomZoom": {"height_factor": [-0.5, 0.5]},
    "RandomShear": {"x_factor": 0.4, "y_factor": 0.1},
    "RandomPerspective": {},
    "RandomElasticTransform": {},
    "RandomBrightness": {"factor": 0.4},
    "RandomContrast": {"factor": 0.6},
    "RandomInvert": {"factor": 0.5},
    "RandomGrayscale": {},
    "RandomColorDegeneration": {"factor": 0.9},
    "RandomHue": {"factor": 0.9},
    "RandomSaturation": {"factor": [0.1, 0.7]},
    "RandomColorJitter": {
        "brightness_factor": 0.2,
        "contrast_factor": 0.3,
        "saturation_factor": 0.4,
        "hue_factor": 0.5,
    },
    "RandomSharpness": {"factor": 0.9},
    "RandomGaussianBlur": {"factor": 0.6, "sigma": [0.4, 1.0]},
    "RandomPosterization": {"factor": 4},
    "Solarization": {"addition_factor": 0.2, "threshold_factor": 0.7},
    "RandomErasing": {"factor": 0.8},
    "CutMix": {},
    "MixUp": {"alpha": 0.7},
    "RandAugment": {"factor": 0.6, "num_ops": 3},
    "AugMix": {"factor": 0.6},
    "RandomFlip": {},
}


def pictures(shape=(6, 8, 9, 3), seed=0):
    return np.random.default_rng(seed).uniform(0, 255, shape).astype("float32")


def trained(kind, x, seed=0, **config):
    return shapecheck.layer(kind, **config).run(x, training=True, seed=seed).outputs[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_gives_the_same_pictures_again_and_another_seed_others(kind):
    x, config = pictures(), KINDS[kind]
    first = trained(kind, x, 3, **config)
    np.testing.assert_array_equal(first, trained(kind, x, 3, **config))
    assert any(not np.array_equal(first, trained(kind, x, seed, **config)) for seed in range(4, 10))
    assert first.dtype == x.dtype
    assert not np.isnan(first).any()


@pytest.mark.parametrize("kind", KINDS)
def test_inference_leaves_pictures_alone(kind):
    x = pictures()
    np.testing.assert_array_equal(shapecheck.layer(kind, **KINDS[kind]).run(x).outputs[0], x)


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_may_have_their_channels_first(kind):
    x, config = pictures(), KINDS[kind]
    last = trained(kind, x, 5, **config)
    first = trained(kind, np.moveaxis(x, -1, 1), 5, data_format="channels_first", **config)
    np.testing.assert_allclose(np.moveaxis(first, 1, -1), last, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_may_come_alone(kind):
    x, config = pictures((1, 8, 9, 3)), KINDS[kind]
    np.testing.assert_array_equal(trained(kind, x[0], 5, **config), trained(kind, x, 5, **config)[0])


BOUNDED = sorted({*KINDS} - {"RandomZoom", "RandomRotation", "RandomTranslation", "RandomShear", "RandomFlip",
                             "CutMix", "MixUp", "RandomPerspective", "RandomGrayscale", "RandomSaturation"})  # fmt: skip


@pytest.mark.parametrize("kind", BOUNDED)
@pytest.mark.parametrize("value_range", [(0, 255), (0, 1), (-1, 1)])
def test_values_stay_in_their_range(kind, value_range):
    low, high = value_range
    config = {**KINDS[kind], "value_range": value_range}
    x = pictures() / 255 * (high - low) + low
    if kind == "RandomColorJitter":
        config["saturation_factor"] = None  # Keras does not cut off what it makes of colours
    for seed in range(5):
        y = trained(kind, x, seed, **config)
        assert y.min() >= low - 1e-4 * (high - low)
        assert y.max() <= high + 1e-4 * (high - low)


MOVING = ("RandomRotation", "RandomTranslation", "RandomZoom", "RandomShear", "RandomElasticTransform")


@pytest.mark.parametrize("kind", MOVING)
@pytest.mark.parametrize("fill_mode", ["nearest", "reflect", "wrap"])
def test_a_picture_of_one_colour_looks_the_same_from_everywhere(kind, fill_mode):
    x = np.broadcast_to(np.float32([30, 60, 90]), (4, 7, 6, 3))
    np.testing.assert_allclose(trained(kind, x, **KINDS[kind], fill_mode=fill_mode), x, rtol=1e-4)


@pytest.mark.parametrize("kind", ["RandomRotation", "RandomTranslation", "RandomZoom", "RandomShear"])
def test_nothing_is_moved_by_nothing(kind):
    x = pictures()
    none = dict.fromkeys(KINDS[kind], 0.0)
    np.testing.assert_allclose(trained(kind, x, **none), x, rtol=1e-4, atol=1e-3)


def test_each_picture_is_chosen_with_the_probability_that_was_asked_for():
    x = pictures((4000, 2, 2, 3))
    for kind, config in (("RandomInvert", {}), ("RandomPerspective", {}), ("RandomGaussianBlur", {}),
                         ("RandomErasing", {"scale": (0.9, 0.9), "fill_value": 7.0})):  # fmt: skip
        for probability in (0.0, 0.3, 1.0):
            changed = trained(kind, x, factor=(probability, probability), **config) != x
            share = changed.any((1, 2, 3)).mean()
            assert abs(share - probability) < 0.03, kind


def test_what_is_drawn_is_uniform_between_its_bounds():
    x = np.full((5000, 1, 1, 3), 0.5, "float32")
    amounts = trained("RandomBrightness", x, factor=(-0.1, 0.3), value_range=(0, 1))[:, 0, 0, 0] - 0.5
    assert -0.1 <= amounts.min() < -0.099
    assert 0.299 < amounts.max() <= 0.3001
    assert abs(amounts.mean() - 0.1) < 0.01
    assert abs(amounts.std() - 0.4 / 12**0.5) < 0.01


def test_an_erased_box_is_a_box_of_the_size_that_was_asked_for():
    x = np.zeros((200, 40, 50, 3), "float32")
    y = trained("RandomErasing", x, factor=(1, 1), scale=(0.25, 0.25), fill_value=[1, 2, 3])
    gone = (y == np.float32([1, 2, 3])).all(-1)
    rows, columns = gone.any(2).sum(1), gone.any(1).sum(1)
    np.testing.assert_array_equal(gone.sum((1, 2)), rows * columns)
    assert set(rows) <= {19, 20, 21}
    assert set(columns) <= {24, 25, 26}
    assert gone.any(2)[:, 1].any()  # somewhere, also near the edges
    assert gone.any(2)[:, -1].any()


def test_cut_mix_takes_boxes_of_other_pictures():
    x = np.broadcast_to(np.arange(50, dtype="float32")[:, None, None, None], (50, 12, 10, 3))
    y = trained("CutMix", x)
    for number, picture in enumerate(y):
        other = {*np.unique(picture)} - {float(number)}
        assert len(other) <= 1
        if other:
            inside = picture[..., 0] == other.pop()
            assert inside.sum() == inside.any(0).sum() * inside.any(1).sum()
    assert np.any(y != x)


def test_mix_up_keeps_the_mean_of_a_batch_of_two_equal_parts():
    x = pictures((2, 3, 3, 1))
    shares = []
    for seed in range(200):
        y = trained("MixUp", x, seed, alpha=0.3)
        shares.append(((y - x[::-1]) / (x - x[::-1])).mean((1, 2, 3)))
        assert np.all((y >= np.minimum(x, x[::-1]) - 1e-3) & (y <= np.maximum(x, x[::-1]) + 1e-3))
    drawn = np.concatenate(shares)
    drawn = drawn[(drawn > 1e-4) & (drawn < 1 - 1e-4)]
    assert abs(drawn.mean() - 0.5) < 0.08  # Beta(a, a) is symmetric
    assert ((drawn < 0.1) | (drawn > 0.9)).mean() > 0.4  # and for a small a at its ends


def test_aug_mix_and_rand_augment_leave_a_black_picture_in_its_range_and_mix_few_layers_without_all_ops():
    x = np.zeros((2, 6, 6, 3), "float32")
    for kind in ("AugMix", "RandAugment"):
        for seed in range(10):
            y = trained(kind, x, seed)
            assert y.min() >= 0
            assert y.max() <= 255
    grey = pictures()
    same = [trained("AugMix", grey, seed, all_ops=False, factor=(0, 0)) for seed in range(4)]
    assert all(np.isfinite(y).all() for y in same)


def test_a_batch_of_no_pictures_stays_one():
    for kind, config in KINDS.items():
        assert trained(kind, np.zeros((0, 4, 5, 3), "float32"), **config).shape == (0, 4, 5, 3)


def test_colours_of_other_pictures_than_those_of_three_are_refused_in_training_only():
    x = pictures((2, 4, 4, 2))
    for kind in ("RandomHue", "RandomSaturation", "RandomColorDegeneration", "RandAugment"):
        shapecheck.layer(kind, **KINDS[kind]).run(x)
        with pytest.raises(shapecheck.ShapecheckError) as refused:
            trained(kind, x, **KINDS[kind])
        assert refused.value.code == "SC504"


def test_a_crop_is_a_part_of_the_picture():
    x = pictures((1, 9, 8, 3))[0]
    seen = set()
    for seed in range(60):
        y = trained("RandomCrop", x, seed, height=4, width=5)
        (at,) = [(i, j) for i in range(6) for j in range(4) if np.array_equal(x[i : i + 4, j : j + 5], y)]
        seen.add(at)
    assert len(seen) > 15
