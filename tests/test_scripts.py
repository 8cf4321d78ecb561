"""The scripts of the pages: checked by types (JSDoc, TypeScript's checker) and linted (ESLint), both strict.

The checkers are those of ``tests/javascript/package-lock.json``; ``make test`` installs them where npm is.  Where they
are missing these tests are skipped.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from gdquiz.catalog import page as catalog
from gdquiz.practice import page as practice

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "tests" / "javascript"
PAGES = {"practice": practice.SCRIPTS, "catalog": catalog.SCRIPTS}


def run(tool: str, *words: str, cwd: Path = ROOT) -> str:
    """What a checker says, empty if nothing is wrong."""
    node, program = shutil.which("node"), HERE / "node_modules" / tool
    if node is None:
        pytest.skip("Node.js is not installed")
    if not program.exists():
        pytest.skip("the checkers are not installed (npm ci --prefix tests/javascript)")
    done = subprocess.run(
        [node, str(program), *words], capture_output=True, text=True, check=False, cwd=cwd, encoding="utf-8"
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES)
def test_the_scripts_of_a_page_have_sound_types(page: str) -> None:
    assert run("typescript/bin/tsc", "--project", str(HERE / f"tsconfig.{page}.json")) == ""


def test_the_scripts_are_linted() -> None:
    words = ("--config", "tests/javascript/eslint.config.mjs", "--max-warnings", "0", "templates", "tests/javascript")
    assert run("eslint/bin/eslint.js", *words) == ""


@pytest.mark.parametrize("page", PAGES)
def test_every_script_is_of_a_page_and_checked(page: str) -> None:
    folder = ROOT / "templates" / page
    assert {path.stem for path in folder.glob("*.js")} == set(PAGES[page])
    rules = json.loads((HERE / "tsconfig.json").read_text("utf-8"))["compilerOptions"]
    assert rules["strict"] and rules["checkJs"]
    project = json.loads((HERE / f"tsconfig.{page}.json").read_text("utf-8"))
    assert f"../../templates/{page}/*.js" in project["include"]
    assert [path.name for path in folder.glob("*.js") if "@ts-" in path.read_text("utf-8")] == []


@pytest.mark.parametrize("wrong", ["const a = 1n + 1;", "const b = ratio(1, 2);", "const c = plus(ONE, root(TWO));"])
def test_what_types_forbid_is_found(wrong: str, tmp_path: Path) -> None:
    """The second route: each of these would be told, so silence says something."""
    for name in ("rationals", "formulas"):
        source = (ROOT / "templates" / "practice" / f"{name}.js").read_text("utf-8")
        (tmp_path / f"{name}.js").write_text(source, encoding="utf-8")
    (tmp_path / "wrong.js").write_text(wrong, encoding="utf-8")
    types = (HERE / "practice.d.ts").read_text("utf-8")
    (tmp_path / "types.d.ts").write_text(types.replace("keyof typeof RULES", "string"), encoding="utf-8")
    project = {"extends": str(HERE / "tsconfig.json"), "include": ["*"]}
    (tmp_path / "tsconfig.json").write_text(json.dumps(project), encoding="utf-8")
    assert "wrong.js(1," in run("typescript/bin/tsc", "--project", str(tmp_path / "tsconfig.json"))
