"""The digests a report carries, and how a stale report is recognised."""

import json
import re
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, writes

from dilemma.parameters import Parameters
from dilemma.report import provenance


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project of one file of each kind."""
    contents = {
        "data/a.csv": "x\n1\n",
        "notebooks/00-a.ipynb": writes(new_notebook(cells=[new_code_cell("1", id="a")])),
        "dilemma/a.py": "x = 1\n",
        "requirements.txt": "numpy==2\n",
    }
    for name, text in contents.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8", newline="\n")
    return tmp_path


def inputs(root: Path) -> str:
    return provenance.describe(Parameters(), ("de", "en"), root)["inputs"]


@pytest.mark.parametrize("name", ["data/a.csv", "dilemma/a.py", "requirements.txt"])
def test_any_changed_input_changes_the_digest(name, root: Path):
    before = inputs(root)
    (root / name).write_text("changed", encoding="utf-8")
    assert before != inputs(root)


def test_a_renamed_file_changes_the_digest(root: Path):
    before = inputs(root)
    (root / "data/a.csv").rename(root / "data/b.csv")
    assert before != inputs(root)


def test_a_changed_cell_changes_the_digest(root: Path):
    before = inputs(root)
    notebook = new_notebook(cells=[new_code_cell("2", id="a")])
    (root / "notebooks/00-a.ipynb").write_text(writes(notebook), encoding="utf-8")
    assert before != inputs(root)


def test_a_cell_of_another_kind_changes_the_digest(root: Path):
    before = inputs(root)
    notebook = new_notebook(cells=[new_markdown_cell("1", id="a")])
    (root / "notebooks/00-a.ipynb").write_text(writes(notebook), encoding="utf-8")
    assert before != inputs(root)


def test_outputs_saved_by_jupyterlab_do_not_change_the_digest(root: Path):
    before = inputs(root)
    cell = new_code_cell("1", id="a", outputs=[new_output("stream", text="1")], execution_count=3)
    notebook = new_notebook(cells=[cell], metadata={"language_info": {"name": "python"}})
    (root / "notebooks/00-a.ipynb").write_text(writes(notebook), encoding="utf-8")
    assert before == inputs(root)


def test_a_broken_notebook_still_has_a_digest(root: Path):
    (root / "notebooks/00-a.ipynb").write_text("{", encoding="utf-8")
    assert 64 == len(inputs(root))


def test_line_ends_do_not_matter(root: Path):
    before = inputs(root)
    (root / "data/a.csv").write_bytes(b"x\r\n1\r\n")
    assert before == inputs(root)


def test_the_bytes_of_a_binary_file_do_matter(root: Path):
    (root / "dilemma/font.ttf").write_bytes(b"\0\r\n")
    before = inputs(root)
    (root / "dilemma/font.ttf").write_bytes(b"\0\n")
    assert before != inputs(root)


@pytest.mark.parametrize(
    "name", ["dilemma/__pycache__/a.pyc", "data/.DS_Store", "notebooks/.ipynb_checkpoints/a"]
)
def test_caches_do_not_matter(name, root: Path):
    before = inputs(root)
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text("x", encoding="utf-8")
    assert before == inputs(root)


def test_the_digest_does_not_depend_on_where_the_project_lies(
    root: Path, tmp_path_factory: pytest.TempPathFactory
):
    moved = tmp_path_factory.mktemp("moved") / "project"
    before = inputs(root)
    assert before == inputs(root.rename(moved))


def test_parameters_seed_versions_and_command_are_told(root: Path):
    told = provenance.describe(Parameters(draws=5000), ("de",), root)
    assert Parameters(draws=5000).model_dump(mode="json", exclude={"language"}) == told["parameters"]
    assert 5000 == told["parameters"]["draws"]
    assert 20241024 == told["seed"]
    assert re.fullmatch(r"3\.\d+", told["versions"]["python"])
    assert "python3 run.py report -p draws 5000 -p language de" == told["command"]


def test_both_languages_need_no_flag():
    assert "python3 run.py report" == provenance.command(Parameters(), ("de", "en"))


def published(root: Path, stamp: str) -> Path:
    for name in provenance.EDITIONS:
        page = (
            json.dumps({"inputs": stamp}) if name.endswith("html") else f"%PDF-1.7\nseed=1, inputs={stamp}\n"
        )
        (root / name).write_text(page, encoding="utf-8")
    return root


def test_reports_made_from_the_present_inputs_are_current(root: Path):
    assert [] == provenance.stale(published(root, inputs(root)), root)


def test_reports_made_from_other_inputs_are_stale(root: Path):
    sentences = provenance.stale(published(root, "0" * 64), root)
    assert (
        "kremlin-dilemma.de.html is older than its inputs; `python3 run.py report` makes it anew."
        == sentences[0]
    )
    assert 4 == len(sentences)


def test_a_missing_report_is_named(root: Path):
    reports = published(root, inputs(root))
    (reports / "kremlin-dilemma.en.pdf").unlink()
    assert ["kremlin-dilemma.en.pdf is missing; `python3 run.py report` makes it."] == provenance.stale(
        reports, root
    )
