"""A run from parameters to files: names, folders, what is published, what a failure leaves."""

import errno
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from dilemma.execution.execute import Outcome
from dilemma.execution.kept import Origin
from dilemma.findings import FINDING
from dilemma.parameters import ParameterError, Parameters
from dilemma.report import build, current, folders, html, pdf, provenance

Make = Callable[..., build.Report]
FAILED = "02-troops.ipynb (en) stopped in cell a (1 / 0): ZeroDivisionError."


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Builds a report in a temporary folder, with chapters executed and pages rendered by fakes."""

    def write(
        parameters: Parameters = Parameters(), *, fails: bool = False, **options: object
    ) -> build.Report:
        def execute(
            notebooks: Path, folder: Path, editions: Sequence[Parameters], timeout: object, **options: object
        ) -> list[Outcome]:
            return [executed(folder, edition, fails) for edition in editions]

        monkeypatch.setattr(build, "execute", execute)
        return build.build_report(parameters, reports=tmp_path, **options)

    monkeypatch.setattr(html, "render_html", lambda document: f"html {document.incomplete}")
    monkeypatch.setattr(pdf, "render_pdf", lambda document: b"pdf")
    return write


def executed(folder: Path, edition: Parameters, fails: bool) -> Outcome:
    """Writes one executed chapter."""
    output = new_output("display_data", data={FINDING: [{"id": "troops", "chapter": "02-troops"}]})
    (folder / edition.language).mkdir()
    notebook = new_notebook(cells=[new_code_cell("1 / 0", id="a", outputs=[output])])
    nbformat.write(notebook, folder / edition.language / "02-troops.ipynb")
    failed = fails and edition.language == "en"
    sentence, cell = (FAILED, "a") if failed else ("", "")
    return Outcome("02-troops", edition.language, not failed, sentence, cell, 1.0, Origin(False, "", {}))


def content(folder: Path) -> dict[str, object]:
    return json.loads((folder / "run.json").read_text(encoding="utf-8"))


def test_a_run_folder_holds_notebooks_findings_pages_and_its_record(make: Make, tmp_path: Path):
    make()
    expected = [
        "de/02-troops.ipynb",
        "en/02-troops.ipynb",
        "findings.json",
        *(f"kremlin-dilemma.{end}" for end in ("de.html", "de.pdf", "en.html", "en.pdf")),
        "run.json",
    ]
    run = tmp_path / "runs/default"
    assert expected == sorted(path.relative_to(run).as_posix() for path in run.rglob("*.*"))


def test_a_run_of_an_older_version_with_fewer_parameters_is_replaced(make: Make):
    folder = make(Parameters(draws=5000)).folder
    record = content(folder)
    del record["parameters"]["worldview"]
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    assert folder == make(Parameters(draws=5000)).folder


def test_a_run_with_many_own_values_still_has_a_name_of_its_own():
    many = [Parameters(inputs=";".join(f"key{at}=0,1,{top}" for at in range(20))) for top in (2, 3)]
    names = [build.run_name(parameters) for parameters in many]
    assert 2 == len(set(names))
    assert names == [build.checked_name(name, own, ["de"]) for name, own in zip(names, many, strict=True)]


def test_the_record_names_parameters_languages_and_chapters(make: Make):
    record = content(make(Parameters(draws=5000)).folder)
    expected = {"as_of": "2024-10-24", "worldview": "baseline", "draws": 5000, "seed": 20241024}
    assert expected.items() <= record["parameters"].items()
    assert "language" not in record["parameters"]
    assert ("draws-5000", ["de", "en"], "complete") == tuple(
        record[key] for key in ("name", "languages", "status")
    )
    assert {"de/02-troops": "complete", "en/02-troops": "complete"} == record["chapters"]


def test_findings_are_gathered_once(make: Make):
    found = json.loads((make().folder / "findings.json").read_text(encoding="utf-8"))
    assert ["troops"] == [finding["id"] for finding in found]


def test_default_parameters_refresh_the_published_files(make: Make, tmp_path: Path):
    report = make()
    assert [
        tmp_path / f"kremlin-dilemma.{end}" for end in ("de.html", "de.pdf", "en.html", "en.pdf")
    ] == list(report.files)
    assert all(path.exists() for path in report.files)


@pytest.mark.parametrize(
    "options", [{"parameters": Parameters(seed=1)}, {"languages": ["de"]}, {"fails": True}], ids=str
)
def test_other_and_incomplete_runs_leave_the_published_files_alone(options, make: Make, tmp_path: Path):
    make(**options)
    assert [] == list(tmp_path.glob("kremlin-dilemma.*"))


def test_a_failed_chapter_makes_the_report_incomplete_but_renders_it(make: Make):
    report = make(fails=True)
    assert not report.complete
    assert "incomplete" == content(report.folder)["status"]
    page = (report.folder / "kremlin-dilemma.en.html").read_text(encoding="utf-8")
    assert "html ('02-troops, cell a',)" == page
    assert FAILED == content(report.folder)["chapters"]["en/02-troops"]
    assert "html ()" == (report.folder / "kremlin-dilemma.de.html").read_text(encoding="utf-8")


def test_a_run_replaces_the_earlier_one(make: Make, tmp_path: Path):
    make(fails=True)
    (tmp_path / "runs/default/left-over").touch()
    make()
    assert not (tmp_path / "runs/default/left-over").exists()
    assert ["default"] == [path.name for path in (tmp_path / "runs").iterdir()]


def test_an_incomplete_run_leaves_a_complete_one_in_place_and_says_where_it_went(make: Make, tmp_path: Path):
    before = content(make().folder)
    report = make(fails=True)
    assert tmp_path / "runs/default-incomplete" == report.folder
    assert {"name": "default-incomplete", "status": "incomplete"}.items() <= content(report.folder).items()
    assert before == content(tmp_path / "runs/default")
    told = "The complete run default is kept; this incomplete one is called default-incomplete."
    assert told in report.problems


def test_a_second_incomplete_run_replaces_the_first(make: Make, tmp_path: Path):
    make()
    make(fails=True)
    make(fails=True)
    assert ["default", "default-incomplete"] == sorted(path.name for path in (tmp_path / "runs").iterdir())


def test_a_complete_run_that_happens_to_be_called_incomplete_is_kept_too(make: Make, tmp_path: Path):
    make(name="mine")
    make(name="mine-incomplete")
    assert tmp_path / "runs/mine-incomplete-incomplete" == make(name="mine", fails=True).folder


@pytest.mark.parametrize(
    "broken", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device")], ids=repr
)
def test_a_run_broken_off_leaves_the_earlier_one_untouched(broken, make: Make, tmp_path: Path, monkeypatch):
    before = content(make().folder)

    def fail(document: object) -> str:
        raise broken

    monkeypatch.setattr(html, "render_html", fail)
    with pytest.raises(type(broken)):
        make()
    assert before == content(tmp_path / "runs/default")
    assert ["default"] == [path.name for path in (tmp_path / "runs").iterdir()]


def test_what_a_killed_run_left_is_swept_away_a_day_later(make: Make, tmp_path: Path):
    old, young = tmp_path / "runs/.default-1", tmp_path / "runs/.default-2"
    young.mkdir(parents=True)
    old.mkdir()
    os.utime(old, (time.time() - 2 * folders.DAY,) * 2)
    make()
    assert (False, True) == (old.exists(), young.exists())


def test_a_name_says_what_differs_from_the_defaults():
    parameters = Parameters(as_of="2025-04-30", draws=5000)
    assert "as_of-2025-04-30_draws-5000" == build.run_name(parameters)
    assert "as_of-2025-04-30_draws-5000_language-de" == build.run_name(parameters, ["de"])
    assert "default" == build.run_name(Parameters())
    own = Parameters(inputs="blur=0.1,0.2,0.3", reject_claims="C24,C21")
    assert "reject_claims-C21-C24_inputs-blur-0.1-0.2-0.3" == build.run_name(own)


def test_a_name_may_be_chosen(make: Make, tmp_path: Path):
    assert tmp_path / "runs/my.run_1" == make(Parameters(seed=1), name="my.run_1").folder


@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", "a b", "x" * 81, "-p"])
def test_a_name_that_is_no_folder_is_refused(name, make: Make):
    with pytest.raises(ParameterError, match="is not allowed: a run's name has letters"):
        make(name=name)


def test_the_default_name_belongs_to_default_parameters(make: Make):
    with pytest.raises(ParameterError, match="The name default belongs to the run with default parameters"):
        make(Parameters(seed=1), name="default")


def test_a_name_taken_by_a_run_with_other_parameters_is_refused(make: Make):
    make(Parameters(seed=1), name="mine")
    with pytest.raises(ParameterError, match="The run mine exists with other parameters"):
        make(Parameters(seed=2), name="mine")


def test_force_replaces_a_run_with_other_parameters_and_more_languages(make: Make):
    make(Parameters(seed=1), name="mine")
    record = content(make(Parameters(seed=2), name="mine", languages=["de"], force=True).folder)
    assert (2, ["de"]) == (record["parameters"]["seed"], record["languages"])


def test_an_incomplete_run_replaces_no_complete_one_even_by_force(make: Make, tmp_path: Path):
    make(Parameters(seed=1), name="mine")
    assert "mine-incomplete" == make(Parameters(seed=2), name="mine", fails=True, force=True).folder.name
    assert 1 == content(tmp_path / "runs/mine")["parameters"]["seed"]


def test_force_gives_nobody_the_names_that_are_taken_for_good(make: Make):
    for name in ("default", "compare-a-b", "../x"):
        with pytest.raises(ParameterError):
            make(Parameters(seed=1), name=name, force=True)


def test_a_complete_run_makes_up_for_the_incomplete_one_beside_it(make: Make, tmp_path: Path):
    make(name="mine")
    make(name="mine", fails=True)
    make(name="mine")
    assert ["mine"] == [path.name for path in (tmp_path / "runs").iterdir()]


def test_an_incomplete_run_with_other_parameters_stays(make: Make, tmp_path: Path):
    make(name="mine")
    make(Parameters(seed=1), name="mine", fails=True, force=True)
    make(name="mine")
    assert ["mine", "mine-incomplete"] == sorted(path.name for path in (tmp_path / "runs").iterdir())


def test_a_complete_run_called_incomplete_is_not_removed(make: Make, tmp_path: Path):
    make(name="mine-incomplete")
    make(name="mine")
    assert (tmp_path / "runs/mine-incomplete/run.json").exists()


def test_a_run_in_fewer_languages_is_refused_before_it_begins(make: Make, tmp_path: Path, monkeypatch):
    make(name="mine")
    monkeypatch.setattr(build.provenance, "describe", lambda *_: pytest.fail("the run began"))
    with pytest.raises(ParameterError, match="mine also has the edition en, .* choose another --name"):
        make(name="mine", languages=["de"])
    assert (tmp_path / "runs/mine/kremlin-dilemma.en.pdf").exists()


def test_a_run_in_more_languages_replaces_the_earlier_one(make: Make):
    make(name="mine", languages=["de"])
    assert ["de", "en"] == content(make(name="mine").folder)["languages"]


def test_the_document_knows_the_languages_of_its_run(make: Make, monkeypatch):
    monkeypatch.setattr(html, "render_html", lambda document: f"{document.languages}")
    report = make(languages=["de"])
    assert "('de',)" == (report.folder / "kremlin-dilemma.de.html").read_text(encoding="utf-8")


def test_a_finished_run_is_recognised_as_current(make: Make, tmp_path: Path):
    make()
    found = current.find(Parameters(), reports=tmp_path)
    assert ("default", (), ()) == (found.name, found.problems, found.refreshed)
    assert [tmp_path / name for name in provenance.EDITIONS] == list(found.files)


def test_what_could_not_be_shown_is_told_once_more(make: Make, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(build, "_render", lambda *_: ["A sign is missing."])
    make(name="mine")
    assert ("A sign is missing.",) * 2 == current.find(Parameters(), name="mine", reports=tmp_path).problems


@pytest.mark.parametrize(
    "options",
    [
        {"parameters": Parameters(draws=5000)},
        {"parameters": Parameters(), "languages": ["de"], "force": True},
        {"parameters": Parameters(), "name": "other"},
    ],
    ids=["parameters", "languages", "name"],
)
def test_another_run_is_not_current(options, make: Make, tmp_path: Path):
    make(name="mine")
    assert current.find(**{"name": "mine", "force": True, "reports": tmp_path} | options) is None


def spoil(path: Path) -> None:
    """Changes one letter of a file and nothing of its size and time."""
    stamp, content = path.stat(), path.read_bytes()
    path.write_bytes(content[:-1] + b"?")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))


@pytest.mark.parametrize("name", ["kremlin-dilemma.en.html", "de/02-troops.ipynb", "findings.json", "run.json"])
def test_a_run_with_a_changed_or_missing_file_is_not_current(name, make: Make, tmp_path: Path):
    run = make(name="mine").folder
    spoil(run / name)
    assert current.find(Parameters(), name="mine", reports=tmp_path) is None
    make(name="mine")
    (run / name).unlink()
    assert current.find(Parameters(), name="mine", reports=tmp_path) is None


def test_a_forged_record_makes_no_run_current(make: Make, tmp_path: Path):
    folder = make(name="mine").folder
    record = content(folder)
    record["provenance"]["seed"] = 1
    folders.write_json(folder / "run.json", record)
    assert current.find(Parameters(), name="mine", reports=tmp_path) is None


def test_published_files_that_are_missing_or_changed_are_put_back(make: Make, tmp_path: Path):
    make()
    expected = (tmp_path / "kremlin-dilemma.de.html").read_bytes()
    spoil(tmp_path / "kremlin-dilemma.de.html")
    (tmp_path / "kremlin-dilemma.en.pdf").unlink()
    found = current.find(Parameters(), reports=tmp_path)
    assert ("kremlin-dilemma.de.html", "kremlin-dilemma.en.pdf") == found.refreshed
    assert "Put back into reports/: kremlin-dilemma.de.html, kremlin-dilemma.en.pdf." in found.sentence
    assert expected == (tmp_path / "kremlin-dilemma.de.html").read_bytes()
    assert () == current.find(Parameters(), reports=tmp_path).refreshed


@pytest.mark.parametrize("origin", [None, Origin(False, "a cell is tagged no-cache")], ids=["none", "tagged"])
def test_a_run_that_could_come_out_otherwise_is_never_current(origin, make: Make, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "Origin", lambda *_: origin)
    make(name="mine")
    assert current.find(Parameters(), name="mine", reports=tmp_path) is None


def test_an_incomplete_run_is_never_current(make: Make, tmp_path: Path):
    make(name="mine", fails=True)
    assert current.find(Parameters(), name="mine", reports=tmp_path) is None


@pytest.mark.parametrize("kind", ["code", "environment", "libraries", "python"])
def test_a_run_made_in_other_surroundings_is_not_current(kind, make: Make, tmp_path: Path, monkeypatch):
    make(name="mine")
    others = current.keys.surroundings() | {kind: "another"}
    monkeypatch.setattr(current.keys, "surroundings", lambda: others)
    assert current.find(Parameters(), name="mine", reports=tmp_path) is None


def test_what_chapters_read_outside_the_project_counts_too(make: Make, tmp_path: Path, monkeypatch):
    outside = tmp_path / "rows.csv"
    outside.write_text("1", encoding="utf-8")
    origin = Origin(False, "", {str(outside): current.fingerprint(outside)})
    monkeypatch.setattr(sys.modules[__name__], "Origin", lambda *_: origin)
    make(name="mine")
    assert current.find(Parameters(), name="mine", reports=tmp_path)
    spoil(outside)
    assert current.find(Parameters(), name="mine", reports=tmp_path) is None


def test_a_name_that_cannot_be_used_is_refused_before_anything_is_looked_up(tmp_path: Path):
    with pytest.raises(ParameterError, match="is not allowed"):
        current.find(Parameters(), name="../x", reports=tmp_path)


def test_two_runs_may_take_one_place_at_the_same_moment(tmp_path: Path):
    made = [tmp_path / f".mine-{at}" for at in range(20)]
    for at, folder in enumerate(made):
        folder.mkdir()
        (folder / "run.json").write_text(str(at), encoding="utf-8")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda folder: folders.move(folder, tmp_path / "mine"), made))
    assert ["mine"] == [path.name for path in tmp_path.iterdir()]
    assert (tmp_path / "mine/run.json").exists()


@pytest.mark.slow
def test_a_real_run_renders_what_its_chapters_state(project, chapter, tmp_path: Path):
    state = (
        "from dilemma.chapter import Chapter\n"
        "chapter = Chapter('02-troops', p)\n"
        "men = chapter.finding('men', 1500, unit='persons', en='Men', de='Männer')\n"
        "chapter.say(en=f'## Count\\n\\nThere are {men}.', de=f'## Zahl\\n\\nEs sind {men}.')"
    )
    notebooks = project(**{"02_troops": chapter(state)})
    report = build.build_report(Parameters(draws=5000), notebooks=notebooks, reports=tmp_path / "reports")
    assert "There are" in (report.folder / "kremlin-dilemma.en.html").read_text(encoding="utf-8")
    assert "1.500" in (report.folder / "kremlin-dilemma.de.html").read_text(encoding="utf-8")
    assert (report.folder / "kremlin-dilemma.de.pdf").read_bytes().startswith(b"%PDF")
    assert report.complete
    again = current.find(Parameters(draws=5000), notebooks=notebooks, reports=tmp_path / "reports")
    assert report.files == again.files
