"""The parameter contract: what is accepted, what is refused, and in which words."""

import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dilemma import parameters
from dilemma.parameters import NAMES, ParameterError, Parameters

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
DECLARED = {"as_of": "2024-10-24", "language": "en", "draws": 100_000, "seed": 20241024}


def refusal(values: dict[str, object]) -> str:
    with pytest.raises(ParameterError) as refused:
        parameters.check(values)
    return str(refused.value)


def in_kernel(**variables: object) -> dict[str, object]:
    """A namespace as IPython hands it over, with its own names in it."""
    own = {"In": [""], "Out": {}, "exit": object(), "quit": object(), "open": open}
    shell = SimpleNamespace(user_ns_hidden=own)
    return {**own, "get_ipython": lambda: shell, "_i1": "x", "sys": sys, "Path": Path, **variables}


def test_no_parameters_give_the_defaults():
    assert Parameters(
        as_of=date(2024, 10, 24), language="en", draws=100_000, seed=20241024
    ) == parameters.build({})


def test_parameters_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        Parameters().draws = 5000


def test_the_cell_of_a_notebook_is_accepted():
    assert Parameters() == parameters.check(in_kernel(**DECLARED))


def test_an_unknown_name_is_refused_with_the_one_meant():
    expected = (
        "as_off is not a parameter; did you mean as_of? The parameters are as_of, hindsight_until, "
        "language, worldview, reject_claims, inputs, draws, seed."
    )
    assert expected == refusal(in_kernel(**DECLARED, as_off="2024-11-01")).splitlines()[0]


def test_a_name_like_no_parameter_is_refused_without_a_guess():
    expected = "verdict is not a parameter; the parameters are as_of, hindsight_until, language"
    assert refusal(in_kernel(**DECLARED, verdict="yes")).startswith(expected)


