"""The set-up of a fresh clone, tried in small copies of the project with a stand-in for the installer."""
import ast
import errno
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dilemma import __main__

ROOT = Path(__file__).parents[1]
POSIX = pytest.mark.skipif(os.name == "nt", reason="the stand-in for uv is a shell script")
WAITING = "Another call is setting up .venv: waiting for it.\n"
PACKAGE = "import sys; print('package', *sys.argv[1:]); sys.exit(7)\n"


@pytest.fixture
def project(tmp_path):
    """A complete copy in miniature: its package prints its arguments and exits with 7."""
    folder = tmp_path / "a project"
    (folder / "dilemma").mkdir(parents=True)
    (folder / "dilemma" / "__main__.py").write_text(PACKAGE)
    for name in ("requirements.txt", "pyproject.toml", "README.md"):
        (folder / name).write_text("")
    shutil.copy(ROOT / "run.py", folder)
    return folder


@pytest.fixture
def run(project):
    """run.py of the small copy as a module."""
    spec = importlib.util.spec_from_file_location("run", project / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def handed(run, monkeypatch):
    """The commands that were handed over instead of replacing this process."""
    commands = []
    monkeypatch.setattr(run, "replace_process", lambda command, environment: commands.append(command) or 0)
    return commands


def uv_stand_in(folder: Path, *commands: str) -> Path:
    """A folder for PATH with a `uv` that notes each call and does the commands."""
    folder.mkdir(exist_ok=True)
    script = folder / "uv"
    script.write_text("\n".join(["#!/bin/sh", f"echo call >> '{folder}/calls'", *commands]))
    script.chmod(0o755)
    return folder


def until(path: Path) -> str:
    """The shell command that waits for a file, at most 30 seconds."""
    return f"for turn in $(seq 300); do [ -e '{path}' ] && exit; sleep 0.1; done"


def start(project: Path, tools: Path, *arguments: str, python: str | Path = sys.executable) -> subprocess.Popen:
    """run.py in a process of its own, away from this machine's pip and uv settings."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    environment |= {"PATH": f"{tools}:/usr/bin:/bin", "PIP_CONFIG_FILE": os.devnull}
    return subprocess.Popen([python, project / "run.py", *arguments], cwd=project, env=environment,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def call(project: Path, tools: Path, *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of run.py."""
    process = start(project, tools, *arguments)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def calls(tools: Path) -> int:
    """How often the stand-in for uv was called."""
    return len((tools / "calls").read_text().split())


def wait_for(path: Path) -> None:
    """Waits until the file is there."""
    end = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < end, f"{path} never came"
        time.sleep(0.02)


# The command line

def test_old_pythons_can_read_run_py_and_so_say_that_they_are_too_old():
    tree = ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 6))
    assert isinstance(tree, ast.Module)


def test_run_py_is_pure_ascii_so_that_every_terminal_can_show_it():
    assert (ROOT / "run.py").read_bytes().isascii()


def test_run_py_imports_the_standard_library_only():
    tree = ast.parse((ROOT / "run.py").read_text(encoding="utf-8"))
    imports = [alias for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    assert set() == {alias.name.split(".")[0] for alias in imports} - sys.stdlib_module_names
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]


def test_help_needs_no_set_up(run, project, capsys):
    assert 0 == run.main(["--help"])
    assert "report" in capsys.readouterr().out
    assert not (project / ".venv").exists()


def test_no_command_shows_the_help_and_is_a_usage_error(run, project, capsys):
    assert 2 == run.main([])
    assert "Usage: python3 run.py COMMAND" in capsys.readouterr().out
    assert not (project / ".venv").exists()


def test_a_mistyped_command_is_refused_before_any_set_up(run, project, capsys):
    assert 2 == run.main(["reprot"])
    assert "There is no command reprot: did you mean report?\n" == capsys.readouterr().err
    assert not (project / ".venv").exists()


def test_a_command_like_no_other_names_them_all(run, capsys):
    assert 2 == run.main(["xyz"])
    expected = "There is no command xyz: there are report, compare, sweep, test, parameters, lab, dictionary.\n"
    assert expected == capsys.readouterr().err


def test_run_py_lists_the_commands_of_the_package_and_test(run):
    assert {*__main__.commands.commands, "test"} == set(run.COMMANDS)


# What stops the set-up: one sentence, exit code 1, no traceback

