"""Parameter files: values stay text, and a broken file gets one sentence."""

from pathlib import Path

import pytest

from dilemma import parameter_file
from dilemma.parameters import ParameterError


def written(folder: Path, content: bytes) -> Path:
    path = folder / "case.yaml"
    path.write_bytes(content)
    return path


def test_values_stay_the_text_that_stands_there(tmp_path: Path):
    content = b"\xef\xbb\xbfas_of: 2024-11-01\nlanguage: no\ndraws: 007 # a comment\nseed: '5'\n"
    expected = {"as_of": "2024-11-01", "language": "no", "draws": "007", "seed": "5"}
    assert expected == parameter_file.read(written(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "sets no parameter"),
        (b"# only a comment\n", "sets no parameter"),
        (b"- draws\n- 5\n", "sets no parameter"),
        (b"draws\n", "sets no parameter"),
        (b"draws: 1\nseed: 2\ndraws: 3\n", "line 3: draws is set twice"),
        (b"draws: 1\n\tseed: 2\n", "line 2: a tab stands where YAML wants spaces"),
        (b"draws: [1\n", "line 2: "),
        (b"? [a]\n: 1\n", "line 1: a parameter's name must be a word"),
        (b"draws: 1\n---\ndraws: 2\n", "line 2: the line --- begins a second list of parameters"),
        (b"seed: 2\ndraws: '1\n\n", "line 2: a quotation mark is opened here and never closed"),
        (b"\xff\xfe\x00", "cannot be read as UTF-8 text"),
        (b"draws: \x00", "characters that YAML does not allow"),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence(content, sentence, tmp_path: Path):
    with pytest.raises(ParameterError) as refused:
        parameter_file.read(written(tmp_path, content))
    assert sentence in str(refused.value)
    assert 1 == len(str(refused.value).splitlines())


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(ParameterError, match=r"There is no parameter file .*absent\.yaml"):
        parameter_file.read(tmp_path / "absent.yaml")


def test_a_folder_is_no_file(tmp_path: Path):
    with pytest.raises(ParameterError, match="is a folder"):
        parameter_file.read(tmp_path)
