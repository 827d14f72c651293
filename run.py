"""Start here: `python3 run.py report` makes the report, `python3 run.py test` checks it.

The first call makes .venv from requirements.txt; every call then lets .venv's Python do the command.
Needs nothing but Python, and is written for old ones too, so that they can say that they are too old.
Exit codes: 1 the set-up failed, 2 no such command, 130 interrupted, otherwise the command's own.
"""
import ast
import collections.abc
import contextlib
import difflib
import errno
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time

NEEDED = (3, 11, 2)
UV = "uv==0.13.9"  # installs in seconds what takes pip a minute; where it cannot, pip does
ROOT = os.path.dirname(os.path.realpath(__file__))
VENV = os.path.join(ROOT, ".venv")
MARK = "made-by-run.py"  # a file in .venv: "unfinished" first of all, the fingerprint last of all
SCRIPTS = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
PYTHON = os.path.join(SCRIPTS, "python.exe" if os.name == "nt" else "python")
LOG = os.path.join(VENV, "setup.log")
LOCKED = ["--no-deps", "--only-binary", ":all:", "-r", "requirements.txt", "-e", ROOT]

SPREAD = ["--numprocesses", "logical", "--maxprocesses", "8", "--dist", "loadfile"]  # tests on every core; -n 0 undoes it

COMMANDS = {
    "report": "make the report: HTML and PDF, German and English",
    "compare": "set two runs side by side: what changed, and which parameter changed it",
    "sweep": "run the model over many parameter sets, here or on a Dask cluster",
    "test": "check everything, or with --browser the pages in a browser; further arguments go to pytest",
    "parameters": "list what a rerun can change, with units, ranges and defaults",
    "lab": "open the notebooks in JupyterLab",
    "dictionary": "rewrite data/README.md from data/datapackage.json",
}
# pip's settings under the names that uv has for them, and those that only pip can follow
UV_NAMES = {"index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_INDEX", "find-links": "UV_FIND_LINKS",
            "cert": "SSL_CERT_FILE"}
ONLY_PIP = {"no-index", "proxy", "trusted-host", "client-cert", "constraint", "no-binary", "keyring-provider"}
# What an installer's output says of a failure, the surest sign first, and what to tell the user
CAUSES = [
    (r"No space left on device|Errno 28\b|WinError 112|not enough space on the disk|Disk quota exceeded",
     "No space is left: free about 1 GB where {root}, the temporary files and the download cache lie"),
    (r"No module named '?(ensurepip|venv)", "This Python cannot make virtual environments: install its venv "
     "module (Debian and Ubuntu: sudo apt install python3-venv)"),
    (r"Permission denied|Read-only file system|WinError 5\b|Access is denied",
     "The set-up may not write where it must: make {root} and its .venv your own and writable"),
    (r"NewConnectionError|Max retries exceeded|[Tt]imed? ?out|Connection (refused|reset|aborted)|SSLError|"
     r"CERTIFICATE_VERIFY|ProxyError|name resolution|getaddrinfo|Network is unreachable",
     "The package index cannot be reached: check the network, and index and proxy in pip config list"),
    (r"No matching distribution found for (?P<package>[^\s;]+)",
     "The package index has no {package} for Python {version} on {system}: take another of them"),
    (r"(?P<last>[^\n]*)\s*\Z", "The set-up stopped with \"{last}\": delete .venv"),
]
started = time.time()
transcript = [""]  # what the installers said, one entry for each command


class SetupError(Exception):
    """One sentence saying why the set-up stopped and what to do."""


def main(arguments: list) -> int:
    """Does one command and returns its exit code."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(usage())
        return 0 if arguments else 2
    if arguments[0] not in COMMANDS:
        return refuse(arguments[0])
    try:
        require_python(arguments)
        require_clone()
        set_up()
        return hand_over(arguments)
    except KeyboardInterrupt:
        say("Interrupted.")
        return 130
    except SetupError as error:
        say(str(error))
    except OSError as error:
        say(explain(str(error)))
    return 1


def usage() -> str:
    """The help that needs no set-up."""
    lines = [f"  {name:<12}{meaning}" for name, meaning in COMMANDS.items()]
    last = "python3 run.py COMMAND --help tells more. The first command also sets up .venv, once."
    return "\n".join(["Usage: python3 run.py COMMAND [ARGUMENTS]", "", *lines, "", last])


def refuse(command: str) -> int:
    """Says which command was meant, before a minute goes into the set-up."""
    near = difflib.get_close_matches(command, COMMANDS, 1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(COMMANDS)}."
    say(f"There is no command {command}: {hint}")
    return 2


def say(text: str) -> None:
    """Prints to standard error: standard output belongs to the command."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def step(text: str) -> None:
    """Prints one line of progress with the seconds since the start."""
    say(f"  [{time.time() - started:3.0f} s] {text}")


