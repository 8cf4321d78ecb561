"""The store of populations: the same bytes with it and without, whatever happens to its files."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import grimp
import numpy as np
import pytest
from banking import BANKS, NUMBER, populated, text_of
from click.testing import CliRunner

from gdquiz.assembly.questions import QuestionWriter
from gdquiz.banks import entries
from gdquiz.banks.bank import read_bank
from gdquiz.banks.items import models
from gdquiz.banks.models import entries_of
from gdquiz.cli import main
from gdquiz.cli.listing import Listing, Solving
from gdquiz.cli.store import ABANDONED, PLACE, SIZE, Store, store
from gdquiz.errors import InputError
from gdquiz.populations import engine, packing
from gdquiz.populations.setting import Numbers, Text, setter
from gdquiz.populations.variants import Variants

KINDS = BANKS / "kinds.toml"


def made(out: Path, *more: str) -> dict[str, bytes]:
    """The files of an exam of all kinds of answer."""
    arguments = ["make", "--bank", str(KINDS), "--questions", "40", "--forms", "2", "--to", "markdown"]
    result = CliRunner().invoke(main, [*arguments, "--seed", "twelve letters", "--out", str(out), *more])
    assert result.exit_code == 0, result.output
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a store of its own."""
    monkeypatch.setenv(PLACE, str(tmp_path / "cache"))
    monkeypatch.delenv(SIZE, raising=False)
    return tmp_path / "cache" / "populations"


# --- the same with it and without ----------------------------------------------------------------------------------


def test_cold_warm_and_without_the_store_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    without = made(tmp_path / "without", "--no-cache")
    assert not folder.exists()
    cold = made(tmp_path / "cold")
    assert list(folder.glob("*.npy"))
    warm = made(tmp_path / "warm")
    assert cold == warm == without


FIGURES = (
    "order-steps-on-a-curve",
    "arrows-on-a-contour-map",
    "curves-of-four-rates",
    "what-a-loss-curve-shows",
    "best-epoch",
)
"""A shipped item with each kind of figure."""


