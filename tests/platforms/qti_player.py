"""Items of QTI 2.1, 2.2 and 3.0, answered: the outcomes that response processing sets, and the feedback it shows.

Written after the QTI 2.2 information model (1EdTech, "IMS Question & Test Interoperability: Assessment, Section and
Item Information Model", version 2.2, 2015), chapters on response processing and expressions.  Numbers are binary
floats, as platforms have them.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from lxml import etree

from platforms import Refused

Response = str | Sequence[str]
"""What a candidate gives: a number, text or identifier as text; several of them, or pairs such as ``P1 A``."""


@dataclass(frozen=True)
class Value:
    """A value with its type.  A container or a single value without items is NULL."""

    base: str
    cardinality: str
    items: tuple[object, ...] = ()

    @property
    def null(self) -> bool:
        return not self.items

    @property
    def one(self) -> object:
        if self.cardinality != "single" or self.null:
            raise Refused(f"a single value is wanted, not {self}")
        return self.items[0]

    @property
    def number(self) -> float:
        if self.base not in ("float", "integer"):
            raise Refused(f"a number is wanted, not {self}")
        found = self.one
        assert isinstance(found, (int, float))
        return float(found)


NULL = Value("", "single")


@dataclass(frozen=True)
class Outcome:
    """What came of an answer: the outcome variables, and the feedback shown as identifiers with their words."""

    outcomes: Mapping[str, Value]
    shown: Mapping[str, str]

    def number(self, name: str) -> float:
        return self.outcomes[name].number


@dataclass(frozen=True)
class Asked:
    """An interaction: its kind, and what may be given."""

    kind: str
    node: etree._Element
    choices: tuple[str, ...]
    targets: tuple[str, ...] = ()


class Player:
    """One item, ready to be answered again and again."""

    def __init__(self, source: bytes):
        self.root = named_as_in_version_2(etree.fromstring(source))
        if self.root.tag != "assessmentItem":
            raise Refused(f"no item: {self.root.tag}")
        self.responses = {_id(node): node for node in self.root.findall("responseDeclaration")}
        self.declared = {_id(node): node for node in self.root.findall("outcomeDeclaration")}
        self.asked = {name: self._interaction(name) for name in self.responses}
        self.feedback = {_id(node): node for node in self.root.findall("modalFeedback")}
        if len(self.feedback) != len(self.root.findall("modalFeedback")):
            raise Refused("two messages have one identifier")

    # --- what is asked ---

    def _interaction(self, name: str) -> Asked:
        found = [node for node in self.root.find("itemBody").iter("*") if node.get("responseIdentifier") == name]
        if len(found) != 1:
            raise Refused(f"{name} is asked for {len(found)} times")
        (node,) = found
        sets = [
            tuple(_id(choice) for choice in holder if choice.tag in ("simpleChoice", "simpleAssociableChoice"))
            for holder in (node.findall("simpleMatchSet") or [node])
        ]
        for choices in sets:
            if len(set(choices)) != len(choices):
                raise Refused(f"choices of {name} share an identifier")
        return Asked(node.tag, node, *sets)

    def correct(self, name: str) -> Value:
        return self._values(self.responses[name], self.responses[name].find("correctResponse"))

    def right_answer(self) -> dict[str, Response]:
        """What the item itself declares to be right, for the responses that have such a declaration."""
        answers: dict[str, Response] = {}
        for name in self.responses:
            found = self.correct(name)
            if not found.null:
                texts = [_written(item) for item in found.items]
                answers[name] = texts[0] if found.cardinality == "single" else texts
        return answers

    def _values(self, declaration: etree._Element, holder: etree._Element | None) -> Value:
        base, cardinality = declaration.get("baseType"), declaration.get("cardinality")
        texts = [] if holder is None else [node.text or "" for node in holder.findall("value")]
        if cardinality == "single" and len(texts) > 1:
            raise Refused(f"{_id(declaration)} is a single value and has {len(texts)}")
        return Value(base, cardinality, tuple(_read(base, text) for text in texts))

    def _given(self, name: str, response: Response) -> Value:
        """A response as its variable, if the interaction lets a candidate give it."""
        declaration, asked = self.responses[name], self.asked[name]
        base, cardinality = declaration.get("baseType"), declaration.get("cardinality")
        texts = (response,) if isinstance(response, str) else tuple(response)
        if cardinality == "single" and len(texts) > 1:
            raise Refused(f"{name} takes one answer")
        node = asked.node
        if asked.kind == "choiceInteraction":
            most = int(node.get("maxChoices", "1"))
            if not set(texts) <= set(asked.choices) or len(set(texts)) != len(texts) or (most and len(texts) > most):
                raise Refused(f"{texts} cannot be chosen in {name}")
        elif asked.kind == "orderInteraction":
            if texts and sorted(texts) != sorted(asked.choices):
                raise Refused(f"{texts} is no order of {asked.choices}")
        elif asked.kind == "matchInteraction":
            pairs = [tuple(text.split()) for text in texts]
            limits = {_id(choice): int(choice.get("matchMax")) for choice in node.iter("simpleAssociableChoice")}
            uses = Counter(end for pair in pairs for end in pair)
            most = int(node.get("maxAssociations", "1"))
            if any(len(pair) != 2 or pair[0] not in asked.choices or pair[1] not in asked.targets for pair in pairs):
                raise Refused(f"{texts} are no pairs of {name}")
            if (most and len(pairs) > most) or any(limits[end] and uses[end] > limits[end] for end in uses):
                raise Refused(f"{texts} are too many pairs for {name}")
        elif asked.kind not in ("textEntryInteraction", "extendedTextInteraction"):
            raise Refused(f"unknown interaction {asked.kind}")
        return Value(base, cardinality, tuple(_read(base, text) for text in texts))

    # --- answering ---

    def answer(self, responses: Mapping[str, Response]) -> Outcome:
        """What comes of an answer; responses that are left out are not given."""
        unknown = set(responses) - set(self.responses)
        if unknown:
            raise Refused(f"nothing asks for {unknown}")
        given = {
            name: self._given(name, responses[name])
            if name in responses
            else Value(node.get("baseType"), node.get("cardinality"))
            for name, node in self.responses.items()
        }
        outcomes = {name: self._beginning(node) for name, node in self.declared.items()}
        run = _Run(self, given, outcomes)
        processing = self.root.find("responseProcessing")
        if processing is None or processing.get("template"):
            raise Refused("no response processing of its own")
        run.rules(processing)
        shown = {}
        for name, node in self.feedback.items():
            outcome = outcomes[node.get("outcomeIdentifier")]
            if (name in outcome.items) == (node.get("showHide") == "show"):
                shown[name] = words(node)
        return Outcome(outcomes, shown)

    def _beginning(self, node: etree._Element) -> Value:
        found = self._values(node, node.find("defaultValue"))
        if found.null and found.base in ("float", "integer") and found.cardinality == "single":
            return Value(found.base, "single", (0.0,))
        return found


class _Run:
    """Response processing of one answer."""

    def __init__(self, player: Player, given: Mapping[str, Value], outcomes: dict[str, Value]):
        self.player = player
        self.given = given
        self.outcomes = outcomes

    def rules(self, holder: etree._Element) -> None:
        for rule in holder:
            if rule.tag == "responseCondition":
                self.condition(rule)
            elif rule.tag == "setOutcomeValue":
                self.set(rule)
            else:
                raise Refused(f"unknown rule {rule.tag}")

    def condition(self, rule: etree._Element) -> None:
        places = [branch.tag for branch in rule]
        if not re.fullmatch("(responseIf)(,responseElseIf)*(,responseElse)?", ",".join(places)):
            raise Refused(f"a condition of {places}")
        for branch in rule:
            if branch.tag == "responseElse":
                self.rules(branch)
            elif _is_true(self.value(branch[0])):
                self.rules(branch[1:])
                return

    def set(self, rule: etree._Element) -> None:
        name, (expression,) = _id(rule), rule
        before, value = self.outcomes[name], self.value(expression)
        if value.null:
            value = Value(before.base, before.cardinality)
        if (value.base, value.cardinality) != (before.base, before.cardinality):
            raise Refused(f"{name} is {before.base} {before.cardinality}, not {value}")
        self.outcomes[name] = value

    def value(self, node: etree._Element) -> Value:
        try:
            work = getattr(self, f"_{node.tag}")
        except AttributeError:
            raise Refused(f"unknown expression {node.tag}") from None
        found: Value = work(node, [self.value(inner) for inner in node])
        return found

    # --- expressions ---

    def _variable(self, node: etree._Element, _inner: list[Value]) -> Value:
        name = _id(node)
        return self.given[name] if name in self.given else self.outcomes[name]

    def _correct(self, node: etree._Element, _inner: list[Value]) -> Value:
        return self.player.correct(_id(node))

    def _baseValue(self, node: etree._Element, _inner: list[Value]) -> Value:
        return Value(node.get("baseType"), "single", (_read(node.get("baseType"), node.text or ""),))

    def _isNull(self, _node: etree._Element, inner: list[Value]) -> Value:
        (value,) = inner
        return _truth(value.null)

    def _not(self, _node: etree._Element, inner: list[Value]) -> Value:
        (value,) = inner
        return value if value.null else _truth(not _is_true(value))

    def _and(self, _node: etree._Element, inner: list[Value]) -> Value:
        if any(not value.null and not _is_true(value) for value in inner):
            return _truth(False)
        return Value("boolean", "single") if any(value.null for value in inner) else _truth(True)

    def _or(self, _node: etree._Element, inner: list[Value]) -> Value:
        if any(_is_true(value) for value in inner):
            return _truth(True)
        return Value("boolean", "single") if any(value.null for value in inner) else _truth(False)

    def _match(self, _node: etree._Element, inner: list[Value]) -> Value:
        a, b = inner
        if a.null or b.null:
            return Value("boolean", "single")
        if (a.base, a.cardinality) != (b.base, b.cardinality) or a.base in ("float", "duration"):
            raise Refused(f"{a} cannot be matched with {b}")
        return _truth(Counter(a.items) == Counter(b.items) if a.cardinality == "multiple" else a.items == b.items)

    def _member(self, _node: etree._Element, inner: list[Value]) -> Value:
        one, container = inner
        if one.null or container.null:
            return Value("boolean", "single")
        if container.cardinality == "single" or one.base != container.base:
            raise Refused(f"{one} cannot be a member of {container}")
        return _truth(one.one in container.items)

    def _equal(self, node: etree._Element, inner: list[Value]) -> Value:
        """Whether two numbers agree.  Programs differ in which of them the tolerance is laid around: both have to say
        the same, or the answer would be right here and wrong there."""
        if any(value.null for value in inner):
            return Value("boolean", "single")
        a, b = (value.number for value in inner)
        mode = node.get("toleranceMode", "exact")
        if mode == "exact":
            return _truth(a == b)
        if mode != "absolute":
            raise Refused(f"unknown tolerance mode {mode}")
        below, above = (float(text) for text in (node.get("tolerance").split() * 2)[:2])
        ends = [node.get(name, "true") == "true" for name in ("includeLowerBound", "includeUpperBound")]
        verdicts = {
            (low < tested < high) or (tested == low and ends[0]) or (tested == high and ends[1])
            for low, tested, high in ((a - below, b, a + above), (b - above, a, b + below))
        }
        if len(verdicts) > 1:
            raise Refused(f"programs differ on whether {a} equals {b} within {node.get('tolerance')}")
        return _truth(verdicts.pop())

    def _index(self, node: etree._Element, inner: list[Value]) -> Value:
        (container,) = inner
        place = int(node.get("n"))
        if container.cardinality != "ordered" and not container.null:
            raise Refused("an index into what has no order")
        return Value(container.base, "single", container.items[place - 1 : place])

    def _multiple(self, _node: etree._Element, inner: list[Value]) -> Value:
        return _container("multiple", inner)

    def _ordered(self, _node: etree._Element, inner: list[Value]) -> Value:
        return _container("ordered", inner)

    def _mapResponse(self, node: etree._Element, _inner: list[Value]) -> Value:
        declaration = self.player.responses[_id(node)]
        mapping = declaration.find("mapping")
        if mapping is None:
            raise Refused(f"{_id(node)} has no mapping")
        worth = {entry.get("mapKey"): float(entry.get("mappedValue")) for entry in mapping.findall("mapEntry")}
        other = float(mapping.get("defaultValue", "0"))
        total = sum(worth.get(_written(item), other) for item in dict.fromkeys(self.given[_id(node)].items))
        total = max(total, float(mapping.get("lowerBound", "-inf")))
        return Value("float", "single", (min(total, float(mapping.get("upperBound", "inf"))),))

    def _sum(self, _node: etree._Element, inner: list[Value]) -> Value:
        return _arithmetic(inner, lambda a, b: a + b)

    def _product(self, _node: etree._Element, inner: list[Value]) -> Value:
        return _arithmetic(inner, lambda a, b: a * b)

    def _max(self, _node: etree._Element, inner: list[Value]) -> Value:
        return _arithmetic(inner, max)

    def _divide(self, _node: etree._Element, inner: list[Value]) -> Value:
        above, below = inner
        if above.null or below.null or below.number == 0:
            return Value("float", "single")
        return _float(above.number / below.number)

    def _gt(self, _node: etree._Element, inner: list[Value]) -> Value:
        a, b = inner
        return Value("boolean", "single") if a.null or b.null else _truth(a.number > b.number)

    def _lt(self, _node: etree._Element, inner: list[Value]) -> Value:
        a, b = inner
        return Value("boolean", "single") if a.null or b.null else _truth(a.number < b.number)


def _arithmetic(inner: Sequence[Value], work: Callable[[float, float], float]) -> Value:
    flat = [
        value if value.cardinality == "single" else Value(value.base, "single", (item,))
        for value in inner
        for item in (value.items or (None,))
    ]
    if any(value.null for value in flat):
        return Value("float", "single")
    return _float(reduce(work, (value.number for value in flat)))


def _float(number: float) -> Value:
    if not math.isfinite(number):
        raise Refused("a number without bounds")
    return Value("float", "single", (number,))


def _container(cardinality: str, inner: Sequence[Value]) -> Value:
    full = [value for value in inner if not value.null]
    bases = {value.base for value in full}
    if len(bases) > 1:
        raise Refused(f"a container of {bases}")
    return Value(bases.pop() if bases else "", cardinality, tuple(item for value in full for item in value.items))


def _truth(value: bool) -> Value:
    return Value("boolean", "single", (value,))


def _is_true(value: Value) -> bool:
    if value.base not in ("boolean", "") or value.cardinality != "single":
        raise Refused(f"a condition is wanted, not {value}")
    return value.items == (True,)


def _read(base: str | None, text: str) -> object:
    """A value of a base type from its text."""
    if base == "float":
        if not re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", text):
            raise Refused(f"'{text}' is no number")
        return float(text)
    if base == "boolean" and text in ("true", "false"):
        return text == "true"
    if base == "directedPair":
        first, second = text.split()
        return (first, second)
    if base == "identifier":
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", text):
            raise Refused(f"'{text}' is no identifier")
        return text
    if base == "string":
        return text
    raise Refused(f"unknown base type {base}")


def _written(item: object) -> str:
    if isinstance(item, tuple):
        return " ".join(item)
    return repr(item) if isinstance(item, float) else str(item)


def _id(node: etree._Element) -> str:
    name = node.get("identifier")
    if not name:
        raise Refused(f"{node.tag} has no identifier")
    return name


def words(node: etree._Element) -> str:
    """The words of an element, spaces as a reader sees them."""
    return " ".join("".join(node.itertext()).split())


def named_as_in_version_2(root: etree._Element) -> etree._Element:
    """The same document without namespaces, and with the names that version 2 has: ``qti-sum`` becomes ``sum``."""
    renamed = etree.Element(_camel(etree.QName(root).localname.removeprefix("qti-")))
    for name, content in root.items():
        renamed.set(_camel(etree.QName(name).localname), content)
    renamed.text, renamed.tail = root.text, root.tail
    for child in root:
        if isinstance(child.tag, str):
            renamed.append(named_as_in_version_2(child))
    return renamed


def _camel(name: str) -> str:
    return re.sub(r"-([a-z])", lambda letter: letter[1].upper(), name)
