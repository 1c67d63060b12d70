"""TextVectorization: texts as the numbers of their words."""

from typing import Any

from shapecheck import dims, need, params
from shapecheck.contract import layer
from shapecheck.layers._values import kind, reader
from shapecheck.layers.categorical import Token
from shapecheck.layers.lookup import Lookup

PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


def _choice(*names):
    def read(value, param, keras):
        return value if callable(value) else reader(params.optional(params.one_of(*names)))(value, param, keras)

    return kind(" or ".join(f"`{name}`" for name in names) + ", or none", read)


def _ngrams(value, param, keras):
    if isinstance(value, (list, tuple)):
        return reader(params.Axes)(value, param, keras)
    return tuple(range(1, reader(params.Positive)(value, param, keras) + 1))


Standard: Any = _choice("lower_and_strip_punctuation", "lower", "strip_punctuation")
Split: Any = _choice("whitespace", "character")
NGrams: Any = params.optional(kind("an integer, or a list of integers", _ngrams))
Length: Any = params.optional(params.Positive)


@layer
class TextVectorization(Lookup):
    """The numbers of the words of each text (n) or (n, 1): (n, output_sequence_length), 0 where a text has no more.

    Without `output_sequence_length` the longest text says how many there are, so that no shape is known. In the
    other modes a vector for each text. Keras infers a shape for more texts of a sample as well, and refuses them when
    it runs.
    """

    standardize: Standard = "lower_and_strip_punctuation"
    split: Split = "whitespace"
    ngrams: NGrams = None
    output_sequence_length: Length = None
    ragged: params.Flag = False
    encoding: params.Text = "utf-8"
    mask_token: Token = ""
    oov_token: Token = "[UNK]"

    reads_texts = True
    examples = (
        "vocabulary: [a, b], output_sequence_length: 7 | (n) -> (n, 7)",
        "vocabulary: [a, b], output_mode: multi_hot | (n) -> (n, 3)",
        "vocabulary: [a, b], output_mode: count, output_sequence_length: 7 | (n) !! SC118",
        "vocabulary: [a, b], output_mode: nope | (n) !! SC114",
    )

    def check(self):
        super().check()
        length = self.output_sequence_length is not None
        need.that(not length or self.output_mode == "int", "SC118", "output_sequence_length", other="output_mode")
        need.that(not self.ragged or self.output_mode == "int", "SC118", "ragged", other="output_mode")

    def shape(self, x, eager):
        need.that(0 < len(x) < 3, "SC302", expected="texts (n) or (n, 1)", rank=len(x), shape=x)
        if eager and len(x) == 2:
            need.equal(x[1], 1, verb="takes one text for each sample: it cannot join", axis=1)
        if self.output_mode != "int":
            return *x, self.depth()
        return x[0], dims.UNKNOWN if self.output_sequence_length is None else self.output_sequence_length

    def run(self, np, x):
        if not isinstance(self.vocabulary, tuple) or callable(self.standardize) or callable(self.split):
            need.refuse("SC504", problem="its vocabulary is not at hand")
        texts = [self.tokens(str(text)) for text in x.reshape(-1).tolist()]  # words have no array form
        length = self.output_sequence_length or max(map(len, texts), default=0)
        padded = [(words + [""] * length)[:length] if self.output_mode == "int" else words for words in texts]
        words = np.asarray(self.words())
        if self.output_mode == "int":
            return self.found(np, np.asarray(padded, str).reshape(len(texts), length), words).astype("int64")
        rows = [self.vectors(np, self.found(np, np.asarray(text, str), words)) for text in padded]
        return np.asarray(rows, self.policy.compute).reshape(*x.shape, self.depth())

    def tokens(self, text):
        """The words of a text, and their n-grams."""
        if self.standardize and "lower" in self.standardize:
            text = text.lower()
        if self.standardize and "strip" in self.standardize:
            text = text.translate(dict.fromkeys(map(ord, PUNCTUATION)))
        words = text.split() if self.split == "whitespace" else list(text) if self.split else [text]
        if self.ngrams is None:
            return words
        return [" ".join(words[i : i + n]) for n in self.ngrams for i in range(len(words) - n + 1)]
