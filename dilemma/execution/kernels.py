"""The kernels of a run: their private sockets, and their end when the run is broken off."""

import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count, repeat
from subprocess import Popen
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from traitlets.config import Config

# The path of a socket may have 104 characters on macOS and 108 on Linux.
LONGEST_SOCKET_FOLDER = 80
# Sums that several threads add up differ in the last digit from run to run; and chapters run side by side anyway.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")


@contextmanager
def known(pool: ThreadPoolExecutor) -> Iterator[type[AsyncKernelManager]]:
    """The class of the run's kernels; when the run is broken off they end at once."""
    processes: list[Popen[bytes]] = []
    broken_off: list[bool] = []

    class ChapterKernel(AsyncKernelManager):
        """A kernel whose process the run knows."""

        async def start_kernel(self, **options: Any) -> None:
            """Starts the process and remembers it."""
            options["env"] = {**(options.get("env") or os.environ), **ONE_THREAD}
            await super().start_kernel(**options)
            processes.append(self.provisioner.process)
            if broken_off:
                self.provisioner.process.kill()

    try:
        yield ChapterKernel
    except BaseException:
        broken_off.append(True)
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()
        raise


@contextmanager
def sockets() -> Iterator[Iterator[Config]]:
    """Connection settings, new ones for each kernel: private socket files where there are such.

    Kernels that start side by side on TCP race for ports, and other users of the machine can connect.
    """
    with tempfile.TemporaryDirectory(prefix="kernels-", ignore_cleanup_errors=True) as folder:
        if os.name != "posix" or len(folder) > LONGEST_SOCKET_FOLDER:
            yield repeat(Config())
        else:
            yield map(lambda n: Config(KernelManager={"transport": "ipc", "ip": f"{folder}/{n}"}), count())


def cores() -> int:
    """The processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
