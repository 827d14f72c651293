"""Notes inside a kernel what a chapter takes from outside; the cache keys on it.

Imported by kernels before their first cell: nothing but the standard library here.
"""

import hashlib
import importlib.util
import json
import os
import sys
import sysconfig
import tempfile
from pathlib import Path
from threading import local
from types import FrameType

PACKAGE = Path(__file__).resolve().parents[1]
# Parts of the package that show results and compute none: a chapter does not depend on them unless it opens them.
RENDERERS = ("report", "comparison", "sweep", "__main__.py")


def _folders(*folders: object) -> tuple[str, ...]:
    return tuple(os.path.join(os.path.realpath(str(folder)), "") for folder in folders)


# Their versions are in the key, or nobody wrote them.
LIBRARIES = _folders(sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), "/proc", "/sys", "/dev")
TEMPORARY = _folders(tempfile.gettempdir(), "/dev")
OWN = _folders(PACKAGE)
SHOWING = tuple(str(PACKAGE / name) for name in RENDERERS)
# matplotlib's own cache: which fonts there are; it asks fc-list to make it. The report's fonts are in the key.
FONT_LIST, FONT_LISTER = "fontlist-v", "fc-list"

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
STARTS = "it starts another program"
CONNECTS = "it uses the network"
SAVES = "it writes a file"
DATABASE = "it opens a database"
UNKNOWN = "it takes something from outside that could not be noted"
LISTS = ("os.listdir", "os.scandir")
CHANGES = ("os.rename", "os.remove", "os.symlink", "os.link", "os.truncate")
REASONS = {
    **dict.fromkeys(("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork"), STARTS),
    **dict.fromkeys(("os.startfile", "os.forkpty", "pty.spawn"), STARTS),
    **dict.fromkeys(("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"), CONNECTS),
    "sqlite3.connect": DATABASE,
}
EVENTS = frozenset(("open", *LISTS, *CHANGES, *REASONS))


def fingerprint(path: str | Path) -> str:
    """What counts of a file or folder: the content, or the visible names; empty where there is nothing."""
    try:
        if os.path.isdir(path):
            content = "\0".join(sorted(name for name in os.listdir(path) if name[:1] not in "._")).encode()
        else:
            content = Path(path).read_bytes()
    except OSError:
        return ""
    return hashlib.sha256(content).hexdigest()


def note(log: str) -> None:
    """From now on writes to `log` what this process reads, with fingerprints, and what forbids to cache it."""
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    noted: set[str] = set()
    here = _folders(os.getcwd())
    busy = local()  # what the hook itself opens is no reading of the chapter's

    def _hook(event: str, arguments: tuple[object, ...]) -> None:
        if event not in EVENTS or getattr(busy, "now", False):
            return
        busy.now = True
        try:
            found = _noted(event, arguments, sys._getframe(1), here)
        except Exception:  # noqa: BLE001 - an error in here would become the chapter's
            found = {"reason": UNKNOWN}
        line = json.dumps(found) if found else ""
        if line and line not in noted:
            noted.add(line)
            os.write(descriptor, f"{line}\n".encode())
        busy.now = False

    sys.addaudithook(_hook)


def _noted(event: str, arguments: tuple[object, ...], caller: FrameType, here: tuple[str, ...]) -> dict[str, str]:
    """The note on one event in a chapter whose folder is `here`, empty when it does not count."""
    if event in REASONS:
        lists_fonts = os.path.basename(str(arguments[0])) == FONT_LISTER
        return {} if lists_fonts else {"reason": REASONS[event]}
    if isinstance(arguments[0], int):  # something that is open already, as compiled code is when Python writes it
        return {}
    paths = [os.path.abspath(os.fsdecode(part)) for part in arguments if isinstance(part, str | bytes | os.PathLike)]
    if event in CHANGES or (event == "open" and _writes(arguments)):
        return {"reason": SAVES} if any(_is_kept(path, here) for path in paths) else {}
    path = os.getcwd() if arguments[0] is None else paths[0]
    # Looking for a module or a version is no reading: what is found is opened, or is in the key.
    if event in LISTS and "importlib" in caller.f_code.co_filename:
        return {}
    return _read(_source(path))


def _writes(arguments: tuple[object, ...]) -> bool:
    return isinstance(arguments[2], int) and bool(arguments[2] & WRITES)


def _is_kept(path: str, here: tuple[str, ...]) -> bool:
    """Whether a file would be there for others after the chapter."""
    return _is_in(path, here) or not (_is_in(path, (*TEMPORARY, *LIBRARIES)) or FONT_LIST in path or _is_bytecode(path))


def _read(path: str) -> dict[str, str]:
    inside = os.path.join(path, "")
    own = _is_in(inside, OWN) and not path.startswith(SHOWING)
    if own or _is_in(inside, LIBRARIES) or FONT_LIST in path:
        return {}
    return {"path": path, "fingerprint": fingerprint(path)}


def _source(path: str) -> str:
    """The source of compiled code, which Python compiles anew when the source changes."""
    return importlib.util.source_from_cache(path) if _is_bytecode(path) and path.endswith(".pyc") else path


def _is_bytecode(path: str) -> bool:
    return "__pycache__" in (os.path.basename(path), os.path.basename(os.path.dirname(path)))


def _is_in(path: str, folders: tuple[str, ...]) -> bool:
    return path.startswith(folders) or os.path.realpath(path).startswith(folders)
