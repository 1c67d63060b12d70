"""Normalization and attention as operations."""

from shapecheck import need, params
from shapecheck.layers import _op_dtypes as dt
from shapecheck.layers import _op_params as of
from shapecheck.layers._op import Op, numbers, of_rank, op, shape_of

EPSILON = 1e-7
"""Keras's `backend.epsilon()`."""


# Normalization -------------------------------------------------------------------------------------------------------


@op
class Moments(Op):
    """The mean and the variance over `axes`."""

    axes: of.Axes
    keepdims: params.Flag = False
    synchronized: params.Flag = False

    examples = (
        "axes: [0, 1] | (n, h, 3) -> (3), (3)",
        "axes: 1, keepdims: true | (n, h) -> (n, 1), (n, 1)",
        "axes: 2 | (n, h) !! SC309",
    )

    def gives(self, x):
        return [x, x]

    def rule(self, np, x):
        if x.dtype.name == "float16" and numbers(np):
            x = x.astype("float32")
        how = {"axis": self.axes, "keepdims": self.keepdims}
        return [np.mean(x, **how), np.var(x, **how)]


@op
class BatchNorm(Op):
    """(x - mean) / sqrt(variance + epsilon) * scale + offset, where all of these have one value for each of `axis`."""

    axis: of.Int
    epsilon: params.Number = 1e-3

    verb = "cannot normalize"
    examples = (
        "axis: -1 | (n, h, 3), (3), (3) -> (n, h, 3)",
        "axis: 1, epsilon: 0.1 | (n, 3, h), (3), (3), (3), (3) -> (n, 3, h)",
        "axis: -1 | (n, 3), (4), (3) !! SC301",
        "axis: 2 | (n, 3), (3), (3) !! SC309",
        "axis: -1 | (n, 3), (1, 3), (3) !! SC302",
    )

    def rule(self, np, x, mean, variance, offset=None, scale=None):
        along = need.axis(self.axis, x.ndim)
        for one in (mean, variance, offset, scale):
            if one is not None:
                of_rank(one, 1)
                need.equal(shape_of(one)[0], shape_of(x)[along], verb=self.verb, axis=along)
        if not numbers(np):
            return x
        wide = [1] * x.ndim
        wide[along] = -1
        shaped = [None if one is None else np.reshape(one, wide) for one in (mean, variance, offset, scale)]
        y = (x - shaped[0]) / np.sqrt(shaped[1] + x.dtype.type(self.epsilon))
        y = y if shaped[3] is None else y * shaped[3]
        return y if shaped[2] is None else y + shaped[2]


@op
class LayerNorm(Op):
    """(x - mean) / sqrt(variance + epsilon) over `axis`, times gamma, plus beta."""

    axis: of.Ints = -1
    epsilon: params.Alpha = None
    rms_scaling: params.Flag = False

    examples = (
        "| (n, h, 3) -> (n, h, 3)",
        "axis: [1, 2], epsilon: 0.1 | (n, h, 3), (h, 3), (h, 3) -> (n, h, 3)",
        "rms_scaling: true | (n, 3), (3) -> (n, 3)",
        "axis: 2 | (n, 3) !! SC309",
        "| (n, 3), (4) !! SC301",
    )

    def rule(self, np, x, gamma=None, beta=None):
        axes = tuple(need.axis(axis, x.ndim) for axis in (self.axis if isinstance(self.axis, tuple) else (self.axis,)))
        wide = [n if axis in axes else 1 for axis, n in enumerate(shape_of(x))]
        shaped = [
            one if one is None else np.reshape(one, wide) if one.ndim == len(axes) else one for one in (gamma, beta)
        ]
        if not numbers(np):
            for one in shaped:
                x = x if one is None else x + one
            return x
        epsilon = EPSILON if self.epsilon is None else self.epsilon
        variance = np.var(x, axis=axes, keepdims=True)
        if self.rms_scaling:
            y = x / np.sqrt(variance + epsilon)
        else:
            y = (x - np.mean(x, axis=axes, keepdims=True)) / np.sqrt(variance + epsilon)
        y = y if shaped[0] is None else y * shaped[0]
        return y if shaped[1] is None or self.rms_scaling else y + shaped[1]


@op
class RMSNorm(Op):
    """x / sqrt(mean(x^2) + epsilon) over `axis`, times scale."""

    axis: of.Ints = -1
    epsilon: params.Alpha = None

    examples = (
        "| (n, h, 3) -> (n, h, 3)",
        "axis: 1, epsilon: 0.1 | (n, h, 3) -> (n, h, 3)",
        "| (n, 3), (3) -> (n, 3)",
        "axis: 2 | (n, 3) !! SC309",
        "| (n, 3), (4) !! SC301",
    )

    def rule(self, np, x, scale=None):
        axes = tuple(need.axis(axis, x.ndim) for axis in (self.axis if isinstance(self.axis, tuple) else (self.axis,)))
        if scale is not None and scale.ndim == len(axes):
            scale = np.reshape(scale, [n if axis in axes else 1 for axis, n in enumerate(shape_of(x))])
        if not numbers(np):
            return x if scale is None else x * scale
        epsilon = EPSILON if self.epsilon is None else self.epsilon
        y = x / np.sqrt(np.mean(np.square(x), axis=axes, keepdims=True) + epsilon)
        return y if scale is None else y * scale


