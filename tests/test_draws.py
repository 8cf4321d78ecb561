"""Keyed choices: the same everywhere (values fixed here for good), unbiased, one-to-one."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest

from gdquiz import draws
from gdquiz.errors import InputError

WORDS = [2346960940244937555, 4754330161924863649]
DICE = (4, 6, 6, 5, 5, 5, 6, 3)
ORDER = ("F", "B", "E", "C", "D", "A")
PERMUTED = [9, 7, 1, 6, 8, 5, 4, 0, 3, 2]
SHORT = "PHGYPS"


def test_the_bits_of_a_path_never_change():
    # an exam must be the same for ever: these numbers may only change with the format version of exam.json
    assert list(islice(draws.words(("exam", 1)), 2)) == WORDS
    assert draws.integers(("a", 2), 1, 6, 8) == DICE
    assert draws.shuffled(("s",), "ABCDEF") == ORDER
    assert [draws.Permutation(("p", 3), 10)(k) for k in range(10)] == PERMUTED
    assert draws.short_id(("id",)) == SHORT


def test_paths_are_told_apart_by_their_parts_and_types():
    paths = [("ab",), ("a", "b"), (1,), ("1",), ("a", 1), ("a1",), ()]
    assert len({next(draws.words(path)) for path in paths}) == len(paths)


def test_integers_reach_both_ends_evenly():
    # 6000 throws of a die: each face 1000 times, five standard deviations are 144
    counts = Counter(draws.integers(("die",), 1, 6, 6000))
    assert sorted(counts) == [1, 2, 3, 4, 5, 6]
    assert all(abs(count - 1000) < 144 for count in counts.values())


def test_an_empty_range_is_refused():
    with pytest.raises(ValueError, match="no integer lies between 3 and 2"):
        draws.integers(("x",), 3, 2, 1)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 65, 1000])
def test_a_permutation_is_one_to_one(size):
    keyed = draws.Permutation(("key", size), size)
    assert sorted(keyed(index) for index in range(size)) == list(range(size))


def test_a_permutation_refuses_what_lies_outside():
    keyed = draws.Permutation(("key",), 5)
    with pytest.raises(ValueError, match=r"index 5 is outside 0 \.\. 4"):
        keyed(5)


def test_different_keys_permute_differently():
    orders = {tuple(draws.Permutation((key,), 50)(k) for k in range(50)) for key in range(20)}
    assert len(orders) == 20


def test_every_order_of_three_comes_about_equally_often():
    counts = Counter(draws.shuffled(("shuffle", k), "abc") for k in range(3000))
    assert len(counts) == 6
    assert all(abs(count - 500) < 5 * 20.4 for count in counts.values())


def test_the_key_of_a_seed_never_changes():
    # scrypt of RFC 7914 with n = 2^15, r = 8, p = 1 and the salt "gdquiz exam", as OpenSSL's own command computes it
    assert draws.stretched("4711") == "021b4d44096ab0dc522655023a624ef7a66abde4dbccade9dd0e0f6cb5194e29"
    assert len({draws.stretched(seed) for seed in ("4711", "4712", "")}) == 3


def test_a_seed_is_stretched_once(monkeypatch):
    draws.stretched("once")
    monkeypatch.setattr(draws.hashlib, "scrypt", None)
    assert draws.stretched("once") == draws.stretched("once")


def test_a_python_without_scrypt_is_told_so(monkeypatch):
    monkeypatch.delattr(draws.hashlib, "scrypt")
    with pytest.raises(InputError) as caught:
        draws.stretched("a seed that was not stretched before")
    assert str(caught.value) == (
        "this Python has no hashlib.scrypt, which makes the key of an exam from its seed; "
        "expected a Python built with OpenSSL 1.1 or newer"
    )
