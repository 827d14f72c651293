"""A tiny project: notebooks like the real ones, executed in a second or two; and the option --browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import browser as browsers
import nbformat
import pytest
from hypothesis import settings
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

# A result hangs on the code alone; `--hypothesis-profile search` looks for what the fixed examples miss
settings.register_profile("same", derandomize=True, database=None)
settings.register_profile("search", derandomize=False)
settings.load_profile("same")

PARAMETERS = """\
as_of: str = "2024-10-24"  # Day whose knowledge counts
language: str = "en"  # Language of the output
draws: int = 100_000  # Number of draws
seed: int = 20241024  # Seed
"""
CHECK = """\
from dilemma import parameters
p = parameters.check(globals())
"""
STATE = """\
from IPython.display import display
from dilemma import findings
from dilemma.wording import Text
stated = findings.record("troops", "02-troops", 1500, "persons", Text("Arrived", "Angekommen"))
display({findings.FINDING: [stated], "text/markdown": "said"}, raw=True)
"""
READ = """\
from dilemma import findings
found = findings.read(p)
print(found["troops"], found.missing)
"""


def write_chapter(*sources: str, **about: object) -> NotebookNode:
    """A notebook that declares the parameters, checks them and runs `sources` as cells."""
    cells = [new_code_cell(PARAMETERS, id="parameters", metadata={"tags": ["parameters", "remove-cell"]})]
    cells += [new_code_cell(CHECK, id="check", metadata={"tags": ["remove-cell"]})]
    cells += [new_code_cell(source, id=f"cell-{at}") for at, source in enumerate(sources, start=1)]
    notebook = new_notebook(cells=cells)
    notebook.metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"},
        "dilemma": {"title": {"en": "A chapter", "de": "Ein Kapitel"}, **about},
    }
    return notebook


@pytest.fixture
def chapter() -> Callable[..., NotebookNode]:
    """Makes a notebook of the given code cells."""
    return write_chapter


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """Writes the given chapters (default: a summary and one that states something) to a folder."""

    def write(**chapters: NotebookNode) -> Path:
        notebooks = tmp_path / "notebooks"
        notebooks.mkdir()
        summary = write_chapter(READ, reads_findings=True)
        chosen = chapters or {"00_summary": summary, "02_troops": write_chapter(STATE)}
        for name, notebook in chosen.items():
            nbformat.write(notebook, notebooks / f"{name.replace('_', '-')}.ipynb")
        return notebooks

    return write


@pytest.fixture(scope="session")
def browser(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[browsers.Browser]:
    """Chromium, where there is one."""
    running = browsers.Browser(browsers.path(pytestconfig.getoption("--browser")), tmp_path_factory.mktemp("profile"))
    yield running
    running.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--browser", action="store_true", help="only the page in a browser, which then must be there")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--browser"):
        chosen = [item for item in items if item.path.stem.endswith("_browser")]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen
