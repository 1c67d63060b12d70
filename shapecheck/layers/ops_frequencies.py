"""Transforms of signals to frequencies and back."""

from typing import Any, ClassVar

from shapecheck import need, params
from shapecheck.layers._op import Op, derived, numbers, of_rank, op, shape_of

_OPTIONAL: Any = params.optional(params.Positive)


_PARTS = "cannot be parts of one number:"


def complex_of(np, x, least=1):
    """The complex numbers of a list of their real and imaginary parts, or in shapes the first part."""
    need.that(len(x) == 2, "SC208", expected="a list of two, the real and the imaginary part", given=len(x))
    real, imag = x
    of_rank(real, least, params.MAX_RANK)
    of_rank(imag, real.ndim)
    if numbers(np):
        return real + 1j * imag
    for a, b in zip(real.sizes, imag.sizes, strict=True):
        need.equal(a, b, verb=_PARTS)
    return real


class Transform(Op):
    """A Fourier transform that keeps the shape, from and to a list of real and imaginary parts."""

    least: ClassVar[int] = 1

    examples = ("| (n, h), (n, h) -> (n, h), (n, h)", "| (n, 3), (n, 4) !! SC301", "| (n, 3) !! SC208")

    def gives(self, *given):
        return list(given)

    def rule(self, np, *x):
        z = complex_of(np, x, self.least)
        if not numbers(np):
            return [z, z]
        y = getattr(np.fft, self.formula)(z)
        return [y.real, y.imag]


derived(
    globals(),
    Transform,
    "FFT",
    "The discrete Fourier transform over the last axis, as (real, imaginary).",
    formula="fft",
)
derived(globals(), Transform, "FFT2", "The discrete Fourier transform over the last two axes.", formula="fft2", least=2)
derived(globals(), Transform, "IFFT2", "The inverse transform over the last two axes.", formula="ifft2", least=2)


