"""The solver against brute force: every size checked on its own with plain ints."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shapecheck import dims, requirements
from shapecheck.diagnostic import Refusal
from shapecheck.need import Obligation

H, W = dims.symbol("H"), dims.symbol("W")


def owed(kind, a, b):
    return Obligation(kind, a, b, Refusal("SC301", axis=1))


# A program over plain ints: the witness. Each step is (operation, its numbers, the index of what it reads).

STEPS = {
    "valid": lambda x, k, s: (x - k) // s + 1,
    "same": lambda x, k, s: -(-x // s),
    "pad": lambda x, k, s: x + k,
    "crop": lambda x, k, s: x - k,
    "up": lambda x, k, s: x * s,
    "transposed": lambda x, k, s: (x - 1) * s + k,
}


def run(program, sizes):
    """The values of a program, and whether all its demands hold, with Python's own integers."""
    values = list(sizes)
    for step in program:
        name, numbers, reads = step
        if name in STEPS:
            values.append(STEPS[name](values[reads[0]], *numbers))
        elif name == "sum":
            values.append(values[reads[0]] + values[reads[1]])
        elif name == "product":
            values.append(values[reads[0]] * values[reads[1]])
    good = True
    for name, numbers, reads in program:
        a, b = values[reads[0]], values[reads[-1]]
        if name in ("valid", "crop"):
            good &= a >= numbers[0] + (name == "crop")
        elif name == "equal":
            good &= a == b
        elif name == "broadcast":
            good &= a == b or a == 1 or b == 1
        elif name == "divides":
            good &= b % numbers[0] == 0
        elif name == "number":
            good &= b == numbers[0]
        elif name == "least":
            good &= b >= numbers[0]
        elif name == "unequal":
            good &= a != b
        elif name == "shared":
            good &= (a == 0 and b == 0) or (a != 0 and b % a == 0)
    return good


