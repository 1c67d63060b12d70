"""What a layer is: one class with its parameters, its formulas and its examples, and nothing else.

The contract is closed: parameters, `check`, `shape`, `dtype`, `mask`, `weights`, `macs`, `run`, `loss`, `examples`,
and `inferred_by_keras` where Keras infers another shape than it gives.
A method is handed its inputs; what else it needs it asks for by name, and gets nothing it did not ask for:

  np        the array namespace             w         its weights, path -> array (or -> shape, in `macs`)
  mask      the masks of its inputs         y         its outputs (shapes in `macs`, arrays in `loss`)
  training  true while training             rng       a seeded generator of random numbers
  keras     the rules of the Keras mode     listed    whether the inputs came as one list
  dtypes    the dtypes of the inputs (in `shape`, for a layer that has to run its function to know)
  losses    a list for the penalties of layers inside this one, as (label, value)
  eager     whether arrays are at hand, where Keras leaves out some checks (in `shape`)
  call      the other arguments of the call (see `calls`), and `masks` all masks, by name (in `run`)

All that may be asked of a layer, and how, stands here, so the file is longer than others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, TypeVar

from shapecheck import dtypes
from shapecheck.diagnostic import Refusal
from shapecheck.dims import Dim
from shapecheck.need import Shape
from shapecheck.params import Reader

PASS = "pass"
DROP = "drop"
END = "end"

OFFERS = frozenset((
    "np", "w", "mask", "y", "training", "rng", "keras", "listed", "dtypes", "losses", "call", "masks", "eager",
))  # fmt: skip


class Weight(NamedTuple):
    """A weight that a layer makes: its shape, how it starts, and whether training changes it."""

    shape: Shape
    init: Any = None
    trainable: bool = True


class TensorSpec(NamedTuple):
    """What is known of a tensor: its shape (None: not even the rank), dtype, and the shape of its mask.

    `lost` is whoever dropped the mask that this tensor would have had.
    """

    shape: Shape | None
    dtype: str = "float32"
    mask: Shape | None = None
    lost: Any = None


class Parameter(NamedTuple):
    """A parameter as a layer declares it; without a default it must be given.

    `attribute` differs from `name` by a trailing `_` where the contract has a method of that name.
    """

    name: str
    attribute: str
    reader: Reader
    required: bool
    default: Any


class Wants(NamedTuple):
    """The arguments of a method in order, of which some are `offered` and the others inputs.

    `star` names the one that takes the rest of the inputs.
    """

    order: tuple[str, ...]
    offered: frozenset[str]
    least: int
    star: str | None
    asks: tuple[str, ...]
    plain: bool


class Layer:
    """The base of all layers. See the module for the contract."""

    kind: ClassVar[str] = "Layer"
    parameters: ClassVar[dict[str, Parameter]] = {}
    older: ClassVar[Mapping[str, Any]] = {}
    """Defaults of Keras 2 that Keras 3 changed."""
    examples: ClassVar[tuple[str, ...]] = ()
    mask: Any = DROP
    refuses_mask: ClassVar[bool] = True
    """Whether a mask that it would drop is refused in the modes that refuse such masks."""
    reads_texts: ClassVar[bool] = False
    """Whether an input may hold texts when it runs."""
    wants_mask: ClassVar[bool] = False
    """Whether the layer uses the mask it gets, so that one that was lost on the way is worth a warning."""

    emits_mask: ClassVar[bool] = False
    """Whether a `mask` function may give a mask where none comes in."""
    takes_one_or_list: ClassVar[bool] = False
    """Whether a layer that is called on a list may be called on a single input as well."""

    each_of_a_list: ClassVar[bool] = False
    """Whether a list of inputs is passed through, one by one."""
    calls: ClassVar[Mapping[str, tuple[Any, Any]]] = {}
    """The arguments of a call that are no tensors: name -> (kind of value, default)."""
    also: ClassVar[Mapping[str, str]] = {}
    """Other names of parameters, in every generation: other -> name."""

    name: str | None
    policy: dtypes.Policy
    trainable: bool
    activity_regularizer: Any
    autocast: bool
    autocasts: ClassVar[bool] = True
    """Whether inputs of floats are cast to the compute dtype, unless `autocast` says otherwise."""
    given: dict[str, Any]

    def check(self) -> None:
        """Refuse parameters that cannot go together."""

    def shape(self, x: Any) -> Any:
        """The shape of the output, or a list of shapes, from the shapes of the inputs."""
        return x

    def dtype(self, *given: str) -> str:
        """The dtype of the outputs, from those of the inputs after the cast to the compute dtype."""
        return given[0] if given else self.policy.compute

    def weights(self, *shapes: Any) -> Iterable[tuple[str, Weight]]:
        """Path -> weight, in Keras's order and with Keras's names."""
        return ()

    def macs(self, *shapes: Any) -> Dim:
        """Multiply-accumulates of one call; 1 MAC is 2 FLOPs, and a bias is not counted."""
        return 0

    def run(self, x: Any) -> Any:
        """The outputs as arrays, from the inputs as arrays."""
        return x

    def loss(self, *arrays: Any) -> Any:
        """The penalty that the layer adds for its outputs `y`, or None."""
        return None

    def inferred_by_keras(self, *shapes: Any) -> Any:
        """What Keras 3 infers where that may be another shape than `shape`, which it gives when it runs; else None."""
        return None

    @property
    def inner(self) -> Mapping[str, Layer]:
        """The layers inside this one, by the prefix of their weights."""
        return {}

    @property
    def mask_rule(self) -> Any:
        """PASS, DROP, END, or the function that gives the masks of the outputs."""
        return type(self).mask

    @property
    def config(self) -> dict[str, Any]:
        """The parameters as they were given, defaults filled in; feeds the constructor again."""
        own = {p.name: p.default for p in self.parameters.values() if not p.required}
        if "data_format" in own:
            own["data_format"] = getattr(self, "data_format", None)
        return own | self.given

    def __repr__(self) -> str:
        return f"{self.kind}({', '.join(f'{name}={_said(value)}' for name, value in self.given.items())})"


def _said(value: Any) -> str:
    try:
        return repr(value)
    except Exception:  # a value whose own repr fails
        return f"<{type(value).__name__}>"


REGISTRY: dict[str, type[Layer]] = {}

L = TypeVar("L", bound=type[Layer])


def layer(cls: L) -> L:
    """Read the parameters from the annotations of a layer and of its bases, and register it under its name.

    A base of a family may hold the parameters that all of it shares; one that is declared again keeps its place, and
    one that is declared again as a plain attribute is fixed, and no parameter any more.
    """
    cls.parameters = declared(cls)
    cls.kind = cls.__name__
    REGISTRY[cls.__name__] = cls
    return cls


def declared(cls: type[Layer]) -> dict[str, Parameter]:
    """The parameters in the annotations of a class and of its bases."""
    own: dict[str, Parameter] = {}
    for base in reversed(cls.__mro__[:-1]):
        for attribute, annotation in base.__annotations__.items():
            reader = getattr(annotation, "__metadata__", (None,))[0]
            name = attribute.rstrip("_")
            if not isinstance(reader, Reader):
                own.pop(name, None)
            else:
                required = attribute not in base.__dict__
                own[name] = Parameter(name, attribute, reader, required, base.__dict__.get(attribute))
    return own


# How a method is called ------------------------------------------------------------------------------------------

_wants: dict[Callable[..., Any], Wants] = {}


def wants(function: Callable[..., Any]) -> Wants:
    """What a method of a layer asks for, read from its signature once."""
    known = _wants.get(function)
    if known is None:
        code = function.__code__
        names = code.co_varnames
        count, keywords = code.co_argcount, code.co_kwonlyargcount
        order = names[1:count]
        optional = len(function.__defaults__ or ())
        inputs = [name for name in order if name not in OFFERS]
        least = len(inputs) - sum(name not in OFFERS for name in order[len(order) - optional :])
        star = names[count + keywords] if code.co_flags & 4 else None
        known = _wants[function] = Wants(
            order,
            OFFERS.intersection(order),
            least,
            star,
            by_name := names[count : count + keywords],
            len(inputs) == len(order) and not by_name,
        )
    return known


def asks(function: Callable[..., Any], given: Wants) -> None:
    """Say what a method asks for that was made, so that its signature does not tell."""
    _wants[function] = given


def call(method: Callable[..., Any], inputs: Sequence[Any] | dict[str, Any], offers: Mapping[str, Any]) -> Any:
    """Call a bound method of a layer with its inputs, in order or by role, and with what it asks for."""
    asked = wants(method.__func__)  # type: ignore[attr-defined]
    if asked.plain and type(inputs) is tuple and len(inputs) >= len(asked.order):
        return method(*inputs)
    given: list[Any] = []
    if isinstance(inputs, dict):
        by_name = {name: offers[name] if name in asked.offered else inputs.get(name) for name in asked.order}
        return method(**by_name, **{name: offers[name] for name in asked.asks})
    rest = iter(inputs)
    for name in asked.order:
        if name in asked.offered:
            given.append(offers[name])
        else:
            given.append(next(rest, None))
    if asked.star:
        given.extend(rest)
    if asked.asks:
        return method(*given, **{name: offers[name] for name in asked.asks})
    return method(*given)


def input_names(cls: type[Layer]) -> tuple[tuple[str, ...], int, str | None]:
    """The names of the call arguments of a layer, how many it needs, and the name of a list it takes."""
    known: Any = cls.__dict__.get("_input_names")
    if known is None:  # kept on the class, so that it goes with a class that a definition made
        asked = wants(cls.shape)
        known = tuple(name for name in asked.order if name not in asked.offered), asked.least, asked.star
        cls._input_names = known  # type: ignore[attr-defined]
    return known  # type: ignore[no-any-return]


def takes_list(cls: type[Layer]) -> bool:
    """Whether a layer is called on a list: all its inputs are one argument."""
    names, _, star = input_names(cls)
    return star is not None and not names


FIRST_ROLES = ("inputs", "sequences", "sequence", "data", "x")
"""What Keras calls the first argument of one layer or another."""


def by_first(cls: type[Layer], by_role: dict[str, Any]) -> dict[str, Any]:
    """Inputs by role, the first one under the name that it has here, whichever of Keras's names it was given."""
    names, _, star = input_names(cls)
    first = names[0] if names else star
    given = next((role for role in by_role if role in FIRST_ROLES and role not in names), None)
    if given is None or first is None or first in by_role:
        return by_role
    return {first if role == given else role: item for role, item in by_role.items()}


