"""Practice: what comes next, mastery, what is kept, the conversation, and the command as a learner types it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from answering import typed as typed_answer
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from kept import shipped_models, variants_of

from gdquiz.assembly.questions import QuestionWriter
from gdquiz.banks.bank import read_bank
from gdquiz.banks.items import models
from gdquiz.banks.models import ItemModel
from gdquiz.cli import main
from gdquiz.exam.frozen import OptionText, PartKey, PartWording
from gdquiz.practice import mastery, plan
from gdquiz.practice.conversation import Ask, Save, Say, conversation
from gdquiz.practice.plan import Candidate, candidates
from gdquiz.practice.progress import Progress, Skill
from gdquiz.practice.record import EMPTY, Record, added, from_json, progress_of

BANK = Path(__file__).resolve().parent / "banks" / "practice.toml"

# --- mastery -------------------------------------------------------------------------------------------------------


def test_mastery_is_bayes_rule_and_then_learning() -> None:
    # L = 1/10, S = 1/10, G = 1/10: right gives 0.09/(0.09 + 0.09) = 1/2, then 1/2 + 1/2 * 1/10
    assert mastery.after(0.1, 1, 0.1) == pytest.approx(0.55)
    # wrong: 0.01/(0.01 + 0.81) = 1/82, then 1/82 + 81/82 * 1/10
    assert mastery.after(0.1, 0, 0.1) == pytest.approx(1 / 82 + 81 / 820)
    # half of the points: the mean of 1/2 and 1/82 before learning
    assert mastery.after(0.1, 0.5, 0.1) == pytest.approx(21 / 82 + 61 / 820)


@pytest.mark.parametrize(("chance", "wanted"), [(0.1, 3), (0.25, 4), (0.5, 7)])
def test_right_answers_in_a_row_until_mastery(chance: float, wanted: int) -> None:
    known, count = mastery.START, 0
    while known < mastery.MASTERED:
        known, count = mastery.after(known, 1, chance), count + 1
    assert count == wanted


@settings(deadline=None)
@given(st.floats(0.01, 0.99), st.floats(0, 1), st.floats(0.1, 0.5))
def test_more_credit_is_more_mastery(known: float, credit: float, chance: float) -> None:
    assert 0 <= mastery.after(known, 0, chance) <= mastery.after(known, credit, chance) + 1e-12
    assert mastery.after(known, credit, chance) <= mastery.after(known, 1, chance) + 1e-12 <= 1 + 1e-12
    assert mastery.after(known, 1, chance) > known


def part(kind: Any, options: int = 0, prompts: int = 0) -> PartWording:
    texts = tuple(OptionText(id=f"o{k}", text="") for k in range(max(options, prompts)))
    return PartWording(id="a", kind=kind, ask="?", points=1, options=texts[:options], prompts=texts[:prompts])


@pytest.mark.parametrize(
    ("parts", "chance"),
    [
        ([part("number")], 0.1),
        ([part("choice", 4)], 1 / 4),
        ([part("truth")], 1 / 2),
        ([part("truth", 3)], 1 / 6),
        ([part("choices", 3)], 1 / 6),
        ([part("ordering", 3)], 1 / 6),
        ([part("matching", 3, 2)], 1 / 9),
        ([part("choice", 2), part("choice", 4)], 1 / 8),
        ([part("choice", 4), part("number")], 0.1),
    ],
)
def test_the_chance_of_a_guess(parts: list[PartWording], chance: float) -> None:
    keys = tuple(PartKey() for _ in parts)
    assert mastery.guess(tuple(parts), keys) == pytest.approx(max(chance, mastery.LEAST_GUESS))


def test_a_guess_chooses_among_what_is_printed() -> None:
    assert mastery.guess((part("choice", 6),), (PartKey(order=("o0", "o1", "o4")),)) == pytest.approx(1 / 3)


# --- what comes next -----------------------------------------------------------------------------------------------


def item(name: str, skill: str, *, needs: Sequence[str] = (), tier: int = 1, codes: Sequence[str] = ()) -> Candidate:
    return Candidate(name, skill, tuple(needs), tier, frozenset(codes))


ITEMS = (
    item("a1", "a", codes=["SIGN"]),
    item("a2", "a", tier=2),
    item("b1", "b", needs=["a"], codes=["SIGN", "NO_ETA"]),
    item("c1", "c", needs=["b", "elsewhere"], codes=["NO_ETA"]),
)
MASTERED = Skill(mastery=0.97, questions=3)


def test_prerequisites_come_first() -> None:
    assert plan.next_step(ITEMS, Progress(), "s").candidate.item == "a1"
    assert plan.next_step(ITEMS, Progress(skills={"a": MASTERED}), "s").candidate.item == "b1"
    known = {"a": MASTERED, "b": MASTERED}
    assert (
        plan.next_step(ITEMS, Progress(skills=known), "s").candidate.item == "c1"
    )  # what is elsewhere holds no one up


def test_the_next_question_is_aimed_at_the_misconception() -> None:
    after_a1 = Progress(pending="SIGN", items={"a1": 1})
    step = plan.next_step(ITEMS, after_a1, "s", last="a1")
    assert (step.candidate.item, step.aimed_at) == ("b1", "SIGN")
    only = plan.next_step(ITEMS[:1], after_a1, "s", last="a1")
    assert (only.candidate.item, only.aimed_at) == ("a1", "SIGN")
    nowhere = plan.next_step(ITEMS, Progress(pending="OTHER"), "s")
    assert (nowhere.candidate.item, nowhere.aimed_at) == ("a1", "")


def test_items_of_a_skill_take_turns() -> None:
    progress, order = Progress(), []
    for _ in range(6):
        name = plan.next_step(ITEMS[:2], progress, "s").candidate.item
        order.append(name)
        progress = Progress(items={**progress.items, name: progress.items.get(name, 0) + 1})
    assert order.count("a1") in (3, 4) and order[0] == "a1"


def test_what_was_not_practised_for_long_comes_again() -> None:
    known = {name: MASTERED.model_copy(update={"last": last}) for name, last in (("a", 7), ("b", 3), ("c", 9))}
    assert plan.next_step(ITEMS, Progress(skills=known), "s").candidate.skill == "b"


def test_skills_that_need_each_other_are_asked_all_the_same() -> None:
    circle = (item("x", "x", needs=["y"]), item("y", "y", needs=["x"]))
    assert plan.next_step(circle, Progress(), "s").candidate.item in ("x", "y")


@settings(deadline=None)
@given(st.integers(1, 40), st.text(max_size=5))
def test_no_variant_comes_twice_before_all_have_been_asked(size: int, seed: str) -> None:
    rows = [plan.row("item", size, Progress(items={"item": times}), seed) for times in range(2 * size)]
    assert sorted(rows[:size]) == sorted(rows[size:]) == list(range(size))


# --- conversations -------------------------------------------------------------------------------------------------


@cache
def bank() -> dict[str, ItemModel]:
    return {model.id: model for model in models(read_bank(BANK.read_text(encoding="utf-8"), file=BANK.name))}


@cache
def writer(name: str) -> QuestionWriter:
    return QuestionWriter(variants_of(bank()[name]))


def said(
    lines: Sequence[str | None], *names: str, progress: Progress | None = None, **options: Any
) -> tuple[str, Progress]:
    """All that is said when these lines are typed, and the progress at the end."""
    chosen = candidates(bank()[name] for name in names or bank())
    before = Record(earlier=(progress,), log=()) if progress else EMPTY
    talk = conversation(chosen, before, writer, seed="s", session="s", **options)
    replies: Iterator[str | None] = iter(lines)
    told: list[str] = []
    saved = before
    try:
        step = next(talk)
        while True:
            reply: str | None = None
            match step:
                case Say(text):
                    told.append(text)
                case Ask(prompt):
                    reply = next(replies, None)
                    told.append(prompt + (reply or ""))
                case Save(question):
                    saved = added(saved, question)
            step = talk.send(reply)
    except StopIteration as end:
        assert end.value == saved or not told
        return "\n".join(told), progress_of(end.value)


def test_a_right_answer() -> None:
    text, progress = said(["1/2", ""], "one", questions=1)
    assert "Right." in text and "Worked solution" not in text and "First answers" not in text
    assert "Mastery of updating: 10% before, 55% now." in text
    assert progress.skills["updating"].credit == 1


def test_what_can_not_be_read_does_not_count() -> None:
    text, progress = said(["a half", "1,234.5", "1 - 1/2", "0,5"], "one", questions=1)
    assert "'a half' is not understood as a number" in text
    assert "thousands separators" in text and "is a calculation" in text
    assert progress.skills["updating"].credit == 1


def test_a_wrong_answer_is_named_and_explained() -> None:
    text, progress = said(["3/2", ""], "one", questions=1)
    assert "No.\nTypical mistake: moves in the wrong direction.\nCheck the sign of your step" in text
    assert "Why that is wrong: The gradient points where the loss rises fastest." in text
    assert "−∇f" in text and "$" not in text and "\\" not in text
    assert "The answer:\n1/2" in text and "Worked solution" in text
    assert (progress.skills["updating"].credit, progress.pending) == (0, "SIGN")


def test_the_first_answer_counts() -> None:
    text, progress = said(["3/2", "0.5"], "one", questions=1)
    assert "Try again (? for a hint), or press Enter to go on." in text and "Right." in text
    assert progress.skills["updating"].credit == 0 and "The answer:" not in text


def test_there_are_three_tries() -> None:
    text, _ = said(["7", "8", "9", "10"], "one", questions=1)
    assert text.count("No.") == 3 and text.count("Try again") == 2


def test_hints_come_one_after_another_and_cost_the_credit() -> None:
    text, progress = said(["?", "?", "?", "1/2"], "one", questions=1)
    assert "Hint 1 of 2: Which way is downhill?" in text
    assert "Hint 2 of 2: The slope is 2." in text
    assert "There is no further hint." in text
    assert "You took a hint, so this question counts as not known yet." in text
    assert progress.skills["updating"].credit == 0


@pytest.mark.parametrize("word", ["!", "solution", "SOLUTION"])
def test_the_solution_ends_the_question(word: str) -> None:
    text, progress = said([word], "one", questions=1)
    assert text.count("Worked solution") == 1 and "x₁ = 1 − 1/4 · 2 = 1/2" in text
    assert progress.skills["updating"].credit == 0


def test_skipped_questions_do_not_count() -> None:
    text, progress = said(["skip", "quit"], "one")
    assert "Skipped." in text and "2 questions asked. Come back soon." in text
    assert progress.skills == {} and progress.items == {"one": 2}


@pytest.mark.parametrize("end", ["quit", "exit", None])
def test_leaving_half_way_counts_nothing(end: str | None) -> None:
    text, progress = said(["5", end], "two")
    assert text.endswith("Come back soon.") and progress.skills == {}


def test_leaving_after_the_last_part_counts() -> None:
    text, progress = said(["5", "quit"], "one")
    assert progress.skills["updating"].credit == 0 and "The answer:\n1/2" in text


def test_a_wrong_value_is_carried_on() -> None:
    # f'(x) = 6x + 2: x1 = 1 - 8/4 = -1 and x2 = 0; with x1 = 3: x2 = 3 - 20/4 = -2
    text, progress = said(["3", "", "-2", ""], "two", questions=1)
    assert "Right, given your earlier answer: it follows from that." in text
    assert "The answer:\n(a) −1" in text and "First answers: 1 of 2 points." in text
    assert progress.skills["updating"].credit == 0.5


def test_words_are_marked_along_the_guide() -> None:
    text, progress = said(["because it is", "many", "5", "2"], "words", questions=1)
    assert "What earns points:" in text and "[1] names the cause" in text
    assert "Expected a number from 0 to 3." in text and "Noted: 2 of 3 points." in text
    assert Fraction(str(progress.skills["explaining"].credit)).limit_denominator(10) == Fraction(2, 3)


def test_letters_and_formulas() -> None:
    text, _ = said(["a d", "c, a", "w", ""], "letters", questions=1)
    assert "There is no option D; the options are A to C." in text
    assert "Right." in text and "No." in text
    assert re.search(r"The answer:\n\(b\) [246]w − 6", text)
    assert "    w = " in text  # the program


def test_a_session_goes_on_where_it_was_left() -> None:
    _, first = said(["3/2", "", "quit"], "one", "other")
    assert first.pending == "SIGN" or first.items == {"one": 1, "other": 1}
    text, _ = said(["quit"], "one", "other", progress=Progress(pending="SIGN", items={"one": 1}))
    assert "Again on this slip: moves in the wrong direction." in text


def test_the_same_seed_makes_the_same_session() -> None:
    lines = ["1", "", "", "2", "", "", "3", "quit"]
    assert said(lines) == said(lines)


def test_no_latex_is_left_standing_in_what_is_said() -> None:
    lines = ["?", "!", ""] * 12
    text, _ = said(lines, questions=6)
    assert not re.search(r"\\[a-z]|\$|\{\{", text)
    assert max(map(len, text.splitlines())) <= 80


# --- every shipped item --------------------------------------------------------------------------------------------

SHIPPED = {model.id: model for model in shipped_models()}


def shipped_session(name: str, *, right: bool) -> tuple[str, Progress]:
    """What is said when a question of a shipped item is answered by its key, or by its foreseen wrong answers."""
    own = QuestionWriter(variants_of(SHIPPED[name]))
    row = plan.row(name, own.size, Progress(), "s")
    question = own.question(row, number=1, id="-", path=("s", "practice", name, row), drawn=False)
    lines = ["?"] * len(own.wording.hints) if not right else []
    for wording, key in zip(own.wording.parts, question.parts, strict=True):
        if wording.kind == "text":
            lines += ["in words", f"{wording.points:g}" if right else "0"]
        elif right or not key.wrong:
            lines.append(typed_answer(wording, key, key))
        else:
            lines += [typed_answer(wording, key, key.wrong[0]), ""]
    talk = conversation(candidates([SHIPPED[name]]), EMPTY, lambda _: own, seed="s", session="s", questions=1)
    replies, told = iter(lines), []
    step = next(talk)
    with pytest.raises(StopIteration) as end:
        while True:
            told.append(step.text if isinstance(step, Say) else step.prompt if isinstance(step, Ask) else "")
            step = talk.send(next(replies, None) if isinstance(step, Ask) else None)
    assert next(replies, None) is None, told
    return "\n".join(told), progress_of(end.value.value)


def check_session(name: str) -> None:
    for right in (True, False):
        text, progress = shipped_session(name, right=right)
        (skill,) = progress.skills.values()
        assert skill.credit == (1 if right else 0), text
        assert not re.search(r"\\(?![ \n])|\$|\{\{|[_^]\{", text), text
        assert not [line for line in text.splitlines() if len(line) > 84 and not line.startswith("  ")]


@pytest.mark.parametrize("name", ["three-updates", "names-of-the-numbers", "derivative-slope-direction"])
def test_some_items_are_practised_rightly_and_wrongly(name: str) -> None:
    check_session(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_every_item_is_practised_rightly_and_wrongly(name: str) -> None:
    check_session(name)


# --- the command ---------------------------------------------------------------------------------------------------


def kept(place: Path) -> Progress:
    return progress_of(from_json(place.read_text(encoding="utf-8"), file=place.name))


def typed(*words: str, lines: Sequence[str] = (), place: Path) -> Result:
    text = "".join(f"{line}\n" for line in lines)
    return CliRunner().invoke(
        main, ["practice", *words], input=text, env={"GDQUIZ_PROGRESS": str(place)}, prog_name="gdquiz"
    )


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "mine" / "progress.json"


def test_a_session_in_a_pipe(place: Path) -> None:
    result = typed("--bank", str(BANK), "--skill", "updating", lines=["1/2", "quit"], place=place)
    assert result.exit_code == 0, result.output
    assert "Question 1. One step" in result.output and "Come back soon." in result.output
    assert kept(place).questions == 1
    again = typed("--bank", str(BANK), "--skill", "updating", lines=[], place=place)
    assert again.exit_code == 0
    assert kept(place).questions == 2


def test_an_option_goes_before_the_environment(place: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    typed("--bank", str(BANK), "--progress", str(other), lines=["quit"], place=place)
    assert other.exists() and not place.exists()


def test_nothing_is_kept_if_so_told(place: Path) -> None:
    result = typed("--bank", str(BANK), "--no-save", "--skill", "updating", lines=["1/2", "quit"], place=place)
    assert result.exit_code == 0 and not place.exists()


def test_a_broken_file_is_kept_and_told(place: Path) -> None:
    place.parent.mkdir()
    for number, name in enumerate(("progress.json.broken", "progress.json.broken-2")):
        place.write_text(f"broken {number}", encoding="utf-8")
        result = typed("--bank", str(BANK), lines=["quit"], place=place)
        assert result.exit_code == 0
        assert "progress starts from zero" in result.stderr and name in result.stderr
        assert (place.parent / name).read_text(encoding="utf-8") == f"broken {number}"
        assert kept(place).questions == 1


def test_a_broken_file_is_left_alone_without_saving(place: Path) -> None:
    place.parent.mkdir()
    place.write_text("broken", encoding="utf-8")
    result = typed("--bank", str(BANK), "--no-save", lines=["quit"], place=place)
    assert result.exit_code == 0 and place.read_text(encoding="utf-8") == "broken"


def test_a_place_that_can_not_be_written_is_told_once(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    lines = ["1/2", "", "skip", "quit"]
    result = typed("--bank", str(BANK), "--skill", "updating", lines=lines, place=blocked / "progress.json")
    assert result.exit_code == 0
    assert result.stderr.count("your progress is not saved") == 1


def test_reset_puts_the_file_aside(place: Path) -> None:
    assert "There is no progress yet." in typed("--reset", place=place).output
    typed("--bank", str(BANK), lines=["quit"], place=place)
    result = typed("--reset", place=place)
    assert result.exit_code == 0 and not place.exists()
    assert (place.parent / "progress.json.old").exists() and "progress.json.old" in result.output


def test_progress_is_exported(place: Path, tmp_path: Path) -> None:
    missing = typed("--export", str(tmp_path / "a.csv"), place=place)
    assert missing.exit_code == 2 and "there is no progress yet" in missing.stderr
    typed("--bank", str(BANK), "--skill", "updating", lines=["1/2", "quit"], place=place)
    result = typed("--export", str(tmp_path / "a.csv"), place=place)
    assert result.exit_code == 0
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()[1].startswith("updating,0.550,no,1,1")
    again = typed("--export", str(tmp_path / "a.csv"), place=place)
    assert again.exit_code == 2 and "the file exists" in again.stderr
    assert typed("--export", str(tmp_path / "a.csv"), "--force", place=place).exit_code == 0
    assert typed("--export", str(tmp_path / "a.json"), place=place).exit_code == 0
    assert kept(tmp_path / "a.json").questions == 1


def test_unknown_topics_and_skills_are_told_all_at_once(place: Path) -> None:
    result = typed("--bank", str(BANK), "--topic", "practise", "--skill", "updatin", place=place)
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "gdquiz: field --topic: there is no topic 'practise'; expected practice (hint: did you mean 'practice'?)",
        "gdquiz: field --skill: there is no skill 'updatin'; "
        "expected derivatives, directions, explaining, updating (hint: did you mean 'updating'?)",
    ]


def test_an_interrupt_ends_politely(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(prompt: str = "") -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupted)
    result = typed("--bank", str(BANK), place=place)
    assert result.exit_code == 0 and "Come back soon." in result.output
    assert kept(place).questions == 1
