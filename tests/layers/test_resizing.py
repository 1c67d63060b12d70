"""Resizing and center crops: geometry, aspect ratios, and the kinds of numbers."""

import numpy as np
import pytest

import shapecheck
from shapecheck import layer


def refused(code, call, *args, **kwargs):
    with pytest.raises(shapecheck.ShapecheckError) as caught:
        call(*args, **kwargs)
    assert caught.value.code == code, caught.value


def image(rows, columns, channels=1):
    """Every value says where it stands: 10 * row + column."""
    plain = 10 * np.arange(rows)[:, None] + np.arange(columns)
    return np.repeat(plain[..., None], channels, -1).astype("float32")


def run(kind, config, x):
    made = layer(kind, **config)
    (y,) = made.run(x).outputs
    assert made.infer(x.shape).outputs == [y.shape]
    return y


def test_nearest_takes_the_value_whose_cell_holds_the_middle():
    y = run("Resizing", {"height": 2, "width": 3, "interpolation": "nearest"}, image(5, 9))
    # the middles of two cells over five rows are at 1.25 and 3.75, of three over nine columns at 1.5, 4.5 and 7.5
    assert y[..., 0].tolist() == [[11, 14, 17], [31, 34, 37]]


def test_bilinear_is_exact_on_a_plane():
    x = image(6, 8)
    y = run("Resizing", {"height": 3, "width": 4}, x)[..., 0]
    rows, columns = np.arange(3) * 2 + 0.5, np.arange(4) * 2 + 0.5
    assert np.allclose(y, 10 * rows[:, None] + columns, atol=1e-4)


def test_antialias_averages_what_it_leaves_out():
    x = np.zeros((8, 1, 1), "float32")
    x[::2] = 1  # stripes: a plain bilinear step of four sees two rows of each cell, a wide one all of them
    y = run("Resizing", {"height": 2, "width": 1, "antialias": True}, x)
    assert np.allclose(y.ravel(), [0.5, 0.5], atol=0.08)


@pytest.mark.parametrize(("height", "width"), [(2, 2), (4, 2), (2, 6), (6, 6)])
def test_crop_to_aspect_ratio_takes_the_middle(height, width):
    x = image(4, 8)
    config = {"height": height, "width": width, "crop_to_aspect_ratio": True}
    # the largest part with the ratio of the output
    rows, columns = min(4, 8 * height // width), min(8, 4 * width // height)
    top, left = (4 - rows) // 2, (8 - columns) // 2
    part = x[top : top + rows, left : left + columns]
    assert np.allclose(run("Resizing", config, x), run("Resizing", {"height": height, "width": width}, part))


def test_pad_to_aspect_ratio_frames_the_image():
    x = np.ones((2, 4, 1), "float32")
    config = {"height": 4, "width": 4, "pad_to_aspect_ratio": True, "interpolation": "nearest"}
    assert run("Resizing", config | {"fill_value": 9.0}, x)[..., 0].tolist() == [[9] * 4, [1] * 4, [1] * 4, [9] * 4]
    turned = run("Resizing", config | {"data_format": "channels_first"}, x.transpose(2, 1, 0))
    assert turned[0].tolist() == [[0, 1, 1, 0]] * 4


def test_an_image_alone_and_a_batch_are_resized_alike():
    x = np.random.default_rng(0).standard_normal((3, 5, 7, 2)).astype("float32")
    for kind in ("Resizing", "CenterCrop"):
        for config in ({"height": 3, "width": 4}, {"height": 6, "width": 4}):
            batch = run(kind, config, x)
            assert np.allclose(run(kind, config, x[1]), batch[1], atol=1e-5)
            first = config | {"data_format": "channels_first"}
            assert np.allclose(run(kind, first, np.moveaxis(x, -1, 1)), np.moveaxis(batch, -1, 1), atol=1e-5)
            assert np.allclose(run(kind, first, np.moveaxis(x[1], -1, 0)), np.moveaxis(batch[1], -1, 0), atol=1e-5)


def test_whole_numbers_are_rounded_and_cut_off():
    x = np.array([[0, 100, 200, 255]], "uint8")[..., None]
    y = run("Resizing", {"height": 1, "width": 8, "interpolation": "bicubic"}, x)
    assert y.dtype.name == "uint8"
    assert layer("Resizing", height=1, width=8).infer(x.shape, dtype="uint8").dtypes == ["uint8"]
    exact = run("Resizing", {"height": 1, "width": 8, "interpolation": "bicubic"}, x.astype("float32"))
    assert np.array_equal(y, np.clip(np.rint(exact), 0, 255))
    assert exact.min() < 0 and exact.max() > 255  # the kernel overshoots, so that the cut is seen


def test_a_center_crop_takes_the_middle_and_resizes_what_is_too_small():
    assert run("CenterCrop", {"height": 3, "width": 4}, image(6, 9))[:, 0, 0].tolist() == [12, 22, 32]
    assert run("CenterCrop", {"height": 2, "width": 1}, image(5, 4))[..., 0].tolist() == [[11], [21]]
    x = image(2, 8)
    # too low: the middle with the ratio 1:1 is resized
    assert np.allclose(run("CenterCrop", {"height": 4, "width": 4}, x), run("Resizing", {"height": 4, "width": 4}, x[:, 3:5]))
    assert layer("CenterCrop", height=1, width=1).infer((2, 2, 1), dtype="int32").dtypes == ["float32"]


def test_sizes_of_zero():
    for kind in ("Resizing", "CenterCrop"):
        assert run(kind, {"height": 0, "width": 5}, image(3, 3)).shape == (0, 5, 1)
    for extra in ("crop_to_aspect_ratio", "pad_to_aspect_ratio"):
        assert run("Resizing", {"height": 3, "width": 0, extra: True}, image(3, 3)).shape == (3, 0, 1)
    for method in ("nearest", "bilinear"):
        y = run("Resizing", {"height": 2, "width": 2, "interpolation": method}, np.zeros((0, 3, 1), "float32"))
        assert not y.any()


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ({"height": 3}, "SC112"),
        ({"height": -1, "width": 3}, "SC114"),
        ({"height": "3", "width": 3}, "SC113"),
        ({"height": 2.0, "width": 3}, "SC113"),
        ({"height": 3, "width": 3, "interpolation": "nope"}, "SC114"),
        ({"height": 3, "width": 3, "interpolation": "BILINEAR"}, "SC114"),
        ({"height": 3, "width": 3, "fill_mode": "reflect"}, "SC114"),
        ({"height": 3, "width": 3, "crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, "SC118"),
        ({"height": 1 << 70, "width": 3}, "SC807"),
    ],
)
def test_wrong_parameters_are_refused(config, code):
    refused(code, layer, "Resizing", **config)


def test_ranks():
    for kind in ("Resizing", "CenterCrop"):
        made = layer(kind, height=3, width=4)
        for shape in ((), (None,), (None, 5), (None, 3, 5, 5, 2)):
            refused("SC302", made.infer, shape)
        assert made.infer((None, None, None, 3)).outputs == [(None, 3, 4, 3)]
        assert list(made.infer((None, None, None, 3)).requirements) == []
