"""What the reader of short expressions lets through, whatever is done with the tree afterwards."""

import ast

import pytest

from shapecheck.expression import ARITHMETIC, LIMIT_NODES, LIMIT_TEXT, ExpressionError, read


def kinds(text, *more, marks=""):
    return [type(node).__name__ for node, _ in read(text, ARITHMETIC | set(more), marks)]


def test_children_come_before_parents():
    assert kinds("2*H + max(W, 1)")[-1] == "BinOp"
    seen = set()
    for node, _ in read("-(a + b*c)//f(d, 3)"):
        assert {id(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)} <= seen
        seen.add(id(node))


def test_offsets_count_code_points_of_the_whole_text():
    places = {node.id: place for node, place in read("  é + (\n H2)") if isinstance(node, ast.Name)}
    assert places == {"é": 2, "H2": 9}


def test_node_classes_and_characters_must_be_allowed():
    assert kinds("s[0]", "Subscript", marks="[]")[-1] == "Subscript"
    for text in ("s[0]", "a.b", "a == b", "[a]", "lambda: 1", "{a}", "a if b else c", "f'{a}'", "a @ b", "a << 2"):
        with pytest.raises(ExpressionError):
            read(text)
    with pytest.raises(ExpressionError) as caught:
        read("a + s.shape", ARITHMETIC, ".")
    assert caught.value.offset == 4


@pytest.mark.parametrize("text", ["f(*a)", "f(x)(y)", "(a)(b)(c)", "f(**a)"])
def test_only_plain_calls(text):
    with pytest.raises(ExpressionError):
        read(text)


def test_limits():
    assert len(read("+".join(["H"] * 100))) == 199 <= LIMIT_NODES
    for text in ("+".join(["H"] * 101), "H" * (LIMIT_TEXT + 1), "2**9", "9223372036854775809", "2**True"):
        with pytest.raises(ExpressionError):
            read(text)
    assert kinds("9223372036854775808") == ["Constant"]


def test_what_python_only_warns_of_is_an_error_and_warns_nobody(recwarn):
    for text in ("1or 2", "0x1for x in y", "'a' 'b'", "1 if 2else 3"):
        with pytest.raises(ExpressionError):
            read(text, ARITHMETIC | {"BoolOp", "Or", "IfExp", "float"}, "'.")
    assert not recwarn.list
