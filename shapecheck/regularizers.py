"""Keras's regularizers by name: penalties as formulas on arrays."""

from __future__ import annotations

from typing import Any

from shapecheck import named
from shapecheck.named import Family, Form, Named, Setting, choice, number_where


class Regularizer(Named):
    """A penalty on an array. `function` is the callable that was given, None for one of Keras's."""

    __slots__ = ()

    def __call__(self, np: Any, w: Any) -> Any:
        """The penalty of the array `w`, a scalar in its dtype; integers count as float32.

        Refuses (SC125) an array of a rank for which the penalty is not defined. A callable gets `w` as it is.
        """
        if self.form is None:
            return self.asked(w)
        self.fits(w.shape)
        if not str(w.dtype).startswith(("float", "bfloat", "complex")):
            w = w.astype("float32")
        return self.form.formula(np, w, **self.config)


def get(value: Any, keras: int | None = None) -> Regularizer | None:
    """The regularizer that a name, a map or a callable stands for, in the Keras mode given; None for None.

    Refuses an unknown one with SC123, and bad settings as `named.read` does.
    """
    if isinstance(value, Regularizer):
        return value
    if value is None:
        return None
    return Regularizer(*named.read(value, _KERAS2 if keras == 2 else _KERAS3))


def _l1_l2(np: Any, w: Any, l1: float = 0.0, l2: float = 0.0) -> Any:
    """l1 * sum|w| + l2 * sum(w^2), where a factor of 0 leaves its sum out."""
    penalty = w.dtype.type(0)
    if l1:
        penalty = penalty + l1 * np.sum(np.abs(w))
    if l2:
        penalty = penalty + l2 * np.sum(np.square(w))
    return penalty


def _orthogonal(np: Any, w: Any, factor: float, mode: str) -> Any:
    """`factor` times the mean |cos| of all pairs of rows, or of columns; nan where there is no pair, as in Keras."""
    vectors = w if mode == "rows" else w.T
    vectors = vectors / np.maximum(np.sqrt(np.sum(np.square(vectors), axis=1, keepdims=True)), 1e-7)
    count = vectors.shape[0]
    cosines = np.abs(vectors @ vectors.T) * (1 - np.eye(count, dtype=w.dtype))
    pairs = count * (count - 1) / 2
    return factor * 0.5 * np.sum(cosines) / pairs if pairs else w.dtype.type("nan")


# Names -----------------------------------------------------------------------------------------------------------


def _penalty(default: float, *, instead: float | None = None) -> Setting:
    """A factor; where None is accepted, it stands for `instead`."""
    checked = number_where("a number of at least 0", lambda value: value >= 0, default)

    def read(value: Any) -> float:
        return float(checked.read(instead if value is None else value))

    return checked._replace(read=read)


def _keras2_factor(default: float) -> Setting:
    """Keras 2.2.4 does not look at the sign."""

    def read(value: Any) -> float:
        return 0.0 if value is None else float(named.as_number(value))

    return Setting("a number", read, default)


def _only_l1(np: Any, w: Any, l: float) -> Any:  # noqa: E741 - Keras 2 calls the factor so
    return _l1_l2(np, w, l1=l)


def _only_l2(np: Any, w: Any, l: float) -> Any:  # noqa: E741
    return _l1_l2(np, w, l2=l)


_FORMS = {
    "l1": Form("L1", _l1_l2, {"l1": _penalty(0.01, instead=0.01)}),
    "l2": Form("L2", _l1_l2, {"l2": _penalty(0.01, instead=0.01)}),
    "l1l2": Form("L1L2", _l1_l2, {"l1": _penalty(0.0, instead=0.0), "l2": _penalty(0.0, instead=0.0)}),
    "orthogonal_regularizer": Form(
        "OrthogonalRegularizer",
        _orthogonal,
        {"factor": _penalty(0.01), "mode": choice(("rows", "columns"), "rows")},
        (2, 2),
    ),
}
_FORMS_KERAS2 = {
    "l1": Form("l1", _only_l1, {"l": _keras2_factor(0.01)}),
    "l2": Form("l2", _only_l2, {"l": _keras2_factor(0.01)}),
    "l1_l2": Form("l1_l2", _l1_l2, {"l1": _keras2_factor(0.01), "l2": _keras2_factor(0.01)}),
    "L1L2": Form("L1L2", _l1_l2, {"l1": _keras2_factor(0.0), "l2": _keras2_factor(0.0)}),
}
_KERAS3 = Family("a regularizer", "SC123", {form.name: form for form in _FORMS.values()} | _FORMS)
_KERAS2 = Family("a regularizer", "SC123", _FORMS_KERAS2, later=_KERAS3.forms)

NAMES = tuple(sorted(_KERAS3.forms))
"""Every name that Keras 3 accepts, less the two of the abstract base class."""