def test_too_old_a_python_says_what_was_found_and_what_is_needed(run, project, monkeypatch, capsys):
    monkeypatch.setattr(run.sys, "version_info", (3, 10, 4))
    monkeypatch.setattr(run.sys, "version", "3.10.4 (main)")
    monkeypatch.setattr(run.shutil, "which", lambda name: None)
    assert 1 == run.main(["report"])
    expected = ("This is Python 3.10.4, and 3.11.2 or newer is needed: install one and call it: "
                "python3.13 run.py report.\n")
    assert expected == capsys.readouterr().err
    assert not (project / ".venv").exists()


def test_too_old_a_python_goes_on_with_a_newer_one_from_path(run, project, handed, monkeypatch, capsys):
    monkeypatch.setattr(run.sys, "version_info", (3, 10, 4))
    monkeypatch.setattr(run.shutil, "which", lambda name: sys.executable if name == "python3.12" else None)
    with pytest.raises(SystemExit):
        run.main(["report", "-p", "seed", "1"])
    assert [[sys.executable, str(project / "run.py"), "report", "-p", "seed", "1"]] == handed
    assert f"going on with {sys.executable}." in capsys.readouterr().err


@pytest.mark.parametrize("found, wanted", [((3, 11, 1), False), ((3, 11, 2), True), ((3, 14, 0), True)])
def test_3_11_2_is_the_oldest_python_that_will_do(run, found, wanted, monkeypatch):
    monkeypatch.setattr(run.sys, "version_info", found)
    monkeypatch.setattr(run.shutil, "which", lambda name: None)
    if wanted:
        assert run.require_python(["report"]) is None
    else:
        with pytest.raises(run.SetupError):
            run.require_python(["report"])


def test_run_py_without_the_project_says_what_is_missing(run, project, capsys):
    (project / "requirements.txt").unlink()
    assert 1 == run.main(["report"])
    expected = (f"There is no requirements.txt in {project}: run.py needs the whole project beside it, "
                "so clone it again.\n")
    assert expected == capsys.readouterr().err


@pytest.mark.parametrize("number, sentence", [
    (errno.ENOSPC, "No space is left: free about 1 GB where"),
    (errno.EACCES, "The set-up may not write where it must"),
    (errno.EROFS, "The set-up may not write where it must"),
    (errno.EIO, "The set-up stopped with"),
])
def test_an_error_of_the_system_is_one_sentence(run, number, sentence, monkeypatch, capsys):
    def fail():
        raise OSError(number, os.strerror(number), "some file")
    monkeypatch.setattr(run, "install", fail)
    assert 1 == run.main(["report"])
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith(sentence)
    assert last.endswith("then run the same command again.")


@pytest.mark.parametrize("output, sentence", [
    ("/usr/bin/python3: No module named ensurepip\n", "sudo apt install python3-venv"),
    ("/usr/bin/python3: No module named venv\n", "sudo apt install python3-venv"),
    ("ERROR: Could not install packages: [Errno 28] No space left on device\n", "No space is left"),
    ("after connection broken by 'NewConnectionError(…)'\nERROR: No matching distribution found for uv",
     "The package index cannot be reached"),
    ("ERROR: No matching distribution found for numpy==2.4.6\n", "The package index has no numpy==2.4.6"),
    ("line one\nERROR: something else\n\n", 'stopped with "ERROR: something else"'),
    ("", 'stopped with ""'),
])
def test_what_the_installer_says_becomes_one_sentence(run, output, sentence):
    explained = run.explain(output)
    assert sentence in explained
    assert 1 == len(explained.splitlines())


def test_a_missing_ensurepip_stops_the_set_up_with_the_package_to_install(run, project, monkeypatch, capsys):
    def attempt(command):
        run.transcript.append("python: No module named ensurepip")
        return "ensurepip" not in command
    monkeypatch.setattr(run, "attempt", attempt)
    monkeypatch.setattr(run.shutil, "which", lambda name: None)
    assert 1 == run.main(["report"])
    assert "sudo apt install python3-venv" in capsys.readouterr().err
    assert "No module named ensurepip" in (project / ".venv" / "setup.log").read_text()


