"""Fixes that are offered work: each is written into the text by hand here, and the text is checked again."""

import pytest

import shapecheck

UNET = """
layers:
  - Input: {name: image, shape: [358, 358, 1]}
  - Conv2D: {filters: 8, kernel_size: 3, padding: same, name: enc0}
  - MaxPooling2D: {pool_size: 2, name: pool0}
  - Conv2D: {filters: 8, kernel_size: 3, padding: same, name: enc1}
  - MaxPooling2D: {pool_size: 2, name: pool1}
  - Conv2D: {filters: 8, kernel_size: 3, padding: same, name: enc2}
  - MaxPooling2D: {pool_size: 2, name: pool2}
  - Conv2DTranspose: {filters: 8, kernel_size: 2, strides: 2, name: up2}
  - Concatenate: {inputs: [up2, enc2], name: skip2}
  - Conv2DTranspose: {filters: 8, kernel_size: 2, strides: 2, name: up1}
  - Concatenate: {inputs: [up1, enc1], name: skip1}
  - Conv2DTranspose: {filters: 8, kernel_size: 2, strides: 2, name: up0}
  - Concatenate: {inputs: [up0, enc0], name: skip0}
"""
VALID_SKIP = """
layers:
  - Input: {name: image, shape: [188, 188, 1]}
  - Conv2D: {filters: 8, kernel_size: 3, name: c2}
  - MaxPooling2D: {pool_size: 2, name: p}
  - Conv2D: {filters: 8, kernel_size: 3, name: c3}
  - Conv2DTranspose: {filters: 8, kernel_size: 2, strides: 2, name: u}
  - Concatenate: {inputs: [u, c2], name: s}
"""
OCR = """
layers:
  - Input: {name: image, shape: [50, 200, 64]}
  - MaxPooling2D: {pool_size: [1, 4], name: p}
  - Reshape: {target_shape: [50, 768], name: r}
"""
SMALL = """
layers:
  - Input: {name: image, shape: [20, 20, 1]}
  - Conv2D: {filters: 4, kernel_size: 7, name: a}
  - MaxPooling2D: {pool_size: 2, name: b}
  - Conv2D: {filters: 4, kernel_size: 9, name: c}
"""
WIDTHS = """
layers:
  - Input: {name: x, shape: [9]}
  - Dense: {units: 4, name: e}
  - Dense: {units: 5, name: f, inputs: x}
  - Add: {inputs: [e, f], name: s}
"""


def first(text, **options):
    report = shapecheck.check(text=text, **options)
    assert not report.ok
    return next(found for found in report.diagnostics if found.severity == "error")


def ok(text):
    return shapecheck.check(text=text).ok


def test_the_nearest_sizes_of_a_unet():
    found = first(UNET)
    assert found.help == ("this model is valid only when H % 8 == 0 and W % 8 == 0; the nearest are 352 and 360",)
    assert "H: image 358 -> pool0 179 -> pool1 89 -> pool2 44 -> up2 88" in found.notes
    assert any(label.text == "drops the last row of 89" for label in found.labels)
    for size in range(340, 370):
        assert ok(UNET.replace("358, 358", f"{size}, {size}")) == (size % 8 == 0)


def test_a_skip_over_valid_convolutions_is_cropped():
    found = first(VALID_SKIP)
    assert "this is so at every size of the inputs" in found.notes
    assert not any(ok(VALID_SKIP.replace("188, 188", f"{size}, {size}")) for size in range(10, 60))
    crop = "Cropping2D: {cropping: [[0, 4], [0, 4]], inputs: c2}"
    assert f"put `{crop}` before `s`" in found.help
    mended = VALID_SKIP.replace("  - Concatenate: {inputs: [u, c2]", f"  - {crop[:-1]}, name: k}}\n  - Concatenate: {{inputs: [u, k]")
    assert ok(mended)


def test_a_reshape_that_fits_few_sizes():
    found = first(OCR)
    assert any("with H = 50 this model is valid only when 48 <= W <= 51; the nearest is W = 51" in text for text in found.help)
    assert [w for w in range(1, 300) if ok(OCR.replace("200", str(w)))] == [48, 49, 50, 51]
    assert "write `target_shape: [50, 3200]`" in found.help
    assert ok(OCR.replace("768", "3200"))


def test_an_input_below_the_minimum():
    found = first(SMALL)
    assert "H: image 20 -> a 14 -> b 7" in found.notes
    assert "this model is valid only when H >= 24 and W >= 24; the nearest is 24" in found.help
    assert ok(SMALL.replace("20, 20", "24, 24"))
    assert not ok(SMALL.replace("20, 20", "23, 24"))


def test_widths_that_clash():
    found = first(WIDTHS)
    assert "give `f` `units: 4`" in found.help
    assert ok(WIDTHS.replace("units: 5", "units: 4"))


def test_an_input_of_the_right_stride():
    text = """
layers:
  - Input: {name: x, shape: [64, 64, 3]}
  - Conv2D: {filters: 4, kernel_size: 3, padding: same, name: a}
  - MaxPooling2D: {name: p}
  - Conv2D: {filters: 4, kernel_size: 3, padding: same, name: b}
  - MaxPooling2D: {name: q}
  - UpSampling2D: {name: u}
  - Concatenate: {inputs: [u, a], name: s}
"""
    found = first(text)
    assert "read `b` instead of `a`" in found.help
    assert ok(text.replace("[u, a]", "[u, b]"))


def test_a_fix_that_only_moves_the_error_is_not_offered():
    text = OCR + "  - Dense: {units: 3, name: d}\n  - Reshape: {target_shape: [150], name: last}\n"
    mended = text.replace("768", "3200")
    assert ok(mended)
    moved = text.replace("[150]", "[7]")
    assert not ok(moved.replace("768", "3200"))
    assert not any("target_shape" in line for line in first(moved).help)


def test_other_errors_stand_in_no_ones_way():
    found = first(UNET + "  - Dense: {units: 3, activation: reul}\n")
    assert any("the nearest are 352 and 360" in line for line in found.help)


def test_a_size_set_from_outside():
    text = SMALL.replace("20, 20", "H, W")
    assert ok(text)
    assert any("H >= 24; the nearest is" in line and "24" in line for line in first(text, at={"H": 20}).help)


def test_the_work_is_bounded():
    rows = "".join(f"  - Reshape: {{target_shape: [{i + 7}, 11], inputs: image, name: r{i}}}\n" for i in range(3000))
    report = shapecheck.check(text="layers:\n  - Input: {name: image, shape: [50, 200, 64]}\n" + rows)
    assert len(report.diagnostics) > 2_900
    helped = sum(bool(found.help) for found in report.diagnostics)
    assert 0 < helped <= 20


@pytest.mark.parametrize("text", [UNET, VALID_SKIP, OCR, SMALL, WIDTHS])
def test_the_model_that_was_checked_is_left_as_it_was(text):
    assert str(shapecheck.check(text=text)) == str(shapecheck.check(text=text))
