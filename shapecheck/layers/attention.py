"""Attention between sequences: averages of values, weighted by how well their keys match a query."""

from typing import Any

from shapecheck import dims, need, params
from shapecheck.contract import Layer, Weight, layer
from shapecheck.diagnostic import Refusal
from shapecheck.layers._masks import of_steps
from shapecheck.layers._values import kind, reader
from shapecheck.layers.activation_layers import normalized


def _dropout(value, param, keras):
    """A rate; Keras 3 looks at it when it draws."""
    return reader(params.Rate if keras.generation is None else params.Number)(value, param, keras)


LateRate: Any = kind("a number from 0 to 1", _dropout)
ScoreMode: Any = params.one_of("dot", "concat")
SCORES = {"return_attention_scores": (params.Flag, False), "use_causal_mask": (params.Flag, False)}


class Attending(Layer):
    """Attention over the steps of [query, value] or [query, value, key]; without a key the value is its own.

    query (..., q, d), key (..., s, d) and value (..., s, v) give scores (..., q, s) and the output
    softmax(scores) @ value (..., q, v); axes before these broadcast. Steps that the mask of the value leaves out get no
    weight, steps that the mask of the query leaves out give 0. The call argument `use_causal_mask` hides from step i
    the steps after i; `return_attention_scores` gives the weights as a second output.

    Keras infers the shape of the output from query and value alone, and finds out the rest when it runs.
    """

    use_scale: params.Flag = False
    score_mode: ScoreMode = "dot"
    dropout: LateRate = 0.0
    seed: params.Seed = None

    wants_mask = True
    calls = SCORES

    def shape(self, *xs, call, mask, keras):
        for place, x in enumerate(xs[:2]):
            of_steps(mask, place, keras, len(x) - 1)
        scores = self.scores_of(*self.parts(xs))
        value = xs[1]
        lead = together(scores[:-2], value[:-2])
        need.equal(scores[-1], value[-2], verb="gives each key its value, and cannot pair", axis=len(value) - 2)
        output = *lead, scores[-2], value[-1]
        return [output, scores] if call["return_attention_scores"] else output

    def inferred_by_keras(self, *xs, call):
        output, scores = (*xs[0][:-1], xs[1][-1]), (*xs[0][:-1], xs[-1][-2])
        return [output, scores] if call["return_attention_scores"] else output

    def parts(self, xs):
        """The query and the key."""
        need.that(len(xs) in (2, 3), "SC208", expected="2 or 3 inputs", given=len(xs))
        for x in xs:
            need.axes(x, "... t d")
        return xs[0], xs[-1]

    def matched(self, a, b, axis):
        """The number of features of query and key together."""
        return need.broadcast(a, b, axis=axis)

    def scores_of(self, query, key):
        self.matched(query[-1], key[-1], len(query) - 1)
        return *together(query[:-2], key[:-2]), query[-2], key[-2]

    def dtype(self, *given):
        return self.policy.compute

    def mask(self, np, *xs, mask, call):
        return [mask[0], None] if call["return_attention_scores"] else mask[0]

    def macs(self, *xs):
        query, key = self.parts(xs)
        scores = self.scores_of(query, key)
        features = dims.maximum(query[-1], key[-1])
        return dims.product((*scores, features)) + dims.product((*together(scores[:-2], xs[1][:-2]), *scores[-2:],
                                                                 xs[1][-1]))  # fmt: skip

    def scored(self, np, query, key, w):
        """The scores (..., q, s)."""
        raise NotImplementedError

    def run(self, np, *xs, w, mask, training, rng, call):
        query, value, key = xs[0], xs[1], xs[-1]
        scores = self.scored(np, query, key, w)
        hidden = self.hidden(np, scores, mask[1], call["use_causal_mask"])
        if hidden is not None:
            far = np.asarray(65504.0 if scores.dtype == "float16" else 1e9, scores.dtype)
            scores = np.where(fitted(np, hidden, scores.shape), scores - far, scores)
        weights = normalized(np, scores, -1)
        seen = weights
        if training and self.dropout > 0:
            need.that(self.dropout < 1, "SC114", "dropout", expected="less than 1 in training", given=self.dropout)
            seen = np.where(rng.random(weights.shape) >= self.dropout, weights / (1 - self.dropout), 0)
            weights = seen = seen.astype(scores.dtype)
        y = seen @ value
        if mask[0] is not None:
            y = np.where(fitted(np, np.asarray(mask[0], "bool")[..., np.newaxis], y.shape), y, np.zeros_like(y))
        return [y, weights] if call["return_attention_scores"] else y

    def hidden(self, np, scores, mask, causal):
        """Where no weight may go: (..., q or 1, s), or None."""
        hidden = None if mask is None else ~np.asarray(mask, "bool")[..., np.newaxis, :]
        if causal:
            later = np.arange(scores.shape[-1]) > np.arange(scores.shape[-2])[:, np.newaxis]
            hidden = later if hidden is None else later | hidden
        return hidden


