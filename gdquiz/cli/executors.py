"""Long work on many things, done by any executor of ``concurrent.futures``: the only place that has one.

A command takes ``--jobs`` and ``--scheduler`` by ``workers_option`` and gets ``Workers``.  These give results in the
order of the things whoever works them out: this process, processes of this machine, or a cluster of dask.distributed.
Where the work fails or is interrupted, all that was started ends with it.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, wraps
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from gdquiz.errors import Fault, InputError

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

A = TypeVar("A")
B = TypeVar("B")
S = TypeVar("S")

MOST_JOBS = 64
PATIENCE = 5.0
"""Seconds in which a process that is told to end has to tidy up."""
AHEAD = 64
"""Results that may wait for an earlier one, if nothing else is said."""
ANSWERS_WITHIN = "10s"
"""Time that a scheduler has to answer."""


def workers_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--jobs`` and ``--scheduler`` of a command, which gets them as ``workers``."""

    @click.option(
        "--jobs", type=click.IntRange(1, MOST_JOBS), help="Processes to use.  [default: one for each core]"
    )  # fmt: skip
    @click.option(
        "--scheduler", metavar="ADDRESS", help="Work on the dask cluster with this scheduler, such as tcp://node1:8786."
    )
    @wraps(command)
    def with_workers(*arguments: Any, jobs: int | None, scheduler: str | None, **options: Any) -> Any:
        if jobs is not None and scheduler is not None:
            raise click.UsageError("--jobs is for this machine; a cluster with a --scheduler has its own workers.")
        return command(*arguments, workers=Workers(jobs, scheduler), **options)

    return with_workers


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Workers:
    """Who does long work: ``jobs`` processes (None: one for each core), a cluster, or an executor that is given."""

    jobs: int | None = None
    scheduler: str | None = None
    executor: Executor | None = None

    @property
    def chosen(self) -> bool:
        """Whether anything was said about them."""
        return self != Workers()

    @property
    def count(self) -> int:
        """How many there are on this machine; of a cluster a guess, which only decides on the size of portions."""
        return self.jobs or cores()

    @property
    def alone(self) -> bool:
        """Whether all is done in this process."""
        return self.count == 1 and self.scheduler is None and self.executor is None

    def each(self, work: Callable[[A], B], things: Sequence[A]) -> Iterator[B]:
        """``work`` of every thing, in the order of the things; see ``share``."""
        return self.share(_alone, work, things)

    def share(
        self, work: Callable[[S, A], B], shared: S, things: Sequence[A], *, few: int = 3, ahead: int = AHEAD
    ) -> Iterator[B]:
        """``work(shared, thing)`` of every thing, in the order of the things.

        ``work`` is a function of a module, and what it is given and gives can be pickled; ``shared`` goes to each
        worker once.  At most ``ahead`` things are begun before the result of the first of them is taken.  Without a
        cluster, ``few`` things are not worth a process.
        """
        if self.scheduler is None and self.executor is None and (self.count == 1 or len(things) < few):
            yield from (work(shared, thing) for thing in things)
            return
        blob = pickle.dumps((work, shared))
        with self._open(min(self.count, len(things)), blob) as (executor, carried):
            waiting: deque[Future[B]] = deque()
            for thing in things:
                with _no_interrupts():
                    waiting.append(executor.submit(_worked, carried, thing))
                if len(waiting) >= ahead:
                    yield _result(waiting.popleft())
            while waiting:
                yield _result(waiting.popleft())

    @contextmanager
    def _open(self, jobs: int, blob: bytes) -> Iterator[tuple[Executor, Any]]:
        """An executor, and what stands for the blob in its tasks; in the end, whatever it was, no work goes on."""
        if self.executor is not None:
            yield self.executor, blob
        elif self.scheduler is not None:
            with _cluster(self.scheduler, blob) as opened:
                yield opened
        else:
            with _processes(jobs, blob) as pool:
                yield pool, None


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Ctrl-C waits; a process that is started meanwhile never gets it, and so is silent while it begins."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _alone(work: Callable[[A], B], thing: A) -> B:
    return work(thing)


def _result(future: Future[B]) -> B:
    from concurrent.futures.process import BrokenProcessPool

    try:
        return future.result()
    except BrokenProcessPool as error:
        problem = "a process that worked for this one was ended from outside, as happens where memory runs out"
        raise InputError(Fault(problem, hint="--jobs 1 needs the least memory")) from error


