"""Keras's constraints by name: projections of a weight, as formulas on arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shapecheck import named
from shapecheck.named import Family, Form, Named, number, optional
from shapecheck.words import shape_text

_EPSILON = 1e-7
"""Keras's default fuzz factor, which keeps the norm of zeros from dividing."""


class Constraint(Named):
    """A projection of a weight. `function` is the callable that was given, None for one of Keras's."""

    __slots__ = ()

    def __call__(self, np: Any, w: Any) -> Any:
        """The array `w` as it is after the constraint; same shape and dtype. A callable gets `w` as it is."""
        if self.form is None:
            return self.asked(w)
        self.fits(w.shape)
        return self.form.formula(np, w, **self.config)

    def fits(self, shape: Sequence[Any]) -> None:
        """Refuse (SC125) an axis that the weight does not have."""
        axis = self.config.get("axis")
        if named.lost_axis(axis, len(shape)) is not None:
            raise named.bad(self.name, "axis", axis, f"an axis of {shape_text(shape)}")


def get(value: Any, keras: int | None = None) -> Constraint | None:
    """The constraint that a name, a map or a callable stands for, in the Keras mode given; None for None.

    Refuses an unknown one with SC124, and bad settings as `named.read` does.
    """
    if isinstance(value, Constraint):
        return value
    if value is None:
        return None
    return Constraint(*named.read(value, _KERAS2 if keras == 2 else _KERAS3))


def _norm(np: Any, w: Any, axis: Any) -> Any:
    """The Euclidean norm along one axis, several, or (None) all."""
    along = tuple(axis) if isinstance(axis, list) else axis
    return np.sqrt(np.sum(np.square(w), axis=along, keepdims=True))


def _max_norm(np: Any, w: Any, max_value: float, axis: Any) -> Any:
    norm = _norm(np, w, axis)
    return w * (np.minimum(norm, max_value) / (_EPSILON + norm))


def _min_max_norm(np: Any, w: Any, min_value: float, max_value: float, rate: float, axis: Any) -> Any:
    """The norm moves by `rate` of the way into [min_value, max_value]."""
    norm = _norm(np, w, axis)
    wanted = rate * np.minimum(np.maximum(norm, min_value), max_value) + (1 - rate) * norm
    return w * (wanted / (_EPSILON + norm))


def _non_neg(np: Any, w: Any) -> Any:
    return np.maximum(w, 0)


def _unit_norm(np: Any, w: Any, axis: Any) -> Any:
    return w / (_EPSILON + _norm(np, w, axis))


_AXIS = {"axis": optional(named.axes(0))}
_FORMS = {
    "max_norm": Form("MaxNorm", _max_norm, {"max_value": number(2)} | _AXIS),
    "min_max_norm": Form(
        "MinMaxNorm", _min_max_norm, {"min_value": number(0.0), "max_value": number(1.0), "rate": number(1.0)} | _AXIS
    ),
    "non_neg": Form("NonNeg", _non_neg),
    "unit_norm": Form("UnitNorm", _unit_norm, _AXIS),
}
_BY_NAME = {form.name: form for form in _FORMS.values()} | _FORMS
_LEGACY = {"maxnorm": "max_norm", "nonneg": "non_neg", "unitnorm": "unit_norm"}  # accepted by Keras 2.2.4

_KERAS2 = Family("a constraint", "SC124", _BY_NAME | {old: _FORMS[new] for old, new in _LEGACY.items()})
_KERAS3 = Family("a constraint", "SC124", _BY_NAME)

NAMES = tuple(sorted(_BY_NAME))
"""Every name that Keras 3 accepts, less the two of the abstract base class."""
