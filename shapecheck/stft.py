"""The short-time Fourier transform as a kernel of a convolution: windowed waves, one for each frequency."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from shapecheck import named

WINDOWS = {
    "boxcar": (1.0,),
    "hann": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
    "nuttall": (0.3635819, 0.4891775, 0.1365995, 0.0106411),
    "blackmanharris": (0.35875, 0.48829, 0.14128, 0.01168),
    "flattop": (0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368),
}
"""Windows that are sums of cosines: the amplitudes of the harmonics, whose signs alternate (Harris 1978)."""


def _window(np: Any, name: str, length: int, periodic: bool) -> Any:
    at = 2 * math.pi * np.arange(length) / max(length if periodic else length - 1, 1)
    terms = [(-1) ** k * amplitude * np.cos(k * at) for k, amplitude in enumerate(WINDOWS[name])]
    return sum(terms) if length > 1 else np.ones(length)


def kernel(np: Any, rng: Any, shape: Sequence[int], side: str, window: Any, scaling: str | None, periodic: bool) -> Any:
    """w(t) cos(2 pi t k / n), or -w(t) sin(...) for the imaginary side, of a transform of n = 2 (columns - 1) points.

    `shape` is (length, 1, columns), time first. `window` is a name of WINDOWS, a list of `length` numbers, or None for
    ones. A `density` scaling divides by sqrt(sum w^2), a `spectrum` by |sum w|. Refuses (SC125) a list of other length.
    """
    length, _, columns = shape
    points = max(2 * (columns - 1), 1)
    angle = 2 * math.pi / points * (np.arange(length)[:, None] * np.arange(columns) % points)
    wave = np.cos(angle) if side == "real" else -np.sin(angle)
    if window is None:
        return wave[:, None, :]
    w = np.asarray(window) if isinstance(window, list) else _window(np, window, length, periodic)
    if w.shape != (length,):
        raise named.bad("STFT", "window", window, f"a list of {length} numbers", f"one of {w.size}")
    if scaling is not None:
        w = w / (math.sqrt(np.sum(w**2)) if scaling == "density" else abs(np.sum(w)))
    return (w[:, None] * wave)[:, None, :]