def in_order(cls: type[Layer], by_role: dict[str, Any]) -> Any:
    """Inputs by role as one list, where the last call argument of a layer takes any number; else in their order.

    `{"sequence": x, "initial_state": [h, c]}` is [x, h, c]. A role that the layer does not have stays for the caller
    to refuse.
    """
    names, _, star = input_names(cls)
    by_role = by_first(cls, by_role)
    if star and not names and {*by_role} == {star}:
        rest = by_role[star]
        return rest if isinstance(rest, list) else [rest]
    single = all(not isinstance(by_role.get(name), list) for name in names)
    if not star or not names or not single or not {*names} <= {*by_role} <= {*names, star}:
        return {name: by_role[name] for name in names if name in by_role} | by_role
    rest = by_role.get(star)
    several = rest if isinstance(rest, list) else () if rest is None else (rest,)
    return [*(by_role[name] for name in names), *several]


def without_masks(cls: type[Layer], by_role: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[int | str, Any]]]:
    """Inputs by role, and apart from them the masks that a call names for a layer which has no such inputs.

    `mask` has those of the first inputs, by their number, and `query_mask` that of the input `query`.
    """
    names = input_names(cls)[0]
    masks: list[tuple[int | str, Any]] = []
    rest = {}
    for role, item in by_role.items():
        if role in names or (role != "mask" and role.removesuffix("_mask") not in {*names} - {role}):
            rest[role] = item
        elif role == "mask":
            masks.extend(enumerate(item if isinstance(item, list) else [item]))
        else:
            masks.append((role.removesuffix("_mask"), item))
    return rest, masks


