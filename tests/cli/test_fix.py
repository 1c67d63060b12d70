"""`check --fix` and `--diff`: files are mended, and nothing else in them is touched."""

from __future__ import annotations

import os
import stat
import subprocess

import pytest

BAD = b"layers:\n  - Input: {name: x, shape: [8]}  # in\n  - Dnse: {units: 4, name: dense}\n"
GOOD = BAD.replace(b"Dnse", b"Dense")


@pytest.fixture
def m(folder):
    path = folder / "m.yaml"
    path.write_bytes(BAD)
    return path


def test_a_file_is_mended(shapecheck, m):
    done = shapecheck("check", "m.yaml")
    assert done.code == 1 and done.out.endswith("Found 1 error in 1 file, 1 fixable with --fix\n")
    assert m.read_bytes() == BAD
    done = shapecheck("check", "--fix", "m.yaml")
    assert done.code == 0 and m.read_bytes() == GOOD
    assert done.out.startswith("ok m.yaml") and done.out.endswith("Fixed 1 finding in 1 file\n")
    done = shapecheck("check", "--fix", "m.yaml")
    assert done.code == 0 and "Fixed" not in done.out


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "mark"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["unix", "windows"])
def test_marks_and_line_ends_are_kept(shapecheck, m, mark, end):
    m.write_bytes(mark + BAD.replace(b"\n", end))
    assert shapecheck("check", "--fix", "m.yaml").code == 0
    assert m.read_bytes() == mark + GOOD.replace(b"\n", end)


def test_what_is_left_is_reported(shapecheck, m):
    m.write_bytes(BAD + b"  - Reshape: {target_shape: [3, 3], inputs: x, name: r}\n")
    done = shapecheck("check", "--fix", "m.yaml")
    assert done.code == 1 and "SC304" in done.out and "SC110" not in done.out
    assert done.out.endswith("Fixed 1 finding in 1 file\nFound 1 error in 1 file\n")


def test_a_difference_is_shown(shapecheck, m, folder):
    done = shapecheck("check", "--diff", "m.yaml")
    assert done.code == 1 and m.read_bytes() == BAD
    assert done.out == (
        "--- m.yaml\n+++ m.yaml\n@@ -1,3 +1,3 @@\n layers:\n   - Input: {name: x, shape: [8]}  # in\n"
        "-  - Dnse: {units: 4, name: dense}\n+  - Dense: {units: 4, name: dense}\n"
    )
    assert done.err == "Would fix 1 finding in 1 file\n"
    assert shapecheck("check", "--diff", "--exit-zero", "m.yaml").code == 0
    m.write_bytes(GOOD)
    done = shapecheck("check", "--diff", "m.yaml")
    assert done.code == 0 and done.out == "" and done.err == ""


@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize("last", [b"\n", b""], ids=["ended", "open"])
def test_the_difference_can_be_applied(shapecheck, m, folder, end, last):
    m.write_bytes(BAD.rstrip().replace(b"\n", end) + last.replace(b"\n", end))
    out = shapecheck("check", "--diff", "m.yaml").out
    (folder / "p").write_bytes(out.encode())
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "apply", "-p0", "p"], check=True)
    assert m.read_bytes() == GOOD.rstrip().replace(b"\n", end) + last.replace(b"\n", end)


def test_standard_input_becomes_standard_output(shapecheck, folder):
    done = shapecheck("check", "--fix", "-", stdin=BAD)
    assert done.code == 0 and done.out.encode() == GOOD and "Fixed 1 finding" in done.err
    done = shapecheck("check", "--fix", "-", stdin=GOOD)
    assert done.out.encode() == GOOD
    broken = b"layers: [\n"
    done = shapecheck("check", "--fix", "-", stdin=broken)
    assert done.code == 1 and done.out.encode() == broken and "SC101" in done.err
    done = shapecheck("check", "--diff", "-", "--stdin-filename", "a.yaml", stdin=BAD)
    assert done.out.startswith("--- a.yaml\n+++ a.yaml\n")


@pytest.mark.skipif(os.name == "nt", reason="rights and links")
def test_rights_and_links_are_kept(shapecheck, m, folder):
    m.chmod(0o640)
    (folder / "link.yaml").symlink_to("m.yaml")
    assert shapecheck("check", "--fix", "link.yaml").code == 0
    assert (folder / "link.yaml").is_symlink() and m.read_bytes() == GOOD
    assert stat.S_IMODE(m.stat().st_mode) == 0o640
    assert sorted(path.name for path in folder.iterdir()) == ["link.yaml", "m.yaml"]


def test_what_is_not_selected_is_not_mended(shapecheck, m):
    for arguments in (["--ignore", "SC110"], ["--select", "SC2"]):
        shapecheck("check", "--fix", "m.yaml", *arguments)
        assert m.read_bytes() == BAD


def test_what_was_known_before_is_not_mended(shapecheck, m):
    shapecheck("check", "m.yaml", "--baseline", "known.json", "--write-baseline")
    shapecheck("check", "--fix", "m.yaml", "--baseline", "known.json")
    assert m.read_bytes() == BAD


def test_an_idle_comment_is_removed(shapecheck, m):
    m.write_bytes(GOOD.rstrip() + b"  # shapecheck: ignore[SC204] was needed\n")
    assert shapecheck("check", "--fix", "m.yaml").code == 0
    assert m.read_bytes() == GOOD


def test_another_encoding_is_left_alone(shapecheck, m):
    data = BAD.decode().encode("utf-16")
    m.write_bytes(data)
    assert shapecheck("check", "--fix", "m.yaml").code == 1
    assert m.read_bytes() == data


def test_fix_in_the_configuration(shapecheck, m, folder):
    (folder / "shapecheck.toml").write_text("fix = true\n")
    assert shapecheck("check", "m.yaml").code == 0 and m.read_bytes() == GOOD


def test_only_fixes_that_work_are_promised(shapecheck, m):
    m.write_bytes(b"layers:\n  - Input: {name: x, shape: [8]}\n  - Reshap: {target_shape: [3, 3]}\n")
    done = shapecheck("check", "m.yaml")
    assert "did you mean `Reshape`?" in done.out and done.out.endswith("Found 1 error in 1 file\n")
