"""One place for executors: whoever works, the results are the same, in the same order, and nothing is left running."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from gdquiz.cli import executors, main
from gdquiz.cli.executors import Workers
from gdquiz.errors import Fault, InputError
from gdquiz.rendering.templating import TemplateRefused

ROOT = Path(__file__).resolve().parent.parent
SMALL = str(ROOT / "tests" / "banks" / "small.toml")
needs_posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


def squared(thing: int) -> int:
    return thing * thing


def later_first(pause: float, thing: int) -> int:
    """The first things take longest."""
    time.sleep(pause * (5 - thing))
    return thing


def refusing(thing: int) -> int:
    if thing == 3:
        raise TemplateRefused([Fault("no such field", file="sheet.md.j2", line=7), Fault("another")])
    return thing


def dying(thing: int) -> int:
    if thing == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return thing


def all_ended() -> None:
    """All processes that were started here have ended, but for those of the cluster."""
    end = time.monotonic() + 60
    while any(not one.name.startswith("Dask") for one in multiprocessing.active_children()):
        assert time.monotonic() < end, "a process goes on"
        time.sleep(0.01)


def name_of_process(_: int) -> str:
    return multiprocessing.current_process().name


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a cluster of two workers on this machine."""
    distributed = pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as found:
        yield found.scheduler_address


@pytest.mark.parametrize("workers", [Workers(1), Workers(2), Workers(executor=ThreadPoolExecutor(3))])
def test_results_come_in_the_order_of_the_things(workers: Workers) -> None:
    assert list(workers.each(squared, range(9))) == [0, 1, 4, 9, 16, 25, 36, 49, 64]
    assert list(workers.share(later_first, 0.01, range(5))) == [0, 1, 2, 3, 4]
    assert list(workers.each(squared, [])) == []


def test_a_cluster_gives_the_same_in_the_same_order(cluster: str) -> None:
    assert list(Workers(scheduler=cluster).each(squared, range(9))) == [k * k for k in range(9)]
    with pytest.raises(TemplateRefused, match="no such field"):
        list(Workers(scheduler=cluster).each(refusing, range(9)))


def test_few_things_are_done_in_this_process() -> None:
    own = multiprocessing.current_process().name
    assert set(Workers(2).each(name_of_process, range(2))) == {own}
    assert own not in set(Workers(2).each(name_of_process, range(3)))


class Counting(Executor):
    """Does the work when it is asked for; knows how much of it waits."""

    def __init__(self) -> None:
        self.submitted = 0

    def submit(self, work: Any, /, *given: Any, **_: Any) -> Future[Any]:
        self.submitted += 1
        future: Future[Any] = Future()
        future.set_result(work(*given))
        return future


@pytest.mark.parametrize("ahead", [1, 4])
def test_no_more_is_begun_than_may_wait(ahead: int) -> None:
    executor = Counting()
    for taken, _ in enumerate(Workers(executor=executor).share(later_first, 0, range(5), ahead=ahead)):
        assert executor.submitted == min(5, taken + ahead)


def test_in_threads_one_task_goes_on_at_a_time() -> None:
    """The libraries that compute keep their precision for a whole process."""
    results = Workers(executor=ThreadPoolExecutor(4)).each(_alone, range(12))
    assert list(results) == [True] * 12


_busy = threading.Lock()


def _alone(_: int) -> bool:
    free = _busy.acquire(blocking=False)
    time.sleep(0.002)
    if free:
        _busy.release()
    return free


def test_an_error_of_a_worker_comes_whole() -> None:
    with pytest.raises(TemplateRefused) as caught:
        list(Workers(2).each(refusing, range(8)))
    assert caught.value.faults == (Fault("no such field", file="sheet.md.j2", line=7), Fault("another"))
    all_ended()


@needs_posix
def test_a_worker_that_is_killed_is_told() -> None:
    with pytest.raises(InputError, match=r"ended from outside.*--jobs 1"):
        list(Workers(2).each(dying, range(8)))
    all_ended()


def test_nothing_goes_on_when_nobody_wants_more() -> None:
    results = Workers(2).share(later_first, 0.2, [4, 4, -20, -20, -20])
    assert next(results) == 4
    results.close()  # type: ignore[attr-defined]
    all_ended()


def _children(parent: int) -> list[int]:
    found = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, encoding="utf-8", check=True)
    pairs = [tuple(map(int, line.split())) for line in found.stdout.splitlines()]
    return [child for child, above in pairs if above == parent]


def _lives(process: int) -> bool:
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, encoding="utf-8", check=False)
    return bool(told.stdout.strip()) and not told.stdout.startswith("Z")


@needs_posix
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_all_processes_end_with_the_command(number: int, code: int) -> None:
    bank = str(ROOT / "question_banks" / "overfitting.toml")
    command = [sys.executable, "-m", "gdquiz", "check", bank, "--jobs", "2"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    while len(children := _children(process.pid)) < 2 and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(number)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == code
    assert number == signal.SIGKILL or errors.strip() == "gdquiz: interrupted, nothing was written"
    end = time.monotonic() + 60
    while any(map(_lives, children)):
        assert time.monotonic() < end, "a process goes on without the command"
        time.sleep(0.05)


# --- the options ---------------------------------------------------------------------------------------------------


def refused(*words: str) -> str:
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    return result.stderr


def test_a_scheduler_and_jobs_exclude_each_other() -> None:
    told = refused("check", SMALL, "--jobs", "2", "--scheduler", "tcp://localhost:8786")
    assert "--jobs is for this machine; a cluster with a --scheduler has its own workers." in told


def test_without_distributed_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    told = refused("check", SMALL, "--scheduler", "tcp://localhost:8786")
    assert "needs dask.distributed, which is not installed" in told and "pip install 'gdquiz[cluster]'" in told


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nowhere", "ftp://127.0.0.1:80", ""])
def test_a_scheduler_that_does_not_answer_is_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    monkeypatch.setattr(executors, "ANSWERS_WITHIN", "1s")
    told = refused("check", SMALL, "--scheduler", address)
    assert f"no scheduler answers at '{address}'" in told and "tcp://node1:8786" in told


class Told:
    """A client of a cluster whose workers tell so much of themselves."""

    def __init__(self, **told: str):
        self.told = told

    def run(self, _: object) -> dict[str, str]:
        return self.told


def test_workers_with_other_sources_are_refused(cluster: str) -> None:
    here = executors.sources()
    executors._check_workers(Told(first=here, second=here), cluster)
    with pytest.raises(InputError, match="another gdquiz, or other libraries, are installed on second; expected the"):
        executors._check_workers(Told(first=here, second="other"), cluster)
    with pytest.raises(InputError, match="has no workers"):
        executors._check_workers(Told(), cluster)


def test_check_tells_the_same_on_a_cluster(cluster: str) -> None:
    def told(*words: str) -> list[str]:
        result = CliRunner().invoke(main, ["check", SMALL, *words])
        assert result.exit_code == 0
        return [line.rpartition(",")[0] for line in result.stdout.splitlines()]  # without the seconds

    assert told("--scheduler", cluster) == told("--jobs", "1")
