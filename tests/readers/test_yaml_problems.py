"""What is said about a text that is not YAML, or not usable YAML: the code, the words, and the exact place."""

import pytest

from shapecheck.readers.yaml_text import compose
from shapecheck.source import Source


def words(span):
    """The text of a span, found again from lines and columns alone."""
    lines = span.source.text.replace("\r\n", "\n").split("\n")
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    middle = lines[span.line : span.end_line - 1]
    return "\n".join(
        [lines[span.line - 1][span.column - 1 :], *middle, lines[span.end_line - 1][: span.end_column - 1]]
    )


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "code", "part"),
    [
        ("a: 1\n«filters 8»\nb: 2\n", "SC101", "a `:` is missing after `filters 8`"),
        ("- a: 1\n  «b»   # c\n  c: 3\n", "SC101", "a `:` is missing after `b`"),
        ("-Dense: 1\n«-Flatten»\n", "SC101", "a `:` is missing"),
        ("name: a«:» b\n", "SC101", "a second `:` in one value"),
        ("a«:»1\nb: 2\n", "SC101", "a space is missing after `a:`"),
        ("a: 1\n  «b»: 2\n", "SC101", "the key `b` cannot stand here"),
        ("layers:\n  - Dense: «[»1, 2\n  - Flatten\n", "SC101", "`[` is never closed"),
        ("x: «{»a: 1, b: 2\ny: 3\n", "SC101", "`{` is never closed"),
        ("a: «[»\n", "SC101", "`[` is never closed"),
        ("a: [1, 2«}»}\n", "SC101", "`[` is closed by `}`"),
        ("a: ['a' «'b'»]\n", "SC101", "a `,` or `]` is missing before `'b'`"),
        ("a: {x: «${w}»}\n", "SC101", "`${w}` needs quotes inside brackets"),
        ("key: [a, b]«]»\n", "SC101", "this `]` closes nothing"),
        ("a: «]»\n", "SC101", "this `]` closes nothing"),
        ("a: [1,«,»2]\n", "SC101", "a value is missing before this `,`"),
        ("a:\n  b: 1\n «c:» 2\n", "SC101", "this line is indented by 1, and the keys of its mapping by 0"),
        ("- - a\n «-» b\n", "SC101", "this line is indented by 1, and the entries of its list by 0"),
        ("a: 1\n«-» b\n", "SC101", "a list entry stands among the keys of a mapping"),
        ("- a\n«b:» 1\n", "SC101", "a `-` is missing before this entry"),
        ("a: «-» b\n", "SC101", "a list cannot begin on the line of its key"),
        ("a: «'»x\nb: 2\n", "SC101", "the quote `'` is never closed"),
        ("a: 'it'«s'»\n", "SC101", "`s'` stands behind a value that has ended"),
        ('a: "«\\d»"\n', "SC101", "`\\d` means nothing in double quotes"),
        ("a: «@»x\n", "SC101", "a value cannot begin with `@`"),
        ("a: «`»x`\n", "SC101", "a value cannot begin with a backquote"),
        ("a: «%»x\n", "SC101", "a value cannot begin with `%`"),
        ("a: «*»\n", "SC101", "no name follows the `*`"),
        ("a: «*»*\n", "SC101", "no name follows the `*`"),
        ("{a: 1}\n«b:» 2\n", "SC101", "`b:` stands after the end of the definition"),
        ("a:\n«\t»b: 1\n", "SC101", "a tab indents this line"),
        ("a:\n  b: 1\n«\t»c: 2\n", "SC101", "a tab indents this line"),
        ("a: |\n«\t»x\n", "SC101", "a tab indents this line"),
        ("-«\t»a: 1\n", "SC101", "a tab stands where a space is needed"),
        ("a: x«\0»y\n", "SC101", "the character U+0000 is not allowed"),
        ("é: «\x01»\n", "SC101", "the character U+0001 is not allowed"),
        ("é: «\x7f»\n", "SC101", "the character U+007F is not allowed"),
        ("a: «!x!y» 1\n", "SC101", "has a prefix that is not declared"),
        ("%YAML 1.2\n«a:» 1\n", "SC101", "stands after the end"),
        ("a: 1\nb: 2\n«a»: 3\n", "SC102", "key `a` stands twice in one mapping"),
        ("a: 1\n«'a'»: 3\n", "SC102", "key `'a'` stands twice"),
        ("a: {b: 1, &x «b»: 2}\n", "SC102", "key `b` stands twice"),
        ("a: {<<: {}, «<<»: {}}\n", "SC102", "key `<<` stands twice"),
        ("«»", "SC103", "the file is empty"),
        ("«»# nothing\n\n", "SC103", "the file is empty"),
        ("«»---\n...\n", "SC103", "the file is empty"),
        ("a: &b {c: «*b»}\n", "SC107", "alias `*b` stands inside the value that it names"),
        ("a: [«*b»]\n", "SC107", "alias `*b` is not defined above"),
        ("a: *b\nb: &b 1\n".replace("*b", "«*b»"), "SC107", "alias `*b` is not defined above"),
        ("a: 1\n«---»\nb: 2\n", "SC109", "more than one YAML document"),
        ("a: {«{ w }»}\n", "SC115", "a key must be a name, not a mapping"),
        ("«[1, 2]»: 3\n", "SC115", "a key must be a name, not a list"),
        ("? «- a»\n: 3\n", "SC115", "a key must be a name, not a list"),
        ("a: {<<: «3»}\n", "SC115", "`<<` must be a mapping or a list of mappings, not 3"),
        ("a: {<<: [{b: 1}, «[2]»]}\n", "SC115", "`<<` must be a mapping or a list of mappings"),
        ("a: &x «!foo» 1\n", "SC119", "the tag `!foo` is not read"),
        ("a: «!!binary» aaaa\n", "SC119", "the tag `!!binary` is not read"),
        ("a: «!!python/object:os.x» [x]\n", "SC119", "the tag `!!python/object:os.x` is not read"),
        ("a: «!!python/tuple» x\n", "SC119", "is not read"),
        ("a: «!!int» x\n", "SC119", "the tag `!!int` does not fit `x`"),
        ("a: «!!bool» 1\n", "SC119", "the tag `!!bool` does not fit `1`"),
        ("a: «!!map» [x]\n", "SC119", "the tag `!!map` does not fit a list"),
        ("a: «!!str» {x: 1}\n", "SC119", "the tag `!!str` does not fit a mapping"),
        ("a: «9223372036854775809»\n", "SC807", "9223372036854775809 is over the limit of 2^63"),
        ("a: !!int &x «-9223372036854775809»\n", "SC807", "-9223372036854775809 is over"),
        ("a: «0x8000000000000001»\n", "SC807", "0x8000000000000001 is over"),
        (f"a: «{'9' * 5000}»\n", "SC807", "a number of 5,000 digits is over the limit of 2^63"),
    ],
)  # fmt: skip
def test_findings_stand_at_their_place(text, code, part):
    wanted = text[text.index("«") + 1 : text.index("»")]
    start = text.index("«")
    clean = text.replace("«", "").replace("»", "")
    _, findings = compose(Source("m.yaml", clean))
    assert [finding.code for finding in findings] == [code]
    finding = findings[0]
    assert part in finding.message
    span = finding.span
    before = clean[:start]
    assert (span.line, span.column) == (before.count("\n") + 1, start - (before.rfind("\n") + 1) + 1), finding
    assert words(span) == wanted


