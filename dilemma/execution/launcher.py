"""Starts a kernel as `python -m ipykernel_launcher` does, without its debugger: nobody debugs the kernels of a run."""

import importlib
import sys


def import_kernel() -> None:
    """Imports ipykernel, which does without debugpy where there is none; a notebook may still import it."""
    sys.modules["debugpy"] = None
    importlib.import_module("ipykernel.debugger")
    del sys.modules["debugpy"]


if __name__ == "__main__":
    del sys.path[0]  # as ipykernel does: the chapter's folder must not lend its modules
    import_kernel()
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance()
