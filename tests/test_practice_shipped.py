"""A practice page of 500 questions from all shipped banks: its size, and its keys and slips as the page marks them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kept import shipped_models, variants_of

from gdquiz.practice.page import practice_page
from gdquiz.practice.selection import selected, skills

pytestmark = pytest.mark.slow

MARKED = """() => {
  const data = JSON.parse(document.querySelector('#data').textContent), faults = [];
  const place = (told, id) => told.options.findIndex((option) => option.id === id);
  const response = (part, told, answer) => {
    const values = answer.values ?? (answer.numbers ?? []).map((number) => number.value);
    const ids = answer === told ? told.right ?? [] : answer.options ?? [];
    switch (part.kind) {
      case 'number': return values[0];
      case 'numbers': return values;
      case 'formula': return answer.formula;
      case 'choice': return place(told, ids[0]);
      case 'truth': return { truth: told.truth, place: ids.length ? place(told, ids[0]) : null };
      default: return ids.map((id) => place(told, id));
    }
  };
  let keys = 0, slips = 0;
  for (const question of data.questions) question.parts.forEach((told, i) => {
    const item = data.items[question.item], part = item.parts[i], where = `${item.id}/${question.row} ${part.id}`;
    if (part.kind === 'text') return;
    keys++;
    const key = gdquiz.mark(part, told, response(part, told, told), {}, data.grammar);
    if (!key.right || key.credit !== '1') faults.push(`${where}: the key is not right; ${key.unreadable}`);
    for (const wrong of told.wrong ?? []) {
      slips++;
      const slip = gdquiz.mark(part, told, response(part, told, wrong), {}, data.grammar);
      const met = !slip.right && slip.misconceptions.includes(wrong.code);
      if (!met) faults.push(`${where}: ${wrong.code} is not recognised`);
    }
  });
  return { keys, slips, faults };
}"""

SHOWN = """async () => {
  const data = JSON.parse(document.querySelector('#data').textContent), faults = [];
  const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  for (const question of data.questions) {
    const name = `${data.items[question.item].id}/${question.row}`, section = document.querySelector('#practice');
    location.hash = `#practice=${name}`;
    while (!section.querySelector('.ids').textContent.includes(name.replace('/', ', variant '))) await painted();
    [...section.querySelectorAll('button')].find((button) => button.textContent === 'Show the solution').click();
    await painted();
    const odd = /undefined|NaN|\\[object|\\{\\{/.exec(section.innerText);
    if (odd) faults.push(`${name}: ${odd[0]}`);
    if (document.documentElement.scrollWidth > innerWidth) faults.push(`${name}: wider than the window`);
  }
  return faults;
}"""


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    items = shipped_models()
    file = tmp_path_factory.mktemp("shipped") / "practice.html"
    file.write_text(
        practice_page(
            selected(items, 500, "practice", "Practice", solve=lambda items: map(variants_of, items)), skills(items)
        ),
        encoding="utf-8",
    )
    return file


def test_500_questions_of_all_banks_fit_in_3_mb(page_file: Path) -> None:
    html = page_file.read_text(encoding="utf-8")
    assert len(html.encode()) < 3_000_000
    data = json.loads(re.search(r'id="data">(.*?)</script>', html, re.DOTALL)[1])  # type: ignore[index]
    assert len(data["questions"]) == 500
    assert {data["items"][question["item"]]["id"] for question in data["questions"]} == {i.id for i in shipped_models()}


@pytest.mark.browser
def test_the_page_knows_every_key_and_every_slip(browser_page: Callable[..., Any], page_file: Path) -> None:
    found = browser_page(page_file).evaluate(MARKED)
    assert found["faults"] == []
    assert found["keys"] > 600 and found["slips"] > 1500


@pytest.mark.browser
def test_every_question_can_be_shown_on_a_phone(browser_page: Callable[..., Any], page_file: Path) -> None:
    page = browser_page(page_file, width=390)
    assert page.evaluate(SHOWN) == []
