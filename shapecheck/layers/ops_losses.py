"""Classes as vectors, and losses."""

from typing import Any

from shapecheck import need, params
from shapecheck.diagnostic import Refusal
from shapecheck.layers import _op_dtypes as dt
from shapecheck.layers import _op_params as of
from shapecheck.layers._op import Op, numbers, of_rank, op, shape_of
from shapecheck.layers.ops_networks import EPSILON, log_softmax


def same(np, verb, x, y):
    """Two arrays have one shape."""
    of_rank(y, x.ndim)
    if not numbers(np):
        for axis, (n, m) in enumerate(zip(x.sizes, y.sizes, strict=True)):
            need.equal(n, m, verb=verb, axis=axis)


def hot(np, x, count, dtype):
    """1 at the class of each value, 0 elsewhere, along a new last axis."""
    return (x[..., None] == np.arange(count)).astype(dtype)


class Hot(Op):
    """A new axis of `num_classes` values at `axis`."""

    num_classes: params.Count
    axis: of.Int = -1
    dtype_: of.DType = None
    sparse: params.Flag = False

    def gives(self, x):
        return self.dtype_ or "float32"

    def encoded(self, np, x):
        if self.axis != -1 and not 0 <= self.axis < max(x.ndim, 1):
            raise Refusal("SC309", "axis", given=self.axis, rank=x.ndim)
        at = x.ndim if self.axis == -1 else self.axis
        if numbers(np):
            return np.moveaxis(hot(np, x, self.num_classes, dt.numpy_name(self.gives(None))), -1, at)
        return np.zeros((*x.sizes[:at], self.num_classes, *x.sizes[at:]))


@op
class OneHot(Hot):
    """1 at the class of each value, 0 elsewhere, along a new axis of `num_classes` at `axis`."""

    examples = (
        "num_classes: 5 | int32(n, t) -> (n, t, 5)",
        "num_classes: 3, axis: 0, dtype: int32 | int32(n) -> (3, n)",
        "num_classes: 3, axis: 2 | int32(n, t) !! SC309",
        "num_classes: 0 | int32(n) !! SC114",
    )

    def rule(self, np, x):
        return self.encoded(np, x)


@op
class MultiHot(Hot):
    """1 at each class that a row of values holds, 0 elsewhere: the maximum of one_hot over the last axis."""

    called = ("inputs",)
    also = {"num_tokens": "num_classes"}
    examples = (
        "num_classes: 5 | int32(n, t) -> (n, 5)",
        "num_classes: 3 | int32(t) -> (3)",
        "num_classes: 3, dtype: int32 | int32(n, s, t) -> (n, t, 3)",
    )

    def rule(self, np, inputs):
        encoded = self.encoded(np, inputs)
        return np.max(encoded, axis=1 if inputs.ndim > 1 else 0)


# Losses --------------------------------------------------------------------------------------------------------------


class Loss(Op):
    """A loss for each place, of a target and an output, which is a probability or, with `from_logits`, its logit."""

    from_logits: params.Flag = False

    verb = "cannot compare"

    def gives(self, target, output):
        return output


@op
class BinaryCrossentropy(Loss):
    """-target log(p) - (1 - target) log(1 - p)."""

    examples = (
        "| (n, 3), (n, 3) -> (n, 3)",
        "from_logits: true | (n), (n) -> (n)",
        "| (n, 3), (n, 4) !! SC301",
        "| (n), (n, 1) !! SC302",
    )

    def rule(self, np, target, output):
        same(np, self.verb, target, output)
        if not numbers(np):
            return output
        target = target.astype(output.dtype)
        if self.from_logits:
            return np.maximum(output, 0) - output * target + np.log1p(np.exp(-np.abs(output)))
        p = np.clip(output, EPSILON, 1 - EPSILON)
        return -(target * np.log(p) + (1 - target) * np.log(1 - p))


def log_of(np, output, axis, from_logits):
    """The logarithms of probabilities, which are brought to the sum 1 first."""
    if from_logits:
        return log_softmax(np, output, axis)
    p = output / np.sum(output, axis=axis, keepdims=True)
    return np.log(np.clip(p, EPSILON, 1 - EPSILON))


