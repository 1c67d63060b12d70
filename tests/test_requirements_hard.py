"""Claims that could take for ever: each ends in time, with the exact set, or says what it leaves undecided."""

import os
import random
import subprocess
import sys
import time
from itertools import pairwise

import pytest

from shapecheck import dims, requirements
from shapecheck.diagnostic import Refusal
from shapecheck.need import Obligation

H, W, D = (dims.symbol(name) for name in "HWD")
PRIMES = [2, 3, 5, 7, 11, 13]
DENSE = [[3, 5, 7, 11, 13, 17], range(3, 18), [101, 103, 107, 109, 113, 127], [60, 84, 90, 126, 140, 210]]
LIMIT = 5  # seconds for everything that may be asked of one system


def owed(kind, a, b):
    return Obligation(kind, a, b, Refusal("SC301", axis=1))


@pytest.fixture(autouse=True)
def _in_time():
    start = time.process_time()
    yield
    assert time.process_time() - start < LIMIT


def asked(obligations):
    """The requirements, held against the obligations, after every question that a report may ask of them."""
    found = requirements.solve(obligations, ["H", "W", "D"])
    assert isinstance(found.text, str)
    assert isinstance(found.undecided, tuple)
    for condition in found:
        assert condition.obligations
    found.minimum("H")
    found.nearest("H", 300)
    column = range(1, 200 if len(obligations) < 100 else 40)
    if symbols_in(obligations) == {"H"}:
        expected = [h for h in column if all(holds(o, h) for o in obligations)]
        assert found.values("H", 1, column.stop - 1) == expected
        assert [h for h in column if found.holds(H=h)] == expected
    return found


def symbols_in(obligations):
    return {symbol.name for o in obligations for side in (o.a, o.b) for symbol in dims.symbols_of(side)}


def holds(o, h):
    a, b = dims.evaluate(o.a, {"H": h}), dims.evaluate(o.b, {"H": h})
    return {
        "equal": a == b,
        "unequal": a != b,
        "at_least": a >= b,
        "broadcast": a == b or 1 in (a, b),
        "divides": bool(a) and b % a == 0,
    }[o.kind]


