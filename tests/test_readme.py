"""The README: every command, path and function in it exists, and its verdict is the report's."""

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from dilemma.__main__ import commands

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```\w*\n(.*?)```", README, re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line.startswith(("python3", ".venv/bin/papermill"))]
WIDTH = 61  # signs from 0 to 1 in the figure


def test_the_first_two_commands_are_the_two_that_do_everything():
    assert ["python3 run.py report", "python3 run.py test"] == COMMANDS[:2]


@pytest.mark.parametrize("line", [line for line in COMMANDS if line.startswith("python3")])
def test_every_command_is_one_that_exists_with_its_options(line):
    words = line.split()[2:]
    if words[0] == "test":  # run.py hands it to pytest itself
        return
    command = commands.commands[words[0]]
    command.make_context(words[0], words[1:], resilient_parsing=False).close()


@pytest.mark.parametrize("command", sorted(commands.commands))
def test_every_command_is_in_the_readme_and_explains_itself(command):
    assert f"python3 run.py {command}" in README
    shown = CliRunner().invoke(commands, [command, "--help"])
    assert 0 == shown.exit_code and len(shown.output) > 80


def test_every_parameter_a_command_passes_is_accepted():
    from dilemma import parameters

    pairs = [pair for line in COMMANDS for pair in re.findall(r"-p (\S+) (\S+)", line)]
    assert pairs
    assert all(parameters.from_strings({name: value}) for name, value in pairs)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(((?!http)[^)]+)\)", README))))
def test_every_linked_path_exists(path):
    assert (ROOT / path).exists()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([a-z]+/[a-z/]*)`", README)) - {"reports/runs/"}))
def test_every_named_folder_exists(path):
    assert (ROOT / path).is_dir()


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(dilemma\.[a-z_.]+)`", README))))
def test_every_function_of_the_figure_map_exists(name):
    module, function = name.rsplit(".", 1)
    assert callable(getattr(importlib.import_module(module), function))


def test_the_figure_map_names_every_figure_of_the_notebooks():
    notebooks = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    assert sum(len(re.findall(r'id=\\"fig-', text)) for text in notebooks) == README.count("`dilemma.figures.")


def findings() -> dict[str, dict]:
    page = (ROOT / "reports/kremlin-dilemma.en.html").read_text(encoding="utf-8")
    stated = re.search(r'<script type="application/json" id="findings">(.*?)</script>', page, re.DOTALL)
    return {finding["id"]: finding for finding in json.loads(stated[1])}


def line(name: str, key: str, stated: dict[str, dict]) -> str:
    """One line of the figure: a bar for 90 % of the draws with the median in it."""
    spread, middle = stated[f"{key}-range"], stated[f"{key}-strength"]
    low, high, at = (round(value * (WIDTH - 1)) for value in (spread["low"], spread["high"], middle["value"]))
    signs = ["●" if sign == at else "━" if low <= sign <= high else "·" for sign in range(WIDTH)]
    return f"{name:<26} {''.join(signs)}  {middle['text_en']}  {stated[f'{key}-word']['text_en']}"


def verdict() -> str:
    """The README's verdict and figure, from the findings of the committed report."""
    stated = findings()
    words = {key: f"**{stated[f'{key}-word']['text_en']}**" for key in ("backfire", "horn-one", "horn-two")}
    troops = stated["troops-range"]["text_en"]
    sentence = (
        f"**The answer, as of 24 October 2024:** that the alliance may backfire on the Kremlin is {words['backfire']}. "
        f"That the pact reveals dependence is {words['horn-one']}; that direct intervention crosses a red line is "
        f"{words['horn-two']}. Pooling like with like, {troops} North Korean soldiers were "
        f"{stated['troops-place']['text_en']}: as many as Russia loses in {stated['troops-days']['text_en']} days. "
        "The words are cautious: each holds for the whole bar below, which spans 90% of the draws."
    )
    scale = f"{'strength':<26} 0{'0.5':^{WIDTH - 2}}1"
    lines = {"The alliance may backfire": "backfire", "Horn one: dependence": "horn-one", "Horn two: red line": "horn-two"}
    figure = "\n".join([scale, *(line(name, key, stated) for name, key in lines.items())])
    return f"\n{sentence}\n\n```text\n{figure}\n```\n"


def test_the_verdict_in_the_readme_is_that_of_the_committed_report():
    written = re.search(r"<!-- verdict -->(.*?)<!-- /verdict -->", README, re.DOTALL)[1]
    assert verdict() == written


@pytest.mark.slow
def test_the_papermill_command_runs_as_printed(tmp_path):
    command = next(line for line in COMMANDS if "papermill" in line).removeprefix(".venv/bin/")
    command = command.replace("out.ipynb", str(tmp_path / "o.ipynb"))
    done = subprocess.run(
        [sys.executable, "-m", *command.split(), "-p", "draws", "1000"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert 0 == done.returncode, done.stderr