# --- in a worker ---------------------------------------------------------------------------------------------------

_one_at_a_time = threading.Lock()
"""The libraries that compute keep their precision for a whole process, so that two tasks in threads would disagree."""
_given: list[bytes] = []


_known: dict[bytes, tuple[Callable[[Any, Any], Any], Any]] = {}
"""The last work that was sent, with what is shared, read once."""


def _worked(blob: bytes | None, thing: Any) -> Any:
    """What a worker does: the work that was sent to it, on one thing."""
    with _one_at_a_time:
        sent = _given[0] if blob is None else blob
        if sent not in _known:
            _known.clear()
            _known[sent] = pickle.loads(sent)
        work, shared = _known[sent]
        try:
            return work(shared, thing)
        except _Told:
            os._exit(0)  # the pool would take it for a result, and give this process the next thing


def _begin(blob: bytes) -> None:
    """Begin a process of a pool: it ends when it is told to or its parent is gone, and Ctrl-C is the parent's."""
    _given[:] = [blob]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_watch, daemon=True).start()


class _Told(SystemExit):
    """This process was told to end."""


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    """End this process; work that goes on has something to tidy up."""
    if _one_at_a_time.locked():
        raise _Told(0)
    os._exit(0)


def _watch() -> None:
    """End this process, and in the right way what it has started, when its parent is gone."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(PATIENCE)
        os._exit(1)


# --- processes of this machine -------------------------------------------------------------------------------------


@contextmanager
def _processes(jobs: int, blob: bytes) -> Iterator[Executor]:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    others = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(blob,))
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        started = [process for process in multiprocessing.active_children() if process not in others]
        for process in started:
            process.terminate()
        for process in started:
            process.join(PATIENCE)
            if process.is_alive():
                process.kill()
        raise
    pool.shutdown()


# --- a cluster -----------------------------------------------------------------------------------------------------


@contextmanager
def _cluster(address: str, blob: bytes) -> Iterator[tuple[Executor, Any]]:
    """The executor of a cluster whose workers have this very gdquiz.  Raises ``InputError`` where there is none."""
    import logging

    try:
        from distributed import Client

        connect: Any = Client
    except ImportError:
        problem = "--scheduler needs dask.distributed, which is not installed"
        raise InputError(Fault(problem, hint="pip install 'gdquiz[cluster]'", field="--scheduler")) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what goes wrong is told here
    client = None
    with suppress(OSError, ValueError):
        client = connect(address, timeout=ANSWERS_WITHIN, set_as_default=False)
    if client is None:
        gc.collect()  # the client that failed waits for a lock when it goes, which another one may hold later
        problem = f"no scheduler answers at '{address}'"
        raise InputError(Fault(problem, "an address such as tcp://node1:8786", field="--scheduler"))
    try:
        _check_workers(client, address)
        executor = client.get_executor(pure=False)
        try:
            yield executor, client.scatter(blob, broadcast=True, hash=False)
        except BaseException:
            executor.shutdown(wait=False)  # which cancels what is left
            raise
        executor.shutdown()
    finally:
        with suppress(Exception):
            client.close()


def _check_workers(client: Any, address: str) -> None:
    """Refuse workers that might give other bytes than this process."""
    try:
        found = client.run(sources)
    except (ImportError, AttributeError) as error:
        problem = f"the workers of {address} cannot use this gdquiz ({error})"
        raise InputError(Fault(problem, hint="install it on all of them", field="--scheduler")) from error
    if not found:
        hint = f"dask worker {address} --nworkers -1 --nthreads 1"
        raise InputError(Fault(f"the scheduler at '{address}' has no workers", hint=hint, field="--scheduler"))
    if other := sorted(name for name, told in found.items() if told != sources()):
        problem = f"another gdquiz, or other libraries, are installed on {', '.join(other)}"
        raise InputError(Fault(problem, "the same everywhere", field="--scheduler"))


@cache
def sources() -> str:
    """A text that differs where the sources of gdquiz or the libraries that compute do."""
    from hashlib import blake2b
    from pathlib import Path

    from gdquiz.populations.engine import engine
    from gdquiz.resources import data

    package = Path(__file__).resolve().parent.parent
    modules = [path.read_bytes() for path in sorted(package.rglob("*.py"))]
    templates = [path.read_bytes() for path in sorted(Path(str(data("templates"))).rglob("*.j2"))]
    return blake2b(b"\0".join([engine().encode(), *modules, *templates]), digest_size=16).hexdigest()
