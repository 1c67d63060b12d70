"""Keras's initializers by name: how a weight starts, drawn from a seeded NumPy generator.

The distributions are Keras's, the random numbers are NumPy's: the same seed gives other numbers than a framework would.
One table of names for both Keras generations, so the file is a little longer than others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from shapecheck import named, stft
from shapecheck.named import Family, Form, Named, Setting, choice, number, number_where, optional
from shapecheck.words import shape_text

Shape = Sequence[int]
Fans = Callable[[Shape], tuple[float, float]]

_TRUNCATED_STDDEV = 0.8796256610342398
"""The standard deviation of N(0, 1) cut off at 2: sqrt(1 - 4 phi(2) / (2 Phi(2) - 1))."""
_DEEPEST = 32


class Initializer(Named):
    """How a weight starts. `function` is the callable that was given, None for one of Keras's."""

    __slots__ = ()

    def __call__(self, np: Any, rng: Any, shape: Shape, dtype: str = "float32") -> Any:
        """An array of this shape and dtype; a `seed` of its own wins over the generator `rng`.

        A callable is called as Keras calls it, `f(shape, dtype=dtype)`, and what it raises is not caught. Refuses
        (SC125) a shape for which the initializer is not defined, or that does not come out.
        """
        self.fits(shape)
        if self.form is None:
            made = np.asarray(self.function(tuple(shape), dtype=dtype))  # type: ignore[misc]
        else:
            config = dict(self.config)
            if (seed := config.pop("seed", None)) is not None:
                # a generator takes no negative seed: the sign becomes a word of its own
                rng = np.random.default_rng([abs(seed), 1] if seed < 0 else seed)
            made = self.form.formula(np, rng, tuple(shape), **config)
        if made.shape != tuple(shape):
            raise named.bad(self.name, "shape", shape, shape_text(made.shape), shape_text(shape))
        return made.astype(dtype)


def get(value: Any, keras: int | None = None) -> Initializer:
    """The initializer that a name, a map, an array, a callable or None (the default) stands for.

    Refuses an unknown one with SC122, and bad settings as `named.read` does. Keras 2.2.4 takes no None.
    """
    if isinstance(value, Initializer):
        return value
    if keras == 2:
        return Initializer(*named.read(value, _KERAS2))
    if value is None:
        value = "glorot_uniform"  # what Keras 3 gives a float weight without an initializer
    if hasattr(value, "__array__") and not isinstance(value, type):
        return Initializer(None, {}, _Array(value))
    return Initializer(*named.read(value, _KERAS3))


class _Array:
    """An array given as the start itself."""

    __name__ = "array"

    def __init__(self, array: Any) -> None:
        self.array = array

    def __call__(self, shape: Shape, dtype: str) -> Any:
        return self.array


# Constants -------------------------------------------------------------------------------------------------------


def _zeros(np: Any, rng: Any, shape: Shape) -> Any:
    return np.zeros(shape)


def _ones(np: Any, rng: Any, shape: Shape) -> Any:
    return np.ones(shape)


def _constant(np: Any, rng: Any, shape: Shape, value: Any) -> Any:
    """One value everywhere, or an array that broadcasts to the shape."""
    array = np.asarray(value, dtype="float64")
    sizes = array.shape
    if len(sizes) > len(shape) or any(a not in (1, b) for a, b in zip(sizes[::-1], shape[::-1], strict=False)):
        return array  # does not broadcast, which the caller refuses
    return np.broadcast_to(array, shape)


def _identity(np: Any, rng: Any, shape: Shape, gain: float) -> Any:
    return gain * np.eye(*shape)


# Distributions ---------------------------------------------------------------------------------------------------


def _random_normal(np: Any, rng: Any, shape: Shape, mean: float, stddev: float) -> Any:
    return mean + stddev * rng.standard_normal(shape)


def _random_uniform(np: Any, rng: Any, shape: Shape, minval: float, maxval: float) -> Any:
    return minval + (maxval - minval) * rng.random(shape)


def _truncated_normal(np: Any, rng: Any, shape: Shape, mean: float, stddev: float) -> Any:
    """Normal numbers, those beyond 2 standard deviations drawn again; `stddev` is that before the cut."""
    drawn = np.asarray(rng.standard_normal(shape))
    while (beyond := np.abs(drawn) > 2).any():
        drawn[beyond] = rng.standard_normal(int(beyond.sum()))
    return mean + stddev * drawn


