"""Records of practice: what they say, that they merge, that what is no record is refused, and files that are shared."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from spoiling import some_record, spoilt

from gdquiz.cli import main
from gdquiz.cli.keeping import Keeper, put_aside
from gdquiz.errors import InputError
from gdquiz.practice import mastery, record
from gdquiz.practice.progress import MOST, Progress, Skill, to_csv
from gdquiz.practice.record import EMPTY, Asked, Record, added, answered, asked, from_json, joined, progress_of, to_json

HERE = Path(__file__).resolve().parent
BANK = HERE / "banks" / "practice.toml"
CASES = json.loads((HERE / "progress_cases.json").read_text(encoding="utf-8"))


def after(
    before: Record, *answers: tuple[str, float, tuple[str, ...]], session: str = "s", item: str = "item"
) -> Record:
    """A record with more answers: the skill, the share of the points and the codes of each."""
    for skill, credit, codes in answers:
        count = sum(question.id.startswith(f"{session}-") for question in before.log)
        question = asked(before, f"{session}-{count + 1}", item)
        before = added(before, answered(question, skill, credit, 0.1, codes))
    return before


def of_version_1(**values: Any) -> Record:
    return from_json(json.dumps({"format": "gdquiz-progress", "version": 1, **values}), file="p")


# --- what a record says ----------------------------------------------------------------------------------------------


def test_a_record_counts_what_was_asked_and_answered() -> None:
    once = progress_of(after(EMPTY, ("skill", 0.5, ("SIGN",))))
    assert once.questions == 1 and once.items == {"item": 1}
    assert once.skills == {"skill": Skill(mastery=mastery.after(0.1, 0.5, 0.1), questions=1, credit=0.5, last=1)}
    assert once.skills["skill"].mastery == pytest.approx(21 / 82 + 61 / 820)
    assert (once.misconceptions, once.pending, once.pursued) == ({"SIGN": 1}, "SIGN", 0)


def test_a_slip_is_pursued_twice_and_then_let_go() -> None:
    told, kept = [], EMPTY
    for _ in range(3):
        kept = after(kept, ("skill", 0, ("SIGN",)))
        progress = progress_of(kept)
        told.append((progress.misconceptions["SIGN"], progress.pending, progress.pursued))
    assert told == [(1, "SIGN", 0), (2, "SIGN", 1), (3, "", 0)]
    assert progress_of(after(EMPTY, ("skill", 0, ("SIGN",)), ("skill", 1, ()))).pending == ""
    assert progress_of(after(EMPTY, ("skill", 0, ("SIGN", "ASCENT")))).pending == "SIGN"


def test_a_question_that_was_left_teaches_nothing_and_one_that_is_open_changes_nothing() -> None:
    slipped = after(EMPTY, ("skill", 0, ("SIGN",)))
    question = asked(slipped, "t-1", "other")
    still_open, left = added(slipped, question), added(slipped, record.left(question))
    assert (progress_of(still_open).pending, progress_of(left).pending) == ("SIGN", "")
    assert progress_of(still_open).items == progress_of(left).items == {"item": 1, "other": 1}
    assert progress_of(left).skills == progress_of(slipped).skills


def test_questions_are_numbered_after_all_that_is_known() -> None:
    kept = after(of_version_1(questions=40), ("skill", 1, ()))
    assert [question.number for question in kept.log] == [41]
    assert progress_of(kept).skills["skill"].last == 41
    last = Asked(id="s-1", number=MOST, item="item")
    assert asked(added(EMPTY, last), "s-2", "item").number == MOST  # what is written can be read again


def test_sums_of_version_1_go_on() -> None:
    before = of_version_1(skills={"skill": {"mastery": 0.5, "questions": 3, "credit": 2}}, questions=3, pending="SIGN")
    assert progress_of(before).pending == "SIGN"
    skill = progress_of(after(before, ("skill", 1, ()))).skills["skill"]
    assert skill == Skill(mastery=mastery.after(0.5, 1, 0.1), questions=4, credit=3, last=4)


def test_progress_as_a_table() -> None:
    progress = progress_of(after(EMPTY, ("skill", 1, ()), ("other", 0.25, ())))
    assert to_csv(progress).splitlines() == [
        "skill,mastery,mastered,questions,credit",
        f"other,{mastery.after(0.1, 0.25, 0.1):.3f},no,1,0.25",
        "skill,0.550,no,1,1",
    ]


# --- merging ---------------------------------------------------------------------------------------------------------

records = st.integers(0, 2**32).map(lambda seed: some_record(Random(seed)))


@given(records, records, records)
def test_joining_is_commutative_associative_and_idempotent(a: Record, b: Record, c: Record) -> None:
    assert joined(a, b) == joined(b, a)
    assert joined(joined(a, b), c) == joined(a, joined(b, c)) == joined(a, b, c)
    assert joined(a, a) == a == joined(a, EMPTY)
    assert joined(a, joined(a, b)) == joined(a, b)


@given(records, records)
def test_nothing_that_was_answered_is_lost(a: Record, b: Record) -> None:
    both = joined(a, b)
    assert {question.id for question in both.log} == {question.id for one in (a, b) for question in one.log}
    done = {question.id for one in (a, b) for question in one.log if question.answer}
    assert done == {question.id for question in both.log if question.answer}
    for one in (a, b):
        for sums in one.earlier:
            assert any(
                later.questions >= sums.questions
                and all(later.items.get(name, -1) >= count for name, count in sums.items.items())
                and all(later.skill(name).questions >= skill.questions for name, skill in sums.skills.items())
                for later in both.earlier
            )


@given(records)
def test_a_record_comes_back_from_its_text(a: Record) -> None:
    assert from_json(to_json(a), file="p") == a
    assert to_json(joined(a)) == to_json(a)


def test_two_sessions_from_one_beginning() -> None:
    begin = after(EMPTY, ("a", 1, ()))
    one, other = after(begin, ("a", 1, ()), ("b", 0, ("SIGN",)), session="x"), after(begin, ("a", 0, ()), session="y")
    progress = progress_of(joined(one, other))
    assert progress.questions == 4
    assert {name: (skill.questions, skill.credit) for name, skill in progress.skills.items()} == {
        "a": (3, 2),
        "b": (1, 0),
    }
    # the answers of number 2 come in the order of their sessions' names: right, then wrong
    assert progress.skills["a"].mastery == mastery.after(mastery.after(mastery.after(0.1, 1, 0.1), 1, 0.1), 0, 0.1)


def test_of_one_question_what_happened_last() -> None:
    question = asked(EMPTY, "s-1", "item")
    states = [question, record.left(question), answered(question, "skill", 0, 0.1, ())]
    for i, early in enumerate(states):
        for late in states[i:]:
            assert joined(added(EMPTY, late), added(EMPTY, early)).log == (late,)


def test_sums_of_one_line_are_not_added_up() -> None:
    """A later state of the same sums replaces them; sums of which neither can be the later are both kept."""
    early = of_version_1(questions=3, items={"one": 3})
    late = of_version_1(questions=5, items={"one": 3, "two": 2})
    apart = of_version_1(questions=4, items={"three": 4})
    assert joined(early, late) == late
    assert progress_of(joined(early, late, apart)).items == {"one": 3, "two": 2, "three": 4}
    assert progress_of(joined(early, apart)).questions == 7
    assert joined(early, EMPTY, early) == early


# --- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_table_of_texts(case: dict[str, Any]) -> None:
    if case["read"]:
        kept = from_json(case["text"], file="p")
        assert from_json(to_json(kept), file="p") == kept
        return
    with pytest.raises(InputError, match="expected a file that 'gdquiz practice' wrote") as error:
        from_json(case["text"], file="p")
    assert any(fault.field.startswith(case["field"]) for fault in error.value.faults)


def test_all_faults_are_told_at_once() -> None:
    text = '{"format": "gdquiz-progress", "version": 1, "questions": -1, "skills": {"a": {"mastery": 2}}, "x": 1}'
    with pytest.raises(InputError) as error:
        from_json(text, file="p")
    assert [fault.field for fault in error.value.faults] == ["questions", "skills.a.mastery", "x"]
    many = json.dumps({"format": "gdquiz-progress", "version": 2, "earlier": [], "log": [{}] * 500})
    with pytest.raises(InputError) as error:
        from_json(many, file="p")
    assert len(error.value.faults) == record.MOST_FAULTS


def test_a_newer_version_is_named_as_such() -> None:
    with pytest.raises(InputError, match="the version is newer than this gdquiz"):
        from_json('{"format": "gdquiz-progress", "version": 3}', file="p")


def check_spoilt(seed: int, count: int) -> None:
    read = 0
    for text in spoilt(Random(seed), count):
        try:
            kept = from_json(text, file="p")
        except InputError:
            continue
        read += 1
        progress_of(kept)
        assert from_json(to_json(kept), file="p") == kept, text
    assert count / 20 < read < count / 2  # neither all nor nothing is refused


def test_spoilt_texts_are_read_whole_or_refused() -> None:
    check_spoilt(11, 2000)


@pytest.mark.slow
def test_many_spoilt_texts_are_read_whole_or_refused() -> None:
    check_spoilt(12, 50_000)


# --- the terminal ----------------------------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "mine" / "progress.json"


def typed(*words: str, lines: Sequence[str] = (), place: Path) -> Result:
    text = "".join(f"{line}\n" for line in lines)
    return CliRunner().invoke(
        main, ["practice", *words], input=text, env={"GDQUIZ_PROGRESS": str(place)}, prog_name="gdquiz"
    )


def at(place: Path) -> Record:
    return from_json(place.read_text(encoding="utf-8"), file=place.name)


def practises(keeper: Keeper, session: str, count: int = 1) -> None:
    for _ in range(count):
        keeper.add(after(keeper.record, ("skill", 1, ()), session=session).log[-1])


def test_two_sessions_share_a_file(place: Path) -> None:
    one, other = Keeper(place, save=True), Keeper(place, save=True)
    for _ in range(3):
        practises(one, "a")
        practises(other, "b")
    assert sorted(question.id for question in at(place).log) == ["a-1", "a-2", "a-3", "b-1", "b-2", "b-3"]
    assert other.record == at(place)  # a session goes by what the others have added


WRITER = """
import sys
from pathlib import Path
from gdquiz.cli.keeping import Keeper
from gdquiz.practice.record import answered, asked
keeper = Keeper(Path(sys.argv[1]), save=True)
for number in range(1, 16):
    keeper.add(answered(asked(keeper.record, f"{sys.argv[2]}-{number}", "item"), "skill", 1, 0.1, ()))
