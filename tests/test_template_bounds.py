"""Templates of authors are bounded in time and memory; what the shipped ones write stays the same under the bounds."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from sample_exam import sample

from gdquiz.errors import InputError
from gdquiz.packaging.packages import package
from gdquiz.packaging.targets import TARGETS
from gdquiz.rendering import bounds
from gdquiz.rendering.formats import render
from gdquiz.rendering.templating import environment, lay_out
from gdquiz.resources import data

LONG, WIDE, PRINTS, TIME = "a value has more than", "a number given", "it prints more than", "it takes more than"
FORMAT, POWER, OWN, STEPS = "a format is too wide", "a power is too large", "call themselves", "its loops and calls"
DOUBLING = "{% set ns = namespace(s=START) %}{% for i in range(60) %}{% set ns.s = STEP %}{% endfor %}{{ ns.s }}"

BOMBS = (
    ("{{ 'a'*10**10 }}", LONG),
    ("{{ 10**10 * 'a' }}", LONG),
    ("{{ [1]*10**10 }}", LONG),
    ("{{ (9**999)**999 }}", POWER),
    ("{{ 'a'|center(1000000000) }}", WIDE),
    ("{{ 'a'.center(10**9) }}", WIDE),
    ("{{ 'a'.zfill(1000000000) }}", WIDE),
    ("{{ 'a'|indent(1000000000) }}", WIDE),
    ("{{ 1.5|round(1000000000, 'ceil') }}", WIDE),
    ("{{ lipsum(n=1000000000) }}", WIDE),
    ("{{ [1]|batch(1000000000, 0)|list }}", WIDE),
    ("{{ [1]|slice(1000000000)|list }}", WIDE),
    ("{{ [1]|tojson(indent=1000000000) }}", WIDE),
    ("{{ '%1000000000d' % 1 }}", FORMAT),
    ("{{ '%*d' % (1000000000, 1) }}", WIDE),
    ("{{ '%1000000000d'|format(1) }}", FORMAT),
    ("{{ '{:1000000000}'.format(1) }}", FORMAT),
    ("{{ '{:{}}'.format(1, 1000000000) }}", WIDE),
    ("{{ ('a'*99999)|replace('a', 'b'*99999) }}", LONG),
    ("{{ ('a'*99999).replace('a', 'b'*99999) }}", LONG),
    ("{{ range(99999)|join('a'*99999) }}", LONG),
    ("{{ range(99999)|map('string')|join('a'*99999) }}", LONG),
    ("{{ ''.join(['a'*99999]*999) }}", LONG),
    ("{{ ['a'*99999]*999 }}", LONG),
    (DOUBLING.replace("START", "'a'").replace("STEP", "ns.s ~ ns.s"), LONG),
    (DOUBLING.replace("START", "'a'").replace("STEP", "ns.s + ns.s"), LONG),
    (DOUBLING.replace("START", "[1]").replace("STEP", "[ns.s, ns.s]"), LONG),
    ("{% set ns = namespace(s='a') %}{% for i in range(60) %}{% set ns.s %}{{ ns.s ~ ns.s }}{% endset %}{% endfor %}",
     LONG),
    ("{% for i in range(90000) %}{{ 'a'*100000 }}{% endfor %}", PRINTS),
    ("{% for i in range(90000) %}" + "x" * 10_000 + "{% endfor %}", PRINTS),
    ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", OWN),
    ("{% for x in [1, 2] recursive %}{{ loop([1, 2]) }}{% endfor %}", OWN),
)  # fmt: skip


def refused(folder: Path, text: str) -> str:
    file = folder / "markdown" / "sheet.md.j2"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("line\n" + text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        next(render(sample(), "markdown", folder))
    (fault,) = caught.value.faults
    assert (fault.file, fault.line) == (str(file), 2)
    return fault.problem


DOUBLED = (
    "{{% set ns = namespace(a={0}, b={0}) %}}{{% for i in range(60) %}}"
    "{{% set ns.a = {1} %}}{{% set ns.b = {2} %}}{{% endfor %}}{{{{ {3} }}}}"
)


@pytest.mark.parametrize(
    ("first", "a", "b", "use"),
    [
        ("[1]", "[ns.a, ns.a]", "[ns.b, ns.b]", "ns.a == ns.b"),
        ("(1,)", "(ns.a, ns.a)", "(ns.b, ns.b)", "ns.a in [ns.b]"),
        ("(1,)", "(ns.a, ns.a)", "(ns.b, ns.b)", "{ns.a: 1}[ns.b]"),
        ("{}", "{1: ns.a, 2: ns.a}", "{1: ns.b, 2: ns.b}", "ns.a is eq(ns.b)"),
        ("[1]", "ns.a + [ns.a]", "ns.b + [ns.b]", "ns.a < ns.b"),
        ("[1]", "dict(x=ns.a, y=ns.a)", "[ns.b]", "ns.a"),
    ],
)
def test_values_that_double_do_not_get_large(tmp_path: Path, first: str, a: str, b: str, use: str) -> None:
    """Sixty times twice in each other: small in memory, but to compare, hash or print them takes 2^60 steps."""
    assert LONG in refused(tmp_path, DOUBLED.format(first, a, b, use))


@pytest.mark.parametrize(("text", "problem"), BOMBS, ids=lambda one: one[:40])
def test_what_is_too_much_is_refused_with_template_and_line(tmp_path: Path, text: str, problem: str) -> None:
    assert problem in refused(tmp_path, text)


NESTED = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
TREE = "{% macro f(n) %}{% if n %}{{ f(n-1) }}{{ f(n-1) }}{% endif %}{% endmacro %}{{ f(60) }}"


@pytest.mark.parametrize("text", [NESTED, TREE])
def test_steps_and_seconds_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(bounds, "MOST_STEPS", 20_000)
    assert STEPS in refused(tmp_path, text)
    monkeypatch.undo()
    monkeypatch.setattr(bounds, "SECONDS", 0.2)
    assert TIME in refused(tmp_path, text)


def test_just_inside_of_the_bounds(tmp_path: Path) -> None:
    sandbox = environment((tmp_path, data("templates")), "markdown")

    def laid_out(text: str) -> str:
        return lay_out(sandbox.from_string(text))

    assert len(laid_out(f"{{{{ 'a'*{bounds.LONGEST} }}}}")) == bounds.LONGEST
    assert len(laid_out(f"{{{{ 'a'|center({bounds.LARGEST}) }}}}")) == bounds.LARGEST
    assert laid_out("{{ '%9999d'|format(1)|length }} {{ '{:9999}'.format(1)|length }}") == "9999 9999"
    assert laid_out("{{ 7 // 2 }} {{ 7 % 2 }} {{ 2**0.5 > 1 }} {{ 'a' ~ 1 ~ none }} {{ '%s-%s' % (1, 2) }}") == (
        "3 1 True a1None 1-2"
    )
    pairs = "{% set a, b = [1, (2, 3)], {'x': [4]} %}{% for p, q in [(1, 2)] %}{{ p + q }}{% endfor %}"
    assert laid_out(pairs + "{{ a == [1, (2, 3)] and b.x[0] == 4 }}") == "3True"
    assert laid_out("{% for x in [1, 2] %}{{ loop.index }}/{{ loop.length }}{{ loop.last }} {% endfor %}") == (
        "1/2False 2/2True "
    )
    assert laid_out("{% for x in [3, 4] if x > 3 %}{{ loop.index }}{{ x }}{% else %}none{% endfor %}") == "14"
    assert (
        laid_out("{% for x in [] %}{% else %}none{% endfor %}{{ range(3)|map('string')|join(', ') }}") == "none0, 1, 2"
    )


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped templates as an author's own."""
    folder = tmp_path_factory.mktemp("own") / "templates"
    shutil.copytree(str(data("templates")), folder)
    return folder


@pytest.mark.parametrize("name", ["markdown", "html", "latex"])
def test_shipped_templates_write_the_same_under_the_bounds(copied: Path, name: str) -> None:
    assert list(render(sample(), name, copied)) == list(render(sample(), name))


@pytest.mark.parametrize("target", TARGETS, ids=lambda row: row.name)
def test_shipped_packages_are_the_same_under_the_bounds(copied: Path, target: Any) -> None:
    assert list(package(sample(), target, [], copied)) == list(package(sample(), target, []))
