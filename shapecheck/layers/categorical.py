"""Categories as numbers, or as vectors with one place for each: encoding, binning, hashing and vocabularies."""

from typing import Any

from shapecheck import dims, need, params
from shapecheck.contract import DROP, Layer, layer
from shapecheck.diagnostic import Refusal
from shapecheck.layers._hashing import crossed, farmhash, siphash
from shapecheck.layers._values import kind, reader
from shapecheck.layers.rescaling import numbers, shape_of
from shapecheck.words import shown

MODES = ("int", "one_hot", "multi_hot", "count")


def modes(*names):
    """One of a few output modes, also by their older names."""
    expected = " or ".join(f"`{name}`" for name in names)

    def read(value, param, keras):
        word = {"binary": "multi_hot", "tf-idf": "tf_idf"}.get(value, value) if isinstance(value, str) else value
        return reader(params.one_of(*names))(word, param, keras)

    return kind(expected, read)


def _boundaries(value, param, keras):
    value = numbers(value, param, keras)
    if len(shape_of(value)) != 1:
        raise Refusal("SC113", param, expected="a list of numbers", given=shown(value))
    return tuple(value)


def token(value, param, keras):
    """A word or an integer."""
    if not isinstance(value, (str, int)):
        raise Refusal("SC113", param, expected="a word or an integer", given=shown(value))
    return value


def _salt(value, param, keras):
    sizes = value if isinstance(value, (list, tuple)) else (value, value)
    if len(sizes) != 2 or not all(type(size) is int for size in sizes):
        raise Refusal("SC113", param, expected="an integer or a list of two", given=shown(value))
    return tuple(sizes)


EncodingMode: Any = modes(*MODES[1:])
Mode: Any = modes(*MODES)
CrossingMode: Any = modes(*MODES[:2])
Boundaries: Any = params.optional(kind("a list of numbers", _boundaries))
Token: Any = params.optional(kind("a word or an integer", token))
Salt: Any = params.optional(kind("an integer or a list of two", _salt))
Bins: Any = params.optional(params.Extent)


class Categories(Layer):
    """Categories, numbered from 0, as they are (int), or as vectors of `depth` places.

    one_hot: a vector for each value, in the place of a last axis of 1. multi_hot, count: a vector for each sample, in
    which axis 1 is summed up, or axis 0 where there is no other. Keras's inference leaves out the axes after axis 1, or
    drops another one, in some of these layers; here, as when it runs, they stay.
    """

    output_mode: Any

    mask = DROP
    integers = "int64"

    def depth(self):
        """The number of places."""
        raise NotImplementedError

    def shape(self, x):
        return self.encoded(x)

    def encoded(self, x):
        if self.output_mode == "int":
            return x
        if self.output_mode == "one_hot":
            return *(x[:-1] if len(x) > 1 and x[-1] == 1 else x), self.depth()
        return *(x[:1] if len(x) > 1 else ()), *x[2:], self.depth()

    def inferred_by_keras(self, x):
        return None if self.output_mode in ("int", "one_hot") else (*x[:-1], self.depth())

    def dtype(self, *given):
        return self.integers if self.output_mode == "int" else self.policy.compute

    def vectors(self, np, at):
        """The output for numbered categories; a number that is none of them has no place."""
        mode = self.output_mode
        if mode == "int":
            return at.astype(self.integers)
        if mode == "one_hot" and at.ndim > 1 and at.shape[-1] == 1:
            at = at[..., 0]
        hot = (at[..., np.newaxis] == np.arange(self.depth())).astype(self.policy.compute)
        if mode == "one_hot" or not at.ndim:
            return hot
        axis = 1 if at.ndim > 1 else 0
        return np.max(hot, axis, initial=0) if mode == "multi_hot" else np.sum(hot, axis)


