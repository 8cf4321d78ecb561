"""Replacing a folder: the old one or the new one, whatever stops the work, and everything foreign with it."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest
from banking import BANKS

from gdquiz.cli.files import RECORD, check_target, read_text, write_folder, write_text
from gdquiz.errors import InputError

NAMES = [f"sheets/form-{k}.md" for k in range(4)] + ["exam.json", "keys/form-0.md"]
OLD = {name: f"old {name}".encode() for name in (*NAMES, "keys/gone.md")}
NEW = {name: f"new {name}".encode() for name in (*NAMES, "lms/moodle.xml")}
FOREIGN = {"notes.txt": b"mine", "sheets/scan.pdf": b"mine too", "own/deep/a": b"mine as well"}

needs_forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills processes that are forked")


def paths(contents: dict[str, bytes]) -> list[tuple[PurePosixPath, bytes]]:
    return [(PurePosixPath(name), content) for name, content in contents.items()]


def contents(folder: Path) -> dict[str, bytes]:
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if not path.is_dir()}
    return {name: path.read_bytes() for name, path in found.items() if name != RECORD}


def an_old_exam(folder: Path) -> Path:
    """A folder that ``write_folder`` wrote, into which foreign files were put."""
    target = folder / "exam"
    write_folder(target, paths(OLD))
    for name, content in FOREIGN.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(content)
    return target


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refused(call: object, *arguments: object, **options: object) -> str:
    with pytest.raises(InputError) as caught:
        call(*arguments, **options)  # type: ignore[operator]
    return str(caught.value)


# --- stopped at any moment -------------------------------------------------------------------------------------------

SCRIPT = """
import json, os, signal, sys, traceback
from pathlib import Path
import test_replacing as t
from gdquiz.cli import ended_by_signals
from gdquiz.cli.files import check_target, write_folder
from gdquiz.errors import InputError

EVENTS = ("open", "os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir", "os.listdir", "os.scandir", "os.chmod",
          "os.utime", "os.listxattr", "shutil.rmtree", "os.symlink")
how, first, last, step, home = sys.argv[1], *map(int, sys.argv[2:5]), Path(sys.argv[5])

def stopping_at(moment):
    seen = 0
    def hook(event, arguments):
        nonlocal seen
        if event not in EVENTS:
            return
        seen += 1
        if how == "full" and seen >= moment and event in ("open", "os.mkdir", "os.link"):
            if event != "open" or isinstance(arguments[1], str) and set(arguments[1]) & set("wax"):
                raise OSError(28, "No space left on device")
        if how != "full" and seen == moment:
            os.kill(os.getpid(), signal.SIGKILL if how == "kill" else signal.SIGTERM)
    return hook

found = []
for moment in range(first, last, step):
    folder = home / str(moment)
    folder.mkdir()
    target = t.an_old_exam(folder)
    child = os.fork()
    if not child:
        code = 0
        try:
            sys.addaudithook(stopping_at(moment))
            with ended_by_signals():
                write_folder(target, t.paths(t.NEW), force=True)
        except InputError:
            code = 2
        except KeyboardInterrupt:
            code = 3
        except BaseException:
            traceback.print_exc()
            code = 4
        os._exit(code)
    _, status = os.waitpid(child, 0)
    ended = os.waitstatus_to_exitcode(status)
    left = t.listed(folder)
    try:
        check_target(target, force=True)
        problem = ""
    except InputError as error:
        problem = str(error)
    after = t.contents(target)
    state = "old" if after == t.OLD | t.FOREIGN else "new" if after == t.NEW | t.FOREIGN else sorted(after)
    found.append([moment, ended, left, state, t.listed(folder), problem])
print(json.dumps(found))
"""


def stopped(how: str, moments: range, home: Path) -> list[list[object]]:
    """What is found when the writing of a folder is stopped at each of these file operations."""
    numbers = (str(number) for number in (moments.start, moments.stop, moments.step))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, how, *numbers, str(home)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: list[list[object]] = json.loads(done.stdout)
    return found


def hold(found: list[list[object]], how: str) -> None:
    assert {row[3] if isinstance(row[3], str) else tuple(row[3]) for row in found} <= {"old", "new"}
    for _, ended, left, state, later, problem in found:
        assert isinstance(left, list) and later == ["exam"] and problem == ""
        if how == "kill":
            assert ended in (0, -9) and len(set(left) - {"exam"}) <= 1
        else:
            assert ended in (0, 2, 3) and len(set(left) - {"exam"}) <= 1
            assert state == ("new" if ended == 0 else "old")


@needs_forks
@pytest.mark.parametrize("how", ["kill", "end", "full"])
def test_a_few_moments(how: str, tmp_path: Path) -> None:
    hold(stopped(how, range(1, 200, 13), tmp_path), how)


@needs_forks
@pytest.mark.slow
@pytest.mark.parametrize("how", ["kill", "end", "full"])
def test_every_moment(how: str, tmp_path: Path) -> None:
    found = stopped(how, range(1, 400), tmp_path)
    hold(found, how)
    assert {"old", "new"} == {row[3] for row in found} and found[-1][1] == 0  # the last moments come after the work
    if how != "kill":  # the process tidies up itself, but for the moments when it begins or ends to be at work
        assert sum(row[2] != ["exam"] for row in found) <= 8
    else:  # between the two renames there is no exam, and one sibling folder
        assert [".exam.gdquiz"] in [row[2] for row in found]


MAKE = """
import json, os, random, signal, sys, time
from pathlib import Path
import test_replacing as t
from gdquiz.cli import main
from gdquiz.cli.files import check_target

