"""Parameter files: YAML in which every value stays the text that stands there."""

from pathlib import Path

import yaml

from dilemma import parameters as contract
from dilemma.parameters import ParameterError, Parameters

# Parts of what the YAML library says, and what we say instead
PLAIN = {
    "'\\t'": "a tab stands where YAML wants spaces",
    "found another document": "the line --- begins a second list of parameters, and only one is read",
    "found unexpected end of stream": "a quotation mark is opened here and never closed",
}

TEMPLATE = {
    "en": "# Parameters of a run: python3 run.py report -f THIS-FILE\n"
    "# Nothing is set yet. To set a parameter, remove the # before its name and change the value.\n",
    "de": "# Parameter eines Laufs: python3 run.py report -f DIESE-DATEI\n"
    "# Noch ist nichts gesetzt. Wer einen Parameter setzen will, löscht das # vor seinem Namen und ändert den Wert.\n",
}
LIMITS = {"en": "Allowed: {allowed}; default: {default}.", "de": "Erlaubt: {allowed}; Vorgabe: {default}."}


def read(path: str | Path) -> dict[str, object]:
    """The parameters a YAML file sets, every value kept as the text that stands there.

    Raises ParameterError when the file is missing, empty, not YAML or no list of `name: value`.
    """
    try:
        values = yaml.load(Path(path).read_text(encoding="utf-8-sig"), Loader=_TextLoader)
    except FileNotFoundError:
        raise ParameterError(f"There is no parameter file {path}.") from None
    except IsADirectoryError:
        raise ParameterError(f"{path} is a folder; a parameter file is needed.") from None
    except (OSError, UnicodeDecodeError):
        raise ParameterError(f"{path} cannot be read as UTF-8 text.") from None
    except yaml.YAMLError as error:
        raise ParameterError(_syntax(path, error)) from None
    except RecursionError:
        raise ParameterError(f"{path}: lists stand within lists too deeply to be read.") from None
    if not isinstance(values, dict) or not values:
        raise ParameterError(
            f"{path} sets no parameter; each line should read name: value, as in draws: 5000."
        )
    return values


def template(language: str) -> str:
    """A parameter file that says what each parameter means and may be, and changes nothing.

    A line that sets a value begins with # alone, a line to read with # and a space.
    """
    parts = [TEMPLATE[language]]
    defaults = Parameters().texts()
    for row in contract.describe(language):
        text = defaults[row["name"]] or '""'
        limits = LIMITS[language].format(**row)
        parts.append(f"# {row['meaning']}.\n# {limits}\n#{row['name']}: {text}\n")
    return "\n".join(parts)


class _TextLoader(yaml.BaseLoader):
    """Reads every value as text: no stays no and 2024-11-01 stays 2024-11-01."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[str, object]:
        """The mapping; a key that is no plain word or stands there twice is refused."""
        values: dict[str, object] = {}
        for key, value in node.value:
            name = self.construct_object(key, deep=True)
            if not isinstance(name, str) or name in values:
                fault = (
                    f"{name} is set twice" if isinstance(name, str) else "a parameter's name must be a word"
                )
                raise yaml.constructor.ConstructorError(None, None, fault, key.start_mark)
            values[name] = self.construct_object(value, deep=True)
        return values


def _syntax(path: str | Path, error: yaml.YAMLError) -> str:
    """Where and why a file is not YAML."""
    mark, fault = getattr(error, "problem_mark", None), getattr(error, "problem", None) or ""
    if fault == "found unexpected end of stream":
        mark = error.context_mark  # where the text began, not where the file ends
    fault = next((plain for part, plain in PLAIN.items() if part in fault), fault)
    where = f"{path}, line {mark.line + 1}" if mark else str(path)
    return f"{where}: {fault or 'the file holds characters that YAML does not allow'}."
