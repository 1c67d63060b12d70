"""Spectrograms: how strong each frequency is in each stretch of a signal."""

import math
from typing import Any

from shapecheck import dims, initializers, need, params
from shapecheck.contract import Layer, Weight, layer
from shapecheck.diagnostic import Refusal
from shapecheck.layers._values import kind
from shapecheck.layers._windows import margins, places, slots
from shapecheck.stft import WINDOWS
from shapecheck.words import shown

SIGNAL_MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")


def _window(value, param, keras):
    """The name of a window, a list of numbers, or none."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if value is None or (isinstance(value, str) and value in WINDOWS) or (
        isinstance(value, list) and all(isinstance(item, (int, float)) for item in value)):  # fmt: skip
        return value
    expected = f"{', '.join(f'`{name}`' for name in WINDOWS)}, a list of numbers, or none"
    raise Refusal("SC114", param, expected=expected, given=shown(value))


SignalMode: Any = params.one_of(*SIGNAL_MODES)
Scaling: Any = params.optional(params.one_of("density", "spectrum"))
WindowName: Any = kind("the name of a window, a list of numbers, or none", _window)
Step: Any = params.optional(params.Positive)
Frequency: Any = params.optional(params.Number)


@layer
class STFTSpectrogram(Layer):
    """The short-time Fourier transform of each channel of a signal (n, t, c): frames of `frame_length` steps, windowed.

    Frames start `frame_step` steps apart (half a frame by default), as many as a window of that length and stride has
    places; each has f = `fft_length` / 2 + 1 frequencies, where fft_length is the next power of 2 by default. The
    output is (n, frames, c * f), twice as many for `stft`, whose real parts come first, or (n, frames, f, c) with
    `expand_dims`. real_kernel and imag_kernel (frame_length, 1, f) hold the windowed waves, and count as trainable.
    With channels_first signals are (n, c, t), and the output (n, c * f, frames) or (n, c, frames, f).
    """

    mode: SignalMode = "log"
    frame_length: params.Positive = 256
    frame_step: Step = None
    fft_length: Step = None
    window: WindowName = "hann"
    periodic: params.Flag = False
    scaling: Scaling = "density"
    padding: params.PoolPadding = "valid"
    expand_dims: params.Flag = False
    data_format: params.DataFormat = None

    examples = (
        "frame_length: 8 | (n, t, 2) -> (n, t//4 - 1, 10)",
        "frame_length: 6, frame_step: 2, fft_length: 10, mode: stft, padding: same"
        " | (n, t, c) -> (n, (t + 1)//2, 12*c)",
        "frame_length: 8, expand_dims: true, mode: psd | (n, t, 2) -> (n, t//4 - 1, 5, 2)",
        "frame_length: 8, mode: angle, window: hamming, data_format: channels_first | (n, 2, t) -> (n, 10, t//4 - 1)",
        "frame_length: 8, mode: real, scaling: null, expand_dims: true, data_format: channels_first"
        " | (n, c, t) -> (n, c, t//4 - 1, 5)",
        "| (n, 100, 1) !! SC306",
        "| (n, t) !! SC302",
        "frame_length: 8, fft_length: 4 | (n, t, 1) !! SC114",
        "frame_length: 8, frame_step: 9 | (n, t, 1) !! SC114",
    )

    @property
    def step(self):
        """The steps from one frame to the next."""
        return self.frame_step or self.frame_length // 2

    @property
    def points(self):
        """The points of the transform."""
        return self.fft_length or 1 << max(self.frame_length - 1, 0).bit_length()

    def check(self):
        good = self.frame_step is None or self.frame_step <= self.frame_length
        need.that(good, "SC114", "frame_step", expected=f"at most {self.frame_length}", given=self.frame_step)
        good = self.fft_length is None or self.fft_length >= self.frame_length
        need.that(good, "SC114", "fft_length", expected=f"at least {self.frame_length}", given=self.fft_length)
        need.that(self.step, "SC114", "frame_length", expected="more than 1 without a `frame_step`", given=1)
        good = not isinstance(self.window, list) or len(self.window) == self.frame_length
        need.that(good, "SC114", "window", expected=f"a list of {self.frame_length} numbers",
                  given=f"one of {len(self.window or '')}")  # fmt: skip

    def shape(self, x):
        need.axes(x, "n t c")
        first = self.data_format == "channels_first"
        channels, steps, axis = (x[1], x[2], 2) if first else (x[2], x[1], 1)
        frames = slots(steps, self.frame_length, self.step, 1, self.padding, f"axis {axis}", axis=axis)
        found = (self.points // 2 + 1) * (2 if self.mode == "stft" else 1)
        if self.expand_dims:
            return (x[0], channels, frames, found) if first else (x[0], frames, found, channels)
        return (x[0], channels * found, frames) if first else (x[0], frames, channels * found)

    def dtype(self, x):
        return self.policy.compute

    def weights(self, x):
        shape = self.frame_length, 1, self.points // 2 + 1
        for side, other in (("real", "imag"), ("imag", "real")):
            if self.mode != other:
                config = {"side": side, "window": self.window, "scaling": self.scaling, "periodic": self.periodic}
                yield f"{side}_kernel", Weight(shape, initializers.get({"class_name": "STFT", "config": config}))

    def macs(self, x, w, y):
        _, *rest = self.shape(x)
        sides = 1 if self.mode == "stft" else len(w)
        return dims.product((x[0], *rest, self.frame_length)) * sides

    def run(self, np, x, w):
        x = x if self.data_format == "channels_first" else np.swapaxes(x, 1, 2)
        x = x if x.dtype.kind == "f" else x.astype("float32")
        sides = {name[:4]: framed(np, x, self.frame_length, self.step, self.padding) @ kernel[:, 0].astype(x.dtype)
                 for name, kernel in w.items()}  # fmt: skip
        y = self.shown(np, **sides)  # (n, c, frames, f)
        batch, channels, frames, found = y.shape
        if self.expand_dims:
            return y if self.data_format == "channels_first" else np.moveaxis(y, 1, 3)
        y = np.swapaxes(y, 2, 3).reshape(batch, channels * found, frames)
        return y if self.data_format == "channels_first" else np.swapaxes(y, 1, 2)

    def shown(self, np, real=None, imag=None):
        """What the mode makes of the two sides of the transform."""
        if self.mode in ("real", "imag"):
            return real if self.mode == "real" else imag
        if self.mode == "angle":
            return np.arctan2(imag, real)
        if self.mode == "stft":
            return np.concatenate([real, imag], axis=-1)
        power = np.square(real) + np.square(imag)
        if self.mode == "psd":
            power[..., 1:-1] *= 2
            return power
        strength = np.sqrt(np.maximum(power, 1e-7))
        return strength if self.mode == "magnitude" else np.log(np.maximum(strength, 1e-7))


def framed(np, x, length, step, padding):
    """(..., frames, length): the stretches of the last axis that a window of this length sees."""
    count = places(x.shape[-1], length, step, 1, padding)
    pairs = [(0, 0)] * (x.ndim - 1) + [margins(x.shape[-1], length, step, 1, padding)]
    x = np.pad(x, pairs)
    at = np.arange(count)[:, np.newaxis] * step + np.arange(length)
    return x[..., at]


@layer
class MelSpectrogram(Layer):
    """The strength of `num_mel_bins` bands of the mel scale in a signal (..., t): (..., num_mel_bins, t // stride + 1).

    The signal is mirrored by half of `fft_length` at both ends, so it has to be longer than that; a frame of
    `fft_length` starts every `sequence_stride` steps. |transform| ^ mag_exp goes into triangular bands between
    `min_freq` and `max_freq` hertz (half the sampling rate by default). With `power_to_db` the output is in decibel
    above `ref_power`, at most `top_db` below its maximum. Keras's inference counts one frame more where t + 1 is a
    multiple of the stride, and takes axis 1 for the time; here, as when it runs, it is the last axis.
    """

    fft_length: params.Positive = 2048
    sequence_stride: params.Positive = 512
    sequence_length: Step = None
    window: WindowName = "hann"
    sampling_rate: params.Number = 16000
    num_mel_bins: params.Positive = 128
    min_freq: params.Number = 20.0
    max_freq: Frequency = None
    power_to_db: params.Flag = True
    top_db: params.Number = 80.0
    mag_exp: params.Number = 2.0
    min_power: params.Number = 1e-10
    ref_power: params.Number = 1.0

    examples = (
        "fft_length: 4, sequence_stride: 2, num_mel_bins: 3 | (n, t) -> (n, 3, t//2 + 1)",
        "fft_length: 8, sequence_stride: 3, sequence_length: 6, num_mel_bins: 4, power_to_db: false"
        " | (t) -> (4, t//3 + 1)",
        "| (n, 100) !! SC306",
        "fft_length: 4, sequence_length: 6 | (n, t) !! SC114",
    )

    def check(self):
        good = (self.sequence_length or 1) <= self.fft_length
        need.that(good, "SC114", "sequence_length", expected=f"at most {self.fft_length}", given=self.sequence_length)
        length = self.sequence_length or self.fft_length
        good = not isinstance(self.window, list) or len(self.window) == length
        need.that(good, "SC114", "window", expected=f"a list of {length} numbers",
                  given=f"one of {len(self.window or '')}")  # fmt: skip

    def shape(self, x):
        need.axes(x, "... t")
        axis = len(x) - 1
        need.at_least(x[-1], self.fft_length // 2 + 1, f"axis {axis}", axis=axis)
        frames = (x[-1] + 2 * (self.fft_length // 2) - self.fft_length) // self.sequence_stride + 1
        return *x[:-1], self.num_mel_bins, frames

    def inferred_by_keras(self, x):
        steps = x[1] if len(x) > 1 else x[0]
        return *x[: len(x) > 1], self.num_mel_bins, (steps + self.sequence_stride + 1) // self.sequence_stride

    def dtype(self, x):
        return self.policy.compute

    def macs(self, x):
        *rest, bins, frames = self.shape(x)
        return dims.product((*rest, frames, self.fft_length // 2 + 1, bins))

    def run(self, np, x):
        y = x if x.dtype.name in ("float32", "float64") else x.astype("float32")
        half = self.fft_length // 2
        y = np.pad(y, [(0, 0)] * (y.ndim - 1) + [(half, half)], mode="reflect")
        frames = framed(np, y, self.fft_length, self.sequence_stride, "valid") * self.weighting(np)
        power = np.abs(np.fft.rfft(frames)) ** self.mag_exp
        bands = power @ self.bands(np)
        if self.power_to_db:
            bands = 10 * np.log10(np.maximum(bands, self.min_power))
            bands -= 10 * math.log10(max(abs(self.ref_power), self.min_power))
            bands = np.maximum(bands, np.max(bands, initial=-math.inf) - self.top_db)
        return np.swapaxes(bands, -1, -2).astype(x.dtype if x.dtype.kind == "f" else "float32")

    def weighting(self, np):
        """The periodic window, in the middle of a frame."""
        length = self.sequence_length or self.fft_length
        window = np.ones(length)
        if isinstance(self.window, list):
            window = np.asarray(self.window)
        elif self.window is not None:
            at = 2 * math.pi * np.arange(length) / length
            window = sum((-1) ** k * a * np.cos(k * at) for k, a in enumerate(WINDOWS[self.window]))
        before = (self.fft_length - length) // 2
        return np.pad(window, (before, self.fft_length - length - before))

    def bands(self, np):
        """The share (frequencies, bands) of each frequency in each band; the constant part has none."""

        def mel(hertz):
            return 1127.0 * np.log(1 + hertz / 700.0)

        highest = self.max_freq or int(self.sampling_rate / 2)
        edges = np.linspace(mel(self.min_freq), mel(highest), self.num_mel_bins + 2)
        at = mel(np.linspace(0, self.sampling_rate / 2, self.fft_length // 2 + 1)[1:])[:, np.newaxis]
        rising = (at - edges[:-2]) / (edges[1:-1] - edges[:-2])
        falling = (edges[2:] - at) / (edges[2:] - edges[1:-1])
        return np.pad(np.maximum(0, np.minimum(rising, falling)), [(1, 0), (0, 0)])
