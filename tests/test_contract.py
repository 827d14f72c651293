"""The contract as a whole: what it allows is accepted however it is written, anything else is refused by name."""

import io
import json
import re
import shutil
import tempfile
from datetime import date
from pathlib import Path
from typing import get_args, get_origin

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dilemma import parameter_file, parameters
from dilemma.parameter_words import CHAPTERS
from dilemma.parameters import NAMES, ParameterError, Parameters

ROOT = Path(__file__).parents[1]
FIELDS = Parameters.model_fields
GATHERING = ("00-summary", "99-sources")  # they hand the parameters on, to find the others' results


def bounds(name: str) -> tuple:
    low = next(item.ge for item in FIELDS[name].metadata if hasattr(item, "ge"))
    return low, next(item.le for item in FIELDS[name].metadata if hasattr(item, "le"))


def allowed(name: str) -> st.SearchStrategy:
    """Values that the contract allows for a parameter, made from its own definition."""
    kind = FIELDS[name].annotation
    if kind is date:
        return st.dates(*bounds(name))
    if kind is int:
        return st.integers(*bounds(name))
    if get_origin(kind) is not tuple:
        return st.sampled_from(get_args(kind))
    if get_args(kind)[0] is str:
        return st.lists(st.integers(0, 99).map("C{:02}".format), max_size=4)
    ends = st.lists(st.floats(-1e9, 1e9), min_size=3, max_size=3).map(sorted)
    return st.dictionaries(st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True), ends, max_size=3)


def refused(name: str) -> st.SearchStrategy:
    """Values that no reading of the contract allows for a parameter."""
    kind = FIELDS[name].annotation
    junk = st.none() | st.booleans() | st.floats() | st.just({"a": 1}) | st.just([1, 2]) | st.just("ä b")
    if kind is date:
        low, high = bounds(name)
        outside = st.dates(max_value=low.replace(day=low.day - 1)) | st.dates(min_value=date(high.year + 1, 1, 1))
        return junk | outside | outside.map(str) | st.integers() | st.datetimes() | st.just("2024-11-1")
    if kind is int:
        low, high = bounds(name)
        return junk | st.integers(max_value=low - 1) | st.integers(min_value=high + 1) | st.integers(low, high).map(str)
    if get_origin(kind) is not tuple:
        return junk | st.integers() | st.text().filter(lambda text: text not in get_args(kind))
    if get_args(kind)[0] is str:
        return st.integers() | st.booleans() | st.none() | st.lists(st.integers(), min_size=1) | st.from_regex(r"[ABD]\d\d?")
    return st.integers() | st.booleans() | st.none() | st.dictionaries(st.just("blur"), st.integers(), min_size=1)


def ordered(values: dict[str, object]) -> dict[str, object]:
    """The values with the look back not before the as-of date."""
    days = sorted(values[name] for name in ("as_of", "hindsight_until") if name in values)
    return values | dict(zip(("as_of", "hindsight_until"), days, strict=False)) if len(days) == 2 else values


whole = st.fixed_dictionaries({name: allowed(name) for name in NAMES}).map(ordered)
anyone = st.sampled_from(NAMES).flatmap(lambda name: st.tuples(st.just(name), refused(name)))


def from_file(content: str) -> Parameters:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.yaml"
        path.write_text(content, encoding="utf-8")
        return parameters.from_strings(parameter_file.read(path))


@given(whole)
def test_whatever_the_contract_allows_is_accepted_and_survives_the_command_line(values):
    made = parameters.build(values)
    assert made == parameters.from_strings(made.texts())


@settings(max_examples=50)
@given(whole)
def test_whatever_the_contract_allows_survives_a_parameter_file(values):
    made = parameters.build(values)
    assert made == from_file(yaml.safe_dump(made.texts()))
    assert made == from_file(yaml.safe_dump(values, allow_unicode=True))


@settings(max_examples=50)
@given(whole)
def test_whatever_the_contract_allows_survives_papermills_own_reading_of_yaml(values):
    plain = json.loads(json.dumps(values, default=str))
    assert parameters.build(values) == parameters.build(yaml.safe_load(io.StringIO(yaml.safe_dump(plain))))


@given(anyone)
def test_whatever_it_does_not_allow_is_refused_by_name_value_and_what_is_allowed(case):
    name, value = case
    with pytest.raises(ParameterError) as met:
        parameters.build({name: value})
    sentence = str(met.value)
    assert sentence.startswith(f"{name} is ")
    assert any(written[:40] in sentence for written in (str(value), repr(value)))
    assert f"but must be {parameters.allowed(name)}" in sentence
    assert 1 == len(sentence.splitlines())