@op
class Normalize(Op):
    """x divided by its norm of the given `order` along `axis`; a norm below `epsilon` counts as it."""

    axis: of.Axes = -1
    order: params.Number = 2
    epsilon: params.Alpha = None

    works = "result"
    examples = ("| (n, h) -> (n, h)", "axis: 1, order: 1, epsilon: 0.1 | (n, h) -> (n, h)", "axis: 2 | (n, h) !! SC309")

    def gives(self, x):
        return dt.floating(x)

    def rule(self, np, x):
        if not numbers(np):
            return np.sum(x, axis=self.axis, keepdims=True) + x
        epsilon = EPSILON if self.epsilon is None else self.epsilon
        if self.order == 2:
            squares = np.sum(np.square(x), axis=self.axis, keepdims=True)
            return x / np.sqrt(np.maximum(squares, epsilon * epsilon))
        if np.isinf(self.order):
            norm = (np.max if self.order > 0 else np.min)(np.abs(x), axis=self.axis, keepdims=True)
        else:
            norm = np.sum(np.abs(x) ** self.order, axis=self.axis, keepdims=True) ** (1 / self.order)
        return x / np.maximum(norm, epsilon)


# Attention -----------------------------------------------------------------------------------------------------------


def log_softmax(np, x, axis=-1):
    """x - log(sum(exp(x)))."""
    top = x - np.max(x, axis=axis, keepdims=True)
    return top - np.log(np.sum(np.exp(top), axis=axis, keepdims=True))


@op
class DotProductAttention(Op):
    """softmax(query key^T * scale + bias) value, with query (n, t, heads, h), key and value (n, s, heads, h).

    `scale` is 1 / sqrt(h) unless it is given; where the mask is false, or with `is_causal` for later steps, no value is
    seen; `attn_logits_soft_cap` c makes a logit c tanh(logit / c). There may be fewer heads of key and value, each for
    as many heads of the query as fit.
    """

    is_causal: params.Flag = False
    flash_attention: params.Anything = None
    attn_logits_soft_cap: params.Alpha = None
    scale: params.Alpha = None

    called = ("query", "key", "value", "bias", "mask", "scale")
    verb = "cannot attend over"
    examples = (
        "| (n, t, 2, 4), (n, s, 2, 4), (n, s, 2, 4) -> (n, t, 2, 4)",
        "is_causal: true, scale: 2 | (n, t, 4, 4), (n, t, 2, 4), (n, t, 2, 4) -> (n, t, 4, 4)",
        "attn_logits_soft_cap: 3 | (n, t, 2, 4), (n, s, 2, 4), (n, s, 2, 4), (n, 1, t, s) -> (n, t, 2, 4)",
        "| (n, t, 2, 4), (n, s, 2, 5), (n, s, 2, 5) !! SC301",
        "| (n, t, 4), (n, s, 4), (n, s, 4) !! SC302",
    )

    def gives(self, query, key, value, *more):
        return dt.result_type(query, key, value)

    def rule(self, np, query, key, value, bias=None, mask=None):
        for one in (query, key, value):
            of_rank(one, 4)
        (n, t, heads, h), (m, s, few, g), (k, r, some, _) = (shape_of(one) for one in (query, key, value))
        for a, b, axis in ((n, m, 0), (n, k, 0), (s, r, 1), (few, some, 2), (h, g, 3)):
            need.equal(a, b, verb=self.verb, axis=axis)
        need.divides(few, heads, "the number of heads", axis=2)
        if not numbers(np):
            return np.zeros((n, t, heads, shape_of(value)[-1]))
        key, value = (np.repeat(one, heads // max(few, 1), axis=2) for one in (key, value))
        logits = np.einsum("nthd,nshd->nhts", query, key) * (h**-0.5 if self.scale is None else self.scale)
        if self.attn_logits_soft_cap is not None:
            logits = self.attn_logits_soft_cap * np.tanh(logits / self.attn_logits_soft_cap)
        logits = logits if bias is None else logits + bias
        seen = np.ones((t, s), bool) if mask is None else mask.astype(bool)
        if self.is_causal:
            seen = seen & np.tri(t, s, dtype=bool)
        logits = np.where(seen, logits, np.finfo("float32").min * 0.7)
        return np.einsum("nhts,nshd->nthd", np.exp(log_softmax(np, logits)), value)
