"""What Keras knows by name: activations, initializers, regularizers and constraints.

Each is written as a name, as a map that carries its settings, or, in Python, given as a function:

    relu                                                a name
    {class_name: L2, config: {l2: 0.1}}                 as Keras saves it, often with `module` and `registered_name`
    {class_name: function, config: relu}                as Keras 3 saves a function
    {type: L2, l2: 0.1}    {L2: {l2: 0.1}}    {L2: 0.1} as people write it; a bare value is the first setting
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from shapecheck.diagnostic import Refusal
from shapecheck.dims import Undecided
from shapecheck.words import failure, listing, near, shape_text, shown

REQUIRED: Any = object()
_KERAS = ("keras", "tf_keras", "tensorflow", "builtins")
_META = frozenset(
    {"module", "class_name", "config", "registered_name", "build_config", "compile_config", "shared_object_id"}
)
_GREATEST = 1.7976931348623157e308


class Setting(NamedTuple):
    """A setting of a named thing. `read` turns what was written into a value, or raises ValueError."""

    expected: str
    read: Callable[[Any], Any]
    default: Any = REQUIRED


class Form(NamedTuple):
    """A thing that has a name. `ranks` are the lowest and the highest rank of the arrays it works on."""

    name: str
    formula: Callable[..., Any]
    settings: Mapping[str, Setting] = {}
    ranks: tuple[int, int | None] = (0, None)
    renamed: Mapping[str, str] = {}
    ignored: frozenset[str] = frozenset()


class Family(NamedTuple):
    """All the forms of one sort (`what`, with its article), by each of their names, and the code for any other name.

    `later` holds the names that a later generation of Keras has.
    """

    what: str
    code: str
    forms: Mapping[str, Form]
    maps: bool = True
    later: Mapping[str, Form] = {}


class Named:
    """A form with its settings, or a function that was given instead (`function`, and then `form` is None).

    `name` is Keras's canonical name, `config` the complete settings; `value` makes the same thing again.
    """

    __slots__ = ("config", "form", "function", "name")

    def __init__(
        self, form: Form | None, config: Mapping[str, Any], function: Callable[..., Any] | None = None
    ) -> None:
        self.form = form
        self.config = dict(config)
        self.function = function
        self.name = form.name if form else str(getattr(function, "__name__", type(function).__name__))

    @property
    def value(self) -> Any:
        """The function, the bare name where every setting has its default, or a `{class_name, config}` map."""
        if self.form is None:
            return self.function
        defaults = {name: setting.default for name, setting in self.form.settings.items()}
        return self.name if self.config == defaults else {"class_name": self.name, "config": dict(self.config)}

    def asked(self, array: Any) -> Any:
        """What the function that was given makes of an array; what it raises is refused (SC312).

        On an array that has no values, what does not tell goes on: Untraceable, and Undecided.
        """
        from shapecheck.tracing import TraceMismatch, Untraceable

        try:
            return self.function(array)  # type: ignore[misc]
        except (Untraceable, Undecided):
            raise
        except Exception as error:
            if "TracedArray" in str(error) and not isinstance(error, TraceMismatch):  # of another framework
                raise Untraceable(failure(error)) from None
            raise refusal("SC312", problem=failure(error)) from None

    def fits(self, shape: Sequence[Any]) -> None:
        """Refuse (SC125) an array of a rank on which this is not defined."""
        lowest, highest = self.form.ranks if self.form else (0, None)
        if len(shape) < lowest or (highest is not None and len(shape) > highest):
            expected = f"of rank {lowest}" if lowest == highest else f"of rank {lowest} or more"
            raise bad(self.name, "shape", shape, expected, shape_text(shape))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Named):
            return NotImplemented
        return (self.form, self.function, self.config) == (other.form, other.function, other.config)

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.config.items())
        return f"{self.name}({said})" if said else self.name


def refusal(code: str, **facts: Any) -> Refusal:
    """A refusal whose facts may be called `param` and `axis`; the layer's own parameter is not known here."""
    made = Refusal(code)
    made.facts.update(facts)
    return made


def bad(name: str, param: str, value: Any, expected: str, given: str | None = None) -> Refusal:
    """SC125: the setting `param` of the named thing `name` has a value it cannot have."""
    said = shown(value) if given is None else given
    return refusal("SC125", name=name, param=param, value=value, expected=expected, given=said, near=None)


def read(value: Any, family: Family) -> tuple[Form | None, dict[str, Any], Callable[..., Any] | None]:
    """The form and its settings that a name or a map stands for, or the function that was given.

    Refuses an unknown name or a map of no known form (the code of the family), an unknown key (SC108), an unknown
    (SC111), missing (SC112) or bad (SC125) setting.
    """
    config: Any = {}
    word = value
    if isinstance(value, Mapping) and family.maps:
        word, config = _unwrapped(value, family)
    elif callable(value):
        return None, {}, value
    form = family.forms.get(word) if isinstance(word, str) else None
    if form is None:
        raise unknown(value if isinstance(value, str) or not isinstance(word, str) else word, family)
    return form, _filled(form, config), None


