"""The package as others get it: built, checked, and installed in empty environments.

These tests need a package index, so they have a mark of their own: ``make distribution`` runs them.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.distribution

EXAM = (
    *("make", "--questions", "6", "--forms", "2", "--seed", "the same bytes"),
    *("--to", "markdown", "--to", "html", "--to", "latex", "--out"),
)

API = """
import gdquiz
assert '<math' in gdquiz.read_banks()['one-step-squared-error']._repr_html_()
assert 'cycle' in str(gdquiz.solve('w^2', {'w': 1}, 1))
"""


def run(*words: object, cwd: Path | None = None) -> str:
    """The output of a command; its errors are the failure's message."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Wheel and sdist, the wheel built from the sdist, as a package index gets them."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT)
    return {"wheel": next(folder.glob("*.whl")), "sdist": next(folder.glob("*.tar.gz"))}


def test_an_index_would_take_them(distributions: dict[str, Path]) -> None:
    checked = run(sys.executable, "-m", "twine", "--no-color", "check", "--strict", *distributions.values())
    assert checked.count("PASSED") == 2


def test_the_readme_has_no_link_that_an_index_could_not_follow(distributions: dict[str, Path]) -> None:
    with zipfile.ZipFile(distributions["wheel"]) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        readme = wheel.read(name).decode()
    targets = re.findall(r"\]\(([^)]*)\)", readme)
    assert targets and all(target.startswith("https://") for target in targets), targets


def test_the_wheel_carries_banks_templates_and_types(distributions: dict[str, Path]) -> None:
    with zipfile.ZipFile(distributions["wheel"]) as wheel:
        names = set(wheel.namelist())
    shipped = {path.name for path in (ROOT / "question_banks").glob("*.toml")}
    assert {f"gdquiz/_data/question_banks/{name}" for name in shipped} <= names
    assert {"gdquiz/py.typed", "gdquiz/_data/templates/html/sheet.html.j2"} <= names


def test_the_sdist_carries_what_is_needed_to_work_on_it(distributions: dict[str, Path]) -> None:
    with tarfile.open(distributions["sdist"]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"Makefile", "CONTRIBUTING.md", "SECURITY.md", "CITATION.cff", "tests/conftest.py"} <= names


def test_newest_and_oldest_dependencies_make_the_same_exam(distributions: dict[str, Path], tmp_path: Path) -> None:
    sums: dict[str, dict[str, str]] = {}
    for resolution in ("highest", "lowest-direct"):
        environment = tmp_path / resolution
        run(sys.executable, "-m", "uv", "venv", "--quiet", "--python", sys.executable, environment)
        python = next(
            path for path in (environment / "bin/python", environment / "Scripts/python.exe") if path.exists()
        )
        run(
            *(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--resolution", resolution, "--python", python),
            distributions["wheel"],
        )
        run(python, "-c", API, cwd=tmp_path)
        out = tmp_path / f"exam-{resolution}"
        run(python, "-m", "gdquiz", *EXAM, out, cwd=tmp_path)
        sums[resolution] = {
            path.relative_to(out).as_posix(): sha256(path.read_bytes()).hexdigest()
            for path in sorted(out.rglob("*"))
            if path.is_file()
        }
    assert sums["highest"] and sums["highest"] == sums["lowest-direct"]