def _orthogonal(np: Any, rng: Any, shape: Shape, gain: float) -> Any:
    """Orthonormal rows or columns of the matrix (all axes but the last) x (the last), uniformly distributed.

    Q of a Gaussian matrix, with the signs that make R's diagonal positive (Mezzadri 2007).
    """
    rows, columns = math.prod(shape[:-1]), shape[-1]
    if not rows or not columns:
        return np.zeros(shape)
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q = q * np.where(np.diagonal(r) < 0, -1, 1)
    return gain * (q if rows >= columns else q.T).reshape(shape)


def _fans(shape: Shape) -> tuple[float, float]:
    """The number of values that one output value sums over, and that one input value goes into.

    A kernel is (positions..., inputs, outputs); a vector counts as both, a scalar as 1.
    """
    if len(shape) < 2:
        return (shape[0], shape[0]) if shape else (1, 1)
    positions = math.prod(shape[:-2])
    return shape[-2] * positions, shape[-1] * positions


def _fans_keras2(shape: Shape) -> tuple[float, float]:
    """As Keras 2.2.4 counts them: nothing is assumed of what is neither a matrix nor a kernel."""
    if 2 <= len(shape) <= 5:
        return _fans(shape)
    side = math.sqrt(math.prod(shape))
    return side, side


def _variance_scaling(
    np: Any,
    rng: Any,
    shape: Shape,
    scale: float,
    mode: str,
    distribution: str,
    input_axes: list[int] | None = None,
    output_axes: list[int] | None = None,
    fans: Fans = _fans,
) -> Any:
    """Numbers of mean 0 and variance scale / fan (Glorot and Bengio 2010; He et al. 2015)."""
    fan_in, fan_out = fans(shape)
    if input_axes is not None and output_axes is not None:
        for param, axes in (("input_axes", input_axes), ("output_axes", output_axes)):
            if (lost := named.lost_axis(axes, len(shape))) is not None:
                raise named.bad("VarianceScaling", param, axes, f"axes of {shape_text(shape)}", str(lost))
        fan_in, fan_out = math.prod(shape[a] for a in input_axes), math.prod(shape[a] for a in output_axes)
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    variance = scale / max(1.0, fan)
    if distribution == "uniform":
        limit = math.sqrt(3 * variance)
        return _random_uniform(np, rng, shape, -limit, limit)
    if distribution == "untruncated_normal":
        return _random_normal(np, rng, shape, 0.0, math.sqrt(variance))
    return _truncated_normal(np, rng, shape, 0.0, math.sqrt(variance) / _TRUNCATED_STDDEV)


class _Preset(NamedTuple):
    """Variance scaling with everything but the axes fixed."""

    name: str
    scale: float
    mode: str
    distribution: str
    fans: Fans = _fans

    def formula(self, np: Any, rng: Any, shape: Shape, **axes: Any) -> Any:
        return _variance_scaling(np, rng, shape, self.scale, self.mode, self.distribution, **axes, fans=self.fans)


# Names -----------------------------------------------------------------------------------------------------------


def _seed(value: Any) -> int | None:
    if isinstance(value, Mapping):  # a saved SeedGenerator
        value = value.get("config", {}).get("seed") if isinstance(value.get("config"), Mapping) else ""
    return None if value is None else int(named.as_axis(int(value) if isinstance(value, bool) else value))


def _numbers(value: Any) -> Any:
    """A number, or nested lists of numbers, which are looked through without recursion."""
    if not isinstance(value, (list, tuple)):
        return named.as_number(value)
    level = [value]
    for _ in range(_DEEPEST):
        inner = [item for items in level for item in items]
        if not any(isinstance(item, (list, tuple)) for item in inner):
            for item in inner:
                named.as_number(item)
            return list(value)
        if not all(isinstance(item, (list, tuple)) and len(item) == len(inner[0]) for item in inner):
            raise ValueError
        level = inner
    raise ValueError


