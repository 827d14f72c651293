"""Kernels that need not import: the process that forks them, as seen by who wants one. Linux only."""

import json
import os
import select
import signal
import subprocess
import sys
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing import Pipe, reduction
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock

from dilemma.execution import keys
from dilemma.parameters import Parameters

ROOT = Path(__file__).resolve().parents[2]
SERVER = f"{__package__}.forkserver"
# As long as papermill waits for a kernel of its own.
LONGEST_WAIT = 60
SETTINGS = {
    # Sums that several threads add up differ in the last digit from run to run; and chapters run side by side anyway.
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"),
    # The order of a set is the same in every run, and in every kind of kernel.
    "PYTHONHASHSEED": "0",
}
FOR_IMPORTS = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # as ipykernel has it before pyplot is imported
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # the debugger's remark on Python's own modules
}

_started: list[tuple[dict[str, str], "ForkServer"]] = []  # with the package as it was then


def possible() -> bool:
    """Whether kernels can be forked here: elsewhere system libraries do not survive it, or nothing forks."""
    if sys.platform != "linux" or "DILEMMA_PLAIN_KERNELS" in os.environ:
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


def start(notebooks: Sequence[Path], parameters: Parameters | None = None) -> None:
    """Starts a server now, before Jupyter is imported here; the next run takes it.

    With `parameters` the server also looks whether a run with them can begin.
    """
    if possible() and not _started:
        keys.drop_stale_bytecode()
        with suppress(OSError):  # whoever takes it will try again
            _started.append((keys.tree(keys.PACKAGE), ForkServer(notebooks, parameters)))


def approved() -> bool:
    """Whether the server that was started found that the run can begin; it may take seconds to find out."""
    return bool(_started) and _started[0][1].approved()


def take(notebooks: Sequence[Path]) -> "ForkServer | None":
    """The server that was started, otherwise a new one; none where kernels cannot be forked."""
    if _started:
        code, server = _started.pop()
        if code == keys.tree(keys.PACKAGE):
            return server
        server.close()  # it may have imported what was edited since
    return ForkServer(notebooks) if possible() else None


class ForkServer:
    """A running fork server; it imports in the background from the moment it is made."""

    def __init__(self, notebooks: Sequence[Path], parameters: Parameters | None = None) -> None:
        """Starts the process; it will have imported what the notebooks import, and checked the parameters."""
        end, self._lifeline = os.pipe()
        verdict, told = os.pipe()
        self._verdict = open(verdict, "rb")  # noqa: SIM115 - close() closes it
        self._requests, requests = Pipe()
        values = parameters.model_dump_json() if parameters else ""
        paths = sorted({str(path.resolve()) for path in notebooks})
        with open(end, "rb"), open(told, "wb"), requests:
            descriptors = [requests.fileno(), end, told]
            self._process = subprocess.Popen(
                [sys.executable, "-m", SERVER, *map(str, descriptors), values, *paths],
                stdin=subprocess.DEVNULL,
                pass_fds=descriptors,
                cwd=ROOT,
                env={**FOR_IMPORTS, **os.environ, **SETTINGS},
                start_new_session=True,  # Ctrl-C is for the caller
            )
        self._lock = Lock()
        self._forked = False

    def fork(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: str
    ) -> tuple["ForkedProcess", Connection]:
        """A new kernel and the pipe to it; raises OSError when the server is no more."""
        request = {"arguments": list(arguments), "environment": dict(environment), "folder": folder}
        pipe, end = Pipe()
        with self._lock, end:
            self._requests.send_bytes(json.dumps(request).encode())
            reduction.send_handle(self._requests, end.fileno(), self._process.pid)
            if not self._requests.poll(LONGEST_WAIT):
                self._process.kill()
            try:
                kernel = int(self._requests.recv_bytes())
            except EOFError:
                raise BrokenPipeError("the fork server has ended") from None
        self._forked = True
        return ForkedProcess(kernel), pipe

    def approved(self) -> bool:
        """Whether the server found that a run with its parameters can begin; without any it says no."""
        return bool(select.select([self._verdict], [], [], LONGEST_WAIT)[0]) and self._verdict.read(1) == b"1"

    def give_up(self) -> None:
        """Lets nobody wait any longer for a first kernel: the server may still import."""
        if not self._forked:
            self._process.kill()

    def close(self) -> None:
        """Ends the server and every kernel that it forked."""
        self.give_up()
        os.close(self._lifeline)
        self._verdict.close()
        self._requests.close()
        self._process.wait()


class ForkedProcess:
    """What a kernel's provisioner uses of a Popen, for a process that is not a child."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        """Holds on to the process, so that another with the same number is never taken for it."""
        self.pid, self.returncode = pid, None
        try:
            self._handle = os.pidfd_open(pid)
        except ProcessLookupError:
            self.returncode = -1
        else:
            weakref.finalize(self, os.close, self._handle)

    def poll(self) -> int | None:
        """The exit code, None while the process lives; only the server knows which code."""
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once the process has ended."""
        if self._look(timeout) is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Sends a signal if the process still lives."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def kill(self) -> None:
        """Ends the process at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Asks the process to end."""
        self.send_signal(signal.SIGTERM)

    def _look(self, seconds: float | None) -> int | None:
        if self.returncode is None:
            watch = select.poll()
            watch.register(self._handle, select.POLLIN)
            if watch.poll(None if seconds is None else seconds * 1000):
                self.returncode = -1
        return self.returncode
