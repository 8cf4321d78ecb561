"""The catalog as data and as text: entries, shared fragments, and a page that is the same everywhere and safe."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from banking import item
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from kept import variants_of

from gdquiz.banks.bank import read_bank
from gdquiz.banks.items import models
from gdquiz.catalog.carriage import carriers
from gdquiz.catalog.entries import BAR, VARIANTS, entry, rows, spread
from gdquiz.catalog.page import catalog_page
from gdquiz.cli import main
from gdquiz.kinds.platforms import AS_IS
from gdquiz.packaging.fields import KINDS
from gdquiz.packaging.targets import TARGETS
from gdquiz.populations.population import populate
from gdquiz.rendering.formats import FORMATS
from gdquiz.rendering.fragments import HOLE, Fragments
from gdquiz.rendering.html import in_script
from gdquiz.texts import mathml

ROOT = Path(__file__).resolve().parent.parent
SMALL = ROOT / "tests" / "banks" / "small.toml"
FORMULA = ROOT / "docs" / "examples" / "formula.toml"


@pytest.fixture(scope="module")
def small():
    items = models(read_bank(SMALL.read_text(encoding="utf-8"), file="small.toml"))
    return [entry(model, solve=variants_of) for model in items]


def content_of(page: str) -> dict:
    """What the script of a page is given."""
    (found,) = re.findall(r'<script type="application/json" id="content">(.*?)</script>', page, re.DOTALL)
    return json.loads(found)


def put_together(number: int, skeletons: list[str], texts: list) -> str:
    """What the page's script does (fragments.js)."""
    skeleton, *values = texts[number]
    literals = skeletons[skeleton].split(HOLE)
    filled = [put_together(value, skeletons, texts) if isinstance(value, int) else value for value in values]
    return "".join(part for pair in zip(literals, [*filled, ""], strict=True) for part in pair)


# --- entries ---


def test_an_entry_tells_population_and_refused_rows(small):
    first = small[0]
    # a in 1..3, w0 in {3, 4, 5}, two rates: 18 combinations; w0 = a = 3 is refused for both rates
    assert first.enumerated == 18
    assert first.refused["requirement: the start is the minimiser"] == 2
    assert first.wording.population == 18 - sum(first.refused.values())
    assert list(first.misconceptions) == ["SIGN", "NO_ETA", "LOSS"]
    assert [found.kinds for found in small[:2]] == [("number",), ("choice",)]


def test_the_variants_shown_are_different_and_the_same_each_time(small):
    (model, *_) = models(read_bank(SMALL.read_text(encoding="utf-8"), file="small.toml"))
    population = populate(model)
    found = rows(population, VARIANTS)
    assert len(set(found)) == len(found) == VARIANTS
    assert found == tuple(question.row for question in small[0].questions)
    assert rows(population, 3) == found[:3], "asking for fewer changes none"
    assert sorted(rows(population, 1000)) == list(range(population.size)), "no more than there are"


def test_the_spread_is_that_of_all_variants():
    population = populate(models(read_bank(SMALL.read_text(encoding="utf-8"), file="small.toml"))[1])
    found = spread(population)
    assert found.low == pytest.approx(population.work.min(), abs=1e-6)
    assert found.high == pytest.approx(population.work.max(), abs=1e-6)
    for share, value in ((0.25, found.lower), (0.5, found.median), (0.75, found.upper)):
        assert value == pytest.approx(np.quantile(population.work, share, method="lower"), abs=1e-6)
    assert found.bars == Counter((np.floor(np.round(population.work, 6) / BAR)).astype(int).tolist())
    assert sum(found.bars.values()) == population.size


def test_an_item_without_variants_is_shown_as_such():
    empty = item("[item.parameters]\na = [1, 2]\n" + '[[item.part]]\nkind = "number"\nask = "?"\nanswer = "a"\n',
                 top='require = [{ that = "a > 2", because = "never" }]')  # fmt: skip
    found = entry(empty)
    assert (found.questions, found.spread, found.refused) == ((), None, {"requirement: never": 2})
    page = catalog_page([found])
    assert "0 of 2 combinations verified on two routes; 2 refused" in page
    assert content_of(page)["items"][0]["samples"] == []


@pytest.mark.parametrize(("file", "kind"), [(SMALL, "number"), (FORMULA, "formula")])
def test_formats_and_platforms_are_those_of_the_tables(file, kind):
    model = models(read_bank(file.read_text(encoding="utf-8"), file=file.name))[0]
    found = {title: how for titles, how in carriers(entry(model, solve=variants_of)) for title in titles.split(" · ")}
    assert set(found) == {row.title for row in (*FORMATS, *TARGETS)}
    assert {found[row.title] for row in FORMATS} == {AS_IS}
    for target in TARGETS:
        how = target.kinds[kind]
        assert found[target.title] == (AS_IS if how == AS_IS else f"{KINDS[kind]} {how}")


# --- fragments ---

_WORDS = st.sampled_from(
    ("<p>", "</p>", "<p class=a>", "<li>", "</li>", "<math>", "</math>", '<math alttext="x">', "<mn>", "</mn>", "<dd>",
     "</dd>", '<div class="text">', "</div>", "<svg>", "</svg>", "\n", "a", "12", " ")
)  # fmt: skip