@given(whole, anyone)
def test_one_wrong_value_among_right_ones_is_the_only_one_refused(values, case):
    name, value = case
    with pytest.raises(ParameterError) as met:
        parameters.build(values | {name: value})
    assert [name] == [line.split()[0] for line in str(met.value).splitlines()]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("language: no", "language is no, but must be de or en"),
        ("draws: 007", "without leading zeros, as in 100000"),
        ("draws: 3.000", "without separators, as in 100000"),
        ("draws: 1_00", "draws is '1_00', but must be a whole number"),
        ("draws: [5000]", "One value belongs here, not a list."),
        ("draws: {a: 1}", "One value belongs here, not a list."),
        ("draws:", "draws is '', but must be a whole number"),
        ("as_of: [2024-11-01]", "One value belongs here, not a list."),
        ("as_of: 20241101", "written YYYY-MM-DD"),
        ("as_of: 01.11.2024", "written YYYY-MM-DD"),
        ("as_of: 2024-11-01 12:00:00", "written YYYY-MM-DD"),
        ("reject_claims: {C21: false}", "reject_claims is {'C21': 'false'}, but must be claim ids"),
        ("inputs: {blur: 1_000}", "as in blur=0.1,0.2,0.3"),
        ("inputs: {blur: [0.1, 1_000, 2_000]}", "as in blur=0.1,0.2,0.3"),
        ("inputs: {blur: ['0,1', '0,2', '0,3']}", "as in blur=0.1,0.2,0.3"),
        ("inputs: {blur: [0, 1, 2], blur: [1, 2, 3]}", "blur is set twice"),
        ("drawz: 5000", "drawz is not a parameter; did you mean draws?"),
    ],
)
def test_an_accident_in_yaml_is_refused_in_one_sentence(line, sentence):
    with pytest.raises(ParameterError) as met:
        from_file(f"{line}\n")
    assert sentence in str(met.value)
    assert 1 == len(str(met.value).splitlines())


@pytest.mark.parametrize(
    "lines",
    [
        "draws: 5_000",
        "reject_claims: [C21, C24]",
        "reject_claims: C21 C24",
        "inputs: {blur: [0.1, 0.2, 0.3]}",
        "inputs:\n  blur: [0.1, 0.2, 0.3]\n  n_troops: [8, 10, 12]",
        "seed: 0",
    ],
)
def test_what_can_only_mean_one_thing_is_accepted(lines):
    assert Parameters() != from_file(f"{lines}\n")


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_template_changes_nothing_and_every_line_of_it_can_be_set(language):
    template = parameter_file.template(language)
    assert yaml.safe_load(template) is None
    settable = re.sub(r"^#(?! )", "", template, flags=re.M)
    assert Parameters() == from_file(settable)
    assert list(NAMES) == list(yaml.load(settable, Loader=yaml.BaseLoader))
    for row in parameters.describe(language):
        assert all(row[part] in template for part in ("meaning", "allowed", "default"))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_papermills_inspector_lists_every_parameter_a_chapter_declares(chapter):
    """Papermill skips a line with a second equals sign, even in its comment, and report would not pass it on."""
    import papermill

    listed = papermill.inspect_notebook(str(ROOT / f"notebooks/{chapter}.ipynb"))
    assert read_in(chapter)[0] == list(listed)


def read_in(chapter: str) -> tuple[list[str], str]:
    """The parameters a notebook declares, and the code of its other cells."""
    cells = json.loads((ROOT / f"notebooks/{chapter}.ipynb").read_text(encoding="utf-8"))["cells"]
    code = [("parameters" in c["metadata"].get("tags", []), "".join(c["source"])) for c in cells if c["cell_type"] == "code"]
    declared = [name for first, text in code if first for name in NAMES if re.search(rf"^{name}\b", text, re.M)]
    return declared, "\n".join(text for first, text in code if not first)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_reads_every_parameter_it_declares(chapter):
    declared, code = read_in(chapter)
    idle = [name for name in declared if not re.search(rf"\bp\.{name}\b", code)]
    hands_on = chapter in GATHERING and "findings.read(p)" in code
    assert [] == ([] if hands_on else idle)


@pytest.mark.parametrize("name", NAMES)
def test_a_parameter_is_read_by_a_chapter_that_computes(name):
    computing = [chapter for chapter in CHAPTERS if chapter not in GATHERING]
    assert [] != [chapter for chapter in computing if re.search(rf"\bp\.{name}\b", read_in(chapter)[1])]


CORNERS = (
    {"draws": 1000, "seed": 0, "worldview": "sceptic", "as_of": "2030-12-31", "language": "de"},
    {"draws": 1000, "seed": 2**32 - 1, "worldview": "kyiv", "as_of": "2024-11-20", "reject_claims": "C21"},
    {"draws": 1001, "worldview": "kremlin_cautious", "as_of": "2025-04-30", "hindsight_until": "2025-04-30"},
)


@pytest.mark.slow
@pytest.mark.parametrize("values", CORNERS, ids=lambda values: values["worldview"])
def test_chapters_run_with_the_contracts_extremes(values, tmp_path: Path):
    from dilemma.execution.execute import execute

    sample = tmp_path / "notebooks"
    sample.mkdir()
    for chapter in ("02-troops", "05-red-line"):
        shutil.copyfile(ROOT / f"notebooks/{chapter}.ipynb", sample / f"{chapter}.ipynb")
    assert [] == [out.sentence for out in execute(sample, tmp_path, [parameters.build(values)]) if not out.ok]