def skips(h, strides):
    """A network that goes down by strides and up again, joined at every level."""
    for stride in strides:
        yield owed("equal", stride * (h // stride), h)
        h = h // stride


def there_and_back(h, strides):
    down = h
    for stride in strides:
        down = down // stride
    for stride in strides:
        down = down * stride
    return [owed("equal", down, h)]


@pytest.mark.parametrize("strides", [PRIMES, PRIMES[::-1], [*PRIMES, 17, 19, 23], [2] * 60, [3] * 40, [2, 3] * 30])
def test_coprime_and_deep_strides(strides):
    modulus = 1
    for stride in strides:
        modulus *= stride
    for obligations in (list(skips(H, strides)), there_and_back(H, strides)):
        found = asked(obligations)
        assert found.text == f"H % {modulus} == 0"
        assert found.minimum("H") == modulus
        assert found.nearest("H", 10 * modulus + 1) == (10 * modulus, 11 * modulus)


def test_a_thousand_levels():
    found = asked(there_and_back(H, [2] * 1000))
    assert found.minimum("H") == 2**1000
    assert found.holds(H=3 * 2**1000) is True


def test_strides_too_deep_to_write_out():
    down, obligations = H, []
    for _ in range(2500):
        obligations.append(owed("at_least", down, 1000))
        down = down // 1000
    obligations.append(owed("broadcast", down * 1000**2500, H))
    found = requirements.solve(obligations, ["H"])
    assert found.text == "H % about 2**24914 == 0"
    assert found.minimum("H") == 1000**2500
    assert found.holds(H=1) is False


@pytest.mark.parametrize("moduli", DENSE)
def test_dense_conditions(moduli):
    found = asked([owed("unequal", H % m, m // 2) for m in moduli])
    assert not found.undecided
    assert len(found.text) < 400


def test_windows_of_coprime_strides():
    h, sizes, obligations = H, [], []
    for stride in PRIMES:
        obligations.append(owed("at_least", h, 3))
        sizes.append(h)
        h = (h - 3) // stride + 1
    for stride, size in zip(reversed(PRIMES), reversed(sizes), strict=True):
        up = (h - 1) * stride + 3
        obligations.append(owed("broadcast", up, size))
        h = dims.maximum(up, size)
    found = asked(obligations)
    assert not found.undecided
    least = found.minimum("H")
    for size in range(least - 50, least + 50):
        assert (size in found.system.sets["H"]) == all(holds(o, size) for o in obligations)


@pytest.mark.parametrize("kind", ["short", "long", "broadcast", "bounds"])
def test_five_hundred_obligations_on_one_symbol(kind):
    rng = random.Random(kind)
    obligations = []
    for i in range(500):
        a, b, c = rng.randint(2, 40), rng.randint(2, 40), rng.randint(1, 50)
        if kind == "short":
            obligations.append(owed("unequal", (H + c) // a * b % 97, rng.randint(0, 96)))
        elif kind == "long":
            modulus = 50_000 + 17 * i
            obligations.append(owed("unequal", H % modulus, rng.randrange(modulus)))
        elif kind == "broadcast":
            obligations.append(owed("broadcast", ((H + a) // 4 + c) // 3, (H + b) // 12))
        else:
            obligations.append(owed("at_least", (H - 3 * i) // 2 + i, i % 7))
    found = asked(obligations)
    if kind == "bounds":
        assert found.text == "H >= 508"
    if kind == "long":
        assert found.undecided  # and said so: the survivors are far more than are kept


def test_products_of_three_symbols():
    found = asked([owed("equal", 64 * (H // 4) * (W // 4) * (D // 2), 36864)])
    assert found.text == "(D//2)*(H//4)*(W//4) == 576"
    assert found.values("H", 280, 400) == [288, 289, 290, 291, 384, 385, 386, 387]
    found = asked([
        owed("equal", (H // 2) * (W // 3) * (D // 5), 720720),
        owed("equal", (H // 3) * (W // 5) * (D // 2), 1234),
        owed("divides", H * W * D, 360360),
    ])  # fmt: skip
    assert found.holds(H=1, W=1, D=1) is False
    found = asked([owed("divides", 720720, 64 * (H // 4) * (W // 4) * (D // 2))])
    assert found.holds(H=4 * 45045, W=4, D=2) is True
    found = asked([owed("equal", H * W * D, H + W + D + 100), owed("divides", H * W + D, H * W * D)])
    assert found.text


def test_equations_that_have_no_formula():
    found = asked([owed("equal", H * H, 2 * W * W + 1)])
    assert found.values("H", 1, 600) == [3, 17, 99, 577]
    found = asked([owed("equal", H * H * H, W * W * W + D * D * D)])
    assert found.empty is None  # Fermat's theorem is not known here, and nothing is claimed


def test_hundreds_of_symbols():
    names = [dims.symbol(f"s{i}") for i in range(200)]
    chain = [owed("equal", a, b) for a, b in pairwise(names)]
    assert asked([*chain, owed("divides", 2, names[0]), owed("divides", 3, names[-1])]).empty is None
    assert asked([*chain, owed("divides", 2, names[0]), owed("equal", names[-1] % 2, 1)]).empty is not None


@pytest.mark.parametrize("count", [4, 8, 16, 60])
def test_sums_of_many_strides(count):
    down = [H // k for k in range(2, 2 + count)]
    up = [dims.ceil_div(H, k) for k in range(2, 2 + count)]
    found = asked([owed("equal", dims.total(down), dims.total(up) - 3), owed("divides", 7, dims.total(down))])
    assert bool(found.undecided) == (count == 60)


def test_sympy_stays_away():
    code = (
        "import sys\nfrom shapecheck import dims, requirements\nfrom shapecheck.need import Obligation\n"
        "from shapecheck.diagnostic import Refusal\n"
        "H, W = dims.symbol('H'), dims.symbol('W')\n"
        "r = requirements.solve([Obligation('equal', H // 2, W // 3, Refusal('SC301')),"
        " Obligation('divides', 32, H, Refusal('SC301'))], ['H', 'W'])\n"
        "r.text, r.empty, r.minimum('H'), r.nearest('W', 9), [c.layers for c in r]\n"
        "print([m for m in ('sympy', 'numpy', 'networkx', 'dataclasses', 'inspect', 'enum') if m in sys.modules and m != 'enum'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_nothing_owed_loads_no_solver():
    code = (
        "import sys\nfrom shapecheck import requirements\nr = requirements.solve([], ['H'])\n"
        "r.holds(H=3), r.text, list(r), r.empty, r.values('H', 1, 9), r.undecided\n"
        "print([m for m in sys.modules if m.startswith('shapecheck.requirements.')])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_texts_do_not_depend_on_the_hash_seed():
    code = (
        "import random\nfrom shapecheck import dims, requirements\nfrom shapecheck.need import Obligation\n"
        "from shapecheck.diagnostic import Refusal\n"
        "names = [dims.symbol(n) for n in ('H', 'W', 'T')]\nrng = random.Random(5)\n"
        "for _ in range(40):\n"
        "    owed = [Obligation(rng.choice(['equal', 'broadcast', 'divides', 'at_least']),"
        " rng.choice(names) // rng.randint(1, 4) + rng.choice(names), rng.choice(names) * rng.randint(1, 3) // 2,"
        " Refusal('SC301')) for _ in range(3)]\n"
        "    print(requirements.solve(owed, ['H', 'W', 'T']))\n"
    )
    said = set()
    for seed in ("0", "1", "77"):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        )
        said.add(done.stdout)
    assert len(said) == 1