def test_a_name_that_would_inject_code_is_refused():
    assert "is not a parameter" in refusal({"x=1;print('pwn')#": 1})


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("as_of", "2024-13-01", "a day from 2024-10-24"),
        ("as_of", "2024-02-30", "a day from 2024-10-24"),
        ("as_of", 20241101, "written YYYY-MM-DD"),
        ("as_of", "20241101", "written YYYY-MM-DD"),
        ("as_of", datetime(2024, 11, 1, 12), "written YYYY-MM-DD"),
        ("as_of", "2024-10-23", "when the article appeared"),
        ("as_of", "2031-01-01", "to 2030-12-31"),
        ("as_of", ["2024-11-01"], "a day from"),
        ("as_of", None, "a day from"),
        ("language", "fr", "de or en"),
        ("language", False, "de or en"),
        ("hindsight_until", "2031-01-01", "to 2030-12-31"),
        ("worldview", "moscow", "baseline, kremlin_confident, kremlin_cautious, kyiv, seoul or sceptic"),
        ("worldview", None, "or sceptic"),
        ("reject_claims", "D21", "claim ids such as C21, separated by commas"),
        ("reject_claims", 21, "claim ids such as C21, separated by commas"),
        ("reject_claims", [21], "claim ids such as C21, separated by commas"),
        ("inputs", "blur", "low, mode and high of an input in rising order"),
        ("inputs", "blur=0.1,0.2", "low, mode and high of an input in rising order"),
        ("inputs", "blur=0.3,0.2,0.1", "in rising order"),
        ("inputs", "blur=0,1,0,2,0,3", "as in blur=0.1,0.2,0.3"),
        ("inputs", "blur=0.1,nan,0.3", "as in blur=0.1,0.2,0.3"),
        ("inputs", "blur=0.1,0.2,0.3;blur=1,2,3", "as in blur=0.1,0.2,0.3"),
        ("inputs", {"blur": [True, 1, 2]}, "as in blur=0.1,0.2,0.3"),
        ("inputs", {"blur": 3}, "as in blur=0.1,0.2,0.3"),
        ("inputs", [["blur"]], "as in blur=0.1,0.2,0.3"),
        ("language", "DE", "de or en"),
        ("draws", "abc", "a whole number from 1,000 to 1,000,000"),
        ("draws", "3.000", "a whole number from 1,000 to 1,000,000"),
        ("draws", "5000", "a whole number from 1,000 to 1,000,000"),
        ("draws", -5, "a whole number from 1,000 to 1,000,000"),
        ("draws", 999, "a whole number from 1,000 to 1,000,000"),
        ("draws", 1_000_001, "a whole number from 1,000 to 1,000,000"),
        ("draws", 1e5, "a whole number from 1,000 to 1,000,000"),
        ("draws", True, "a whole number from 1,000 to 1,000,000"),
        ("draws", [5000], "a whole number from 1,000 to 1,000,000"),
        ("seed", -1, "a whole number from 0 to 4294967295"),
        ("seed", 2**32, "a whole number from 0 to 4294967295"),
        ("seed", float("nan"), "a whole number from 0 to 4294967295"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(name, value, allowed):
    sentence = refusal({name: value})
    assert sentence.startswith(f"{name} is ")
    assert allowed in sentence


def test_a_refusal_names_value_and_default():
    expected = "draws is -5, but must be a whole number from 1,000 to 1,000,000 (default 100,000)."
    assert expected == refusal({"draws": -5})


@pytest.mark.parametrize("text", ["5,000", "5.000"])
def test_a_number_with_separators_is_told_how_it_is_written(text):
    with pytest.raises(ParameterError, match="written without separators, as in 100000"):
        parameters.from_strings({"draws": text})


def test_a_language_in_capitals_is_refused_with_the_one_meant():
    assert refusal({"language": "DE"}).endswith("Did you mean de?")
    assert refusal({"language": "fr"}).endswith("(default en).")


def test_a_misspelt_worldview_is_refused_with_the_one_meant():
    assert refusal({"worldview": "Kiev"}).endswith("Did you mean kyiv?")
    assert refusal({"worldview": "moscow"}).endswith("(default baseline).")


def test_hindsight_may_not_end_before_the_as_of_date():
    expected = "hindsight_until is 2024-11-01, but must not lie before as_of (2024-12-01)."
    assert expected == refusal({"as_of": "2024-12-01", "hindsight_until": "2024-11-01"})


@pytest.mark.parametrize("written", ["C24, c21", "C21 C24 C21", ["C24", "C21"], ("C21", "C24")])
def test_rejected_claims_are_a_set_however_they_are_written(written):
    assert ("C21", "C24") == parameters.build({"reject_claims": written}).reject_claims


@pytest.mark.parametrize(
    "written",
    [
        "n_troops=8,10,12; blur=0.1,0.2,0.3",
        "blur=0.1 0.2 0.3;n_troops=8, 10, 12;",
        {"n_troops": [8, 10, 12], "blur": ["0.1", "0.2", "0.3"]},
        [["blur", [0.1, 0.2, 0.3]], ["n_troops", [8, 10, 12]]],
    ],
)
def test_own_ranges_are_the_same_however_they_are_written(written):
    expected = (("blur", (0.1, 0.2, 0.3)), ("n_troops", (8.0, 10.0, 12.0)))
    assert expected == parameters.build({"inputs": written}).inputs


def test_nothing_rejected_and_nothing_overridden_is_written_as_nothing():
    assert ((), (), "", "") == (
        parameters.build({"reject_claims": "", "inputs": ""}).reject_claims,
        parameters.build({"inputs": {}}).inputs,
        Parameters().texts()["reject_claims"],
        Parameters().texts()["inputs"],
    )


triples = st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3).map(lambda numbers: tuple(sorted(numbers)))


@given(
    st.lists(st.from_regex(r"C\d\d", fullmatch=True).filter(str.isascii), max_size=4),
    st.dictionaries(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), triples, max_size=3),
)
def test_claims_and_ranges_survive_being_written_as_text(claims, ranges):
    expected = parameters.build({"reject_claims": claims, "inputs": ranges})
    assert expected == parameters.from_strings(expected.texts())


def test_a_truth_value_made_by_yaml_is_explained():
    assert "YAML reads no, off, yes and on as truth values" in refusal({"language": False})


def test_a_long_value_is_cut():
    assert 200 > len(refusal({"language": "x" * 10_000}))


def test_all_problems_are_told_at_once():
    with pytest.raises(ParameterError) as refused:
        parameters.build({"drows": 1, "language": "fr", "draws": -5})
    assert 3 == len(str(refused.value).splitlines())