def together(a, b):
    """The axes of two shapes that broadcast, the last against the last."""
    rank = max(len(a), len(b))
    a, b = ((1,) * (rank - len(x)) + tuple(x) for x in (a, b))
    return tuple(need.broadcast(x, y, axis=axis) for axis, (x, y) in enumerate(zip(a, b, strict=True)))


def fitted(np, mask, shape):
    """The mask broadcast to this shape; refuses (SC405) one that does not fit."""
    try:
        return np.broadcast_to(mask, shape)
    except ValueError:
        problem = f"one of shape {mask.shape} where {shape} is masked"
        raise Refusal("SC405", problem=problem) from None


@layer
class Attention(Attending):
    """Dot-product attention (Luong 2015): scores = scale * query @ key^T.

    With `use_scale` the scale is a weight of shape (), else 1. With `score_mode` concat the scores are
    concat_score_weight * sum over d of tanh(scale * (query + key)).
    """

    examples = (
        "| (n, q, 8), (n, s, 8) -> (n, q, 8)",
        "use_scale: true | (n, q, 8), (n, s, 6), (n, s, 8) -> (n, q, 6)",
        "score_mode: concat, use_scale: true, dropout: 0.5, seed: 1 | (n, q, 8), (n, s, 8) -> (n, q, 8)",
        "| (n, h, q, 8), (n, h, s, 8) -> (n, h, q, 8)",
        "| (n, q, 8), (n, s, 9) !! SC301",
        "| (n, q, 8), (n, 6, 8), (n, 5, 8) !! SC301",
        "| (n, q, 8) !! SC208",
    )

    def matched(self, a, b, axis):
        if self.score_mode == "concat":
            return super().matched(a, b, axis)
        return need.equal(a, b, verb="multiplies query and key, and cannot pair", axis=axis)

    def weights(self, *xs):
        if self.use_scale:
            yield "scale", Weight((), "ones")
        if self.score_mode == "concat":
            yield "concat_score_weight", Weight((), "ones")

    def scored(self, np, query, key, w):
        if self.score_mode == "dot":
            scores = query @ np.swapaxes(key, -2, -1)
            return scores * w["scale"] if self.use_scale else scores
        pairs = query[..., np.newaxis, :] + key[..., np.newaxis, :, :]
        pairs = np.tanh(w["scale"] * pairs if self.use_scale else pairs)
        return w["concat_score_weight"] * np.sum(pairs, -1)


@layer
class AdditiveAttention(Attending):
    """Additive attention (Bahdanau 2014): scores = sum over d of scale * tanh(query + key).

    With `use_scale` the scale is a weight with one value for each feature of the query, else 1.
    """

    use_scale: params.Flag = True

    examples = (
        "| (n, q, 8), (n, s, 8) -> (n, q, 8)",
        "use_scale: false, dropout: 0.5 | (n, q, 8), (n, s, 6), (n, s, 8) -> (n, q, 6)",
        "| (n, q, 8), (n, s, 9) !! SC310",
    )

    def weights(self, *xs):
        if self.use_scale:
            yield "scale", Weight((xs[0][-1],), "glorot_uniform")

    def scored(self, np, query, key, w):
        pairs = np.tanh(query[..., np.newaxis, :] + key[..., np.newaxis, :, :])
        return pairs @ w["scale"] if self.use_scale and len(w["scale"]) == pairs.shape[-1] else (
            np.sum(pairs * w["scale"] if self.use_scale else pairs, -1))  # fmt: skip
