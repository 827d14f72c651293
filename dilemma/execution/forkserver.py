"""A process that has the chapters' imports behind it and forks a kernel for each chapter.

`python -m dilemma.execution.forkserver LIFELINE VERDICT PARAMETERS NOTEBOOK...` reads one request per line (JSON:
arguments, environment, folder) and answers with the kernel's process id. It ends with its input, and all kernels
with it. LIFELINE is a pipe that the caller holds open: should this process fall, the kernels still end with the
caller. Into the pipe VERDICT goes one byte if a run with these PARAMETERS (JSON, empty: none) can begin.
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
from pathlib import Path

from dilemma.execution import launcher

PACKAGE = __package__.partition(".")[0]
# What a kernel imports on its way to the first cell; ipykernel leaves these to the last moment.
KERNEL = (
    f"{__package__}.kernel",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "sqlite3",
    "tornado.platform.asyncio",
)


def main(lifeline: int, verdict: int, parameters: str, notebooks: Sequence[Path]) -> None:
    """Imports what the notebooks will, then forks kernels until the input ends."""
    # As ipykernel does: the folder this was started from must not lend its modules.
    del sys.path[0]
    gc.disable()  # imports leave next to no garbage, and looking for it takes a tenth of their time
    with _ended_by(lifeline):
        _check(verdict, parameters)
        _import(notebooks)
    if len(os.listdir("/proc/self/task")) > 1:
        return  # an import started a thread, which a fork would lack: the caller starts kernels the usual way
    # What all kernels share stays shared, and their garbage collections pass over it.
    gc.freeze()
    gc.enable()
    _serve(lifeline)


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


def _serve(lifeline: int) -> None:
    """Forks a kernel for each request; the parent goes on, the child becomes the kernel."""
    kernels: set[int] = set()
    signal.signal(signal.SIGCHLD, lambda *_: _reap(kernels))
    for line in sys.stdin:
        # A kernel that ends at once must not be reaped before it is noted.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        kernel = os.fork()
        if not kernel:
            return _become_kernel(lifeline, **json.loads(line))
        kernels.add(kernel)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        print(kernel, flush=True)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for kernel in kernels:
        with suppress(ProcessLookupError):
            os.killpg(kernel, signal.SIGKILL)


def _reap(kernels: set[int]) -> None:
    """Lets ended kernels go, and forgets them: their ids may soon be others'."""
    with suppress(ChildProcessError):
        while ended := os.waitpid(-1, os.WNOHANG)[0]:
            kernels.discard(ended)


def _become_kernel(lifeline: int, arguments: list[str], environment: dict[str, str], folder: str) -> None:
    """Turns this fork into the process that `python -m ipykernel_launcher` would be."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["ipykernel_launcher", *arguments]
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()  # as at import; random itself reseeds after a fork
    threading.Thread(target=_end_with, args=[lifeline], daemon=True).start()
    # 1 is the parent that never ends, so no thread watches it: the lifeline does.
    launcher.launch([*arguments, "--IPKernelApp.parent_handle=1"])


def _end_with(lifeline: int) -> None:
    """Ends this process when nobody holds the other end of the pipe any more."""
    os.read(lifeline, 1)
    os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], [Path(name) for name in sys.argv[4:]])
