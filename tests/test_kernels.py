"""Kernels: forked or started, a chapter is executed alike, alone, and leaves nothing behind."""

import asyncio
import gc
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from dilemma.execution import forkserver, kernels, order, preloaded
from dilemma.execution.execute import SPARE, Job, Outcome, execute, execute_jobs
from dilemma.parameters import Parameters

psutil = pytest.importorskip("psutil")
ROOT = Path(__file__).parent.parent
forks = pytest.mark.skipif(not preloaded.possible(), reason="kernels are forked on Linux only")
posix = pytest.mark.skipif(os.name != "posix", reason="Windows has neither such sockets nor such signals")
PLAIN = "DILEMMA_PLAIN_KERNELS"
# Takes years, all of them in C, where no thread of the kernel gets a word in.
STUCK_IN_C = "import re; re.match(r'(a+)+$', 'a' * 60 + 'b')"


def run(notebooks: Path, timeout: int | None = None) -> dict[str, Outcome]:
    """Executes into a run's folder beside the notebooks."""
    (notebooks.parent / "run.json").write_text("{}", encoding="utf-8")
    return {one.chapter: one for one in execute(notebooks, notebooks.parent, [Parameters()], timeout)}


def printed(notebooks: Path, chapter: str) -> str:
    """What the cells of an executed chapter have printed."""
    cells = nbformat.read(notebooks.parent / f"en/{chapter}.ipynb", as_version=4).cells
    return "".join(output.get("text", "") for cell in cells for output in cell.get("outputs", []))


