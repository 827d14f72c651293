"""The README: every command, path and function in it exists, and its verdict is the report's."""

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
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

    pairs = [pair for line in COMMANDS for pair in re.findall(r"-p (\S+) (\S+)", line.replace('"', ""))]
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
    text = {id: found["text_en"] for id, found in stated.items()}
    troops = stated["troops-range"]["text_en"]
    sentence = (
        "**The answer, as of 24 October 2024:** letting the soldiers fight in Kursk would turn out worse for the Kremlin "
        f"than its best alternative in {text['backfire-chance']} of the drawn outcomes; by the same yardstick refusing does "
        f"so in {text['backfire-refuse-chance']}. The choice is **{text['dilemma-balanced']}**: on average “{text['dilemma-best']}” is best, in "
        f"{text['dilemma-best-share']} of the worlds computed; Kursk is best in {text['dilemma-kursk-share']}, Ukraine "
        f"itself in {text['dilemma-ukraine-share']}. Of the variance of the lead, {text['stress-assumed-share']} is due to inputs that "
        "are assumed.\n\n"
        f"As an argument, the thesis that the alliance may backfire is {words['backfire']}, that the pact reveals "
        f"dependence {words['horn-one']}, that direct intervention crosses a red line {words['horn-two']}. Pooling like "
        f"with like, {troops} North Korean soldiers were {text['troops-place']}: as many as Russia loses in "
        f"{text['troops-days']} days. Each word follows the end of its bar below that lies nearer to 0.5; a bar spans 90% of the draws."
    )
    scale = f"{'strength':<26} 0{'0.5':^{WIDTH - 2}}1"
    lines = {"The alliance may backfire": "backfire", "Horn one: dependence": "horn-one", "Horn two: red line": "horn-two"}
    figure = "\n".join([scale, *(line(name, key, stated) for name, key in lines.items())])
    return f"\n{sentence}\n\n```text\n{figure}\n```\n"


def test_the_verdict_in_the_readme_is_that_of_the_committed_report():
    written = re.search(r"<!-- verdict -->(.*?)<!-- /verdict -->", README, re.DOTALL)[1]
    assert verdict() == written


def replay() -> str:
    """The README's table of the answer over time, from the figure of the committed report."""
    page = BeautifulSoup((ROOT / "reports/kremlin-dilemma.en.html").read_bytes(), "html.parser")
    _, *panels = page.select_one("#fig-replay svg")["aria-label"].removesuffix(".").split(". ")
    columns = {name: dict(cell.split(": ") for cell in cells.split("; ")) for name, _, cells in (p.partition(": ") for p in panels)}
    days = list(next(iter(columns.values())))
    lines = [["as of", *columns], ["---"] * (len(columns) + 1), *([day, *(of[day] for of in columns.values())] for day in days)]
    return "\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def test_the_table_of_the_answer_over_time_is_that_of_the_committed_report():
    written = re.search(r"<!-- replay -->(.*?)<!-- /replay -->", README, re.DOTALL)[1]
    assert replay() == written
    assert 7 == len(written.strip().splitlines()) - 2


@pytest.mark.slow
def test_the_papermill_command_runs_as_printed(tmp_path):
    command = next(line for line in COMMANDS if "papermill" in line).removeprefix(".venv/bin/")
    command = command.replace("out.ipynb", str(tmp_path / "o.ipynb"))
    done = subprocess.run(
        [sys.executable, "-m", *command.split(), "-p", "draws", "1000"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert 0 == done.returncode, done.stderr