bank, home, times = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
os.chdir(home)
sys.stdout = sys.stderr

def make(seed, out):
    words = ["make", "--bank", bank, "--questions", "3", "--forms", "12", "--seed", f"a seed of ours {seed}"]
    words += ["--to", "markdown", "--to", "html", "--out", out, "--force"]
    main(words, standalone_mode=False)

make(0, "exam")
(home / "exam" / "notes.txt").write_text("mine")
states = {}
for seed in (1, 2):
    make(seed, f"as-{seed}")
    states[seed] = t.contents(home / f"as-{seed}")
began = time.monotonic()
make(1, "exam")
lasts = time.monotonic() - began
chance, last, found = random.Random(11), 1, []
for k in range(times):
    sent = (signal.SIGKILL, signal.SIGTERM)[k % 2]
    child = os.fork()
    if not child:
        main(["make", "--bank", bank, "--questions", "3", "--forms", "12", "--seed", f"a seed of ours {3 - last}",
              "--to", "markdown", "--to", "html", "--out", "exam", "--force"])
    time.sleep(chance.random() * lasts * 1.1)
    os.kill(child, sent)
    os.waitpid(child, 0)
    beside = {path.name for path in home.iterdir()} - {"exam", "as-1", "as-2"}
    check_target(Path("exam"), force=True)
    now = t.contents(home / "exam")
    mine = now.pop("notes.txt", None) == b"mine"
    state = [seed for seed in states if states[seed] == now]
    found.append([int(sent), sorted(beside), state, mine, sorted({path.name for path in home.iterdir()})])
    last = state[0] if state else last
