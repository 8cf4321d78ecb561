"""The command line as people type it: help, errors, exit codes, completion; and writing files safely."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import click
import pytest
from click.testing import CliRunner

from gdquiz import __version__
from gdquiz.cli import COMMANDS, main
from gdquiz.cli.files import MOST_BYTES, RECORD, check_file, check_target, read_text, write_folder, write_text
from gdquiz.cli.progress import with_progress
from gdquiz.errors import Fault, InputError
from gdquiz.solving.task import ALIASES, methods

SOLVE = ["solve", "(w-3)^2", "--start", "w=0", "--rate", "1/2"]


def gdquiz(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "gdquiz", *words],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        check=False,
    )


# --- help ----------------------------------------------------------------------------------------------------------


def test_help_lists_every_command() -> None:
    for words in (["--help"], ["-h"], []):
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 0
        for name, _, line in COMMANDS:
            assert f"  {name}" in result.stdout and line in result.stdout


@pytest.mark.parametrize("name", [name for name, _, _ in COMMANDS])
def test_every_command_has_help_with_an_example(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert f"\nExample:\n  gdquiz {name}" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 120


def test_version() -> None:
    result = CliRunner().invoke(main, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"gdquiz {__version__}\n")


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from gdquiz.cli import main\n"
        "try:\n"
        "    main(sys.argv[1:])\n"
        "except SystemExit:\n"
        "    pass\n"
        "heavy = {'numpy', 'sympy', 'mpmath', 'pydantic', 'lark', 'jinja2', 'latex2mathml', 'contourpy'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    for words in (["--help"], ["--version"], ["solve", "--help"], ["nonsense"]):
        result = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=True)
        assert result.stderr.splitlines()[-1] == "[]", words


def test_help_of_solve_names_every_method() -> None:
    text = CliRunner().invoke(main, ["solve", "--help"]).stdout
    for name in (*(row.name for row in methods()), *ALIASES):
        assert name in text
    for parameter in {name for row in methods() for name in row.parameters}:
        assert f"--{parameter} " in text


# --- solve as typed ------------------------------------------------------------------------------------------------


def test_solve_prints_text_and_json() -> None:
    text = gdquiz(*SOLVE, "--steps", "1")
    assert text.returncode == 0 and text.stderr == ""
    assert "converges to w = 3" in text.stdout
    assert gdquiz(*SOLVE, "--json").stdout.startswith('{\n  "loss": "(w - 3)^2"')


def test_a_loss_may_begin_with_a_minus() -> None:
    for words in (["-(w-1)^2 + h^2"], ["--", "-(w-1)^2 + h^2"]):
        result = CliRunner().invoke(
            main, ["solve", "--start", "w=0", "--start", "h=-1", "--rate", "1/4", "--ascend", "--steps", "0", *words]
        )
        assert result.exit_code == 0, result.stderr
        assert "f(w, h) = -(w - 1)² + h²" in result.stdout
    first = CliRunner().invoke(main, ["solve", "-w^2", "--start", "w=-1/2", "--rate", "1/4", "--steps", "0"])
    assert first.exit_code == 0 and "f(w) = -w²" in first.stdout


def test_a_terminal_without_unicode_gets_ascii() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "gdquiz", *SOLVE],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=True,
    )
    assert b"f(w) = (w - 3)^2" in result.stdout and result.stdout.isascii()


# --- errors --------------------------------------------------------------------------------------------------------


def test_every_fault_has_its_own_line() -> None:
    result = gdquiz("solve", "w^2 + v", "--start", "w=one", "--rate", "0")
    assert result.returncode == 2 and result.stdout == ""
    assert result.stderr.splitlines() == [
        "gdquiz: field --start w: unknown name 'one' at column 1; expected a number, such as 1/10",
        "gdquiz: field LOSS: the loss uses 'v', which has no start (hint: add --start v=1)",
        "gdquiz: field --rate: the rate is not positive (hint: --ascend climbs instead of descending)",
    ]


@pytest.mark.parametrize(
    ("words", "told", "hint"),
    [
        (["sovle"], "gdquiz: No such command 'sovle'. (hint: did you mean 'solve'?)", "gdquiz --help"),
        (["solve", "w^2", "--rat", "1"], "gdquiz: No such option", "--rate"),
        (["solve", "w^2"], "gdquiz: Missing option '--rate'.", "gdquiz solve --help"),
        (["solve", "w^2", "--rate", "1", "--steps", "x"], "gdquiz: Invalid value for '--steps'", "gdquiz solve --help"),
        (["solve", "--rate", "1"], "gdquiz: Missing argument 'LOSS'.", "gdquiz solve --help"),
        (["--nonsense"], "gdquiz: No such option", "gdquiz --help"),
    ],
)
def test_wrong_words(words: list[str], told: str, hint: str) -> None:
    result = CliRunner().invoke(main, words, prog_name="gdquiz")
    assert result.exit_code == 2 and result.stdout == ""
    assert result.stderr.startswith(told)
    assert hint in result.stderr


@pytest.mark.parametrize(
    "loss", ["__import__('os').system('echo hacked')", "w+" * 50_000 + "w", "9**9**9*w", "(" * 9000]
)
def test_hostile_losses_leave_no_traceback(loss: str) -> None:
    result = gdquiz("solve", loss, "--start", "w=1", "--rate", "1")
    assert result.returncode == 2 and result.stdout == ""
    assert result.stderr.startswith("gdquiz: field LOSS: ") and len(result.stderr.splitlines()) == 1


def test_an_interrupt_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gdquiz.solving.solution.solve", interrupted)
    result = CliRunner().invoke(main, SOLVE)
    assert result.exit_code == 130
    assert result.stderr.strip() == "gdquiz: interrupted, nothing was written"


def test_a_closed_pipe_is_no_error() -> None:
    script = f"{sys.executable} -m gdquiz solve 'w^2' --start w=1 --rate 1/10 --steps 3000 | head -n 1"
    result = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.startswith("Loss") and result.stderr == ""


# --- completion ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str) -> None:
    script = "import sys; from gdquiz.cli import main; main(prog_name='gdquiz')"
    result = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "_GDQUIZ_COMPLETE": f"{shell}_source"},
        check=False,
    )
    assert "_GDQUIZ_COMPLETE" in result.stdout and f"{shell}_complete" in result.stdout


def completions(line: str) -> list[str]:
    """What bash is offered for the last word of a line."""
    script = "import sys; from gdquiz.cli import main; main(prog_name='gdquiz')"
    environment = {
        **os.environ,
        "_GDQUIZ_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split(" ")) - 1),
    }
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=False
    )
    assert result.stderr == ""
    return [row.split(",")[1] for row in result.stdout.splitlines()]


def test_completion_offers_commands_options_and_methods() -> None:
    assert completions("gdquiz s") == ["show", "solve", "schema"]
    assert completions("gdquiz solve --be") == ["--beta", "--beta1", "--beta2"]
    assert completions("gdquiz solve w^2 --method ne") == ["nesterov"]


# --- reading -------------------------------------------------------------------------------------------------------


def refused(call: object, *arguments: object, **options: object) -> str:
    with pytest.raises(InputError) as refusal:
        call(*arguments, **options)  # type: ignore[operator]
    return str(refusal.value)


def test_text_is_read_with_plain_newlines_and_without_a_mark(tmp_path: Path) -> None:
    file = tmp_path / "bank.toml"
    file.write_bytes(b"\xef\xbb\xbfa\r\nb\rc\n\xc3\xa9")
    assert read_text(file) == "a\nb\nc\né"


def test_what_can_not_be_read(tmp_path: Path) -> None:
    file = tmp_path / "bank.toml"
    assert refused(read_text, file) == f"{file}: cannot read this: no such file or directory"
    assert refused(read_text, tmp_path) == f"{tmp_path}: cannot read this: is a directory"
    file.write_bytes(b"one\ntwo \xe9\n")
    assert refused(read_text, file) == (
        f"{file}:2: byte 0xe9 is not UTF-8; expected a text file in UTF-8 "
        "(hint: save the file again with the encoding UTF-8)"
    )
    file.write_bytes(b" " * (MOST_BYTES + 1))
    assert refused(read_text, file) == f"{file}: the file is too large; expected at most 20,000,000 bytes"


# --- writing -------------------------------------------------------------------------------------------------------

Files = list[tuple[PurePosixPath, str | bytes]]


def files(*pairs: tuple[str, str | bytes]) -> Files:
    return [(PurePosixPath(path), content) for path, content in pairs]


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


EXAM = files(("exam.json", "{}\n"), ("sheets/1.md", "one\r\n"), ("keys/1.md", b"\x00key"))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below the folder, hidden ones included, but for the record."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if not path.is_dir()}
    return {name: path.read_bytes() for name, path in sorted(found.items()) if name != RECORD}


def test_a_folder_is_written(tmp_path: Path) -> None:
    target = tmp_path / "new" / "exam"
    assert write_folder(target, iter(EXAM)) == 3
    assert contents(target) == {"exam.json": b"{}\n", "keys/1.md": b"\x00key", "sheets/1.md": b"one\n"}
    assert listed(target.parent) == ["exam"]
    umask = os.umask(0)
    os.umask(umask)
    assert target.stat().st_mode & 0o777 == 0o777 & ~umask


def test_a_path_that_comes_again_continues_its_file(tmp_path: Path) -> None:
    assert write_folder(tmp_path / "exam", files(("a.md", "one\n"), ("b.md", "x"), ("a.md", "two\n"))) == 2
    assert contents(tmp_path / "exam") == {"a.md": b"one\ntwo\n", "b.md": b"x"}
    write_folder(tmp_path / "exam", files(("a.md", "three\n")), force=True)
    assert contents(tmp_path / "exam") == {"a.md": b"three\n"}


def test_an_earlier_exam_is_not_replaced_unless_forced(tmp_path: Path) -> None:
    target = tmp_path / "exam"
    write_folder(target, EXAM)
    told = f"{target}: there is an earlier exam in this folder (hint: --force replaces it)"
    assert refused(write_folder, target, files(("exam.json", "[]"))) == told
    assert refused(check_target, target, force=False) == told
    before = contents(target)
    check_target(target, force=True)
    write_folder(target, files(("exam.json", "[]"), ("sheets/2.md", "two")), force=True)
    assert before != contents(target) == {"exam.json": b"[]", "sheets/2.md": b"two"}
    assert not (target / "keys").exists()  # all of the earlier output is gone, not only what has a successor
    write_folder(target, EXAM, force=True)
    assert contents(target) == before


def test_foreign_files_stay(tmp_path: Path) -> None:
    target = tmp_path / "exam"
    target.mkdir()
    (target / "notes.txt").write_text("mine")
    write_folder(target, EXAM)
    (target / "sheets" / "scan.pdf").write_text("mine too")
    write_folder(target, files(("exam.json", "[]")), force=True)
    assert contents(target) == {"exam.json": b"[]", "notes.txt": b"mine", "sheets/scan.pdf": b"mine too"}


def test_a_foreign_file_in_the_way_is_never_replaced(tmp_path: Path) -> None:
    target = tmp_path / "exam"
    (target / "keys").mkdir(parents=True)
    (target / "keys" / "1.md").write_text("mine")
    before = contents(target)
    for force in (False, True):
        assert refused(write_folder, target, EXAM, force=force) == (
            f"{target}: 'keys/1.md' is in the way, and gdquiz did not write it "
            "(hint: choose another folder, or move that file away)"
        )
        assert contents(target) == before


def failing(error: BaseException) -> Iterator[tuple[PurePosixPath, str | bytes]]:
    yield from files(("exam.json", "broken"), ("sheets/9.md", "broken"))
    raise error


@pytest.mark.parametrize("error", [ValueError("a bug"), KeyboardInterrupt(), InputError(Fault("a bad item"))])
def test_nothing_is_left_of_work_that_fails(tmp_path: Path, error: BaseException) -> None:
    target = tmp_path / "exam"
    with pytest.raises(type(error)):
        write_folder(target, failing(error))
    assert listed(tmp_path) == []
    write_folder(target, EXAM)
    before = contents(target)
    with pytest.raises(type(error)):
        write_folder(target, failing(error), force=True)
    assert contents(target) == before
    assert listed(target) == [RECORD, "exam.json", "keys", "sheets"]


def test_a_forged_record_reaches_nothing_outside(tmp_path: Path) -> None:
    target, outside = tmp_path / "exam", tmp_path / "precious.txt"
    outside.write_text("precious")
    write_folder(target, EXAM)
    (target / "link").symlink_to(tmp_path)
    with (target / RECORD).open("a") as record:
        record.write(f"../precious.txt\n{outside}\nlink/precious.txt\nsheets\n")
    write_folder(target, files(("exam.json", "[]")), force=True)
    assert outside.read_text() == "precious"
    (target / RECORD).write_text("something else\n")
    assert refused(write_folder, target, EXAM, force=True) == (
        f"{target / RECORD}: this is no record of gdquiz (hint: remove it)"
    )


def test_targets_that_are_no_folders(tmp_path: Path) -> None:
    file = tmp_path / "exam"
    file.write_text("")
    assert refused(write_folder, file, EXAM) == f"{file}: this is a file; expected the name of a folder"
    assert "cannot write this" in refused(write_folder, file / "inside", EXAM)


@pytest.mark.parametrize("path", ["../out.md", "/out.md", RECORD])
def test_paths_stay_inside(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        write_folder(tmp_path / "exam", files((path, "")))
    assert listed(tmp_path) == []


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "new" / "catalog.html"
    write_text(file, "é\r\n")
    assert file.read_bytes() == "é\n".encode()
    assert refused(write_text, file, "") == f"{file}: the file exists (hint: --force replaces it)"
    assert refused(write_text, tmp_path, "") == f"{tmp_path}: this is a folder; expected the name of a file"

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "replace", interrupted)
        write_text(file, "other", force=True)
    assert file.read_bytes() == "é\n".encode() and listed(file.parent) == ["catalog.html"]
    write_text(file, "other", force=True)
    assert file.read_bytes() == b"other"


BANK = str(Path(__file__).parent / "banks" / "small.toml")
WRITING = {
    "make": ["make", "--bank", BANK, "--questions", "1", "--force", "--out"],
    "render": ["render", "exam.json", "--force", "--out"],
    "catalog": ["catalog", "--bank", BANK, "--force", "--out"],
    "page": ["practice", "--bank", BANK, "--force", "--html"],
    "export": ["practice", "--force", "--export"],
}
LONG = "a" * 300
UNSEEN = "the name has a line break or another character that cannot be seen; expected the name of what to write"


@pytest.mark.parametrize("command", WRITING)
@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("", "the name is empty; expected the name of what to write"),
        ("  ", "the name is empty; expected the name of what to write"),
        ("a\nb", UNSEEN),
        ("a\u2028b", UNSEEN),
        ("a\u202eb", UNSEEN),
        ("a\x1b[31m", UNSEEN),
        (LONG, f"{LONG}: cannot write this: file name too long"),
        ("file/inside", "file/inside: cannot write this: not a directory"),
        ("file/deeper/inside", "file/deeper/inside: cannot write this: not a directory"),
        pytest.param("/dev/full", "/dev/full: this is a ", marks=pytest.mark.skipif(os.name == "nt", reason="no /dev")),
        (".", ".: this is "),
        ("..", "..: "),
    ],
)
def test_a_place_where_nothing_can_be_written_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, path: str, told: str
) -> None:
    monkeypatch.setenv("GDQUIZ_PROGRESS", str(tmp_path / "progress.json"))
    (tmp_path / "file").write_text("mine")
    (tmp_path / "progress.json").write_text('{"format": "gdquiz-progress", "version": 1}')
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path)
    if path in (".", ".."):
        monkeypatch.chdir(tmp_path / "here")
    before = sorted(place.name for place in tmp_path.rglob("*"))
    result = CliRunner().invoke(main, [*WRITING[command], path], prog_name="gdquiz")
    (line,) = result.stderr.splitlines()
    assert (result.exit_code, result.stdout) == (2, "")
    named = told.startswith("the name ")
    assert line.startswith(f"gdquiz: field {WRITING[command][-1]}: {told}" if named else f"gdquiz: {told}")
    assert sorted(place.name for place in tmp_path.rglob("*")) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_folder_that_is_read_only_is_told(tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir(mode=0o500)
    for call in (check_target, check_file):
        told = refused(call, tmp_path / "shut" / "exam", force=True)
        assert told.startswith(f"{tmp_path / 'shut' / 'exam'}: cannot write this: permission denied")


def test_a_folder_without_the_right_to_write_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    for call in (check_target, check_file):
        told = refused(call, tmp_path / "new" / "exam", force=True)
        assert told == f"{tmp_path / 'new' / 'exam'}: cannot write this: permission denied in {tmp_path}"


def test_a_file_system_of_its_own_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "disk").mkdir()
    monkeypatch.setattr(Path, "is_mount", lambda self: self.name == "disk")
    assert refused(check_target, tmp_path / "disk", force=True) == (
        f"{tmp_path / 'disk'}: this folder is a file system of its own; expected a folder inside of it "
        f"(hint: such as {tmp_path / 'disk' / 'exam'})"
    )
    check_target(tmp_path / "disk" / "exam", force=True)


@pytest.mark.skipif(os.name == "nt", reason="a shell closes the streams")
@pytest.mark.parametrize(
    ("words", "redirection", "code", "told"),
    [
        ("banks --bank {bank}", ">&-", 2, "gdquiz: standard output is closed (hint: > file keeps what is printed)"),
        ("banks --bank {bank}", "> /dev/full",
         2, "gdquiz: standard output: cannot write to it: no space left on device"),
        ("--version", "> /dev/full", 2, "gdquiz: standard output: cannot write to it: no space left on device"),
        ("practice --bank {bank} --no-save", "<&-",
         2, "gdquiz: standard input is closed, and practice reads the answers there"),
        ("make --bank {bank} --questions 1 --to markdown --out exam", "<&-", 0, ""),
        ("make --bank {bank} --questions 1 --to markdown --out exam", "2>&-", 0, ""),
        ("make --bank {bank} --questions 1 --to markdown --out exam", "< /dev/null 2>&1 | head -n 0", 0, ""),
        ("nonsense", "2>&-", 2, ""),
    ],
)  # fmt: skip
def test_closed_and_full_streams(tmp_path: Path, words: str, redirection: str, code: int, told: str) -> None:
    typed = ["sh", "-c", f"{sys.executable} -m gdquiz {words.format(bank=BANK)} {redirection}"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(typed, cwd=tmp_path, capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stderr.strip()) == (code, told)


# --- progress ------------------------------------------------------------------------------------------------------


def test_progress_is_silent_unless_a_person_is_looking(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(with_progress(iter("abc"), label="Letters", total=3)) == ["a", "b", "c"]
    assert capsys.readouterr() == ("", "")


def test_progress_is_drawn_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert list(with_progress(iter("abc"), label="Letters", total=3)) == ["a", "b", "c"]
    out, err = capsys.readouterr()
    assert out == "" and "Letters" in err and "100%" in err


def test_the_table_of_commands_leads_to_commands_of_the_same_name() -> None:
    context = click.Context(main)
    for name, _, _ in COMMANDS:
        command = main.get_command(context, name)  # type: ignore[attr-defined]
        assert isinstance(command, click.Command) and command.name == name


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals of this kind")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143)])
def test_a_signal_ends_a_command_with_its_code(tmp_path: Path, number: int, code: int) -> None:
    """Practice waits for an answer, so the signal comes while a command runs."""
    command = [sys.executable, "-m", "gdquiz", "practice", "--topic", "one-step", "--progress"]
    with subprocess.Popen(
        [*command, str(tmp_path / "progress.json")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()  # it has begun
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert process.returncode == code, said
