"""SARIF 2.1.0, with every field that GitHub's code scanning asks for.

Columns count code points. A result stands on one line, so that a pull request shows it as soon as that line is changed.
Its further labels are related locations, its derivation a code flow, its verified fix a fix.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import Any

from shapecheck import about
from shapecheck.codes import CODES, Code, explain
from shapecheck.diagnostic import Diagnostic, Fix, Label
from shapecheck.report import Report
from shapecheck.source import Span
from shapecheck.writers import machine, rule
from shapecheck.writers.escape import escape
from shapecheck.writers.line_hashes import LineHashes
from shapecheck.writers.machine import DEFAULT, Options

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LIMIT = 25_000  # results that GitHub takes in a run
FINGERPRINT = "shapecheck/v1"
LINE_HASH = "primaryLocationLineHash"

_LONGEST = 1024  # characters of a description that GitHub takes
_RATINGS = {"error": "error", "warning": "warning", "note": "recommendation"}


def write(reports: Sequence[Report], options: Options = DEFAULT) -> str:
    """One run over all reports, in ASCII."""
    return machine.dumps(as_data(reports, options), indent=1)


def as_data(reports: Sequence[Report], options: Options = DEFAULT) -> dict[str, Any]:
    """The log as plain values."""
    found = list(machine.fingerprints(reports, options))
    kept = sorted(found, key=lambda entry: machine.SEVERITIES.index(entry[1].severity))[:LIMIT]
    codes = sorted({finding.code for _, finding, _ in kept})
    results = _results(kept, {code: index for index, code in enumerate(codes)}, options)
    driver = {
        "name": about.NAME,
        "informationUri": about.URL,
        "version": about.VERSION,
        "semanticVersion": about.VERSION,
        "rules": [_rule(CODES[code]) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The top of the repository."}}},
        "invocations": [_invocation(reports, len(found) - len(kept))],
        "results": list(results),
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _invocation(reports: Sequence[Report], beyond: int) -> dict[str, Any]:
    failed = any(found.code in ("SC106", "SC902") for _, found in machine.each(reports))
    invocation: dict[str, Any] = {"executionSuccessful": not failed}
    if beyond:
        text = f"{beyond:,} more findings are left out, the least severe ones"
        invocation["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": text}}]
    return invocation


def _rule(code: Code) -> dict[str, Any]:
    """A code as a rule; its page is plain text that reads as Markdown too."""
    page = explain(code.code)
    first, _, _ = page.partition("\n\n")
    description = " ".join(first.split())
    if len(description) > _LONGEST:
        description = description[: _LONGEST - 3] + "..."
    return {
        "id": code.code,
        "name": "".join(word.capitalize() for word in re.findall(r"\w+", code.title)),
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": description},
        "help": {"text": page, "markdown": rule.markdown(code, page)},
        "helpUri": about.page_url(code.code),
        "defaultConfiguration": {"level": code.severity},
        "properties": {
            "precision": "very-high",
            "problem.severity": _RATINGS[code.severity],
            "tags": ["correctness", "neural-network"],
        },
    }


def _results(
    found: Sequence[tuple[Report, Diagnostic, str]], index: dict[str, int], options: Options
) -> Iterator[dict[str, Any]]:
    hashes = LineHashes() if options.line_hashes else None
    for report, finding, fingerprint in found:
        known = {FINGERPRINT: fingerprint}
        if hashes and finding.span:
            known[LINE_HASH] = hashes.of(finding.span)
        result: dict[str, Any] = {
            "ruleId": finding.code,
            "ruleIndex": index[finding.code],
            "level": finding.severity,
            "message": {"text": _text("\n".join(machine.said(finding)))},
            "locations": [_primary(report, finding, options)],
            "partialFingerprints": known,
        }
        if finding.labels:
            result["relatedLocations"] = [
                {"id": number, **_location(label, options)} for number, label in enumerate(finding.labels, 1)
            ]
        if finding.flows:
            result["codeFlows"] = [_flow(flow, report, finding, options) for flow in finding.flows]
        if fix := machine.fix_of(finding):
            result["fixes"] = [_fix(fix, options)]
        yield result


_PLACEHOLDER = re.compile(r"\{(\d+)\}")


def _text(text: str) -> str:
    """Words in which a viewer finds neither a placeholder nor a link, and which are never empty."""
    return _PLACEHOLDER.sub(r"{{\1}}", text).replace("](", "]\\(") or "-"


# Places -----------------------------------------------------------------------------------------------------------


def _primary(report: Report, found: Diagnostic, options: Options) -> dict[str, Any]:
    place = _place(found.span, report.path, options)
    if found.layer:
        name = escape(found.layer)
        place["logicalLocations"] = [{"name": name, "fullyQualifiedName": name, "kind": "layer"}]
    if found.label:
        place["message"] = {"text": _text(escape(found.label))}
    return place


def _location(label: Label, options: Options) -> dict[str, Any]:
    return {**_place(label.span, "", options), "message": {"text": _text(escape(label.text))}}


def _place(span: Span | None, path: str, options: Options) -> dict[str, Any]:
    """A place in a text; without a span the beginning of the file, because a place is asked for."""
    place = _artifact(span.source.path if span else path, options)
    region = machine.first_line(span)[1:] if span else (1, 1, 1, 1)
    return {"physicalLocation": {"artifactLocation": place, "region": _region(region)}}


def _region(region: Sequence[int]) -> dict[str, int]:
    return dict(zip(("startLine", "startColumn", "endLine", "endColumn"), region, strict=True))


def _artifact(path: str, options: Options) -> dict[str, Any]:
    """A path as a URI: below the root, or from the top of the file system where it is not below."""
    from urllib.parse import quote

    placed = options.path(path)
    outside = placed.startswith("../") or placed == ".." or placed.startswith("/") or placed[1:3] == ":/"
    if outside and options.here:
        whole = os.path.normpath(os.path.join(options.here, path)).replace(os.sep, "/")
        return {"uri": "file://" + quote("/" + whole.lstrip("/"), errors="surrogatepass")}
    return {"uri": quote(placed, errors="surrogatepass"), "uriBaseId": "%SRCROOT%"}


def _fix(fix: Fix, options: Options) -> dict[str, Any]:
    """The edits of a fix, by file."""
    changes: dict[str, list[dict[str, Any]]] = {}
    for span, text in fix.edits:
        edit = {"deletedRegion": _region(span[1:]), "insertedContent": {"text": text}}
        changes.setdefault(span.source.path, []).append(edit)
    return {
        "description": {"text": _text(escape(fix.text))},
        "artifactChanges": [
            {"artifactLocation": _artifact(path, options), "replacements": edits} for path, edits in changes.items()
        ],
    }


def _flow(flow: Sequence[Label], report: Report, found: Diagnostic, options: Options) -> dict[str, Any]:
    """A derivation, place by place, up to the mistake."""
    steps = [_location(label, options) for label in flow]
    last = {**_place(found.span, report.path, options), "message": {"text": _text(escape(found.message))}}
    return {"threadFlows": [{"locations": [{"location": place} for place in (*steps, last)]}]}
