"""The documents: what is generated is current, what is shown runs, what is linked is there."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import click
import jsonschema
import pytest
from kept import variants_of
from pydantic import BaseModel

import gdquiz
from gdquiz import documentation, house
from gdquiz.assembly import blueprint
from gdquiz.assembly.questions import QuestionWriter
from gdquiz.banks import schema
from gdquiz.banks.bank import read_bank
from gdquiz.banks.items import models
from gdquiz.banks.models import ItemModel
from gdquiz.checking.proving import check
from gdquiz.cli import COMMANDS, Command, main
from gdquiz.exam import frozen
from gdquiz.exam.answers import SHAPES
from gdquiz.grading.readers import READERS
from gdquiz.populations.population import populate

ROOT = Path(__file__).resolve().parent.parent
NAMES = [path.relative_to(ROOT).as_posix() for path in documentation.documents(ROOT)]
EXAMPLES = ROOT / "docs" / "examples"
BANKS = sorted(path.name for path in EXAMPLES.glob("*.toml") if "[bank]" in path.read_text("utf-8"))
MODULES = documentation.material_of(ROOT).modules
REGENERATE = "run 'python -m gdquiz.documentation' to make it anew"

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@cache
def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(name: str, *languages: str) -> list[str]:
    return [body for language, body in _FENCE.findall(text_of(name)) if language in languages]


def items_of(name: str) -> tuple[ItemModel, ...]:
    return models(read_bank((EXAMPLES / name).read_text("utf-8"), file=name))


# --- what is generated ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_generated_parts_are_what_the_code_gives(name: str) -> None:
    made = documentation.regenerated(text_of(name), documentation.material_of(ROOT))
    assert text_of(name) == made, f"{name} is out of date: {REGENERATE}"


@pytest.mark.parametrize("name", sorted(documentation.schemas()))
def test_the_schemas_are_what_the_code_gives(name: str) -> None:
    assert text_of(f"docs/schemas/{name}") == documentation.schemas()[name], f"{name} is out of date: {REGENERATE}"


def test_every_kind_of_generated_part_is_used() -> None:
    used = {block.split()[0] for name in NAMES for block in re.findall(r"<!-- generated: (.*?) -->", text_of(name))}
    assert used == set(documentation.PARTS)


def test_a_generated_part_replaces_what_stood_there() -> None:
    nothing = documentation.Material({}, {}, {}, ())
    before = f"a\n<!-- generated: rooms -->\nold\n{documentation.END}\nb\n"
    after = documentation.regenerated(before, nothing)
    assert after.startswith("a\n<!-- generated: rooms -->\n\n| room |") and after.endswith(
        f"\n{documentation.END}\nb\n"
    )
    assert "old" not in after
    assert documentation.regenerated(after, nothing) == after


def test_an_unknown_generated_part_is_an_error() -> None:
    with pytest.raises(KeyError, match="nonsense"):
        documentation.regenerated(
            f"<!-- generated: nonsense -->\n{documentation.END}", documentation.Material({}, {}, {}, ())
        )


def test_a_table_escapes_what_would_break_it() -> None:
    assert documentation.table(("a",), [("x|y\nz",)]) == "| a |\n|:--|\n| x\\|y z |"


@pytest.mark.parametrize("kind", ["bank", "blueprint"])
def test_every_field_an_author_writes_is_explained(kind: str) -> None:
    module = {"bank": schema, "blueprint": blueprint}[kind]
    tables = [
        name
        for name, found in vars(module).items()
        if isinstance(found, type) and issubclass(found, BaseModel) and found.__module__ == module.__name__
    ]
    silent = [f"{name}.{row[0]}" for name in tables for row in documentation.field_rows(kind, name) if not row[3]]
    assert silent == []


@pytest.mark.parametrize(("kind", "document"), [("bank", "banks"), ("blueprint", "blueprints"), ("exam", "exam-json")])
def test_every_table_of_a_file_is_documented(kind: str, document: str) -> None:
    module = {"bank": schema, "blueprint": blueprint, "exam": frozen}[kind]
    tables = {
        name
        for name, found in vars(module).items()
        if isinstance(found, type) and issubclass(found, BaseModel) and found.__module__ == module.__name__
        and found.model_fields
    }  # fmt: skip
    shown = set(re.findall(rf"<!-- generated: fields {kind} (\w+) -->", text_of(f"docs/{document}.md")))
    assert tables - {"BankFile", "MisconceptionsFile"} == shown


# --- examples ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BANKS)
def test_the_examples_are_proved(name: str) -> None:
    for item in items_of(name):
        found = check(item)
        assert found.faults == ()
        assert found.rows >= 9


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.name)
def test_editors_accept_the_examples(path: Path) -> None:
    """Each example names its schema in its first line, and is valid against it."""
    text = path.read_text("utf-8")
    first, _, _ = text.partition("\n")
    place = (path.parent / first.removeprefix("#:schema ")).resolve()
    jsonschema.Draft202012Validator(json.loads(place.read_text("utf-8"))).validate(tomllib.loads(text))


def test_every_example_is_shown_in_a_document() -> None:
    shown = {name for doc in NAMES for name in re.findall(r"<!-- generated: example (\S+) -->", text_of(doc))}
    assert shown == {path.name for path in EXAMPLES.iterdir()}


def test_every_kind_of_answer_has_an_example() -> None:
    kinds = {part.kind for name in BANKS for item in items_of(name) for part in item.parts}
    assert kinds == set(SHAPES)


def test_every_common_error_is_told_in_its_own_words() -> None:
    right = (EXAMPLES / "first-item.toml").read_text("utf-8")
    assert documentation.faults_of(right, "x.toml") == []
    for what, old, new in documentation.FAULTS:
        assert right.count(old) >= 1, what
        assert documentation.faults_of(right.replace(old, new, 1), "x.toml"), what


@pytest.mark.parametrize("name", NAMES)
def test_toml_in_the_documents_is_toml(name: str) -> None:
    for body in blocks(name, "toml"):
        tomllib.loads(body)


def test_the_slots_of_the_guide_print_what_it_says() -> None:
    """In banks.md, ``{{eta}}`` -> $\\frac{1}{4}$ and so on are of variant 7 of the first item."""
    rows = re.findall(r"\| `\{\{([^`]*)\}\}` → ([^|]*) \|$", text_of("docs/banks.md"), re.MULTILINE)
    said = {inside: shown.strip("$") for inside, shown in rows if shown.startswith("$")}
    assert len(said) == 4
    source = (EXAMPLES / "first-item.toml").read_text("utf-8")
    asks = " ".join(f"{{{{{inside}}}}}" for inside in said)
    (item,) = models(read_bank(source.replace("Compute $w_1$.", f"Compute $w_1$. {asks}"), file="x"))
    question = QuestionWriter(populate(item)).question(7, number=1, id="x", path=None)
    assert {inside: question.slots[inside] for inside in said} == said


def test_the_reasons_of_the_guide_are_those_of_the_code() -> None:
    table = text_of("docs/banks.md").split("| reason | what it means |")[1].split("\n\n")[0]
    reasons = re.findall(r"^\| `(.*?)` \|", table, re.MULTILINE)
    assert len(reasons) >= 10
    source = "".join(
        text
        for name, text in MODULES.items()
        if name.startswith(("gdquiz.banks", "gdquiz.kinds", "gdquiz.populations", "gdquiz.assembly"))
    )
    assert [reason for reason in reasons if reason not in source] == []


def test_the_files_that_are_read_are_those_of_the_table() -> None:
    table = text_of("docs/grading.md").split("| name | of | file | students by |")[1].split("\n\n")[0]
    rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in table.splitlines()[2:]]
    assert rows == [(f"`{row.name}`", row.title, row.file, row.students) for row in READERS]


def test_the_worked_example_of_work_is_right() -> None:
    (item,) = items_of("first-item.toml")
    figure = float(populate(item).work[7])
    assert figure == 7.64
    assert f"= {figure}$" in text_of("docs/work.md")


def test_no_shipped_blueprint_has_a_seed() -> None:
    texts = [path.read_text("utf-8") for path in EXAMPLES.glob("*.toml")]
    assert sum("[[section]]" in text for text in texts) >= 4
    assert not [text for text in texts if re.search(r"^seed\b", text, re.MULTILINE)]
    assert not re.search(r"^SEED|--seed [^\"$]", text_of("Makefile"), re.MULTILINE)


# --- commands ------------------------------------------------------------------------------------------------------


def commands_in(text: str) -> list[list[str]]:
    """The gdquiz commands of a shell text, without remarks and redirections."""
    lines = text.replace("\\\n", " ").splitlines()
    words = [
        shlex.split(line.removeprefix("$ "), comments=True)
        for line in lines
        if line.removeprefix("$ ").startswith("gdquiz ")
    ]
    return [line[: line.index(">")] if ">" in line else line for line in words]


def shown_commands() -> list[tuple[str, list[str]]]:
    found = [(name, line) for name in NAMES for body in blocks(name, "sh", "console") for line in commands_in(body)]
    for command, _, _ in COMMANDS:
        written = documentation.command(command)
        assert isinstance(written, Command)
        found += [(f"gdquiz {command} --help", line) for line in commands_in(written.example)]
    return found


@pytest.mark.parametrize(("place", "line"), shown_commands(), ids=lambda value: " ".join(value)[:60] if value else "")
def test_the_commands_shown_can_be_read(place: str, line: list[str]) -> None:
    with click.Context(main) as context:
        name, command, arguments = main.resolve_command(context, line[1:])
    assert command is not None
    command.make_context(name, arguments)


TOO_LONG = ("make exam", "make test", "pip install", "eval ", "gdquiz check  ")
"""Beginnings of lines that are not run here: they install something, or work through every shipped item."""


def run_blocks(name: str, folder: Path) -> None:
    """The shell blocks of a document, in order, in a folder that looks like a checkout."""
    for kept in ("docs", "templates"):
        (folder / kept).symlink_to(ROOT / kept)
    lines = [line for body in blocks(name, "sh") for line in body.splitlines()]
    kept_lines = [line for line in lines if not line.startswith(TOO_LONG)]
    script = 'gdquiz() { "$PYTHON" -m gdquiz "$@"; }\n' + "\n".join(kept_lines)
    done = subprocess.run(
        ["bash", "-euc", script],
        cwd=folder, env={"PYTHON": sys.executable, "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["docs/banks.md", "docs/exam-json.md", "docs/grading.md", "docs/templates.md"])
def test_the_commands_shown_run(name: str, tmp_path: Path) -> None:
    run_blocks(name, tmp_path)
    assert any(path.name == "exam.json" for path in tmp_path.rglob("exam.json"))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["README.md", "docs/blueprints.md"])
def test_the_commands_shown_with_the_shipped_banks_run(name: str, tmp_path: Path) -> None:
    run_blocks(name, tmp_path)
    assert any(path.name == "exam.json" for path in tmp_path.rglob("exam.json"))


def test_what_console_blocks_show_is_what_is_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    for name in NAMES:
        for body in blocks(name, "console"):
            for shown in re.split(r"^\$ gdquiz ", body, flags=re.MULTILINE)[1:]:
                command, _, printed = shown.replace("\\\n", " ").partition("\n")
                main(shlex.split(command), standalone_mode=False)
                assert capsys.readouterr().out.strip() == printed.strip(), command


def tree_in_readme() -> tuple[set[str], set[str]]:
    """Files and folders of the output tree in the README."""
    (body,) = [body for body in blocks("README.md", "text") if body.startswith("exam/")]
    files, folders = set(), set()
    here = ""
    for line in body.splitlines()[1:]:
        name = line.split()[0]
        if not line.startswith("    "):
            here = name if name.endswith("/") else ""
        path = name if name == here or not line.startswith("    ") else here + name
        (folders if path.endswith("/") else files).add(path.rstrip("/"))
        for other in re.findall(r"form-01\.\w+|all-forms\.\w+", line.partition(name)[2]):
            files.add(here + other)
    return files, folders


def test_the_tree_of_the_readme_is_what_is_written(tmp_path: Path) -> None:
    bank = str(EXAMPLES / "figure.toml")
    made = ["make", "--bank", bank, "--questions", "1", "--forms", "3", "--seed", "1", "--out", str(tmp_path / "exam")]
    for name in ("markdown", "html", "latex"):
        made += ["--to", name]
    main(made, standalone_mode=False)
    paths = [path for path in (tmp_path / "exam").rglob("*") if not path.name.startswith(".")]
    written = {path.relative_to(tmp_path / "exam").as_posix() for path in paths if path.is_file()}
    files, folders = tree_in_readme()
    assert {name for name in files if not name.endswith(".pdf")} <= written
    assert folders == {path.relative_to(tmp_path / "exam").as_posix() for path in paths if path.is_dir()}
    stems = {re.sub(r"\d\d", "NN", name.rpartition(".")[0]) for name in written if "figures" not in name}
    assert stems == {re.sub(r"\d\d", "NN", name.rpartition(".")[0]) for name in files}


@pytest.mark.slow
def test_the_figure_of_the_readme_is_the_number_of_variants() -> None:
    banks = documentation.material_of(ROOT).banks
    items = [item for name, text in banks.items() for item in models(read_bank(text, file=name))]
    total = sum(variants_of(item).size for item in items)
    assert f"{len(items)} items, {total:,} variants, all proved" in text_of("README.md")


def test_every_option_of_every_command_is_documented() -> None:
    listed = text_of("docs/commands.md")
    for name, _, _ in COMMANDS:
        _, _, section = listed.partition(f"## gdquiz {name}\n")
        section = section.partition("\n## ")[0]
        for parameter in documentation.command(name).params:
            if isinstance(parameter, click.Option):
                assert all(option in section for option in parameter.opts), f"gdquiz {name}: {parameter.opts}"


# --- links, changelog ----------------------------------------------------------------------------------------------


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives the headings of a document."""
    headings = re.findall(r"^#+ (.*)$", re.sub(_FENCE, "", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", NAMES)
def test_links_resolve(name: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(_FENCE, "", text_of(name))):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        place = (ROOT / name).parent / path if path else ROOT / name
        assert place.exists(), target
        if anchor:
            assert anchor in anchors(place.read_text("utf-8")), target


def test_every_document_is_linked_from_the_readme() -> None:
    linked = set(re.findall(r"\]\((docs/[^)#]+\.md)\)", text_of("README.md")))
    assert linked == {name for name in NAMES if name.startswith("docs/")}


def test_the_changelog_has_this_version() -> None:
    assert re.search(rf"^## {re.escape(gdquiz.__version__)}\b", text_of("CHANGELOG.md"), re.MULTILINE)


# --- architecture --------------------------------------------------------------------------------------------------


def test_every_module_is_named_in_the_architecture() -> None:
    text = text_of("docs/architecture.md")
    missing = [name for name in MODULES if f"| `{name.removeprefix('gdquiz.')}` |" not in text and name != "gdquiz"]
    assert missing == []


def test_rooms_are_the_layers_of_the_contract_from_the_ground_up() -> None:
    contract = '{ type = "layers", layers = ["edge", "attic | shed", "cellar : well"] }'
    text = f"[tool.importlinter]\ncontracts = [{{ type = 'forbidden' }}, {contract}]"
    assert house.layers(text) == ("cellar", "well", "attic", "shed", "edge")


def test_rooms_and_modules_are_listed_after_what_they_import() -> None:
    modules = {
        "gdquiz": "",
        "gdquiz.ground": '"""Ground."""',
        "gdquiz.a": '"""A room.\n\nMore of it."""\nfrom gdquiz import ground',
        "gdquiz.a.first": '"""First."""\ndef f():\n    from gdquiz.a import second',
        "gdquiz.a.second": '"""Second."""\nfrom gdquiz.ground import thing',
    }
    material = documentation.Material({}, {}, modules, ("ground", "a"))
    assert documentation.PARTS["rooms"](material).splitlines()[2:] == [
        "| `ground` | Ground. |  |",
        "| `a` | A room. | ground |",
    ]
    assert documentation.PARTS["modules"](material).splitlines()[4:] == [
        "| `a.second` | Second. |",
        "| `a.first` | First. |",
    ]


def test_the_contracts_on_imports_make_no_exception() -> None:
    linter = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]
    assert linter["exclude_type_checking_imports"] is False
    assert [contract["name"] for contract in linter["contracts"] if "ignore_imports" in contract] == []
    assert [contract["type"] for contract in linter["contracts"] if contract.get("exhaustive")] == ["layers"]
    (acyclic,) = (contract for contract in linter["contracts"] if contract["type"] == "acyclic_siblings")
    assert acyclic["ancestors"] == ["gdquiz"] and not {"depth", "skip_descendants"} & set(acyclic)
