"""The tree of an expression as nested Python functions of our own: whatever is not written here cannot be said.

Each part becomes a function of a `Frame`. Names, functions and keywords are judged while it is made, values when it
runs. One class knows every kind of part, so the file is longer than others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from shapecheck import words
from shapecheck.expression import LIMIT_EXPONENT
from shapecheck.restricted import builtin, names
from shapecheck.restricted.guard import OPERATORS, Overrun, Run
from shapecheck.restricted.reading import Text
from shapecheck.tracing import METHODS

if TYPE_CHECKING:
    import ast


class Frame(NamedTuple):
    """What an evaluation sees: its run, and the values of the names."""

    run: Run
    names: Mapping[str, Any]


Part = Callable[[Frame], Any]


class Program(NamedTuple):
    """A lambda that was read: its arguments, their defaults, and its body."""

    parameters: tuple[str, ...]
    defaults: Mapping[str, Any]
    body: Part

    def bind(self, args: Sequence[Any], keywords: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a call by name; raises TypeError as Python does."""
        takes = f"it takes {words.listing(f'`{name}`' for name in self.parameters) or 'nothing'}"
        if len(args) > len(self.parameters):
            raise TypeError(f"{takes}, not {len(args)} arguments")
        found = dict(zip(self.parameters, args, strict=False))
        for name, value in keywords.items():
            if name not in self.parameters or name in found:
                raise TypeError(f"{takes}, and `{name}` is given {'twice' if name in found else 'as well'}")
            found[name] = value
        for name in self.parameters:
            if name not in found:
                if name not in self.defaults:
                    raise TypeError(f"{takes}, and `{name}` is missing")
                found[name] = self.defaults[name]
        return found


def program(text: Text, own: bool = False) -> Program:
    """The lambda of a text. `own` lets one of our own definitions name the others."""
    tree = text.parse()
    given = tree.args
    if given.vararg or given.kwarg or given.kwonlyargs or given.posonlyargs:
        text.refuse("only plain arguments are allowed", tree)
    parameters = tuple(each.arg for each in given.args)
    for at, each in enumerate(given.args):
        if each.arg in parameters[:at]:
            text.refuse(f"argument `{each.arg}` is named twice", each)
        if each.arg in names.ROOTS or each.arg in builtin.FUNCTIONS:
            text.refuse(f"`{each.arg}` has a meaning of its own and cannot name an argument", each)
    optional = parameters[len(parameters) - len(given.defaults) :]
    maker = _Maker(text, own)
    defaults = {name: maker.constant(node) for name, node in zip(optional, given.defaults, strict=True)}
    return Program(parameters, defaults, maker.make(tree.body, frozenset(parameters)))


_definitions: dict[tuple[str, str], Program] = {}


def definition(family: str, name: str) -> Program:
    """One of the functions that are written out in `names`."""
    key = (family, name)
    if key not in _definitions:
        _definitions[key] = program(Text(names.definitions(family)[name], name), own=True)
    return _definitions[key]


