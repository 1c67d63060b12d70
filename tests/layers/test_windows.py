"""Window arithmetic against windows laid down one by one with plain ints."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shapecheck import dims, need
from shapecheck.diagnostic import Refusal
from shapecheck.layers import _windows

sizes = st.integers(1, 40)
kernels = st.integers(1, 7)
strides = st.integers(1, 6)
dilations = st.integers(1, 4)


def seen_at(start, k, dilation):
    """The places that a window at `start` looks at."""
    return [start + i * dilation for i in range(k)]


@given(sizes, kernels, strides, dilations)
def test_a_valid_window_stands_wherever_all_of_it_is_inside(n, k, stride, dilation):
    starts = [start for start in range(0, n, stride) if all(0 <= i < n for i in seen_at(start, k, dilation))]
    if not starts:
        with pytest.raises(Refusal) as refused:
            _windows.slots(n, k, stride, dilation, "valid", "axis 1 (h)", axis=1)
        assert refused.value.code == "SC306"
        assert refused.value.axis == 1
        assert refused.value.facts["what"] == "axis 1 (h)"
        assert refused.value.facts["size"] == n
        # the least size that it names fits, and one less does not
        least = refused.value.facts["least"]
        assert _windows.slots(least, k, stride, dilation, "valid", "") == 1
        assert max(seen_at(0, k, dilation)) == least - 1
    else:
        assert _windows.slots(n, k, stride, dilation, "valid", "") == len(starts)


@given(sizes, kernels, strides, dilations, st.sampled_from(["same", "causal"]))
def test_a_padded_window_stands_at_every_stride(n, k, stride, dilation, padding):
    assert _windows.slots(n, k, stride, dilation, padding, "") == len(range(0, n, stride))


@given(sizes, kernels, strides, dilations, st.sampled_from(["valid", "same", "causal"]))
def test_margins_are_what_the_windows_need_and_no_more(n, k, stride, dilation, padding):
    before, after = _windows.margins(n, k, stride, dilation, padding)
    if padding == "valid":
        assert (before, after) == (0, 0)
        return
    last = _windows.slots(n, k, stride, dilation, padding, "") - 1
    looked_at = [i for place in range(last + 1) for i in seen_at(place * stride - before, k, dilation)]
    assert min(looked_at) >= -before
    assert max(looked_at) < n + after
    if padding == "causal":
        assert max(seen_at(-before, k, dilation)) == 0  # the first window ends at the first value
        assert after == 0
    else:
        assert before <= after <= before + 1  # the odd one after, as TensorFlow has it
        assert (before, after) == (0, 0) or max(looked_at) == n + after - 1


def test_no_place_is_none_where_there_is_no_value():
    assert _windows.slots(0, 3, 2, 1, "same", "") == 0
    assert _windows.slots(0, 3, 2, 1, "causal", "") == 0


@given(kernels, strides, dilations, st.sampled_from(["valid", "same", "causal"]))
def test_symbols_say_what_ints_say(k, stride, dilation, padding):
    owed = []
    with need.recording(owed):
        formula = _windows.slots(dims.symbol("h"), k, stride, dilation, padding, "axis 1 (h)", axis=1)
    for h in range(1, 41):
        try:
            expected = _windows.slots(h, k, stride, dilation, padding, "")
        except Refusal:
            assert not all(dims.evaluate(o.a, {"h": h}) >= dims.evaluate(o.b, {"h": h}) for o in owed)
        else:
            assert dims.evaluate(formula, {"h": h}) == expected
            assert all(dims.evaluate(o.a, {"h": h}) >= dims.evaluate(o.b, {"h": h}) for o in owed)
    assert [o.axis for o in owed] == [1] * len(owed)


def test_a_window_of_one_owes_nothing_and_a_same_window_never_does():
    owed = []
    with need.recording(owed):
        _windows.slots(dims.symbol("h"), 1, 3, 2, "valid", "")
        _windows.slots(dims.symbol("h"), 9, 3, 2, "same", "")
    assert owed == []


@given(sizes, kernels, strides, dilations)
def test_a_transposed_window_without_padding_covers_all_that_it_spreads_over(n, k, stride, dilation):
    assume(stride == 1 or dilation == 1)
    covered = [i for place in range(n) for i in seen_at(place * stride, k, dilation)]
    least = max(covered) + 1
    spread = _windows.spread(n, k, stride, dilation, "valid", None)
    # Keras fills the last stride up, so that the strides tile the output
    assert spread == max(least, n * stride)
    for extra in range(stride):
        assert _windows.spread(n, k, stride, dilation, "valid", extra) == least + extra


@given(sizes, kernels, strides, dilations, st.data())
def test_the_convolution_of_a_transposed_size_has_as_many_places(n, k, stride, dilation, data):
    padding = data.draw(st.sampled_from(["valid", "same"]))
    extra = data.draw(st.none() | st.integers(0, stride - 1)) if padding == "valid" else None
    size = _windows.spread(n, k, stride, dilation, padding, extra)
    assert _windows.slots(size, k, stride, dilation, padding, "") == n


@given(st.integers(1, 8), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
def test_windows_and_taps_see_the_same_values(n, k, stride, dilation, channels):
    length = (n - 1) * stride + (k - 1) * dilation + 1
    x = np.arange(2 * length * channels).reshape(2, length, channels)
    view = _windows.windows(np, x, (n,), (k,), (stride,), (dilation,))
    assert view.shape == (2, n, k, channels)
    for place in range(k):
        tapped = x[_windows.tap((place,), (n,), (stride,), (dilation,))]
        assert np.array_equal(view[:, :, place], tapped)
        assert np.array_equal(tapped, x[:, [i * stride + place * dilation for i in range(n)]])


def test_windows_are_a_view_that_cannot_be_written():
    x = np.zeros((1, 5, 1))
    view = _windows.windows(np, x, (3,), (3,), (1,), (1,))
    assert np.shares_memory(view, x)
    assert not view.flags.writeable


def test_padding_adds_the_value_on_each_side():
    x = np.arange(1.0, 5).reshape(1, 2, 2, 1)
    y = _windows.padded(np, x, [(1, 0), (0, 2)], -7)
    assert y[0, :, :, 0].tolist() == [[-7, -7, -7, -7], [1, 2, -7, -7], [3, 4, -7, -7]]
    assert _windows.padded(np, x, [(0, 0), (0, 0)]) is x