def require_python(arguments: list) -> None:
    """Where this Python is too old, goes on with a newer one from PATH or says what is needed."""
    if sys.version_info >= NEEDED:
        return
    needed = ".".join(str(part) for part in NEEDED)
    old = f"This is Python {sys.version.split()[0]}, and {needed} or newer is needed"
    newer = newer_python()
    if not newer:
        raise SetupError(f"{old}: install one and call it: python3.13 run.py {arguments[0]}.")
    say(f"{old}: going on with {newer}.")
    sys.exit(replace_process([newer, os.path.realpath(__file__)] + arguments, dict(os.environ)))


def newer_python() -> str:
    """The first python3.x on PATH that starts and is new enough; nothing if there is none."""
    test = f"import sys; sys.exit(sys.version_info < {NEEDED})"
    for minor in range(max(NEEDED[1], sys.version_info[1] + 1), 30):
        path = shutil.which(f"python3.{minor}")
        if path and subprocess.call([path, "-c", test], stderr=subprocess.DEVNULL) == 0:
            return path
    return ""


def require_clone() -> None:
    """Says what is missing where run.py was copied without the rest."""
    parts = ("requirements.txt", "pyproject.toml", "README.md", "dilemma")
    missing = [name for name in parts if not os.path.exists(os.path.join(ROOT, name))]
    if missing:
        raise SetupError(f"There is no {' and no '.join(missing)} in {ROOT}: run.py needs the whole project "
                         "beside it, so clone it again.")


def set_up() -> None:
    """Makes .venv unless a finished one for the same lock, Python and folder is there."""
    wanted = fingerprint()
    if is_ready(wanted):
        return
    with alone():
        if is_ready(wanted):  # made by the call that this one waited for
            return
        clear()
        say(f"Setting up .venv in {ROOT} (once; at most a minute or two):")
        try:
            install()
        finally:
            write_log()
        finish(wanted)
    step("ready")


def fingerprint() -> str:
    """What .venv is made for; the folder counts because its scripts name it."""
    digest = hashlib.sha256("\n".join([ROOT, sys.base_prefix, sys.implementation.cache_tag]).encode())
    for name in ("requirements.txt", "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(hashlib.sha256(file.read()).digest())
    return digest.hexdigest()


def is_ready(wanted: str) -> bool:
    """Whether .venv was finished for this fingerprint and its Python still exists."""
    try:
        with open(os.path.join(VENV, MARK), "rb") as file:
            return file.read() == wanted.encode() and os.path.exists(PYTHON)
    except OSError:
        return False


@contextlib.contextmanager
def alone() -> collections.abc.Iterator:
    """Locks run.py itself: the system frees the lock however the process ends, so it is never stale."""
    with open(os.path.realpath(__file__), "rb") as file:
        os.set_inheritable(file.fileno(), True)  # an installer that outlives its killed parent keeps the lock
        if not lock(file.fileno()):
            say("Another call is setting up .venv: waiting for it.")
            while not lock(file.fileno()):
                time.sleep(0.3)
        yield


def lock(descriptor: int) -> bool:
    """Whether the lock could be had; true also where the file system knows no locks."""
    try:
        if os.name == "nt":
            import msvcrt
            os.lseek(descriptor, 1 << 30, os.SEEK_SET)  # beyond the end: run.py stays readable
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EAGAIN, errno.EACCES, errno.EDEADLK)
    return True


def clear() -> None:
    """Empties .venv, all but the mark, which tells the next call that a half-emptied one is ours."""
    if os.path.lexists(VENV) and not is_environment():
        raise SetupError(f"{VENV} is no virtual environment, so run.py leaves it alone: move it away.")
    os.makedirs(VENV, exist_ok=True)
    with open(os.path.join(VENV, MARK), "w") as file:
        file.write("unfinished")
    for entry in list(os.scandir(VENV)):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        elif entry.name != MARK:
            os.remove(entry.path)


def is_environment() -> bool:
    """Whether .venv may be replaced: a virtual environment, one of ours half made, or an empty folder."""
    names = os.listdir(VENV) if os.path.isdir(VENV) and not os.path.islink(VENV) else ["no folder"]
    return not names or MARK in names or "pyvenv.cfg" in names


def install() -> None:
    """Fills .venv with the user's own uv, else with the index's uv, else with pip."""
    step("making the environment")
    must([outer_python(), "-m", "venv", "--without-pip", VENV])
    uv = shutil.which("uv")
    if uv and install_with_uv(uv, outer_python()):
        return
    step("adding pip and uv")
    must([PYTHON, "-m", "ensurepip", "--default-pip"])
    pip = [PYTHON, "-m", "pip", "install", "--no-input", "--progress-bar", "off", "--only-binary", ":all:"]
    has_uv = attempt(pip + ["--retries", "1", UV])
    if has_uv and install_with_uv(shutil.which("uv", path=SCRIPTS), PYTHON):
        return
    step("installing the packages with pip, which takes about a minute")
    must(pip + LOCKED)


