"""papermill's way to the kernels of a run: `papermill --engine dilemma IN.ipynb OUT.ipynb`.

papermill imports every engine whenever it is imported, so this imports nothing that papermill has not.
"""

from pathlib import Path
from typing import Any

from papermill.engines import NBClientEngine, NotebookExecutionManager


class ChapterEngine(NBClientEngine):
    """papermill's own engine, in kernels that need not import and end without a wait."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **options: Any
    ) -> None:
        """Executes the notebook; an option of the caller goes before the engine's."""
        if "kernel_manager_class" not in options:
            from dilemma.execution import kernels

            options["kernel_manager_class"] = kernels.shared(Path(options["input_path"])).manager
        super().execute_managed_notebook(nb_man, kernel_name, **{"shutdown_kernel": "immediate"} | options)