def wait_until(reached: Callable[[], object], seconds: int = 60) -> None:
    """Returns once it is so."""
    until = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < until, "it did not come to that"
        time.sleep(0.05)


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def choose(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets kernels be forked where they can, or plain."""
    monkeypatch.setenv(PLAIN, "1") if kind == "plain" else monkeypatch.delenv(PLAIN, raising=False)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process
        process.kill()


def test_only_what_a_notebook_imports_from_this_package_is_imported_for_it(tmp_path: Path):
    own = "import os, dilemma.inputs as x\nfrom dilemma import evidence"
    sources = own, "%time\nfrom dilemma import magic", "import numpy"
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    nbformat.write(notebook, tmp_path / "a.ipynb")
    found = set(forkserver.imported(tmp_path / "a.ipynb"))
    assert {"dilemma", "dilemma.inputs", "dilemma.evidence"} == found


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": [{"cell_type": "code"}]}', '{"cells": 1}'])
def test_nothing_is_imported_for_a_broken_notebook(text: str, tmp_path: Path):
    (tmp_path / "a.ipynb").write_text(text, encoding="utf-8")
    assert [] == list(forkserver.imported(tmp_path / "a.ipynb"))


@forks
def test_a_process_that_is_no_child_is_seen_to_live_and_to_end(sleeper: subprocess.Popen[bytes]):
    process = preloaded.ForkedProcess(sleeper.pid)
    assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=0.01)
    process.kill()
    assert -1 == process.wait(timeout=10) == process.poll()


@forks
def test_a_process_that_has_ended_is_not_mistaken_for_another(sleeper: subprocess.Popen[bytes]):
    sleeper.kill()
    sleeper.wait()
    process = preloaded.ForkedProcess(sleeper.pid)
    process.kill()
    assert -1 == process.poll()


@forks
def test_a_variable_asks_for_plain_kernels(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(PLAIN, "1")
    assert not preloaded.possible()


def test_the_server_is_started_before_jupyter_is_imported():
    code = "import sys, dilemma.execution.preloaded; print([name for name in ('zmq', 'pandas') if name in sys.modules])"
    assert "[]\n" == subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
def test_papermill_itself_starts_without_the_engine_s_imports():
    code = "import sys, papermill; print([name for name in sys.modules if name.startswith('dilemma')])"
    listed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "['dilemma', 'dilemma.execution', 'dilemma.execution.engine']\n" == listed


def test_the_last_chapters_wait_for_the_first_of_their_own_folder_only():
    jobs = [Job(Path(name), Path(folder, name), Parameters()) for folder in ("de", "en") for name in ("01", "00")]
    done: list[str] = []
    english_is_done = threading.Event()

    def work(job: Job) -> None:
        assert job.target != Path("de/01") or english_is_done.wait(timeout=10)
        done.append(job.target.as_posix())
        if job.target == Path("en/00"):
            english_is_done.set()

    with ThreadPoolExecutor(2) as pool:
        order.run(jobs[::2], jobs[1::2], lambda _: False, lambda job: pool.submit(work, job))
    assert ["en/01", "en/00", "de/01", "de/00"] == done


def test_a_chapter_from_the_cache_is_not_executed():
    job = Job(Path("00"), Path("en/00"), Parameters())
    order.run([], [job], lambda _: True, lambda _: pytest.fail("it was executed"))


SHOWING = (
    "import sys, warnings, pandas as pd, numpy as np\nimport dilemma.chapter\nprint(sys.argv[1:2], sys.path[0])",
    "warnings.warn('careful')\nprint('out')\nprint('err', file=sys.stderr)",
    "print({'b', 'a', 'c', 'd', 'e'}, __name__)\npd.DataFrame({'a': [1.5, None]})",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "import subprocess; print(subprocess.run(['echo', 'x'], capture_output=True, text=True).stdout)",
    "!echo shell",
    "from IPython.display import Markdown, clear_output\ndisplay(Markdown('*x*'), display_id='d')",
    "print(np.random.default_rng(1).normal(), input.__name__)",
    "import os, signal, threading\nprint(os.getpgid(0) == os.getpid(), signal.getsignal(signal.SIGTERM), os.isatty(0))",
    "thread = threading.Thread(target=print, args=['from a thread'])\nthread.start(); thread.join()",
    "import asyncio\nasync def later(): print('later')\ntask = asyncio.create_task(later())",
    "await task",
    ("from comm import create_comm\nstate = {'_model_name': 'M', '_model_module': 'm', '_model_module_version': '1'}\n"
    "create_comm('jupyter.widget', {'state': state, 'buffer_paths': [['b']]}, buffers=[b'\\0'], comm_id='x');"),
    "1 / 0",
)


@forks
@pytest.mark.slow
def test_a_forked_kernel_shows_what_a_plain_one_shows(project, chapter, monkeypatch):
    notebooks = project(**{"01_a": chapter(*SHOWING)})
    made = []
    for kind in ("forked", "plain"):
        choose(kind, monkeypatch)
        run(notebooks)
        made.append((notebooks.parent / "en/01-a.ipynb").read_text(encoding="utf-8"))
    assert "image/png" in made[0]
    assert made[0] == made[1]


@forks
@pytest.mark.slow
def test_every_chapter_is_the_same_from_a_forked_and_a_plain_kernel(tmp_path, monkeypatch):
    made = []
    for kind in ("forked", "plain"):
        choose(kind, monkeypatch)
        folder = tmp_path / kind
        folder.mkdir()
        (folder / "run.json").write_text("{}", encoding="utf-8")
        outcomes = execute(ROOT / "notebooks", folder, [Parameters()], cache=folder / "cache")
        assert all(one.ok for one in outcomes)
        assert [] == [one.origin.why for one in outcomes if one.origin.reads is None]
        # The machine's own files, such as its time zones, are read by imports: in a fork that was before its time.
        reads = {(one.chapter, name) for one in outcomes for name in one.origin.reads if not Path(name).is_absolute()}
        made.append(({path.name: path.read_bytes() for path in sorted(folder.glob("en/*.ipynb"))}, reads))
    assert made[0] == made[1]


@forks
@pytest.mark.slow
def test_a_kernel_has_the_imports_behind_it_before_its_first_cell(project, chapter):
    notebooks = project(**{"01_a": chapter("import sys; print('pandas' in sys.modules)", "import dilemma.chapter")})
    run(notebooks)
    assert "True\n" == printed(notebooks, "01-a")


STATE = """
import os, sys, json, random, builtins, numpy as np, pandas as pd, matplotlib as mpl, dilemma.wording as module
from pathlib import Path
import dilemma.chapter
def state():
    return [os.environ.get("MINE"), mpl.rcParams["font.size"], pd.get_option("display.precision"), "/mine" in sys.path,
            hasattr(module, "mine"), hasattr(builtins, "mine"), Path.cwd().name, "mine" in globals()]
"""
CHANGE = """
os.environ["MINE"] = "1"; mpl.rcParams["font.size"] = 3; pd.set_option("display.precision", 1); sys.path.append("/mine")
module.mine = builtins.mine = mine = 1; np.random.seed(1); random.seed(1)
Path("changed").touch(); os.chdir("/")
"""
WAIT = """
import time
while not Path("changed").exists(): time.sleep(0.05)
print(json.dumps(state()))
"""


@pytest.mark.slow
def test_a_chapter_sees_nothing_of_another(project, chapter):
    notebooks = project(**{"01_a": chapter(STATE, CHANGE), "02_b": chapter(STATE, WAIT)})
    assert all(one.ok for one in run(notebooks).values())
    assert [None, 10.0, 6, False, False, False, "en", False] == json.loads(printed(notebooks, "02-b"))


@pytest.mark.slow
def test_chapters_do_not_draw_the_same_random_numbers(project, chapter):
    draw = "import random, numpy as np\nimport dilemma.chapter\nprint(np.random.random(), random.random())"
    notebooks = project(**{"01_a": chapter(draw), "02_b": chapter(draw)})
    run(notebooks)
    first, second = printed(notebooks, "01-a").split(), printed(notebooks, "02-b").split()
    assert [True, True] == [a != b for a, b in zip(first, second, strict=True)]


LITTLE_MEMORY = """
import resource
from pathlib import Path
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 100 * 2**20, resource.RLIM_INFINITY))
"""


@posix
@pytest.mark.slow
def test_what_goes_wrong_in_a_chapter_stays_in_it(project, chapter):
    broken = {
        "01_killed": chapter("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"),
        "02_hangs": chapter(STUCK_IN_C),
        "03_exits": chapter("import sys\nsys.exit(0)", "print(1)"),
        "04_greedy": chapter("held = bytearray(2**50)"),
        "05_fine": chapter("1"),
        "06_crashes": chapter("import ctypes; ctypes.string_at(0)"),
    }
    outcomes = run(project(**broken), timeout=20)
    assert ["05-fine"] == [name for name, one in outcomes.items() if one.ok]
    assert "stopped in cell cell-1 (import os, signal): its Python process ended" in outcomes["01-killed"].sentence
    assert "the cell ran longer than 20 seconds" in outcomes["02-hangs"].sentence
    assert "the cell ended the notebook with an exit" in outcomes["03-exits"].sentence
    assert "MemoryError" in outcomes["04-greedy"].sentence
    assert "its Python process ended unexpectedly" in outcomes["06-crashes"].sentence


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the limit is set on Linux only")
def test_memory_that_runs_out_bit_by_bit_fails_the_chapter(project, chapter):
    greedy = chapter(LITTLE_MEMORY, "held = []\nwhile True: held.append(str(len(held)))", "print('later')")
    [outcome] = run(project(**{"01_a": greedy}), timeout=60).values()
    assert not outcome.ok
    assert "cell-2" == outcome.cell


@pytest.mark.slow
def test_a_cell_that_fails_and_cannot_show_its_error_is_the_one_that_is_named(project, chapter):
    silent = chapter("get_ipython()._showtraceback = lambda *_: None", "raise MemoryError", "print('later')")
    [outcome] = run(project(**{"01_a": silent})).values()
    assert "cell-2" == outcome.cell
    assert "the cell failed without a word, perhaps for lack of memory" in outcome.sentence


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the limit is set on Linux only")
@pytest.mark.parametrize("kind", ["forked", "plain"])
def test_a_kernel_is_the_first_that_a_lack_of_memory_ends(kind, project, chapter, monkeypatch):
    choose(kind, monkeypatch)
    tell = "import resource\nlimit, _ = resource.getrlimit(resource.RLIMIT_AS)\n"
    tell += "print(open('/proc/self/oom_score_adj').read().strip(), limit != resource.RLIM_INFINITY)"
    notebooks = project(**{"01_a": chapter(tell)})
    run(notebooks)
    assert "1000 True\n" == printed(notebooks, "01-a")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["forked", "plain"])
def test_a_notebook_may_import_the_debugger_that_its_kernel_does_without(kind, project, chapter, monkeypatch):
    choose(kind, monkeypatch)
    look = "import sys, ipykernel.debugger as one\nprint('debugpy' in sys.modules, one._is_debugpy_available)\n"
    notebooks = project(**{"01_a": chapter(look + "import debugpy\nprint(debugpy.__name__)")})
    assert run(notebooks)["01-a"].ok
    assert "False False\ndebugpy\n" == printed(notebooks, "01-a")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["forked", "plain"])
def test_what_a_cell_prints_and_shows_comes_in_its_order(kind, project, chapter, monkeypatch):
    choose(kind, monkeypatch)
    cell = "import sys\nprint('a')\ndisplay('b')\nprint('c', file=sys.stderr)\ndisplay('d')\n'e'"
    notebooks = project(**{"01_a": chapter(cell)})
    run(notebooks)
    cells = nbformat.read(notebooks.parent / "en/01-a.ipynb", as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    shown = [output["text"] if "text" in output else output["data"]["text/plain"] for output in outputs]
    assert ["a\n", "'b'", "c\n", "'d'", "'e'"] == shown


@forks
@pytest.mark.slow
def test_what_other_programs_print_is_shown_with_the_cell_that_ran_them(project, chapter):
    prints = "import os, sys\nprint('first')\nos.system('echo low'); print('last')"
    forks_itself = "child = os.fork()\nif not child:\n    print('child'); os._exit(0)\nos.waitpid(child, 0)[1]"
    notebooks = project(**{"01_a": chapter(prints, forks_itself, "os.write(2, b'\\xff');")})
    assert run(notebooks)["01-a"].ok
    assert "first\nlast\nlow\nchild\n\N{REPLACEMENT CHARACTER}" == printed(notebooks, "01-a")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["forked", "plain"])
def test_nothing_is_lost_of_what_threads_print_at_the_same_time(kind, project, chapter, monkeypatch):
    choose(kind, monkeypatch)
    prints = "import sys, threading\nsys.setswitchinterval(1e-6)\ndef count():\n    for _ in range(2000): print(1)\n"
    starts = "threads = [threading.Thread(target=count) for _ in range(4)]\n[one.start() for one in threads]\n"
    notebooks = project(**{"01_a": chapter(prints + starts + "[one.join() for one in threads];")})
    run(notebooks)
    assert 8000 == printed(notebooks, "01-a").count("1")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["forked", "plain"])
def test_a_cell_that_changes_how_cells_are_read_is_read_anew(kind, project, chapter, monkeypatch):
    choose(kind, monkeypatch)
    cell = "get_ipython().input_transformers_post.append(lambda cell: [line.replace('(1)', '(2)') for line in cell])"
    notebooks = project(**{"01_a": chapter(f"{cell}\nprint(1)", f"{cell}\nprint(1)")})
    run(notebooks)
    assert "1\n2\n" == printed(notebooks, "01-a")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["forked", "plain"])
def test_what_is_no_json_is_shown_with_a_warning(kind, project, chapter, monkeypatch):
    choose(kind, monkeypatch)
    notebooks = project(**{"01_a": chapter("display({'application/x+json': {'a': float('nan')}}, raw=True)")})
    assert run(notebooks)["01-a"].ok
    assert "not JSON compliant" in printed(notebooks, "01-a")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["forked", "plain"])
def test_a_cell_that_takes_too_long_leaves_no_task_behind(kind, project, chapter, monkeypatch, capfd):
    choose(kind, monkeypatch)
    assert not run(project(**{"01_a": chapter("print('begun')\nimport time; time.sleep(60)")}), timeout=1)["01-a"].ok
    gc.collect()
    assert "Task" not in capfd.readouterr().err


@pytest.mark.slow
def test_the_kernels_of_a_run_leave_the_users_history_alone(project, chapter, monkeypatch, tmp_path):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    notebooks = project(**{"01_a": chapter("1 + 1", "print(In[-2], Out)")})
    run(notebooks)
    assert ("1 + 1 {4: 2}\n", []) == (printed(notebooks, "01-a"), list(tmp_path.rglob("history*")))


@posix
@pytest.mark.parametrize(
    ("sign", "sentence"),
    [
        (signal.SIGKILL, "the kernel ended before it was ready"),
        (signal.SIGSTOP, "the kernel was not ready after 2 seconds"),
    ],
)
def test_a_kernel_that_does_not_answer_is_given_up(sign, sentence):
    async def start_and_wait() -> None:
        manager = run.manager()
        await manager.start_kernel()
        os.kill(manager.provisioner.pid, sign)
        client = manager.client()
        client.start_channels()
        await client.wait_for_ready(timeout=2)

    with kernels.opened([]) as run, pytest.raises(RuntimeError, match=sentence):
        asyncio.run(start_and_wait())


@forks
@pytest.mark.slow
@pytest.mark.parametrize(
    ("parameters", "approved"),
    [
        (Parameters(), True),
        (Parameters(inputs={"no_such_input": [1, 2, 3]}), False),
        (Parameters(reject_claims=["C02"]), False),  # the model does not rest on it
        (None, False),  # nothing was to be looked at
    ],
)
def test_the_server_tells_whether_a_run_can_begin(parameters, approved):
    with closing(preloaded.ForkServer([], parameters)) as server:
        assert approved == server.approved()


@forks
def test_a_server_that_falls_approves_of_nothing(monkeypatch):
    monkeypatch.setattr(preloaded, "SERVER", "dilemma.execution.missing")
    with closing(preloaded.ForkServer([], Parameters())) as server:
        assert not server.approved()


@forks
@pytest.mark.slow
def test_a_broken_row_is_refused_before_the_first_kernel_starts(tmp_path):
    for name in ("data", "dilemma", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    table = tmp_path / "data/inputs.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",0.", ",zero.", 1), encoding="utf-8")
    command = [sys.executable, "-m", "dilemma", "report"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert 2 == ended.returncode
    assert re.fullmatch(r"data/inputs\.csv, line \d+.*zero.*\n", ended.stderr)
    assert not (tmp_path / "reports").exists()


@pytest.mark.slow
def test_no_more_kernels_live_at_a_time_than_were_allowed(project, chapter):
    lives = "import os, time\nopen('alive', 'x').close()\ntime.sleep(0.3)\nos.remove('alive')"
    notebooks = project(**{f"0{number}_a": chapter(lives) for number in range(1, 4)})
    jobs = [Job(source, notebooks.parent / "en" / source.name, Parameters()) for source in notebooks.iterdir()]
    assert [True] * 3 == [one.ok for one in execute_jobs(jobs, notebooks.parent, lanes=1)]


@forks
@pytest.mark.slow
def test_chapters_are_executed_even_if_the_server_falls(project, chapter):
    waits = "import os, time\nopen(f'started-{os.getpid()}', 'w').close()\n"
    waits += "while not os.path.exists('go'): time.sleep(0.05)"
    notebooks = project(**{f"0{number}_a": chapter(waits) for number in range(1, kernels.cores() + 4)})
    with ThreadPoolExecutor(1) as pool:
        outcomes = pool.submit(run, notebooks)
        wait_until(lambda: len(list(notebooks.parent.glob("en/started-*"))) == kernels.cores() + SPARE)
        [server] = [one for one in psutil.Process().children() if preloaded.SERVER in one.cmdline()]
        server.kill()
        (notebooks.parent / "en/go").touch()
        assert [True] * (kernels.cores() + 3) == [one.ok for one in outcomes.result(timeout=120).values()]


@forks
@pytest.mark.slow
def test_chapters_are_executed_even_if_the_server_cannot_start(project, chapter, monkeypatch):
    monkeypatch.setattr(preloaded, "SERVER", "dilemma.execution.missing")
    assert [True] == [one.ok for one in run(project(**{"01_a": chapter("1")})).values()]


KILLED = """
import sys
from pathlib import Path
from dilemma.parameters import Parameters
from dilemma.execution.execute import execute
if __name__ == "__main__":
    execute(Path(sys.argv[1]), Path(sys.argv[1]).parent, [Parameters()])
"""


@posix
@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("stuck", [pytest.param(STUCK_IN_C, marks=forks), "while True: pass"])
def test_a_killed_run_leaves_neither_process_nor_socket(stuck, sign, project, chapter):
    started = "from pathlib import Path; Path('started').touch()\n"
    child = "import subprocess; subprocess.Popen(['sleep', '600'])\n" if stuck == STUCK_IN_C else ""
    notebooks = project(**{"01_a": chapter(started + child + stuck), "02_b": chapter(stuck)})
    environment = {**os.environ, **({} if stuck == STUCK_IN_C else {PLAIN: "1"})}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", KILLED, str(notebooks)]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**environment, "TMPDIR": folder})
        wait_until((notebooks.parent / "en/started").exists)
        started_by_it = psutil.Process(process.pid).children(recursive=True)
        assert (stuck != STUCK_IN_C) == bool(list(Path(folder).glob("kernels-*/*")))  # forks need no sockets
        process.send_signal(sign)
        process.wait()
        wait_until(lambda: not alive(started_by_it), 15)
        wait_until(lambda: not list(Path(folder).glob("kernels-*")), 15)
        assert len(started_by_it) > 2


HELD = """
import os, sys, time
from pathlib import Path
from dilemma.execution import temporary
with temporary.folder("mine-", Path(sys.argv[1])) as folder:
    Path(folder, "file").touch()
    print(folder, flush=True)
    os.kill(os.getpid(), int(sys.argv[2]))
"""


@posix
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM, 0])
def test_a_temporary_folder_goes_with_its_process_however_that_ends(sign, tmp_path):
    command = [sys.executable, "-c", HELD, str(tmp_path), str(int(sign))]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ran.stdout.startswith(str(tmp_path / "mine-"))
    wait_until(lambda: not list(tmp_path.iterdir()), 15)


LOOP = """
import papermill, psutil
for name in ("b", "c"):
    papermill.execute_notebook("a.ipynb", f"{name}.ipynb", engine_name="dilemma", progress_bar=False)
print(psutil.Process().pid)
"""


@posix
@pytest.mark.slow
def test_papermill_s_engine_forks_all_its_kernels_from_one_process(chapter, tmp_path):
    nbformat.write(chapter("import os; print(os.getppid())", "import dilemma.chapter"), tmp_path / "a.ipynb")
    command = [sys.executable, "-c", LOOP]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "TMPDIR": folder}
        looped = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        assert [] == os.listdir(folder)
    made = [nbformat.read(tmp_path / name, as_version=4) for name in ("b.ipynb", "c.ipynb")]
    first, second = (notebook.cells[2].outputs[0].text for notebook in made)
    assert first == second
    assert preloaded.possible() == (first != looped.stdout)
