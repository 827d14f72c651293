"""The kernel of a chapter: ipykernel's, without the waits and the records that a run has no use for."""

from ipykernel.iostream import OutStream
from ipykernel.kernelapp import IPKernelApp
from traitlets.config import Config


class ChapterStream(OutStream):
    """A stream that is flushed when something was written; ipykernel waits for its thread four times in every cell."""

    _unsent = False

    def write(self, string: str) -> int | None:
        """Takes a text as any stream does."""
        self._unsent = True
        return super().write(string)

    def flush(self) -> None:
        """Waits until all that was written is sent."""
        if self._unsent:
            self._unsent = False
            super().flush()


class ChapterApp(IPKernelApp):
    """Starts a kernel whose cells nobody types."""

    def _config_default(self) -> Config:
        config = Config()
        config.IPKernelApp.outstream_class = f"{ChapterStream.__module__}.{ChapterStream.__name__}"
        # The user's history is for what the user typed, and kernels side by side would wait for its one file.
        config.HistoryManager.enabled = False
        # A pause for clients that stop to listen at the reply; ours listen until the kernel says that it is idle.
        config.Kernel._execute_sleep = 0
        return config