@layer
class CategoryEncoding(Categories):
    """Numbers below `num_tokens` as vectors of as many places.

    Where they are counted, each may count as much as the input `count_weights` says.
    """

    num_tokens: params.Positive
    output_mode: EncodingMode = "multi_hot"
    sparse: params.Flag = False

    examples = (
        "num_tokens: 6 | (n, t) -> (n, 6)",
        "num_tokens: 6, output_mode: one_hot | (n, 5) -> (n, 5, 6)",
        "num_tokens: 6, output_mode: one_hot | (n, 1) -> (n, 6)",
        "num_tokens: 6, output_mode: count | (n, t, 4) -> (n, 4, 6)",
        "num_tokens: 6, output_mode: count | (n, t), (n, t) -> (n, 6)",
        "num_tokens: 6, output_mode: count | (1, 4), (5, 4) -> (5, 6)",
        "num_tokens: 6 | (n, t), (n, t) !! SC118",
        "num_tokens: 6, output_mode: int | (n, t) !! SC114",
        "num_tokens: 0 | (n, t) !! SC114",
    )

    def depth(self):
        return self.num_tokens

    def shape(self, x, count_weights=None):
        if count_weights is not None:
            need.that(self.output_mode == "count", "SC118", "output_mode", other="count_weights")
            sizes = list(x)
            for axis in range(max(0, len(x) - len(count_weights)), len(x)):
                sizes[axis] = need.broadcast(count_weights[axis - len(x)], x[axis], axis=axis)
            x = tuple(sizes)
        return self.encoded(x)

    def inferred_by_keras(self, x, count_weights=None):
        return super().inferred_by_keras(x)

    def run(self, np, x, count_weights=None):
        at = x.astype("int64") if x.dtype.kind == "f" else x
        if count_weights is None:
            return self.vectors(np, at)
        hot = (at[..., np.newaxis] == np.arange(self.num_tokens)) * count_weights[..., None]
        return np.sum(hot, 1 if at.ndim > 1 else 0).astype(self.policy.compute)


@layer
class Discretization(Categories):
    """The number of the bin in which a value lies: of `bin_boundaries`, how many are not above it.

    Either the boundaries are given, or `num_bins`, and the boundaries are found from data that is shown before.
    """

    bin_boundaries: Boundaries = None
    num_bins: Bins = None
    epsilon: params.Number = 0.01
    output_mode: Mode = "int"
    sparse: params.Flag = False

    integers = "int32"
    examples = (
        "bin_boundaries: [0, 1, 2] | (n, t) -> (n, t)",
        "bin_boundaries: [0, 1, 2], output_mode: one_hot | (n, 5) -> (n, 5, 4)",
        "bin_boundaries: [0, 1, 2], output_mode: multi_hot | (n, t, 5) -> (n, 5, 4)",
        "bin_boundaries: [0, 1, 2], output_mode: count | (n, t) -> (n, 4)",
        "bin_boundaries: [0, 1], output_mode: nope | (n, t) !! SC114",
        "output_mode: int | (n, t) !! SC112",
    )

    def check(self):
        need.that(self.bin_boundaries is not None or self.num_bins is not None, "SC112", "bin_boundaries")
        sparse(self)

    def inferred_by_keras(self, x):
        return None

    def depth(self):
        return self.num_bins if self.bin_boundaries is None else len(self.bin_boundaries) + 1

    def run(self, np, x):
        if self.bin_boundaries is None:
            need.refuse("SC504", problem="its `bin_boundaries` are not known")
        return self.vectors(np, np.digitize(x, self.bin_boundaries))


def sparse(self):
    """Refuse sparse vectors where there are none."""
    need.that(not self.sparse or self.output_mode != "int", "SC118", "sparse", other="output_mode: int")


