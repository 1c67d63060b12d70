"""`shapecheck check`: the reports of files and folders, in a form for people or for machines."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

from shapecheck.lint.configuration import Configuration, Finder
from shapecheck.report import Report
from shapecheck.words import near
from shapecheck.writers import formats
from shapecheck_cli import baselines, console, exits, lint_options, linting, loading, options, outputs, repository


@options.command("check", cls=outputs.Ordered)
@click.argument("paths", nargs=-1, required=True, type=click.Path(), metavar="PATH...")
@lint_options.selecting
@click.option(
    "--output-format",
    type=click.Choice(formats.NAMES),
    multiple=True,
    help="How findings are shown. Repeatable, with a file for each but one. [default: full]",
)
@click.option(
    "-o", "--output", multiple=True, metavar="FILE", help="Where the format named before goes. Repeatable."
)
@click.option("--line-hashes", is_flag=True, help="Put GitHub's hashes of lines into SARIF; its action does so itself.")
@click.option("-q", "--quiet", is_flag=True, default=None, help="Print findings, and nothing else.")
@lint_options.mending
@lint_options.counting
@lint_options.searching
@options.checking
def command(
    paths: Sequence[str],
    output_format: Sequence[str],
    output: Sequence[str],
    config: str | None,
    isolated: bool,
    at: dict[str, int],
    keras: int | None,
    data_format: str | None,
    allow_import: Sequence[str],
    stdin_filename: str | None,
    force_exclude: bool,
    line_hashes: bool,
    write_baseline: bool,
    diff: bool,
    **given: Any,
) -> int:
    """Check definitions: every shape, every mistake with its place.

    PATH is a file, a folder that is searched for definitions, a pattern such as `models/**/*.yaml`, or - for standard
    input.
    """
    finder, run = lint_options.finder(config, isolated, given)
    targets = outputs.paired(output_format, output, _form(run))
    known = baselines.Known(run.get("baseline", None), write_baseline)
    loader = loading.Loader(at, finder, stdin_filename or loading.STDIN, keras=keras, data_format=data_format,
                            allow_import=allow_import)  # fmt: skip
    mending = "diff" if diff else "fix" if run.get("fix", False) and not write_baseline else ""
    linter = linting.Linter(loader, finder, known, mending)
    outcomes = _outcomes(linter, loading.files(paths, finder, force_exclude=force_exclude), finder, run, targets)
    loader.finish()
    reports = [outcome.report for outcome in outcomes]
    outputs.spare(targets, [report.path for report in reports if not loading.is_unusable(report)])
    complain(reports)
    if write_baseline:
        known.write(reports)
        return exits.of(reports, "never")
    known.shrink()
    tally = _tally(outcomes, mending)
    if diff:
        console.complain_at_length(tally if not run.get("quiet", False) else "")
        code = max(exits.of(reports, "never"), exits.FINDINGS if any(outcome.fixed for outcome in outcomes) else 0)
    else:
        piped = mending == "fix" and "-" in paths
        for target in targets:
            _write(target, reports, run, tally, piped, line_hashes)
        _summarize(targets, reports, run, tally, piped)
        code = max((outcome.code for outcome in outcomes), default=exits.OK)
    return exits.OK if code == exits.FINDINGS and run.get("exit-zero", False) else code


def _outcomes(
    linter: linting.Linter,
    files: Iterable[str | Report],
    finder: Finder,
    run: Configuration,
    targets: Sequence[outputs.Output],
) -> list[linting.Outcome]:
    """What comes of each file, one after the other or in several processes."""
    if isinstance(files, tuple):  # a file that was named
        return [linter.lint(found) for found in files]
    from shapecheck_cli import jobs

    found = list(files)
    for path in found:
        if isinstance(path, str):
            finder.of_file(path)  # what is wrong with a configuration is said before anything is checked
    alone = run.get("baseline", None) is not None or "-" in found
    number = 1 if alone else jobs.processes(run.get("jobs", 1), len(found))
    with_layers = any(target.form == "json" for target in targets)
    outcomes = jobs.run(linter, found, number, with_layers)
    return list(jobs.with_bar(outcomes, len(found), not linter.mending and not run.get("quiet", False)))


def _tally(outcomes: Sequence[linting.Outcome], mending: str) -> str:
    """What was found, what of it can be mended, and what was."""
    from shapecheck.writers import phrases

    number, fixable = sum(outcome.fixed for outcome in outcomes), sum(outcome.fixable for outcome in outcomes)
    rows = []
    if number:
        where = phrases.count(sum(outcome.fixed > 0 for outcome in outcomes), "file")
        rows.append(f"{'Would fix' if mending == 'diff' else 'Fixed'} {phrases.count(number, 'finding')} in {where}")
    if mending != "diff":
        found = phrases.tally(_read([outcome.report for outcome in outcomes]))
        rows.append(found + f", {fixable:,} fixable with --fix" * (fixable > 0))
    return "\n".join(filter(None, rows))


def _form(run: Configuration) -> str:
    """The format where the command line names none."""
    form = str(run.get("output-format", "full"))
    if form not in formats.NAMES:
        close = near(form, formats.NAMES)
        help = f"; did you mean `{close}`?" if close else ""
        raise click.UsageError(f"{run.path}: `output-format` names no format: `{form}`{help}")
    return form


def _write(
    target: outputs.Output, reports: Sequence[Report], run: Configuration, tally: str, piped: bool, line_hashes: bool
) -> None:
    """Print a report, or write it into its file; standard output gets statistics instead if those are asked for.

    With `piped`, standard output is for what was mended, and what is printed goes to standard error.
    """
    quiet = run.get("quiet", False)
    if target.form in formats.FOR_PEOPLE:
        said = _read(reports)
        if target.file is None and run.get("statistics", False):
            return
        paint = console.paint(sys.stderr if piped else sys.stdout) if target.file is None else None
        text = formats.write(target.form, said, paint=paint, quiet=quiet, closing=tally)
    else:
        level = run.get("fail-level", "error")
        where = repository.places()
        text = formats.write(target.form, reports, fail_level=level, line_hashes=line_hashes, **where)
    if target.file is None:
        (console.complain_at_length if piped else console.say)(text)
    else:
        outputs.write(target.file, text)


def _read(reports: Sequence[Report]) -> list[Report]:
    return [report for report in reports if not loading.is_unusable(report)]


def _summarize(
    targets: Sequence[outputs.Output], reports: Sequence[Report], run: Configuration, tally: str, piped: bool
) -> None:
    """Statistics, and the tally where the report does not end with it; beside one for machines on standard error."""
    printed = any(target.file is None and target.form in formats.FOR_PEOPLE for target in targets)
    say = console.say if printed and not piped else console.complain_at_length
    counted = run.get("statistics", False)
    if counted:
        from shapecheck.writers import statistics

        text = statistics.write(_read(reports))
        if text:
            say(text)
    if tally and not run.get("quiet", False) and (counted or not printed):
        say(tally)


def complain(reports: Sequence[Report]) -> None:
    """Say on standard error what could not be read."""
    lost = [report for report in reports if loading.is_unusable(report)]
    if lost:
        from shapecheck.writers import text

        paint = console.paint(sys.stderr)
        console.complain_at_length("\n\n".join(text.write(report, paint) for report in lost))


def full(reports: Sequence[Report], quiet: bool) -> str:
    """The reports for people, painted for standard output."""
    from shapecheck.writers import text

    return text.together(reports, console.paint(sys.stdout), quiet=quiet)
