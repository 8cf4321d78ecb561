"""Items of QTI 1.2, answered: by the specification, and as Canvas reads them.

``Player`` goes by the specification (IMS "Question & Test Interoperability: ASI Information Model", version 1.2,
2002): conditions in their order, up to the first that holds and does not say ``continue="Yes"``; ``other`` holds where
no condition before it did.  The score is a share of the item's points, from 0 to 100.

``CanvasPlayer`` goes by what Canvas makes of an item: it does not run conditions, but reads from them which answers of
a type of question are right, and where the comments belong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree, html

from platforms import Refused

Response = str | Sequence[str]


@dataclass(frozen=True)
class Outcome:
    """Points earned, and the feedback shown: its identifiers with their words."""

    points: float
    shown: Mapping[str, str]


class Item:
    """What both ways of reading have in common."""

    def __init__(self, node: etree._Element):
        self.node = node
        fields = {field.findtext("fieldlabel"): field.findtext("fieldentry") for field in node.iter("qtimetadatafield")}
        self.type = fields["question_type"]
        self.points = float(fields["points_possible"])
        self.asked = {_ident(one): one for one in node.iter("response_lid", "response_str", "response_num")}
        self.feedback = {_ident(one): words_of_html(one) for one in node.iter("itemfeedback")}
        if len(self.feedback) != len(node.findall("itemfeedback")):
            raise Refused("two messages have one identifier")
        if not self.asked:
            raise Refused("nothing is asked")

    def options(self, name: str) -> tuple[str, ...]:
        found = tuple(_ident(label) for label in self.asked[name].iter("response_label"))
        if len(set(found)) != len(found):
            raise Refused(f"options of {name} share an identifier")
        return found

    def given(self, responses: Mapping[str, Response]) -> dict[str, tuple[str, ...]]:
        """Responses, if the item lets a candidate give them."""
        found: dict[str, tuple[str, ...]] = {}
        for name, response in responses.items():
            texts = (response,) if isinstance(response, str) else tuple(response)
            field = self.asked[name]
            single = field.get("rcardinality", "Single") == "Single"
            if (single and len(texts) > 1) or len(set(texts)) != len(texts):
                raise Refused(f"{name} takes one answer")
            if field.tag == "response_lid" and not set(texts) <= set(self.options(name)):
                raise Refused(f"{texts} cannot be chosen in {name}")
            if field.find("render_fib[@fibtype='Decimal']") is not None:
                for text in texts:
                    _number(text)
            found[name] = texts
        return found


class Player(Item):
    """An item by the specification."""

    def answer(self, responses: Mapping[str, Response]) -> Outcome:
        given = self.given(responses)
        (declared,) = self.node.iter("decvar")
        if declared.get("varname") != "SCORE":
            raise Refused("the score has another name")
        low, high = float(declared.get("minvalue")), float(declared.get("maxvalue"))
        score, shown, held = 0.0, {}, False
        for condition in self.node.find("resprocessing").findall("respcondition"):
            (tested,) = condition.findall("conditionvar")
            if not all(self._holds(test, given, held) for test in tested):
                continue
            held = True
            for action in condition:
                if action.tag == "setvar":
                    if action.get("varname") != "SCORE":
                        raise Refused("an unknown variable is set")
                    amount, how = float(action.text), action.get("action", "Set")
                    if how not in ("Set", "Add", "Subtract"):
                        raise Refused(f"unknown action {how}")
                    score = amount if how == "Set" else score + (amount if how == "Add" else -amount)
                    score = min(max(score, low), high)
                elif action.tag == "displayfeedback":
                    name = action.get("linkrefid")
                    shown[name] = self.feedback[name]
                elif action.tag != "conditionvar":
                    raise Refused(f"unknown action {action.tag}")
            if condition.get("continue", "No") == "No":
                break
        return Outcome(self.points * score / 100, shown)

    def _holds(self, test: etree._Element, given: Mapping[str, tuple[str, ...]], held: bool) -> bool:
        if test.tag == "other":
            return not held
        if test.tag == "and":
            return all(self._holds(inner, given, held) for inner in test)
        if test.tag == "or":
            return any(self._holds(inner, given, held) for inner in test)
        if test.tag == "not":
            (inner,) = test
            return not self._holds(inner, given, held)
        name, value = test.get("respident"), test.text or ""
        if name not in self.asked:
            raise Refused(f"nothing asks for {name}")
        answers = given.get(name, ())
        if test.tag == "varequal":
            if self.asked[name].tag == "response_lid" and value not in self.options(name):
                raise Refused(f"{value} is no option of {name}")
            return value in answers
        if test.tag == "vargte":
            return any(_number(answer) >= _number(value) for answer in answers)
        if test.tag == "varlte":
            return any(_number(answer) <= _number(value) for answer in answers)
        raise Refused(f"unknown condition {test.tag}")


class CanvasPlayer(Item):
    """An item as Canvas' Classic Quizzes have it after the import."""

    def __init__(self, node: etree._Element):
        super().__init__(node)
        self.general = "general_fb" in self.feedback
        self.said: dict[str, str] = {}
        """The comment on each option."""
        self.right: list[etree._Element] = []
        """The conditions that earn marks."""
        for condition in node.iter("respcondition"):
            linked = [one.get("linkrefid") for one in condition.iter("displayfeedback")]
            if any(name not in self.feedback for name in linked):
                raise Refused(f"nothing is said for {linked}")
            if condition.find("setvar") is not None and float(condition.findtext("setvar")) > 0:
                self.right.append(condition)
            elif condition.find("conditionvar/varequal") is not None:
                for name in linked:
                    self.said[condition.findtext("conditionvar/varequal")] = name
            elif linked not in ([], ["general_fb"]):
                raise Refused(f"Canvas has no place for {linked}")

    def answer(self, responses: Mapping[str, Response]) -> Outcome:
        given = self.given(responses)
        shown = {"general_fb": self.feedback["general_fb"]} if self.general else {}
        for texts in given.values():
            shown |= {self.said[text]: self.feedback[self.said[text]] for text in texts if text in self.said}
        share = getattr(self, f"_{self.type}", None)
        if share is None:
            raise Refused(f"Canvas knows no {self.type}")
        return Outcome(self.points * share(given), shown)

    def _numerical_question(self, given: Mapping[str, tuple[str, ...]]) -> float:
        (name,) = self.asked
        ranges = [self._range(condition, name) for condition in self.right]
        if not ranges:
            raise Refused("no number is right")
        return float(any(low <= _number(text) <= high for text in given.get(name, ()) for low, high in ranges))

    def _range(self, condition: etree._Element, name: str) -> tuple[float, float]:
        """What a condition accepts: an exact value with a margin, or a range."""
        if any(test.get("respident") != name for test in condition.iter("varequal", "vargte", "varlte")):
            raise Refused("a test names no response")
        low, high = (float(_decimal(condition.findtext(f".//{tag}"))) for tag in ("vargte", "varlte"))
        exact = condition.findtext(".//varequal")
        if exact is None:
            return low, high
        value = float(_decimal(exact))
        if value and abs(value) < 1e-4:
            raise Refused(f"Canvas takes {exact} for 0")
        margin = high - value
        return value - margin, value + margin

    def _options_right(self) -> tuple[str, ...]:
        (name,) = self.asked
        found = [
            test.text
            for condition in self.right
            for test in condition.iter("varequal")
            if test.getparent().tag != "not"
        ]
        if not found or not set(found) <= set(self.options(name)):
            raise Refused(f"the key {found} is not among the options")
        return tuple(found)

    def _multiple_choice_question(self, given: Mapping[str, tuple[str, ...]]) -> float:
        (name,) = self.asked
        if len(self._options_right()) != 1:
            raise Refused("not exactly one option is right")
        return float(given.get(name, ()) == self._options_right())

    _true_false_question = _multiple_choice_question

    def _multiple_answers_question(self, given: Mapping[str, tuple[str, ...]]) -> float:
        """Each right option earns its share, each wrong one takes as much away; not below zero."""
        (name,) = self.asked
        right = self._options_right()
        (condition,) = self.right
        if {test.text for test in condition.iter("varequal")} != set(self.options(name)):
            raise Refused("an option is neither right nor wrong")
        chosen = given.get(name, ())
        hits = sum(option in right for option in chosen)
        return max(0.0, (hits - (len(chosen) - hits)) / len(right))

    def _matching_question(self, given: Mapping[str, tuple[str, ...]]) -> float:
        """Each row earns its share.  Menus show words without markup; every row lists the same options."""
        menus = {
            tuple(
                etree.tostring(label.find("material"), encoding="unicode", with_tail=False)
                for label in one.iter("response_label")
            )
            for one in self.asked.values()
        }
        if len(menus) != 1:
            raise Refused("the rows list different options")
        pairs = {}
        for condition in self.right:
            (test,) = condition.find("conditionvar")
            if test.tag != "varequal" or test.text not in self.options(test.get("respident")):
                raise Refused("a row without its option")
            pairs[test.get("respident")] = test.text
        if set(pairs) != set(self.asked):
            raise Refused(f"no option is right for {set(self.asked) - set(pairs)}")
        return sum(given.get(name) == (option,) for name, option in pairs.items()) / len(pairs)

    def _essay_question(self, _given: Mapping[str, tuple[str, ...]]) -> float:
        if self.right:
            raise Refused("an essay that is marked")
        return 0.0


def items_of(source: bytes) -> list[tuple[str, etree._Element]]:
    """The items of an assessment, each with the identifier of its section, without namespaces."""
    root = without_namespaces(etree.fromstring(source))
    found = []
    for section in root.iter("section"):
        found += [(_ident(section), item) for item in section.findall("item")]
    return found


def without_namespaces(root: etree._Element) -> etree._Element:
    for node in root.iter("*"):
        node.tag = etree.QName(node).localname
    return root


def words_of_html(node: etree._Element) -> str:
    """The words of the material in an element, spaces as a reader sees them."""
    texts = [text.text or "" for text in node.iter("mattext")]
    return " ".join(" ".join(html.fromstring(f"<div>{text}</div>").text_content() for text in texts).split())


def _ident(node: etree._Element) -> str:
    name = node.get("ident")
    if not name:
        raise Refused(f"{node.tag} has no ident")
    return str(name)


def _decimal(text: str | None) -> str:
    if text is None or not re.fullmatch(r"-?\d+(\.\d+)?", text):
        raise Refused(f"'{text}' is no plain decimal number")
    return text


def _number(text: str) -> float:
    return float(_decimal(text))