def outer_python() -> str:
    """The Python that runs this, or the one behind it where that is the .venv about to be replaced."""
    inside = os.path.realpath(sys.prefix) == os.path.realpath(VENV)
    return os.path.abspath(getattr(sys, "_base_executable", "") if inside else sys.executable)


def install_with_uv(uv: str, python: str) -> bool:
    """Whether uv could install the packages under the settings that this Python's pip has."""
    settings = pip_settings(python)
    if ONLY_PIP.intersection(settings):
        return False
    step("installing the packages with uv")
    return attempt([uv, "pip", "install", "--python", PYTHON, *LOCKED], **uv_settings(settings))


def pip_settings(python: str) -> dict:
    """What pip's configuration files and variables say, the strongest last; empty where there is no pip."""
    command = [python, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()
    found = re.findall(r"^(global|install|:env:)\.([\w-]+)=(['\"].*['\"])", listed, re.MULTILINE)
    found.sort(key=lambda setting: ("global", "install", ":env:").index(setting[0]))
    return {name: " ".join(ast.literal_eval(value).split()) for _, name, value in found}


def uv_settings(settings: dict) -> dict:
    """The same as variables for uv."""
    result = {UV_NAMES[name]: settings[name] for name in UV_NAMES if name in settings}
    if "UV_FIND_LINKS" in result:
        result["UV_FIND_LINKS"] = result["UV_FIND_LINKS"].replace(" ", ",")
    if "UV_INDEX" in result:
        result["UV_INDEX_STRATEGY"] = "unsafe-best-match"  # several indexes are equal for pip
    return result


def attempt(command: list, **settings: str) -> bool:
    """Whether the command succeeded; the user's own variables go before the settings."""
    environment = {**settings, **clean_environment(), "PIP_USER": "0"}
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, close_fds=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except OSError as error:
        transcript.append(f"{command[0]}: {error}")
        return False
    transcript.append(done.stdout.decode("utf-8", "replace"))
    return done.returncode == 0


def must(command: list) -> None:
    """Runs a command without which the set-up cannot go on."""
    if not attempt(command):
        raise SetupError(f"{explain(transcript[-1])} Details: {LOG}")


def explain(output: str) -> str:
    """One sentence: the known cause of a failure, else its last line, and what to do."""
    pattern, sentence = next(cause for cause in CAUSES if re.search(cause[0], output))
    quoted = re.search(pattern, output).groupdict()
    facts = {"root": ROOT, "version": sys.version.split()[0], "system": sys.platform}
    return sentence.format(**facts, **quoted) + ", then run the same command again."


def write_log() -> None:
    """Keeps what the installers said; a full disk keeps nothing, and the sentence must do."""
    with contextlib.suppress(OSError), open(LOG, "w", encoding="utf-8") as file:
        file.write("\n".join(transcript))


def finish(wanted: str) -> None:
    """Writes the fingerprint when all else is on the disk, so that a power cut leaves no false one."""
    if hasattr(os, "sync"):
        os.sync()
    with open(os.path.join(VENV, "mark.new"), "w") as file:
        file.write(wanted)
    os.replace(file.name, os.path.join(VENV, MARK))


def clean_environment() -> dict:
    """The caller's variables with .venv active and no packages from elsewhere."""
    foreign = ("PYTHONPATH", "PYTHONHOME", "__PYVENV_LAUNCHER__", "UV_SYSTEM_PYTHON")
    environment = {name: value for name, value in os.environ.items() if name not in foreign}
    environment.setdefault("PYTHONUTF8", "1")
    environment["VIRTUAL_ENV"] = VENV
    environment["PATH"] = SCRIPTS + os.pathsep + environment.get("PATH", os.defpath)
    return environment


def hand_over(arguments: list) -> int:
    """Lets .venv's Python do the command; the tests do not need a package that works."""
    if arguments[0] != "test":
        return replace_process([PYTHON, "-m", "dilemma"] + arguments, clean_environment())
    os.chdir(ROOT)
    return replace_process([PYTHON, "-m", "pytest"] + SPREAD + arguments[1:], clean_environment())


def replace_process(command: list, environment: dict) -> int:
    """Becomes the command; on Windows, which knows no such thing, waits for its exit code."""
    if os.name != "nt":
        os.execve(command[0], command, environment)
    process = subprocess.Popen(command, env=environment)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the command was interrupted too, and ends in its own way
            continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