class _Maker:
    """Makes parts. `scope` is the set of names that have a value."""

    def __init__(self, text: Text, own: bool) -> None:
        self.text = text
        self.own = own

    def make(self, node: ast.AST, scope: frozenset[str]) -> Part:
        maker = getattr(self, f"_{type(node).__name__}", None)
        if maker is None:
            self.text.refuse(_REFUSED.get(type(node).__name__, "this is not allowed in an expression"), node)
        part: Part = maker(node, scope)
        return part

    def many(self, nodes: Sequence[ast.AST], scope: frozenset[str]) -> list[Part]:
        return [self.make(node, scope) for node in nodes]

    def constant(self, node: Any) -> Any:
        """A default: a plain value, or a tuple or list of them."""
        import ast

        if isinstance(node, (ast.Tuple, ast.List)):
            return (tuple if isinstance(node, ast.Tuple) else list)([self.constant(item) for item in node.elts])
        minus = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
        value: Any = node.operand if minus else node
        if not isinstance(value, ast.Constant):
            self.text.refuse("a default must be a plain value", node)
        self._Constant(value, frozenset())
        if not minus:
            return value.value
        if not isinstance(value.value, (int, float)):
            self.text.refuse("a default must be a plain value", node)
        return -value.value

    def placed(self, node: ast.AST, part: Part) -> Part:
        """A part that may meet a limit, which is then refused at its place."""

        def guarded(frame: Frame) -> Any:
            try:
                return part(frame)
            except Overrun as limit:
                self.text.refuse(f"it makes {limit}", node)

        return guarded

    # Values

    def _Constant(self, node: ast.Constant, scope: frozenset[str]) -> Part:
        value = node.value
        if value is not None and value is not Ellipsis and type(value) not in (bool, int, float, str):
            self.text.refuse(f"{str(value)[:40]} is not a number that is allowed", node)
        return lambda frame: value

    def _Name(self, node: ast.Name, scope: frozenset[str]) -> Part:
        name = node.id
        if name not in scope:
            near = words.near(name, (*scope, *names.ROOTS, *builtin.FUNCTIONS))
            self.text.refuse(f"`{name}` is not known here" + (f"; is `{near}` meant" if near else ""), node)
        return lambda frame: frame.names[name]

    def _Tuple(self, node: ast.Tuple | ast.List, scope: frozenset[str]) -> Part:
        import ast

        parts = [(isinstance(item, ast.Starred), self.make(getattr(item, "value", item) if isinstance(item, ast.Starred)
                                                           else item, scope)) for item in node.elts]  # fmt: skip
        whole = tuple if isinstance(node, ast.Tuple) else list

        def made(frame: Frame) -> Any:
            found: list[Any] = []
            for starred, part in parts:
                if starred:
                    found += builtin.items(part(frame))
                else:
                    found.append(part(frame))
            return frame.run.listed(whole(found))

        return self.placed(node, made)

    _List = _Tuple

    def _ListComp(self, node: ast.ListComp, scope: frozenset[str]) -> Part:
        import ast

        (loop, *more), text = node.generators, self.text
        source, target = loop.iter, loop.target
        if more or loop.ifs or not isinstance(target, ast.Name):
            text.refuse("a comprehension has one `for` with one name", node)
        if not (isinstance(source, ast.Call) and isinstance(source.func, ast.Name) and source.func.id == "range"
                and not source.keywords and 1 <= len(source.args) <= 3):  # fmt: skip
            text.refuse("a comprehension runs over `range(...)` only", source)
        ends, name = self.many(source.args, scope), target.id
        if name in names.ROOTS or name in builtin.FUNCTIONS:
            text.refuse(f"`{name}` has a meaning of its own", target)
        body = self.make(node.elt, scope | {name})

        def made(frame: Frame) -> Any:
            found = []
            for number in builtin.numbers([end(frame) for end in ends]):
                frame.run.step()
                found.append(body(Frame(frame.run, {**frame.names, name: number})))
            return frame.run.listed(found)

        return self.placed(node, made)

    # Operators

    def _BinOp(self, node: ast.BinOp, scope: frozenset[str]) -> Part:
        import ast

        kind = type(node.op).__name__
        if kind not in OPERATORS:
            self.text.refuse("this operator is not allowed", node)
        for side in (node.left, node.right):
            if isinstance(side, ast.Constant) and isinstance(side.value, str):
                self.text.refuse("text takes no part in arithmetic", side)
        if kind == "Pow":
            self._check_exponent(node.right)
        left, right = self.make(node.left, scope), self.make(node.right, scope)
        return self.placed(node, lambda frame: builtin.binary(frame.run, kind, left(frame), right(frame)))

    def _check_exponent(self, node: Any) -> None:
        import ast

        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            node = node.operand
        if not isinstance(node, ast.Constant) or not isinstance(node.value, (int, float)):
            self.text.refuse("an exponent must be a number", node)
        if node.value > LIMIT_EXPONENT:
            self.text.refuse(f"an exponent is at most {LIMIT_EXPONENT}", node)

    def _UnaryOp(self, node: ast.UnaryOp, scope: frozenset[str]) -> Part:
        kind, value = type(node.op).__name__, self.make(node.operand, scope)
        if kind == "Not":
            return lambda frame: not builtin.truth(value(frame))
        return self.placed(node, lambda frame: builtin.unary(frame.run, kind, value(frame)))

    def _BoolOp(self, node: ast.BoolOp, scope: frozenset[str]) -> Part:
        parts, stops = self.many(node.values, scope), type(node.op).__name__ == "Or"

        def made(frame: Frame) -> Any:
            for part in parts[:-1]:
                value = part(frame)
                if builtin.truth(value) == stops:
                    return value
            return parts[-1](frame)

        return made

    def _Compare(self, node: ast.Compare, scope: frozenset[str]) -> Part:
        import ast

        kinds = [type(op).__name__ for op in node.ops]
        for kind, side in zip(kinds, node.comparators, strict=True):
            if kind in ("Is", "IsNot"):
                if not (isinstance(side, ast.Constant) and side.value is None):
                    self.text.refuse("`is` asks for None only", side)
            elif kind not in OPERATORS:
                self.text.refuse("`in` is not allowed", side)
        first, rest = self.make(node.left, scope), self.many(node.comparators, scope)

        def made(frame: Frame) -> Any:
            left = first(frame)
            answer: Any = True
            for at, (kind, part) in enumerate(zip(kinds, rest, strict=True)):
                right = part(frame)
                answer = builtin.compare(frame.run, kind, left, right)
                if at + 1 < len(kinds) and not builtin.truth(answer):
                    return answer
                left = right
            return answer

        return self.placed(node, made)

    def _IfExp(self, node: ast.IfExp, scope: frozenset[str]) -> Part:
        test, body, other = self.many((node.test, node.body, node.orelse), scope)
        return lambda frame: body(frame) if builtin.truth(test(frame)) else other(frame)

    # Parts of values

    def _Slice(self, node: ast.Slice, scope: frozenset[str]) -> Part:
        ends = [None if end is None else self.make(end, scope) for end in (node.lower, node.upper, node.step)]
        return lambda frame: slice(*(None if end is None else end(frame) for end in ends))

    def _Subscript(self, node: ast.Subscript, scope: frozenset[str]) -> Part:
        import ast

        value = self.make(node.value, scope)
        if isinstance(node.slice, ast.Tuple):
            parts = self.many(node.slice.elts, scope)

            def key(frame: Frame) -> Any:
                return tuple(part(frame) for part in parts)

        else:
            key = self.make(node.slice, scope)  # type: ignore[assignment]
        return self.placed(node, lambda frame: builtin.item(frame.run, value(frame), key(frame)))

    def _Attribute(self, node: ast.Attribute, scope: frozenset[str]) -> Part:
        path = self._path(node, scope)
        if path is not None:
            constant = path[1]
            if constant not in names.CONSTANTS:
                self.text.refuse(f"`{'.'.join(_dotted(node))}` is no constant that is known", node)
            return lambda frame: names.CONSTANTS[constant]
        value, name = self.make(node.value, scope), node.attr
        if name not in builtin.ATTRIBUTES:
            self.text.refuse(f"`.{name}` is not allowed; {words.listing(builtin.ATTRIBUTES)} are", node)
        return lambda frame: builtin.attribute(value(frame), name)

    def _path(self, node: ast.AST, scope: frozenset[str]) -> tuple[str, str] | None:
        """The family and name of `np.sum` and its like; None for an attribute of a value."""
        path = _dotted(node)
        if not path or path[0] in scope or not (path[0] in names.ROOTS or (self.own and path[0] == "own")):
            return None
        found = names.resolve(path)
        if found is None:
            self.text.refuse(f"`{'.'.join(path)}` is not known", node)
        return found

    # Calls

    def _Call(self, node: ast.Call, scope: frozenset[str]) -> Part:
        import ast

        args = self.many(node.args, scope)
        keywords: dict[str, Part] = {}
        for each in node.keywords:
            if each.arg is None:
                self.text.refuse("`**` is not allowed", each.value)
            keywords[each.arg] = self.make(each.value, scope)
        function = node.func
        if isinstance(function, ast.Name) and function.id not in scope:
            made = self._call_builtin(function, len(args), keywords)
        elif not isinstance(function, ast.Attribute):
            self.text.refuse("only named functions and methods can be called", function)
        else:
            path = self._path(function, scope)
            if path is None:
                made = self._call_method(function, scope, keywords)
            else:
                made = self._call_known(function, *path, len(args), keywords)

        def called(frame: Frame) -> Any:
            given = [arg(frame) for arg in args]
            return made(frame, given, {name: part(frame) for name, part in keywords.items()})

        return self.placed(node, called)

    def _call_builtin(self, node: ast.Name, count: int, keywords: Mapping[str, Part]) -> Callable[..., Any]:
        if node.id not in builtin.FUNCTIONS:
            near = words.near(node.id, builtin.FUNCTIONS)
            self.text.refuse(f"`{node.id}` cannot be called here" + (f"; is `{near}` meant" if near else ""), node)
        function, least, most = builtin.FUNCTIONS[node.id]
        if keywords or not least <= count <= most:
            self.text.refuse(f"`{node.id}` takes {_counted(least, most)}", node)
        return lambda frame, args, named: function(frame.run, *args)

    def _call_method(
        self, node: ast.Attribute, scope: frozenset[str], keywords: Mapping[str, Part]
    ) -> Callable[..., Any]:
        value, name = self.make(node.value, scope), node.attr
        if name not in METHODS:
            near = words.near(name, METHODS)
            self.text.refuse(f"the method `{name}` is not allowed" + (f"; is `{near}` meant" if near else ""), node)
        takes = names.method_takes(name)
        for keyword in keywords:
            if keyword not in takes:
                self.text.refuse(f"`{name}` takes no argument `{keyword}`", node)
        return lambda frame, args, named: builtin.method(frame.run, value(frame), name, args, named)

    def _call_known(
        self, node: ast.AST, family: str, name: str, count: int, keywords: Mapping[str, Part]
    ) -> Callable[..., Any]:
        said = ".".join(_dotted(node))
        if name in names.CONSTANTS:
            return lambda frame, args, named: frame.run.call("asarray", (*args[:1], names.CONSTANTS[name]), {})
        takes = names.numpy_takes(name) if family == "np" else None
        known = takes is not None if family == "np" else name in names.definitions(family)
        if not known:
            choice = names.known(family)
            near = words.near(name, choice)
            hint = f"; is `{said.removesuffix(name)}{near}` meant" if near else ""
            self.text.refuse(f"`{said}` is no function that is known{hint}", node)
        if takes is None:
            inner = definition(family, name)
            takes = inner.parameters
            missing = [p for p in takes[count:] if p not in inner.defaults and p not in keywords]
            if count > len(takes) or missing:
                wants = f"`{said}` takes {words.listing(f'`{p}`' for p in takes) or 'nothing'}"
                self.text.refuse(f"{wants}, not {count} arguments" if not missing else f"{wants}", node)
        for keyword in keywords:
            if keyword not in takes:
                self.text.refuse(f"`{said}` takes no argument `{keyword}`", node)
        if family == "np":
            return lambda frame, args, named: frame.run.call(name, args, named)
        return lambda frame, args, named: inner.body(Frame(frame.run, inner.bind(args, named)))


def _counted(least: int, most: int) -> str:
    if most > 2:
        return "arguments by place, at least one"
    return "one argument" if least == most else "one or two arguments"


def _dotted(node: Any) -> tuple[str, ...]:
    """The words of `a.b.c`; nothing for any other part."""
    found: list[str] = []
    while hasattr(node, "attr"):
        found.append(node.attr)
        node = node.value
    return (node.id, *reversed(found)) if hasattr(node, "id") else ()


_REFUSED = {
    "Lambda": "a lambda inside a lambda is not allowed",
    "JoinedStr": "formatted text is not allowed",
    "NamedExpr": "`:=` is not allowed",
    "Starred": "`*` stands only in a list or a tuple",
    "Dict": "a mapping is not allowed",
    "Set": "a set is not allowed",
    "GeneratorExp": "write a comprehension in square brackets",
    "Await": "`await` is not allowed",
    "Yield": "`yield` is not allowed",
}
