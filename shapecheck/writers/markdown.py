"""Markdown for a comment on a pull request or the summary of a step: a list, and each finding with its lines.

Words of a user stand in code, where neither GitHub nor GitLab looks for mentions, links, images or HTML.
"""

from __future__ import annotations

from collections.abc import Sequence

from shapecheck import about
from shapecheck.diagnostic import Diagnostic
from shapecheck.report import Report
from shapecheck.writers import machine, phrases, text
from shapecheck.writers.escape import escape
from shapecheck.writers.machine import DEFAULT, Options

LIMIT = 60_000  # characters; a comment takes 65,536
_ROWS = 100  # of a list
_SIGNS = {"error": "❌", "warning": "⚠️", "note": "ℹ️"}
_WORDS = 200  # characters of a code span


def write(reports: Sequence[Report], options: Options = DEFAULT) -> str:
    """All reports, the worst findings first; what is beyond the limit is counted."""
    found = [entry for s in machine.SEVERITIES for entry in machine.each(reports) if entry[1].severity == s]
    clean = [report for report in reports if not report.diagnostics]
    heading = phrases.tally(reports) or f"No findings in {phrases.count(len(reports), 'file')}"
    blocks = [f"### {about.NAME}: {heading[:1].lower()}{heading[1:]}"]
    rows = [_row(report, finding, options) for report, finding in found[:_ROWS]]
    rows += [f"- {phrases.count(len(found) - _ROWS, 'more finding')}"] if len(found) > _ROWS else []
    rows += [_ok(report, options) for report in clean[:_ROWS]]
    rows += [f"- {phrases.count(len(clean) - _ROWS, 'more file')} without findings"] if len(clean) > _ROWS else []
    blocks += ["\n".join(rows)] if rows else []
    room = LIMIT - sum(map(len, blocks))
    for number, (report, finding) in enumerate(found):
        block = _details(report, finding, options)
        room -= len(block)
        if room < 0:
            blocks.append(f"{phrases.count(len(found) - number, 'finding')} without details")
            break
        blocks.append(block)
    return "\n\n".join(blocks)


def _row(report: Report, found: Diagnostic, options: Options) -> str:
    link = f"[{found.code}]({about.page_url(found.code)})"
    return f"- {_SIGNS[found.severity]} {link} {_code(_where(report, found, options))} {_code(found.message)}"


def _ok(report: Report, options: Options) -> str:
    facts = [phrases.count(report.size, "layer"), f"{phrases.ends(report.inputs)} -> {phrases.ends(report.outputs)}"]
    facts.append(f"{phrases.amount(report.params)} params")
    when = phrases.valid_when(report)
    facts += [f"valid when {when}"] if when else []
    return f"- ✅ {_code(options.path(report.path))} {_code(', '.join(facts))}"


def _where(report: Report, found: Diagnostic, options: Options) -> str:
    path = options.path_of(report, found)
    return f"{path}:{found.span.line}:{found.span.column}" if found.span else path


def _details(report: Report, found: Diagnostic, options: Options) -> str:
    """A finding as people read it, folded up. A line that begins with HTML is not searched for Markdown."""
    shown = text.finding(report, found)
    fence = "`" * max(3, 1 + _longest_run(shown))
    where = escape(_where(report, found, options), _WORDS)
    where = where.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    summary = f"{found.code} <code>{where}</code>"
    return f"<details><summary>{summary}</summary>\n\n{fence}text\n{shown}\n{fence}\n\n</details>"


def _code(words: str) -> str:
    """Words as a code span, between more backticks than any that stand together in them."""
    plain = escape(words, _WORDS)
    if not plain.strip():
        return f"<code>{plain}</code>"
    fence = "`" * (1 + _longest_run(plain))
    pad = " " if plain[0] in " `" or plain[-1] in " `" else ""
    return f"{fence}{pad}{plain}{pad}{fence}"


def _longest_run(words: str) -> int:
    """The length of the longest run of backticks."""
    longest = run = 0
    for char in words:
        run = run + 1 if char == "`" else 0
        longest = max(longest, run)
    return longest
