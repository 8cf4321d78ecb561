"""Every shipped item in QTI packages, answered as platforms do that run the files: by keys and by foreseen mistakes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from string import ascii_lowercase

import pytest
from lxml import etree
from packaging_probes import Probe, Sheet
from platforms import archives, qti1_player, qti_player
from qti_packages import NEWER, OLDER, SCHEMA, packaged

from gdquiz.exam.frozen import Exam, PartKey, PartWording
from gdquiz.exam.wording import fill
from gdquiz.packaging.targets import Target, find_target
from gdquiz.rendering.markup import set_prose

Name = tuple[int, str, int]


# --- a question as a platform has it -----------------------------------------------------------------------------


class Asked:
    """A question of the exam in a package: which of its fields stand where, and what comes of an answer."""

    def __init__(self, exam: Exam, sheet: Sheet, target: Target):
        self.exam, self.sheet, self.target = exam, sheet, target
        wording = sheet.wording
        self.whole = f"{wording.item}-{wording.version}-{sheet.question.row}"
        self.kinds = exam.slot_kinds.get(sheet.question.wording, {})

    def words(self, text: str) -> str:
        """A text of the exam in the words that the target gives it."""
        filled = fill(text, self.sheet.question.slots, self.kinds)
        return plain(set_prose(filled, self.target.style))

    def names(self) -> list[Name]:
        """The fields that the parts of the question become, in their order."""
        found: list[Name] = []
        for at, part, key in self.sheet.parts():
            if part.kind in ("number", "numbers", "interval"):
                found += [(at, "number", of) for of in range(len(key.numbers))]
            elif part.kind == "truth":
                found += [(at, "verdict", 0)] + [(at, "options", 1)] * bool(part.options)
            else:
                what = {"matching": "pairs", "ordering": "order", "text": "words"}.get(part.kind, "options")
                found.append((at, what, 0))
        return found

    def order(self, at: int) -> tuple[str, ...]:
        part, key = self.part(at)
        return key.order or tuple(option.id for option in part.options)

    def part(self, at: int) -> tuple[PartWording, PartKey]:
        return self.sheet.wording.parts[at], self.sheet.question.parts[at]

    def option_texts(self, at: int) -> dict[str, str]:
        """The options of a part by id, or the answers that a formula is chosen among by ``key`` and number."""
        part, key = self.part(at)
        if part.kind == "formula":
            texts = {"key": f"${key.formula_shown}$"} | {str(n): wrong.shown for n, wrong in enumerate(key.wrong)}
            return {name: plain(set_prose(text, self.target.style)) for name, text in texts.items()}
        return {option.id: self.words(option.text) for option in part.options if option.id in self.order(at)}

    def prompts(self, at: int) -> tuple[str, ...]:
        part, key = self.part(at)
        return key.prompt_order or tuple(prompt.id for prompt in part.prompts)

    def worth(self, name: Name) -> Fraction:
        """The points of a field."""
        part, key = self.part(name[0])
        whole = sum(Fraction(str(one.points)) for one in self.sheet.wording.parts)
        shared = {"numbers": len(key.numbers), "interval": len(key.numbers), "truth": 2 if part.options else 1}.get(
            part.kind, 1
        )
        return Fraction(str(self.sheet.question.points)) * Fraction(str(part.points)) / whole / shared


def plain(text: str) -> str:
    """The words of HTML or XHTML, without any space."""
    root = etree.fromstring(f"<div>{text}</div>", etree.XMLParser(resolve_entities=False))
    return "".join("".join(root.itertext()).split())


def squeezed(text: str) -> str:
    return "".join(text.split())


def places_before(text: str) -> int | None:
    found = re.findall(r"rounded to (\d+) decimal place|Round to (?:a )?(whole) number", text)
    return None if not found else int(found[-1][0] or 0)


class Newer(Asked):
    """In QTI 2.1, 2.2 and 3.0: one item with a response for each field."""

    def __init__(self, exam: Exam, sheet: Sheet, target: Target, files: Mapping[str, qti_player.Player]):
        super().__init__(exam, sheet, target)
        self.player = files[self.whole]
        self.ids = {name: f"FIELD{number + 1}" for number, name in enumerate(self.names())}
        assert list(self.player.responses) == list(self.ids.values())
        self.known = {name: self.choices(name) for name in self.ids}
        self.places = {(at, of): places for at, what, of in self.ids if (places := self.asked_places((at, what, of)))}

    def asked_places(self, name: Name) -> int | None:
        if name[1] != "number":
            return None
        texts = []
        for node in self.player.root.find("itemBody").iter():
            if node.get("responseIdentifier") == self.ids[name]:
                break
            texts.append(node.text or "")
        return places_before(" ".join(texts))

    def choices(self, name: Name) -> dict[str, str]:
        """The identifiers of what can be chosen, by the ids of the exam; found by their words."""
        at, what, _ = name
        if what not in ("options", "pairs", "order"):
            return {}
        asked = self.player.asked[self.ids[name]]
        if asked.kind == "extendedTextInteraction":
            return {}
        shown = {node.get("identifier"): squeezed(qti_player.words(node)) for node in asked.node.iter("*")}
        texts = self.option_texts(at)
        own = asked.targets or asked.choices
        assert sorted(texts.values()) == sorted(shown[one] for one in own)
        known = {option: one for one in own for option, text in texts.items() if text == shown[one]}
        if what == "pairs":
            texts = {prompt.id: self.words(prompt.text) for prompt in self.part(at)[0].prompts}
            for prompt, one in zip(self.prompts(at), asked.choices, strict=True):
                assert shown[one] == texts[prompt]  # in their order: 12/5 and 1/25 have the same words
                known["prompt " + prompt] = one
        else:
            printed = [known[option] for option in (self.order(at) if "key" not in texts else known)]
            assert "key" in texts or printed == list(asked.choices), "options stand in another order than printed"
        return known

    def answer(self, probe: Probe) -> tuple[float, dict[str, str], str]:
        """Points, what was shown beside the solution, and the solution."""
        responses: dict[str, qti_player.Response] = {}
        for name, given in probe.given.items():
            asked = self.player.asked[self.ids[name]].kind
            if asked == "extendedTextInteraction":
                responses[self.ids[name]] = "Some words."
            elif name[1] == "pairs":
                prompts = self.prompts(name[0])
                responses[self.ids[name]] = [
                    f"{self.known[name]['prompt ' + prompt]} {self.known[name][option]}"
                    for prompt, option in zip(prompts, given, strict=True)
                ]
            elif name[1] == "verdict":
                responses[self.ids[name]] = given[0].upper()
            elif name[1] == "number":
                responses[self.ids[name]] = given[0]
            else:
                chosen = [self.known[name][option] for option in given]
                single = self.player.responses[self.ids[name]].get("cardinality") == "single"
                responses[self.ids[name]] = chosen[0] if single else chosen
        found = self.player.answer(responses)
        shown = dict(found.shown)
        return found.number("SCORE"), shown, shown.pop("SOLUTION")

    def by_hand(self, name: Name) -> bool:
        return self.player.asked[self.ids[name]].kind == "extendedTextInteraction"

    def points(self) -> float:
        return self.player.answer({}).number("MAXSCORE")


class Older(Asked):
    """In QTI 1.2: an item for each field, of a matching or ordering perhaps one for each row."""

    def __init__(self, exam: Exam, sheet: Sheet, target: Target, files: Mapping[str, qti1_player.Item]):
        super().__init__(exam, sheet, target)
        names = [self.whole, *(f"{self.whole}-{letter}" for letter in ascii_lowercase)]
        left = [files[name] for name in names if name in files]
        self.items: dict[Name, list[qti1_player.Item]] = {}
        for name in self.names():
            part, _ = self.part(name[0])
            rows = 1
            if name[1] == "order":
                rows = len(part.options)
            elif name[1] == "pairs" and left[0].type != "matching_question":
                rows = len(part.prompts)
            self.items[name], left = left[:rows], left[rows:]
        assert not left
        self.places = {
            (name[0], name[2]): places
            for name, (item, *_) in self.items.items()
            if name[1] == "number"
            and (places := places_before(qti1_player.words_of_html(item.node.find("presentation"))))
        }

    def known(self, name: Name, item: qti1_player.Item, response: str = "FIELD1") -> dict[str, str]:
        shown = {
            label.get("ident"): squeezed(qti1_player.words_of_html(label))
            for label in item.asked[response].iter("response_label")
        }
        texts = self.option_texts(name[0])
        assert sorted(shown.values()) == sorted(texts.values())
        return {option: one for option, text in texts.items() for one, words in shown.items() if words == text}

    def responses(self, name: Name, given: tuple[str, ...]) -> Iterator[tuple[qti1_player.Item, dict[str, object]]]:
        items = self.items[name]
        if items[0].type == "essay_question":
            yield items[0], {"FIELD1": "Some words."}
        elif name[1] == "number":
            yield items[0], {"FIELD1": given[0]}
        elif name[1] == "verdict":
            yield items[0], {"FIELD1": given[0].upper()}
        elif name[1] == "order":
            for thing, item in zip(self.order(name[0]), items, strict=True):
                texts = {
                    squeezed(qti1_player.words_of_html(o)): o.get("ident") for o in item.node.iter("response_label")
                }
                yield item, {"FIELD1": texts[str(given.index(thing) + 1)]}
        elif name[1] == "pairs" and items[0].type == "matching_question":
            answer = {}
            (part, _), prompts = self.part(name[0]), self.prompts(name[0])
            texts = {prompt.id: self.words(prompt.text) for prompt in part.prompts}
            for prompt, option, (row, node) in zip(prompts, given, items[0].asked.items(), strict=True):
                assert row_words(node) == texts[prompt]
                answer[row] = self.known(name, items[0], row)[option]
            yield items[0], answer
        elif name[1] == "pairs":
            for item, option in zip(items, given, strict=True):
                yield item, {"FIELD1": self.known(name, item)[option]}
        else:
            chosen = [self.known(name, items[0])[option] for option in given]
            yield items[0], {"FIELD1": chosen}

    def answer(self, probe: Probe) -> tuple[float, dict[str, str], str]:
        points, shown, general = 0.0, {}, ""
        for name in self.names():
            answers = (
                self.responses(name, probe.given[name])
                if name in probe.given
                else ((item, {}) for item in self.items[name])
            )
            for item, responses in answers:
                found = item.answer(responses)
                points += found.points
                own = dict(found.shown)
                general += squeezed(own.pop("general_fb"))
                shown |= {f"{item.node.get('ident')} {one}": text for one, text in own.items()}
        return points, shown, general

    def by_hand(self, name: Name) -> bool:
        return self.items[name][0].type == "essay_question"

    def points(self) -> float:
        return sum(item.points for items in self.items.values() for item in items)


def row_words(node: etree._Element) -> str:
    """The words of a row of a matching."""
    (material,) = node.findall("material")
    holder = etree.Element("row")
    holder.extend(material.iterchildren())
    words = squeezed(qti1_player.words_of_html(holder))
    material.extend(holder.iterchildren())
    return words


def asked_in(exam: Exam, target: str, data: bytes) -> Iterator[Asked]:
    """Every question of the exam as the package asks it."""
    files = archives.members(data)
    row = find_target(target)
    if target in NEWER:
        players = {
            name.removeprefix("items/").removesuffix(".xml"): qti_player.Player(content)
            for name, content in files.items()
            if name.startswith("items/") and name.endswith(".xml")
        }
    else:
        make = qti1_player.CanvasPlayer if target == "canvas" else qti1_player.Player
        (main,) = (content for name, content in files.items() if re.fullmatch(r"(exam-\w+)/\1.xml", name))
        players = {node.get("ident"): make(node) for _, node in qti1_player.items_of(main)}
    seen = set()
    for form in exam.forms:
        for question in form.questions:
            if (question.wording, question.row) not in seen:
                seen.add((question.wording, question.row))
                kind = Newer if target in NEWER else Older
                yield kind(exam, Sheet(exam, question), row, players)


# --- what comes of an answer -------------------------------------------------------------------------------------


def faults_of(asked: Asked) -> Iterator[str]:
    """What is wrong with a question in a package, line by line."""
    sheet = Sheet(asked.exam, asked.sheet.question, asked.places)
    target, canvas = asked.target.name, asked.target.name == "canvas"
    if abs(asked.points() - sheet.question.points) > 1e-9:
        yield f"{asked.whole}: {asked.points()} points, not {sheet.question.points}"
    for probe in sheet.probes():
        where = f"{target} {asked.whole}, {probe.name}"
        points, shown, solution = asked.answer(probe)
        expected = Fraction(0)
        for name in asked.names():
            if name in probe.given and not asked.by_hand(name):
                share = probe.worth[name]
                if canvas:
                    share = share_in_canvas(asked, name, probe, share)
                expected += asked.worth(name) * share
        if abs(points - float(expected)) > 0.02:
            yield f"{where}: {points} points, not {float(expected)}"
        if probe.name in ("the key", "nothing") and shown:
            yield f"{where}: it is told {shown}"
        if probe.name == "the key":
            marked = sum(asked.worth(name) for name in asked.names() if not asked.by_hand(name))
            if abs(points - float(marked)) > 1e-9:
                yield f"{where}: {points} points of {float(marked)}"
        told = squeezed(" ".join(shown.values()))
        for name, feedback in probe.said:
            general = asked.by_hand(name) or (target in OLDER and (probe.whole or (canvas and name[1] == "number")))
            heard = told + squeezed(solution) if general else told
            if plain(set_prose(feedback, asked.target.style)) not in heard:
                yield f"{where}: nobody is told '{feedback}', only {shown}"


def share_in_canvas(asked: Asked, name: Name, probe: Probe, share: Fraction) -> Fraction:
    """Canvas marks each wrong choice of several as much as a right one, and knows no credit for a wrong answer."""
    part, key = asked.part(name[0])
    given = probe.given[name]
    if part.kind == "choices":
        hits = sum(option in key.options for option in given)
        return max(Fraction(0), Fraction(hits - (len(given) - hits), len(key.options)))
    return Fraction(0) if 0 < share < 1 and name[1] in ("number", "options") else share


def faults_in(exam: Exam, target: str, data: bytes) -> list[str]:
    return [fault for asked in asked_in(exam, target, data) for fault in faults_of(asked)]


def same_items(files: Mapping[str, bytes], others: Mapping[str, bytes]) -> bool:
    """Whether the items of two packages differ in nothing but the names of their version."""
    return all(
        plain_tree(content) == plain_tree(others[name])
        for name, content in files.items()
        if name.startswith("items/") and name.endswith(".xml")
    )


def plain_tree(content: bytes) -> bytes:
    root = qti_player.named_as_in_version_2(etree.fromstring(content))
    for node in root.iter("contentBody"):
        assert node.getparent().tag in ("modalFeedback", "rubricBlock")
    etree.strip_tags(root, "contentBody")
    for node in root.iter("assessmentItem", "rubricBlock"):
        node.attrib.pop("schemaLocation", None)
        node.attrib.pop("use", None)
    return etree.tostring(root, method="c14n")


@pytest.mark.parametrize("target", ["qti-2.1", *OLDER])
def test_every_item_is_marked_by_its_key(few_of_each: Exam, target: str) -> None:
    assert faults_in(few_of_each, target, packaged(few_of_each, target)) == []


@pytest.mark.parametrize("target", ["qti-2.2", "qti-3.0"])
def test_versions_differ_in_names_only(few_of_each: Exam, target: str) -> None:
    first, other = (archives.members(packaged(few_of_each, name)) for name in ("qti-2.1", target))
    assert same_items(first, other)


@pytest.mark.slow
@pytest.mark.parametrize("target", SCHEMA)
def test_many_variants_of_every_item_are_marked_by_their_keys(many_of_each: Exam, target: str) -> None:
    assert faults_in(many_of_each, target, packaged(many_of_each, target)) == []