def _window(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [named.as_number(item) for item in value]
    return _WINDOW_NAME.read(value)


_WINDOW_NAME = choice(tuple(stft.WINDOWS))
_SEED = {"seed": Setting("an integer, or none", _seed, None)}
_AXES = {name: optional(Setting("a list of axes", named.as_axes, None)) for name in ("input_axes", "output_axes")}
_SCALE = {
    "scale": number_where("a number above 0", lambda value: value > 0, 1.0),
    "mode": choice(("fan_in", "fan_out", "fan_avg"), "fan_in"),
}
_DISTRIBUTION = choice(("truncated_normal", "untruncated_normal", "uniform", "normal"), fold=True)
_VARIANCE = _SCALE | {
    "distribution": Setting(
        _DISTRIBUTION.expected,
        lambda value: "truncated_normal" if (word := _DISTRIBUTION.read(value)) == "normal" else word,
        "truncated_normal",
    )
}
_NORMAL = {"mean": number(0.0), "stddev": number(0.05)} | _SEED
_UNIFORM = {"minval": number(-0.05), "maxval": number(0.05)} | _SEED
_GAIN = {"gain": number(1.0)}
_STFT = {
    "side": choice(("real", "imag"), "real"),
    "window": optional(Setting(f"{_WINDOW_NAME.expected}, or a list of numbers", _window, "hann")),
    "scaling": optional(choice(("density", "spectrum"), "density")),
    "periodic": named.flag(False),
}
_UNUSED = frozenset({"dtype"})  # older tf.keras saved it, and it never had an effect

_FORMS = {
    "zeros zero": Form("Zeros", _zeros),
    "ones one": Form("Ones", _ones),
    "constant": Form("Constant", _constant, {"value": Setting("a number or a list of numbers", _numbers)}),
    "random_normal normal": Form("RandomNormal", _random_normal, _NORMAL),
    "random_uniform uniform": Form("RandomUniform", _random_uniform, _UNIFORM),
    "truncated_normal": Form("TruncatedNormal", _truncated_normal, _NORMAL),
    "variance_scaling": Form("VarianceScaling", _variance_scaling, _VARIANCE | _SEED | _AXES),
    "orthogonal OrthogonalInitializer": Form("Orthogonal", _orthogonal, _GAIN | _SEED, (2, None)),
    "identity IdentityInitializer": Form("Identity", _identity, _GAIN, (2, 2)),
    "stft STFTInitializer": Form("STFT", stft.kernel, _STFT, (3, 3)),
}
_PRESETS = {
    "glorot_normal": _Preset("GlorotNormal", 1.0, "fan_avg", "truncated_normal"),
    "glorot_uniform": _Preset("GlorotUniform", 1.0, "fan_avg", "uniform"),
    "he_normal": _Preset("HeNormal", 2.0, "fan_in", "truncated_normal"),
    "he_uniform": _Preset("HeUniform", 2.0, "fan_in", "uniform"),
    "lecun_normal": _Preset("LecunNormal", 1.0, "fan_in", "truncated_normal"),
    "lecun_uniform": _Preset("LecunUniform", 1.0, "fan_in", "uniform"),
}


def _keras3() -> dict[str, Form]:
    forms = dict(_FORMS)
    forms |= {key: Form(preset.name, preset.formula, _SEED | _AXES) for key, preset in _PRESETS.items()}
    by_name = {form.name: form for form in forms.values()}
    by_name |= {alias: form for keys, form in forms.items() for alias in keys.split()}
    return {name: form._replace(ignored=_UNUSED) for name, form in by_name.items()}


def _keras2() -> dict[str, Form]:
    """Keras 2.2.4 has the Glorot, He and LeCun starts as functions only, no axes, and a constant of 0 by default."""
    kept = {keys: form for keys, form in _FORMS.items() if form.name not in ("STFT", "VarianceScaling")}
    by_name = {form.name: form for form in kept.values()}
    by_name |= {alias: form for keys, form in kept.items() for alias in keys.split() if alias[0].islower()}
    settings = _SCALE | {
        "mode": choice(("fan_in", "fan_out", "fan_avg"), "fan_in", fold=True),
        "distribution": choice(("normal", "uniform"), "normal", fold=True),
    }
    value = _FORMS["constant"].settings["value"]._replace(default=0.0)
    by_name["Constant"] = by_name["constant"] = Form("Constant", _constant, {"value": value})
    by_name["VarianceScaling"] = Form("VarianceScaling", _scaled_keras2, settings | _SEED)
    for key, preset in _PRESETS.items():
        by_name[key] = Form(key, preset._replace(fans=_fans_keras2).formula, _SEED)
    return {name: form._replace(ignored=_UNUSED) for name, form in by_name.items()}


def _scaled_keras2(np: Any, rng: Any, shape: Shape, **config: Any) -> Any:
    return _variance_scaling(np, rng, shape, **config, fans=_fans_keras2)


_KERAS3 = Family("an initializer", "SC122", _keras3())
_KERAS2 = Family("an initializer", "SC122", _keras2(), later=_KERAS3.forms)

NAMES = tuple(sorted(_KERAS3.forms))
"""Every name that Keras 3 accepts, less the two of the abstract base class."""
