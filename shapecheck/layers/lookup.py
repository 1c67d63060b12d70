"""Vocabularies: words and integers as their numbers, or as vectors with one place for each."""

from typing import Any

from shapecheck import dims, need, params
from shapecheck.contract import layer
from shapecheck.diagnostic import Refusal
from shapecheck.layers._values import kind, reader
from shapecheck.layers.categorical import MODES, Categories, Salt, Token, modes, sparse
from shapecheck.layers.rescaling import numbers, shape_of
from shapecheck.words import shown


def _vocabulary(value, param, keras):
    """A list of words or numbers without repetition; a file of them is not read."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, str):
        return value
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, (str, int)) for item in value):
        raise Refusal("SC113", param, expected="a list of words or numbers", given=shown(value))
    if len({*value}) < len(value):
        raise Refusal("SC114", param, expected="without repetition", given=shown(value))
    return tuple(value)


def _tokens(value, param, keras):
    return reader(params.at_least(2, "an integer greater than 1"))(value, param, keras)


LookupMode: Any = modes(*MODES, "tf_idf")
Vocabulary: Any = params.optional(kind("a list of words or numbers", _vocabulary))
Weights: Any = params.optional(kind("a list of numbers", numbers))
Tokens: Any = params.optional(kind("an integer greater than 1", _tokens))
WholeToken: Any = params.optional(params.Whole)
OovMethod: Any = params.one_of("floormod", "farmhash")


class Lookup(Categories):
    """The number of each value in a vocabulary: after 0 for the `mask_token`, if there is one, and `num_oov_indices`
    numbers for values that it does not have. In vectors the mask has no place.

    depth = words + num_oov_indices, or `max_tokens` with `pad_to_max_tokens`. Without a vocabulary, which is then found
    from data that is shown before, depth is `max_tokens`, or not known.
    """

    max_tokens: Tokens = None
    num_oov_indices: params.Extent = 1
    mask_token: Token = None
    oov_token: Token = None
    vocabulary: Vocabulary = None
    idf_weights: Weights = None
    invert: params.Flag = False
    output_mode: LookupMode = "int"
    sparse: params.Flag = False
    pad_to_max_tokens: params.Flag = False
    oov_method: OovMethod = "floormod"
    salt: Salt = None
    vocabulary_size: params.Anything = None


    def check(self):
        sparse(self)
        need.that(not self.pad_to_max_tokens or self.max_tokens is not None, "SC112", "max_tokens")
        need.that(not self.invert or self.output_mode == "int", "SC118", "invert", other="output_mode")
        idf = self.idf_weights is not None
        need.that(not idf or self.output_mode == "tf_idf", "SC118", "idf_weights", other="output_mode")
        words = self.output_mode == "tf_idf" and self.vocabulary is not None
        need.that(not words or idf, "SC112", "idf_weights")
        fits = not (idf and words) or shape_of(self.idf_weights) == (len(self.words()),)
        need.that(fits, "SC114", "idf_weights", expected="one weight for each word", given=shown(self.idf_weights))

    def depth(self):
        if self.pad_to_max_tokens or not isinstance(self.vocabulary, tuple):
            known = self.vocabulary_size if type(self.vocabulary_size) is int else self.max_tokens
            return dims.UNKNOWN if known is None else known
        return len(self.words()) + self.num_oov_indices

    def words(self):
        """The words of the vocabulary, without the special tokens that may stand before them."""
        special = {self.mask_token, self.oov_token} - {None}
        start = 0
        while start < len(self.vocabulary) and self.vocabulary[start] in special:
            start += 1
        return self.vocabulary[start:]

    def vectors(self, np, at):
        counted = super().vectors(np, at)  # tf_idf counts as well
        if self.output_mode != "tf_idf":
            return counted
        weights = np.asarray(self.idf_weights, counted.dtype)
        unknown = np.full(self.num_oov_indices, np.mean(weights), weights.dtype)
        known = np.concatenate([unknown, weights])
        return counted * np.pad(known, (0, self.depth() - len(known)))

    def dtype(self, *given):
        return "string" if self.invert and self.oov_token_is_a_word else super().dtype(*given)

    @property
    def oov_token_is_a_word(self):
        return isinstance(self.oov_token, str)

    def run(self, np, x):
        words_out = self.invert and self.oov_token_is_a_word
        if not isinstance(self.vocabulary, tuple) or words_out:
            need.refuse("SC504", problem="it gives words" if words_out else "its vocabulary is not at hand")
        words = np.asarray(self.words())
        if self.invert:
            return self.inverted(np, x.astype("int64"), words)
        x = x.astype("int64") if words.dtype.kind in "iu" else x.astype(str)
        return self.vectors(np, self.found(np, x, words))

    def inverted(self, np, at, words):
        """The value with each number; `oov_token` for a number that none has."""
        masked = [] if self.mask_token is None else [self.mask_token]
        values = np.asarray([*masked, *[self.oov_token] * self.num_oov_indices, *words.tolist()], "int64")
        known = (at >= 0) & (at < len(values))
        return np.where(known, values[np.where(known, at, 0)], self.oov_token)

    def found(self, np, x, words):
        """The number of each value."""
        first = (self.mask_token is not None and self.output_mode == "int") + self.num_oov_indices
        order = np.argsort(words)
        place = np.clip(np.searchsorted(words, x, sorter=order), 0, max(len(words) - 1, 0))
        known = words[order[place]] == x if len(words) else np.zeros(x.shape, bool)
        masked = (self.mask_token is not None) & (x == np.asarray(self.mask_token, x.dtype)) if (
            self.mask_token is not None) else np.zeros(x.shape, bool)  # fmt: skip
        if self.num_oov_indices == 0 and np.any(~known & ~masked):
            need.refuse("SC504", problem="a value is not in its vocabulary")
        if self.num_oov_indices > 1 and (x.dtype.kind not in "iu" or self.oov_method != "floormod"):
            need.refuse("SC504", problem="a hash over several `num_oov_indices` is not computed here")
        shift = first - self.num_oov_indices
        other = shift + (x % self.num_oov_indices if x.dtype.kind in "iu" and self.num_oov_indices else 0)
        at = np.where(known, first + (order[place] if len(words) else 0), other)
        return np.where(masked, 0 if self.output_mode == "int" else -1, at)


@layer
class IntegerLookup(Lookup):
    """The number of each integer in a vocabulary of integers.

    Unknown integers share `num_oov_indices` numbers, by their remainder. Otherwise as StringLookup.
    """

    mask_token: WholeToken = None
    oov_token: WholeToken = -1
    vocabulary_dtype: params.Anything = "int64"

    examples = (
        "vocabulary: [3, 5, 7] | (n, t) -> (n, t)",
        "vocabulary: [3, 5, 7], output_mode: one_hot | (n, 5) -> (n, 5, 4)",
        "vocabulary: [3, 5, 7], output_mode: multi_hot, num_oov_indices: 2 | (n, t) -> (n, 5)",
        "vocabulary: [3, 5], output_mode: count, max_tokens: 9, pad_to_max_tokens: true, mask_token: 0"
        " | (n, t) -> (n, 9)",
        "vocabulary: [3, 3] | (n, t) !! SC114",
        "max_tokens: 1 | (n, t) !! SC114",
        "vocabulary: [3, 5], output_mode: tf_idf | (n, t) !! SC112",
    )


@layer
class StringLookup(Lookup):
    """The number of each word in a vocabulary.

    depth = words + num_oov_indices. int: the number, after 0 for the `mask_token`, if there is one, and the numbers
    of unknown words. one_hot, multi_hot, count, tf_idf: vectors of depth places.
    """

    oov_token: Token = "[UNK]"
    encoding: params.Text = "utf-8"

    reads_texts = True
    examples = (
        "vocabulary: [a, b] | (n, t) -> (n, t)",
        "vocabulary: [a, b], output_mode: multi_hot | (n, t) -> (n, 3)",
        "vocabulary: [a, b], output_mode: tf_idf, idf_weights: [0.5, 0.2] | (n, t) -> (n, 3)",
        "vocabulary: [a, b], invert: true, output_mode: count | (n, t) !! SC118",
    )