@op
class CategoricalCrossentropy(Loss):
    """-sum(target log(p)) along `axis`."""

    axis: of.Int = -1

    examples = (
        "| (n, 3), (n, 3) -> (n)",
        "from_logits: true, axis: 1 | (n, 3, t), (n, 3, t) -> (n, t)",
        "| (n, 3), (n, 4) !! SC301",
        "| (), () !! SC302",
        "axis: 2 | (n, 3), (n, 3) !! SC309",
    )

    def rule(self, np, target, output):
        of_rank(output, 1, params.MAX_RANK)
        same(np, self.verb, target, output)
        if not numbers(np):
            return np.sum(output, axis=self.axis)
        logs = log_of(np, output, self.axis, self.from_logits)
        return -np.sum(target.astype(output.dtype) * logs, axis=self.axis)


@op
class SparseCategoricalCrossentropy(Loss):
    """-log(p) of the class that each target names, along `axis`."""

    axis: of.Int = -1

    examples = (
        "| int32(n), (n, 3) -> (n)",
        "| int32(n, 1), (n, 3) -> (n)",
        "from_logits: true, axis: 1 | int32(n, t), (n, 3, t) -> (n, t)",
        "| int32(2), (3, 4) !! SC301",
        "| int32(n, t), (n, 3) !! SC302",
        "axis: 2 | int32(n), (n, 3) !! SC309",
    )

    def rule(self, np, target, output):
        of_rank(output, 1, params.MAX_RANK)
        along = need.axis(self.axis, output.ndim)
        if target.ndim == output.ndim and shape_of(target)[-1] == 1:
            target = np.squeeze(target, axis=-1)
        if not numbers(np):
            left = np.sum(output, axis=along)
            same(np, self.verb, left, target)
            return left
        logs = np.moveaxis(log_of(np, output, along, self.from_logits), along, -1)
        return -np.sum(hot(np, target.astype("int64"), logs.shape[-1], output.dtype) * logs, axis=-1)


class Unworked(Op):
    """An operation whose shape is known and whose numbers are not worked out."""

    def refused(self):
        raise Refusal("SC504", problem="its numbers are not worked out")


@op
class CTCLoss(Unworked):
    """The loss of connectionist temporal classification, one for each sequence of the batch."""

    mask_index: of.Int = 0

    verb = "cannot compare"
    examples = (
        "| int32(n, 5), (n, t, 9), int32(n), int32(n) -> (n)",
        "| int32(2, 5), (3, t, 9), int32(2), int32(2) !! SC301",
    )

    def gives(self, target, output, *lengths):
        return dt.result_type(output, "float32")

    def rule(self, np, target, output, target_length, output_length):
        if numbers(np):
            self.refused()
        for one in (target, output, target_length, output_length):
            of_rank(one, 1, params.MAX_RANK)
            need.equal(shape_of(one)[0], target.sizes[0], verb=self.verb, axis=0)
        return np.zeros((target.sizes[0],))


Strategy: Any = params.one_of("greedy", "beam_search")


@op
class CTCDecode(Unworked):
    """The sequences (paths, n, t) that explain the outputs best, and their scores (n, paths)."""

    strategy: Strategy = "greedy"
    beam_width: params.Positive = 100
    top_paths: params.Positive = 1
    merge_repeated: params.Flag = True
    mask_index: of.Int = 0

    examples = (
        "| (n, t, 9), int32(n) -> (1, n, t), (n, 1)",
        "strategy: beam_search, top_paths: 3 | (n, t, 9), int32(n) -> (3, n, t), (n, 3)",
        "| (n, t), int32(n) !! SC302",
        "strategy: best | (n, t, 9), int32(n) !! SC114",
    )

    def gives(self, inputs, sequence_lengths):
        return ["int32", dt.result_type(inputs, "float32")]

    def rule(self, np, inputs, sequence_lengths):
        if numbers(np):
            self.refused()
        of_rank(inputs, 3)
        paths = 1 if self.strategy == "greedy" else self.top_paths
        n, t, _ = inputs.sizes
        return [np.zeros((paths, n, t)), np.zeros((n, paths))]


@op
class PSNR(Op):
    """The peak signal-to-noise ratio of two images in decibels: 20 log10(max_val) - 10 log10(mean((x1 - x2)^2))."""

    max_val: params.Number

    works = dt.common
    examples = (
        "max_val: 1 | (n, h, w, 3), (n, h, w, 3) -> ()",
        "max_val: 1 | (n, 3), (n, 4) !! SC310",
        "max_val: 1 | (n, 3), (3) !! SC302",
    )

    def gives(self, x1, x2):
        return "float32"

    def rule(self, np, x1, x2):
        of_rank(x2, x1.ndim)
        squares = np.mean(np.square(x1 - x2))
        return 20 * np.log10(np.asarray(self.max_val)) - 10 * np.log10(squares) if numbers(np) else squares
