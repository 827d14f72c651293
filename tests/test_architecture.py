"""The direction of imports, the shape of functions, and what may lie at the top level."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "dilemma"
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.name != "__init__.py"
}
# From left to right: a module may import what stands in an earlier row, or its own neighbours
# within a package.
ROWS = [
    {"overrides", "console", "quantiles", "traces"},
    {"parameter_words"},
    {"parameters"},
    {"parameter_file", "wording", "cells", "schema"},
    {"evidence"},
    {"argument", "estimates", "dictionary"},
    {"presence", "dependence", "signalling", "inputs"},
    {"escalation"},
    {"payoff"},
    {"decision"},
    {"verdict"},
    {"stress", "discovery", "information", "sensitivity", "hindsight", "explorer"},
    {"headline"},
    {"premises"},
    {"figures"},
    {"findings", "tables"},
    {"chapter"},
    {"light_jupyter"},
    {"execution"},
    {"report"},
    {"comparison"},
    {"sweep"},
    {"__main__"},
]
MODELS = {
    "argument", "estimates", "presence", "dependence", "signalling", "inputs", "escalation", "payoff",
    "decision", "quantiles", "verdict", "stress", "discovery", "information", "sensitivity", "hindsight",
    "explorer",
}  # fmt: skip
ANALYSIS = {"evidence", "headline", "figures", "chapter", "tables", "schema", "cells"} | MODELS
OUTSIDE = {"execution", "report", "comparison", "sweep"}  # treat notebooks as files
# A sweep takes its findings from the model and draws them, because a notebook for every run would take
# a hundred times as long; everything else of the analysis stays behind these two.
DOORS = {"sweep": {"headline", "figures"}}
TOP = {
    "README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "requirements.txt", "run.py",
    ".gitignore", ".ci", "notebooks", "data", "dilemma", "reports", "tests",
}  # fmt: skip


def group(module: str) -> str:
    return module.split(".")[0]


def imported(path: Path) -> set[str]:
    """The modules of the package that a file imports, by their first name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "dilemma":
            inner = node.module.split(".")[1:]
            found |= {inner[0]} if inner else {alias.name for alias in node.names}
        if isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("dilemma.")}
    return found


def test_every_module_has_a_place_in_the_order():
    assert {group(module) for module in MODULES} == set().union(*ROWS)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_what_stands_to_its_left(module):
    row = next(number for number, names in enumerate(ROWS) if group(module) in names)
    left = set().union(*ROWS[:row], ROWS[row])
    assert set() == imported(MODULES[module]) - left


@pytest.mark.parametrize("module", [name for name in MODULES if group(name) in OUTSIDE])
def test_what_handles_notebooks_knows_nothing_of_the_analysis(module):
    assert set() == imported(MODULES[module]) & ANALYSIS - DOORS.get(group(module), set())


@pytest.mark.parametrize("module", sorted(MODELS))
def test_the_analysis_reads_no_file_no_clock_and_no_language(module):
    text = MODULES[module].read_text(encoding="utf-8")
    assert [] == [word for word in ("open(", "read_csv", "Path", "datetime.now", "today(", "language") if word in text]


def functions() -> list[tuple[str, ast.FunctionDef]]:
    return [
        (f"{module}.{node.name}", node)
        for module, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def body_lines(function: ast.FunctionDef) -> int:
    documented = ast.get_docstring(function) and len(function.body) > 1
    return function.end_lineno - function.body[1 if documented else 0].lineno + 1


def test_functions_are_short():
    lengths = sorted(body_lines(function) for _, function in functions())
    assert lengths[len(lengths) // 2] <= 8
    assert lengths[int(0.9 * len(lengths))] <= 20


def test_public_functions_say_what_they_return():
    silent = [
        name
        for name, function in functions()
        if not function.name.startswith("_") and not (ast.get_docstring(function) and function.returns)
    ]
    assert [] == silent


@pytest.mark.parametrize("module", MODULES)
def test_modules_stay_readable_in_one_sitting(module):
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) <= 250


def test_the_top_level_holds_nothing_but_the_house():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set() == {line.split("/")[0] for line in listed.stdout.splitlines()} - TOP