NO_ARGUMENTS: Mapping[str, Any] = {}


def call_arguments(cls: type[Layer], given: Mapping[str, Any], keras: Any) -> Mapping[str, Any]:
    """The arguments of a call, read, with defaults for those that are not given; refuses (SC212) any other."""
    if not cls.calls and not given:
        return NO_ARGUMENTS
    made = {name: default for name, (_, default) in cls.calls.items()}
    for name, value in given.items():
        if name in made:
            made[name] = cls.calls[name][0].__metadata__[0].read(value, name, keras)
        elif name != "training":  # whoever runs the model says so
            raise Refusal("SC212", name=name)
    return made


def governing(layer: Layer, path: str, what: str) -> tuple[Layer, str]:
    """The layer that makes a weight, and the name of its parameter for it, such as `recurrent_regularizer`."""
    *prefixes, word = path.split("/")
    for prefix in prefixes:
        layer = layer.inner.get(prefix, layer)
    if word.startswith("lora_"):
        word = "kernel"
    name = f"{word}_{what}"
    return layer, name if name in layer.parameters else f"{word.removesuffix('_kernel')}_{what}"


def under(prefix: str, weights: Iterable[tuple[str, Weight]]) -> Iterator[tuple[str, Weight]]:
    """The weights of an inner layer, below a prefix."""
    for path, weight in weights:
        yield f"{prefix}/{path}", weight
