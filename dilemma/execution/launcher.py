"""Starts a kernel as `python -m ipykernel_launcher` does, without its debugger: nobody debugs the kernels of a run."""

import importlib
import sys
from collections.abc import Sequence


def import_kernel() -> None:
    """Imports ipykernel, which does without debugpy where there is none; a notebook may still import it."""
    sys.modules["debugpy"] = None
    importlib.import_module("ipykernel.debugger")
    del sys.modules["debugpy"]


def launch(arguments: Sequence[str]) -> None:
    """Makes this process the kernel that `arguments` describe, to its end."""
    from dilemma.execution.kernel import ChapterApp

    ChapterApp.launch_instance(list(arguments))


if __name__ == "__main__":
    del sys.path[0]  # as ipykernel does: the chapter's folder must not lend its modules
    import_kernel()
    launch(sys.argv[1:])