@given(st.lists(st.lists(_WORDS, max_size=25).map("".join), min_size=1, max_size=4))
def test_fragments_give_back_what_was_put_in(htmls):
    fragments = Fragments()
    numbers = [fragments.add(html) for html in htmls]
    skeletons, texts = list(fragments.skeletons), json.loads(json.dumps(list(fragments.entries)))
    for html, number in zip(htmls, numbers, strict=True):
        assert put_together(number, skeletons, texts) == html.replace(' alttext="x"', "")


def test_what_two_variants_have_in_common_is_stored_once():
    fragments = Fragments()
    for number in ("3", "4"):
        fragments.add(f"<div><p>Start at <math><mi>w</mi><mo>=</mo><mn>{number}</mn></math>.</p><p>Why?</p></div>")
    assert list(fragments.skeletons) == [
        f"<math><mi>w</mi><mo>=</mo><mn>{HOLE}</mn></math>",
        f"<p>Start at {HOLE}.</p>",
        "<p>Why?</p>",
        f"<div>{HOLE}{HOLE}</div>",
    ]


# --- the page ---


class Tags(HTMLParser):
    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def test_the_page_holds_every_variant_with_its_key(small):
    content = content_of(catalog_page(small))
    for found, searched in zip(small, content["items"], strict=True):
        assert searched["rows"] == [question.row for question in found.questions]
        for question, number in zip(found.questions, searched["samples"], strict=True):
            text = put_together(number, content["skeletons"], content["texts"])
            assert "{{" not in text and HOLE not in text
            for part in question.parts:
                for wrong in part.wrong:
                    assert f"({wrong.misconception}: " in text
                for key in part.numbers:
                    assert mathml.inner(key.shown) in text


def test_the_page_asks_for_nothing_and_is_the_same_twice(small):
    page = catalog_page(small)
    assert page == catalog_page(list(small))
    tags = Tags(page).tags
    assert not [attributes for _, attributes in tags if {"src", "href"} & set(attributes) - {"href"}]
    assert [attributes["href"] for tag, attributes in tags if "href" in attributes] == ["#items"]
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    (policy,) = (a["content"] for _, a in tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; ") and "script-src 'sha256-" in policy


def test_no_text_of_a_bank_becomes_markup():
    evil = "</script><!--<script>alert(1)</script>\"'&"
    text = SMALL.read_text(encoding="utf-8").replace('title = "One step"', f"title = {json.dumps(evil)}")
    text = text.replace("Compute $w_1$.", f"Compute $w_1$. {evil.replace(chr(34), '')}")
    page = catalog_page([entry(models(read_bank(text, file="<b>.toml"))[0])], ["<b>\n.toml"], title=evil)
    assert [tag for tag, _ in Tags(page).tags].count("script") == 2
    assert content_of(page)["items"][0]["title"] == evil
    assert content_of(page)["make"] == "gdquiz make blueprint.toml --bank '<b>?.toml'"
    assert json.loads(in_script(evil)) == evil and "</" not in in_script(evil) and "<!--" not in in_script(evil)


# --- the command ---


def run(*words: str):
    return CliRunner().invoke(main, ["catalog", *words])


def test_the_command_writes_the_page_and_says_so(tmp_path):
    out = tmp_path / "c.html"
    result = run("--bank", str(SMALL), "--out", str(out), "--jobs", "1")
    assert result.exit_code == 0 and result.stderr == ""
    assert re.fullmatch(r".*c\.html: 3 items, [\d,]+ variants, \d+ kB\n", result.stdout)
    first = out.read_bytes()
    assert run("--bank", str(SMALL), "--out", str(out), "--jobs", "2", "--force").exit_code == 0
    assert out.read_bytes() == first, "the number of processes changes nothing"


def test_the_command_refuses_before_it_works(tmp_path):
    out = tmp_path / "c.html"
    out.write_text("mine")
    result = run("--bank", str(SMALL), "--out", str(out))
    assert (result.exit_code, result.stderr) == (2, f"gdquiz: {out}: the file exists (hint: --force replaces it)\n")
    assert out.read_text() == "mine"
    result = run("--bank", str(SMALL), "--topic", "smal", "--out", str(tmp_path / "d.html"))
    assert result.exit_code == 2
    assert "there is no topic 'smal'" in result.stderr and "small" in result.stderr
    assert not (tmp_path / "d.html").exists()


def test_own_templates_go_first(tmp_path, small):
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "chosen.html.j2").write_text("<p id=mine>{{ catalog.title }}</p>")
    assert "<p id=mine>Mine</p>" in catalog_page(small, title="Mine", folder=tmp_path)


@pytest.mark.slow
def test_a_catalog_of_all_shipped_items_is_small(tmp_path):
    out = tmp_path / "all.html"
    result = run("--out", str(out))
    assert result.exit_code == 0, result.stderr
    assert out.stat().st_size < 6_000_000
    content = content_of(out.read_text(encoding="utf-8"))
    assert len(content["items"]) == int(result.stdout.split(": ")[1].split(" ")[0])
    assert all(len(found["samples"]) == min(VARIANTS, found["variants"]) for found in content["items"])


def test_lines_of_the_example_in_the_documentation_are_toml():
    (lines,) = re.findall(r"```toml\n(# gdquiz make.*?)```", (ROOT / "docs/catalog.md").read_text(), re.DOTALL)
    assert [slot["item"] for section in tomllib.loads(lines)["section"] for slot in section["slot"]]
