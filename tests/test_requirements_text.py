"""What a condition says in words is read back here by a small reader of its own, and held against brute force."""

import random
import re

import pytest

from shapecheck import dims, requirements
from shapecheck.diagnostic import Refusal
from shapecheck.need import Obligation
from shapecheck.requirements import wording
from shapecheck.requirements.cycles import Cycle
from shapecheck.requirements.sets import Sizes, joined, runs_of, tidy

H, W = dims.symbol("H"), dims.symbol("W")


def owed(kind, a, b):
    return Obligation(kind, a, b, Refusal("SC301", axis=1))


def listed(items):
    found = set()
    for item in items.split(","):
        low, dots, high = item.strip().partition("..")
        found |= set(range(int(low), int(high) + 1)) if dots else {int(low)}
    return found


def said(text, h):
    """Whether a size satisfies a condition on H as it is written."""
    text = re.sub(r"H mod (\d+) (not )?in \{([^}]*)\}", lambda m: str((h % int(m[1]) in listed(m[3])) != bool(m[2])), text)
    text = re.sub(r"H mod (\d+) in (\d+)\.\.(\d+)", lambda m: str(int(m[2]) <= h % int(m[1]) <= int(m[3])), text)
    text = re.sub(r"H (not )?in \{([^}]*)\}", lambda m: str((h in listed(m[2])) != bool(m[1])), text)
    return eval(text, {"__builtins__": {}}, {"H": h})


def joint_text(sizes):
    texts = [part.text for part in wording.parts("H", sizes)]
    return " and ".join(f"({text})" for text in texts) or "True"


def drawn(rng):
    """A random set of sizes with a period, with exceptions before it."""
    modulus = rng.choice([1, 2, 3, 4, 6, 8, 12, 16, 30, 32])
    residues = sorted(rng.sample(range(modulus), rng.randint(1, modulus))) if rng.random() < 0.7 else [rng.randrange(modulus)]
    start = rng.choice([1, 1, 2, 5, 17, 40])
    pattern = [h for h in range(1, start) if h % modulus in residues]
    kind = rng.randrange(4)
    if kind == 0:
        early = pattern
    elif kind == 1:
        early = [h for h in pattern if h > rng.randint(1, 20)]
    elif kind == 2:
        early = sorted(set(pattern) - set(rng.sample(range(1, 41), 2)))
    else:
        early = sorted(set(pattern) | set(rng.sample(range(1, start), min(2, start - 1))))
    cycles = [Cycle(modulus, tuple(residues))] if modulus > 1 else []
    stop = rng.choice([None, None, None, start + rng.randint(0, 100)])
    return tidy(runs_of(early), start, cycles, stop)


@pytest.mark.parametrize("seed", range(400))
def test_words_say_the_set(seed):
    sizes = drawn(random.Random(seed))
    text = joint_text(sizes)
    if "..." in text:
        return
    for h in range(1, 260):
        assert said(text, h) == (h in sizes), (h, text, sizes)


@pytest.mark.parametrize("seed", range(200))
def test_words_say_a_finite_set(seed):
    rng = random.Random(seed)
    runs = joined((a, a + rng.choice([0, 0, 1, 5])) for a in rng.sample(range(1, 60), rng.randint(1, 6)))
    text = joint_text(Sizes(runs))
    if "..." not in text:
        assert [h for h in range(1, 80) if said(text, h)] == [h for h in range(1, 80) if h in Sizes(runs)], text