def test_duplicate_keys_are_all_found_and_the_first_value_wins():
    document, findings = compose(Source("m.yaml", "a: 1\nb: {c: 1, c: 2, c: 3}\na: 2\n"))
    assert document.root == {"a": 1, "b": {"c": 1}}
    assert [(f.code, f.span.line, f.span.column) for f in findings] == [
        ("SC102", 2, 11),
        ("SC102", 2, 17),
        ("SC102", 3, 1),
    ]
    assert [(label.span.line, label.span.column) for label in findings[1].labels] == [(2, 5)]
    assert words(document.span(("b", "c"))) == "1"
    assert words(document.span(("b",))) == "{c: 1, c: 2, c: 3}"


def test_the_rest_of_the_text_is_still_read():
    document, findings = compose(
        Source("m.yaml", "a: *b\nc: !x [1]\nd: {{e}}\nf: 99999999999999999999\ng: {<<: *h, i: 1}\n")
    )
    assert [finding.code for finding in findings] == ["SC107", "SC119", "SC115", "SC807", "SC107"]
    assert document.root == {"a": None, "c": [1], "d": {}, "f": 2**63, "g": {"i": 1}}


def test_findings_before_a_syntax_error_are_kept():
    document, findings = compose(Source("m.yaml", "a: {b: 1, b: 2}\nc: ]\n"))
    assert document is None
    assert [finding.code for finding in findings] == ["SC102", "SC101"]


def test_a_near_anchor_is_proposed():
    findings = compose(Source("m.yaml", "a: &defaults 1\nb: *default\n"))[1]
    assert findings[0].help == ("did you mean `*defaults`?",)


def test_only_the_first_of_several_documents_is_used():
    document, findings = compose(Source("m.yaml", "--- a\n--- b\n--- ]\n"))
    assert document.root == "a"
    assert [finding.code for finding in findings] == ["SC109"]