"""


def test_processes_that_write_at_the_same_moment_lose_nothing(place: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(place)]
    writers = [subprocess.Popen([*command, name], stderr=subprocess.PIPE, text=True) for name in "abc"]
    assert [writer.communicate(timeout=120)[1] for writer in writers] == ["", "", ""]
    assert progress_of(at(place)).skills["skill"].questions == 45
    assert {path.name for path in place.parent.iterdir()} <= {"progress.json", ".progress.json.lock"}


def test_a_session_that_ends_while_another_goes_on(place: Path) -> None:
    """The first waits at its question while the second asks, marks and ends."""
    words = [sys.executable, "-m", "gdquiz", "practice", "--bank", str(BANK), "--skill", "updating", "--questions", "1"]
    words += ["--progress", str(place)]
    first = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    assert first.stdin and first.stdout
    shown = ""
    while not shown.endswith("\n> "):
        sign = first.stdout.read(1)
        assert sign, shown
        shown += sign
    subprocess.run(words, input="3/2\n\n", check=True, capture_output=True, text=True, encoding="utf-8")
    told, _ = first.communicate("1/2\n", timeout=120)
    assert "Right." in told
    progress = progress_of(at(place))
    assert (progress.questions, progress.skills["updating"].questions, progress.skills["updating"].credit) == (2, 2, 1)


@pytest.mark.parametrize("case", [case for case in CASES if not case["read"]][::7], ids=lambda case: case["name"])
def test_what_can_not_be_read_is_put_aside_and_told(place: Path, case: dict[str, Any]) -> None:
    place.parent.mkdir()
    place.write_bytes(case["text"].encode())
    result = typed("--bank", str(BANK), lines=["quit"], place=place)
    assert result.exit_code == 0 and "Come back soon." in result.output
    aside = place.with_name("progress.json.broken")
    assert aside.read_bytes() == case["text"].encode() and aside.name in result.stderr
    assert progress_of(at(place)).questions == 1


def test_a_file_that_is_spoilt_during_a_session(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is put aside, and all that the session knows is written: what it read at its beginning, too."""
    practises(Keeper(place, save=True), "a", 2)
    session = Keeper(place, save=True)
    practises(session, "b")
    place.write_text('{"format": "gdquiz-progress", "version": 3}', encoding="utf-8")
    practises(session, "b")
    assert [question.id for question in at(place).log] == ["a-1", "a-2", "b-1", "b-2"]
    assert place.with_name("progress.json.broken").exists()
    assert "newer" in (said := capsys.readouterr().err) and "what this session knows is kept" in said


