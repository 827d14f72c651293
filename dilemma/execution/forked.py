"""The kernel in a fork: ipykernel's, but one pipe takes its messages instead of five sockets and four threads.

Most of it is made before the fork, once for all kernels. Linux only.
"""

import asyncio
import io
import os
import threading
from collections.abc import Sequence
from functools import lru_cache
from multiprocessing.connection import Connection
from types import SimpleNamespace
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from jupyter_client.session import Session, extract_header
from tornado.ioloop import IOLoop
from traitlets import Instance
from traitlets.config import Config
from traitlets.config.loader import KeyValueConfigLoader

from dilemma.execution import messages
from dilemma.execution.kernel import ChapterApp
from dilemma.execution.messages import Message

ALIASES = {"f": "IPKernelApp.connection_file"}
ASKED_TWICE = ("transform_cell", "should_run_async")  # by ipykernel about each cell, and each takes a millisecond
DESCRIPTORS = {"stdout": 1, "stderr": 2}


class PipeSession(Session):
    """Sends every message through the pipe, for whatever channel: its kind tells the client which."""

    pipe = Instance(Connection, allow_none=True)

    def __init__(self, **traits: Any) -> None:
        """A session that sends nothing before it has a pipe."""
        super().__init__(**traits)
        self._turn = threading.Lock()  # threads show things too

    def send(
        self,
        stream: object,
        msg_or_type: Message | str,
        content: dict[str, Any] | None = None,
        parent: Message | None = None,
        ident: object = None,
        buffers: Sequence[bytes] | None = None,
        track: bool = False,
        header: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> Message:
        """Sends a message and returns it; a process that the kernel forks is not heard, as with ipykernel's."""
        message = msg_or_type
        if not isinstance(message, dict):
            message = self.msg(message, content, parent, header, metadata)
        if self.pipe and os.getpid() == self.pid:
            parts = messages.packed(message, buffers or message.get("buffers", ()))  # may warn, so sends itself
            with self._turn:
                messages.send(self.pipe, parts)
        return message


class PipeStream(io.TextIOBase):
    """Standard output or error as messages, some lines at a time.

    What other programs write to the file descriptor follows when the cell shows something else or ends.
    """

    encoding = "UTF-8"

    def __init__(self, session: PipeSession, _: object, name: str, **__: object) -> None:
        """Takes over file descriptor 1 or 2, of which ipykernel's own log gets a copy."""
        self.name, self.session, self.parent_header = name, session, {}
        self._descriptor = DESCRIPTORS[name]
        self._original_stdstream_copy = os.dup(self._descriptor)
        os.dup2(os.memfd_create(name), self._descriptor)
        self._unsent: list[str] = []
        self._turn = threading.RLock()  # threads print too, and so may what interrupts this one

    def set_parent(self, parent: Message) -> None:
        """What is written from now on belongs to this request."""
        self.parent_header = extract_header(parent)

    def fileno(self) -> int:
        """Where the caller's own output goes, as with ipykernel's stream."""
        return self._original_stdstream_copy

    def writable(self) -> bool:
        """Whether it takes text."""
        return True

    def write(self, text: str) -> int:
        """Takes a text as any stream does."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if os.getpid() != self.session.pid:  # a process that the kernel has forked
            os.write(self._descriptor, text.encode())
            return len(text)
        with self._turn:
            self._unsent.append(text)
        if "\n" in text:
            self._send()
        return len(text)

    def flush(self) -> None:
        """Sends what was written, here and by other programs."""
        if os.getpid() == self.session.pid:
            with self._turn:
                self._unsent.append(self._written_below())
            self._send()

    def _written_below(self) -> str:
        size = os.fstat(self._descriptor).st_size
        if not size:
            return ""
        written = os.pread(self._descriptor, size, 0)
        os.ftruncate(self._descriptor, 0)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        return written.decode(errors="replace")

    def _send(self) -> None:
        with self._turn:
            unsent, self._unsent = self._unsent, []
        if text := "".join(unsent):
            self.session.send(None, "stream", {"name": self.name, "text": text}, self.parent_header)


class ForkedKernel(IPythonKernel):
    """A kernel with one client, which asks one thing at a time."""

    async def answer(self, request: Message) -> None:
        """Does what a message asks for."""
        self.set_parent([], request)
        for name in ASKED_TWICE:
            getattr(self.shell, name).cache_clear()
        self.pre_handler_hook()
        try:
            await self.shell_handlers[request["header"]["msg_type"]](None, [], request)
        finally:
            self.post_handler_hook()
        self._publish_status("idle", "shell")

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """Does nothing: no request waits."""


class ForkedApp(ChapterApp):
    """Starts that kernel: `initialize` does before the fork what all kernels share, `connect` the rest."""

    def _config_default(self) -> Config:
        config = super()._config_default()
        config.IPKernelApp.outstream_class = f"{PipeStream.__module__}.{PipeStream.__name__}"
        return config

    def _session_default(self) -> PipeSession:
        return PipeSession(parent=self)

    def _later(self) -> None:
        """Does nothing: this belongs to a process of its own, or to sockets."""

    init_connection_file = init_sockets = init_heartbeat = write_connection_file = log_connection_info = _later
    init_io = init_signal = init_code = _later

    def init_kernel(self) -> None:
        """Makes the kernel."""
        # Where ipykernel expects the cells to run, so that an interrupt reaches those that await something.
        thread = SimpleNamespace(parent_thread=threading.main_thread())
        self.kernel = ForkedKernel.instance(
            parent=self,
            session=self.session,
            shell_channel_thread=thread,
            profile_dir=self.profile_dir,
            user_ns=self.user_ns,
            log=self.log,
        )

    def connect(self, pipe: Connection, arguments: Sequence[str]) -> None:
        """Lets this process be the kernel at the end of `pipe`; `arguments` are those of ipykernel_launcher."""
        self.session.pipe, self.session.pid = pipe, os.getpid()
        super().init_io()
        super().init_signal()
        self.displayhook.get_execution_count = lambda: self.kernel.execution_count
        # The application's own parser knows all aliases and takes twenty times as long.
        self.update_config(KeyValueConfigLoader(list(arguments), ALIASES).load_config())
        self.init_gui_pylab()
        super().init_code()

    def start(self) -> None:
        """Answers one request after the other, until a cell ends the kernel or the client is gone."""
        asyncio.run(self._answer())
        os._exit(0)

    async def _answer(self) -> None:
        requests: asyncio.Queue[Message | None] = asyncio.Queue()
        pipe, self.kernel.io_loop = self.session.pipe, IOLoop.current()
        asyncio.get_running_loop().add_reader(pipe, lambda: requests.put_nowait(_received(pipe)))
        while not self.kernel.shell.exit_now and (request := await requests.get()):
            await self.kernel.answer(request)


def _received(pipe: Connection) -> Message | None:
    """The next request; none from a client that is gone."""
    try:
        return messages.receive(pipe)
    except (EOFError, OSError):
        return None


def prepare() -> None:
    """Makes what all kernels share; starts no thread."""
    app = ForkedApp.instance()
    app.initialize([])
    shell = app.kernel.shell
    for name in ASKED_TWICE:
        setattr(shell, name, lru_cache(maxsize=1)(getattr(shell, name)))
    shell.run_cell("pass", silent=True)  # the first cell takes ten times as long


def launch(pipe: Connection, arguments: Sequence[str]) -> None:
    """Makes this fork the kernel at the end of `pipe`, to its end."""
    app = ForkedApp.instance()
    app.connect(pipe, arguments)
    app.start()