def symbolic(program, symbols):
    """The obligations of a program, on sizes as the layers make them."""
    values = list(symbols)
    found = []
    for name, numbers, reads in program:
        a = values[reads[0]] if reads[0] < len(values) else None
        if name == "valid":
            values.append((a - numbers[0]) // numbers[1] + 1)
            found.append(owed("at_least", a, numbers[0]))
        elif name == "crop":
            values.append(a - numbers[0])
            found.append(owed("at_least", a, numbers[0] + 1))
        elif name == "same":
            values.append(dims.ceil_div(a, numbers[1]))
        elif name in STEPS:
            values.append(STEPS[name](a, *numbers))
        elif name == "sum":
            values.append(a + values[reads[1]])
        elif name == "product":
            values.append(a * values[reads[1]])
    for name, numbers, reads in program:
        a, b = values[reads[0]], values[reads[-1]]
        if name in ("equal", "broadcast", "unequal"):
            found.append(owed(name, a, b))
        elif name in ("divides", "least", "number"):
            kind = {"divides": "divides", "least": "at_least", "number": "equal"}[name]
            found.append(owed(kind, numbers[0], b) if name == "divides" else owed(kind, b, numbers[0]))
        elif name == "shared":
            found.append(owed("divides", a, b))
    return found


DEMANDS = ["equal", "equal", "equal", "broadcast", "broadcast", "divides", "least", "number", "unequal", "shared"]


def drawn(rng, inputs, steps, demands, products=False):
    """A random program that merges what it made."""
    program, made = [], inputs
    for _ in range(steps):
        kinds = ["valid", "same", "pad", "crop", "up", "transposed", "valid", "same", "up", "sum"]
        name = rng.choice(kinds + ["product"] * products)
        numbers = (rng.randint(1, 5), rng.choice([1, 1, 2, 2, 2, 3, 4, 5]))
        several = name in ("sum", "product")
        reads = (rng.randrange(made), rng.randrange(made)) if several else (rng.randrange(max(0, made - 3), made),)
        program.append((name, numbers, reads))
        made += 1
    for _ in range(demands):
        name = rng.choice(DEMANDS)
        program.append((name, (rng.randint(1, 12), 1), (rng.randrange(made), rng.randrange(made))))
    return program


def check_one_symbol(program):
    found = requirements.solve(symbolic(program, [H]), ["H"])
    column = range(1, 301)
    expected = [h for h in column if run(program, [h])]
    assert [h for h in column if found.holds(H=h)] == expected
    if found.undecided:
        return found
    assert found.values("H", 1, 300) == expected
    sizes = found.system.sets.get("H")
    if found.empty:
        assert not expected
        return found
    if sizes is not None and sizes.start:
        period = 1
        for cycle in sizes.cycles:
            period *= cycle.modulus
        for near in (sizes.start, sizes.start + period, sizes.start + 2 * period):
            for h in range(max(1, near - 40), near + 40):
                assert (h in sizes) == run(program, [h]), h
    if expected:
        assert found.minimum("H") == expected[0]
    for h in (1, 7, 50, 150):
        below, above = found.nearest("H", h)
        assert below == max((x for x in expected if x <= h), default=None)
        if any(x >= h for x in expected):
            assert above == min(x for x in expected if x >= h)
    for condition in found:
        assert condition.symbols == ("H",)
    conditions = list(found)
    for h in range(1, 200):
        assert all(condition.holds(H=h) for condition in conditions) == run(program, [h])
    return found


@pytest.mark.parametrize("seed", range(300))
def test_a_random_chain_on_one_symbol_is_solved_exactly(seed):
    rng = random.Random(seed)
    check_one_symbol(drawn(rng, 1, rng.randint(1, 9), rng.randint(0, 3)))


@pytest.mark.parametrize("seed", range(100))
def test_products_on_one_symbol_are_solved_exactly(seed):
    rng = random.Random(seed)
    check_one_symbol(drawn(rng, 1, rng.randint(1, 5), rng.randint(1, 3), products=True))


@pytest.mark.slow
def test_few_random_chains_are_undecided():
    undecided = 0
    for seed in range(10_000):
        rng = random.Random(f"slow {seed}")
        found = check_one_symbol(drawn(rng, 1, rng.randint(1, 12), rng.randint(0, 4), products=seed % 5 == 0))
        undecided += bool(found.undecided)
    assert undecided <= 50


def check_two_symbols(program):
    found = requirements.solve(symbolic(program, [H, W]), ["H", "W"])
    expected = {(h, w) for h in range(1, 25) for w in range(1, 25) if run(program, [h, w])}
    assert {(h, w) for h in range(1, 25) for w in range(1, 25) if found.holds(H=h, W=w)} == expected
    if found.empty:
        assert not expected
    conditions = list(found)
    assert {
        (h, w) for h in range(1, 25) for w in range(1, 25) if all(
            c.holds(**{name: {"H": h, "W": w}[name] for name in c.symbols}) for c in conditions)
    } == expected  # fmt: skip
    for h in (1, 4, 10):
        assert found.values("W", 1, 24, H=h) == [w for w in range(1, 25) if (h, w) in expected]
    heights = {h for h, _ in expected}
    assert heights <= set(found.values("H", 1, 24))
    return found


@pytest.mark.parametrize("seed", range(150))
def test_random_chains_on_two_symbols(seed):
    rng = random.Random(seed)
    check_two_symbols(drawn(rng, 2, rng.randint(1, 7), rng.randint(1, 3), products=seed % 3 == 0))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_the_order_of_obligations_does_not_matter(seed):
    rng = random.Random(seed)
    obligations = symbolic(drawn(rng, 2, rng.randint(2, 8), rng.randint(1, 4)), [H, W])
    texts = [c.text for c in requirements.solve(obligations, ["H", "W"])]
    for _ in range(3):
        rng.shuffle(obligations)
        assert [c.text for c in requirements.solve(obligations, ["H", "W"])] == texts