def test_a_wrong_name_comes_with_the_advice_to_restart():
    assert parameters.LEFT_OVER == refusal({"as_off": 1}).splitlines()[1]
    assert parameters.LEFT_OVER not in refusal({"draws": 1})


def test_ipython_shows_the_sentence_without_a_traceback():
    assert ["a", "b"] == ParameterError("a\nb")._render_traceback_()


def test_modules_functions_classes_and_private_names_are_no_parameters():
    assert Parameters() == parameters.check(in_kernel(date=date, refusal=refusal, _private=1))


def test_a_name_of_ipython_that_was_given_a_value_is_refused():
    assert "In is not a parameter" in refusal(in_kernel(In=5))


def test_the_analysts_own_variables_do_not_matter_when_the_cell_is_run_again():
    assert Parameters() == parameters.check(in_kernel(**DECLARED, p=Parameters(), total=3))


def test_a_look_alike_is_refused_even_when_the_cell_is_run_again():
    assert "did you mean seed" in refusal(in_kernel(**DECLARED, p=Parameters(), seeds=3))


def test_command_line_texts_become_typed_values():
    texts = {"as_of": "2025-04-30", "language": "de", "draws": "5_000", "seed": "0"}
    expected = Parameters(as_of=date(2025, 4, 30), language="de", draws=5000, seed=0)
    assert expected == parameters.from_strings(texts)


@pytest.mark.parametrize(
    "text", ["", "abc", "1e5", "007", "3.000", "3,000", "-5", " 5000", "٥٠٠٠", "9" * 5000]
)
def test_a_text_that_is_no_plain_number_is_refused(text):
    with pytest.raises(ParameterError, match="draws is .* but must be"):
        parameters.from_strings({"draws": text})


@given(st.dictionaries(st.text(max_size=12) | st.sampled_from(NAMES), st.text(max_size=12), max_size=4))
def test_any_text_is_accepted_or_refused_in_plain_sentences(texts):
    try:
        made = parameters.from_strings(texts)
    except ParameterError as refused:
        assert all(line.endswith((".", "?")) for line in str(refused).splitlines())
    else:
        assert made == parameters.from_strings(made.texts())


@given(
    st.dates(parameters.FIRST_DAY, parameters.LAST_DAY), st.integers(1000, 10**6), st.integers(0, 2**32 - 1)
)
def test_every_allowed_value_survives_being_written_as_text(as_of, draws, seed):
    expected = Parameters(as_of=as_of, draws=draws, seed=seed)
    assert expected == parameters.from_strings(expected.texts())


def test_only_changed_parameters_are_called_changed():
    assert {"draws": "5000"} == Parameters(draws=5000, language="de").changed()


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_parameter_is_described(language):
    rows = parameters.describe(language)
    assert list(NAMES) == [row["name"] for row in rows]
    assert all(row["meaning"] and row["allowed"] and row["default"] for row in rows)


def test_german_descriptions_are_german():
    assert "eine ganze Zahl von 1.000 bis 1.000.000" == parameters.allowed("draws", "de")


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("[0-9]*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_declares_the_parameters_that_name_it(path):
    cells = nbformat.read(path, 4).cells
    [cell] = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    namespace: dict[str, object] = {}
    exec(cell.source, namespace)  # noqa: S102 - the notebook's own literals
    expected = [name for name in NAMES if path.stem in parameters.about(name).chapters]
    assert expected == list(namespace["__annotations__"])
    assert Parameters() == parameters.build({name: namespace[name] for name in expected})


def test_every_chapter_of_the_contract_has_a_notebook():
    assert list(parameters.CHAPTERS) == [path.stem for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["as_off", "2024-11-01"], "did you mean as_of"),
        (["as_of", "2024-13-01"], "a day from 2024-10-24"),
        (["draws", "abc"], "a whole number from 1,000 to 1,000,000"),
        (["draws", "-5"], "a whole number from 1,000 to 1,000,000"),
        (["language", "fr"], "de or en"),
    ],
)
def test_plain_papermill_refuses_a_wrong_parameter(flags, sentence, project, chapter):
    folder = project(**{"02_troops": chapter("1")})
    command = [sys.executable, "-m", "papermill", "02-troops.ipynb", "out.ipynb", "-p", *flags]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8")
    assert 0 != run.returncode
    assert sentence in run.stderr
    assert "dilemma/parameters.py" not in run.stderr
