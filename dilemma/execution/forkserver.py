"""A process that has the chapters' imports behind it and forks a kernel for each chapter.

`python -m dilemma.execution.forkserver REQUESTS LIFELINE VERDICT PARAMETERS NOTEBOOK...` takes from the pipe REQUESTS
a description of each kernel (JSON: arguments, environment, folder) and the end of the pipe that it will listen at, and
answers with the kernel's process id. It ends with its caller, and all kernels with it. LIFELINE is a pipe that the
caller holds open: should this process fall, the kernels still end with the caller. Into the pipe VERDICT goes one byte
if a run with these PARAMETERS (JSON, empty: none) can begin.
"""

import ast
import gc
import importlib
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import reduction
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from dilemma.execution import launcher

PACKAGE = __package__.partition(".")[0]
# What a kernel imports on its way to the first cell; ipykernel leaves these to the last moment.
KERNEL = (
    f"{__package__}.forked",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "sqlite3",
    "tornado.platform.asyncio",
)


def main(requests: Connection, lifeline: int, verdict: int, parameters: str, notebooks: Sequence[Path]) -> None:
    """Imports what the notebooks will, then forks kernels until the caller ends."""
    # As ipykernel does: the folder this was started from must not lend its modules.
    del sys.path[0]
    os.dup2(2, 1)  # the caller's own output is for its results
    gc.disable()  # imports leave next to no garbage, and looking for it takes a tenth of their time
    with _ended_by(lifeline):
        _check(verdict, parameters)
        _import(notebooks)
        _prepare()
    if len(os.listdir("/proc/self/task")) > 1:
        return  # an import started a thread, which a fork would lack: the caller starts kernels the usual way
    # What all kernels share stays shared, and their garbage collections pass over it.
    gc.freeze()
    gc.enable()
    _serve(requests, lifeline)


@contextmanager
def _ended_by(lifeline: int) -> Iterator[None]:
    """Lets the end of the caller end this process in the middle of an import, by a signal that nobody handles."""
    import fcntl  # not on Windows

    flags = fcntl.fcntl(lifeline, fcntl.F_GETFL)
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, flags | os.O_ASYNC)
    yield
    fcntl.fcntl(lifeline, fcntl.F_SETFL, flags)


def _check(verdict: int, parameters: str) -> None:
    """Lets a fork look whether a run can begin, while the imports go on here."""
    if parameters:
        from dilemma import parameters as contract
        from dilemma import premises

        _read()  # once for the fork and for all kernels
        if not os.fork():
            with suppress(Exception):
                premises.check(contract.build(json.loads(parameters)))
                os.write(verdict, b"1")
            os._exit(0)
    os.close(verdict)


def _import(notebooks: Sequence[Path]) -> None:
    """Imports what a kernel needs and what the notebooks' cells import."""
    launcher.import_kernel()
    for module in (*KERNEL, *sorted({name for notebook in notebooks for name in imported(notebook)})):
        # A name may be a function, and a module that fails must fail in the cell that imports it.
        with suppress(Exception):
            importlib.import_module(module)
    _draw()
    _read()


def imported(notebook: Path) -> Iterator[str]:
    """The names that a notebook's cells import from this package: modules, and what is in them.

    Other packages come along with these. What only a notebook imports is left to its own kernel:
    it may start threads, or change what the other chapters see.
    """
    for tree in _syntax_trees(notebook):
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            else:
                continue
            yield from (name for name in names if name.partition(".")[0] == PACKAGE)


def _syntax_trees(notebook: Path) -> Iterator[ast.Module]:
    """The code cells with an import that are plain Python; a broken notebook has none."""
    with suppress(OSError, ValueError, LookupError, TypeError):
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "code" and "import" in source:
                with suppress(SyntaxError):
                    yield ast.parse(source)


def _draw() -> None:
    """Draws figures for nobody: the first ones find the fonts, for all kernels.

    pyplot is left alone: IPython shows figures only if pyplot is imported under its eyes.
    """
    if theme := sys.modules.get(f"{PACKAGE}.figures.theme"):
        theme.rehearse()


def _read() -> None:
    """Reads the tables, for all kernels; a table that cannot be read must fail in the cell that reads it."""
    if evidence := sys.modules.get(f"{PACKAGE}.evidence"):
        with suppress(Exception):
            evidence.read_all()


def _prepare() -> None:
    """Makes of a kernel what all of them share."""
    from dilemma.execution import forked  # needs what `_import` arranges

    forked.prepare()


def _serve(requests: Connection, lifeline: int) -> None:
    """Forks a kernel for each request; the parent goes on, the child becomes the kernel."""
    kernels: set[int] = set()
    signal.signal(signal.SIGCHLD, lambda *_: _reap(kernels))
    for request, pipe in _received(requests):
        # A kernel that ends at once must not be reaped before it is noted.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        kernel = os.fork()
        if not kernel:
            requests.close()
            return _become_kernel(pipe, lifeline, **request)
        kernels.add(kernel)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        pipe.close()
        requests.send_bytes(str(kernel).encode())
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for kernel in kernels:
        with suppress(ProcessLookupError):
            os.killpg(kernel, signal.SIGKILL)


def _received(requests: Connection) -> Iterator[tuple[dict[str, Any], Connection]]:
    """Each request with the kernel's end of its pipe, until the caller ends."""
    with suppress(EOFError, OSError):
        while True:
            yield json.loads(requests.recv_bytes()), Connection(reduction.recv_handle(requests))


def _reap(kernels: set[int]) -> None:
    """Lets ended kernels go, and forgets them: their ids may soon be others'."""
    with suppress(ChildProcessError):
        while ended := os.waitpid(-1, os.WNOHANG)[0]:
            kernels.discard(ended)


def _become_kernel(
    pipe: Connection, lifeline: int, arguments: list[str], environment: dict[str, str], folder: str
) -> None:
    """Turns this fork into the process that `python -m ipykernel_launcher` would be."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["ipykernel_launcher", *arguments]
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()  # as at import; random itself reseeds after a fork
    threading.Thread(target=_end_with, args=[lifeline], daemon=True).start()
    sys.modules[f"{__package__}.forked"].launch(pipe, arguments)


def _end_with(lifeline: int) -> None:
    """Ends this process when nobody holds the other end of the pipe any more."""
    os.read(lifeline, 1)
    os._exit(1)


if __name__ == "__main__":
    requests, lifeline, verdict = map(int, sys.argv[1:4])
    main(Connection(requests), lifeline, verdict, sys.argv[4], [Path(name) for name in sys.argv[5:]])