print(json.dumps(found), file=sys.__stdout__)
"""


@needs_forks
@pytest.mark.parametrize("times", [4, pytest.param(200, marks=pytest.mark.slow)])
def test_make_is_stopped_at_random_moments(times: int, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MAKE, str(BANKS / "small.toml"), str(tmp_path), str(times)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found) == times
    for _, beside, state, mine, later in found:
        assert len(state) == 1 and mine and later == ["as-1", "as-2", "exam"]
        assert len(beside) <= 1
    if times == 200:
        assert sum(sent != 9 and beside != [] for sent, beside, *_ in found) <= 10
        assert {state[0] for _, _, state, _, _ in found} == {1, 2}


@pytest.mark.parametrize("moves", [1, 2])
def test_an_interrupt_at_a_rename_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: int) -> None:
    target = an_old_exam(tmp_path)
    rename, left = Path.rename, [moves]

    def interrupted(self: Path, place: Path) -> Path:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        return rename(self, place)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_folder(target, paths(NEW), force=True)
    assert contents(target) == OLD | FOREIGN and listed(tmp_path) == ["exam"]


def test_an_interrupt_after_the_renames_comes_too_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = an_old_exam(tmp_path)
    rename, calls = Path.rename, [0]

    def interrupted(self: Path, place: Path) -> Path:
        calls[0] += 1
        if calls[0] == 3:  # the old folder, to be removed
            raise KeyboardInterrupt
        return rename(self, place)

    monkeypatch.setattr(Path, "rename", interrupted)
    write_folder(target, paths(NEW), force=True)
    assert contents(target) == NEW | FOREIGN and listed(tmp_path) == ["exam"]


def test_an_old_folder_that_can_not_be_renamed_back_is_put_back_by_the_next_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = an_old_exam(tmp_path)
    rename, calls = Path.rename, [0]

    def broken(self: Path, place: Path) -> Path:
        calls[0] += 1
        if calls[0] > 1:
            raise OSError(5, "Input/output error")
        return rename(self, place)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", broken)
        assert refused(write_folder, target, paths(NEW), force=True).endswith("input/output error")
    assert listed(tmp_path) == [".exam.gdquiz"]
    assert read_text(target / "exam.json") == "old exam.json"  # reading it puts it back, too
    assert contents(target) == OLD | FOREIGN and listed(tmp_path) == ["exam"]


def test_what_a_killed_call_left_is_put_right_before_anything_else(tmp_path: Path) -> None:
    target = an_old_exam(tmp_path)
    shop = tmp_path / ".exam.gdquiz"
    (shop / "new").mkdir(parents=True)
    target.rename(shop / "old")
    assert "there is an earlier exam" in refused(check_target, target, force=False)
    assert contents(target) == OLD | FOREIGN and listed(tmp_path) == ["exam"]


def test_half_removed_files_are_never_put_back(tmp_path: Path) -> None:
    (tmp_path / ".exam.gdquiz" / "gone" / "sheets").mkdir(parents=True)
    check_target(tmp_path / "exam", force=False)
    assert listed(tmp_path) == []


# --- two at once -----------------------------------------------------------------------------------------------------


def test_a_second_call_is_refused_while_the_first_is_writing(tmp_path: Path) -> None:
    target = an_old_exam(tmp_path)
    told = []

    def slowly() -> object:
        yield from paths(NEW)
        told.append(refused(write_folder, target, paths(OLD), force=True))
        told.append(refused(check_target, target, force=True))

    write_folder(target, slowly(), force=True)  # type: ignore[arg-type]
    assert told == [f"{target}: another gdquiz is writing this folder (hint: wait for it)"] * 2
    assert contents(target) == NEW | FOREIGN and listed(tmp_path) == ["exam"]


# --- what is carried over --------------------------------------------------------------------------------------------


def test_foreign_files_are_the_same_files_afterwards(tmp_path: Path) -> None:
    target = an_old_exam(tmp_path)
    (target / "empty").mkdir(mode=0o750)
    (target / "sheets").chmod(0o700)
    (target / "run.sh").write_text("echo")
    (target / "run.sh").chmod(0o755)
    (target / "dangling").symlink_to("nowhere")
    (target / "linked").symlink_to("own", target_is_directory=True)
    number = (target / "notes.txt").stat().st_ino
    write_folder(target, paths(NEW), force=True)
    assert (target / "notes.txt").stat().st_ino == number
    assert [(target / name).stat().st_mode & 0o777 for name in ("empty", "sheets", "run.sh")] == [0o750, 0o700, 0o755]
    assert os.readlink(target / "dangling") == "nowhere" and os.readlink(target / "linked") == "own"  # noqa: PTH115
    assert (
        not (target / "keys" / "gone.md").exists()
        and (target / "linked" / "deep" / "a").read_bytes() == FOREIGN["own/deep/a"]
    )


def test_files_are_copied_where_they_can_not_be_linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(95, "Operation not supported")

    target = an_old_exam(tmp_path)
    monkeypatch.setattr(os, "link", no_links)
    write_folder(target, paths(NEW), force=True)
    assert contents(target) == NEW | FOREIGN


def test_another_file_system_in_the_folder_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def mounted(entry: Path, place: Path) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    target = an_old_exam(tmp_path)
    monkeypatch.setattr(os, "link", mounted)
    assert refused(write_folder, target, paths(NEW), force=True) == (
        f"{target}: 'notes.txt' is on another file system (hint: choose another folder)"
    )
    assert contents(target) == OLD | FOREIGN and listed(tmp_path) == ["exam"]


@pytest.mark.parametrize(
    ("foreign", "told"), [("lms", "lms"), ("lms/moodle.xml", "lms/moodle.xml"), ("lms/moodle.xml/x", "lms/moodle.xml")]
)
def test_what_is_in_the_way_is_told_and_stays(tmp_path: Path, foreign: str, told: str) -> None:
    target = an_old_exam(tmp_path)
    (target / foreign).parent.mkdir(parents=True, exist_ok=True)
    (target / foreign).write_bytes(b"mine")
    before = contents(target)
    assert refused(write_folder, target, paths(NEW), force=True) == (
        f"{target}: '{told}' is in the way, and gdquiz did not write it "
        "(hint: choose another folder, or move that file away)"
    )
    assert contents(target) == before and listed(tmp_path) == ["exam"]


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    target = an_old_exam(tmp_path)
    (tmp_path / "link").symlink_to("exam", target_is_directory=True)
    write_folder(tmp_path / "link", paths(NEW), force=True)
    assert (tmp_path / "link").is_symlink() and contents(target) == NEW | FOREIGN


def test_the_rights_of_a_file_stay(tmp_path: Path) -> None:
    file = tmp_path / "progress.json"
    write_text(file, "{}")
    file.chmod(0o600)
    write_text(file, "[]", force=True)
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("[]", 0o600)