def unknown(value: Any, family: Family) -> Refusal:
    """The refusal of a name that the family does not know."""
    later = isinstance(value, str) and value in family.later
    meant = None if later else near(value, family.forms)
    return refusal(family.code, given=shown(value), value=value, near=meant, what=family.what, later=later)


def _unwrapped(value: Mapping[Any, Any], family: Family) -> tuple[Any, Any]:
    """The name and the settings in a map."""
    if "class_name" in value:
        word, config = value["class_name"], value.get("config")
        if stray := [key for key in value if key not in _META]:
            raise refusal("SC108", key=stray[0], what=f"map of {family.what}", given=shown(stray[0]), near="config")
        if isinstance(word, str) and word == "function":
            word, config = config, {}
        if (custom := _custom(value, word)) is not None:
            raise unknown(custom, family)
        return word, {} if config is None else config
    if "type" in value:
        return value["type"], {key: item for key, item in value.items() if key != "type"}
    if len(value) == 1:
        ((word, config),) = value.items()
        if config is None or isinstance(config, Mapping):
            return word, config or {}
        form = family.forms.get(word) if isinstance(word, str) else None
        if form is not None and form.settings:
            return word, {next(iter(form.settings)): config}
        return word, config
    raise unknown(value, family)


def _custom(value: Mapping[Any, Any], word: Any) -> str | None:
    """The full name of somebody's own class or function; None for one of Keras's."""
    registered, module = value.get("registered_name"), value.get("module")
    if isinstance(registered, str) and ">" in registered:
        return registered
    if isinstance(module, str) and module.partition(".")[0] not in _KERAS:
        return f"{module}.{word}"
    return None


def _filled(form: Form, config: Any) -> dict[str, Any]:
    """All settings of a form, read, with defaults where nothing was written."""
    if not isinstance(config, Mapping):
        raise bad(form.name, "config", config, "a mapping")
    given = {}
    for key, item in config.items():
        name = form.renamed.get(key, key)
        if name in form.settings:
            given[name] = item
        elif key not in form.ignored:
            raise refusal("SC111", kind=form.name, name=form.name, param=str(key)[:80], value=item, given=shown(item),
                          expected=listing(map(shown, form.settings), "or"), near=near(key, form.settings))  # fmt: skip
    filled = {}
    for name, setting in form.settings.items():
        if name not in given:
            if setting.default is REQUIRED:
                raise refusal("SC112", kind=form.name, name=form.name, param=name, value=None, given="nothing",
                              expected=setting.expected, near=None)  # fmt: skip
            filled[name] = setting.default
            continue
        try:
            filled[name] = setting.read(given[name])
        except (TypeError, ValueError, OverflowError):
            raise bad(form.name, name, given[name], setting.expected) from None
    return filled


# Kinds of settings -----------------------------------------------------------------------------------------------


def as_number(value: Any) -> Any:
    """A finite number; a numpy scalar becomes Python's."""
    if getattr(value, "ndim", None) == 0:
        value = value.item()
    if not isinstance(value, (int, float)) or not abs(value) <= _GREATEST:
        raise ValueError
    return value


def number(default: Any = REQUIRED) -> Setting:
    return Setting("a number", as_number, default)


def number_where(expected: str, holds: Callable[[Any], bool], default: Any = REQUIRED) -> Setting:
    """A number for which `holds` is true."""

    def read(value: Any) -> Any:
        if not holds(as_number(value)):
            raise ValueError
        return as_number(value)

    return Setting(expected, read, default)


def optional(setting: Setting, instead: Any = None) -> Setting:
    """The same, or None, which stands for `instead`."""
    expected = f"{setting.expected}, or none"
    return Setting(expected, lambda value: instead if value is None else setting.read(value), setting.default)


def flag(default: Any = REQUIRED) -> Setting:
    def read(value: Any) -> bool:
        if value not in (0, 1):
            raise ValueError
        return bool(value)

    return Setting("true or false", read, default)


def choice(words: Sequence[str], default: Any = REQUIRED, *, fold: bool = False) -> Setting:
    """One of a few words; `fold` ignores case, as Keras does for some."""

    def read(value: Any) -> str:
        word = value.lower() if fold and isinstance(value, str) else value
        if not isinstance(word, str) or word not in words:
            raise ValueError
        return word

    return Setting(listing(map(shown, words), "or"), read, default)


def as_axis(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError
    return value


def as_axes(value: Any) -> list[int]:
    if not isinstance(value, (list, tuple)):
        raise ValueError
    return [as_axis(axis) for axis in value]


def axes(default: Any = REQUIRED) -> Setting:
    """An axis, or a list of axes."""

    def read(value: Any) -> int | list[int]:
        return as_axes(value) if isinstance(value, (list, tuple)) else as_axis(value)

    return Setting("an axis or a list of axes", read, default)


def lost_axis(axis: int | list[int] | None, rank: int) -> int | None:
    """The first of these axes that an array of this rank does not have; None where it has all."""
    for one in axis if isinstance(axis, list) else () if axis is None else (axis,):
        if not -rank <= one < rank:
            return one
    return None