def test_shipped_figures_and_precise_keys_are_the_same_with_the_store(folder: Path, tmp_path: Path) -> None:
    listing = Listing(Store(None))
    chosen = [entry for entry in listing.items if entry.id in {*FIGURES, "second-adam-step"}]
    assert len(chosen) == len(FIGURES) + 1
    for entry in chosen:
        fresh = QuestionWriter(listing.solve(entry))
        Store(folder).keep_variants("a" * 32, fresh.variants)
        found = Store(folder).variants("a" * 32)
        assert found is not None
        kept = QuestionWriter(found)
        for row in range(0, fresh.size, 1 + fresh.size // 7):
            assert fresh.question(row, number=1, id="q") == kept.question(row, number=1, id="q")


def test_every_row_of_every_kind_of_answer_comes_back_as_it_was() -> None:
    for item in models(read_bank(KINDS.read_text("utf-8"), file="kinds.toml")):
        variants = populated("kinds.toml", item.id).variants
        back = packing.unpack(*packing.pack(variants))
        before, after = QuestionWriter(variants), QuestionWriter(back)
        assert (before.wording, before.slot_kinds) == (after.wording, after.slot_kinds)
        assert (variants.refusals, variants.enumerated) == (back.refusals, back.enumerated)
        for row in range(variants.size):
            options = {"number": 1, "id": "q", "path": ("store", row)}
            assert before.question(row, **options) == after.question(row, **options)
            assert before.question(row, number=1, id="q") == after.question(row, number=1, id="q")


@pytest.mark.parametrize("least", [0, -1, -128, -129, -(2**31) - 1, -(2**63)])
@pytest.mark.parametrize("most", [0, 127, 128, 2**31 - 1, 2**31, 2**32, 39_795_748_501, 2**63 - 1])
def test_whole_numbers_are_narrowed_to_whole_numbers(least: int, most: int) -> None:
    """No whole number becomes a float, however far apart they are, and all of them fit."""
    array = np.array([least, most], np.int64)
    narrow = packing._narrowed(array)
    assert narrow.dtype.kind == "i" and narrow.tolist() == [least, most]
    if narrow.dtype.itemsize > 1:
        half = np.iinfo(f"int{4 * narrow.dtype.itemsize}")
        assert least < half.min or most > half.max  # there is no smaller type for them


def test_what_is_packed_again_is_the_same() -> None:
    text, data = packing.pack(populated("kinds.toml", "order").variants)
    again, bytes_again = packing.pack(packing.unpack(text, data))
    assert again == text
    assert np.array_equal(bytes_again, data)


def test_a_warm_make_imports_no_engine(folder: Path, tmp_path: Path) -> None:
    script = (
        "import sys\nfrom gdquiz.cli import main\n"
        "main(sys.argv[1:], standalone_mode=False)\n"
        "print(*sorted({'sympy', 'mpmath', 'flint', 'tomllib'} & set(sys.modules)))\n"
    )
    made(tmp_path / "cold")
    arguments = ["make", "--bank", str(KINDS), "--questions", "40", "--forms", "2", "--to", "markdown"]
    arguments += ["--seed", "another, also of twelve letters", "--out", str(tmp_path / "warm")]
    told = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    # tomllib is imported with the reader of blueprints and reads nothing
    assert set(told.stdout.splitlines()[-1].split()) <= {"tomllib"}


# --- what cannot be packed ----------------------------------------------------------------------------------------


def test_what_is_no_variants_is_refused() -> None:
    text, data = packing.pack(populated("kinds.toml", "order").variants)
    for broken in ("", "[]", '{"$":"Rows"}', '{"$":"os.system","value":"x"}', '{"$":"Variants"}', text[:-2]):
        with pytest.raises(ValueError):
            packing.unpack(broken, data)
    with pytest.raises(ValueError):
        packing.unpack(text, data[:-8])


def test_items_with_very_many_precise_answers_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    variants = populated("kinds.toml", "order").variants
    assert packing.may_be_kept(variants)
    inexact = next(
        found
        for item in models(read_bank(KINDS.read_text("utf-8"), file="kinds.toml"))
        if (found := populated("kinds.toml", item.id).variants)
        and any(row is not None for rows in found.cases for part in rows.parts for row in part.precise)
    )
    monkeypatch.setattr(packing, "MOST_PRECISE", inexact.size)
    assert packing.may_be_kept(inexact)
    monkeypatch.setattr(packing, "MOST_PRECISE", inexact.size - 1)
    assert not packing.may_be_kept(inexact)


def test_a_number_that_is_missing_in_a_row_is_noticed() -> None:
    numbers = Numbers(np.array([3, 0], np.int8), np.array([4, 0], np.int8))
    text = setter(Text("number", "plain", numbers={"": numbers}))
    assert text(0) == "3/4"
    with pytest.raises(ValueError, match="row 1 has no exact value"):
        text(1)


# --- keys ----------------------------------------------------------------------------------------------------------


def entries_in(text: str) -> tuple[entries.Entry, ...]:
    return entries_of(read_bank(text, file="trial.toml"))


def test_the_key_follows_the_item_and_its_bank() -> None:
    one = text_of(f'parameters = {{ a = "1..3" }}\n{NUMBER}answer = "a"\n')
    two = one + one[one.index("[[item]]") :].replace('id = "one"', 'id = "two"')
    first = entries_in(two)
    for changed, others in (
        (two.replace("1..3", "1..4", 1), [True, False]),
        (two.replace("What?", "Which?", 1), [True, False]),
        (two.replace('topic = "trial"', 'topic = "tried"', 1), [True, True]),
        (two.replace('title = "Trial"', 'title = "Tried"', 1), [True, True]),
        ("# nothing new\n" + two, [False, False]),
    ):
        assert [a.digest != b.digest for a, b in zip(first, entries_in(changed), strict=True)] == others
    for item, entry in zip(models(read_bank(two, file="trial.toml")), first, strict=True):
        assert all(getattr(item, name) == getattr(entry, name) for name in (field.name for field in fields(entry)))


def test_the_key_follows_the_engine_and_its_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    before = engine.engine()
    engine.engine.cache_clear()
    monkeypatch.setattr(engine, "_version", lambda library: "another" if library == "sympy" else "1")
    other = engine.engine()
    monkeypatch.setenv("SYMPY_GROUND_TYPES", "python")
    engine.engine.cache_clear()
    assert len({before, other, engine.engine()}) == 3
    engine.engine.cache_clear()


def test_the_key_follows_the_misconceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    before = engine.engine()
    changed = engine.misconceptions().replace(b"title", b"title ", 1)
    monkeypatch.setattr(engine, "misconceptions", lambda: changed)
    engine.engine.cache_clear()
    assert engine.engine() != before
    engine.engine.cache_clear()


def test_all_that_populations_rest_on_is_in_the_hash_of_the_engine() -> None:
    graph = grimp.build_graph("gdquiz", cache_dir=None)
    needed = set[str]()
    for module in ("population", "packing", "printing"):
        needed |= graph.find_upstream_modules(f"gdquiz.populations.{module}")
    rooms = {name.split(".")[1] for name in needed if name.count(".")}
    assert rooms
    assert not rooms & set(engine.NOT_THE_ENGINE)
    hashed = {source.split(b"\n", 1)[0].decode() for source in engine.sources()}
    files = {name.removeprefix("gdquiz.").replace(".", "/") for name in needed if name.count(".")}
    assert all(f"{file}.py" in hashed or f"{file}/__init__.py" in hashed for file in files)


def test_entries_come_back_as_they_were() -> None:
    bank = read_bank(KINDS.read_text("utf-8"), file="kinds.toml")
    defined = (entries.Defined("OWN", "does so", "0" * 32, "kinds.toml", 7),)
    found = entries_of(bank), defined
    assert entries.from_text(entries.to_text(*found)) == found
    for text in ("", "{}", "[1]", "[[]]", '[[{"id": "a"}], []]', '[[], [{"code": "A"}]]', "[[], 1]"):
        with pytest.raises(InputError):
            entries.from_text(text)


def test_a_listing_tells_the_same_faults_with_the_store(folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text(KINDS.read_text("utf-8").replace("ask =", "asks =", 1), encoding="utf-8")
    for _ in range(2):
        with pytest.raises(InputError) as told:
            Listing(store(), [broken])
        assert "asks" in str(told.value)
    assert not list(folder.glob("*.json"))


# --- damage --------------------------------------------------------------------------------------------------------


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "one byte": lambda data: data[:1],
    "half": lambda data: data[: len(data) // 2],
    "without its end": lambda data: data[:-1],
    "longer": lambda data: data + b"\0",
    "a bit flipped": flipped,
    "the first bit flipped": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "the last bit flipped": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "something else": lambda data: b"\x93NUMPY" + b"\xff" * 200,
    "no UTF-8": lambda data: b"\xff\xfe" + data,
}


@pytest.mark.parametrize("suffix", [".json", ".npy"])
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_what_is_damaged_is_thrown_away_and_made_again(
    tmp_path: Path, suffix: str, damage: Callable[[bytes], bytes]
) -> None:
    kept, key = Store(tmp_path), "a" * 32
    variants = populated("kinds.toml", "order").variants
    kept.keep_variants(key, variants)
    path = tmp_path / f"{key}{suffix}"
    whole = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert set(whole) == {f"{key}.json", f"{key}.npy"}
    path.write_bytes(damage(path.read_bytes()))
    found = kept.variants(key)
    if found is not None:  # bytes after the end of the array are no part of it
        assert (suffix, damage) == (".npy", DAMAGE["longer"])
        assert packing.pack(found)[0] == packing.pack(variants)[0]
        return
    assert not list(tmp_path.iterdir())
    kept.keep_variants(key, variants)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == whole


def test_one_file_without_the_other_is_nothing(tmp_path: Path) -> None:
    kept, key = Store(tmp_path), "a" * 32
    variants = populated("kinds.toml", "order").variants
    kept.keep_variants(key, variants)
    (tmp_path / f"{key}.npy").unlink()
    assert kept.variants(key) is None
    kept.keep_variants(key, variants)
    (tmp_path / f"{key}.json").unlink()
    assert kept.variants(key) is None


def test_an_array_of_objects_is_never_read(tmp_path: Path) -> None:
    kept, key = Store(tmp_path), "a" * 32
    kept.keep_variants(key, populated("kinds.toml", "order").variants)
    np.save(tmp_path / f"{key}.npy", np.array([print], dtype=object), allow_pickle=True)
    assert kept.variants(key) is None


def test_a_text_is_no_variants_and_variants_are_no_text(tmp_path: Path) -> None:
    kept = Store(tmp_path)
    kept.keep_text("a" * 32, "[]")
    assert kept.text("a" * 32) == "[]"
    assert kept.variants("a" * 32) is None
    kept.keep_variants("b" * 32, populated("kinds.toml", "order").variants)
    assert kept.text("b" * 32) is None


# --- no folder, no room --------------------------------------------------------------------------------------------


def test_a_folder_that_is_a_file_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").write_text("a file")
    monkeypatch.setenv(PLACE, str(tmp_path / "cache"))
    with_it = made(tmp_path / "a")
    monkeypatch.setenv(PLACE, "")
    assert made(tmp_path / "b") == with_it
    assert (tmp_path / "cache").read_text() == "a file"


def test_a_full_disk_stops_nothing(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    made(tmp_path / "a")
    assert not [path for path in folder.iterdir() if path.suffix == ".npy" or path.name.startswith(".part-")]


@pytest.mark.skipif(
    os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_folder_that_can_not_be_written_stops_nothing(folder: Path, tmp_path: Path) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o500)
    made(tmp_path / "a")
    assert not list(folder.iterdir())


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    kept = Store(tmp_path, largest=10_000)
    for number in range(9):
        key = str(number) * 32
        kept.keep_text(key, "x" * 1000)
        os.utime(tmp_path / f"{key}.json", (1e9 + number, 1e9 + number))
    assert kept.text("0" * 32) is not None  # used now
    kept.keep_text("9" * 32, "x" * 1000)
    assert sum(size for _, size, _ in kept.entries()) <= 9_000
    left = {key[0] for _, _, key in kept.entries()}
    assert {"0", "9", "8"} <= left
    assert not {"1", "2"} & left


def test_what_would_fill_a_quarter_of_the_store_is_not_kept(tmp_path: Path) -> None:
    kept = Store(tmp_path, largest=4_000)
    kept.keep_text("a" * 32, "x" * 1_000)
    kept.keep_text("b" * 32, "x" * 1_001)
    assert [key for _, _, key in kept.entries()] == ["a" * 32]


def test_what_a_writer_left_behind_goes_after_an_hour_and_foreign_files_never(tmp_path: Path) -> None:
    kept = Store(tmp_path)
    now = time.time()
    for name, age in ((".part-aa.npy", ABANDONED + 60), (".part-bb.npy", ABANDONED - 60), ("notes.json", 1e6)):
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (now - age, now - age))
    kept.keep_text("a" * 32, "x")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".part-bb.npy", "a" * 32 + ".json", "notes.json"]
    kept.clear()
    assert [path.name for path in tmp_path.iterdir()] == ["notes.json"]


@pytest.mark.parametrize(("size", "expected"), [("7", 7_000_000), ("many", 500_000_000), ("", 500_000_000)])
def test_the_environment_sets_the_size(folder: Path, monkeypatch: pytest.MonkeyPatch, size: str, expected: int) -> None:
    monkeypatch.setenv(SIZE, size)
    assert store() == Store(folder, expected)
    assert store(no_cache=True).folder is None


@pytest.mark.parametrize(("name", "value"), [(PLACE, ""), (SIZE, "0"), (SIZE, "-1")])
def test_the_environment_can_do_without(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    assert store().folder is None
    result = CliRunner().invoke(main, ["cache"])
    assert result.output == f"Nothing is kept: {PLACE} is empty, or {SIZE} is 0.\n"


# --- several processes ---------------------------------------------------------------------------------------------


def _used(folder: Path, turns: int) -> list[str]:
    """Write and read the same entries again and again; what was read and is not what was written."""
    kept, variants = Store(folder, largest=60_000), populated("kinds.toml", "order").variants
    text, data = packing.pack(variants)
    wrong = []
    for turn in range(turns):
        key = str(turn % 3) * 32
        kept.keep_variants(key, variants)
        kept.keep_text("a" * 32, "b" * 900)
        found = kept.variants(key)
        if found is not None and packing.pack(found)[0] != text:
            wrong.append(key)
        if kept.text("a" * 32) not in (None, "b" * 900):
            wrong.append("text")
        if turn % 10 == 9:
            kept.clear()
    assert data.size
    return wrong


def test_several_processes_write_read_and_clear_at_once(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        found = pool.starmap(_used, [(tmp_path, 40)] * 3)
    assert found == [[], [], []]
    assert not list(tmp_path.glob(".part-*"))


# --- the commands --------------------------------------------------------------------------------------------------


def test_cache_tells_where_and_how_large_and_clears(folder: Path) -> None:
    run = CliRunner()
    assert run.invoke(main, ["cache"]).output == f"{folder}: 0 results, 0.0 MB of at most 500 MB\n"
    assert run.invoke(main, ["show", "order", "--bank", str(KINDS)]).exit_code == 0
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert run.invoke(main, ["cache"]).output == f"{folder}: 1 result, {size / 1e6:.1f} MB of at most 500 MB\n"
    (folder / "notes.txt").write_text("mine")
    assert run.invoke(main, ["cache", "--clear"]).output == f"{folder}: 1 result, {size / 1e6:.1f} MB removed\n"
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_check_neither_reads_nor_writes_the_store(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def used(*_: object) -> None:
        raise AssertionError("check used the store")

    monkeypatch.setattr(Store, "_read", used)
    monkeypatch.setattr(Store, "_write", used)
    result = CliRunner().invoke(main, ["check", str(KINDS), "--item", "order", "--jobs", "1"])
    assert "order" in result.output, result.output
    assert not folder.exists()


def test_a_warm_item_is_not_solved_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gdquiz.populations import population

    solve = Solving(store())
    (item,) = models(read_bank(KINDS.read_text("utf-8"), file="kinds.toml"), ["order"])
    first = solve(item)
    monkeypatch.setattr(population, "populate", lambda _: pytest.fail("it was solved again"))
    second = solve(item)
    assert isinstance(second, Variants)
    assert packing.pack(first)[0] == packing.pack(second)[0]
    assert json.loads((next(folder.glob("*.json"))).read_text("utf-8").split("\n", 1)[0])["data"]["size"] > 0
