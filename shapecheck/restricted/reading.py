"""Reading the text of an expression: parsed once, within limits that are checked before and right after."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

from shapecheck.diagnostic import Refusal
from shapecheck.expression import LIMIT_INT, LIMIT_NODES, LIMIT_TEXT

if TYPE_CHECKING:
    import ast

LIMIT_DEPTH = 40

_RUN_ON = re.compile(r"(?<![\w.])(?>\d+\.?\d*|\.\d+)(?>(?:[eE][+-]?\d+)?)(?=[^\W\d])")
_ONLY_LAMBDA = "it must be a lambda, such as `lambda x: x[:, 0] * 2`"


class Text:
    """The text of an expression, and the parameter that it is given for."""

    __slots__ = ("_body", "_shift", "param", "whole")

    def __init__(self, whole: str, param: str) -> None:
        self.whole = whole
        self.param = param
        body = re.sub(r"[\t\r\n]", " ", whole)
        self._shift = len(body) - len(body.lstrip(" "))
        self._body = body.strip(" ")

    def refuse(self, problem: str, place: ast.AST | int | None = None) -> NoReturn:
        """SC131, with the offset of the place in code points."""
        raise Refusal("SC131", self.param, problem=problem, given=self.whole[:LIMIT_TEXT], offset=self.offset(place))

    def offset(self, place: ast.AST | int | None) -> int:
        if isinstance(place, int):
            return max(0, min(place, len(self.whole)))
        column = getattr(place, "col_offset", None)
        if column is None:
            return self._shift
        return self._shift + len(self._body.encode()[:column].decode(errors="ignore"))

    def parse(self) -> ast.Lambda:
        """The tree, which is a lambda of at most LIMIT_NODES parts."""
        import ast

        if len(self.whole) > LIMIT_TEXT:
            self.refuse(f"it has {len(self.whole)} characters, over the limit of {LIMIT_TEXT}", LIMIT_TEXT)
        for mark, what in (("\\", "a backslash"), ("#", "a comment"), ("\0", "a null character")):
            if mark in self.whole:
                self.refuse(f"{what} is not allowed", self.whole.index(mark))
        if found := _RUN_ON.search(self.whole):
            self.refuse("a number runs into a word", found.start())
        if not self._body.startswith("lambda"):
            self.refuse(_ONLY_LAMBDA)
        try:
            tree: Any = ast.parse(self._body, mode="eval").body
        except SyntaxError as error:
            reason = " ".join((error.msg or "invalid syntax").split())
            self.refuse(f"{reason[:1].lower()}{reason[1:]}".rstrip("."), self._shift + (error.offset or 1) - 1)
        except (ValueError, MemoryError, RecursionError, OverflowError):
            self.refuse("it cannot be parsed")
        if not isinstance(tree, ast.Lambda):
            self.refuse(_ONLY_LAMBDA)
        self._within_limits(tree)
        return tree

    def _within_limits(self, tree: ast.AST) -> None:
        import ast

        stack, nodes = [(tree, 0)], 0
        marks = (ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.expr_context)
        while stack:
            node, depth = stack.pop()
            if isinstance(node, marks):
                continue
            nodes += 1
            if nodes > LIMIT_NODES:
                self.refuse(f"it has more than {LIMIT_NODES} parts", tree)
            if depth > LIMIT_DEPTH:
                self.refuse(f"it nests deeper than {LIMIT_DEPTH} levels", node)
            if isinstance(node, ast.Constant) and type(node.value) is int and node.value > LIMIT_INT:
                self.refuse("a number is over 2**63", node)
            stack += [(child, depth + 1) for child in ast.iter_child_nodes(node)]
