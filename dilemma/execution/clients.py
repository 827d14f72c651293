"""The clients of a run's kernels, as nbclient wants to have them: over sockets, and over a pipe to a fork."""

import asyncio
from contextlib import suppress
from math import inf
from multiprocessing.connection import Connection
from queue import Empty
from time import monotonic
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient

from dilemma.execution import messages
from dilemma.execution.messages import Message

IDLE = {"execution_state": "idle"}


class ChapterClient(AsyncKernelClient):
    """A client that goes on as soon as its kernel has answered; jupyter_client's own looks on for another 200 ms."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Returns when the kernel has answered on both channels.

        Raises RuntimeError when it has ended, or has not answered in `timeout` seconds (none: it may take for ever).
        """
        until = monotonic() + (inf if timeout is None else timeout)
        while True:
            with suppress(Empty):
                await self._answer(self.kernel_info())
                return
            if not await self.is_alive():
                raise RuntimeError("the kernel ended before it was ready")
            if monotonic() > until:
                raise RuntimeError(f"the kernel was not ready after {timeout:.0f} seconds")

    async def _answer(self, request: str) -> None:
        """Waits for the reply to a request and for the news that it is done; raises Empty when they stay out."""
        await self.get_shell_msg(timeout=1)
        news: dict[str, Any] = {}
        # A channel that was not connected in time has missed the news: the request is made once more.
        while (news.get("parent_header", {}).get("msg_id"), news.get("content")) != (request, IDLE):
            news = await self.get_iopub_msg(timeout=0.2)


class PipeChannel:
    """One of Jupyter's channels, of those that share a pipe."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe
        self.received: asyncio.Queue[Message] = asyncio.Queue()
        self._waiting: asyncio.Task[Any] | None = None

    def send(self, message: Message) -> None:
        """Sends a request; a kernel that has ended does not answer, and that is looked for anyway."""
        with suppress(OSError):
            messages.send(self.pipe, messages.packed(message))

    async def get_msg(self, timeout: float | None = None) -> Message:
        """The next message; raises Empty when none comes in `timeout` seconds (none: it may take for ever)."""
        self._waiting = asyncio.current_task()
        try:
            return await asyncio.wait_for(self.received.get(), timeout)
        except TimeoutError:
            raise Empty from None
        finally:
            self._waiting = None

    def close(self) -> None:
        """Lets nobody wait any longer: nbclient leaves a task behind when a cell takes too long."""
        if self._waiting:
            self._waiting.cancel()


class PipeClient(ChapterClient):
    """A client of a forked kernel."""

    def __init__(self, pipe: Connection, **traits: Any) -> None:
        """A client at this end of `pipe`."""
        super().__init__(**traits)
        self.pipe = pipe

    def start_channels(self, *_: bool, **__: bool) -> None:
        """Listens from now on; to be called by the event loop that will ask."""
        self._shell_channel, self._iopub_channel = PipeChannel(self.pipe), PipeChannel(self.pipe)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self.pipe, self._receive)

    def stop_channels(self) -> None:
        """Listens no more."""
        self._shell_channel.close()
        self._iopub_channel.close()
        self._loop.remove_reader(self.pipe)
        self.pipe.close()

    @property
    def shell_channel(self) -> PipeChannel:
        """Takes requests and gives replies."""
        return self._shell_channel

    @property
    def iopub_channel(self) -> PipeChannel:
        """Gives what cells show."""
        return self._iopub_channel

    def _receive(self) -> None:
        try:
            message = messages.receive(self.pipe)
        except (EOFError, OSError):
            self._loop.remove_reader(self.pipe)  # the kernel has ended, and nbclient will see that
        else:
            is_reply = message["header"]["msg_type"].endswith("_reply")
            (self._shell_channel if is_reply else self._iopub_channel).received.put_nowait(message)