def test_progress_that_is_reset_during_a_session_begins_anew_with_it(place: Path) -> None:
    practises(Keeper(place, save=True), "a", 2)
    session = Keeper(place, save=True)
    practises(session, "b")
    put_aside(place, "old")
    practises(session, "b")
    assert [question.id for question in at(place).log] == ["b-1", "b-2"]


def test_what_could_not_be_saved_is_saved_later(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocked = tmp_path / "folder"
    blocked.write_text("", encoding="utf-8")
    session = Keeper(blocked / "progress.json", save=True)
    practises(session, "a", 2)
    assert capsys.readouterr().err.count("your progress is not saved") == 1
    blocked.unlink()
    practises(session, "a", 2)
    assert "saved again" in capsys.readouterr().err
    assert progress_of(at(blocked / "progress.json")).questions == 4


def test_version_1_is_read_and_written_as_version_2(place: Path) -> None:
    place.parent.mkdir()
    sums = {"questions": 3, "skills": {"updating": {"mastery": 0.5, "questions": 3, "credit": 2.0, "last": 3}}}
    place.write_text(json.dumps({"format": "gdquiz-progress", "version": 1, **sums}), encoding="utf-8")
    result = typed("--bank", str(BANK), "--skill", "updating", "--questions", "1", lines=["1/2"], place=place)
    assert result.exit_code == 0 and "[updating, 50% mastered, 1 point]" in result.output and not result.stderr
    assert json.loads(place.read_text(encoding="utf-8"))["version"] == 2
    assert progress_of(at(place)).skills["updating"].questions == 4


def test_progress_is_imported(place: Path, tmp_path: Path) -> None:
    typed("--bank", str(BANK), "--skill", "updating", "--questions", "1", lines=["1/2"], place=place)
    mine = at(place)
    other = tmp_path / "page.json"
    theirs = after(EMPTY, ("updating", 0, ("SIGN",)), ("explaining", 1, ()), session="page")
    other.write_text(to_json(theirs), encoding="utf-8")
    result = typed("--import", str(other), place=place)
    assert result.exit_code == 0 and "Added 2 questions to your progress, which has 3 now." in result.output
    assert at(place) == joined(mine, theirs)
    assert "Added 0 questions" in typed("--import", str(other), place=place).output
    fresh = typed("--import", str(other), place=tmp_path / "new" / "progress.json")
    assert fresh.exit_code == 0 and at(tmp_path / "new" / "progress.json") == theirs


@pytest.mark.parametrize("case", [case for case in CASES if not case["read"]][::11], ids=lambda case: case["name"])
def test_what_is_imported_is_checked_first(place: Path, tmp_path: Path, case: dict[str, Any]) -> None:
    practises(Keeper(place, save=True), "a")
    before = place.read_bytes()
    wrong = tmp_path / "wrong.json"
    wrong.write_bytes(case["text"].encode())
    result = typed("--import", str(wrong), place=place)
    assert result.exit_code == 2 and result.stderr.startswith(f"gdquiz: {wrong}")
    assert place.read_bytes() == before
    place.write_bytes(case["text"].encode())  # nor is anything added to what cannot be read
    wrong.write_text(to_json(EMPTY), encoding="utf-8")
    assert typed("--import", str(wrong), place=place).exit_code == 2
    assert place.read_bytes() == case["text"].encode()


def test_what_is_no_file_is_never_renamed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for words in (["--reset"], ["--questions", "1"], ["--export", str(tmp_path / "x")], ["--no-save"]):
        result = typed("--bank", str(BANK), *words, "--progress", str(folder), place=folder)
        if words == ["--no-save"]:
            assert result.exit_code == 0
        else:
            assert result.exit_code == 2 and "expected the name of a progress file" in result.stderr, words
    assert list(tmp_path.iterdir()) == [folder] and Progress() == progress_of(EMPTY)
