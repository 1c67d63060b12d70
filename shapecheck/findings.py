"""Findings of the stages before inference: a code, its facts, and the place where the text went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from shapecheck import codes, layers
from shapecheck.diagnostic import Diagnostic, Label
from shapecheck.source import Place
from shapecheck.spec import LayerSpec, ModelSpec, Use
from shapecheck.words import near

MAX_USES = 5  # of a template that was used within a template within a template
MAX_WORD = 100  # characters of a name in a message
HINTED = 20  # findings that a near name is looked for
JUDGED = 200  # unknown kinds that are compared with all that are known
CANDIDATES = 500  # names that are compared with a mistyped one
_OF_THIS_KIND = " of this kind"


def finding(
    code: str,
    place: Place | None,
    *,
    at_key: bool = False,
    layer: str | None = None,
    label: str = "",
    labels: Sequence[Label] = (),
    notes: Sequence[str] = (),
    help: Sequence[str] = (),
    near: str | None = None,
    trail: Sequence[Use] = (),
    **facts: Any,
) -> Diagnostic:
    """A finding at `place`, or (`at_key`) at its key.

    `near` is the name that was probably meant, `trail` that of the LayerSpec. A definition in Python has no text to
    point into, so the path to the value stands in a note.
    """
    entry = codes.CODES[code]
    span = place.span(at_key and bool(place.path)) if place else None
    said = {name: clipped(fact) for name, fact in {**facts, "layer": layer}.items()}
    advice = [entry.advice.format_map(codes.Facts(said))] if entry.advice else []
    hint = [f"did you mean `{near}`?"] if near else []
    where = [f"at {dotted(place.path)}"] if place and span is None and place.path else []
    if near is not None:
        facts["near"] = near
    return Diagnostic(
        code,
        codes.message(code, said),
        severity=entry.severity,
        layer=layer,
        span=span,
        label=label,
        labels=[*labels, *uses(trail)],
        notes=[*notes, *where],
        help=[*hint, *help, *advice],
        facts=facts,
    )


def clipped(fact: Any) -> Any:
    """A fact without the rest of a text that is too long for a message."""
    return f"{fact[: MAX_WORD - 3]}..." if isinstance(fact, str) and len(fact) > MAX_WORD else fact


def uses(trail: Sequence[Use]) -> list[Label]:
    """Where the templates that led here were used: the outermost and the innermost ones."""
    shown = trail if len(trail) <= MAX_USES else [trail[0], *trail[1 - MAX_USES :]]
    return [Label(span, use.text) for use in shown if use.place and (span := use.place.span())]


def related(place: Place | None, text: str, at_key: bool = False) -> list[Label]:
    """A label at another place, where that place is in a text."""
    span = place.span(at_key) if place else None
    return [Label(span, text)] if span else []


def kind_place(item: LayerSpec) -> tuple[Place | None, bool]:
    """The place of the word that names the kind, and whether it is a key."""
    if item.kind_place is None:
        return item.place, False
    return item.kind_place, item.kind_place.path[-1:] not in (("class_name",), ("type",))


def dotted(path: Sequence[str | int]) -> str:
    """A path into a definition as Python people write it: `layers[2].Dense.units`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.lstrip(".")


class Context:
    """What the stages of the wiring share: the definition, the findings, and how many hints are left."""

    __slots__ = ("_hints", "_kinds", "_looked", "_opaque", "_said", "findings", "root")

    def __init__(self, root: ModelSpec, findings: list[Diagnostic]) -> None:
        self.root = root
        self.findings = findings
        self._hints = HINTED
        self._said: set[Any] = set()
        self._looked = False
        self._kinds: dict[str, tuple[bool, str | None]] = {}
        self._opaque: dict[str, tuple[Diagnostic, set[Any]]] = {}

    def say(self, code: str, place: Place | None, item: LayerSpec | None = None, **more: Any) -> None:
        """Note a finding; the same one at the same place, in several uses of a template, is noted once."""
        trail = item.trail if item else ()
        where = (code, place.path if place else None, more.get("name"), more.get("kind"))
        if place and where in self._said:
            return
        self._said.add(where)
        self.findings.append(finding(code, place, trail=trail, **more))

    def unknown_kind(self, item: LayerSpec, name: str) -> bool:
        """Say that nobody knows the kind of a layer; whether it is a slip, and not a layer of the user's own.

        Beyond the first few hundred kinds nobody looks for what was meant: all are taken for slips.
        """
        kind, root = item.kind, self.root
        if kind.startswith("ops."):
            return self._unknown_operation(item, name)
        if kind in layers.LIVE:
            place, at_key = kind_place(item)
            self.say("SC127", place, item, at_key=at_key, layer=name, kind=kind, what=layers.LIVE[kind])
            return False
        if kind not in self._kinds:
            look = len(self._kinds) < JUDGED
            known = [*layers.names(), *root.models, *root.custom, *root.words] if look else []
            close = near(kind, known[:CANDIDATES])
            self._kinds[kind] = close is not None or not look, close
        slip, close = self._kinds[kind]
        place, at_key = kind_place(item)
        for plug_in, problem in () if self._looked else layers.plug_ins():
            self.say("SC133", place, item, at_key=at_key, name=plug_in, problem=problem)
        self._looked = True
        if slip:
            self.say("SC110", place, item, at_key=at_key, layer=name, kind=kind, near=close)
        else:
            self._say_opaque(place, item, at_key=at_key, layer=name, kind=kind)
        return slip

    def _say_opaque(self, place: Place | None, item: LayerSpec, **more: Any) -> None:
        """Say once of a kind that nothing is known of it, however many layers are of it."""
        where = place.path if place else None
        if item.kind not in self._opaque:
            self.say("SC120", place, item, **more)
            self._opaque[item.kind] = self.findings[-1], {where}
            return
        first, places = self._opaque[item.kind]
        places.add(where)
        if len(places) > 1:
            more_places = len(places) - 1
            also = "1 more layer is" if more_places == 1 else f"{more_places:,} more layers are"
            kept = [note for note in first.notes if not note.endswith(_OF_THIS_KIND)]
            first.notes = (*kept, also + _OF_THIS_KIND)

    def _unknown_operation(self, item: LayerSpec, name: str) -> bool:
        """Say that nobody knows what an operation gives; in a file of Keras it is taken for one of a later Keras."""
        from shapecheck.layers import _ops

        kind, because = item.kind, _ops.why(item.kind)
        by_hand = self.root.generation is None and not because
        close = self.near(kind, layers.operations) if by_hand else None
        place, at_key = kind_place(item)
        code = "SC126" if close is None else "SC110"
        self.say(code, place, item, at_key=at_key, layer=name, kind=kind, near=close, because=because)
        return close is not None

    def near(self, name: str, known: Callable[[], Iterable[str]]) -> str | None:
        """The name that was probably meant, for the first few that are asked for."""
        if self._hints <= 0:
            return None
        self._hints -= 1
        names = [other for other in known() if other != name]
        if len(names) > CANDIDATES:
            head = name[:1].lower()
            alike = [other for other in names if abs(len(other) - len(name)) <= 3 and other[:1].lower() == head]
            names = alike[:CANDIDATES]
        return near(name, names)
