"""The kernels of a run: forked where they can be, with private sockets, and ended with the run."""

import atexit
import os
import re
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from threading import Lock
from typing import Any
from weakref import WeakSet

import zmq.asyncio
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import default

from dilemma.execution import keys, launcher, temporary
from dilemma.execution.clients import ChapterClient, PipeClient
from dilemma.execution.preloaded import SETTINGS, ForkedProcess, ForkServer, take

# The path of a socket may have 104 characters on macOS and 108 on Linux.
LONGEST_SOCKET_FOLDER = 80
LAUNCHER = "ipykernel_launcher"
SETTING = re.compile(r"--\w+\.\w+=.*", re.DOTALL)  # an argument of ipykernel's that a fork understands
# Libraries reserve addresses that they never fill.
UNFILLED = 4 * 2**30
RETRY = 5  # milliseconds after which a socket looks again whether its kernel listens; zmq waits for 100
PACKAGE = Path(__file__).parents[1]
_shared: dict[int, "Kernels"] = {}
_lock = Lock()


class Kernels:
    """What the kernels of a run share; `manager` is the class that nbclient makes them from."""

    def __init__(self, folder: str, server: ForkServer | None) -> None:
        """Kernels whose sockets are in `folder` (none: on TCP), forked from `server` (none: started)."""
        self.folder, self.server = folder, server
        self.numbers = count()
        self.processes: WeakSet[Popen[bytes] | ForkedProcess] = WeakSet()
        self.ended = False
        self.manager = type("RunKernel", (ChapterKernel,), {"run": self})

    def end(self) -> None:
        """Ends all kernels at once, and those that are about to start."""
        self.ended = True
        if self.server:
            self.server.give_up()
        for process in list(self.processes):
            process.kill()

    @contextmanager
    def ending(self, pool: ThreadPoolExecutor) -> Iterator[None]:
        """If it comes to that, drops the chapters that wait in `pool` and ends those that run."""
        try:
            yield
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            self.end()
            raise

    def note(self, process: Popen[bytes] | ForkedProcess) -> None:
        """Keeps a kernel's process, to end it when the run is broken off."""
        self.processes.add(process)
        if self.ended:
            process.kill()


class ChapterKernel(AsyncKernelManager):
    """A kernel whose process the run knows: forked where it can be, otherwise started."""

    run: Kernels
    pipe: Connection | None = None  # to a forked one
    client_factory = ChapterClient

    @default("context")
    def _context_default(self) -> zmq.asyncio.Context:
        context = super()._context_default()
        context.reconnect_ivl = RETRY
        return context

    async def start_kernel(self, **options: Any) -> None:
        """Makes the process, to which nobody else can connect."""
        options["env"] = {**keys.environment(options.get("env") or os.environ), **SETTINGS}
        if self.provisioner is None:
            self.provisioner = ChapterProvisioner(kernel_spec=self.kernel_spec, parent=self)
            self.provisioner.run = self.run
        if not self._fork(**options):
            self._take_private_sockets()
            await super().start_kernel(**options)
        self.run.note(self.provisioner.process)
        _bound_memory(self.provisioner.pid)

    def client(self, **options: Any) -> ChapterClient:
        """A client of this kernel."""
        return PipeClient(self.pipe, parent=self) if self.pipe else super().client(**options)

    def _fork(self, env: dict[str, str], cwd: str | None = None, extra_arguments: Sequence[str] = (), **_: Any) -> bool:
        """Whether the kernel could be forked; a fork server that has ended is no reason to fail."""
        command = self.format_kernel_cmd(list(extra_arguments))
        if self.run.server and _is_own(command) and all(map(SETTING.fullmatch, command[5:])):
            with suppress(OSError):
                folder = os.path.abspath(cwd or os.curdir)
                process, self.pipe = self.run.server.fork(command[3:], env, folder)
                self.provisioner.adopt(process)
        return bool(self.pipe)

    def _take_private_sockets(self) -> None:
        """Kernels that start side by side on TCP race for ports, and other users of the machine can connect."""
        if self.run.folder:
            base = f"{self.run.folder}/{next(self.run.numbers)}"
            self.transport, self.ip, self.connection_file = "ipc", base, f"{base}.json"


class ChapterProvisioner(LocalProvisioner):
    """A kernel's process."""

    run: Kernels

    def adopt(self, process: ForkedProcess) -> None:
        """Takes over a process that exists."""
        self.process, self.pid, self.pgid = process, process.pid, process.pid

    async def launch_kernel(self, cmd: list[str], **options: Any) -> dict[str, Any]:
        """Starts the process, our own kind of kernel where the notebook asks for ipykernel."""
        if self.run.ended:
            raise RuntimeError("the run was broken off")
        if _is_own(cmd):
            cmd = [*cmd[:2], launcher.__name__, *cmd[3:]]
        return await super().launch_kernel(cmd, **options)

    async def kill(self, restart: bool = False) -> None:
        """Ends the process and stays with it those few milliseconds; jupyter_client looks again after 100."""
        await super().kill(restart)
        with suppress(TimeoutExpired):
            self.process.wait(timeout=5)


@contextmanager
def opened(notebooks: Sequence[Path]) -> Iterator[Kernels]:
    """Kernels for these notebooks; later neither process nor socket is left, even if this process is killed."""
    with _private_folder() as folder, _fork_server(notebooks) as server:
        run = Kernels(folder, server)
        try:
            yield run
        finally:
            run.end()


def shared(notebook: Path) -> Kernels:
    """Kernels until this process ends, forked with the imports of `notebook`; edited modules are imported anew."""
    edited = max(path.stat().st_mtime_ns for path in PACKAGE.rglob("*.py"))
    with _lock:
        if edited not in _shared:
            stack = ExitStack()
            atexit.register(stack.close)
            _shared[edited] = stack.enter_context(opened([notebook]))
        return _shared[edited]


@contextmanager
def _fork_server(notebooks: Sequence[Path]) -> Iterator[ForkServer | None]:
    """The process to fork from; none where that cannot be."""
    server = None
    with suppress(OSError):
        server = take(notebooks)
    try:
        yield server
    finally:
        if server:
            server.close()


@contextmanager
def _private_folder() -> Iterator[str]:
    """A folder for sockets that nobody else can enter; empty text where there are no such sockets."""
    with temporary.folder("kernels-") as folder:
        yield folder if os.name == "posix" and len(folder) <= LONGEST_SOCKET_FOLDER else ""


def _is_own(command: Sequence[str]) -> bool:
    """Whether a kernel's command starts ipykernel in this very Python, with no option of Python's."""
    return list(command[:4]) == [sys.executable, "-m", LAUNCHER, "-f"]


def _bound_memory(pid: int) -> None:
    """Lets a notebook that takes too much memory fail: with a MemoryError, at worst as the first to be killed."""
    if sys.platform != "linux":
        return
    import resource

    with suppress(OSError, ValueError, StopIteration):
        Path(f"/proc/{pid}/oom_score_adj").write_text("1000")
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
        _, hard = resource.prlimit(pid, resource.RLIMIT_AS)
        resource.prlimit(pid, resource.RLIMIT_AS, (free + UNFILLED, hard))


def cores() -> int:
    """The processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