@op
class RFFT(Op):
    """The Fourier transform of real numbers over the last axis, of `fft_length` // 2 + 1 frequencies."""

    fft_length: _OPTIONAL = None

    examples = (
        "| (n, 8) -> (n, 5), (n, 5)",
        "fft_length: 6 | (n, h) -> (n, 4), (n, 4)",
        "| (n, h) -> (n, h//2 + 1), (n, h//2 + 1)",
        "| () !! SC302",
    )

    def gives(self, x):
        return [x, x]

    def rule(self, np, x):
        of_rank(x, 1, params.MAX_RANK)
        if numbers(np):
            y = np.fft.rfft(x, self.fft_length)
            return [y.real, y.imag]
        length = x.sizes[-1] if self.fft_length is None else self.fft_length
        made = np.zeros((*x.sizes[:-1], length // 2 + 1))
        return [made, made]


@op
class IRFFT(Op):
    """The way back from RFFT to `fft_length` real numbers, or 2 (m - 1) of them from m frequencies."""

    fft_length: _OPTIONAL = None

    examples = ("| (n, 5), (n, 5) -> (n, 8)", "fft_length: 7 | (n, h), (n, h) -> (n, 7)", "| (n, 3), (n, 4) !! SC301")

    def gives(self, *given):
        return given[0]

    def rule(self, np, *x):
        z = complex_of(np, x)
        if numbers(np):
            return np.fft.irfft(z, self.fft_length)
        length = 2 * (z.sizes[-1] - 1) if self.fft_length is None else self.fft_length
        need.at_least(length, 1, "the number of values")
        return np.zeros((*z.sizes[:-1], length))


class Framed(Op):
    """Frames of a signal."""

    def frames(self, np, x, length, stride):
        """The frames (..., count, length) that begin every `stride` values."""
        count = 1 + (x.shape[-1] - length) // stride
        at = np.arange(count)[:, None] * stride + np.arange(length)
        return x[..., at]


@op
class ExtractSequences(Framed):
    """The sequences of `sequence_length` values that begin every `sequence_stride` values."""

    sequence_length: params.Positive
    sequence_stride: params.Positive

    examples = (
        "sequence_length: 4, sequence_stride: 2 | (n, 10) -> (n, 4, 4)",
        "sequence_length: 3, sequence_stride: 3 | (n, 3*t) -> (n, t, 3)",
        "sequence_length: 4, sequence_stride: 2 | (n, 3) !! SC306",
        "sequence_length: 4, sequence_stride: 2 | () !! SC302",
    )

    def rule(self, np, x):
        of_rank(x, 1, params.MAX_RANK)
        if numbers(np):
            return self.frames(np, x, self.sequence_length, self.sequence_stride)
        n = x.sizes[-1]
        need.at_least(n, self.sequence_length, "the last axis", axis=x.ndim - 1)
        return np.zeros((*x.sizes[:-1], 1 + (n - self.sequence_length) // self.sequence_stride, self.sequence_length))


Window: Any = params.Anything


class Spectral(Framed):
    """A transform of frames, each of `sequence_length` values under a window in `fft_length`."""

    sequence_length: params.Positive
    sequence_stride: params.Positive
    fft_length: params.Positive
    window: Window = "hann"
    center: params.Flag = True

    def check(self):
        need.at_least(self.fft_length, self.sequence_length, "`fft_length`", param="fft_length")
        sound = (
            self.window is None or self.window in ("hann", "hamming") or isinstance(self.window, (list, tuple, dict))
        )
        need.that(sound, "SC114", "window", expected="`hann`, `hamming`, none or a list", given=str(self.window)[:40])

    def curve(self, np):
        """The window in the middle of `fft_length` zeros."""
        length, left = self.sequence_length, (self.fft_length - self.sequence_length) // 2
        if isinstance(self.window, str):
            share = 0.5 if self.window == "hann" else 0.54
            curve = share - (1 - share) * np.cos(2 * np.pi * np.arange(length) / length)
        else:
            curve = np.ones(length) if self.window is None else np.asarray(self.window, "float64")
        return np.pad(curve, (left, self.fft_length - length - left))


@op
class STFT(Spectral):
    """The real and imaginary short-time Fourier transform of signals (..., n): (..., frames, `fft_length` // 2 + 1)."""

    examples = (
        "sequence_length: 4, sequence_stride: 2, fft_length: 8 | (n, 16) -> (n, 9, 5), (n, 9, 5)",
        "sequence_length: 4, sequence_stride: 2, fft_length: 4, center: false, window: hamming | (n, t) ->"
        " (n, t//2 - 1, 3), (n, t//2 - 1, 3)",
        "sequence_length: 4, sequence_stride: 2, fft_length: 8, center: false | (n, 7) !! SC306",
        "sequence_length: 9, sequence_stride: 2, fft_length: 8 | (n, 16) !! SC306",
        "sequence_length: 4, sequence_stride: 2, fft_length: 8, window: wide | (n, 16) !! SC114",
    )

    def gives(self, x):
        return [x, x]

    def rule(self, np, x):
        of_rank(x, 1, params.MAX_RANK)
        length, margin = self.fft_length, self.fft_length // 2 if self.center else 0
        if not numbers(np):
            n = x.sizes[-1] + 2 * margin
            if self.center:
                need.at_least(x.sizes[-1], margin + 1, "the last axis, for its reflected margin", axis=x.ndim - 1)
            need.at_least(n, length, "the last axis", axis=x.ndim - 1)
            made = np.zeros((*x.sizes[:-1], 1 + (n - length) // self.sequence_stride, length // 2 + 1))
            return [made, made]
        x = np.pad(x, [(0, 0)] * (x.ndim - 1) + [(margin, margin)], mode="reflect")
        y = np.fft.rfft(self.frames(np, x, length, self.sequence_stride) * self.curve(np))
        return [y.real, y.imag]


@op
class ISTFT(Spectral):
    """The way back from STFT: the frames added up over one another, divided by the sum of the squared windows."""

    sequence_length: params.Positive
    sequence_stride: params.Positive
    fft_length: params.Positive
    length: _OPTIONAL = None
    window: Window = "hann"
    center: params.Flag = True

    examples = (
        "sequence_length: 4, sequence_stride: 2, fft_length: 8 | (n, 9, 5), (n, 9, 5) -> (n, 16)",
        "sequence_length: 4, sequence_stride: 2, fft_length: 4, length: 7 | (n, t, 3), (n, t, 3) -> (n, 7)",
        "sequence_length: 4, sequence_stride: 2, fft_length: 8 | (n, 9, 6), (n, 9, 6) !! SC301",
    )

    def gives(self, *given):
        return given[0]

    def rule(self, np, *x):
        z = complex_of(np, x, 2)
        bins = self.fft_length // 2 + 1
        need.equal(
            shape_of(z)[-1] if not numbers(np) else z.shape[-1], bins, verb="cannot go back from", axis=z.ndim - 1
        )
        margin = self.fft_length // 2 if self.center else 0
        frames = z.shape[-2] if numbers(np) else z.sizes[-2]
        whole = (frames - 1) * self.sequence_stride + self.fft_length
        length = whole - 2 * margin if self.length is None else self.length
        if not numbers(np):
            need.at_least(length, 0, "the number of values")
            return np.zeros((*z.sizes[:-2], length))
        curve = self.curve(np)
        parts = np.fft.irfft(z, self.fft_length) * curve
        made, weight = np.zeros((*z.shape[:-2], whole)), np.zeros(whole)
        for i in range(frames):
            span = slice(i * self.sequence_stride, i * self.sequence_stride + self.fft_length)
            made[..., span] += parts[..., i, :]
            weight[span] += curve**2
        made = made / np.where(weight > 1e-10, weight, 1)
        made = made[..., margin : margin + length]
        return np.pad(made, [(0, 0)] * (made.ndim - 1) + [(0, length - made.shape[-1])])