def test_a_folder_that_is_no_environment_is_left_alone(run, project, capsys):
    (project / ".venv").mkdir()
    (project / ".venv" / "thesis.txt").write_text("years of work")
    assert 1 == run.main(["report"])
    assert "is no virtual environment, so run.py leaves it alone: move it away.\n" in capsys.readouterr().err
    assert "years of work" == (project / ".venv" / "thesis.txt").read_text()


@POSIX
def test_a_link_to_elsewhere_is_left_alone(run, project, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "pyvenv.cfg").write_text("")
    (project / ".venv").symlink_to(tmp_path / "elsewhere")
    assert 1 == run.main(["report"])
    assert ["pyvenv.cfg"] == os.listdir(tmp_path / "elsewhere")


def test_an_interrupted_set_up_exits_with_130(run, monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt
    monkeypatch.setattr(run, "install", interrupted)
    assert 130 == run.main(["report"])
    assert "Interrupted." == capsys.readouterr().err.splitlines()[-1]


# The set-up itself

@pytest.mark.slow
@POSIX
def test_the_command_gets_its_arguments_and_gives_its_exit_code(project, tmp_path):
    code, out, err = call(project, uv_stand_in(tmp_path / "bin"), "report", "-p", "draws", "5000")
    assert (7, "package report -p draws 5000\n") == (code, out)
    assert err.startswith(f"Setting up .venv in {project} (once")
    assert err.endswith(" s] ready\n")


@pytest.mark.slow
@POSIX
def test_the_second_call_sets_nothing_up_and_says_nothing(project, tmp_path):
    tools = uv_stand_in(tmp_path / "bin")
    call(project, tools, "report")
    assert (7, "package report\n", "") == call(project, tools, "report")
    assert 1 == calls(tools)


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize("name", ["requirements.txt", "pyproject.toml"])
def test_a_changed_lock_or_description_sets_up_anew(project, tmp_path, name):
    tools = uv_stand_in(tmp_path / "bin")
    call(project, tools, "report")
    (project / name).write_text("# changed")
    call(project, tools, "report")
    assert 2 == calls(tools)


@pytest.mark.slow
@POSIX
def test_a_shell_in_which_the_environment_is_active_can_replace_it(project, tmp_path):
    tools = uv_stand_in(tmp_path / "bin")
    call(project, tools, "report")
    (project / "requirements.txt").write_text("# changed")
    process = start(project, tools, "report", python=project / ".venv" / "bin" / "python")
    assert ("package report\n", 7) == (process.communicate(timeout=60)[0], process.returncode)


@pytest.mark.slow
@POSIX
def test_a_moved_project_sets_up_anew(project, tmp_path):
    tools = uv_stand_in(tmp_path / "bin")
    call(project, tools, "report")
    code, _, _ = call(project.rename(tmp_path / "moved"), tools, "report")
    assert (7, 2) == (code, calls(tools))


@pytest.mark.slow
@POSIX
def test_an_environment_whose_python_is_gone_is_made_anew(project, tmp_path):
    tools = uv_stand_in(tmp_path / "bin")
    call(project, tools, "report")
    (project / ".venv" / "bin" / "python").unlink()
    assert 7 == call(project, tools, "report")[0]


@pytest.mark.slow
@POSIX
def test_an_environment_of_another_tool_is_replaced_whole(project, tmp_path):
    (project / ".venv" / "lib").mkdir(parents=True)
    (project / ".venv" / "pyvenv.cfg").write_text("")
    (project / ".venv" / "lib" / "stale.py").write_text("")
    assert 7 == call(project, uv_stand_in(tmp_path / "bin"), "report")[0]
    assert not (project / ".venv" / "lib" / "stale.py").exists()


def test_an_environment_half_removed_is_known_by_its_mark_and_emptied(run, project):
    (project / ".venv" / "lib").mkdir(parents=True)
    (project / ".venv" / "made-by-run.py").write_text("unfinished")
    run.clear()
    assert ["made-by-run.py"] == os.listdir(project / ".venv")


@pytest.mark.slow
@POSIX
def test_two_first_calls_at_once_set_up_once(project, tmp_path):
    tools = uv_stand_in(tmp_path / "bin", until(tmp_path / "end"))
    first = start(project, tools, "report")
    wait_for(tools / "calls")
    second = start(project, tools, "report")
    assert WAITING == second.stderr.readline()
    (tmp_path / "end").touch()
    first.communicate(timeout=60)
    assert ("package report\n", "") == second.communicate(timeout=60)
    assert (7, 7, 1) == (first.returncode, second.returncode, calls(tools))


@pytest.mark.slow
@POSIX
def test_a_killed_set_up_heals_once_its_installer_has_ended_too(project, tmp_path):
    first = start(project, uv_stand_in(tmp_path / "bin", until(tmp_path / "end")), "report")
    wait_for(tmp_path / "bin" / "calls")
    first.kill()
    first.wait()
    second = start(project, uv_stand_in(tmp_path / "other"), "report")
    assert WAITING == second.stderr.readline()
    assert not (tmp_path / "other" / "calls").exists()
    (tmp_path / "end").touch()
    second.communicate(timeout=60)
    assert (7, 1) == (second.returncode, calls(tmp_path / "other"))


def test_the_tests_run_in_the_projects_folder_with_pytest_itself(run, project, handed, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run, "set_up", lambda: None)
    assert 0 == run.main(["test", "-k", "argument"])
    assert [[run.PYTHON, "-m", "pytest", *run.SPREAD, "-k", "argument"]] == handed
    assert project == Path.cwd()


def test_no_packages_from_elsewhere_reach_the_command(run, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("VIRTUAL_ENV", "/another")
    environment = run.clean_environment()
    assert "PYTHONPATH" not in environment
    assert run.VENV == environment["VIRTUAL_ENV"]
    assert environment["PATH"].startswith(run.SCRIPTS + os.pathsep)


# The user's settings of pip

def test_uv_is_told_the_indexes_that_pip_would_use(run):
    settings = {"index-url": "https://one/simple", "extra-index-url": "https://two https://three",
                "find-links": "/wheels /more", "cert": "/root.pem", "timeout": "60"}
    expected = {"UV_DEFAULT_INDEX": "https://one/simple", "UV_INDEX": "https://two https://three",
                "UV_INDEX_STRATEGY": "unsafe-best-match", "UV_FIND_LINKS": "/wheels,/more",
                "SSL_CERT_FILE": "/root.pem"}
    assert expected == run.uv_settings(settings)


def test_where_only_pip_can_follow_its_settings_uv_is_not_used(run, monkeypatch):
    monkeypatch.setattr(run, "pip_settings", lambda python: {"no-index": "true", "find-links": "/wheels"})
    monkeypatch.setattr(run, "attempt", lambda command, **settings: pytest.fail("uv was called"))
    assert not run.install_with_uv("uv", sys.executable)


def python_with_pip() -> str:
    """This Python or the one it was made from: a .venv that uv made has no pip."""
    for python in (sys.executable, sys._base_executable):
        if subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0:
            return python
    pytest.skip("no pip here")


@pytest.mark.slow
def test_pips_variables_go_before_its_files(run, tmp_path, monkeypatch):
    lines = ["[global]", "index-url = https://file", "extra-index-url =", "  https://a", "  https://b"]
    (tmp_path / "pip.conf").write_text("\n".join(lines))
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("PIP_INDEX_URL", "https://variable")
    settings = run.pip_settings(python_with_pip())
    assert ("https://variable", "https://a https://b") == (settings["index-url"], settings["extra-index-url"])


# Real installers

@pytest.mark.slow
@POSIX
def test_without_uv_and_index_pip_does_what_needs_no_network(run, project, tmp_path, handed, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setattr(run.shutil, "which", lambda name: None)
    monkeypatch.setattr(run, "LOCKED", ["-r", "requirements.txt"])
    assert 0 == run.main(["report"])
    assert [[run.PYTHON, "-m", "dilemma", "report"]] == handed


@pytest.mark.slow
@POSIX
def test_an_index_out_of_reach_is_one_sentence(project, tmp_path):
    (project / "requirements.txt").write_text("six==1.17.0\n")
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = http://127.0.0.1:9/simple\n")
    broken_uv = uv_stand_in(tmp_path / "bin", "exit 1")
    process = subprocess.run(
        [sys.executable, project / "run.py", "report"], capture_output=True, text=True,
        env={"PATH": f"{broken_uv}:/usr/bin:/bin", "PIP_CONFIG_FILE": str(tmp_path / "pip.conf")})
    assert 1 == process.returncode
    assert "Traceback" not in process.stderr
    assert process.stderr.splitlines()[-1].startswith("The package index cannot be reached")
