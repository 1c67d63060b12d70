"""Names inside blocks and repetitions: whom a reference means, and what every layer is called in the end.

A use of a block is a space of its own: its layers stand under its name (`enc/conv2d`), and a reference in it means an
inner layer first. A turn of a repetition shares the names of what surrounds it, with its number behind each
(`conv_2`), and a reference in a turn means the turn's own layer first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shapecheck.naming import Names, snake
from shapecheck.source import Place
from shapecheck.spec import Inputs, LayerSpec, Ref, Use

MAX_REFS = 10_000


class TooMany(Exception):
    """References that multiply without end."""


class Malformed(LayerSpec):
    """A layer that was refused: nothing more is said of it, and it has the kind "" and the name it would have had."""

    __slots__ = ("meant",)

    def __init__(self, meant: str, place: Place | None, trail: tuple[Use, ...]) -> None:
        super().__init__("", {}, inputs=Ref(""), place=place, trail=trail)
        self.meant = meant


class Reads:
    """What the use of a block reads: references in the space around it, or whatever came before."""

    __slots__ = ("given", "last", "space")

    def __init__(self, given: Inputs, space: Space, last: Member | None = None) -> None:
        self.given = given
        self.space = space
        self.last = last


class Space:
    """Names that mean something here; what is not found is looked up in `outer`."""

    __slots__ = ("domain", "names", "outer")

    def __init__(self, domain: Domain, outer: Space | None) -> None:
        self.domain = domain
        self.outer = outer
        self.names: dict[str, Member | Reads] = {}


class Domain:
    """The layers that share one prefix: those of the definition, or of one use of a block."""

    __slots__ = ("given", "members", "prefix", "root", "use")

    def __init__(self, use: BlockUse | None, outer: Space | None) -> None:
        self.use = use
        self.root = Space(self, outer)
        self.members: list[Member] = []
        self.given: dict[str, Member] = {}
        self.prefix = ""

    def add(self, member: Member, name: str | None, space: Space, qualified: str) -> Member | None:
        """Take in a member under the name it was given; an earlier one of the same name, if there is one.

        Two layers of one name are left to the wiring, which names both; a use of a block has to give way here.
        """
        self.members.append(member)
        if name is None:
            return None
        earlier = self.given.get(qualified)
        if earlier is not None and (isinstance(member, BlockUse) or isinstance(earlier, BlockUse)):
            return earlier
        self.given.setdefault(qualified, member)
        space.names.setdefault(name, member)
        self.root.names.setdefault(qualified, member)
        member.name = qualified
        return None


class BlockUse:
    """One use of a block."""

    __slots__ = ("block", "domain", "last", "name", "place", "resolved", "trail", "wanted")

    def __init__(self, block: str, place: Place, outer: Space) -> None:
        self.block = block
        self.place = place
        self.name: str | None = None
        self.domain = Domain(self, outer)
        self.last: Member | None = None
        self.wanted: list[Ref] | None = None  # the block's own `outputs`
        self.resolved: list[Ref] | None = None
        self.trail: tuple[Use, ...] = ()


Member = LayerSpec | BlockUse


def name_all(domains: Sequence[Domain]) -> None:
    """Give a name to all that have none, and put the prefix of its domain before each; outer domains come first."""
    for domain in domains:
        use = domain.use
        if use is not None:
            assert use.name is not None
            domain.prefix = f"{use.name}/"
        names = Names(domain.given)
        for member in domain.members:
            if member.name is None:
                again = isinstance(member, LayerSpec) and member.again is not None
                member.name = names.fresh(_base(member), int(again))
                domain.root.names.setdefault(member.name, member)
            if domain.prefix:
                member.name = domain.prefix + member.name


def _base(member: Member) -> str:
    """What a name for it begins with: its kind, or whom it calls."""
    if isinstance(member, BlockUse):
        return snake(member.block)
    if isinstance(member, Malformed):
        return snake(member.meant)
    if member.again:
        return member.again.rpartition("/")[2] or "call"
    return snake(member.model or member.kind)


class Resolver:
    """From a reference as it was written to the full names of the layers that it means."""

    def __init__(self, no_layer: Callable[[BlockUse, Ref], None]) -> None:
        self._no_layer = no_layer

    def inputs(self, given: Inputs, space: Space) -> Inputs:
        """The inputs of a layer with every reference in full."""
        if isinstance(given, Ref):
            found = self.ref(given, space)
            return found[0] if len(found) == 1 else found
        if isinstance(given, Mapping):
            return {role: self._role(item, space) for role, item in given.items()}
        return None if given is None else self._several(given, space)

    def _role(self, item: Any, space: Space) -> Any:
        if isinstance(item, Ref):
            found = self.ref(item, space)
            return found[0] if len(found) == 1 else found
        return self._several(item, space)

    def _several(self, refs: Sequence[Ref], space: Space) -> list[Ref]:
        found: list[Ref] = []
        for ref in refs:
            found += self.ref(ref, space)
            if len(found) > MAX_REFS:
                raise TooMany
        return found

    def reads(self, reads: Reads) -> Inputs:
        """What the use of a block reads, in full."""
        if reads.given is not None:
            return self.inputs(reads.given, reads.space)
        if reads.last is None:
            return None
        found = self.member(reads.last, None)
        return found[0] if len(found) == 1 else found

    def ref(self, ref: Ref, space: Space | None) -> list[Ref]:
        """The layers and outputs that a reference means; the reference itself where nobody has that name."""
        found = self.find(ref.name, space)
        if found is None:
            return [ref]
        if isinstance(found, Reads):
            given = self.reads(found)
            targets = [given] if isinstance(given, Ref) else list(given or ()) if not isinstance(given, Mapping) else []
        else:
            targets = self.member(found, ref.place)
        if ref.output is None:
            return [target._replace(place=ref.place) for target in targets]
        if len(targets) == 1 and targets[0].output is None:
            return [targets[0]._replace(output=ref.output, place=ref.place)]
        if 0 <= ref.output < len(targets):
            return [targets[ref.output]._replace(place=ref.place)]
        return [ref]

    def find(self, name: str, space: Space | None) -> Member | Reads | None:
        """Whom a name means, from the innermost space outwards; `enc/conv` is a layer within the use `enc`."""
        head, _, rest = name.partition("/")
        while space is not None:
            found = space.names.get(name)
            if found is not None:
                return found
            if rest and isinstance(inner := space.names.get(head), BlockUse):
                return self.find(rest, inner.domain.root) if rest in inner.domain.root.names else None
            space = space.outer
        return None

    def member(self, member: Member, place: Place | None = None) -> list[Ref]:
        """The outputs of a layer, or of a use of a block: layers of its own, so this goes no deeper than uses nest."""
        if isinstance(member, LayerSpec):
            return [Ref(member.name or "", None, place)]
        if member.resolved is None:
            if member.wanted is None:
                member.resolved = self.member(member.last) if member.last is not None else [Ref("")]
            else:
                member.resolved = self._wanted(member, member.wanted)
        return member.resolved

    def _wanted(self, use: BlockUse, wanted: Sequence[Ref]) -> list[Ref]:
        """What a block names as its outputs: its own layers, and not what it reads."""
        found: list[Ref] = []
        for ref in wanted:
            own = use.domain.root.names.get(ref.name.partition("/")[0])
            if own is None or isinstance(own, Reads) or self.find(ref.name, use.domain.root) is None:
                self._no_layer(use, ref)
                found.append(Ref(""))
            else:
                found += self.ref(ref, use.domain.root)
            if len(found) > MAX_REFS:
                raise TooMany
        return found