@layer
class Hashing(Categories):
    """The hash of each value, from 0 to `num_bins` - 1; with a `mask_value`, which gets 0, from 1.

    The hash is Google's FarmHash of the value as a text, and SipHash with a `salt`.
    """

    num_bins: params.Positive
    mask_value: Token = None
    salt: Salt = None
    output_mode: Mode = "int"
    sparse: params.Flag = False

    reads_texts = True
    examples = (
        "num_bins: 6 | (n, t) -> (n, t)",
        "num_bins: 6, mask_value: 0, output_mode: one_hot | (n, 5) -> (n, 5, 6)",
        "num_bins: 6, output_mode: count | (n, t) -> (n, 6)",
        "num_bins: 0 | (n, t) !! SC114",
        "num_bins: 6, sparse: true | (n, t) !! SC118",
    )

    def check(self):
        sparse(self)
        whole = self.output_mode != "int" or self.integers in ("int32", "int64")
        need.that(whole, "SC114", "dtype", expected="`int32` or `int64`", given=shown(self.given.get("dtype")))

    @property
    def integers(self):
        return "int64" if self.given.get("dtype") is None else self.policy.compute

    def inferred_by_keras(self, x):
        return None if self.output_mode == "int" else (*x[:-1], self.num_bins)

    def depth(self):
        return self.num_bins

    def run(self, np, x):
        masked = self.mask_value is not None and self.num_bins > 1
        x = x.astype("int64") if x.dtype.kind == "f" else x
        bins = self.num_bins - masked
        at = hashes(np, x, lambda text: self.hashed(text) % bins, "int64")
        return self.vectors(np, np.where(x == self.mask_value, 0, at + 1) if masked else at)

    def hashed(self, text):
        return farmhash(text) if self.salt is None else siphash(text, self.salt)


def hashes(np, x, hashed, dtype):
    """The hash of each value as a text, taken once of those that are alike."""
    words, back = np.unique(x, return_inverse=True)
    each = [hashed(str(word).encode(errors="surrogateescape")) for word in words.tolist()]
    return np.asarray(each, dtype)[back].reshape(x.shape)


@layer
class HashedCrossing(Categories):
    """The hash of each pair of values, from 0 to `num_bins` - 1.

    Two inputs (n) or (n, 1), of integers or texts. Keras infers a shape for others as well, and refuses them when it
    runs. The hash is TensorFlow's chain of FarmHash's factor; a text goes into it by its FarmHash.
    """

    num_bins: params.Positive
    output_mode: CrossingMode = "int"
    sparse: params.Flag = False

    reads_texts = True
    examples = (
        "num_bins: 6 | (n), (n) -> (n)",
        "num_bins: 6, output_mode: one_hot | (n, 1), (n, 1) -> (n, 6)",
        "num_bins: 6 | (n, 5), (n, 5) !! SC302",
        "num_bins: 6 | (n) !! SC208",
    )

    def check(self):
        sparse(self)

    def depth(self):
        return self.num_bins

    def shape(self, *xs):
        need.that(len(xs) == 2, "SC208", expected="2 inputs", given=len(xs))
        for x in xs:
            good = len(x) < 2 or (len(x) == 2 and dims.same(x[1], 1) is not False)
            need.that(good, "SC302", expected="inputs (n) or (n, 1)", rank=len(x), shape=x)
        need.that(len(xs[0]) == len(xs[1]), "SC302", expected="inputs of one rank", rank=len(xs[1]))
        for axis, (a, b) in enumerate(zip(*xs, strict=True)):
            need.equal(a, b, verb="cannot pair", axis=axis)
        return self.encoded(xs[0])

    def inferred_by_keras(self, *xs):
        return None

    def run(self, np, *xs):
        good = all(x.dtype.kind in "iubU" for x in xs)
        need.that(good, "SC504", problem="it hashes integers and texts only, as Keras does")
        columns = [hashes(np, x, farmhash, "uint64").astype("int64") if x.dtype.kind == "U" else x for x in xs]
        return self.vectors(np, (crossed(np, columns) % np.uint64(self.num_bins)).astype("int64"))