@pytest.mark.parametrize(
    ("obligations", "text"),
    [
        ([("equal", 2 * (H // 2), H)], "H % 2 == 0"),
        ([("equal", 4 * (H // 8), H // 2), ("equal", 2 * (H // 2), H)], "H % 8 == 0"),
        ([("at_least", ((H - 3) // 2 - 3) // 2, 9)], "H >= 45"),
        ([("equal", H // 4, 12)], "48 <= H <= 51"),
        ([("equal", H, 224)], "H == 224"),
        ([("broadcast", 32 * dims.ceil_div(H, 32), H)], "H % 32 == 0 or H == 1"),
        ([("broadcast", 32 * (H // 32), H)], "H % 32 == 0 or H == 1"),
        ([("at_least", 3, (H + 1) % 64)], "H mod 64 in {63, 0, 1, 2}"),
        ([("at_least", 7, H % 32)], "H mod 32 in 0..7"),
        ([("equal", (H + 2) // 3, H // 3 + 1), ("unequal", H % 3, 2)], "H % 3 == 1"),
        ([("unequal", H % 3, 1)], "H % 3 != 1"),
        ([("equal", 16 * (H // 16), H), ("at_least", H // 2 - 20, 1)], "H % 16 == 0 and H >= 48"),
        ([("divides", 3, H), ("divides", 32, H)], "H % 96 == 0"),
        ([("unequal", H % 3, 1), ("unequal", H % 5, 1)], "H % 3 != 1 and H % 5 != 1"),
        ([("divides", H, 36)], "H in {1..4, 6, 9, 12, 18, 36}"),
        ([("at_least", 10, H)], "H <= 10"),
        ([("unequal", H, 7)], "H != 7"),
        ([("equal", H, W)], "H == W"),
        ([("equal", dims.ceil_div(H, 2), dims.ceil_div(W, 2))], "ceil(H/2) == ceil(W/2)"),
        (
            [("equal", dims.ceil_div(H, 2), dims.ceil_div(W, 2)), ("divides", 2, H), ("divides", 2, W)],
            "H % 2 == 0 and W % 2 == 0 and H == W",
        ),
        ([("equal", H // 4, W // 2), ("divides", 4, H), ("divides", 2, W)], "H % 4 == 0 and W % 2 == 0 and H == 2*W"),
        ([("equal", 64 * (H // 4) * (W // 4), 36864)], "(H//4)*(W//4) == 576"),
        ([("equal", (H // 4) * (W // 4), 576), ("equal", H // 4, 12)], "48 <= H <= 51 and 192 <= W <= 195"),
        ([("broadcast", H, W)], "H == W or H == 1 or W == 1"),
        ([("broadcast", H, 2 * W)], "H == 2*W or H == 1"),
        ([("divides", 5, H * W)], "(H*W) % 5 == 0"),
        ([("equal", H * W, H * 7)], "W == 7"),
        ([("divides", W, 4 * W * H + 6)], "W in {1, 2, 3, 6}"),
        ([("at_least", H // 2 + W // 2, 3)], "H//2 + W//2 >= 3"),
        ([("equal", H, 2 * (W // 2)), ("equal", W, 2 * (H // 2))], "H % 2 == 0 and H == W"),
        ([("equal", H, W + 1), ("divides", 2, H), ("divides", 2, W)], "H % 2 == 0 and W % 2 == 0 and H == W + 1"),
    ],
)
def test_a_condition_reads_as_a_person_writes_it(obligations, text):
    found = requirements.solve([owed(*each) for each in obligations], ["H", "W"])
    if found.empty is None:
        assert found.text == text
    else:
        assert set(found.empty.text.split(" and ")) == set(text.split(" and "))


def test_a_long_list_of_residues_says_how_many_there_are():
    found = requirements.solve([owed("unequal", H * H % 30030, 1)], ["H"])
    assert "29,998 of 30,030 residues" in found.text


def test_conditions_know_their_symbols_and_sets():
    found = requirements.solve([owed("divides", 8, H), owed("at_least", W, 3), owed("broadcast", H, W)], ["H", "W"])
    texts = {condition.text: condition.symbols for condition in found}
    assert texts == {"H % 8 == 0": ("H",), "W >= 3": ("W",), "H == W": ("H", "W")}
    assert len(found) == 3
    assert str(found) == "H % 8 == 0 and W >= 3 and H == W"
    assert repr(next(iter(found))) == "<Condition H % 8 == 0>"


def test_no_obligation_is_no_condition():
    found = requirements.solve([], ["H"])
    assert list(found) == []
    assert found.text == ""
    assert str(found) == "every size"
    assert found.holds(H=5) is True
    assert found.values("H", 1, 4) == [1, 2, 3, 4]
    assert found.nearest("H", 9) == (9, 9)
    assert found.minimum("H") == 1
    assert found.empty is None


def test_to_sympy():
    sympy = pytest.importorskip("sympy")
    found = requirements.solve(
        [owed("broadcast", 32 * dims.ceil_div(H, 32), H), owed("at_least", W, 3), owed("equal", H * W, 320)], ["H", "W"]
    )
    h, w = sympy.Symbol("H", integer=True, positive=True), sympy.Symbol("W", integer=True, positive=True)
    condition = found.to_sympy()
    for a in (1, 8, 32, 64, 320):
        for b in (1, 5, 10, 320):
            assert bool(condition.subs({h: a, w: b})) == found.holds(H=a, W=b)
